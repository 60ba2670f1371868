"""A paired difference as a dot with its whisker: filled where its sign can be told, else hollow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from marketsim.reporting import style
from marketsim.reporting.estimates import Cell, Verdict
from marketsim.reporting.measures import Printer
from marketsim.reporting.numbers import signed

_GOOD: dict[str, Any] = {"marker": "o", "color": style.focus(), "markerfacecolor": style.focus()}
_BAD: dict[str, Any] = {"marker": "D", "color": style.WARM, "markerfacecolor": style.WARM}
_NEUTRAL: dict[str, Any] = {"marker": "s", "color": style.INK, "markerfacecolor": style.INK}
_UNCLEAR: dict[str, Any] = {"marker": "o", "color": style.QUIET, "markerfacecolor": "white"}


def dot(axes: Axes, cell: Cell, printer: Printer, row: float, better: int) -> None:
    """Draw the paired difference of a cell at a row; nothing where it is missing.

    Args:
        axes: where to draw.
        cell: the row of the summary.
        printer: gives scale and digits.
        row: height on the vertical axis.
        better: 1 if more is good, -1 if less is, 0 if neither.
    """
    if not cell.is_compared:
        return
    look, divisor = _look(cell, better), printer.scale.divisor
    low, mean, high = (end / divisor for end in (cell.difference.low, cell.difference.mean, cell.difference.high))
    if math.isfinite(low):
        axes.plot([low, high], [row, row], color=look["color"], linewidth=1.8, solid_capstyle="butt", zorder=2)
    axes.plot([mean], [row], markersize=5.5, linestyle="none", zorder=3, **look)
    text = "0" if cell.verdict == Verdict.NO_CHANGE else signed(mean, printer.difference_digits)
    style.note(axes, text, (mean, row), (0, 5), ha="center", va="bottom", fontsize=7.5, color=look["color"])


def no_dot(axes: Axes, cell: Cell, row: float) -> None:
    """Say at a row why there is no dot, where there is none."""
    if cell.is_compared:
        return
    words = "not in base" if math.isfinite(cell.level.mean) else "nobody"
    words = "other members" if cell.verdict == Verdict.OTHER_MEMBERS else words
    look = {"fontsize": 7.5, "color": style.QUIET, "va": "center", "ha": "center"}
    style.note(axes, words, (0.5, row), (0, 0), xycoords=("axes fraction", "data"), **look)


def _look(cell: Cell, better: int) -> dict[str, Any]:
    return look_of({Verdict.UP: 1, Verdict.DOWN: -1}.get(cell.verdict, 0), better)


def look_of(direction: int, better: int) -> dict[str, Any]:
    """Return how a dot looks whose difference goes up (1), down (-1), or cannot be told (0)."""
    return {1: _GOOD, -1: _BAD}.get(direction * better, _NEUTRAL) if direction else _UNCLEAR


def finish_panel(axes: Axes, title: str, unit: str, values: Sequence[float]) -> None:
    """Give a panel of dots its title, unit and zero line; the axis shows the zero and is never degenerate."""
    style.zero_line(axes, vertical=True)
    axes.set_title(title, fontsize=9)
    axes.set_xlabel(unit, fontsize=8)
    axes.margins(x=0.2)
    if not any(abs(value) > 0 for value in values if math.isfinite(value)):
        axes.set_xlim(-1, 1)
        axes.set_xticks([0], ["0"])
    else:
        axes.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))
    axes.grid(axis="y", visible=False)


def rows_axis(axes: Axes, labels: Sequence[str]) -> None:
    """Label the rows from top to bottom."""
    axes.set_yticks(range(len(labels)), list(labels))
    axes.set_ylim(len(labels) - 0.4, -0.75)


def key(figure: Figure, better: str = "better than base", worse: str = "worse than base") -> None:
    """Explain the looks of dots above a figure."""
    entries = [(_GOOD, better), (_BAD, worse), (_UNCLEAR, "cannot tell")]
    handles = [Line2D([], [], linestyle="none", markersize=5.5, label=text, **look) for look, text in entries]
    figure.legend(handles=handles, loc="outside upper right", ncols=3, handletextpad=0.2, columnspacing=1.2)
