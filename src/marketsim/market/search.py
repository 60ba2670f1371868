"""Search: who looks at rival offers, what it knows of them, and which it compares (M11, E19)."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketsim.market.compiled import rule
from marketsim.market.contracts import Prices
from marketsim.market.draws import exponential, extend, uniform
from marketsim.market.quotes import offered_bill
from marketsim.market.records import Record

FloatArray = NDArray[np.float64]


class Standing(NamedTuple):
    """How retailers stand with customers: names, advertising and published satisfaction.

    Attributes:
        brand: utility of the name, logits. Shape (retailers + 1, segments).
        advertising: weight of a retailer's offers in the draw of offers to compare. Shape (retailers + 1,).
        rating: published satisfaction by segment; the retailer's mean where it has none. Shape (retailers + 1, segments).
        keys: keys of the retailers' names, for draws. Shape (retailers + 1,).
        awareness: which retailers a customer knows; empty where that is a lasting draw. Shape (customers, retailers + 1).
        beliefs: believed quality of service; empty where it follows ratings. Shape (customers, retailers + 1).
    """

    brand: FloatArray
    advertising: FloatArray
    rating: FloatArray
    keys: NDArray[np.uint64]
    awareness: NDArray[np.uint8]
    beliefs: NDArray[np.float32]


@rule
def search_hazard(
    rate: float, satisfaction: float, bill_change: float, complaining: bool, urge: float, choice: Record
) -> float:
    """Return the hazard of comparing offers in a month (E19).

    Args:
        rate: the segment's hazard, 1/month.
        satisfaction: satisfaction of the customer.
        bill_change: relative rise of the bill, or saving in sight, whichever is larger.
        complaining: whether a complaint is open.
        urge: what else moves it, added to the exponent.
        choice: parameters.
    """
    exponent = urge + choice.search_dissatisfaction * (choice.search_pivot - satisfaction)
    exponent += choice.search_bill * min(choice.search_bill_cap, max(0.0, bill_change))
    if complaining:
        exponent += choice.search_complaint
    return rate * math.exp(exponent)


@rule
def aware(key: np.uint64, customer: np.uint64, retailer: np.uint64, probability: float) -> bool:
    """Return whether a customer knows a rival retailer; lasts all the run."""
    return uniform(extend(extend(key, customer), retailer)) < probability


@rule
def best_bill_in_sight(bills: FloatArray, known: NDArray[np.bool_]) -> float:
    """Return the lowest expected bill among the offers of known retailers; infinite for none."""
    lowest = np.inf
    for row in range(len(bills)):
        if known[row]:
            lowest = min(lowest, bills[row])
    return lowest


@rule
def bill_change(present: float, usual: float, best: float) -> float:
    """Return the relative rise of the bill, or the relative saving in sight, whichever is larger."""
    return max(present / usual - 1.0, 1.0 - best / present)


@rule
def race_limit(times: FloatArray, count: int) -> float:
    """Return the time of the last of the `count` offers that win the race into the consideration set."""
    if count >= len(times):
        return np.inf
    return np.sort(times)[count - 1]


@rule
def race_time(key: np.uint64, known: bool, advertising: float, choice: Record) -> float:
    """Return the time of an offer in the race into the consideration set.

    Each offer runs its own exponential race, so that adding an offer or advertising one moves no other draw.
    """
    weight = advertising * (choice.known_offer_weight if known else 1.0)
    return exponential(key) / weight if weight > 0.0 else np.inf


@rule
def survey(
    customer: Record,
    segment: Record,
    prices: Prices,
    standing: Standing,
    network: float,
    awareness_key: np.uint64,
    bills: FloatArray,
    known: NDArray[np.bool_],
) -> None:
    """Write what each offer on sale would cost the customer, and whether it knows the retailer without a search."""
    s = customer.segment
    for row in range(len(bills)):
        offer: Record = prices.offers[row]
        j = offer.retailer
        if not prices.for_segment[row, s]:
            bills[row] = np.inf
            known[row] = False
            continue
        bills[row] = offered_bill(customer, offer, prices, network, segment.bands)
        if j == customer.retailer or j == customer.former:
            known[row] = True
        elif standing.awareness.shape[0] > 0:
            known[row] = standing.awareness[customer.row, j] > 0
        else:
            known[row] = aware(awareness_key, customer.key, standing.keys[j], segment.awareness)


@rule
def consider(
    customer: Record,
    segment: Record,
    prices: Prices,
    advertising: FloatArray,
    choice: Record,
    key: np.uint64,
    known: NDArray[np.bool_],
    times: FloatArray,
) -> None:
    """Draw which rival offers a searching customer compares: the race times of all others become infinite."""
    own_key = extend(key, customer.key)
    for row in range(len(times)):
        offer: Record = prices.offers[row]
        times[row] = np.inf
        if prices.for_segment[row, customer.segment] and offer.retailer != customer.retailer:
            times[row] = race_time(extend(own_key, offer.key), known[row], advertising[offer.retailer], choice)
    last = race_limit(times, segment.consideration_offers)
    for row in range(len(times)):
        if times[row] > last:
            times[row] = np.inf
