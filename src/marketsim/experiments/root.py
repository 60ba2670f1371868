"""Where a mean over worlds becomes zero as one number changes, and how far that is known."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from scipy.optimize import brentq

from marketsim.results.statistics.estimates import FloatArray, mean_over_worlds

GRID = 5
"""Values tried at first, evenly from end to end: one sign change in the middle of a range must not be missed."""
TOLERANCE = 0.005
"""Width of the bracket, as a share of the range, at which a root counts as found."""
_MOST_STEPS = 12

FOUND, ABOVE, BELOW, NO_EFFECT, CANNOT_TELL = "found", "always above", "always below", "no effect", "cannot tell"

Measure = Callable[[Sequence[float]], list[FloatArray]]
"""Returns, for each value, a number in every world; NaN where a world has none."""


@dataclass
class Curve:
    """A mean over worlds as a function of a number, as far as it has been measured.

    Attributes:
        measure: measures it at some values.
        worlds: what was measured, world by world, by value.
    """

    measure: Measure
    worlds: dict[float, FloatArray] = field(default_factory=dict)

    def at(self, *values: float) -> list[float]:
        """Return the mean at some values, measuring what is missing."""
        missing = [value for value in dict.fromkeys(values) if value not in self.worlds]
        if missing:
            self.worlds |= dict(zip(missing, self.measure(missing), strict=True))
        return [float(mean_over_worlds(self.worlds[value]).mean) for value in values]

    def points(self) -> list[tuple[float, float, float, float, int]]:
        """Return value, mean, both ends of its interval and the number of worlds, in the order of the values."""
        estimates = [(value, mean_over_worlds(self.worlds[value])) for value in sorted(self.worlds)]
        return [(value, float(e.mean), float(e.low), float(e.high), int(e.n)) for value, e in estimates]


@dataclass(frozen=True)
class Root:
    """Where a curve is zero.

    Attributes:
        verdict: found; always above, always below: it has one sign from end to end, beyond its interval; no effect:
            it is zero throughout; cannot tell: the mean has one sign, but its interval includes zero somewhere.
        value: where the mean is zero, the first from below where there are several; NaN unless found.
        low: from where on the interval of the mean includes zero; NaN where it does so at the low end of the range.
        high: up to where; NaN where it does so at the high end.
        crossings: how often the sign of the mean changes between the values that were tried.
    """

    verdict: str
    value: float
    low: float
    high: float
    crossings: int


def find_root(curve: Curve, low: float, high: float) -> Root:
    """Return where the mean of a curve is zero: a grid for the bracket, then Brent's method (1973).

    The same worlds are behind every value, so the mean hardly jumps from one value to the next. The range within
    which the 95 % interval of the mean includes zero is read off between the values measured; two more are measured
    at its ends. A value at which nothing differs at all, such as a discount of 0, is no break-even.
    """
    grid = [float(value) for value in np.linspace(low, high, GRID)]
    signed = [(value, mean) for value, mean in zip(grid, curve.at(*grid), strict=True) if mean != 0]
    brackets = [(a, b) for (a, before), (b, after) in pairwise(signed) if (before > 0) != (after > 0)]
    if not brackets:
        return _without_root(curve)
    value = _bracketed(curve, *brackets[0], TOLERANCE * (high - low))
    for end in _ends_of_zero(curve, value):
        if math.isfinite(end):
            curve.at(end)
    return Root(FOUND, value, *_ends_of_zero(curve, value), len(brackets))


def _bracketed(curve: Curve, low: float, high: float, tolerance: float) -> float:
    root, _ = brentq(
        lambda x: curve.at(float(x))[0], low, high, xtol=tolerance, maxiter=_MOST_STEPS, full_output=True, disp=False
    )
    return float(root)


def _without_root(curve: Curve) -> Root:
    points = [point for point in curve.points() if point[1] != 0]
    if not points:
        verdict = NO_EFFECT
    elif all(low > 0 for _, _, low, _, _ in points):
        verdict = ABOVE
    elif all(high < 0 for _, _, _, high, _ in points):
        verdict = BELOW
    else:
        verdict = CANNOT_TELL
    return Root(verdict, math.nan, math.nan, math.nan, 0)


def _ends_of_zero(curve: Curve, root: float) -> tuple[float, float]:
    """Return the ends of the range about a root within which the interval of the mean includes zero."""
    curve.at(root)
    points = curve.points()
    if mean_over_worlds(curve.worlds[root]).n < 2:
        return math.nan, math.nan
    start = [point[0] for point in points].index(root)
    return _walk(points[start::-1]), _walk(points[start:])


def _walk(points: Sequence[tuple[float, float, float, float, int]]) -> float:
    """Return where zero leaves the interval, walking away from the root; NaN if it never does."""
    for (inside, _, *inner, _), (outside, _, *outer, _) in pairwise(points):
        if not (outer[0] <= 0 <= outer[1]):
            end = 0 if outer[0] > 0 else 1
            before, after = inner[end], outer[end]
            share = before / (before - after) if before != after and before * after <= 0 else 0.0
            return inside + share * (outside - inside)
    return math.nan
