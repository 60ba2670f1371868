"""Experience: quality, expectation, satisfaction, fairness and complaints of one customer (E7, E13, E17, E18)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from marketsim.market.compiled import rule
from marketsim.market.records import Record

FloatArray = NDArray[np.float64]
REFERENCE_PRICE_SENSITIVITY = 8.0
"""Price sensitivity of a household, to which the fairness of a bill is scaled (logits per 100 % of the bill)."""


@rule
def responsiveness(wait: float, half_time: float) -> float:
    """Return the quality of a wait: 1 without any, one half at the half time (E13)."""
    return math.exp(-math.log(2.0) * wait / half_time)


@rule
def close_gap(quality: float, effect: float) -> float:
    """Return the quality after a measure that closes a share of the gap that is left (E7)."""
    return 1.0 - (1.0 - quality) * (1.0 - effect)


@rule
def clip_unit(value: float) -> float:
    """Return the value, bounded to 0-1."""
    return min(1.0, max(0.0, value))


@rule
def gap_value(gap: float, experience: Record) -> float:
    """Return the value of quality above or below expectation (Tversky & Kahneman 1992)."""
    if gap >= 0.0:
        return gap**experience.gap_curvature
    return -experience.loss_aversion * (-gap) ** experience.gap_curvature


@rule
def month_satisfaction(weights: FloatArray, quality: FloatArray, expectation: FloatArray, experience: Record) -> float:
    """Return the satisfaction with one month: weighted quality plus disconfirmation (E17a)."""
    level = 0.0
    surprise = 0.0
    for d in range(len(weights)):
        level += weights[d] * quality[d]
        surprise += weights[d] * gap_value(quality[d] - expectation[d], experience)
    return clip_unit(level + experience.disconfirmation_weight * surprise)


@rule
def bill_fairness(bill: float, market_bill: float, segment_price_sensitivity: float, bound: float) -> float:
    """Return what the bill against the market's mean bill adds to fairness; excess counts twice what saving does."""
    relative = (market_bill - bill) / market_bill
    slope = math.sqrt(segment_price_sensitivity / REFERENCE_PRICE_SENSITIVITY)
    effect = slope * relative if relative < 0.0 else 0.5 * slope * relative
    return min(bound, max(-bound, effect))


@rule
def envy(wait_gap: float, discount_gap: float, price: float, fairness: Record) -> float:
    """Return the loss of fairness from others' better treatment.

    Args:
        wait_gap: how much longer this customer waits than the best served, in half times, ticket-weighted over desks.
        discount_gap: how much more than its own the best discount was when it signed, CNY/MWh.
        price: its energy price, CNY/MWh.
        fairness: parameters.
    """
    if not fairness.enabled:
        return 0.0
    seen = fairness.visibility * (1.0 - fairness.legitimacy)
    by_wait = fairness.wait_weight * min(1.0, max(0.0, wait_gap))
    by_price = 0.0
    if discount_gap > 0.0 and price > 0.0:
        by_price = fairness.price_weight * min(1.0, discount_gap / (fairness.price_scale * price))
    return seen * (by_wait + by_price)


@rule
def complaint_probability(month_satisfaction: float, breach_share: float, complaints: Record) -> float:
    """Return the probability of complaining in a month, given the share of own tickets that broke the standard."""
    if not complaints.enabled:
        return 0.0
    logit = (
        complaints.intercept
        + (complaints.threshold - month_satisfaction) / complaints.slope
        + complaints.breach_logits * breach_share
        + complaints.ease_logits
    )
    return 1.0 / (1.0 + math.exp(-logit))
