"""Interactive scatter and bubble charts of the web page."""

from __future__ import annotations

import math
from typing import Any

from marketsim.reporting import style
from marketsim.reporting.charts.native import Point, Points
from marketsim.reporting.language import say
from marketsim.reporting.writers.html_plot import (
    HOVER,
    Plot,
    Trace,
    columns,
    label,
    mark,
    named,
    shown,
    value_axis,
    whiskers,
)

_HEIGHT = 420
_WIDTH = 380
"""Usual width of a plot in dots, for which names are kept apart."""
_NAME_WIDTH = 18
_LETTER, _LINE = 7, 16
"""Width of a letter and height of a line, in dots."""
_PLACES = ("top center", "bottom center", "middle right", "middle left")
_Box = tuple[float, float, float, float]
_LARGEST_BUBBLE = 46
_LEAST_BUBBLE = 0.01
"""Smallest area of a bubble over the largest; of a point without a size, too."""
_DOT = 11


def points_plot(panel: Points) -> Plot:
    """Return a scatter or bubble chart as a plot."""
    traces = [*([_front(panel)] if panel.front else []), _marks(panel)]
    layout = {
        "xaxis": value_axis(),
        "yaxis": value_axis(),
        "height": _HEIGHT,
        "hovermode": "closest",
        "showlegend": bool(panel.front),
    }
    below = " · ".join(part for part in (panel.x_title, _size_note(panel)) if part)
    return Plot(panel.title, panel.y_title, below, traces, layout)


def _size_note(panel: Points) -> str:
    return say("size of a bubble: {what}", what=panel.size_title) if panel.size_title else ""


def _marks(panel: Points) -> Trace:
    points, names = panel.points, _names(panel)
    trace: Trace = {
        "type": "scatter",
        "mode": "markers+text",
        "x": [point.x for point in points],
        "y": [point.y for point in points],
        "text": [text for text, _ in names],
        "textposition": [place for _, place in names],
        "cliponaxis": False,
        "customdata": [_point_mark(panel, point) for point in points],
        "hovertemplate": HOVER,
        "showlegend": False,
        "marker": {"color": [point.colour for point in points], "opacity": 0.85} | _sizes(panel),
    }
    if any(math.isfinite(point.x_low) for point in points):
        ends = [point.x_low for point in points], [point.x_high for point in points]
        trace["error_x"] = whiskers(trace["x"], *ends, style.QUIET)
    if any(math.isfinite(point.y_low) for point in points):
        ends = [point.y_low for point in points], [point.y_high for point in points]
        trace["error_y"] = whiskers(trace["y"], *ends, style.QUIET)
    return trace


def _names(panel: Points) -> list[tuple[str, str]]:
    """Return what is printed at each point, and where: nothing where it would lie on another name.

    Names of points to look at come first; what is not printed still appears over the mark.
    """
    found = [("", _PLACES[0])] * len(panel.points)
    taken: list[_Box] = []
    order = sorted(range(len(panel.points)), key=lambda index: not panel.points[index].strong)
    for index, (across, up) in ((index, _position(panel, index)) for index in order):
        text = panel.points[index].name
        boxes = {place: _box(text, place, across, up) for place in _PLACES}
        place = next((place for place in _PLACES if not any(_overlap(boxes[place], box) for box in taken)), "")
        if place and math.isfinite(across) and math.isfinite(up):
            taken.append(boxes[place])
            found[index] = (label(text, _NAME_WIDTH), place)
    return found


def _position(panel: Points, index: int) -> tuple[float, float]:
    """Return where a point stands in a plot of usual size, in dots from the left and from below."""
    point = panel.points[index]
    ends_x = [v for p in panel.points for v in (p.x, p.x_low, p.x_high) if math.isfinite(v)]
    ends_y = [v for p in panel.points for v in (p.y, p.y_low, p.y_high) if math.isfinite(v)]
    return _WIDTH * _share(point.x, ends_x), _HEIGHT * _share(point.y, ends_y)


def _share(value: float, ends: list[float]) -> float:
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    return (value - low) / (high - low) if high > low else 0.5


def _box(text: str, place: str, across: float, up: float) -> _Box:
    """Return the box of a name in dots: left, right, lower and upper end."""
    width = _LETTER * min(columns(text), _NAME_WIDTH)
    height = _LINE * math.ceil(columns(text) / _NAME_WIDTH)
    middle_x = across + {"middle right": 1, "middle left": -1}.get(place, 0) * (width / 2 + _DOT)
    middle_y = up + {"top center": 1, "bottom center": -1}.get(place, 0) * (height / 2 + _DOT)
    return middle_x - width / 2, middle_x + width / 2, middle_y - height / 2, middle_y + height / 2


def _overlap(first: _Box, second: _Box) -> bool:
    return first[0] < second[1] and second[0] < first[1] and first[2] < second[3] and second[2] < first[3]


def _sizes(panel: Points) -> dict[str, Any]:
    sizes = [point.size for point in panel.points]
    largest = max((size for size in sizes if math.isfinite(size)), default=0.0)
    if largest <= 0:
        return {"size": [_DOT + 3 if point.strong else _DOT for point in panel.points]}
    least = _LEAST_BUBBLE * largest
    shown_sizes = [max(size, least) if math.isfinite(size) else least for size in sizes]
    return {"size": shown_sizes, "sizemode": "area", "sizeref": 2 * largest / _LARGEST_BUBBLE**2}


def _point_mark(panel: Points, point: Point) -> list[Any]:
    across, up = panel.digits
    lines = [
        point.name,
        named(panel.x_title, shown(point.x, point.x_low, point.x_high, across)),
        named(panel.y_title, shown(point.y, point.y_low, point.y_high, up)),
    ]
    if math.isfinite(point.size):
        lines.append(named(panel.size_title, f"{point.size:,.4g}"))
    return mark(lines, point.x_low, point.x_high, point.y_low, point.y_high, point.size)


def _front(panel: Points) -> Trace:
    """Return the line through the points that no other beats on both axes."""
    on_it = sorted((point for point in panel.points if point.name in panel.front), key=lambda point: point.x)
    return {
        "type": "scatter",
        "mode": "lines",
        "name": label(say("front"), 60),
        "x": [point.x for point in on_it],
        "y": [point.y for point in on_it],
        "hoverinfo": "skip",
        "line": {"color": style.QUIET, "width": 1.5, "dash": "dot"},
    }
