"""How long customers stay, and how unequally they bring margin: estimators over `relations` and `margin_curve`."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def kept(customers: ArrayLike, leaves: ArrayLike) -> FloatArray:
    """Return the share of the customers at the start who are still there after 0, 1, 2 ... months (Kaplan & Meier 1958).

    The share of a month is one less those who left over those who could have; plants that close down could not, and drop
    out of both. Once nobody is left who could leave, nothing more is known and the value is missing.

    Args:
        customers: who could leave, month by month. Shape (months,) or (months, groups).
        leaves: who left. Same shape.
    """
    at_risk, left = (np.asarray(values, dtype=np.float64) for values in (customers, leaves))
    hazard = np.divide(left, at_risk, out=np.full_like(left, np.nan), where=at_risk > 0)
    stays = np.cumprod(1.0 - hazard, axis=0)
    gone = np.maximum.accumulate((at_risk > 0) & (left >= at_risk), axis=0)
    shares: FloatArray = np.concatenate([np.ones((1, *left.shape[1:])), np.where(gone, 0.0, stays)])
    return shares


def gini(customers: ArrayLike, margin: ArrayLike) -> float:
    """Return the Gini coefficient of a curve of margins: twice the area between it and the line of equal margins.

    It is above 1 where losses are large; where there is nothing to share, the total not being positive, it is missing.

    Args:
        customers: customers added up from the lowest margin on, from 0 to all.
        margin: their margin.
    """
    people, money = (np.asarray(values, dtype=np.float64) for values in (customers, margin))
    if not len(people) or not money[-1] > 0:
        return float("nan")
    heights, widths = money / money[-1], np.diff(people) / people[-1]
    return float(1.0 - (widths * (heights[:-1] + heights[1:])).sum())


def top_share(customers: ArrayLike, margin: ArrayLike, top: float) -> float:
    """Return the share of all margin that the customers of the highest margin bring; missing where the total is not positive.

    Args:
        customers: customers added up from the lowest margin on, from 0 to all.
        margin: their margin.
        top: share of customers.
    """
    people, money = (np.asarray(values, dtype=np.float64) for values in (customers, margin))
    if not len(people) or not money[-1] > 0:
        return float("nan")
    return float(1.0 - np.interp((1.0 - top) * people[-1], people, money) / money[-1])
