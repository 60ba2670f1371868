"""Where axes of values begin and end, so that intervals are in sight from end to end."""

from __future__ import annotations

import math
from collections.abc import Sequence

from marketsim.reporting.charts.native import Series

_SLACK = 1e-9
"""So that an end of an axis that is a line of its grid but for rounding stays there."""


def reach_of_axis(series: Sequence[Series], *, from_zero: bool) -> dict[str, float]:
    """Return both ends of an axis of values with intervals, which Excel leaves out of account; nothing without any.

    Args:
        series: what is drawn.
        from_zero: whether bars stand on the axis, so that zero must be on it.
    """
    ends = [end for each in series for end in (*each.low, *each.high) if math.isfinite(end)]
    if not ends:
        return {}
    values = [value for each in series for value in each.values if math.isfinite(value)]
    known = [*ends, *values, *([0.0] if from_zero else [])]
    low, high = min(known), max(known)
    step = _step((high - low) or abs(high) or 1.0)
    low = 0.0 if 0 <= low <= (high - low) else low
    high = 0.0 if 0 <= -high <= (high - low) else high
    return {
        "min": round(math.floor(low / step + _SLACK) * step, 9),
        "max": round(math.ceil(high / step - _SLACK) * step, 9),
        "major_unit": step,
    }


def _step(span: float) -> float:
    """Return the distance of lines of a grid, of which about six cover a span: 1, 2 or 5 times a power of ten."""
    power: float = 10.0 ** math.floor(math.log10(span / 6))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= span / 6 * (1 - _SLACK))
