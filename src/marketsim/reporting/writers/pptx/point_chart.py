"""Native scatter and bubble charts: a series per named point, crosses for intervals, a line for the best trade-offs."""

from __future__ import annotations

import math

from marketsim.reporting import style
from marketsim.reporting.charts.native import Point, Points
from marketsim.reporting.language import say
from marketsim.reporting.writers.pptx.axes import FIRST, SECOND, round_range, value_axis
from marketsim.reporting.writers.pptx.chart_xml import (
    Face,
    Label,
    chart_space,
    colour_of,
    error_bars,
    filled,
    labels,
    marker,
    numbers,
    series_head,
    stroke,
)
from marketsim.reporting.writers.pptx.fitting import folded
from marketsim.reporting.writers.pptx.label_places import label_places
from marketsim.reporting.writers.pptx.plot import (
    Drawn,
    Margins,
    Size,
    Strokes,
    axis_words,
    bottom_margin,
    distances,
    left_margin,
    plot_in,
    segments,
    upright_room,
)
from marketsim.reporting.writers.pptx.sheet import Sheet

_NO_LINE = "<c:spPr><a:ln><a:noFill/></a:ln></c:spPr>"
_LARGEST, _SMALLEST, _USUAL = 34, 6, 9
_BUBBLE_SCALE = 60
_LINE = 1.75


def points(panel: Points, size: Size, face: Face) -> Drawn:
    """Return a panel of points as a native chart: of bubbles where they have sizes and nothing but sizes."""
    across = round_range((v for p in panel.points for v in (p.x, p.x_low, p.x_high)), spare=0.08)
    up = round_range((v for p in panel.points for v in (p.y, p.y_low, p.y_high)), spare=0.08)
    left = left_margin(up.labels, panel.y_title, upright_room(size))
    margins = Margins(left, bottom_margin(1, panel.x_title, size.width - left - 24), 24.0)
    plot = plot_in(size, _heading(panel), (), (), margins, face)
    sheet, bubbles = Sheet(length=3 * len(panel.points) - 1), _are_bubbles(panel)
    places = label_places(panel, across, up, plot)
    parts = (size.width, size.height)
    made = [
        _series(panel, number, place.within(*parts), sheet, face, bubbles=bubbles)
        for number, place in enumerate(places)
    ]
    if panel.front:
        made.append(_front(panel, len(made), sheet))
    spans = [(p.x_low, p.x_high, p.y) for p in panel.points if math.isfinite(p.x_low) and math.isfinite(p.x_high)]
    if spans:
        made.append(segments(len(made), sheet, say("intervals of x"), spans, Strokes(style.QUIET), upright=False))
    axes = value_axis(
        across, face, axis_words(panel.x_title, plot.width), vertical=False, own=FIRST, cross=SECOND, between="midCat"
    ) + value_axis(up, face, axis_words(panel.y_title, upright_room(size)), between="midCat")
    body = _body("".join(made), bubbles=bubbles)
    return Drawn(chart_space([plot.layout, body, axes], plot.heading, "", face), sheet.workbook())


def _are_bubbles(panel: Points) -> bool:
    """Tell whether bubbles can show all of a panel: nothing can be drawn together with them, not even intervals."""
    ends = [end for p in panel.points for end in (p.x_low, p.x_high, p.y_low, p.y_high)]
    return bool(panel.size_title) and not panel.front and not any(math.isfinite(end) for end in ends)


def _heading(panel: Points) -> str:
    if not panel.size_title:
        return panel.title
    said = say("size: {what}", what=panel.size_title)
    return said if not panel.title else say("{title} ({more})", title=panel.title, more=said)


def _body(made: str, *, bubbles: bool) -> str:
    both = f'<c:axId val="{FIRST}"/><c:axId val="{SECOND}"/>'
    if bubbles:
        return (
            f'<c:bubbleChart><c:varyColors val="0"/>{made}<c:bubbleScale val="{_BUBBLE_SCALE}"/><c:showNegBubbles val="0"/>'
            f'<c:sizeRepresents val="area"/>{both}</c:bubbleChart>'
        )
    return f'<c:scatterChart><c:scatterStyle val="lineMarker"/><c:varyColors val="0"/>{made}{both}</c:scatterChart>'


def _series(panel: Points, number: int, label: Label, sheet: Sheet, face: Face, *, bubbles: bool) -> str:
    point, name = panel.points[number], folded(panel.points[number].name)
    x = sheet.add(say("{name}: x", name=name), [point.x])
    y = sheet.add(name, [point.y])
    named = labels([label], face)
    whisker = _whisker(point, sheet)
    values = f"<c:xVal>{numbers(x)}</c:xVal><c:yVal>{numbers(y)}</c:yVal>"
    if panel.size_title:
        size = sheet.add(say("{name}: size", name=name), [point.size])
    if bubbles:
        held = f'<c:bubbleSize>{numbers(size)}</c:bubbleSize><c:bubble3D val="0"/>'
        look = f'{filled(point.colour)}<c:invertIfNegative val="0"/>'
        return f"<c:ser>{series_head(number, y)}{look}{named}{whisker}{values}{held}</c:ser>"
    look = f"{_NO_LINE}{marker(point.colour, _marker_size(panel, point))}"
    return f'<c:ser>{series_head(number, y)}{look}{named}{whisker}{values}<c:smooth val="0"/></c:ser>'


def _whisker(point: Point, sheet: Sheet) -> str:
    """Return the upright whisker of a point; those that lie are a series of their own."""
    if not (math.isfinite(point.y_low) and math.isfinite(point.y_high)):
        return ""
    name = folded(point.name)
    sheet.add(say("{name}: low end", name=name), [point.y_low])
    sheet.add(say("{name}: high end", name=name), [point.y_high])
    plus = sheet.add(say("{name}: up to the high end", name=name), distances([point.y], [point.y_high]))
    minus = sheet.add(say("{name}: down to the low end", name=name), distances([point.y], [point.y_low]))
    return error_bars("y", plus, minus, stroke(colour_of(style.QUIET), _LINE, cap="flat"), caps=False)


def _marker_size(panel: Points, point: Point) -> int:
    """Return the size of a marker: its area by the size of the point."""
    sizes = [p.size for p in panel.points if math.isfinite(p.size) and p.size > 0]
    if not panel.size_title or not sizes or not math.isfinite(point.size):
        return _USUAL + 2 * point.strong
    return max(round(_LARGEST * math.sqrt(max(point.size, 0.0) / max(sizes))), _SMALLEST)


def _front(panel: Points, number: int, sheet: Sheet) -> str:
    """Return the line through the points that no other beats on both axes."""
    best = sorted((point for point in panel.points if point.name in panel.front), key=lambda point: point.x)
    x = sheet.add(say("best trade-offs: x"), [point.x for point in best])
    y = sheet.add(say("best trade-offs"), [point.y for point in best])
    look = f"<c:spPr>{stroke(colour_of(style.QUIET), 1.25, 'dash')}</c:spPr>{marker('#000000', 0)}"
    return (
        f"<c:ser>{series_head(number, y)}{look}<c:xVal>{numbers(x)}</c:xVal><c:yVal>{numbers(y)}</c:yVal>"
        '<c:smooth val="0"/></c:ser>'
    )
