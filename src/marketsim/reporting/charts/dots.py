"""A paired difference as a dot with its whisker: filled where its sign can be told, else hollow."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from marketsim.reporting import style
from marketsim.reporting.charts.native import Bars, Series
from marketsim.reporting.estimates import Cell, Verdict
from marketsim.reporting.language import message, say
from marketsim.reporting.measures import Printer
from marketsim.reporting.numbers import signed

BETTER, WORSE = message("better than base"), message("worse than base")
"""What filled dots mean in the key, unless a chart says it otherwise."""


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
    look = _look(cell, better)
    mean, low, high = ends_of(cell, printer)
    if math.isfinite(low):
        axes.plot([low, high], [row, row], color=look["color"], linewidth=1.8, solid_capstyle="butt", zorder=2)
    axes.plot([mean], [row], markersize=5.5, linestyle="none", zorder=3, **look)
    text = "0" if cell.verdict == Verdict.NO_CHANGE else signed(mean, printer.difference_digits)
    style.note(axes, text, (mean, row), (0, 5), ha="center", va="bottom", fontsize=7.5, color=look["color"])


def ends_of(cell: Cell, printer: Printer) -> tuple[float, float, float]:
    """Return mean, low and high of a difference in the printed unit; NaN where there is nothing to compare."""
    if not cell.is_compared:
        return math.nan, math.nan, math.nan
    mean, low, high = (
        end / printer.scale.divisor for end in (cell.difference.mean, cell.difference.low, cell.difference.high)
    )
    return mean, low, high


def panel(title: str, names: Iterable[str], cells: Sequence[Cell], printer: Printer, better: int) -> Bars:
    """Return dots for programs that draw them by themselves.

    Args:
        title: what the panel shows.
        names: what the rows are called, from top to bottom.
        cells: a cell per row.
        printer: gives scale, unit and digits.
        better: 1 if more is good, -1 if less is, 0 if neither.
    """
    values, low, high = zip(*(ends_of(cell, printer) for cell in cells), strict=True)
    return Bars(
        title,
        tuple(names),
        (Series(title, values, low, high, style.focus()),),
        say("{unit}, difference to base", unit=printer.scale.difference_unit),
        horizontal=True,
        digits=printer.difference_digits,
        colours=tuple(str(_look(cell, better)["color"]) for cell in cells),
        dots=True,
        differences=True,
    )


def no_dot(axes: Axes, cell: Cell, row: float) -> None:
    """Say at a row why there is no dot, where there is none."""
    if cell.is_compared:
        return
    words = say("not in base") if math.isfinite(cell.level.mean) else say("nobody")
    words = say("other members") if cell.verdict == Verdict.OTHER_MEMBERS else words
    look = {"fontsize": 7.5, "color": style.QUIET, "va": "center", "ha": "center"}
    style.note(axes, words, (0.5, row), (0, 0), xycoords=("axes fraction", "data"), **look)


def _look(cell: Cell, better: int) -> dict[str, Any]:
    return look_of({Verdict.UP: 1, Verdict.DOWN: -1}.get(cell.verdict, 0), better)


def look_of(direction: int, better: int) -> dict[str, Any]:
    """Return how a dot looks whose difference goes up (1), down (-1), or cannot be told (0)."""
    if not direction:
        return {"marker": "o", "color": style.QUIET, "markerfacecolor": "white"}
    marker, colour = {1: ("o", style.focus()), -1: ("D", style.WARM)}.get(direction * better, ("s", style.INK))
    return {"marker": marker, "color": colour, "markerfacecolor": colour}


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


def key(figure: Figure, better: str = BETTER, worse: str = WORSE) -> None:
    """Explain the looks of dots above a figure.

    Args:
        figure: the figure.
        better: what a dot means that is good, marked for translation.
        worse: what one means that is bad.
    """
    entries = [(1, say(better)), (-1, say(worse)), (0, say("cannot tell"))]
    handles = [
        Line2D([], [], linestyle="none", markersize=5.5, label=text, **look_of(direction, 1))
        for direction, text in entries
    ]
    figure.legend(handles=handles, loc="outside upper right", ncols=3, handletextpad=0.2, columnspacing=1.2)
