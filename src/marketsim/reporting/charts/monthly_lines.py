"""Months on an axis: how charts over time mark where policies begin, label lines, and hand them to other programs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from matplotlib.axes import Axes

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Subject
from marketsim.reporting.charts.monthly import Band
from marketsim.reporting.charts.native import Dash, Lines, Series
from marketsim.reporting.language import say
from marketsim.reporting.numbers import digits_for

_LABEL_GAP = 0.075
_HEADROOM = 0.14


def months_axis(axes: Axes, subject: Subject, *, words: bool) -> None:
    """Mark where policies begin and shade the evaluated months; the words stand above all lines.

    Args:
        axes: the panel; its lines are drawn already.
        subject: what is drawn.
        words: whether it is said that policies begin there.
    """
    view = subject.view
    axes.set_xlim(1, view.months)
    if not view.policies:
        return
    axes.axvline(view.warmup + 0.5, color=style.INK, linewidth=0.8, linestyle=(0, (1, 2)))
    axes.axvspan(view.first_evaluated + 0.5, view.months, color=style.FAINT, alpha=0.28, linewidth=0, zorder=0)
    if words:
        _say_begin(axes, view.warmup + 0.5)


def _say_begin(axes: Axes, month: float) -> None:
    """Write above all lines that policies begin there."""
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + _HEADROOM * (high - low))
    look: dict[str, Any] = {"xycoords": ("data", "axes fraction"), "va": "top", "fontsize": 7.5, "color": style.QUIET}
    style.note(axes, say("policies begin"), (month, 0.985), (3, 0), **look)


def end_labels(axes: Axes, ends: Sequence[tuple[str, float, str]], last_month: int, width: int = 14) -> None:
    """Write labels at the right ends of lines, apart from each other.

    Args:
        axes: the panel; its limits are final.
        ends: label, height and colour of each line.
        last_month: month at which lines end, counted from 1.
        width: width of a label's line in Latin characters.
    """
    low, high = axes.get_ylim()
    texts = [style.folded(label, width) for label, _, _ in ends]
    lines = max((text.count("\n") + 1 for text in texts), default=1)
    placed = style.spread_labels([height for _, height, _ in ends], _LABEL_GAP * lines * (high - low))
    for text, (_, height, colour), place in zip(texts, ends, placed, strict=True):
        if abs(place - height) > 0.01 * (high - low):
            line: dict[str, Any] = {"color": colour, "linewidth": 0.6, "clip_on": False, "transform": axes.transData}
            reach = 0.022 * last_month
            axes.plot([last_month, last_month + reach], [height, place], scalex=False, scaley=False, **line)
        axes.annotate(
            text,
            (last_month, place),
            (9, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            color=colour,
            fontweight="bold",
            annotation_clip=False,
        )


def native_line(name: str, found: Band, colour: str, *, dash: Dash = "solid", strong: bool = False) -> Series:
    """Return a band as a line for programs that draw it by themselves."""
    low, high = (tuple(map(float, ends)) if has_band(found) else () for ends in (found.low, found.high))
    return Series(name, tuple(map(float, found.mean)), low, high, colour, dash, strong)


def native_lines(title: str, found: Sequence[tuple[Band, Series]], y_title: str) -> Lines:
    """Return lines over months for programs that draw them by themselves; one that ends early has gaps afterwards."""
    months = sorted({int(month) for band, _ in found for month in band.months})
    widths = [half for band, _ in found for half in ((band.high - band.low) / 2)]
    series = tuple(_placed(own, band, months) for band, own in found)
    places = tuple(float(month + 1) for month in months)
    return Lines(title, places, series, say("month"), y_title, digits_for(widths, 1, most=2))


def _placed(series: Series, band: Band, months: Sequence[int]) -> Series:
    """Return a line with a value for each month: that of its own, or none."""
    rows = {int(month): row for row, month in enumerate(band.months)}
    own = [rows.get(month, -1) for month in months]
    values, low, high = (
        tuple(ends[row] if row >= 0 else math.nan for row in own) if ends else ()
        for ends in (series.values, series.low, series.high)
    )
    return replace(series, values=values, low=low, high=high)


def has_band(found: Band) -> bool:
    """Tell whether there is an interval in any month."""
    return bool((found.low == found.low).any())
