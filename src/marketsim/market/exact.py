"""Sums that do not depend on order: fixed-point numbers, for every sum that feeds back into behaviour.

Floating-point sums differ in the last bit when the same customers are added in another grouping. Tiers that bring no
benefit must change nothing, bit for bit, so what customers react to (loads, ratings) is summed in whole units of 2**-24.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from marketsim.market.compiled import rule

UNIT = 2.0**-24
_PER_UNIT = 2.0**24


@rule
def units(value: float) -> int:
    """Return the value in whole units."""
    return math.floor(value * _PER_UNIT + 0.5)


def as_float(sums: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return sums of units as numbers; exact below half a billion."""
    values: NDArray[np.float64] = np.multiply(sums, UNIT, dtype=np.float64)
    return values
