"""Native charts of the deck: the very numbers of the panels, valid XML, nothing claimed that a panel does not hold."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from tests.reporting.synthetic import FakeResult
from tests.reporting.writers import html_papers
from tests.reporting.writers.decks import charts_of, drawn, has, held, out_of_order, written

from marketsim.reporting.charts.native import Bars, Lines, Panel, Points, Series, Waterfall, numbers_of
from marketsim.reporting.paper.build import build_paper
from marketsim.reporting.paper.material import Wishes
from marketsim.reporting.paper.model import ChartBlock, Paper
from marketsim.reporting.writers.pptx.axes import round_range
from marketsim.reporting.writers.pptx.chart_xml import Face
from marketsim.reporting.writers.pptx.legend import shared_lines
from marketsim.reporting.writers.pptx.native_chart import drawn as native
from marketsim.reporting.writers.pptx.native_chart import is_native
from marketsim.reporting.writers.pptx.plot import Size

_C = {
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
}
_SIZE = Size(420, 300)
NATIVE = [
    (name, panel) for name, panels in html_papers.PANELS.items() for panel in panels if name not in ("cells", "flows")
]


def root_of(panel: Panel) -> Any:
    return etree.fromstring(native(panel, _SIZE, Face()).xml)


@pytest.fixture(scope="module")
def paper(lanes: FakeResult) -> Paper:
    return build_paper(lanes, Wishes())


@pytest.fixture(scope="module")
def deck(paper: Paper, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return written(paper, tmp_path_factory.mktemp("deck") / "report.pptx")


def test_workbooks_hold_the_numbers_of_every_chart(deck: Any, paper: Paper) -> None:
    books = [held(chart) for chart in charts_of(deck)]
    panels = [panel for chart in paper.charts if is_native(chart) for panel in chart.panels]
    assert len(books) == len(panels) > 3
    for book, panel in zip(books, panels, strict=True):
        assert [n for n in numbers_of(panel) if math.isfinite(n) and not has(book, n)] == [], panel.title


def test_values_of_lines_and_bars_are_what_the_chart_draws(deck: Any, paper: Paper) -> None:
    panels = [panel for chart in paper.charts if is_native(chart) for panel in chart.panels]
    for chart, panel in zip(charts_of(deck), panels, strict=True):
        if isinstance(panel, Lines | Bars):
            wanted = [value for series in panel.series for value in series.values if math.isfinite(value)]
            assert [value for value in wanted if not has(drawn(chart), value)] == []


@pytest.mark.parametrize(("name", "panel"), NATIVE)
def test_elements_stand_in_the_order_of_the_schema(name: str, panel: Panel) -> None:
    assert out_of_order(root_of(panel)) == []


def test_the_check_of_the_order_can_fail() -> None:
    root = root_of(html_papers.PANELS["dose"][0])
    bars = root.find(".//c:errBars", _C)
    bars.getparent().append(bars)
    assert len(out_of_order(root)) == 1


@pytest.mark.parametrize(("name", "panel"), NATIVE)
def test_series_have_unique_numbers_and_axes_that_exist(name: str, panel: Panel) -> None:
    root = root_of(panel)
    numbers = [element.get("val") for element in root.iterfind(".//c:ser/c:idx", _C)]
    assert len(set(numbers)) == len(numbers)
    axes = {element.get("val") for element in root.xpath("//c:catAx/c:axId | //c:valAx/c:axId", namespaces=_C)}
    used = {element.get("val") for element in root.xpath("//c:plotArea/*[c:ser]/c:axId | //c:crossAx", namespaces=_C)}
    assert axes == used


def test_whiskers_reach_to_the_ends_of_the_intervals() -> None:
    panel = html_papers.PANELS["dose"][0]
    assert isinstance(panel, Lines)
    root, series = root_of(panel), panel.series[0]
    plus = [float(v.text) for v in root.iterfind(".//c:errBars/c:plus//c:v", _C)]
    minus = [float(v.text) for v in root.iterfind(".//c:errBars/c:minus//c:v", _C)]
    values = [value for value in series.values if math.isfinite(value)]
    assert [v + p for v, p in zip(values, plus, strict=True)] == pytest.approx(
        [h for h in series.high if math.isfinite(h)]
    )
    assert [v - m for v, m in zip(values, minus, strict=True)] == pytest.approx(
        [n for n in series.low if math.isfinite(n)]
    )


def test_gaps_stay_gaps() -> None:
    panel = html_papers.PANELS["months"][0]
    assert isinstance(panel, Lines)
    bands = sum(bool(series.low) for series in panel.series)
    values = root_of(panel).findall(".//c:ser/c:yVal//c:numCache", _C)[bands]
    assert [point.get("idx") for point in values.iterfind("c:pt", _C)] == [str(n) for n in range(30) if n != 8]


def test_a_waterfall_ends_where_its_changes_lead() -> None:
    panel = html_papers.PANELS["steps"][0]
    assert isinstance(panel, Waterfall)
    columns = [series.findall("c:val//c:pt", _C) for series in root_of(panel).iterfind(".//c:barChart/c:ser", _C)]
    tops = [0.0] * len(panel.steps)
    for column in columns:
        for point in column:
            tops[int(point.get("idx"))] += float(point.find("c:v", _C).text)
    assert tops == pytest.approx([5.0, 5.0, 3.5, 3.5])


def test_a_waterfall_may_cross_zero() -> None:
    panel = Waterfall("", ("a", "b", "total"), (2.0, -5.0, -3.0), (), (), "CNY")
    series = root_of(panel).findall(".//c:barChart/c:ser", _C)
    values = [[float(v.text) for v in one.iterfind("c:val//c:v", _C)] for one in series]
    assert values[0] == [0.0, 0.0, 0.0]
    assert sorted(value for one in values[1:] for value in one if value) == [-3.0, -3.0, 2.0, 2.0]


def test_points_are_named_and_the_best_are_joined() -> None:
    panel = html_papers.PANELS["points"][0]
    assert isinstance(panel, Points)
    root = root_of(panel)
    names = [element.text for element in root.iterfind(".//c:ser/c:tx//c:v", _C)]
    assert names[0] == "base"
    front = root.findall(".//c:ser", _C)[names.index("best trade-offs")]
    assert [float(v.text) for v in front.iterfind("c:xVal//c:v", _C)] == [0.0, 1.5]
    assert [element.get("val") for element in root.iterfind(".//c:dLbl/c:showSerName", _C)] == ["1"] * len(panel.points)


def test_sizes_alone_make_bubbles() -> None:
    panel = html_papers.PANELS["points"][0]
    assert isinstance(panel, Points)
    bare = tuple(
        replace(p, x_low=math.nan, x_high=math.nan, y_low=math.nan, y_high=math.nan, size=2.0) for p in panel.points
    )
    root = root_of(replace(panel, points=bare, front=()))
    assert root.find(".//c:bubbleChart", _C) is not None
    assert root_of(panel).find(".//c:bubbleChart", _C) is None


def test_four_panels_stand_side_by_side_and_more_go_on(tmp_path: Path) -> None:
    line = Lines("one", (1.0, 2.0), (Series("a", (1.0, 2.0)),), "x", "y")
    chart = html_papers.chart("many", tuple(replace(line, title=f"panel {n}") for n in range(5)))
    made = html_papers.paper()
    section = replace(made.sections[3], blocks=(ChartBlock(chart, "n = 5"),))
    deck = written(replace(made, sections=(section,)), tmp_path / "x.pptx")
    counts = [sum(shape.has_chart for shape in slide.shapes) for slide in deck.slides]
    assert counts == [0, 3, 2]
    assert [slide.shapes.title.text_frame.text for slide in deck.slides][1:] == [
        "Finding of many (1/2)",
        "Title of many: panel 3 and panel 4 (2/2)",
    ]


def test_bands_reach_from_the_low_to_the_high_ends() -> None:
    panel = html_papers.PANELS["months"][0]
    assert isinstance(panel, Lines)
    banded = [series for series in panel.series if series.low]
    assert banded
    for series, made in zip(banded, root_of(panel).findall(".//c:ser", _C), strict=False):
        ends = [float(value.text) for value in made.iterfind("c:yVal//c:v", _C)]
        known = [pair for pair in zip(series.low, series.high, strict=True) if math.isfinite(sum(pair))]
        assert ends == [end for pair in known for end in pair]


def test_charts_with_the_same_lines_share_a_legend(tmp_path: Path) -> None:
    two = (Series("a", (1.0, 2.0)), Series("b", (2.0, 4.0), dash="dash", strong=True))
    panels = tuple(Lines(f"panel {n}", (1.0, 2.0), two, "x", "y") for n in range(3))
    made = html_papers.paper()
    section = replace(made.sections[3], blocks=(ChartBlock(html_papers.chart("many", panels), "n = 5"),))
    slide = written(replace(made, sections=(section,)), tmp_path / "x.pptx").slides[1]
    assert [shape.text_frame.text for shape in slide.shapes if shape.name in ("a", "b") and shape.has_text_frame] == [
        "a",
        "b",
    ]
    assert not any(shape.chart.has_legend for shape in slide.shapes if shape.has_chart)


def test_panels_that_show_some_of_the_lines_of_another_one_share_its_legend() -> None:
    base, first, second = Series("base", (1.0,)), Series("a", (2.0,), dash="dash"), Series("b", (3.0,), strong=True)
    levels, differences = (Lines("p", (1.0,), lines, "x", "y") for lines in ((base, first, second), (first, second)))
    assert shared_lines([differences, levels]) == levels.series
    other = replace(differences, series=(first, replace(second, colour="#000000")))
    assert shared_lines([levels, other]) == ()
    assert shared_lines([levels]) == ()


def test_a_further_slide_of_a_chart_names_no_figure_twice(tmp_path: Path) -> None:
    two = (Series("a", (1.0, 2.0)), Series("b", (2.0, 4.0)))
    names = [name for figure in ("profit", "price", "churn") for name in (figure, f"{figure}, less base")]
    panels = tuple(Lines(name, (1.0, 2.0), two, "x", "y") for name in names)
    made = html_papers.paper()
    chart = replace(html_papers.chart("many", panels), title="Over time")
    section = replace(made.sections[3], blocks=(ChartBlock(chart, "n = 5"),))
    slides = written(replace(made, sections=(section,)), tmp_path / "x.pptx").slides
    titles = [slide.shapes.title.text_frame.text for slide in slides]
    assert "Over time: price, less base and churn (2/2)" in titles
    (further,) = [slide for slide in slides if slide.shapes.title.text_frame.text.endswith("(2/2)")]
    assert not [shape for shape in further.shapes if shape.name == "Subtitle"], "the title says it already"


def test_panels_of_one_line_are_explained_by_the_legend_of_another_panel() -> None:
    base, best, other = (Series(name, (1.0, 2.0)) for name in ("base", "best", "other"))
    levels, alone = (Lines("", (1.0, 2.0), series, "x", "y") for series in ((base, best, other), (best,)))
    assert shared_lines((alone, levels, alone)) == levels.series
    assert shared_lines((levels, Lines("", (1.0, 2.0), (Series("new", (1.0, 2.0)),), "x", "y"))) == ()


@pytest.mark.parametrize(
    ("values", "zero"), [([72.1, 79.3], False), ([0.2, 0.7], True), ([-3.0, 5.0], True), ([4.0], False)]
)
def test_axes_hold_all_values_with_few_ticks(values: list[float], zero: bool) -> None:
    found = round_range(values, zero=zero)
    assert found.low <= min(values) <= max(values) <= found.high
    assert not zero or found.low <= 0 <= found.high
    assert 3 <= len(found.labels) <= 9
    assert len(set(found.labels)) == len(found.labels)


def test_ticks_of_a_narrow_panel_have_room_and_no_share_is_above_all() -> None:
    wide = Series("Profit", (-7900.0, 1900.0), (-8000.0, 1800.0), (-7800.0, 2000.0), "#0b4f8a")
    narrow = Bars("", ("watch_list", "deposits"), (wide,), "万元/年", horizontal=True, dots=True, differences=True)
    ticks = [_ticks(replace(narrow), width) for width in (420, 180)]
    assert ticks[1] < ticks[0]
    share = Series("Share", (97.0, 99.0), (91.0, 96.0), (99.0, 100.0), "#0b4f8a")
    root = root_of(Bars("", ("a", "b"), (share,), "share, %", horizontal=True, dots=True))
    assert float(root.find(".//c:valAx/c:scaling/c:max", _C).get("val")) == 100


def _ticks(panel: Bars, width: float) -> float:
    axis = etree.fromstring(native(panel, Size(width, 300), Face()).xml).find(".//c:valAx", _C)
    low, high = (float(axis.find(f"c:scaling/c:{end}", _C).get("val")) for end in ("min", "max"))
    return (high - low) / float(axis.find("c:majorUnit", _C).get("val"))


def test_dots_and_their_whiskers_have_the_colour_of_the_verdict() -> None:
    series = Series("Profit", (1.0, 2.0, 3.0), (0.0, 1.0, 2.0), (2.0, 3.0, 4.0), "#0b4f8a")
    colours = ("#0b4f8a", "#d45500", "#d45500")
    root = root_of(Bars("", ("a", "b", "c"), (series,), "x", horizontal=True, dots=True, colours=colours))
    lines = [found.get("val") for found in root.iterfind(".//c:ser/c:spPr/a:ln/a:solidFill/a:srgbClr", _C)]
    assert {"0B4F8A", "D45500"} <= {str(colour).upper() for colour in lines}


def test_many_named_points_are_a_picture(paper: Paper) -> None:
    chart = next(chart for chart in paper.charts if any(isinstance(panel, Points) for panel in chart.panels))
    assert is_native(chart)
    crowded = tuple(
        replace(panel, points=panel.points * 9) if isinstance(panel, Points) else panel for panel in chart.panels
    )
    assert not is_native(replace(chart, panels=crowded))
