"""The month's bills of all customers, and what their energy cost (M13, customer side)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from marketsim.market.compiled import rule
from marketsim.market.population import Population
from marketsim.market.segments import Behaviour
from marketsim.market.tariffs import Plans, energy_price, unit_bill

FloatArray = NDArray[np.float64]
CUSTOMERS, ENERGY, REVENUE, PROCUREMENT, HEDGED, PRICE_ENERGY, PRICE_SQUARED_ENERGY = range(7)
MEASURES = 7
USUAL_BILL_SPEED = 1.0 / 12.0
"""The usual bill is a moving mean of about a year."""


@rule
def bill_month(
    population: Population,
    low: int,
    high: int,
    first: bool,
    behaviour: Behaviour,
    plans: Plans,
    spot: float,
    default_price: float,
    default_supplier: int,
    sums: FloatArray,
    by_region: FloatArray,
) -> None:
    """Bill the customers of rows low to high, in place, and add them to the sums.

    Args:
        population: all customers; `price`, `bill` and `usual_bill` are written.
        low: first row.
        high: row after the last.
        first: whether this is the first month, in which the usual bill is this bill.
        behaviour: network charge and load shapes.
        plans: all plans.
        spot: spot price of the month, CNY/MWh.
        default_price: energy price of the default supplier, CNY/MWh.
        default_supplier: its index.
        sums: the measures of this module by retailer, segment and tier. Shape (retailers + 1, segments, tiers, 7).
        by_region: customers and energy. Shape (retailers + 1, segments, regions, tiers, 2).
    """
    network = behaviour.network_cny_per_mwh
    for i in range(low, high):
        s, j, plan, energy = population.segment[i], population.retailer[i], population.plan[i], population.energy[i]
        if j == default_supplier:
            population.price_level[i] = default_price
        price = energy_price(
            plans, plan, population.price_level[i], population.discount[i], spot, energy, behaviour.segments.bands[s]
        )
        bill = unit_bill(price, network, plans.fixed_fee[plan], energy)
        population.price[i] = price
        population.bill[i] = bill
        if first:
            population.usual_bill[i] = bill
        population.usual_bill[i] += USUAL_BILL_SPEED * (bill - population.usual_bill[i])
        hedged = plans.hedged_share[plan] * energy
        cost = hedged * population.forward_price[i] + (energy - hedged) * spot
        n, k, r = population.weight[i], population.tier[i], population.region[i]
        cell = sums[j, s, k]
        cell[CUSTOMERS] += n
        cell[ENERGY] += n * energy
        cell[REVENUE] += n * (price * energy + plans.fixed_fee[plan])
        cell[PROCUREMENT] += n * cost
        cell[HEDGED] += n * hedged
        cell[PRICE_ENERGY] += n * energy * price
        cell[PRICE_SQUARED_ENERGY] += n * energy * price * price
        by_region[j, s, r, k, 0] += n
        by_region[j, s, r, k, 1] += n * energy
