from __future__ import annotations

import pytest
from tests.reporting.handmade import ENERGY, LEVELS, PROFIT, handmade
from tests.reporting.synthetic import FakeResult

from marketsim.reporting.answer import answer
from marketsim.reporting.charts.chart import subject_of
from marketsim.reporting.charts.factorial import factorial
from marketsim.reporting.factorial import additivity, additivity_sentence, factors_of
from marketsim.reporting.factorial_table import factorial_table
from marketsim.reporting.view import StudyView

SATISFACTION = ("satisfaction", "all")
LEVEL = {**LEVELS, SATISFACTION: 70.0}


def worlds(value: float, spread: float = 0.1) -> tuple[float, ...]:
    return (value - spread, value, value, value + spread)


def factorial_result(both: float = 4.0) -> FakeResult:
    """a alone earns 2, b alone 3, both together `both`; million CNY a year."""
    effects = {"a": worlds(2.0), "b": worlds(3.0), "a+b": worlds(both, 0.15)}
    result = handmade({name: {PROFIT: found, ENERGY: found} for name, found in effects.items()}, levels=LEVEL)
    result.manifest["scenario"]["factors"] = {"a": {"x": 1}, "b": {"y": 1}}
    return result


def found(result: FakeResult) -> dict[tuple[str, str], float]:
    profit = additivity(StudyView(result))[0]
    return {(effect.kind, effect.title): effect.difference.mean / 1e6 for effect in profit.effects}


def test_effects_are_those_of_the_factorial_design() -> None:
    values = found(factorial_result())
    assert values["main", "a"] == pytest.approx(((2 - 0) + (4 - 3)) / 2)
    assert values["main", "b"] == pytest.approx(((3 - 0) + (4 - 2)) / 2)
    assert values["interaction", "a with b"] == pytest.approx(4 - 2 - 3)
    assert values["alone", "each alone, summed"] == pytest.approx(5)
    assert values["together", "all together"] == pytest.approx(4)
    assert values["gap", "together less the sum"] == pytest.approx(-1)


def test_three_factors_average_over_the_others() -> None:
    alone = {"a": 1.0, "b": 2.0, "c": 4.0}
    names = ["a", "b", "c", "a+b", "a+c", "b+c", "a+b+c"]
    extra = {"a+b": 0.5, "a+b+c": 0.5}  # a and b help each other, c does not matter to them
    effects = {name: sum(alone[part] for part in name.split("+")) + extra.get(name, 0.0) for name in names}
    result = handmade({name: {PROFIT: worlds(value)} for name, value in effects.items()}, levels=LEVEL)
    result.manifest["scenario"]["factors"] = {name: {} for name in "abc"}
    values = found(result)
    assert values["main", "a"] == pytest.approx(1.25)
    assert values["main", "c"] == pytest.approx(4.0)
    assert values["interaction", "a with b"] == pytest.approx(0.5)
    assert values["interaction", "a with c"] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("both", "words"),
    [
        (4.0, "so the combination is sub-additive."),
        (6.0, "super-additive"),
        (5.0, "whether they add up cannot be told"),
    ],
)
def test_the_sentence_says_whether_measures_add_up(both: float, words: str) -> None:
    profit = additivity(StudyView(factorial_result(both)))[0]
    sentence = additivity_sentence(profit, ("a", "b"))
    assert words in sentence
    assert sentence.startswith("Together a and b change profit by +")
    assert "million CNY a year" in sentence


def test_the_interval_is_that_of_the_paired_worlds() -> None:
    profit = additivity(StudyView(factorial_result()))[0]
    gap = profit.of_kind("gap")[0].difference
    assert gap.n == 4
    assert gap.high < 0
    assert gap.half_width < 0.2e6, "worlds differ by 0.05 although each effect varies more"


def test_a_missing_combination_leaves_the_analysis_out() -> None:
    result = handmade({"a": {PROFIT: worlds(2.0)}, "b": {PROFIT: worlds(3.0)}}, failed=["a+b"])
    result.manifest["scenario"]["factors"] = {"a": {}, "b": {}}
    view = StudyView(result)
    assert factors_of(view) == ()
    assert additivity(view) == ()
    assert factorial_table(view) is None


def test_table_and_chart_show_the_same_effects() -> None:
    view = StudyView(factorial_result())
    table = factorial_table(view)
    chart = factorial(subject_of(view, answer(view), view.retailers, view.policies))
    assert table is not None
    assert chart is not None
    assert [row[0].text for row in table.rows] == list(
        chart.data[chart.data["kpi"] == "profit_cny_per_year"]["factors"]
    )
    assert table.rows[0][2].text.startswith("+1.50 [")
    assert chart.data["effect"].iloc[0] == pytest.approx(1.5)
    assert "no change" in table.rows[0][4].text, "satisfaction is untouched"
