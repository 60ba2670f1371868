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
_WIDE, _NARROW, _SMALL = (900, 400), (590, 310), (440, 310)
_MOST_NARROW = 4
"""Charts up to which two stand side by side; more stand in rows of three, so that two rows fit on a page."""
_GAP = 12
_PIXELS_OF_LETTER, _PIXELS_OF_CELL = 7, 5


def fill_chart(page: Page, chart: Chart, footer: str) -> None:
    """Write the sheet of a chart.

    Args:
        page: an empty sheet.
        chart: the chart.
        footer: worlds, intervals, seed and scenario.
    """
    widths = _widths(chart)
    page.widths(*widths)
    page.spread(sum(widths[: _columns_in_print(chart)]))
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
    if chart.panels:  # the cells of panels have the same numbers as the long table below them
        page.print_area(max(row - 2, top), _columns_in_print(chart))
    page.text(row, 0, say("All numbers of the chart"), SUBTITLE)
    fill_frame(page, chart.data, row + 1)


def _widths(chart: Chart) -> list[float]:
    """Return the widths of columns: those of the table of numbers, but wide enough for names, and not too wide."""
    own = column_widths(chart.data)
    first = max(own[0], _FIRST_WIDTH) if own else _FIRST_WIDTH
    return [first, *(min(max(width, _WIDTH), _WIDEST) for width in own[1:]), *([_WIDTH] * max(_COLUMNS - len(own), 0))]


def _columns_in_print(chart: Chart) -> int:
    """Return how many columns are printed: those of the cells of panels, and what charts and texts need."""
    if not chart.panels:
        return len(chart.data.columns)
    drawn = sum(not isinstance(panel, Cells | Flows) for panel in chart.panels)
    pixels = min(drawn, _across(drawn)) * (_size(drawn)[0] + _GAP)
    needed, place = 0.0, 0
    for place, width in enumerate(_widths(chart), start=1):  # noqa: B007
        needed += width * _PIXELS_OF_LETTER + _PIXELS_OF_CELL
        if needed >= pixels:
            break
    return max(place, *(_columns_of(panel) for panel in chart.panels))


def _columns_of(panel: Panel) -> int:
    """Return how many columns the cells of a panel take."""
    match panel:
        case Lines() | Bars():
            return 1 + sum(5 if series.low else 1 for series in panel.series)
        case Waterfall():
            return 14
        case Points():
            return 12
        case Cells():
            return 1 + len(panel.columns)
        case Flows():
            return len({*panel.colours, *(name for flow in panel.flows for name in flow[:2])}) + 4


def _size(count: int) -> tuple[int, int]:
    return _WIDE if count == 1 else _NARROW if count <= _MOST_NARROW else _SMALL


def _across(count: int) -> int:
    return 2 if count <= _MOST_NARROW else 3


def _rows_of(count: int) -> int:
    """Return how many rows the charts take."""
    tall = -(-count // _across(count)) * (_size(count)[1] + _GAP)
    return -(-tall // _ROW_PIXELS) + 1


def _place(top: int, number: int, count: int) -> tuple[int, int, int, int, int]:
    """Return row, offset from it and from the left, and size of a chart, in pixels; two or three charts stand side by side."""
    width, height = _size(count)
    down, across = divmod(number, _across(count))
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
