"""A picture of flows: losers on the left, winners on the right, ribbons as wide as what moves between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from numpy.typing import NDArray

from marketsim.reporting import style
from marketsim.reporting.numbers import plain

_NODE = 0.035
"""Width of a supplier's bar, of the width between the two sides."""
_GAP = 0.045
"""Space between two bars, of the total height."""
_BEND = 0.5
_LINE_GAP = 0.066


@dataclass(frozen=True)
class Sides:
    """What stands at both sides: labels and colours of the suppliers, heads of the sides, digits of totals."""

    labels: Sequence[str]
    colours: Sequence[str]
    heads: tuple[str, str]
    digits: int


def draw_sankey(axes: Axes, amounts: NDArray[np.float64], sides: Sides) -> None:
    """Draw flows between suppliers.

    Args:
        axes: an empty panel.
        amounts: by losing and winning supplier.
        sides: labels, colours and heads.
    """
    total = max(float(amounts.sum()), 1e-12)
    lost, won = amounts.sum(axis=1) / total, amounts.sum(axis=0) / total
    starts, ends = _stacked(lost), _stacked(won)
    _ribbons(axes, amounts / total, sides.colours, starts, ends)
    for place, colour in enumerate(sides.colours):
        for x, bottom, height in ((0.0, starts[place], lost[place]), (1 - _NODE, ends[place], won[place])):
            axes.add_patch(Rectangle((x, bottom), _NODE, height, facecolor=colour, edgecolor="white", linewidth=0.5))
    _labels(axes, sides, starts + lost / 2, amounts.sum(axis=1), left=True)
    _labels(axes, sides, ends + won / 2, amounts.sum(axis=0), left=False)
    axes.set_axis_off()
    axes.set_xlim(-0.38, 1.38)
    axes.set_ylim(min(starts.min(), ends.min()) - 0.02, 1 + 0.1)


def _stacked(heights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the lower ends of bars from the top downwards, with gaps."""
    tops = 1 - np.concatenate([[0.0], np.cumsum(heights[:-1] + _GAP)])
    return np.asarray(tops - heights)


def _ribbons(
    axes: Axes,
    parts: NDArray[np.float64],
    colours: Sequence[str],
    starts: NDArray[np.float64],
    ends: NDArray[np.float64],
) -> None:
    left, right = starts + parts.sum(axis=1), ends + parts.sum(axis=0)
    for (loser, winner), height in np.ndenumerate(parts):
        if height > 0:
            left[loser] -= height
            right[winner] -= height
            path = _ribbon(float(left[loser]), float(right[winner]), float(height))
            look = {"facecolor": colours[loser], "edgecolor": "white", "linewidth": 0.4, "alpha": 0.5}
            axes.add_patch(PathPatch(path, **look))


def _ribbon(left: float, right: float, height: float) -> Path:
    """Return the outline of a ribbon between the inner edges of two bars."""
    start, end = _NODE, 1 - _NODE
    middle = start + _BEND * (end - start)
    upper = [(start, left + height), (middle, left + height), (middle, right + height), (end, right + height)]
    lower = [(end, right), (middle, right), (middle, left), (start, left), (start, left + height)]
    curve = [Path.CURVE4] * 3
    return Path([*upper, *lower], [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY])


def _labels(axes: Axes, sides: Sides, heights: NDArray[np.float64], totals: NDArray[np.float64], *, left: bool) -> None:
    """Name the suppliers with what they lose or win in all, apart from each other."""
    shown = [place for place, total in enumerate(totals) if total > 0]
    lines = max((sides.labels[place].count("\n") + 2 for place in shown), default=2)
    placed = style.spread_labels([float(heights[place]) for place in shown], _LINE_GAP * lines)
    align, x = ("right", -0.03) if left else ("left", 1.03)
    for place, height in zip(shown, placed, strict=True):
        text = f"{sides.labels[place]}\n{plain(float(totals[place]), sides.digits)}"
        axes.text(x, height, text, ha=align, va="center", fontsize=8, linespacing=1.15)
    head = sides.heads[0] if left else sides.heads[1]
    axes.text(x, 1.07, head, ha=align, va="center", fontsize=8, color=style.QUIET)
