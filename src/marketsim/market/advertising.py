"""Advertising: how strongly budgets are felt, the brand that they build, and names that fade (M10)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from marketsim.market.levers import Levers
from marketsim.scenario.word_of_mouth import Marketing

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


def pressure(
    marketing: Sequence[Marketing], segments: Sequence[str], energy: FloatArray, reference_budget: float
) -> FloatArray:
    """Return how strongly each retailer's advertising is felt by segment: 1 at the reference, more with the square root.

    A budget that addresses some segments has to cover no more than their share of energy, so it is felt more there.

    Args:
        marketing: what each retailer spends, and on whom.
        segments: names of the segments.
        energy: MWh a month of contestable customers by segment. Shape (segments,).
        reference_budget: budget that is felt as 1 where it addresses everybody, CNY a month.

    Returns:
        Shape (retailers + 1, segments); 0 for the default supplier and for those who may not choose.
    """
    felt = np.zeros((len(marketing) + 1, len(segments)))
    total = energy.sum()
    for retailer, plan in enumerate(marketing):
        addressed = _addressed(plan, segments) & (energy > 0.0)
        if addressed.any() and plan.budget_cny_per_month > 0.0:
            needed = reference_budget * energy[addressed].sum() / total
            felt[retailer, addressed] = np.sqrt(plan.budget_cny_per_month / needed)
    return felt


def _addressed(plan: Marketing, segments: Sequence[str]) -> BoolArray:
    return np.array([plan.segments is None or name in plan.segments for name in segments], dtype=np.bool_)


def reach_gains(levers: Levers, retailers: int) -> FloatArray:
    """Return how much further each retailer's own channels carry its name: the sum over its levers. Shape (retailers + 1,)."""
    gains = levers.rows["advertising_gain"] * levers.rows["intensity"]
    ends = zip(levers.first[:retailers], levers.first[1 : retailers + 1], strict=True)
    return np.array([*(gains[low:high].sum() for low, high in ends), 0.0])


def mean_over_customers(by_segment: FloatArray, customers: FloatArray) -> FloatArray:
    """Return the mean over customers of what differs by segment; 0 where there are none. Shape (retailers + 1,)."""
    total = customers.sum()
    result: FloatArray = (by_segment * customers).sum(axis=1) / total if total > 0.0 else np.zeros(len(by_segment))
    return result


def brand_after(brand: FloatArray, retention: float, response: float, advertising: FloatArray) -> FloatArray:
    """Return the brand after a month in which it wears off and advertising builds it, logits (Nerlove & Arrow 1962)."""
    return retention * brand + response * advertising


def faded_share(months: FloatArray, half_life: float) -> FloatArray:
    """Return the share of an old name's advantage that is gone after so many months of an open market."""
    result: FloatArray = 1.0 - np.exp2(-months / half_life)
    return result
