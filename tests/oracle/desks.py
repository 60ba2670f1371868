"""Service desks in plain Python: teams, the lines in which they serve, and what customers meet (M6)."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from marketsim.market.load_blocks import DeskMonth, month_of_blocks
from marketsim.market.queues import Clock, ServiceStandard, share_within
from marketsim.market.staffing import DeskLoad, smallest_staff
from marketsim.scenario.environment import LoadBlock, Region
from marketsim.scenario.service import TIERS, Desk

MINUTES = 60.0
CLOCKS = {"contact": Clock.REPLY, "field": Clock.ARRIVAL, "case": Clock.SOLUTION}


@dataclass
class Service:
    """A month at a desk, as customers of one tier in one region meet it; times in hours.

    Arrivals, served and backlog are the tier's tickets of the whole team.
    """

    wait_probabilities: list[float]
    wait_hours: list[float]
    mean_wait_hours: float
    clock_offset: float
    half_time: float
    sla_hours: float
    sla_share: float
    served_share: float
    repeat_factor: float
    busy_wait_hours: float = 0.0
    busy_sla_share: float = 0.0
    utilisation: float = 0.0
    servers: float = 0.0
    arrivals: float = 0.0
    served: float = 0.0
    backlog: float = 0.0


@dataclass
class Line:
    """The tickets of some tiers that a team serves in order of arrival, and what became of them this month.

    Attributes:
        tiers: the tiers.
        backlog: tickets left over.
        repeats: tickets that will come back.
        raised: new tickets of this month by tier.
        arrivals: new tickets and repeats.
        served: tickets served.
        demand: arrivals and earlier backlog.
        servers: servers of the pool that serves the line.
        utilisation: mean utilisation of these servers.
        wait_probabilities: probability of waiting in each load block.
        wait_hours: mean wait in each load block.
        served_by_block: tickets served in each load block.
    """

    tiers: list[str]
    backlog: float = 0.0
    repeats: float = 0.0
    raised: dict[str, float] = field(default_factory=dict)
    arrivals: float = 0.0
    served: float = 0.0
    demand: float = 0.0
    servers: float = 0.0
    utilisation: float = 0.0
    wait_probabilities: tuple[float, ...] = ()
    wait_hours: tuple[float, ...] = ()
    served_by_block: tuple[float, ...] = ()

    def part_of(self, tier: str) -> float:
        """Return a tier's part of the line's tickets; the last tier stands for a line that only has old ones."""
        total = sum(self.raised.values())
        return self.raised[tier] / total if total > 0 else float(tier == self.tiers[-1])


def lines_of(desk: Desk) -> list[list[str]]:
    """Return the tiers of each line, the line served first first."""
    if desk.discipline == "fifo":
        return [list(TIERS)]
    named = list(dict.fromkeys(desk.priority_tiers))
    first = [[tier] for tier in named] if desk.discipline == "priority" else [[t for t in TIERS if t in named]]
    others = [tier for tier in TIERS if tier not in named]
    return first + ([others] if others else [])


class Team:
    """The staff of one desk in one region, or in all of them."""

    def __init__(self, name: str, desk: Desk, regions: dict[str, Region], blocks: tuple[LoadBlock, ...]) -> None:
        self.name, self.desk, self.regions = name, desk, regions
        self.shares = np.array([block.hours_share for block in blocks])
        self.factors = np.array([float(block.load_factor) for block in blocks])
        self.lines = [Line(tiers) for tiers in lines_of(desk)]
        self.staff = 0.0
        self.dedicated_share: float | None = None
        travel = sum(region.share * region.travel_minutes for region in regions.values())
        if len(regions) == 1:
            travel = next(iter(regions.values())).travel_minutes
        self.travel_hours = (travel if name == "field" else 0.0) / MINUTES
        self.handle_hours = (desk.handle_minutes + (travel if name == "field" else 0.0)) / MINUTES
        self.standard = ServiceStandard(CLOCKS[name], self.sla_hours(next(iter(regions))), self.travel_hours)
        self.drive(self.travel_hours)

    def drive(self, hours: float) -> None:
        """Take so long to drive to a customer this month."""
        self.driving_hours = hours if self.name == "field" else 0.0
        self.month_standard = self.standard._replace(travel_hours=self.driving_hours)

    def sla_hours(self, region: str) -> float:
        """Return the service standard in a region, hours."""
        return (self.desk.sla_minutes or self.regions[region].field_sla_minutes) / MINUTES

    def staff_for(self, tickets: float, share_of_desk: float, handle_hours: float, duty_hours: float) -> float:
        """Return the staff that the desk's rule asks for; `tickets` include those that come back."""
        desk = self.desk
        if desk.heads is not None:
            return desk.heads * share_of_desk * desk.staff_factor
        if desk.target_utilisation is not None:
            return tickets * handle_hours / (desk.target_utilisation * duty_hours) * desk.staff_factor
        load = DeskLoad(tickets, handle_hours, desk.open_hours, self.shares, self.factors)
        return smallest_staff(load, duty_hours / desk.open_hours, self.standard, desk.sla_target) * desk.staff_factor

    def find_dedicated_share(self, tickets: dict[str, float]) -> None:
        """Settle which share of the staff is the dedicated team's: as given, or by its tickets."""
        if self.desk.discipline != "dedicated" or len(self.lines) == 1:
            self.dedicated_share = 1.0
        elif self.desk.dedicated_staff_share is not None:
            self.dedicated_share = self.desk.dedicated_staff_share
        else:
            total = sum(tickets.values())
            first = sum(tickets[tier] for tier in self.lines[0].tiers)
            self.dedicated_share = first / total if total > 0 else 0.5

    def serve(self, tickets: dict[str, float], handle_hours: float, resolution: float, servers: float) -> None:
        """Serve a month's new tickets by tier, with what came back and what was left over."""
        for line in self.lines:
            line.raised = {tier: tickets[tier] for tier in line.tiers}
            line.arrivals = sum(line.raised.values()) + line.repeats
            line.demand = line.arrivals + line.backlog
        for lines, share in self.pools():
            month = month_of_blocks(
                np.array([line.arrivals for line in lines]),
                np.array([line.backlog for line in lines]),
                handle_hours,
                self.desk.open_hours,
                self.shares,
                self.factors,
                share * servers,
            )
            for column, line in enumerate(lines):
                note(line, month, column, resolution)
                line.servers = share * servers
                line.utilisation = float((self.shares * month.utilisations).sum())

    def pools(self) -> list[tuple[list[Line], float]]:
        """Return the lines that share servers, and their share of the servers."""
        if self.desk.discipline != "dedicated" or len(self.lines) == 1:
            return [(self.lines, 1.0)]
        assert self.dedicated_share is not None
        return [(self.lines[:1], self.dedicated_share), (self.lines[1:], 1.0 - self.dedicated_share)]

    def line_of(self, tier: str) -> Line:
        """Return the line in which a tier is served."""
        return next(line for line in self.lines if tier in line.tiers)

    def service(self, region: str, tier: str, handle_hours: float, half_time: float) -> Service:
        """Return what customers of a tier in a region meet this month."""
        line = self.line_of(tier)
        within = [
            share_within(self.month_standard, probability, wait, 1.0 / handle_hours)
            for probability, wait in zip(line.wait_probabilities, line.wait_hours, strict=True)
        ]
        anybody = sum(line.served_by_block) > 0
        expected = [share * factor for share, factor in zip(self.shares, self.factors, strict=True)]
        weights = line.served_by_block if anybody else expected
        raised, part, busy = sum(line.raised.values()), line.part_of(tier), int(np.argmax(self.factors))
        return Service(
            wait_probabilities=list(line.wait_probabilities),
            wait_hours=list(line.wait_hours),
            mean_wait_hours=_mean(line.wait_hours, weights),
            clock_offset=handle_hours if self.name == "case" else self.driving_hours,
            half_time=half_time,
            sla_hours=self.sla_hours(region),
            sla_share=_mean(within, weights),
            served_share=line.served / line.demand if line.demand > 0 else 1.0,
            repeat_factor=line.arrivals / raised if raised > 0 else 1.0,
            busy_wait_hours=line.wait_hours[busy],
            busy_sla_share=within[busy],
            utilisation=line.utilisation,
            servers=line.servers,
            arrivals=part * line.arrivals,
            served=part * line.served,
            backlog=part * line.backlog,
        )


def note(line: Line, month: DeskMonth, column: int, resolution: float) -> None:
    """Write down what became of a line's tickets; what is not solved for good comes back next month."""
    line.wait_probabilities = tuple(map(float, month.waiting_probabilities[:, column]))
    line.wait_hours = tuple(map(float, month.wait_hours[:, column]))
    line.served_by_block = tuple(map(float, month.served_tickets[:, column]))
    line.served = sum(line.served_by_block)
    line.backlog = float(month.backlog_tickets[column])
    line.repeats = (1.0 - resolution) * line.served


def hand_over(old: list[Team], new: list[Team], tickets: dict[tuple[str, str], float]) -> None:
    """Hand what is left over and what will come back to new teams, by the tickets of regions and tiers."""
    for before in old:
        for line in before.lines:
            cells = [(region, tier) for region in before.regions for tier in line.tiers]
            total = sum(tickets[cell] for cell in cells)
            for region, tier in cells:
                share = tickets[region, tier] / total if total > 0 else 1.0 / len(cells)
                heir = next(team for team in new if region in team.regions).line_of(tier)
                heir.backlog += share * line.backlog
                heir.repeats += share * line.repeats


def _mean(values: list[float] | tuple[float, ...], weights: list[float] | tuple[float, ...]) -> float:
    return sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)
