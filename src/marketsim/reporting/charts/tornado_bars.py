"""The bars of a tornado: the effect at both ends of an input, what the input is there, and intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from marketsim.reporting import style
from marketsim.reporting.charts.native import Bars, Series
from marketsim.reporting.language import say

_FACES = ("white", None)
"""Dots of low ends are hollow."""
_SHIFTS = (-0.1, 0.1)
_MARGIN = 0.28
"""Room beside the bars for what is written at their ends, as a share of the axis."""


@dataclass(frozen=True)
class End:
    """An end of a bar.

    Attributes:
        mean: the effect there.
        low: lower end of its interval; NaN where there is none.
        high: upper end.
        at: the value of the input there.
        effect: the effect as it is printed.
        sign: 1 if the effect is surely good, -1 if surely bad, 0 if that cannot be told.
    """

    mean: float
    low: float
    high: float
    at: str
    effect: str
    sign: int

    @property
    def label(self) -> str:
        """The value of the input and the effect, in words."""
        return say("at {value}: {effect}", value=self.at, effect=self.effect)

    @property
    def colour(self) -> str:
        """The colour of its dot."""
        return {1: style.focus(), -1: style.WARM}.get(self.sign, style.QUIET)

    @property
    def reach(self) -> tuple[float, float]:
        """From where to where it is drawn."""
        known = [value for value in (self.mean, self.low, self.high) if math.isfinite(value)]
        return (min(known), max(known)) if known else (math.nan, math.nan)


@dataclass(frozen=True)
class TornadoRow:
    """An input with the effect at its low and at its high end; None where an end did not run."""

    title: str
    low: End | None
    high: End | None

    @property
    def title_with_values(self) -> str:
        """The input and its values at both ends."""
        values = " … ".join(end.at for end in (self.low, self.high) if end)
        return f"{self.title} ({values})" if values else self.title

    @property
    def ends(self) -> tuple[tuple[int, End], ...]:
        """The ends that there are, with their place: 0 for the low one."""
        return tuple((place, end) for place, end in enumerate((self.low, self.high)) if end and math.isfinite(end.mean))


def draw_row(axes: Axes, place: int, row: TornadoRow, centre: float) -> None:
    """Draw a bar from end to end with the intervals, and write at each end what the input and the effect are there.

    Args:
        axes: where to draw.
        place: which row it is, from the top.
        row: the input.
        centre: the effect at the middle, which the bar holds; NaN where there is none.
    """
    reach = [value for value in (*(end.mean for _, end in row.ends), centre) if math.isfinite(value)]
    if not row.ends:
        return
    axes.barh(place, max(reach) - min(reach), left=min(reach), height=0.4, color=style.FAINT, zorder=1)
    for which, end in row.ends:
        height = place + _SHIFTS[which]
        if math.isfinite(end.low):
            axes.plot([end.low, end.high], [height] * 2, color=end.colour, linewidth=1.6, zorder=2)
        face = _FACES[which] or end.colour
        axes.plot([end.mean], [height], color=end.colour, marker="o", markersize=6, markerfacecolor=face, zorder=3)
    _labels(axes, place, row)


def _labels(axes: Axes, place: int, row: TornadoRow) -> None:
    """Write the end with the smaller effect to the left of all that is drawn in the row, the other to the right."""
    ordered = sorted((end for _, end in row.ends), key=lambda end: end.mean)
    left, right = min(end.reach[0] for end in ordered), max(end.reach[1] for end in ordered)
    sides = [(ordered[-1], right, 5, "left"), *([(ordered[0], left, -5, "right")] if len(ordered) > 1 else [])]
    for end, value, offset, side in sides:
        look: dict[str, Any] = {"ha": side, "va": "center", "fontsize": 7.5, "color": style.INK}
        style.note(axes, end.label, (value, place), (offset, 0), **look)


def centre_line(axes: Axes, value: float, text: str) -> None:
    """Mark the effect at the middle; nothing where there is none."""
    if not math.isfinite(value):
        return
    axes.axvline(value, color=style.focus(), linewidth=1.2, linestyle=(0, (4, 2)), zorder=1.5)
    look: dict[str, Any] = {"ha": "center", "fontsize": 8, "color": style.focus()}
    axes.annotate(text, (value, 1), (0, 3), xycoords=("data", "axes fraction"), textcoords="offset points", **look)


def finish(axes: Axes, titles: Sequence[str]) -> None:
    """Name the rows, mark zero, and leave room for what is written at the ends."""
    axes.set_yticks(range(len(titles)), [style.folded(title, 28) for title in titles])
    axes.set_ylim(len(titles) - 0.4, -0.6)
    style.zero_line(axes, vertical=True)
    axes.grid(axis="y", visible=False)
    low, high = axes.get_xlim()
    room = _MARGIN * (high - low)
    axes.set_xlim(low - room, high + room)


def key(figure: Figure, low: str, high: str) -> None:
    """Explain the dots above a figure."""
    looks = zip((low, high), _FACES, strict=True)
    handles = [
        Line2D(
            [],
            [],
            linestyle="none",
            color=style.INK,
            marker="o",
            markersize=6,
            label=text,
            markerfacecolor=face or style.INK,
        )
        for text, face in looks
    ]
    figure.legend(handles=handles, loc="outside upper right", ncols=2, handletextpad=0.2)


def native_panel(rows: Sequence[TornadoRow], title: str, digits: int, names: tuple[str, str]) -> Bars:
    """Return the same for programs that draw charts themselves: dots with whiskers for both ends.

    Args:
        rows: the inputs.
        title: title of the axis with unit.
        digits: digits after the point.
        names: what the low and the high ends are called.
    """
    nothing = End(math.nan, math.nan, math.nan, "", "", 0)
    sides = ([row.low or nothing for row in rows], [row.high or nothing for row in rows])
    series = tuple(
        Series(
            name,
            tuple(end.mean for end in ends),
            tuple(end.low for end in ends),
            tuple(end.high for end in ends),
            colour,
        )
        for name, ends, colour in zip(names, sides, (style.QUIET, style.focus()), strict=True)
    )
    return Bars(
        "",
        tuple(row.title_with_values for row in rows),
        series,
        title,
        horizontal=True,
        digits=digits,
        dots=True,
        differences=True,
    )
