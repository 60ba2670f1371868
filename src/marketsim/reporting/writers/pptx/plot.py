"""The place of title, legend and plot inside a native chart, and what a drawn chart is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from marketsim.reporting.charts.native import Series
from marketsim.reporting.language import say
from marketsim.reporting.writers.pptx.chart_xml import (
    TEXT_SIZE,
    TITLE_SIZE,
    Face,
    colour_of,
    layout,
    marker,
    numbers,
    series_head,
    stroke,
    text_look,
    title,
)
from marketsim.reporting.writers.pptx.fitting import LINE, clean, folded, width_of, wrapped
from marketsim.reporting.writers.pptx.sheet import Column, Sheet

_PAD = 6.0
_KEY = 34.0
_SHORTEST_PLOT = 60.0
_WHISKER = 1.75


@dataclass(frozen=True)
class Size:
    """Width and height of a chart in points."""

    width: float
    height: float


@dataclass(frozen=True)
class Drawn:
    """A native chart: its XML and its workbook, in the form in which python-pptx takes data of charts."""

    xml: bytes
    xlsx_blob: bytes

    def xml_bytes(self, kind: object) -> bytes:
        """Return the XML, whatever kind of chart it is said to be."""
        return self.xml


@dataclass(frozen=True)
class Margins:
    """What stands around the plot, in points: labels of axes at the left and bottom, labels of lines at the right."""

    left: float
    bottom: float
    right: float = 10.0


@dataclass(frozen=True)
class Plot:
    """Where title, legend and plot are, as XML, and how large the plot is in points."""

    heading: str
    legend: str
    layout: str
    width: float
    height: float


def plot_in(size: Size, words: str, keys: Sequence[str], hidden: Iterable[int], margins: Margins, face: Face) -> Plot:
    """Return how a chart is divided.

    Args:
        size: the chart.
        words: its title; may be empty.
        keys: names in the legend; none where there is no legend.
        hidden: numbers of series that have no place in the legend.
        margins: room around the plot.
        face: the fonts.
    """
    heading = "\n".join(wrapped(clean(words), size.width - 24, TITLE_SIZE, bold=True)) if words else ""
    top = _PAD + (len(heading.split("\n")) * TITLE_SIZE * LINE + _PAD if heading else 0.0)
    rows = _legend_rows(keys, size.width)
    height = rows * TEXT_SIZE * 1.5
    legend = _legend(top / size.height, height / size.height, hidden, face) if keys else ""
    top += height + (_PAD if keys else 0)
    plot_height = max(size.height - top - margins.bottom, _SHORTEST_PLOT)
    plot_width = max(size.width - margins.left - margins.right, _SHORTEST_PLOT)
    place = layout(
        margins.left / size.width, top / size.height, plot_width / size.width, plot_height / size.height, inner=True
    )
    return Plot(title(heading, face, place=layout(0.0, 0.0)), legend, place, plot_width, plot_height)


def _legend_rows(keys: Sequence[str], width: float) -> int:
    total = sum(width_of(key, TEXT_SIZE) + _KEY for key in keys)
    return math.ceil(total / (width - 20)) if keys else 0


def _legend(top: float, height: float, hidden: Iterable[int], face: Face) -> str:
    gone = "".join(f'<c:legendEntry><c:idx val="{index}"/><c:delete val="1"/></c:legendEntry>' for index in hidden)
    place = layout(0.01, top, 0.98, height)
    return f'<c:legend><c:legendPos val="t"/>{gone}{place}<c:overlay val="0"/>{text_look(face)}</c:legend>'


def left_margin(labels: Iterable[str], words: str = "", room: float = 240.0) -> float:
    """Return the room that labels at the left of a plot need, and beside them the title of an axis of some length."""
    widest = max((width_of(label, TEXT_SIZE) for label in labels), default=0.0)
    return widest + 8 + _title_room(words, room)


def bottom_margin(lines: int, words: str = "", room: float = 240.0) -> float:
    """Return the room that labels of some lines under a plot need, and under them the title of an axis of some length."""
    return lines * TEXT_SIZE * LINE + 8 + _title_room(words, room)


def _title_room(words: str, room: float) -> float:
    return (axis_words(words, room).count("\n") + 1) * TEXT_SIZE * LINE + 6 if words else 2


def upright_room(size: Size) -> float:
    """Return about how long the title of an upright axis may be."""
    return max(size.height - 90.0, 80.0)


def axis_words(words: str, room: float) -> str:
    """Return the title of an axis, in two lines where it is longer than the axis."""
    return "\n".join(wrapped(clean(words), max(room - 8, 80.0), TEXT_SIZE))


@dataclass(frozen=True)
class Columns:
    """The columns of a series in the workbook: values, and how far its interval reaches up and down from them."""

    values: Column
    plus: Column | None = None
    minus: Column | None = None


def columns_of(sheet: Sheet, series: Series) -> Columns:
    """Add a series to the workbook: its values, the ends of its intervals, and their distances from the values."""
    name = folded(series.name)
    values = sheet.add(name, series.values)
    if not _has_intervals(series):
        return Columns(values)
    sheet.add(say("{name}: low end", name=name), series.low)
    sheet.add(say("{name}: high end", name=name), series.high)
    plus = sheet.add(say("{name}: up to the high end", name=name), distances(series.values, series.high))
    minus = sheet.add(say("{name}: down to the low end", name=name), distances(series.values, series.low))
    return Columns(values, plus, minus)


def distances(values: Sequence[float], ends: Sequence[float]) -> tuple[float, ...]:
    """Return how far ends of intervals are from values; NaN where there is none."""
    return tuple(
        abs(end - value) if math.isfinite(value) and math.isfinite(end) else math.nan
        for value, end in zip(values, ends, strict=True)
    )


def _has_intervals(series: Series) -> bool:
    return bool(series.low) and any(math.isfinite(end) for end in (*series.low, *series.high))


@dataclass(frozen=True)
class Strokes:
    """How pieces of a line look: colour ``#RRGGBB``, width in points, and per cent of it that is opaque."""

    colour: str
    width: float = _WHISKER
    alpha: int = 100


def segments(
    number: int, sheet: Sheet, name: str, spans: Sequence[tuple[float, float, float]], look: Strokes, *, upright: bool
) -> str:
    """Return whiskers as a series of pieces of a line, which all programs draw alike.

    Args:
        number: number of the series.
        sheet: the workbook.
        name: name of the series.
        spans: (low end, high end, place on the other axis) of each whisker.
        look: how they are drawn.
        upright: whether they stand along the y axis.
    """
    ends = [end for low, high, _ in spans for end in (low, high, math.nan)][:-1]
    places = [value for _, _, place in spans for value in (place, place, math.nan)][:-1]
    across, up = (places, ends) if upright else (ends, places)
    beside = say("{name}: places", name=name) if upright else say("{name}: ends", name=name)
    x, y = sheet.add(beside, across), sheet.add(name, up)
    line = stroke(colour_of(look.colour), look.width, alpha=look.alpha, cap="flat")
    return (
        f"<c:ser>{series_head(number, y)}<c:spPr>{line}</c:spPr>{marker(look.colour, 0)}<c:xVal>{numbers(x)}</c:xVal>"
        f'<c:yVal>{numbers(y)}</c:yVal><c:smooth val="0"/></c:ser>'
    )


def extent(series: Iterable[Series]) -> list[float]:
    """Return all numbers that must lie inside the plot."""
    return [number for one in series for number in (*one.values, *one.low, *one.high)]
