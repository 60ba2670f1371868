"""A retailer's service desks through a month: the work, the staff, what customers meet, and reputation (M6)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from tests.oracle.desks import Service, Team, hand_over

from marketsim.market.satisfaction import responsiveness
from marketsim.scenario.service import DESKS, TIERS

if TYPE_CHECKING:
    from tests.oracle.market import Supplier
    from tests.oracle.offers import Lever
    from tests.oracle.retailers import OracleRetailer

BEST_RESOLUTION = 0.99
Cell = tuple[str, str, str, str]
"""Desk, region, segment, tier."""


@dataclass
class Work:
    """What a month asks of a retailer's desks: tickets by cell, hours to handle one, share that is solved for good.

    Hours to handle a job on site include the drive, which is also given by region.
    """

    tickets: dict[Cell, float]
    handle_hours: dict[tuple[str, str], float]
    travel_hours: dict[str, float]
    resolution: dict[str, float]

    def of(self, desk: str, regions: Collection[str], tier: str | None = None) -> float:
        """Return the tickets of a desk in some regions, of one tier or of all."""
        return sum(
            tickets
            for (name, region, _, own), tickets in self.tickets.items()
            if name == desk and region in regions and tier in (None, own)
        )


def new_teams(retailer: OracleRetailer) -> dict[tuple[str, str], Team]:
    """Return teams without staff by desk and region; one for all regions stands under each of them."""
    market, teams = retailer.model.study.market, {}
    regions = {name: market.regions[name] for name in sorted(market.regions)}
    for name, desk in retailer.desks_of_tickets.items():
        whole = Team(name, desk, regions, market.load_blocks)
        for region, contents in regions.items():
            own = Team(name, desk, {region: contents}, market.load_blocks)
            teams[name, region] = own if desk.scope == "region" else whole
    return teams


def work_of(retailer: OracleRetailer, tickets: dict[Cell, float]) -> Work:
    """Return a month's work, with what levers make of the time and the success of handling it."""
    handle = {place: team.handle_hours for place, team in retailer.teams.items()}
    travel = {region: team.travel_hours for (name, region), team in retailer.teams.items() if name == "field"}
    resolution = {name: desk.first_contact_resolution for name, desk in retailer.desks_of_tickets.items()}
    for lever in retailer.levers:
        for name in ("contact", "case"):
            reach = reach_at(lever, name, tickets)
            for place in handle:
                handle[place] *= 1.0 - (1.0 - lever.handle_time_factor) * reach if place[0] == name else 1.0
            if name == "contact":
                gained = min(BEST_RESOLUTION, resolution[name] + lever.resolution_gain * reach)
                resolution[name] = max(resolution[name], gained)
        for region in travel:
            saved = travel[region] * (1.0 - lever.hooks.travel_time_factor) * reach_at(lever, "field", tickets)
            travel[region] -= saved
            handle["field", region] -= saved
    return Work(tickets, handle, travel, resolution)


def reach_at(lever: Lever, desk: str, tickets: dict[Cell, float]) -> float:
    """Return the share of a desk's tickets that a lever covers, times its intensity.

    Which of the tickets come from customers with certain tags is not known: all of the lever's tiers, segments and
    regions count.
    """
    at_desk = {cell[1:]: number for cell, number in tickets.items() if cell[0] == desk}
    total = sum(at_desk.values())
    covered = sum(number for (r, s, k), number in at_desk.items() if lever.covers(s, r, k))
    return (covered / total if total > 0 else 0.0) * lever.intensity


def staff_desks(retailer: OracleRetailer, work: Work) -> None:
    """Staff all desks by the rules in force for a month's work, tickets that come back included."""
    for name in DESKS:
        teams = retailer.teams_of(name)
        tickets = [work.of(name, team.regions) / work.resolution[name] for team in teams]
        for team, own in zip(teams, tickets, strict=True):
            share = own / sum(tickets) if sum(tickets) > 0 else 1.0 / len(teams)
            team.staff = team.staff_for(own, share, mean_handle_hours(work, name, team), retailer.duty_hours)


def mean_handle_hours(work: Work, desk: str, team: Team) -> float:
    """Return the hours that the tickets of a team's regions took to handle before it began."""
    hours = {region: work.handle_hours[desk, region] for region in team.regions}
    if len(set(hours.values())) == 1:
        return next(iter(hours.values()))
    tickets = {region: work.of(desk, [region]) for region in hours}
    if sum(tickets.values()) == 0:
        return sum(hours.values()) / len(hours)
    return sum(hours[region] * tickets[region] for region in hours) / sum(tickets.values())


def pass_on(retailer: OracleRetailer, work: Work) -> None:
    """Pass what former teams have left over to the present ones, by the work of their tiers and regions."""
    for name in DESKS:
        regions = retailer.model.study.market.regions
        cells = {(region, tier): work.of(name, [region], tier) for region in regions for tier in TIERS}
        former = dict.fromkeys(team for (desk, _), team in retailer.former_teams.items() if desk == name)
        hand_over(list(former), retailer.teams_of(name), cells)


def serve(retailer: OracleRetailer, work: Work) -> None:
    """Serve a month's tickets at all desks."""
    retailer.work = work
    for name in DESKS:
        for team in retailer.teams_of(name):
            tickets = {tier: work.of(name, team.regions, tier) for tier in TIERS}
            handle = work.handle_hours[name, next(iter(team.regions))]
            if team.dedicated_share is None:
                team.find_dedicated_share(tickets)
            team.drive(work.travel_hours[next(iter(team.regions))])
            servers = team.staff * retailer.duty_hours / team.desk.open_hours
            team.serve(tickets, handle, work.resolution[name], servers)
            customary = retailer.model.default_supplier.service
            for region in team.regions:
                for tier in TIERS:
                    retailer.service[name, region, tier] = team.service(
                        region, tier, handle, customary[name, region, tier].half_time
                    )
    retailer.wait_gaps = {(r, k): wait_gap(retailer, r, k) for _, r in retailer.teams for k in TIERS}


def wait_gap(retailer: OracleRetailer, region: str, tier: str) -> float:
    """Return how much longer a tier waits than the best-served one with tickets, in half times, over all desks."""
    gap = 0.0
    for name, desk in retailer.desks_of_tickets.items():
        own = retailer.service[name, region, tier]
        present = [k for k in TIERS if retailer.work.of(name, [region], k) > 0]
        waits = [retailer.service[name, region, k].mean_wait_hours for k in present]
        best = min([*waits, own.mean_wait_hours])
        gap += desk.ticket_share * (own.mean_wait_hours - best) / own.half_time
    return gap


def first_reputation(supplier: Supplier) -> float:
    """Return the quality of service that the first month's tickets can expect, by urgency."""
    quality = weights = 0.0
    for (name, region, tier), service in supplier.service.items():
        tickets = supplier.work.of(name, [region], tier) if supplier.work else 1.0
        weight = tickets * supplier.desks_of_tickets[name].urgency + 1e-12
        quality += weight * expected_responsiveness(service, supplier.model.cumulative_block_shares)
        weights += weight
    return round(quality / weights, 9)


def expected_responsiveness(service: Service, cumulative_shares: np.ndarray) -> float:
    """Return the mean quality of a wait that is exponential with some probability, else nothing."""
    mean = earlier = 0.0
    decay = float(np.log(2.0)) / service.half_time
    for share, p, wait in zip(cumulative_shares, service.wait_probabilities, service.wait_hours, strict=True):
        quality = 1.0 - p + p / (1.0 + decay * wait / max(p, 1e-12))
        mean += (share - earlier) * quality * responsiveness(service.clock_offset, service.half_time)
        earlier = share
    return float(mean)
