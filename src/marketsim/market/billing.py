"""The month's bills of all customers, and what their energy cost (M13, customer side)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from marketsim.market.compiled import rule
from marketsim.market.exact import units
from marketsim.market.population import ORDINARY
from marketsim.market.records import Record, Records
from marketsim.market.tariffs import energy_price, unit_bill

FloatArray = NDArray[np.float64]
CUSTOMERS, ENERGY, REVENUE, PROCUREMENT, HEDGED, PRICE_ENERGY, PRICE_SQUARED_ENERGY = range(7)
MEASURES = 7
ALL_TIERS = ORDINARY + 1
"""Place of sums over all tiers: added customer by customer, so that their last bit does not depend on who is in which."""
USUAL_BILL_SPEED = 1.0 / 12.0
"""The usual bill is a moving mean of about a year."""


@rule
def add_bill(customer: Record, plan: Record, spot: float, cell: FloatArray) -> None:
    """Add a customer's bill and the cost of its energy to the measures of its tier, or of all tiers."""
    n, energy, price = customer.weight, customer.use, customer.price
    hedged = plan.hedged_share * customer.contracted
    cell[CUSTOMERS] += n
    cell[ENERGY] += n * energy
    cell[REVENUE] += n * (price * energy + plan.fixed_fee)
    cell[PROCUREMENT] += n * (hedged * customer.forward_price + (energy - hedged) * spot)
    cell[HEDGED] += n * hedged
    cell[PRICE_ENERGY] += n * energy * price
    cell[PRICE_SQUARED_ENERGY] += n * energy * price * price


@rule
def bill_month(
    population: Records,
    low: int,
    high: int,
    first: bool,
    segments: Records,
    plans: Records,
    network: float,
    spot: float,
    default_price: float,
    default_supplier: int,
    rebate: FloatArray,
    sums: FloatArray,
    by_region: NDArray[np.int64],
) -> None:
    """Bill the customers of rows low to high, in place, and add them to the sums.

    Args:
        population: all customers; `price`, `bill` and `usual_bill` are written.
        low: first row.
        high: row after the last.
        first: whether this is the first month, in which the usual bill is this bill.
        segments: the segments, with their load shapes.
        plans: all plans.
        network: network charge, CNY/MWh.
        spot: spot price of the month, CNY/MWh.
        default_price: energy price of the default supplier, CNY/MWh.
        default_supplier: its index.
        rebate: taken off every bill of a supplier, CNY/MWh. Shape (retailers + 1,).
        sums: the measures of this module by retailer, segment and tier, and over all tiers in the last place. Shape
            (retailers + 1, segments, tiers + 1, 7).
        by_region: customers and energy, in exact units. Shape (retailers + 1, segments, regions, tiers, 2).
    """
    for i in range(low, high):
        customer: Record = population[i]
        if customer.alive == 0:
            continue
        plan: Record = plans[customer.plan]
        s, j, n, energy = customer.segment, customer.retailer, customer.weight, customer.use
        if j == default_supplier:
            customer.price_level = default_price
        price = energy_price(plan, customer.price_level, customer.discount, spot, energy, segments[s].bands)
        price -= rebate[j]
        customer.price = price
        customer.bill = unit_bill(price, network, plan.fixed_fee, energy)
        if first:
            customer.usual_bill = customer.bill
        customer.usual_bill += USUAL_BILL_SPEED * (customer.bill - customer.usual_bill)
        add_bill(customer, plan, spot, sums[j, s, customer.tier])
        add_bill(customer, plan, spot, sums[j, s, ALL_TIERS])
        by_region[j, s, customer.region, customer.tier, 0] += units(n)
        by_region[j, s, customer.region, customer.tier, 1] += units(n * energy)
