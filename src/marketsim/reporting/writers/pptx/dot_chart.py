"""Native charts of dots with whiskers, a row or column per category: points of an XY chart whose rows are named."""

from __future__ import annotations

import math
from collections.abc import Sequence

from marketsim.reporting.charts.native import Bars, Series
from marketsim.reporting.language import say
from marketsim.reporting.writers.pptx.axes import FIRST, SECOND, Range, round_range, value_axis
from marketsim.reporting.writers.pptx.bar_chart import category_names, widest
from marketsim.reporting.writers.pptx.chart_xml import (
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
    Plot,
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

_SPREAD = 0.5
_TICKS = (5, 4, 3, 2)
"""About how many ticks an axis may have, the most first."""
_ALL = 100.0
_ROOM_OF_MARGINS = 40.0
_SIZE, _OWN_SIZE = 8, 9
"""Sizes of dots; those of another colour are larger, as LibreOffice takes the colour of a dot only with another size."""
_GAP = "\N{NO-BREAK SPACE}" * 2
"""Between a name and a dot at the edge of the plot."""
_NO_LINE = "<c:spPr><a:ln><a:noFill/></a:ln></c:spPr>"


def dots(panel: Bars, size: Size, face: Face) -> Drawn:
    """Return a panel of dots with whiskers as a native chart."""
    found = _range(panel, size)
    names = category_names(
        panel.categories,
        size,
        horizontal=panel.horizontal,
        left=left_margin(found.labels, panel.value_title, upright_room(size)),
    )
    keys = [folded(series.name) for series in panel.series] if len(panel.series) > 1 else []
    plot = _plot(panel, size, found, names, keys, face)
    sheet = Sheet(length=3 * len(names) - 1 if panel.horizontal else len(names))
    made = [_series(panel, number, sheet) for number in range(len(panel.series))]
    made.append(_names(panel, names, found, sheet, face))
    made += _whiskers(panel, sheet, len(made)) if panel.horizontal else []
    body = (
        '<c:scatterChart><c:scatterStyle val="lineMarker"/><c:varyColors val="0"/>'
        f'{"".join(made)}<c:axId val="{FIRST}"/><c:axId val="{SECOND}"/></c:scatterChart>'
    )
    axes = _axes(panel, found, plot, size, face)
    return Drawn(chart_space([plot.layout, body, axes], plot.heading, plot.legend, face), sheet.workbook())


def _range(panel: Bars, size: Size) -> Range:
    """Return the range of values, with as many ticks as have room beside each other; no share is above 100 %."""
    values = [*extent(panel.series)]
    is_share = not panel.differences and "%" in panel.value_title and max(values) <= _ALL
    most = _ALL if is_share else math.inf
    ranges = [round_range(values, zero=panel.shows_zero, ticks=ticks, most=most) for ticks in _TICKS]
    if not panel.horizontal:
        return ranges[0]
    room = size.width - _ROOM_OF_MARGINS - widest(category_names(panel.categories, size, horizontal=True, left=0.0))
    return next((found for found in ranges if _needed(found) <= room), ranges[-1])


def _needed(found: Range) -> float:
    """Return the width that the labels of ticks need side by side."""
    return sum(width_of(label, TEXT_SIZE) + TEXT_SIZE for label in found.labels)


def _plot(panel: Bars, size: Size, found: Range, names: Sequence[str], keys: Sequence[str], face: Face) -> Plot:
    if panel.horizontal:
        left = widest(names) + 20
        margins = Margins(left, bottom_margin(1, panel.value_title, size.width - left - 20), 20.0)
    else:
        most = max((name.count("\n") + 1 for name in names), default=1)
        margins = Margins(left_margin(found.labels, panel.value_title, upright_room(size)), bottom_margin(most))
    return plot_in(size, panel.title, keys, range(len(panel.series), 2 * len(panel.series) + 1), margins, face)


def _axes(panel: Bars, found: Range, plot: Plot, size: Size, face: Face) -> str:
    rows = Range(0.5, len(panel.categories) + 0.5, 1.0)
    if panel.horizontal:
        words = axis_words(panel.value_title, plot.width)
        across = value_axis(
            found, face, words, vertical=False, own=FIRST, cross=SECOND, between="midCat", cross_at="min"
        )
        return across + value_axis(rows, face, grid=False, named=False, between="midCat")
    across = value_axis(
        rows,
        face,
        vertical=False,
        own=FIRST,
        cross=SECOND,
        grid=False,
        named=False,
        between="midCat",
        cross_at="autoZero",
    )
    words = axis_words(panel.value_title, upright_room(size))
    return across + value_axis(found, face, words, between="midCat", cross_at="min")


def _rows(panel: Bars, offset: float = 0.0) -> list[float]:
    """Return where the categories stand: the first on top, or at the left."""
    count = len(panel.categories)
    return [(count - index if panel.horizontal else index + 1) + offset for index in range(count)]


def _series(panel: Bars, number: int, sheet: Sheet) -> str:
    series = panel.series[number]
    columns = columns_of(sheet, series)
    rows = sheet.add(say("{name}: row", name=folded(series.name)), _rows(panel, _offset(panel, number)))
    has_bars = columns.plus is not None and columns.minus is not None and not panel.horizontal
    line = stroke(colour_of(series.colour), 1.5)
    whiskers = error_bars("y", columns.plus, columns.minus, line) if has_bars and columns.plus and columns.minus else ""
    return (
        f"<c:ser>{series_head(number, columns.values)}{_NO_LINE}{marker(series.colour, _SIZE)}{_own_colours(panel, series)}"
        f'{whiskers}{_places(panel, columns, rows)}<c:smooth val="0"/></c:ser>'
    )


def _offset(panel: Bars, number: int) -> float:
    """Return how far the dots of a series stand from the middle of their rows, so that none hides another."""
    count = len(panel.series)
    return (number - (count - 1) / 2) * _SPREAD / count * (-1 if panel.horizontal else 1)


def _whiskers(panel: Bars, sheet: Sheet, first: int) -> list[str]:
    """Return a series of whiskers for each series that has intervals."""
    made: list[str] = []
    for number, series in enumerate(panel.series):
        places = _rows(panel, _offset(panel, number))
        colours = panel.colours or (series.colour,) * len(places)
        spans = [
            (colour, (low, high, place))
            for colour, low, high, place in zip(colours, series.low, series.high, places, strict=False)
            if math.isfinite(low) and math.isfinite(high)
        ]
        name = say("{name}: intervals", name=folded(series.name))
        for colour in dict.fromkeys(colour for colour, _ in spans):
            own = [span for drawn_in, span in spans if drawn_in == colour]
            made.append(segments(first + len(made), sheet, name, own, Strokes(colour), upright=False))
    return made


def _own_colours(panel: Bars, series: Series) -> str:
    return "".join(
        f'<c:dPt><c:idx val="{index}"/>{marker(colour, _OWN_SIZE)}<c:bubble3D val="0"/></c:dPt>'
        for index, colour in enumerate(panel.colours)
        if colour != series.colour
    )


def _places(panel: Bars, columns: Columns, rows: Column) -> str:
    x, y = (columns.values, rows) if panel.horizontal else (rows, columns.values)
    return f"<c:xVal>{numbers(x)}</c:xVal><c:yVal>{numbers(y)}</c:yVal>"


def _names(panel: Bars, names: Sequence[str], found: Range, sheet: Sheet, face: Face) -> str:
    """Return an unseen series at the edge of the plot that has the names of the categories as labels."""
    edge = sheet.add(say("where labels stand"), [found.low] * len(names))
    rows = sheet.add(say("row"), _rows(panel))
    place = "l" if panel.horizontal else "b"
    sheet.add(panel.value_title or say("row"), names)
    gap = _GAP if panel.horizontal else ""
    words = [
        Label(index, place, f"{name}{gap}")
        for index, name in enumerate(names)
        if name.strip() and math.isfinite(found.low)
    ]
    x, y = (edge, rows) if panel.horizontal else (rows, edge)
    return (
        f"<c:ser>{series_head(len(panel.series), edge)}{_NO_LINE}{marker('#000000', 0)}{labels(words, face, TEXT_SIZE)}"
        f'<c:xVal>{numbers(x)}</c:xVal><c:yVal>{numbers(y)}</c:yVal><c:smooth val="0"/></c:ser>'
    )
