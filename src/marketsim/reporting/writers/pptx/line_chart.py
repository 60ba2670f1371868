"""Native charts of lines over a numeric axis, with bands or whiskers for intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from marketsim.reporting.charts.native import Lines, Series
from marketsim.reporting.language import say
from marketsim.reporting.writers.pptx.axes import FIRST, SECOND, Range, round_range, value_axis
from marketsim.reporting.writers.pptx.chart_xml import (
    LINE_WIDTHS,
    TEXT_SIZE,
    Face,
    Label,
    chart_space,
    colour_of,
    error_bars,
    labels,
    marker,
    numbers,
    series_head,
    stroke,
)
from marketsim.reporting.writers.pptx.fitting import folded, width_of
from marketsim.reporting.writers.pptx.plot import (
    Columns,
    Drawn,
    Margins,
    Size,
    Strokes,
    axis_words,
    bottom_margin,
    columns_of,
    extent,
    left_margin,
    plot_in,
    segments,
    upright_room,
)
from marketsim.reporting.writers.pptx.sheet import Column, Sheet

_MOST_WHISKERS = 12
_WIDEST_LABEL = 0.28
_LEAST_GAP = 14.0
_BAND = 22


def lines(panel: Lines, size: Size, face: Face, *, keyed: bool = True) -> Drawn:
    """Return a panel of lines as a native chart; it names them itself where `keyed`."""
    across, up = round_range(panel.places, spare=0.0), round_range(extent(panel.series))
    direct = keyed and _direct(panel, up, size)
    right = _label_room(panel) if direct else 14.0
    keys = [] if direct or not keyed or len(panel.series) == 1 else [folded(series.name) for series in panel.series]
    left = left_margin(up.labels, panel.y_title, upright_room(size))
    margins = Margins(left, bottom_margin(1, panel.x_title, size.width - left - right), right)
    banded = [series for series in panel.series if len(panel.places) > _MOST_WHISKERS and series.low]
    plot = plot_in(size, panel.title, keys, range(len(banded)), margins, face)
    sheet = Sheet(length=3 * len(panel.places) if banded else 0)
    places = sheet.add(panel.x_title or "x", panel.places)
    width = plot.width / max(len(panel.places) - 1, 1)
    bands = [_band(number, series, panel.places, sheet, width) for number, series in enumerate(banded)]
    made = [
        _series(number, series, places, sheet, face, labelled=direct, dense=len(panel.places) > _MOST_WHISKERS)
        for number, series in enumerate(panel.series, start=len(bands))
    ]
    axes = value_axis(
        across,
        face,
        axis_words(panel.x_title, plot.width),
        vertical=False,
        own=FIRST,
        cross=SECOND,
        grid=False,
        between="midCat",
    ) + value_axis(up, face, axis_words(panel.y_title, upright_room(size)), between="midCat", cross_at="min")
    body = (
        '<c:scatterChart><c:scatterStyle val="lineMarker"/><c:varyColors val="0"/>'
        f'{"".join([*bands, *made])}<c:axId val="{FIRST}"/><c:axId val="{SECOND}"/></c:scatterChart>'
    )
    return Drawn(chart_space([plot.layout, body, axes], plot.heading, plot.legend, face), sheet.workbook())


def _band(number: int, series: Series, places: Sequence[float], sheet: Sheet, width: float) -> str:
    """Return the intervals of a line as a band: pale upright strokes side by side, without caps in any program."""
    ends = zip(series.low, series.high, places, strict=True)
    spans = [(low, high, place) for low, high, place in ends if math.isfinite(low) and math.isfinite(high)]
    name = say("{name}: intervals", name=folded(series.name))
    return segments(number, sheet, name, spans, Strokes(series.colour, width, _BAND), upright=True)


def _series(
    number: int, series: Series, places: Column, sheet: Sheet, face: Face, *, labelled: bool, dense: bool
) -> str:
    colour = colour_of(series.colour)
    look = f"<c:spPr>{stroke(colour, LINE_WIDTHS[series.strong], series.dash)}</c:spPr>"
    last = _last(series.values)
    named = labels([Label(last, "r", colour=series.colour, bold=series.strong)] if labelled and last >= 0 else [], face)
    columns = Columns(sheet.add(folded(series.name), series.values)) if dense else columns_of(sheet, series)
    bars = ""
    if columns.plus and columns.minus:
        bars = error_bars("y", columns.plus, columns.minus, stroke(colour, 1.25))
    return (
        f"<c:ser>{series_head(number, columns.values)}{look}{marker(series.colour, 0 if dense else 6)}{named}{bars}"
        f'<c:xVal>{numbers(places)}</c:xVal><c:yVal>{numbers(columns.values)}</c:yVal><c:smooth val="0"/></c:ser>'
    )


def _last(values: tuple[float, ...]) -> int:
    """Return the number of the last value that there is; -1 where there is none."""
    return max((index for index, value in enumerate(values) if math.isfinite(value)), default=-1)


def _direct(panel: Lines, up: Range, size: Size) -> bool:
    """Tell whether the ends of lines lie apart far enough, and names are short enough, to write names there."""
    if len(panel.series) == 1 or _label_room(panel) > _WIDEST_LABEL * size.width:
        return False
    lasts = [_last(series.values) for series in panel.series]
    if any(last != len(panel.places) - 1 for last in lasts):
        return False
    ends = sorted(up.part(series.values[-1]) * 0.7 * size.height for series in panel.series)
    return all(later - earlier >= _LEAST_GAP for earlier, later in pairwise(ends))


def _label_room(panel: Lines) -> float:
    return max(width_of(folded(series.name), TEXT_SIZE, bold=True) for series in panel.series) + 20
