"""Sentences on sweeps: they count as the tables do, and claim no more than the intervals allow."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from tests import sweeps
from tests.reporting import sweep_folders as made

from marketsim.reporting.edition import Edition, printed_in
from marketsim.reporting.overturning_words import overturning_sentences, zero_words
from marketsim.reporting.sensitivity_words import index_finding, tornado_finding, tornado_message
from marketsim.reporting.sweep_findings import findings
from marketsim.reporting.sweep_view import Swept, sweeps_of
from marketsim.reporting.sweep_words import best_sentence, map_finding
from marketsim.results.sensitivity.outcomes import LEVER
from marketsim.results.sensitivity.overturning import overturning
from marketsim.results.sensitivity.profiles import counts
from marketsim.results.sensitivity.rows import SENSITIVITY_COLUMNS


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


SIX = sweeps.grid({"width": [1, 5, 20], "envy": [0, 1]}, width=LEVER)


@pytest.mark.parametrize(
    ("effect", "settings", "words"),
    [
        (lambda w, e: 1e6, {}, "lane pays in all 6 combinations."),
        (lambda w, e: -1e6, {}, "lane pays in none of 6 combinations, loses in 6."),
        (lambda w, e: 1e6 * (10 - w), {}, "lane pays in 4 of 6 combinations, loses in 2, all with width = 20."),
        (lambda w, e: 1e6 * (1 - 2 * e), {}, "lane pays in 3 of 6 combinations, loses in 3, all with envy = 1."),
        (lambda w, e: 0.0, {"chance": 1e6}, "lane pays in none of 6 combinations for sure: it cannot be told in any."),
        (
            lambda w, e: 1e6,
            {"worlds": 1},
            "One world at each of 6 combinations: whether lane pays cannot be told anywhere.",
        ),
        (lambda w, e: 1e6, {"failed": (0,)}, "lane pays in all 5 combinations."),
        (
            lambda w, e: w - 10.0,
            {"kpi": "churn_pct_per_year", "base": 1.0},
            "lane lowers churn in 4 of 6 combinations, raises it in 2, all with width = 20.",
        ),
    ],
)
def test_combinations_are_counted(effect: Any, settings: dict[str, Any], words: str) -> None:
    sweep = made.swept(SIX, effect, **{"chance": 1.0, **settings})
    assert map_finding(sweep) == words


@pytest.mark.parametrize("seed", range(4))
def test_the_counts_said_are_those_of_the_intervals(seed: int) -> None:
    sweep = made.swept(made.SEVEN_FOUR_FIVE, made.lane, chance=2e6, seed=seed)
    better, worse, unclear = counts(sweep.found)
    text = map_finding(sweep)
    assert f"pays in {better} of 140 combinations" in text
    assert f"cannot be told in {unclear}" in text
    assert f"loses in {worse}" in text


def test_what_points_share_is_true_of_all_of_them() -> None:
    sweep = made.swept(SIX, lambda w, e: 1e6 * (1 if w == 20 and e == 1 else -1), chance=1.0)
    assert "lane pays in 1 of 6 combinations, with width = 20 and envy = 1, loses in 5" in map_finding(sweep)


def test_the_best_levers_are_named_with_those_that_cannot_be_told_from_them() -> None:
    told = made.swept(SIX, lambda w, e: 1e6 * w, chance=1e4)
    assert plain(best_sentence(told)).startswith(
        "Highest profit of Alpha on average over the uncertainties at width = 20: +2"
    )
    assert best_sentence(told).endswith("its interval lies beyond those of all others.")
    tied = made.swept(SIX, lambda w, e: 1e6, chance=1e6)
    assert "it cannot be told from width = " in best_sentence(tied)
    one = made.swept(SIX, lambda w, e: 1e6 * w, worlds=1)
    assert best_sentence(one).endswith("from one world it cannot be told from any other.")
    assert best_sentence(made.swept(sweeps.latin(20, made.RANGES), made.drawn)) == ""


def sentences(sweep: Swept) -> list[str]:
    return [plain(text) for text in overturning_sentences(sweep, overturning(sweep.found))]


def test_an_uncertainty_that_turns_the_sign_is_named_with_its_zero() -> None:
    plan = sweeps.grid({"envy": [0.0, 0.5, 1.0], "reach": [1, 2]})
    first, worst = sentences(made.swept(plan, lambda e, r: 1e6 * (3 - 4 * e), chance=2e5))
    assert first.startswith("The sign of the mean effect turns with envy: +")
    assert "zero at about 0.7" in first
    assert "it cannot be told)" in first
    assert first.endswith("whether reach could turn it cannot be told.") or first.endswith("range of reach.")
    assert worst.startswith("The worst of 6 combinations is envy = 1, reach = ")


def test_signs_that_hold_and_signs_that_cannot_be_told_are_not_mixed_up() -> None:
    plan = sweeps.grid({"envy": [0.0, 1.0]})
    held, _ = sentences(made.swept(plan, lambda e: 1e6, chance=1e3))
    assert held == "The sign of the mean effect is the same over the whole range of envy."
    unclear, _ = sentences(made.swept(plan, lambda e: 1e6, chance=9e6))
    assert unclear == "Whether envy could turn the sign of the mean effect cannot be told."


def test_a_name_of_the_user_gets_no_capital_in_chinese() -> None:
    plan = sweeps.grid({"envy": [0.0, 1.0]})
    with printed_in(Edition("zh")):
        said = sentences(made.swept(plan, lambda e: 1e6, chance=9e6))
        assert any(text.startswith("envy ") for text in said)
        assert not [text for text in said if "Envy" in text]


def test_a_title_says_of_uncertainties_that_cannot_be_told_how_many() -> None:
    one, two = (sweeps.grid({name: [0.0, 1.0] for name in names}) for names in (("envy",), ("envy", "reach")))
    told = [made.swept(plan, lambda *_: 1e6, chance=9e6) for plan in (one, two)]
    assert [tornado_message(sweep, overturning(sweep.found)) for sweep in told] == [
        "Whether envy turns the sign of the effect cannot be told",
        "Whether the sign stands cannot be told for any of the 2 uncertainties",
    ]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ((0.5, 0.4, 0.6, 1), "at about 0.5 (from 0.4 to 0.6 it cannot be told)"),
        ((0.5, 0.4, float("nan"), 1), "at about 0.5 (from 0.4 on it cannot be told)"),
        ((0.5, float("nan"), 0.6, 3), "at about 0.5 (up to 0.6 it cannot be told), the first of 3 such places"),
        ((0.5, float("nan"), float("nan"), 1), "nowhere for sure: the mean passes it at 0.5"),
    ],
)
def test_where_an_effect_is_zero(row: tuple[float, ...], words: str) -> None:
    assert zero_words(dict(zip(("zero", "zero_low", "zero_high", "crossings"), row, strict=True))).startswith(words)


def indices(*rows: tuple[str, str, float, float, float], noise: float = 0.0) -> pd.DataFrame:
    table = [
        {"parameter": name, "index": index, "value": value, "low": low, "high": high, "n": 64}
        for name, index, value, low, high in (*rows, ("", "noise", noise, float("nan"), float("nan")))
    ]
    return pd.DataFrame(table, columns=list(SENSITIVITY_COLUMNS))


def test_a_parameter_matters_most_only_where_its_interval_says_so() -> None:
    sweep = made.swept(SIX, lambda w, e: 1e6)
    sure = indices(("a", "ST", 0.8, 0.7, 0.9), ("b", "ST", 0.2, 0.1, 0.3))
    assert index_finding(sweep, sure) == "a explains most of the differences, interactions included (80% [70%, 90%])."
    tied = indices(("a", "ST", 0.6, 0.3, 0.9), ("b", "ST", 0.4, 0.1, 0.7), noise=0.2)
    assert "but cannot be told from b; up to 20% of the differences" in index_finding(sweep, tied)
    screened = indices(("a", "mu_star", 3e6, 2e6, 4e6), ("b", "mu_star", 2e5, 1e5, 3e5), noise=5e5)
    assert index_finding(sweep, screened) == (
        "a moves the effect most; the effects of b may be the chance of the worlds."
    )
    without = indices(("a", "S1", float("nan"), float("nan"), float("nan")))
    assert "nothing explains it" in index_finding(sweep, without)


def test_the_tornado_says_what_turns() -> None:
    sweep = made.swept(SIX, lambda w, e: 1e6)
    verdicts = pd.DataFrame({"parameter": ["a", "b", "c"], "verdict": ["turns", "keeps", "cannot tell"]})
    assert tornado_finding(sweep, verdicts) == (
        "a turns the sign of the mean effect of lane; 1 of 3 keeps it over the whole range; of 1 that cannot be told."
    )
    assert "No uncertainty surely turns" in tornado_finding(sweep, verdicts.iloc[1:])
    assert "keeps its sign" in tornado_finding(sweep, verdicts.iloc[1:2])


def test_points_that_were_written_out_side_by_side_are_minded() -> None:
    values = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [2.0, 4, 6, 9]})
    found = findings(made.swept(sweeps.Plan("zip", values), lambda a, b: 1e6 * a))
    assert found.indices.empty
    assert "all parameters change together" in found.refused
    assert found.cautions == (
        "Over these points a and b vary together, so that the effects of both cannot be told apart.",
    )


def test_designs_are_told_from_the_points_where_no_scenario_tells() -> None:
    plans = {
        "grid": SIX,
        "sobol": sweeps.sobol(8, made.RANGES),
        "morris": sweeps.morris(5, made.RANGES),
        "latin_hypercube": sweeps.latin(30, made.RANGES),
        "list": sweeps.Plan("", pd.DataFrame({"a": [1.0, 2, 3], "b": [1.0, 4, 2]})),
    }
    for design, plan in plans.items():
        tables = sweeps.tables(plan, lambda *values: 1.0)
        (sweep,) = sweeps_of(tables, {})
        assert sweep.found.design == design
