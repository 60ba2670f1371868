"""A month at a service desk: blocks of different load, the backlog that one leaves to the next, and its wait.

Each block is in steady state (E9-E12) up to a utilisation of `UTILISATION_CAP`; what exceeds it is a fluid backlog.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from marketsim.market.compiled import rule
from marketsim.market.queues import FloatArray, priority_waits, total

UTILISATION_CAP = 0.98
"""Utilisation up to which tickets are admitted to service."""
LONGEST_WAIT_MONTHS = 12.0
"""The longest mean wait that is reported, in months of open hours: that of a class which is never served."""


class DeskMonth(NamedTuple):
    """A month at one pool of servers, by load block (rows) and class (columns, the class served first first).

    Attributes:
        waiting_probabilities: probability that a ticket waits at all.
        wait_hours: mean wait until service begins, time in the backlog included.
        served_tickets: tickets handled; the weights of waits in a mean over the month.
        backlog_tickets: tickets of each class left over at the end of the month.
        utilisations: share of the servers' time that is spent on tickets, by block.
    """

    waiting_probabilities: FloatArray
    wait_hours: FloatArray
    served_tickets: FloatArray
    backlog_tickets: FloatArray
    utilisations: FloatArray


@rule
def month_of_blocks(
    monthly_tickets: FloatArray,
    backlog_tickets: FloatArray,
    handle_hours: float,
    open_hours: float,
    hours_shares: FloatArray,
    load_factors: FloatArray,
    servers: float,
) -> DeskMonth:
    """Return the waits, the tickets served and the backlog of a month at one pool of servers.

    A block serves its new tickets and the backlog of the block before, spread evenly over it, the first class
    first. In every class new tickets + backlog before = served + backlog after. One class is order of arrival; a
    class with all tickets gets the same values as if it were the only one, bit for bit.

    Args:
        monthly_tickets: new tickets of each class in the month, the class served first first.
        backlog_tickets: tickets of each class left over from last month.
        handle_hours: mean time to handle a ticket.
        open_hours: open hours in the month.
        hours_shares: share of the open hours by block.
        load_factors: arrivals relative to the month's mean by block.
        servers: number of servers on duty.
    """
    shape = (len(hours_shares), len(monthly_tickets))
    backlog = backlog_tickets.copy()
    month = DeskMonth(np.ones(shape), np.zeros(shape), np.zeros(shape), backlog, np.zeros(shape[0]))
    mean_factor = total(hours_shares * load_factors)
    for block in range(len(hours_shares)):
        arrivals = monthly_tickets * (hours_shares[block] * load_factors[block] / mean_factor)
        hours = open_hours * hours_shares[block]
        serve_block(month, block, arrivals, hours, handle_hours, servers, LONGEST_WAIT_MONTHS * open_hours)
    return month


@rule
def serve_block(
    month: DeskMonth,
    block: int,
    arrivals: FloatArray,
    hours: float,
    handle_hours: float,
    servers: float,
    longest_wait: float,
) -> None:
    """Fill in a block of the month and replace the month's backlog by the one at the end of the block."""
    room = UTILISATION_CAP * servers * hours / handle_hours
    served, left_over = admit(arrivals + month.backlog_tickets, room)
    waiting_probability, waits = priority_waits(served / hours, 1.0 / handle_hours, servers)
    for k in range(len(arrivals)):
        delay = backlog_ticket_hours(month.backlog_tickets[k], left_over[k], arrivals[k], room, hours)
        extra = min(longest_wait, delay / served[k] if served[k] > 0.0 else longest_wait * (delay > 0.0))
        probability, wait = with_backlog(waiting_probability, min(longest_wait, waits[k]), extra)
        month.waiting_probabilities[block, k] = probability
        month.wait_hours[block, k] = min(longest_wait, wait)
        room -= served[k]
    month.served_tickets[block] = served
    month.backlog_tickets[:] = left_over
    month.utilisations[block] = total(served) * handle_hours / (servers * hours) if servers > 0.0 else 0.0


@rule
def admit(demands: FloatArray, room: float) -> tuple[FloatArray, FloatArray]:
    """Return what is admitted of each class and what is left over; the class served first has the first claim.

    Args:
        demands: tickets, or tickets per hour, of each class.
        room: the most that can be admitted, in the same unit.
    """
    admitted = np.empty(len(demands))
    for k in range(len(demands)):
        admitted[k] = min(demands[k], room)
        room -= admitted[k]
    return admitted, demands - admitted


@rule
def backlog_ticket_hours(before: float, after: float, arrivals: float, room: float, hours: float) -> float:
    """Return the hours that all tickets of a class together spend in its backlog during a block.

    The backlog is a fluid. It grows or shrinks evenly; one that the block can clear is worked off first, as fast
    as the classes before it leave room. By Little's law this, per ticket served, is what a backlog adds to the wait.

    Args:
        before: tickets in the backlog when the block begins.
        after: tickets in the backlog when it ends.
        arrivals: new tickets of the class in the block.
        room: tickets of the class that could be served in the block.
        hours: length of the block.
    """
    spare = room - arrivals
    if spare <= before:
        return 0.5 * (before + after) * hours
    return 0.5 * before * before / spare * hours


@rule
def with_backlog(waiting_probability: float, wait: float, extra: float) -> tuple[float, float]:
    """Return the probability of waiting and the mean wait where a backlog adds `extra` hours on average.

    It first makes more tickets wait, and only when all do, each of them longer: so the share of waits beyond any
    given time (E12) never falls.
    """
    if extra <= 0.0:
        return waiting_probability, wait
    longer = wait + extra
    if waiting_probability * longer >= wait:
        return 1.0, longer
    return waiting_probability * longer / wait, longer
