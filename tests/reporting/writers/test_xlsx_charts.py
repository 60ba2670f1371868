"""Charts of the workbook: drawn by Excel from cells that hold the numbers of the chart, and from nothing else."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure
from openpyxl.utils import range_boundaries
from tests.reporting.renderers import absent
from tests.reporting.synthetic import FakeResult
from tests.reporting.writers.workbooks import SOFFICE, Opened, computed_anew, paper_of, write

from marketsim.reporting.charts.chart import Chart
from marketsim.reporting.charts.native import (
    Bars,
    Cells,
    Flows,
    Lines,
    Panel,
    Point,
    Points,
    Series,
    Waterfall,
    numbers_of,
)
from marketsim.reporting.paper.model import ChartBlock, Section
from marketsim.reporting.writers.xlsx.axis_ends import reach_of_axis

NAN = math.nan
TITLE = '=2+2 "quoted" & <b>'
WITH = Series("with", (1.25, 4.5, NAN), (0.5, 3.5, NAN), (2.0, 5.5, NAN), "#0B4F8A", strong=True)
BARE = Series("=bare", (2.0, 3.0, 1.0), colour="#D1600E", dash="dash")
MONTHS = tuple(float(month) for month in range(1, 31))
BAND = Series("band", MONTHS, tuple(m - 0.25 for m in MONTHS), tuple(m + 0.25 for m in MONTHS), "#009E73")
PANELS: dict[str, Panel] = {
    "lines": Lines("Lines", (1.0, 5.0, 20.0), (WITH, BARE), "share, %", "CNY"),
    "band": Lines("Band", MONTHS, (BAND,), "month", "points"),
    "columns": Bars("Columns", ("a", "=b", "c"), (WITH,), "CNY", colours=("#111111", "#222222", "#333333")),
    "lying": Bars("Lying", ("a", "b", "c"), (WITH, BARE), "CNY", horizontal=True),
    "stacked": Bars("Stacked", ("a", "b", "c"), (BARE, BARE), "CNY", stacked=True),
    "dots": Bars("Dots", ("a", "b", "c"), (WITH,), "CNY", horizontal=True, dots=True),
    "waterfall": Waterfall(
        "Steps", ("up", "down", "total"), (2.0, -5.0, -3.0), (1.5, -5.5, -4.0), (2.5, -4.5, -2.0), "CNY", 1
    ),
    "points": Points(
        "Points",
        (Point("@p", 1.0, 2.0, 0.5, 1.5, 1.0, 3.0, 9.0), Point("q", 4.0, 5.0, size=36.0)),
        "x",
        "y",
        "n",
        (1, 1),
        ("q", "@p"),
    ),
}
HEAT = Cells(
    "Heat", ("1", "2"), ("low", "high"), ((-3.0, 0.5), (NAN, 6.0)), ((False, True), (False, False)), "w", "s", "CNY"
)
FLOWS = Flows(
    "Flows", (("Alpha", "Beta", 10.0), ("Beta", "Alpha", 4.0)), {"Alpha": "#111111", "Beta": "#222222"}, "MWh"
)
REFERENCE = re.compile(r"<c:f>([^<]+)</c:f>(.*?)</c:(?:num|str)Ref>", re.DOTALL)


def _chart(*panels: Panel) -> Chart:
    numbers = [number for panel in panels for number in numbers_of(panel)]
    return Chart(
        "chart", TITLE, "It says so.", "A chart.", Figure(), pd.DataFrame({"value": numbers}), panels, "Message"
    )


def _book(lanes: FakeResult, path: Path, *panels: Panel) -> Opened:
    section = Section("charts", "Charts", "x", (ChartBlock(_chart(*panels), "n = 5"),))
    return write(replace(paper_of(lanes), sections=(section,)), lanes, path)


def _plain(text: str) -> str:
    return (
        text.replace("&apos;", "'")
        .replace("&quot;", '"')
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
    )


@pytest.fixture(scope="module")
def book(lanes: FakeResult, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    return _book(lanes, tmp_path_factory.mktemp("charts") / "book.xlsx", *PANELS.values(), HEAT, FLOWS)


@pytest.mark.parametrize("name", PANELS)
def test_charts_are_drawn_from_cells_with_their_numbers(book: Opened, name: str) -> None:
    chart = book.charts()[list(PANELS).index(name)]
    assert "Lit>" not in chart, "no number or text stands in the chart itself"
    found: list[float] = []
    for reference, cache in REFERENCE.findall(chart):
        cells = book.cells(_plain(reference))
        stored = re.findall(r'<c:pt idx="(\d+)"[^>]*>\s*<c:v>([^<]*)</c:v>', cache)
        assert stored or all(cell in (None, "") for cell in cells)
        for place, value in stored:
            cell = cells[int(place)]
            if isinstance(cell, int | float):
                assert float(value) == pytest.approx(cell, abs=1e-12)
                found.append(float(cell))
            else:
                assert _plain(value) == cell
    for number in _drawn(PANELS[name]):
        assert any(number == pytest.approx(cell, abs=1e-9) for cell in found), f"{number} is not drawn"


def _drawn(panel: Panel) -> list[float]:
    """Return the values of a panel and how far their intervals reach; of a waterfall the ends of its steps."""
    if isinstance(panel, Waterfall):
        return [2.0, -3.0, 0.5, 1.0]
    if isinstance(panel, Points):
        return [1.0, 2.0, 4.0, 5.0, 0.5]
    assert isinstance(panel, Lines | Bars)
    found = [value for series in panel.series for value in series.values]
    if panel.title != "Band":
        found += [
            high - value for series in panel.series for high, value in zip(series.high, series.values, strict=False)
        ]
    return [value for value in found if math.isfinite(value)]


def test_waterfalls_stand_on_both_sides_of_zero(book: Opened) -> None:
    chart = book.charts()[list(PANELS).index("waterfall")]
    areas = [_plain(area) for area in re.findall(r"<c:val>\s*<c:numRef>\s*<c:f>([^<]+)</c:f>", chart)]
    base, up, up_below, down, down_below, ends = (book.cells(area) for area in areas)
    assert base == [0, 0, 0]
    assert (up, up_below) == ([2, 0, 0], [0, 0, 0])
    assert (down, down_below) == ([0, 2, 0], [0, -3, -3])
    assert ends == [2, -3, -3]
    labels = book.cells(_plain(re.findall(r"<c:cat>\s*<c:strRef>\s*<c:f>([^<]+)</c:f>", chart)[0]))
    assert labels == ["up\n+2.0", "down\n-5.0", "total\n-3.0"]


def test_heat_maps_are_coloured_by_their_numbers_and_hatched_where_they_cannot_be_told(book: Opened) -> None:
    sheet = next(sheet for sheet in book.formulas if sheet.title.startswith("C1"))
    rules = [(str(area.sqref), rule) for area in sheet.conditional_formatting for rule in area.rules]
    kinds = {rule.type for _, rule in rules}
    assert kinds == {"colorScale", "expression"}
    hatch = next(rule for _, rule in rules if rule.type == "expression")
    assert hatch.stopIfTrue
    assert hatch.dxf.fill.patternType == "lightUp"
    row = next(row for row in sheet.iter_rows() if row[0].value == "low" and row[1].value == -3)
    flags = next(row for row in sheet.iter_rows(min_row=row[0].row + 2) if row[0].value == "low")
    assert hatch.formula == [f"B{flags[0].row}=1"]
    assert [cell.value for cell in flags[1:3]] == [0, 1]


def test_flows_have_sums(book: Opened) -> None:
    sheet = next(sheet for sheet in book.values if sheet.title.startswith("C1"))
    rows = {row[0]: row for row in sheet.iter_rows(values_only=True) if row[0] in ("Alpha", "Beta")}
    assert rows["Alpha"][1:6] == (None, 10, 10, 4, -6)
    assert rows["Beta"][1:6] == (4, None, 4, 10, 6)


def test_all_numbers_of_a_chart_stand_in_its_sheet(book: Opened) -> None:
    sheet = next(sheet for sheet in book.values if sheet.title.startswith("C1"))
    known = {cell for row in sheet.iter_rows(values_only=True) for cell in row if isinstance(cell, int | float)}
    wanted = [number for panel in (*PANELS.values(), HEAT, FLOWS) for number in numbers_of(panel)]
    assert {number for number in wanted if math.isfinite(number)} <= known
    assert sheet["A1"].value == TITLE


def test_a_chart_without_panels_is_a_picture(lanes: FakeResult, tmp_path: Path) -> None:
    book = _book(lanes, tmp_path / "book.xlsx")
    assert not book.charts()
    assert len(next(sheet for sheet in book.formulas if sheet.title.startswith("C1"))._images) == 1


@pytest.mark.skipif(absent(SOFFICE), reason="LibreOffice is not installed")
def test_a_spreadsheet_computes_the_cells_of_charts(book: Opened, tmp_path: Path) -> None:
    anew = computed_anew(book.path, tmp_path)
    cells = [(sheet, place) for sheet, place in book.computed() if sheet.startswith("C1")]
    assert len(cells) > 100
    for sheet, place in cells:
        stored, computed = book.values[sheet][place].value, anew.values[sheet][place].value
        assert computed == (pytest.approx(stored, abs=1e-9) if isinstance(stored, int | float) else stored), place


def test_axes_hold_whole_intervals() -> None:
    series = (Series("a", (1.0, 2.0), (0.4, -1.06), (1.5, 2.94)),)
    assert reach_of_axis(series, from_zero=False) == {"min": -2.0, "max": 3.0, "major_unit": 1.0}
    far = (Series("a", (76.1, 76.4), (76.0, 76.3), (76.2, 76.5)),)
    ends = reach_of_axis(far, from_zero=False)
    assert (ends["min"], ends["max"]) == (76.0, 76.5)
    assert reach_of_axis(far, from_zero=True)["min"] == 0
    assert reach_of_axis((Series("a", (1.0,)),), from_zero=True) == {}, "Excel finds the ends of bare values by itself"


def test_pages_of_charts_end_before_the_long_table(book: Opened) -> None:
    sheet = next(sheet for sheet in book.formulas if sheet.title.startswith("C1"))
    rows = [row[0].row for row in sheet.iter_rows() if row[0].value == "All numbers of the chart"]
    _, _, _, last = range_boundaries(sheet.print_area.rpartition("!")[2].replace("$", ""))
    assert 10 < last < rows[0]
