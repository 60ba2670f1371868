"""Sums of amounts by group."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def sums_by(groups: IntArray, amounts: FloatArray, count: int) -> FloatArray:
    """Return the sum of amounts in each group 0 to count - 1. Shape (count,)."""
    return np.asarray(np.bincount(groups, amounts, minlength=count), dtype=np.float64)
