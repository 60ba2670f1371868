"""Where the names of points stand in a scatter chart: beside their points, clear of other points, whiskers and names."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from marketsim.reporting.charts.native import Point, Points
from marketsim.reporting.writers.pptx.axes import Range
from marketsim.reporting.writers.pptx.chart_xml import TEXT_SIZE, Label
from marketsim.reporting.writers.pptx.fitting import LINE, folded, width_of
from marketsim.reporting.writers.pptx.frame import Box
from marketsim.reporting.writers.pptx.plot import Plot

_RISE = 9.0
_NEAR = 8.0
_THICK = 4.0


@dataclass(frozen=True)
class Place:
    """A side of a point (r, l, t, b) and a move up or down from there, in points."""

    side: str
    rise: float
    bold: bool

    def within(self, width: float, height: float) -> Label:
        """Return the label at this place in a chart of some size."""
        return Label(0, self.side, bold=self.bold, shift=(0.0, -self.rise / height if self.rise else 0.0))


def label_places(panel: Points, across: Range, up: Range, plot: Plot) -> list[Place]:
    """Return the place of the name of each point: where it covers the least of anything else."""
    centres = [(across.part(p.x) * plot.width, (1 - up.part(p.y)) * plot.height) for p in panel.points]
    taken = [Box(x - 6, y - 6, 12, 12) for x, y in centres]
    taken += [box for p in panel.points for box in _whiskers(p, across, up, plot)]
    whole = Box(0, 0, plot.width + 20, plot.height)
    places = []
    for point, centre in zip(panel.points, centres, strict=True):
        found = dict(_candidates(point, centre))
        best = min(found, key=lambda place: _cost(found[place], taken, whole))
        places.append(best)
        taken.append(found[best])
    return places


def _whiskers(point: Point, across: Range, up: Range, plot: Plot) -> Iterator[Box]:
    """Yield the rectangles that whiskers take."""
    x, y = across.part(point.x) * plot.width, (1 - up.part(point.y)) * plot.height
    if math.isfinite(point.x_low) and math.isfinite(point.x_high):
        left, right = across.part(point.x_low) * plot.width, across.part(point.x_high) * plot.width
        yield Box(left, y - _THICK / 2, right - left, _THICK)
    if math.isfinite(point.y_low) and math.isfinite(point.y_high):
        top, bottom = (1 - up.part(point.y_high)) * plot.height, (1 - up.part(point.y_low)) * plot.height
        yield Box(x - _THICK / 2, top, _THICK, bottom - top)


def _candidates(point: Point, centre: tuple[float, float]) -> Iterator[tuple[Place, Box]]:
    """Yield places of a name and the rectangles that it takes there; beside whiskers it is moved up or down."""
    (x, y), name = centre, folded(point.name)
    width, height = width_of(name, TEXT_SIZE, bold=point.strong), TEXT_SIZE * LINE
    crossed = math.isfinite(point.x_low) or math.isfinite(point.y_low)
    for rise in (_RISE, -_RISE) if crossed else (0.0,):
        yield Place("r", rise, point.strong), Box(x + _NEAR, y - height / 2 - rise, width, height)
        yield Place("l", rise, point.strong), Box(x - width - _NEAR, y - height / 2 - rise, width, height)
    if not crossed:
        yield Place("t", 0.0, point.strong), Box(x - width / 2, y - height - _NEAR, width, height)
        yield Place("b", 0.0, point.strong), Box(x - width / 2, y + _NEAR, width, height)


def _cost(box: Box, taken: Sequence[Box], whole: Box) -> float:
    outside = box.width * box.height - _common(box, whole)
    return 3 * outside + sum(_common(box, other) for other in taken)


def _common(one: Box, other: Box) -> float:
    """Return the area that two rectangles share."""
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.bottom, other.bottom) - max(one.top, other.top)
    return max(width, 0.0) * max(height, 0.0)
