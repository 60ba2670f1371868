"""The smallest staff that meets a service standard in the busiest load block of a month.

A desk that met its target on average only would be overloaded in its busiest hours, where steady-state waits mean little.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from marketsim.market.compiled import rule
from marketsim.market.load_blocks import UTILISATION_CAP, month_of_blocks
from marketsim.market.queues import Clock, FloatArray, ServiceStandard, share_within, total

MOST_STAFF = 10**9
"""The search for staff ends here."""
NEAR_REACHABLE = 0.99
"""What is aimed at of the share that unlimited staff would reach, where the target is above it."""


class DeskLoad(NamedTuple):
    """The work of a pool of servers in a month.

    Attributes:
        monthly_tickets: new tickets.
        handle_hours: mean time to handle a ticket.
        open_hours: open hours in the month.
        hours_shares: share of the open hours by block.
        load_factors: arrivals relative to the month's mean by block.
    """

    monthly_tickets: float
    handle_hours: float
    open_hours: float
    hours_shares: FloatArray
    load_factors: FloatArray


@rule
def smallest_staff(load: DeskLoad, duty_share: float, standard: ServiceStandard, target_share: float) -> int:
    """Return the smallest whole staff that serves the target share of the busiest block's tickets in time.

    It is at least 1. Tickets are served in order of arrival, from an empty desk; those that the block leaves
    over count as late. The mean load stays below `UTILISATION_CAP`; where the target is low, the busiest
    block need not.
    Where no staff can meet the target because travel takes longer than the standard, the target share shall
    not wait at all; where it is because service does, the aim is 99 % of what unlimited staff would reach.

    Args:
        load: tickets and opening hours.
        duty_share: servers on duty per head of staff.
        standard: the service standard.
        target_share: share of the busiest block's tickets that is to be served within it.
    """
    if load.monthly_tickets <= 0.0:
        return 1
    standard, target_share = within_reach(standard, target_share, load.handle_hours)
    mean_servers = load.monthly_tickets * load.handle_hours / load.open_hours
    stable = math.ceil(mean_servers / (UTILISATION_CAP * duty_share))
    enough = int(min(float(MOST_STAFF), max(1.0, float(stable))))
    too_few = enough - 1
    step = 1
    while enough < MOST_STAFF and attained_share(load, enough * duty_share, standard) < target_share:
        too_few = enough
        enough += step
        step *= 2
    while enough - too_few > 1:
        middle = (enough + too_few) // 2
        if attained_share(load, middle * duty_share, standard) < target_share:
            too_few = middle
        else:
            enough = middle
    return enough


@rule
def within_reach(standard: ServiceStandard, target_share: float, handle_hours: float) -> tuple[ServiceStandard, float]:
    """Return the standard and target by which staff can be found: those given wherever possible."""
    if standard.clock == Clock.SOLUTION:
        reachable = -math.expm1(-standard.limit_hours / handle_hours)
        return standard, min(target_share, NEAR_REACHABLE * reachable)
    limit_hours = max(standard.limit_hours, standard.travel_hours)
    return ServiceStandard(standard.clock, limit_hours, standard.travel_hours), target_share


@rule
def attained_share(load: DeskLoad, servers: float, standard: ServiceStandard) -> float:
    """Return the share of the busiest block's tickets within the standard, in order of arrival from an empty desk.

    Of blocks that are equally busy the first counts.
    """
    month = month_of_blocks(
        np.array([load.monthly_tickets]),
        np.zeros(1),
        load.handle_hours,
        load.open_hours,
        load.hours_shares,
        load.load_factors,
        servers,
    )
    busy = np.argmax(load.load_factors)
    shares = load.hours_shares * load.load_factors
    raised = load.monthly_tickets * shares[busy] / total(shares)
    probability, wait = month.waiting_probabilities[busy, 0], month.wait_hours[busy, 0]
    in_time = month.served_tickets[busy, 0] * share_within(standard, probability, wait, 1.0 / load.handle_hours)
    return min(1.0, in_time / raised)
