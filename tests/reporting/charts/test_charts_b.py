"""Charts of sweeps, sensitivity, factors, events and matrices in both languages."""

from __future__ import annotations

import math
import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text
from tests.reporting.charts.drawn_b import HOLD, MATCH, SWEEPS, all_charts, game
from tests.reporting.synthetic import FakeResult

from marketsim.reporting import style
from marketsim.reporting.answer import answer
from marketsim.reporting.charts.chart import Chart, subject_of
from marketsim.reporting.charts.headings import MOST_LETTERS, fitting, in_a_row
from marketsim.reporting.charts.heat_look import effect_colours, look_of
from marketsim.reporting.charts.matrix import matrix
from marketsim.reporting.charts.matrix_payoffs import payoffs, sides_of
from marketsim.reporting.charts.native import Bars, Cells, Lines, numbers_of
from marketsim.reporting.charts.wrapping import joined_lines, wrapped
from marketsim.reporting.edition import CHINESE, Edition, printed_in
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi

KINDS = {
    *("matrix", "factors", "dose_response", "event_study", "event_response", "tornado"),
    *("sweep_1_heat_map", "sweep_1_lines", "sweep_1_profiles", "sweep_1_tornado", "sweep_1_morris", "sweep_1_variance"),
    "sweep_1_regret",
}
USERS = {
    *("Alpha", "Beta", "hold", "match", "lane", "staff", "width", "envy", "legitimacy", "sensitivity", "visibility"),
    *("low", "high", "Morris", "Sobol", "Holm", "Welch", "seed", "scenario", "abababababab", "ab"),
}
"""Names of the made-up studies and of statisticians; they stay as they are in any language."""
HASH = re.compile(r"\b[0-9a-f]{12}\b")
UNITS = {"MWh", "VIP", "RBD", "FAST", "ST", "and"}


@pytest.fixture(scope="module", params=["en", "zh"])
def edition(request: pytest.FixtureRequest) -> Edition:
    return Edition(language=request.param, focus="Alpha")


@pytest.fixture(scope="module")
def charts(edition: Edition, tmp_path_factory: pytest.TempPathFactory) -> list[Chart]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return all_charts(Path(tmp_path_factory.mktemp("studies")), edition)


def test_every_kind_of_chart_is_drawn(charts: list[Chart]) -> None:
    assert {chart.name for chart in charts} == KINDS


def test_every_number_of_a_panel_is_in_the_table(charts: list[Chart]) -> None:
    for chart in charts:
        assert chart.panels, chart.name
        columns = [pd.to_numeric(chart.data[name], errors="coerce").to_numpy(float) for name in chart.data]
        known = np.sort(np.concatenate(columns))
        for panel in chart.panels:
            for number in numbers_of(panel):
                if math.isfinite(number):
                    assert np.isclose(known, number, rtol=1e-9, atol=1e-12).any(), (chart.name, panel, number)


def test_panels_are_as_long_as_their_places(charts: list[Chart]) -> None:
    for panel in (panel for chart in charts for panel in chart.panels):
        if isinstance(panel, Lines | Bars):
            length = len(panel.places) if isinstance(panel, Lines) else len(panel.categories)
            for series in panel.series:
                assert {len(part) for part in (series.values, series.low, series.high) if part} == {length}
        if isinstance(panel, Cells):
            assert {len(row) for row in panel.values} == {len(panel.columns)}
            assert len(panel.values) == len(panel.rows)


def test_messages_fit_on_a_slide(charts: list[Chart], edition: Edition) -> None:
    for chart in charts:
        assert chart.message, chart.name
        assert len(chart.message) <= MOST_LETTERS[edition.language], chart.message
        assert not chart.message.endswith((".", "。")), chart.message


def words_of(chart: Chart) -> list[str]:
    texts = [text.get_text() for text in chart.figure.findobj(Text) if text.get_visible()]
    panels = [
        getattr(panel, name)
        for panel in chart.panels
        for name in ("title", "x_title", "y_title", "value_title")
        if hasattr(panel, name)
    ]
    return [chart.title, chart.message, chart.finding, chart.alt, *texts, *panels]


def test_chinese_charts_have_no_english_words(charts: list[Chart], edition: Edition) -> None:
    if edition.language != CHINESE:
        pytest.skip("of the Chinese edition")
    found = {
        (word, chart.name, text)
        for chart in charts
        for text in words_of(chart)
        for word in re.findall(r"[A-Za-z]{2,}", HASH.sub("", text).replace("_", " "))
        if word not in USERS | UNITS
    }
    assert not found


def drawn(result: FakeResult) -> Chart:
    view = StudyView(result)
    with style.chart_style():
        found = matrix(subject_of(view, answer(view), view.retailers, view.policies))
    assert found is not None
    return found


PRISONERS = {(HOLD, HOLD): (3.0, 3.0), (HOLD, MATCH): (0.0, 4.0), (MATCH, HOLD): (4.0, 0.0), (MATCH, MATCH): (1.0, 1.0)}


def test_the_equilibrium_of_a_prisoners_dilemma_is_found() -> None:
    chart = drawn(game(PRISONERS))
    own = chart.data[chart.data["title"] == "Profit of Alpha"].set_index(["row", "column"])
    assert own["reply"].to_dict() == {
        (HOLD, HOLD): "",
        (HOLD, MATCH): "",
        (MATCH, HOLD): "best",
        (MATCH, MATCH): "best",
    }
    assert own["equilibrium"].to_dict()[(MATCH, MATCH)] == "sure"
    assert (own["equilibrium"] == "").sum() == 3
    assert chart.message == "match earns most whatever the rivals do"
    assert "Neither side gains by changing alone at match x match." in chart.finding
    theirs = chart.data[chart.data["title"] == "Profit of Beta"].set_index(["row", "column"])
    assert theirs.loc[(HOLD, MATCH), "value"] == pytest.approx(34.0, abs=0.1)


def test_where_worlds_differ_more_than_payoffs_no_answer_is_claimed() -> None:
    noisy = {cell: (own + 0.1 * place, theirs) for place, (cell, (own, theirs)) in enumerate(PRISONERS.items())}
    result = game(noisy)
    worlds = result.kpis["kpi"].eq("profit_cny_per_year") & result.kpis["policy"].ne("base")
    rng = np.random.default_rng(1)
    kpis = result.kpis.assign(value=result.kpis["value"] + worlds * rng.normal(0, 4e7, len(result.kpis)))
    view = StudyView(result)
    sides = sides_of(view)
    wide = kpis[(kpis["kpi"] == "profit_cny_per_year") & (kpis["retailer"] == "Alpha")].pivot(
        index="replication", columns="policy", values="value"
    )
    found = payoffs("profit", kpi("profit_cny_per_year"), 1, wide, sides, "rows")
    assert set(found.rows["reply"]) == {"≈"}
    assert all(len(found.answers(column)) == 2 for column in sides.columns)


def test_a_tiny_difference_is_not_painted_in_full_colour() -> None:
    same = game({cell: (0.001 * place, 0.0) for place, cell in enumerate(PRISONERS)}, chance=2.0)
    view = StudyView(same)
    item = payoffs("profit", kpi("profit_cny_per_year"), 1, view.worlds("profit_cny_per_year"), sides_of(view))
    low, high = item.span
    assert item.rows["value"].max() - low < 0.05 * (high - low)
    look = look_of(SWEEPS["all cannot tell"], [], 1.0)
    assert look.strongest > 0


def test_a_warm_leading_colour_does_not_stand_for_good_beside_orange() -> None:
    with printed_in(Edition(focus="Alpha", colours={"Alpha": "#C8102E"})):
        red = effect_colours()(1.0)
    assert red[2] > red[0], "blue takes its place"
    with printed_in(Edition(focus="Alpha", colours={"Alpha": "#003B5C"})):
        assert effect_colours()(1.0)[:3] == pytest.approx((0, 0x3B / 255, 0x5C / 255), abs=0.01)


def test_long_headings_are_replaced_by_shorter_ones_or_cut() -> None:
    assert fitting("x" * 91, "short") == "short"
    assert fitting("x" * 100) == "x" * 89 + "…"
    with printed_in(Edition(language="zh")):
        assert fitting("事件后 该方案 的利润") == "事件后该方案的利润"
        assert in_a_row(["一。", "", "二。"]) == "一。二。"
    assert in_a_row(["One.", "Two."]) == "One. Two."


def test_chinese_lines_are_wrapped_by_width() -> None:
    text = "相对事件前三个月均值的变化，其中含季节和趋势因素；" * 6
    lines = wrapped(text, 60).split("\n")
    assert "".join(lines) == text
    assert all(style.width_of(line) <= 62 for line in lines)
    assert not any(line[0] in "，；。" for line in lines)
    assert wrapped("one two three", 7) == "one two\nthree"
    assert joined_lines(["一" * 20, "二" * 20], 60) == ["一" * 20, "二" * 20]
