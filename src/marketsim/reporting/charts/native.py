"""The form of a chart apart from any picture of it: panels that office programs and web pages draw by themselves.

Every number in a panel is a number of the chart's table (`Chart.data`), in the same unit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Dash = Literal["solid", "dash", "dot"]


@dataclass(frozen=True)
class Series:
    """Values over the categories of a panel, in their order; NaN where there is none.

    Attributes:
        name: what it is, for legend and labels.
        values: a value per category.
        low: lower ends of the intervals, a value per category; empty where there are none.
        high: upper ends.
        colour: ``#RRGGBB``.
        dash: dash of a line.
        strong: whether it is the one to look at.
    """

    name: str
    values: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    colour: str = "#6B7785"
    dash: Dash = "solid"
    strong: bool = False


@dataclass(frozen=True)
class Lines:
    """Lines over a numeric axis, with bands (or whiskers, if there are few places) for intervals.

    Attributes:
        title: what the panel shows, short; empty where the chart's title says it.
        places: where the values stand on the x axis, ascending.
        series: the lines.
        x_title: title of the x axis with unit.
        y_title: title of the y axis with unit.
        digits: digits after the point that labels show.
    """

    title: str
    places: tuple[float, ...]
    series: tuple[Series, ...]
    x_title: str
    y_title: str
    digits: int = 1


@dataclass(frozen=True)
class Bars:
    """Bars for categories, with whiskers for intervals.

    Attributes:
        title: what the panel shows, short.
        categories: what the bars are of, from left to right or from top to bottom.
        series: bars of one colour, each a value per category.
        value_title: title of the axis of values with unit.
        horizontal: whether bars lie, with the first category on top.
        stacked: whether the series are stacked.
        digits: digits after the point that labels show.
        colours: a colour per category, for a single series whose bars differ; empty where they do not.
        dots: whether values are marked by dots with whiskers instead of bars, as what begins elsewhere than at zero must be.
        differences: whether values are read against zero, so that it belongs into the picture.
    """

    title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    value_title: str
    horizontal: bool = False
    stacked: bool = False
    digits: int = 1
    colours: tuple[str, ...] = ()
    dots: bool = False
    differences: bool = False

    @property
    def shows_zero(self) -> bool:
        """Whether zero is in the picture: for bars, for differences, and where it lies near."""
        known = [value for value in numbers_of(self) if math.isfinite(value)]
        is_near = bool(known) and min(abs(value) for value in known) <= max(known) - min(known)
        return not self.dots or self.differences or is_near


@dataclass(frozen=True)
class Waterfall:
    """Steps from a start to a total; the last step is the total, from zero.

    Attributes:
        title: what the panel shows, short.
        steps: names of the steps.
        changes: by how much each step goes up or down; of the last the total.
        low: lower ends of the intervals of the changes; empty where there are none.
        high: upper ends.
        value_title: title of the axis with unit.
        digits: digits after the point that labels show.
    """

    title: str
    steps: tuple[str, ...]
    changes: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    value_title: str
    digits: int = 1


@dataclass(frozen=True)
class Point:
    """A point of a scatter or bubble chart; its intervals are NaN where there are none."""

    name: str
    x: float
    y: float
    x_low: float = float("nan")
    x_high: float = float("nan")
    y_low: float = float("nan")
    y_high: float = float("nan")
    size: float = float("nan")
    colour: str = "#6B7785"
    strong: bool = False


@dataclass(frozen=True)
class Points:
    """A scatter chart of named points, or a bubble chart where they have sizes.

    Attributes:
        title: what the panel shows, short.
        points: the points.
        x_title: title of the x axis with unit.
        y_title: title of the y axis with unit.
        size_title: what the size of a bubble is, with unit; empty for a scatter chart.
        digits: digits after the point of x and y in labels.
        front: names of the points that no other beats on both axes, joined by a line; empty where that has no meaning.
    """

    title: str
    points: tuple[Point, ...]
    x_title: str
    y_title: str
    size_title: str = ""
    digits: tuple[int, int] = (1, 1)
    front: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cells:
    """A table of coloured cells: a heat map, or a matrix of policies.

    Attributes:
        title: what the panel shows, short.
        columns: names of the columns, from left to right.
        rows: names of the rows, from top to bottom.
        values: values by row and column; NaN where there is none.
        unclear: by row and column, whether it cannot be told from zero; empty where nothing is asked.
        x_title: what the columns are, with unit.
        y_title: what the rows are, with unit.
        value_title: what the values are, with unit.
        digits: digits after the point of values.
        diverging: whether colours part at zero.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[str, ...]
    values: tuple[tuple[float, ...], ...]
    unclear: tuple[tuple[bool, ...], ...]
    x_title: str
    y_title: str
    value_title: str
    digits: int = 1
    diverging: bool = True


@dataclass(frozen=True)
class Flows:
    """Flows between suppliers: (from, to, amount), and the colour of each supplier."""

    title: str
    flows: tuple[tuple[str, str, float], ...]
    colours: dict[str, str]
    value_title: str
    digits: int = 0


Panel = Lines | Bars | Waterfall | Points | Cells | Flows


def numbers_of(panel: Panel) -> Sequence[float]:
    """Return every number that a panel shows, places on axes left out."""
    match panel:
        case Lines() | Bars():
            return [v for series in panel.series for v in (*series.values, *series.low, *series.high)]
        case Waterfall():
            return [*panel.changes, *panel.low, *panel.high]
        case Points():
            return [v for p in panel.points for v in (p.x, p.y, p.x_low, p.x_high, p.y_low, p.y_high, p.size)]
        case Cells():
            return [value for row in panel.values for value in row]
        case Flows():
            return [amount for _, _, amount in panel.flows]
