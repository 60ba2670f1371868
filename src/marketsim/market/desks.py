"""The service desks of all retailers in a month: teams, disciplines and what customers meet there (M6)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketsim.market.compiled import rule
from marketsim.market.frame import Frame
from marketsim.market.load_blocks import DeskMonth, month_of_blocks
from marketsim.market.queues import Clock, ServiceStandard, share_within, total
from marketsim.market.records import Record, Records, record_type
from marketsim.market.satisfaction import responsiveness
from marketsim.market.tickets import FIELD
from marketsim.scenario.service import DESKS, TIERS, Desk
from marketsim.scenario.study import Study

FloatArray = NDArray[np.float64]
MINUTES = 60.0
CLOCKS = (Clock.REPLY, Clock.ARRIVAL, Clock.SOLUTION)
"""What the standards of the contact, field and case desk measure."""


DESK = record_type(
    whole_market="i8",
    dedicated="i8",
    classes="i8",
    class_of=("i8", (4,)),
    clock="i8",
    open_hours="f8",
    handle_hours="f8",
    sla_hours="f8",
    travel_hours="f8",
)
"""How one desk is run in one region.

whole_market (whether one team serves all regions; its tickets then stand in region 0); dedicated (whether class 0 has a team
of its own); classes (number that are told apart); class_of (class of each tier, 0 served first); clock (what its standard
measures); open_hours (a month); handle_hours (time that a ticket occupies a server, travel included); sla_hours;
travel_hours (that count against the standard).
"""


class LoadBlocks(NamedTuple):
    """The load blocks of a month: share of the hours, and arrivals relative to the mean. Shape (blocks,)."""

    hours_shares: FloatArray
    load_factors: FloatArray


class Carried(NamedTuple):
    """What a month leaves to the next, by class: it belongs to the team, not to the tiers that happen to be in the class.

    Attributes:
        backlog: tickets left over. Shape (retailers, 3, regions, 4).
        repeats: tickets that come back. Same shape.
    """

    backlog: FloatArray
    repeats: FloatArray


MAX_BLOCKS = 12
SITE = record_type(
    wait_probability=("f8", (MAX_BLOCKS,)),
    wait_hours=("f8", (MAX_BLOCKS,)),
    clock_offset="f8",
    half_time="f8",
    sla_hours="f8",
    arrivals="f8",
    served="f8",
    backlog="f8",
    mean_wait_hours="f8",
    busy_wait_hours="f8",
    sla_share="f8",
    busy_sla_share="f8",
    utilisation="f8",
    servers="f8",
    served_share="f8",
    repeat_factor="f8",
)
"""A month at a desk in a region, as a tier meets it.

wait_probability, wait_hours (mean) by load block; clock_offset (hours of travel or handling that a customer waits through
besides); half_time (wait at which responsiveness is one half, hours); sla_hours; arrivals (tickets, repeats included),
served, backlog (tickets); mean_wait_hours, busy_wait_hours (busiest block); sla_share, busy_sla_share (share of tickets
within the standard); utilisation and servers of the team that serves the tier; served_share (share of open tickets that is
dealt with in the month); repeat_factor (tickets with repeats over those without).
"""


class ServiceMonth(NamedTuple):
    """What customers meet at the desks of each supplier, the default supplier last.

    Attributes:
        sites: records of `SITE`. Shape (retailers + 1, 3, regions, 4).
        block_shares: cumulative share of tickets by load block. Shape (blocks,).
        wait_gap: wait beyond the best-served tier's, in half times, weighted over desks by tickets. (retailers + 1, regions, 4)
        reputation: mean quality of service last month. Shape (retailers + 1,).
        urgency: weight of one ticket. Shape (retailers + 1, 3).
        supply_quality: reliability by region. Shape (regions,).
    """

    sites: Records
    block_shares: FloatArray
    wait_gap: FloatArray
    reputation: FloatArray
    urgency: FloatArray
    supply_quality: FloatArray


def nothing_carried(retailers: int, regions: int) -> Carried:
    """Return the state of desks without a past."""
    cells = (retailers, len(DESKS), regions, len(TIERS))
    return Carried(np.zeros(cells), np.zeros(cells))


@rule
def serve_all(
    rules: Records,
    blocks: LoadBlocks,
    tickets: FloatArray,
    carried: Carried,
    servers: FloatArray,
    dedicated_share: FloatArray,
    resolution: FloatArray,
    sites: Records,
) -> None:
    """Serve a month's tickets at all desks; sites and what is carried over are written in place.

    Args:
        rules: records of `DESK`. Shape (retailers, 3, regions).
        blocks: load blocks.
        tickets: new tickets, repeats not included. Shape (retailers, 3, regions, 4).
        carried: what last month left over, by class; replaced by what this month leaves.
        servers: number on duty. Shape (retailers, 3, regions); a team for all regions stands in region 0.
        dedicated_share: share of them in the dedicated team. Same shape.
        resolution: share of tickets that is solved for good. Shape (retailers, 3).
        sites: records of `SITE`. Shape (retailers, 3, regions, 4).
    """
    for j in range(tickets.shape[0]):
        for d in range(tickets.shape[1]):
            whole = rules[j, d, 0].whole_market
            for r in range(1 if whole else tickets.shape[2]):
                raised = tickets[j, d, r].copy()
                if whole:
                    for other in range(1, tickets.shape[2]):
                        raised += tickets[j, d, other]
                serve_site(
                    rules[j, d, r],
                    blocks,
                    raised,
                    carried.backlog[j, d, r],
                    carried.repeats[j, d, r],
                    servers[j, d, r],
                    dedicated_share[j, d, r],
                    resolution[j, d],
                    sites[j, d, r],
                )
            if whole:
                for r in range(1, tickets.shape[2]):
                    for k in range(tickets.shape[3]):
                        meet_elsewhere(sites[j, d, 0, k], sites[j, d, r, k])


@rule
def meet_elsewhere(source: Record, site: Record) -> None:
    """Let customers of another region meet the one team's service, in place; its tickets stay where it is."""
    for b in range(len(site.wait_hours)):
        site.wait_probability[b] = source.wait_probability[b]
        site.wait_hours[b] = source.wait_hours[b]
    site.mean_wait_hours = source.mean_wait_hours
    site.busy_wait_hours = source.busy_wait_hours
    site.sla_share = source.sla_share
    site.busy_sla_share = source.busy_sla_share
    site.utilisation = source.utilisation
    site.servers = source.servers
    site.served_share = source.served_share
    site.repeat_factor = source.repeat_factor


@rule
def serve_site(
    desk: Record,
    blocks: LoadBlocks,
    tickets: FloatArray,
    backlog: FloatArray,
    repeats: FloatArray,
    servers: float,
    dedicated_share: float,
    resolution: float,
    sites: Records,
) -> None:
    """Serve one team's (or, with a dedicated team, two teams') month of tickets by tier, in place."""
    count = desk.classes
    first = np.zeros(count)
    for k in range(len(tickets)):
        first[desk.class_of[k]] += tickets[k]
    arrivals = first + repeats[:count]
    demand = arrivals + backlog[:count]
    pools = count if desk.dedicated else 1
    width = count // pools
    for pool in range(pools):
        share = 1.0
        if pools > 1:
            share = dedicated_share if pool == 0 else 1.0 - dedicated_share
        begin, end = pool * width, (pool + 1) * width
        month = month_of_blocks(
            arrivals[begin:end],
            backlog[begin:end],
            desk.handle_hours,
            desk.open_hours,
            blocks.hours_shares,
            blocks.load_factors,
            share * servers,
        )
        for column in range(width):
            c = begin + column
            served = total(month.served_tickets[:, column])
            left = month.backlog_tickets[column]
            backlog[c] = left
            repeats[c] = (1.0 - resolution) * served
            last = 0
            for k in range(len(tickets)):
                if desk.class_of[k] == c:
                    last = k
            for k in range(len(tickets)):
                if desk.class_of[k] != c:
                    continue
                site: Record = sites[k]
                part = tickets[k] / first[c] if first[c] > 0.0 else (1.0 if k == last else 0.0)
                site.arrivals = part * arrivals[c]
                site.served = part * served
                site.backlog = part * left
                site.servers = share * servers
                site.served_share = served / demand[c] if demand[c] > 0.0 else 1.0
                site.repeat_factor = arrivals[c] / first[c] if first[c] > 0.0 else 1.0
                write_waits(desk, blocks, month, column, site)


@rule
def standard_of(desk: Record) -> ServiceStandard:
    """Return a desk's service standard."""
    clock = Clock.REPLY
    if desk.clock == Clock.ARRIVAL:
        clock = Clock.ARRIVAL
    elif desk.clock == Clock.SOLUTION:
        clock = Clock.SOLUTION
    return ServiceStandard(clock, desk.sla_hours, desk.travel_hours)


@rule
def write_waits(desk: Record, blocks: LoadBlocks, month: DeskMonth, column: int, site: Record) -> None:
    """Write the waits of a class to a site, in place, and their means over the blocks by tickets served.

    Where nobody comes, the means are by the tickets that would be expected.
    """
    standard = standard_of(desk)
    anybody = total(month.served_tickets[:, column]) > 0.0
    busy_load = -1.0
    weights, waits, within, used = 0.0, 0.0, 0.0, 0.0
    for b in range(len(blocks.hours_shares)):
        probability, wait = month.waiting_probabilities[b, column], month.wait_hours[b, column]
        share = share_within(standard, probability, wait, 1.0 / desk.handle_hours)
        weight = month.served_tickets[b, column] if anybody else blocks.hours_shares[b] * blocks.load_factors[b]
        site.wait_probability[b] = probability
        site.wait_hours[b] = wait
        weights += weight
        waits += weight * wait
        within += weight * share
        used += blocks.hours_shares[b] * month.utilisations[b]
        if blocks.load_factors[b] > busy_load:
            busy_load = blocks.load_factors[b]
            site.busy_wait_hours = wait
            site.busy_sla_share = share
    site.mean_wait_hours = waits / weights
    site.sla_share = within / weights
    site.utilisation = used


def slowest_tenth(sites: Records, block_shares: FloatArray) -> FloatArray:
    """Return the wait that one ticket in ten exceeds, hours: the 90 % quantile over the blocks of the month (E12).

    Args:
        sites: records of `SITE`, of any shape.
        block_shares: cumulative share of tickets by load block. Shape (blocks,).
    """
    blocks = len(block_shares)
    shares = np.diff(block_shares, prepend=0.0)
    mean = sites["wait_hours"][..., :blocks]
    chance = np.where(mean > 0.0, sites["wait_probability"][..., :blocks], 0.0)
    rate = np.divide(chance, mean, out=np.zeros_like(mean), where=mean > 0.0)
    low = np.zeros(sites.shape)
    high = np.max(np.divide(np.log(10.0), rate, out=np.zeros_like(rate), where=rate > 0.0), axis=-1)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        beyond = (shares * chance * np.exp(-rate * middle[..., None])).sum(axis=-1)
        low, high = np.where(beyond > 0.1, middle, low), np.where(beyond > 0.1, high, middle)
    return high


_HALVINGS = 50


def expected_responsiveness(
    wait_probability: FloatArray, wait_hours: FloatArray, offset: FloatArray, half_time: FloatArray
) -> FloatArray:
    """Return the expected quality of service of tickets that wait with a probability, exponentially."""
    decay = np.log(2.0) / half_time
    rate_factor = 1.0 + decay * wait_hours / np.maximum(wait_probability, 1e-12)
    base = np.vectorize(responsiveness)(offset, half_time)
    quality: FloatArray = base * (1.0 - wait_probability + wait_probability / rate_factor)
    return quality


def build_blocks(study: Study) -> LoadBlocks:
    """Return the load blocks of a study."""
    blocks = study.market.load_blocks
    return LoadBlocks(
        np.array([b.hours_share for b in blocks]), np.array([b.load_factor for b in blocks], dtype=np.float64)
    )


def build_desks(frame: Frame, study: Study) -> Records:
    """Return how the desks of a study are run: records of `DESK`. Shape (retailers, 3, regions)."""
    regions = [study.market.regions[name] for name in frame.regions]
    mean_travel = sum(region.share * region.travel_minutes for region in regions)
    rules = np.zeros((len(frame.retailers), len(DESKS), len(regions)), dtype=DESK)
    for j, name in enumerate(frame.retailers):
        for d, desk_name in enumerate(DESKS):
            desk: Desk = getattr(study.retailers[name].desks, desk_name)
            classes = _classes(desk)
            for r, region in enumerate(regions):
                travel = (mean_travel if desk.scope == "market" else region.travel_minutes) if d == FIELD else 0.0
                rules[j, d, r] = (
                    desk.scope == "market",
                    desk.discipline == "dedicated",
                    max(classes) + 1,
                    classes,
                    CLOCKS[d],
                    desk.open_hours,
                    (desk.handle_minutes + travel) / MINUTES,
                    (desk.sla_minutes or region.field_sla_minutes) / MINUTES,
                    travel / MINUTES,
                )
    return rules


def _classes(desk: Desk) -> tuple[int, ...]:
    """Class of each tier: fifo has one, priority one per named tier and one of all others, dedicated two."""
    if desk.discipline == "fifo":
        return (0,) * len(TIERS)
    named = list(dict.fromkeys(desk.priority_tiers))
    others = len(named) if desk.discipline == "priority" else 1
    order = {tier: rank if desk.discipline == "priority" else 0 for rank, tier in enumerate(named)}
    classes = [order.get(tier, others) for tier in TIERS]
    ranks = {c: rank for rank, c in enumerate(sorted(set(classes)))}
    return tuple(ranks[c] for c in classes)


def clock_offsets(rules: Records) -> FloatArray:
    """Return what a customer waits through besides the queue, hours: travel (field) or handling (case)."""
    offsets: FloatArray = np.where(rules["clock"] == Clock.SOLUTION, rules["handle_hours"], rules["travel_hours"])
    return offsets
