"""Tests of many differences at once: p-values, and Holm's correction that keeps false claims below 5 % in all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from marketsim.results.statistics.estimates import Estimates, FloatArray

FAMILY_ERROR = 0.05
"""Largest probability of one false claim or more within a family of comparisons."""


def p_above(estimates: Estimates) -> FloatArray:
    """Return the one-sided p-values against "the true mean is not above 0" (Student 1908).

    Where all differences are 0, and where there are fewer than two worlds, nothing speaks against it: 1.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = estimates.mean / estimates.standard_error
    untold = (estimates.n < 2) | ((estimates.mean == 0) & (estimates.standard_error == 0))
    return np.where(untold, 1.0, stdtr(estimates.degrees, -np.where(untold, 0.0, ratio)))


def p_two_sided(estimates: Estimates) -> FloatArray:
    """Return the p-values against "the true mean is 0"; 1 where all differences are 0, NaN below two worlds."""
    above, below = p_above(estimates), p_above(_mirrored(estimates))
    return np.where(estimates.n < 2, np.nan, np.minimum(2 * np.minimum(above, below), 1.0))


def _mirrored(estimates: Estimates) -> Estimates:
    return Estimates(estimates.n, -estimates.mean, estimates.standard_error, estimates.degrees)


def holm(p_values: FloatArray) -> FloatArray:
    """Return p-values adjusted for their number (Holm 1979), whatever their dependence.

    Those of at most 0.05 can be told, with a probability of at most 5 % that any of them is told wrongly.

    Args:
        p_values: one-dimensional; NaN values are no tests, and stay NaN.
    """
    adjusted = np.full(len(p_values), np.nan)
    known = np.flatnonzero(np.isfinite(p_values))
    order = known[np.argsort(p_values[known], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(p_values[order] * factors), 1.0)
    return adjusted


def surely_above(p_values: FloatArray) -> NDArray[np.bool_]:
    """Return which contenders are surely above which others, with a family-wise error of 5 % over all pairs.

    Each ordered pair is a one-sided hypothesis of its own, so that a claim in the wrong direction is an error as well.

    Args:
        p_values: square; at (i, j) the p-value against "i is not above j" (`p_above`). The diagonal is not read.
    """
    count = len(p_values)
    pairs = ~np.eye(count, dtype=np.bool_)
    told = np.zeros((count, count), dtype=np.bool_)
    told[pairs] = holm(p_values[pairs]) <= FAMILY_ERROR
    return told
