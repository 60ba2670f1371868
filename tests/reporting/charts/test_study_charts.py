from __future__ import annotations

import pytest
from tests.reporting.charts.drawing import Draw, charts_of, foreign_words, texts, undrawn
from tests.reporting.synthetic import FakeResult

from marketsim.reporting.charts.effects import effects
from marketsim.reporting.charts.flows import flows
from marketsim.reporting.charts.native import Bars, Cells, Flows, Lines, Points, Waterfall, numbers_of
from marketsim.reporting.charts.policy_map import policy_map
from marketsim.reporting.charts.satisfaction import satisfaction
from marketsim.reporting.charts.segments import segments
from marketsim.reporting.charts.shares import shares
from marketsim.reporting.charts.small_multiples import small_multiples
from marketsim.reporting.charts.waits import waits
from marketsim.reporting.charts.waterfall import waterfall
from marketsim.reporting.style import width_of

DRAWS = (effects, segments, small_multiples, waits, satisfaction, shares, waterfall, policy_map, flows)
FORMS = {
    effects: [Bars] * 5,
    segments: [Bars] * 3,
    small_multiples: [Bars] * 4,
    waits: [Bars] * 2,
    satisfaction: [Lines] * 3,
    shares: [Lines] * 4,
    waterfall: [Waterfall],
    policy_map: [Points],
    flows: [Flows, Cells],
}
every_chart = pytest.mark.parametrize("draw", DRAWS, ids=[draw.__name__ for draw in DRAWS])
both_languages = pytest.mark.parametrize("language", ["en", "zh"])


@every_chart
def test_panels_hold_numbers_of_the_table_only(draw: Draw, lanes: FakeResult, widths: FakeResult) -> None:
    for result in (lanes, widths):
        for chart in charts_of(result, draw):
            assert chart.panels
            assert any(len(numbers_of(panel)) for panel in chart.panels)
            assert undrawn(chart) == []


@every_chart
def test_panels_have_the_form_of_the_picture(draw: Draw, lanes: FakeResult) -> None:
    for chart in charts_of(lanes, draw):
        assert [type(panel) for panel in chart.panels] == FORMS[draw]


@every_chart
def test_every_number_of_a_table_has_a_unit(draw: Draw, lanes: FakeResult) -> None:
    for chart in charts_of(lanes, draw):
        units = [column for column in chart.data.columns if "unit" in column]
        assert units, chart.name
        assert (chart.data[units].astype(str) != "").all(axis=None), chart.name


@every_chart
@both_languages
def test_the_message_fits_the_title_of_a_slide(
    draw: Draw, language: str, lanes: FakeResult, widths: FakeResult
) -> None:
    for chart in [*charts_of(lanes, draw, language), *charts_of(widths, draw, language)]:
        assert chart.message.strip(), chart.name
        assert not chart.message.endswith((".", "。")), chart.message
        assert width_of(chart.message) <= (90 if language == "en" else 80), chart.message


@every_chart
def test_a_chinese_chart_has_no_english_word(draw: Draw, lanes: FakeResult, widths: FakeResult) -> None:
    for result in (lanes, widths):
        study = result.manifest["scenario"]
        names = [*study["policies"], *study["retailers"]]
        for chart in charts_of(result, draw, "zh"):
            titles = [panel.title for panel in chart.panels]
            said = [*texts(chart.figure), chart.title, chart.message, chart.finding, chart.alt, *titles]
            assert foreign_words(said, names) == set(), chart.name


@every_chart
def test_an_english_chart_has_no_chinese_character(draw: Draw, lanes: FakeResult) -> None:
    for chart in charts_of(lanes, draw, "en"):
        for text in [*texts(chart.figure), chart.title, chart.message, chart.finding, chart.alt]:
            assert width_of(text) == len(text), text


@every_chart
@both_languages
def test_all_texts_lie_inside_the_picture(draw: Draw, language: str, lanes: FakeResult) -> None:
    for chart in charts_of(lanes, draw, language):
        edge = chart.figure.bbox
        for text in chart.figure.texts + [text for axes in chart.figure.axes for text in axes.texts]:
            box = text.get_window_extent()
            assert edge.x0 - 1 <= box.x0, (chart.name, text.get_text())
            assert box.x1 <= edge.x1 + 1, (chart.name, text.get_text())
