"""What contracts cost a customer: the tier that it has or would have, and the bill that it expects (E6)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from marketsim.market.compiled import rule
from marketsim.market.contracts import Prices
from marketsim.market.records import Record
from marketsim.market.tariffs import energy_price, unit_bill
from marketsim.market.tiers import prospect_tier

FloatArray = NDArray[np.float64]


@rule
def tier_at(customer: Record, retailer: int, cut_off: FloatArray) -> int:
    """Return the tier that a customer has, or would find for itself in a retailer's published cut-offs."""
    if customer.retailer == retailer:
        return customer.tier
    return prospect_tier(cut_off, customer.segment, customer.region, customer.credit, customer.energy)


@rule
def expected_bill(
    plan: Record,
    price_level: float,
    discount: float,
    expected_spot: float,
    network: float,
    energy: float,
    bands: FloatArray,
) -> float:
    """Return the bill per MWh that a contract is expected to give over twelve months, without bonus and exit fee."""
    price = energy_price(plan, price_level, discount, expected_spot, energy, bands)
    return unit_bill(price, network, plan.fixed_fee, energy)


@rule
def personal_discount(customer: Record, retailer: int, prices: Prices) -> float:
    """Return what a retailer takes off for this customer besides its tier: a concession to size, and to win it back."""
    s = customer.segment
    discount = 0.0
    if prices.concession[retailer, s] > 0.0 and customer.usual_use >= prices.concession_from[retailer, s]:
        discount += prices.concession[retailer, s]
    if customer.former == retailer and customer.retailer != retailer:
        discount += prices.winback[retailer, s]
    return discount


@rule
def offered_bill(customer: Record, offer: Record, prices: Prices, network: float, bands: FloatArray) -> float:
    """Return the bill per MWh that a customer expects of an offer, in its tier there."""
    tier = tier_at(customer, offer.retailer, prices.cut_off[offer.retailer])
    discount = prices.discount[offer.retailer, tier] + personal_discount(customer, offer.retailer, prices)
    discount += prices.rebate[offer.retailer]
    plan = prices.plans[offer.plan]
    return expected_bill(plan, offer.price_level, discount, prices.expected_spot, network, customer.usual_use, bands)


@rule
def held_bill(customer: Record, prices: Prices, network: float, bands: FloatArray) -> float:
    """Return the bill per MWh that a customer expects of its present contract."""
    plan = prices.plans[customer.plan]
    discount = customer.discount + prices.rebate[customer.retailer]
    return expected_bill(plan, customer.price_level, discount, prices.expected_spot, network, customer.usual_use, bands)
