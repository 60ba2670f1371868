"""Native charts of lines over a numeric axis, with bands or whiskers for intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from marketsim.reporting.charts.native import Lines, Series
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
    axis_words,
    bottom_margin,
    columns_of,
    extent,
    left_margin,
    plot_in,
    upright_room,
)
from marketsim.reporting.writers.pptx.sheet import Column, Sheet

_MOST_WHISKERS = 12
_WIDEST_LABEL = 0.28
_LEAST_GAP = 14.0
_BAND = 22


@dataclass(frozen=True)
class _Band:
    """How intervals are drawn: as whiskers, or as bars so wide and pale that they make a band."""

    width: float
    is_band: bool


def lines(panel: Lines, size: Size, face: Face) -> Drawn:
    """Return a panel of lines as a native chart."""
    across, up = round_range(panel.places, spare=0.0), round_range(extent(panel.series))
    direct = _direct(panel, up, size)
    right = _label_room(panel) if direct else 14.0
    keys = [] if direct or len(panel.series) == 1 else [folded(series.name) for series in panel.series]
    left = left_margin(up.labels, panel.y_title, upright_room(size))
    margins = Margins(left, bottom_margin(1, panel.x_title, size.width - left - right), right)
    plot = plot_in(size, panel.title, keys, (), margins, face)
    sheet = Sheet()
    places = sheet.add(panel.x_title or "x", panel.places)
    band = _Band(plot.width / max(len(panel.places) - 1, 1), len(panel.places) > _MOST_WHISKERS)
    made = [
        _series(number, series, places, columns_of(sheet, series), band, face, labelled=direct)
        for number, series in enumerate(panel.series)
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
        f'{"".join(made)}<c:axId val="{FIRST}"/><c:axId val="{SECOND}"/></c:scatterChart>'
    )
    return Drawn(chart_space([plot.layout, body, axes], plot.heading, plot.legend, face), sheet.workbook())


def _series(
    number: int, series: Series, places: Column, columns: Columns, band: _Band, face: Face, *, labelled: bool
) -> str:
    colour = colour_of(series.colour)
    look = f"<c:spPr>{stroke(colour, LINE_WIDTHS[series.strong], series.dash)}</c:spPr>"
    last = _last(series.values)
    named = labels([Label(last, "r", colour=series.colour, bold=series.strong)] if labelled and last >= 0 else [], face)
    bars = ""
    if columns.plus and columns.minus:
        line = stroke(colour, band.width, alpha=_BAND, cap="flat") if band.is_band else stroke(colour, 1.25)
        bars = error_bars("y", columns.plus, columns.minus, line, caps=not band.is_band)
    return (
        f"<c:ser>{series_head(number, columns.values)}{look}{marker(series.colour, 0 if band.is_band else 6)}{named}{bars}"
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
