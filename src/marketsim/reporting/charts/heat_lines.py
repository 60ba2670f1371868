"""The lines of equal values on a heat map: a bold one where the difference is zero, thin ones at round values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from marketsim.reporting import style
from marketsim.reporting.charts.heat_cells import Layout, is_numeric
from marketsim.reporting.charts.heat_look import Look
from marketsim.reporting.numbers import signed
from marketsim.reporting.sweep_view import Swept

_LEAST_FOR_LINES = 7
"""Fewest levels along a side between which lines of equal values are drawn."""
LEVEL = "level"
"""Marks the texts of such lines."""


def draw_contours(axes: Axes, values: Any, sweep: Swept, layout: Layout, look: Look) -> None:
    """Draw where the difference is zero, bold; thin lines of other values where cells are too small to carry theirs."""
    if not _has_lines(values, sweep, layout):
        return
    rows, columns = values.shape
    places = (np.arange(columns) + 0.5, np.arange(rows) + 0.5, np.ma.masked_invalid(values))
    if has_zero_line(values, sweep, layout):
        axes.contour(*places, levels=[0.0], colors=[style.INK], linewidths=2.0, zorder=3)
    levels = [] if look.has_room or min(values.shape) < _LEAST_FOR_LINES else _levels(values, look)
    if levels:
        lines = axes.contour(*places, levels=levels, colors=[style.INK], linewidths=0.6, zorder=3)
        for text in lines.clabel(fontsize=6.5, fmt=lambda value: signed(value, digits_of(levels)), inline_spacing=2):
            text.set_gid(LEVEL)


def _levels(values: Any, look: Look) -> list[float]:
    """Return round values between the smallest and the largest difference, zero left out."""
    known = values[np.isfinite(values)]
    low, high = max(known.min(), -look.strongest), min(known.max(), look.strongest)
    found = MaxNLocator(6).tick_values(low, high)
    return [float(value) for value in found if low < value < high and abs(value) > 1e-9 * look.strongest]


def digits_of(levels: Sequence[float]) -> int:
    """Return how many digits after the point round values have."""
    return next((d for d in range(4) if np.allclose(np.round(levels, d), levels, rtol=1e-6, atol=1e-9)), 3)


def has_zero_line(values: Any, sweep: Swept, layout: Layout) -> bool:
    """Tell whether there is a line of zero: between numbers, and between values of both signs."""
    known = values[np.isfinite(values)]
    return _has_lines(values, sweep, layout) and bool(known.min() < 0 < known.max())


def _has_lines(values: Any, sweep: Swept, layout: Layout) -> bool:
    """Tell whether lines of equal values have a meaning: between numbers."""
    numeric = all(is_numeric(sweep.found, name) for name in (layout.across, layout.up))
    return bool(numeric and min(values.shape) > 1 and np.isfinite(values).any())
