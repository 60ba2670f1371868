"""The service desks of all retailers in a month: teams, disciplines and what customers meet there (M6)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketsim.market.compiled import rule
from marketsim.market.frame import Frame
from marketsim.market.load_blocks import DeskMonth, month_of_blocks
from marketsim.market.queues import Clock, ServiceStandard, share_within, total
from marketsim.market.records import Records, record_type
from marketsim.market.satisfaction import responsiveness
from marketsim.market.tickets import CASE, CONTACT, FIELD
from marketsim.scenario.service import DESKS, TIERS, Desk
from marketsim.scenario.study import Study

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
MINUTES = 60.0
CLOCKS = (Clock.REPLY, Clock.ARRIVAL, Clock.SOLUTION)
"""What the standards of the contact, field and case desk measure."""


class DeskRules(NamedTuple):
    """How desks are run; first axis retailers, second desks, third regions.

    Attributes:
        whole_market: whether one team serves all regions (its values then stand in region 0). Shape (retailers, 3).
        handle_hours: time that a ticket occupies a server, travel included. Shape (retailers, 3, regions).
        open_hours: hours a month. Shape (retailers, 3).
        classes: number of classes that are told apart. Shape (retailers, 3).
        class_of: class of a tier, 0 served first. Shape (retailers, 3, 4).
        dedicated: whether class 0 has a team of its own. Shape (retailers, 3).
        sla_hours: service standard. Shape (retailers, 3, regions).
        travel_hours: travel that counts against it. Shape (3, regions).
        hours_shares, load_factors: load blocks. Shape (blocks,).
    """

    whole_market: BoolArray
    handle_hours: FloatArray
    open_hours: FloatArray
    classes: IntArray
    class_of: IntArray
    dedicated: BoolArray
    sla_hours: FloatArray
    travel_hours: FloatArray
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


class DeskResults(NamedTuple):
    """A month at all desks by retailer, desk, region and tier; waits by load block as a fifth axis.

    Attributes:
        wait_probability: probability that a ticket waits. Shape (retailers, 3, regions, 4, blocks).
        wait_hours: mean wait. Same shape.
        arrivals: new tickets, repeats included. Shape (retailers, 3, regions, 4).
        served: tickets handled. Same shape.
        backlog: tickets left over. Same shape.
        mean_wait_hours: mean over blocks by tickets. Same shape.
        sla_share: share within the standard. Same shape.
        busy_sla_share: the same in the busiest block. Same shape.
        utilisation: share of time that the staff who serve the tier are busy. Same shape.
        servers: number on duty of that staff. Same shape.
        served_share: share of tickets and backlog that is handled in the month. Same shape.
        repeat_factor: tickets with repeats over those without. Same shape.
    """

    wait_probability: FloatArray
    wait_hours: FloatArray
    arrivals: FloatArray
    served: FloatArray
    backlog: FloatArray
    mean_wait_hours: FloatArray
    sla_share: FloatArray
    busy_sla_share: FloatArray
    utilisation: FloatArray
    servers: FloatArray
    served_share: FloatArray
    repeat_factor: FloatArray


MAX_BLOCKS = 12
SITE = record_type(
    wait_probability=("f8", (MAX_BLOCKS,)),
    wait_hours=("f8", (MAX_BLOCKS,)),
    clock_offset="f8",
    half_time="f8",
    sla_hours="f8",
    sla_share="f8",
    served_share="f8",
    repeat_factor="f8",
)
"""What a customer of a tier meets at a desk in its region.

wait_probability, wait_hours (mean) by load block; clock_offset (hours of travel or handling that it waits through besides);
half_time (wait at which responsiveness is one half, hours); sla_hours; sla_share (share of tickets within it); served_share
(share of open tickets that is dealt with in the month); repeat_factor (tickets with repeats over those without).
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


def empty_results(retailers: int, regions: int, blocks: int) -> DeskResults:
    """Return results of zeros for so many retailers, regions and load blocks."""
    cells = (retailers, len(DESKS), regions, len(TIERS))
    by_block = (*cells, blocks)
    return DeskResults(np.zeros(by_block), np.zeros(by_block), *(np.zeros(cells) for _ in range(10)))


def nothing_carried(retailers: int, regions: int) -> Carried:
    """Return the state of desks without a past."""
    cells = (retailers, len(DESKS), regions, len(TIERS))
    return Carried(np.zeros(cells), np.zeros(cells))


@rule
def serve_all(
    rules: DeskRules,
    tickets: FloatArray,
    carried: Carried,
    servers: FloatArray,
    dedicated_share: FloatArray,
    resolution: FloatArray,
    out: DeskResults,
) -> None:
    """Serve a month's tickets at all desks; results and what is carried over are written in place.

    Args:
        rules: how desks are run.
        tickets: new tickets, repeats not included. Shape (retailers, 3, regions, 4).
        carried: what last month left over, by class; replaced by what this month leaves.
        servers: number on duty. Shape (retailers, 3, regions); a team for all regions stands in region 0.
        dedicated_share: share of them in the dedicated team. Same shape.
        resolution: share of tickets that is solved for good. Shape (retailers, 3).
        out: results.
    """
    for j in range(tickets.shape[0]):
        for d in range(tickets.shape[1]):
            if rules.whole_market[j, d]:
                serve_site(rules, j, d, 0, tickets[j, d].sum(0), carried, servers, dedicated_share, resolution[j, d], out)
                spread_over_regions(j, d, out)
            else:
                for r in range(tickets.shape[2]):
                    serve_site(rules, j, d, r, tickets[j, d, r], carried, servers, dedicated_share, resolution[j, d], out)


@rule
def spread_over_regions(j: int, d: int, out: DeskResults) -> None:
    """Let customers of all regions meet the one team's service; its tickets stay in region 0."""
    for r in range(1, out.served.shape[2]):
        for values in (out.wait_probability, out.wait_hours):
            values[j, d, r] = values[j, d, 0]
        for values in (out.mean_wait_hours, out.sla_share, out.busy_sla_share, out.utilisation, out.servers):
            values[j, d, r] = values[j, d, 0]
        for values in (out.served_share, out.repeat_factor):
            values[j, d, r] = values[j, d, 0]
        for values in (out.arrivals, out.served, out.backlog):
            values[j, d, r] = 0.0


@rule
def serve_site(
    rules: DeskRules,
    j: int,
    d: int,
    r: int,
    tickets: FloatArray,
    carried: Carried,
    servers: FloatArray,
    dedicated_share: FloatArray,
    resolution: float,
    out: DeskResults,
) -> None:
    """Serve one team's (or, with a dedicated team, two teams') month of tickets by tier, in place."""
    count = rules.classes[j, d]
    first = np.zeros(count)
    for k in range(len(tickets)):
        first[rules.class_of[j, d, k]] += tickets[k]
    arrivals = first + carried.repeats[j, d, r, :count]
    demand = arrivals + carried.backlog[j, d, r, :count]
    pools = count if rules.dedicated[j, d] else 1
    width = 1 if rules.dedicated[j, d] else count
    for pool in range(pools):
        share = 1.0
        if pools > 1:
            share = dedicated_share[j, d, r] if pool == 0 else 1.0 - dedicated_share[j, d, r]
        own = slice(pool * width, (pool + 1) * width)
        on_duty = share * servers[j, d, r]
        month = serve_pool(rules, j, d, r, arrivals[own], carried.backlog[j, d, r, own], on_duty)
        for column in range(width):
            c = pool * width + column
            served = total(month.served_tickets[:, column])
            carried.backlog[j, d, r, c] = month.backlog_tickets[column]
            carried.repeats[j, d, r, c] = (1.0 - resolution) * served
            write_class(rules, j, d, r, month, column, c, tickets, first[c], arrivals[c], demand[c], on_duty, out)


@rule
def serve_pool(
    rules: DeskRules, j: int, d: int, r: int, tickets: FloatArray, backlog: FloatArray, servers: float
) -> DeskMonth:
    """Return the month of one pool of servers, by block and class."""
    return month_of_blocks(
        tickets,
        backlog,
        rules.handle_hours[j, d, r],
        rules.open_hours[j, d],
        rules.hours_shares,
        rules.load_factors,
        servers,
    )


@rule
def standard_of(rules: DeskRules, j: int, d: int, r: int) -> ServiceStandard:
    """Return a desk's service standard."""
    clock = Clock.REPLY
    if d == FIELD:
        clock = Clock.ARRIVAL
    elif d == CASE:
        clock = Clock.SOLUTION
    return ServiceStandard(clock, rules.sla_hours[j, d, r], rules.travel_hours[d, r])


@rule
def write_class(
    rules: DeskRules,
    j: int,
    d: int,
    r: int,
    month: DeskMonth,
    column: int,
    c: int,
    tickets: FloatArray,
    first: float,
    arrivals: float,
    demand: float,
    servers: float,
    out: DeskResults,
) -> None:
    """Write a class's month to the results of its tiers; tickets are split by the tiers' new ones."""
    served = total(month.served_tickets[:, column])
    within = within_standard(rules, j, d, r, month, column)
    last = 0
    for k in range(len(tickets)):
        if rules.class_of[j, d, k] == c:
            last = k
    for k in range(len(tickets)):
        if rules.class_of[j, d, k] != c:
            continue
        share = tickets[k] / first if first > 0.0 else (1.0 if k == last else 0.0)
        out.wait_probability[j, d, r, k] = month.waiting_probabilities[:, column]
        out.wait_hours[j, d, r, k] = month.wait_hours[:, column]
        out.arrivals[j, d, r, k] = share * arrivals
        out.served[j, d, r, k] = share * served
        out.backlog[j, d, r, k] = share * month.backlog_tickets[column]
        out.mean_wait_hours[j, d, r, k] = block_mean(rules, month, column)
        out.busy_sla_share[j, d, r, k] = within[np.argmax(rules.load_factors)]
        out.sla_share[j, d, r, k] = weighted_by_block(rules, month, column, within)
        out.utilisation[j, d, r, k] = (month.utilisations * rules.hours_shares).sum()
        out.servers[j, d, r, k] = servers
        out.served_share[j, d, r, k] = served / demand if demand > 0.0 else 1.0
        out.repeat_factor[j, d, r, k] = arrivals / first if first > 0.0 else 1.0


@rule
def block_mean(rules: DeskRules, month: DeskMonth, column: int) -> float:
    """Return the mean wait of a class over the blocks, hours."""
    return weighted_by_block(rules, month, column, month.wait_hours[:, column])


@rule
def weighted_by_block(rules: DeskRules, month: DeskMonth, column: int, values: FloatArray) -> float:
    """Return the mean of a value over blocks by tickets served, or by expected tickets where there are none."""
    weights = month.served_tickets[:, column]
    whole = total(weights)
    if whole <= 0.0:
        weights = rules.hours_shares * rules.load_factors
        whole = total(weights)
    return total(weights * values) / whole


@rule
def within_standard(rules: DeskRules, j: int, d: int, r: int, month: DeskMonth, column: int) -> FloatArray:
    """Return the share of a class's tickets within the standard, by block."""
    standard = standard_of(rules, j, d, r)
    within = np.empty(month.wait_hours.shape[0])
    for b in range(len(within)):
        within[b] = share_within(
            standard, month.waiting_probabilities[b, column], month.wait_hours[b, column], 1.0 / rules.handle_hours[j, d, r]
        )
    return within


def expected_responsiveness(wait_probability: FloatArray, wait_hours: FloatArray, offset: FloatArray, half_time: FloatArray) -> FloatArray:
    """Return the expected quality of service of tickets that wait with a probability, exponentially."""
    decay = np.log(2.0) / half_time
    rate_factor = 1.0 + decay * wait_hours / np.maximum(wait_probability, 1e-12)
    base = np.vectorize(responsiveness)(offset, half_time)
    quality: FloatArray = base * (1.0 - wait_probability + wait_probability / rate_factor)
    return quality


def build_desks(frame: Frame, study: Study) -> DeskRules:
    """Return how the desks of a study are run."""
    retailers = [study.retailers[name] for name in frame.retailers]
    desks = [[getattr(retailer.desks, name) for name in DESKS] for retailer in retailers]
    regions = [study.market.regions[name] for name in frame.regions]
    travel = np.zeros((len(DESKS), len(regions)))
    travel[FIELD] = [region.travel_minutes / MINUTES for region in regions]
    blocks = study.market.load_blocks
    return DeskRules(
        whole_market=np.array([[desk.scope == "market" for desk in row] for row in desks], dtype=np.bool_),
        handle_hours=_handle_hours(desks, travel, [region.share for region in regions]),
        open_hours=np.array([[desk.open_hours for desk in row] for row in desks], dtype=np.float64),
        classes=np.array([[max(_classes(desk)) + 1 for desk in row] for row in desks], dtype=np.int64),
        class_of=np.array([[_classes(desk) for desk in row] for row in desks], dtype=np.int64),
        dedicated=np.array([[desk.discipline == "dedicated" for desk in row] for row in desks], dtype=np.bool_),
        sla_hours=np.array(
            [
                [[(desk.sla_minutes or region.field_sla_minutes) / MINUTES for region in regions] for desk in row]
                for row in desks
            ]
        ),
        travel_hours=travel,
        hours_shares=np.array([block.hours_share for block in blocks], dtype=np.float64),
        load_factors=np.array([block.load_factor for block in blocks], dtype=np.float64),
    )


def _handle_hours(desks: list[list[Desk]], travel: FloatArray, shares: list[float]) -> FloatArray:
    """Time that a ticket occupies a server; one team for all regions has the mean travel."""
    mean_travel = travel @ np.array(shares)
    hours = [
        [desk.handle_minutes / MINUTES + (np.full(len(shares), mean_travel[d]) if desk.scope == "market" else travel[d]) for d, desk in enumerate(row)]
        for row in desks
    ]
    return np.array(hours, dtype=np.float64)


def _classes(desk: Desk) -> list[int]:
    """Class of each tier: fifo has one, priority one per named tier and one of all others, dedicated two."""
    if desk.discipline == "fifo":
        return [0] * len(TIERS)
    named = list(dict.fromkeys(desk.priority_tiers))
    others = len(named) if desk.discipline == "priority" else 1
    order = {tier: rank if desk.discipline == "priority" else 0 for rank, tier in enumerate(named)}
    classes = [order.get(tier, others) for tier in TIERS]
    ranks = {c: rank for rank, c in enumerate(sorted(set(classes)))}
    return [ranks[c] for c in classes]


def clock_offsets(rules: DeskRules, retailer: int) -> FloatArray:
    """Return what a customer waits through besides the queue: travel (field) or handling (case). Shape (3, regions)."""
    offsets = rules.travel_hours.copy()
    offsets[CASE] = rules.handle_hours[retailer, CASE]
    offsets[CONTACT] = 0.0
    return offsets
