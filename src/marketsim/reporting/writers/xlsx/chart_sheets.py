"""A sheet per chart: what it says, the chart as Excel draws it, the cells it is drawn from, and all its numbers."""

from __future__ import annotations

from io import BytesIO

from marketsim.reporting.charts.chart import Chart
from marketsim.reporting.charts.native import Bars, Cells, Flows, Lines, Panel, Points, Waterfall
from marketsim.reporting.language import say
from marketsim.reporting.writers.xlsx.book import HEAD_ROW, Page
from marketsim.reporting.writers.xlsx.chart_blocks import fill_series, fill_waterfall
from marketsim.reporting.writers.xlsx.coloured_cells import fill_cells, fill_flows
from marketsim.reporting.writers.xlsx.frames import column_widths, fill_frame
from marketsim.reporting.writers.xlsx.looks import SUBTITLE, WRAPPED
from marketsim.reporting.writers.xlsx.native_charts import bars_chart, lines_chart, waterfall_chart
from marketsim.reporting.writers.xlsx.point_blocks import fill_points
from marketsim.reporting.writers.xlsx.point_charts import points_chart

_FIRST_WIDTH, _WIDTH, _WIDEST, _COLUMNS = 28.0, 13.0, 24.0, 24
_ROW_PIXELS = 20
_WIDE, _NARROW = (900, 400), (590, 340)
_GAP = 12


def fill_chart(page: Page, chart: Chart, footer: str) -> None:
    """Write the sheet of a chart.

    Args:
        page: an empty sheet.
        chart: the chart.
        footer: worlds, intervals, seed and scenario.
    """
    widths = _widths(chart)
    page.widths(*widths)
    page.spread(sum(widths[: len(chart.data.columns)]))
    page.head(chart.title, footer)
    page.paragraph(HEAD_ROW, chart.finding, WRAPPED)
    drawn = [panel for panel in chart.panels if not isinstance(panel, Cells | Flows)]
    top = HEAD_ROW + 2
    row = top + _rows_of(len(drawn)) if drawn or not chart.panels else top
    if not chart.panels:
        row = top + _picture(page, chart, top)
    number = 0
    for panel in chart.panels:
        is_drawn = not isinstance(panel, Cells | Flows)
        place = _place(top, number, len(drawn)) if is_drawn else None
        row = _panel(page, row, panel, panel.title or chart.title, place) + 3
        number += int(is_drawn)
    page.text(row, 0, say("All numbers of the chart"), SUBTITLE)
    fill_frame(page, chart.data, row + 1)


def _widths(chart: Chart) -> list[float]:
    """Return the widths of columns: those of the table of numbers, but wide enough for names, and not too wide."""
    own = column_widths(chart.data)
    first = max(own[0], _FIRST_WIDTH) if own else _FIRST_WIDTH
    return [first, *(min(max(width, _WIDTH), _WIDEST) for width in own[1:]), *([_WIDTH] * max(_COLUMNS - len(own), 0))]


def _size(count: int) -> tuple[int, int]:
    return _WIDE if count == 1 else _NARROW


def _rows_of(count: int) -> int:
    """Return how many rows the charts take."""
    tall = -(-count // 2) * (_size(count)[1] + _GAP)
    return -(-tall // _ROW_PIXELS) + 1


def _place(top: int, number: int, count: int) -> tuple[int, int, int, int, int]:
    """Return row, offset from it and from the left, and size of a chart, in pixels; two charts stand side by side."""
    width, height = _size(count)
    down, across = divmod(number, 2)
    offset = down * (height + _GAP)
    return top + offset // _ROW_PIXELS, offset % _ROW_PIXELS, across * (width + _GAP), width, height


def _panel(page: Page, row: int, panel: Panel, title: str, place: tuple[int, int, int, int, int] | None) -> int:
    """Write the cells of a panel, and draw it from them; return the last row."""
    match panel:
        case Lines():
            block = fill_series(page, row, panel, title)
            drawn, last = lines_chart(page, panel, block), block.last_row
        case Bars():
            block = fill_series(page, row, panel, title)
            drawn, last = bars_chart(page, panel, block), block.last_row
        case Waterfall():
            steps = fill_waterfall(page, row, panel, title)
            drawn, last = waterfall_chart(page, panel, steps), steps.last_row
        case Points():
            points = fill_points(page, row, panel, title)
            drawn, last = points_chart(page, panel, points), points.last_row
        case Cells():
            return fill_cells(page, row, panel, title)
        case Flows():
            return fill_flows(page, row, panel, title)
    if place is not None:
        _insert(page, drawn, place)
    return last


def _insert(page: Page, chart: object, place: tuple[int, int, int, int, int]) -> None:
    row, down, across, width, height = place
    page.sheet.insert_chart(
        row,
        0,
        chart,
        {"x_offset": across, "y_offset": down, "x_scale": width / 480, "y_scale": height / 288, "object_position": 3},
    )


def _picture(page: Page, chart: Chart, top: int) -> int:
    """Insert the picture of a chart that has no form of its own for Excel; return how many rows it takes."""
    options = {
        "image_data": BytesIO(chart.png),
        "object_position": 3,
        "description": chart.alt,
        "x_offset": 2,
        "y_offset": 2,
    }
    page.sheet.insert_image(top, 0, f"{chart.name}.png", options)
    height = float(chart.figure.get_size_inches()[1]) * 96
    return int(height // _ROW_PIXELS) + 2
