"""Tickets: how many service requests customers raise, and what load they put on the desks (M6)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketsim.market.compiled import rule
from marketsim.market.exact import units
from marketsim.market.levers import Levers, affinity_factor, carries, deflection
from marketsim.market.records import Record, Records
from marketsim.scenario.service import DESKS

FloatArray = NDArray[np.float64]
CONTACT, FIELD, CASE = range(len(DESKS))


class TicketRates(NamedTuple):
    """What makes tickets, besides the segment.

    Attributes:
        desk_share: share of tickets that comes to a desk. Shape (retailers + 1, 3).
        surge: factor of the month's events.
    """

    desk_share: FloatArray
    surge: float


@rule
def kept_share(customer: Record, first: NDArray[np.int64], levers: Records, covers: NDArray[np.bool_]) -> float:
    """Return the share of a customer's contact tickets that reaches the desk."""
    s, r, k, j = customer.segment, customer.region, customer.tier, customer.retailer
    kept = 1.0
    for lever in range(first[j], first[j + 1]):
        if covers[lever, s, r, k] and carries(customer, levers[lever]):
            kept *= 1.0 - deflection(levers[lever], customer.digital_affinity)
    return kept


@rule
def visits(customer: Record, first: NDArray[np.int64], levers: Records, covers: NDArray[np.bool_]) -> float:
    """Return the visits a month that levers promise a customer: further work for the crews, not a wait of the customer."""
    s, r, k, j = customer.segment, customer.region, customer.tier, customer.retailer
    count = 0.0
    for lever in range(first[j], first[j + 1]):
        row: Record = levers[lever]
        if row.field_tickets_per_customer_month > 0.0 and covers[lever, s, r, k] and carries(customer, row):
            strength = row.intensity * affinity_factor(row.affinity, customer.digital_affinity)
            count += row.field_tickets_per_customer_month * strength
    return count


@rule
def ticket_load(
    population: Records,
    low: int,
    high: int,
    segments: Records,
    rates: TicketRates,
    levers: Levers,
    load: NDArray[np.int64],
) -> None:
    """Add the expected tickets of the customers of rows low to high to the load, in place.

    Expected, not sampled: a weighted sample would bias a queue, whose waits are convex in the load. The probability of
    a complaint last month is its expected number of tickets at the case desk.
    `load` has shape (retailers + 1, desks, regions, segments, tiers), in exact units.
    """
    for i in range(low, high):
        customer: Record = population[i]
        if customer.alive == 0:
            continue
        s, r, k, j = customer.segment, customer.region, customer.tier, customer.retailer
        rate = customer.weight * segments[s].tickets_per_month * rates.surge
        for desk in range(load.shape[1]):
            share = rates.desk_share[j, desk]
            if desk == CONTACT:
                share *= kept_share(customer, levers.first, levers.rows, levers.covers)
            load[j, desk, r, s, k] += units(rate * share)
        sent = visits(customer, levers.first, levers.rows, levers.covers)
        if sent > 0.0:
            load[j, FIELD, r, s, k] += units(customer.weight * sent)
        load[j, CASE, r, s, k] += units(customer.weight * customer.complaint_chance)
