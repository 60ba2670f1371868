"""Native bar and column charts, with whiskers for intervals and values at the ends of single bars."""

from __future__ import annotations

import math
from collections.abc import Sequence

from marketsim.reporting.charts.native import Bars, Series
from marketsim.reporting.language import say
from marketsim.reporting.numbers import plain
from marketsim.reporting.writers.pptx.axes import FIRST, SECOND, Range, category_axis, round_range, value_axis
from marketsim.reporting.writers.pptx.chart_xml import (
    NO_FILL,
    TEXT_SIZE,
    Face,
    Label,
    chart_space,
    error_bars,
    filled,
    labels,
    number_code,
    numbers,
    series_head,
    stroke,
    texts,
    value_labels,
)
from marketsim.reporting.writers.pptx.fitting import folded, width_of, wrapped
from marketsim.reporting.writers.pptx.plot import (
    Columns,
    Drawn,
    Margins,
    Plot,
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

_WHISKER = '<a:schemeClr val="tx1"/>'
_MOST_LABELLED = 16
_WIDEST_NAMES = 0.36


def bars(panel: Bars, size: Size, face: Face) -> Drawn:
    """Return a panel of bars as a native chart."""
    found = _range(panel)
    keys = [folded(series.name) for series in panel.series] if len(panel.series) > 1 else []
    names = category_names(
        panel.categories,
        size,
        horizontal=panel.horizontal,
        left=left_margin(found.labels, panel.value_title, upright_room(size)),
    )
    plot = _plot(panel, size, found, names, keys, face)
    sheet = Sheet()
    categories = sheet.add(panel.value_title or " ", names)
    columns = [columns_of(sheet, series) for series in panel.series]
    made = [_series(panel, number, columns[number], categories, face) for number in range(len(columns))]
    if len(columns) == 1 and not panel.stacked and len(names) <= _MOST_LABELLED:
        made.append(_value_holder(panel, sheet, categories, face))
    return Drawn(
        chart_space(
            [plot.layout, _body(panel, made), *_axes(panel, found, plot, size, face)], plot.heading, plot.legend, face
        ),
        sheet.workbook(),
    )


def _body(panel: Bars, made: Sequence[str]) -> str:
    overlap = 100 if panel.stacked or len(panel.series) == 1 else -5
    return (
        f'<c:barChart><c:barDir val="{"bar" if panel.horizontal else "col"}"/>'
        f'<c:grouping val="{"stacked" if panel.stacked else "clustered"}"/><c:varyColors val="0"/>{"".join(made)}'
        f'<c:gapWidth val="60"/><c:overlap val="{overlap}"/><c:axId val="{FIRST}"/><c:axId val="{SECOND}"/></c:barChart>'
    )


def _axes(panel: Bars, found: Range, plot: Plot, size: Size, face: Face) -> tuple[str, str]:
    room = plot.width if panel.horizontal else upright_room(size)
    words = axis_words(panel.value_title, room)
    return (
        category_axis(face, vertical=panel.horizontal),
        value_axis(
            found,
            face,
            words,
            vertical=not panel.horizontal,
            cross_at="max" if panel.horizontal else "autoZero",
            labels_at="nextTo" if panel.horizontal else "low",
        ),
    )


def _range(panel: Bars) -> Range:
    if not panel.stacked:
        return round_range(extent(panel.series), zero=True, spare=0.1)
    sums = [
        sum(value for value in values if math.isfinite(value) and value * sign > 0)
        for values in zip(*(series.values for series in panel.series), strict=True)
        for sign in (1, -1)
    ]
    return round_range(sums, zero=True, spare=0.02)


def category_names(categories: Sequence[str], size: Size, *, horizontal: bool, left: float) -> list[str]:
    """Return names of categories, folded, with line breaks where they are long."""
    count = max(len(categories), 1)
    room = _WIDEST_NAMES * size.width if horizontal else (size.width - left - 10) / count - 4
    return ["\n".join(wrapped(folded(name, 60), max(room, 30.0), TEXT_SIZE)) for name in categories]


def _plot(panel: Bars, size: Size, found: Range, names: Sequence[str], keys: Sequence[str], face: Face) -> Plot:
    lines = [line for name in names for line in name.split("\n")]
    if panel.horizontal:
        left = left_margin(lines)
        margins = Margins(left, bottom_margin(1, panel.value_title, size.width - left - 20), 20.0)
    else:
        most = max((name.count("\n") + 1 for name in names), default=1)
        margins = Margins(left_margin(found.labels, panel.value_title, upright_room(size)), bottom_margin(most))
    return plot_in(size, panel.title, keys, (), margins, face)


def _series(panel: Bars, number: int, columns: Columns, categories: Column, face: Face) -> str:
    series = panel.series[number]
    whiskers = (
        error_bars("", columns.plus, columns.minus, stroke(_WHISKER, 1.25)) if columns.plus and columns.minus else ""
    )
    few = len(panel.series) > 1 and len(panel.series) * len(panel.categories) <= _MOST_LABELLED
    place = "ctr" if panel.stacked else "outEnd"
    shown = (
        value_labels(number_code(panel.digits), place, face, colour='<a:schemeClr val="bg1"/>' if panel.stacked else "")
        if few and not whiskers
        else ""
    )
    return (
        f'<c:ser>{series_head(number, columns.values)}{filled(series.colour)}<c:invertIfNegative val="0"/>'
        f"{_own_colours(panel, series)}{shown}{whiskers}<c:cat>{texts(categories)}</c:cat>"
        f"<c:val>{numbers(columns.values)}</c:val></c:ser>"
    )


def _own_colours(panel: Bars, series: Series) -> str:
    """Return the colours of bars that differ from that of their series."""
    return "".join(
        f'<c:dPt><c:idx val="{index}"/><c:invertIfNegative val="0"/><c:bubble3D val="0"/>{filled(colour)}</c:dPt>'
        for index, colour in enumerate(panel.colours)
        if colour != series.colour
    )


def _value_holder(panel: Bars, sheet: Sheet, categories: Column, face: Face) -> str:
    """Return an unseen series that reaches to the ends of the whiskers and has the values written at its ends."""
    series = panel.series[0]
    reaches = [_reach(series, index) for index in range(len(series.values))]
    column = sheet.add(say("where labels stand"), reaches)
    words = [
        Label(index, "outEnd", plain(value, panel.digits))
        for index, value in enumerate(series.values)
        if math.isfinite(value)
    ]
    return (
        f'<c:ser>{series_head(1, column)}{NO_FILL}<c:invertIfNegative val="0"/>{labels(words, face)}'
        f"<c:cat>{texts(categories)}</c:cat><c:val>{numbers(column)}</c:val></c:ser>"
    )


def _reach(series: Series, index: int) -> float:
    """Return the end of a bar or of its whisker, whichever is farther from zero."""
    value = series.values[index]
    ends = series.low if value < 0 else series.high
    end = ends[index] if ends and math.isfinite(ends[index]) else value
    return min(value, end) if value < 0 else max(value, end)


def widest(names: Sequence[str]) -> float:
    """Return the width of the widest of some names."""
    return max((width_of(line, TEXT_SIZE) for name in names for line in name.split("\n")), default=0.0)
