"""The link between the market's customers and its service desks: staffing, the month's tickets, what customers meet."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketsim.market import desks
from marketsim.market.desks import Carried, ServiceMonth
from marketsim.market.exact import as_float
from marketsim.market.levers import covered_share
from marketsim.market.queues import Clock, ServiceStandard
from marketsim.market.records import Records
from marketsim.market.staffing import DeskLoad, smallest_staff
from marketsim.market.tickets import CASE, CONTACT, FIELD, TicketRates
from marketsim.scenario.service import DESKS, Desk, Desks

if TYPE_CHECKING:
    from marketsim.simulation.model import RetailMarket

FloatArray = NDArray[np.float64]
BEST_RESOLUTION = 0.99
_TINY = 1e-12
_DECIMALS = 9
"""The first reputation is rounded, so that it does not depend on how its tickets are grouped into tiers."""


class Hours(NamedTuple):
    """Hours that a ticket occupies staff, travel included, and hours of travel in them; by desk and region."""

    handle: FloatArray
    travel: FloatArray


class Work(NamedTuple):
    """The work at the desks: tickets by retailer, desk, region, segment and tier; hours and resolution by desk."""

    tickets: FloatArray
    handle_hours: FloatArray
    travel_hours: FloatArray
    resolution: FloatArray


def ticket_rates(model: RetailMarket) -> TicketRates:
    """Return what makes tickets in a month without events; the default supplier's desks share them by the defaults."""
    shares = [[getattr(d, name).ticket_share for name in DESKS] for d in (*_desks(model), Desks())]
    return TicketRates(desk_share=np.array(shares, dtype=np.float64), surge=1.0)


def _desks(model: RetailMarket) -> list[Desks]:
    return [model.study.retailers[name].desks for name in model.frame.retailers]


def expected_load(model: RetailMarket) -> Work:
    """Return the month's expected tickets, and what levers make of the time and the success of handling them."""
    loads = [segment.raise_tickets() for segment in model.segments]
    tickets = (as_float(np.sum(loads, axis=0)) + model.extra_tickets)[:-1]
    hours = Hours(model.desk_rules["handle_hours"].copy(), model.desk_rules["travel_hours"].copy())
    resolution = np.array([[getattr(d, name).first_contact_resolution for name in DESKS] for d in _desks(model)])
    for j in range(len(model.frame.retailers)):
        for lever in range(model.levers.first[j], model.levers.first[j + 1]):
            _apply_lever(model, j, lever, tickets[j], Hours(hours.handle[j], hours.travel[j]), resolution[j])
    return Work(tickets, hours.handle, hours.travel, resolution)


def _apply_lever(
    model: RetailMarket,
    j: int,
    lever: int,
    tickets: FloatArray,
    hours: Hours,
    resolution: FloatArray,
) -> None:
    levers, row = model.levers, model.levers.rows[lever]
    for d in (CONTACT, CASE):
        covered = covered_share(levers, lever, tickets[d].swapaxes(0, 1)) * row["intensity"]
        hours.handle[d] *= 1.0 - (1.0 - row["handle_time_factor"]) * covered
        if d == CONTACT:
            gained = resolution[d] + row["resolution_gain"] * covered
            resolution[d] = max(resolution[d], min(BEST_RESOLUTION, gained))
    if row["travel_time_factor"] != 1.0:
        covered = covered_share(levers, lever, tickets[FIELD].swapaxes(0, 1)) * row["intensity"]
        saved = hours.travel[FIELD] * (1.0 - row["travel_time_factor"]) * covered
        hours.travel[FIELD] -= saved
        hours.handle[FIELD] -= saved


def staff_desks(model: RetailMarket, work: Work | None = None) -> None:
    """Staff all desks for the load and handling of the study that was in force, by the staffing rule of the present one.

    Policies thus hold staff, not utilisation: only a change of the staffing rule itself changes it.
    """
    work = work or expected_load(model)
    sites = work.tickets.sum(axis=(3, 4))
    for retailer in model.retailers:
        if not retailer.active:
            continue
        settings = model.study.retailers[retailer.name]
        duty = settings.costs.working_hours_per_month * settings.costs.availability
        for d, name in enumerate(DESKS):
            desk: Desk = getattr(settings.desks, name)
            tickets = sites[retailer.index, d] / work.resolution[retailer.index, d]
            retailer.staff[d] = _staff_of_desk(model, retailer.index, d, desk, tickets, work, duty)


def _staff_of_desk(
    model: RetailMarket, j: int, d: int, desk: Desk, tickets: FloatArray, work: Work, duty: float
) -> FloatArray:
    """Staff of one desk by region; a team for all regions stands in region 0."""
    handle_hours, teams = work.handle_hours[j, d], len(tickets)
    if desk.scope == "market":
        handle_hours, teams = np.array([_mean_handle_hours(handle_hours, tickets)]), 1
        tickets = np.array([tickets.sum(), *[0.0] * (len(tickets) - 1)])
    staff = np.zeros(len(tickets))
    for r in range(teams):
        handle = handle_hours[r]
        if desk.heads is not None:
            total = tickets.sum()
            staff[r] = desk.heads * (tickets[r] / total if total > 0 else 1.0 / teams)
        elif desk.target_utilisation is not None:
            staff[r] = tickets[r] * handle / (desk.target_utilisation * duty)
        else:
            load = DeskLoad(float(tickets[r]), float(handle), desk.open_hours, *model.load_blocks)
            rule = model.desk_rules[j, d, r]
            standard = ServiceStandard(Clock(int(rule["clock"])), float(rule["sla_hours"]), float(rule["travel_hours"]))
            staff[r] = smallest_staff(load, duty / desk.open_hours, standard, desk.sla_target)
    return staff * desk.staff_factor


def _mean_handle_hours(handle_hours: FloatArray, tickets: FloatArray) -> float:
    """Return the hours that a ticket of all regions takes; they differ where regional teams drove different ways."""
    if np.all(handle_hours == handle_hours[0]):
        return float(handle_hours[0])
    weights = tickets if tickets.sum() > 0 else np.ones(len(tickets))
    return float((handle_hours * weights).sum() / weights.sum())


def servers_on_duty(model: RetailMarket) -> FloatArray:
    """Return the mean number on duty while a desk is open. Shape (retailers, 3, regions)."""
    rows = []
    for retailer in model.retailers:
        costs = model.study.retailers[retailer.name].costs
        duty = costs.working_hours_per_month * costs.availability
        rows.append(retailer.staff * duty / model.desk_rules["open_hours"][retailer.index])
    return np.array(rows)


def dedicated_shares(model: RetailMarket, tickets: FloatArray) -> FloatArray:
    """Return the dedicated team's share of staff: as given, or by its share of tickets now. Shape (retailers, 3, regions)."""
    shares = np.ones(tickets.shape[:3])
    for j, settings in enumerate(_desks(model)):
        for d, name in enumerate(DESKS):
            desk: Desk = getattr(settings, name)
            if desk.discipline != "dedicated" or model.desk_rules["classes"][j, d, 0] == 1:
                continue
            site = tickets[j, d].sum(axis=0, keepdims=True) if desk.scope == "market" else tickets[j, d]
            first = site[:, model.desk_rules["class_of"][j, d, 0] == 0].sum(axis=1)
            total = site.sum(axis=1)
            shares[j, d] = np.divide(first, total, out=np.full(len(total), 0.5), where=total > 0)
            if desk.dedicated_staff_share is not None:
                shares[j, d] = desk.dedicated_staff_share
    return shares


def regroup(old: Records, new: Records, carried: Carried, work: Work) -> Carried:
    """Return what is carried over, sorted into the classes of new desk rules by the tiers' share of tickets."""
    if all(np.array_equal(old[name], new[name]) for name in ("class_of", "whole_market")):
        return carried
    by_tier = work.tickets.sum(axis=3)
    return Carried(*(_regroup(old, new, values, by_tier) for values in carried))


def _regroup(old: Records, new: Records, values: FloatArray, tickets: FloatArray) -> FloatArray:
    result = np.zeros_like(values)
    for j, d, r, c in np.argwhere(values > 0.0):
        regions = slice(None) if old[j, d, r]["whole_market"] else slice(r, r + 1)
        in_class = old[j, d, r]["class_of"] == c
        members = np.where(in_class, tickets[j, d], 0.0)[regions]
        if members.sum() <= 0.0:
            members = np.broadcast_to(in_class.astype(np.float64), members.shape)
        places = np.zeros_like(values[j, d])
        for site, rule, row in zip(np.arange(len(places))[regions], new[j, d, regions], members, strict=True):
            places[0 if rule["whole_market"] else site] += np.bincount(rule["class_of"], row, len(row))
        result[j, d] += values[j, d, r, c] * (places / members.sum())
    return result


def serve(model: RetailMarket) -> tuple[ServiceMonth, FloatArray]:
    """Serve the month's tickets.

    Returns:
        What customers meet; tickets with repeats by retailer, segment and tier.
    """
    work = expected_load(model)
    rules = model.desk_rules.copy()
    rules["handle_hours"], rules["travel_hours"] = work.handle_hours, work.travel_hours
    model.resolution, model.digital_share = work.resolution, _digital_share(model, work)
    by_tier = work.tickets.sum(axis=3)
    if model.dedicated_share is None:
        model.dedicated_share = dedicated_shares(model, by_tier)
    retailers = len(rules)
    sites = np.zeros((retailers + 1, *by_tier.shape[1:]), dtype=desks.SITE)
    desks.serve_all(
        rules,
        model.load_blocks,
        by_tier,
        model.carried,
        servers_on_duty(model),
        model.dedicated_share,
        work.resolution,
        sites[:-1],
    )
    _set_standards(model, rules, sites)
    expanded = work.tickets * sites["repeat_factor"][:-1, :, :, None, :]
    return _service_month(model, sites, by_tier), expanded.sum(axis=(1, 2))


def _digital_share(model: RetailMarket, work: Work) -> FloatArray:
    """Return the share of contacts that digital channels keep from the desk; 0 where there is no contact. Shape (retailers,)."""
    people, retailers = model.population, len(model.frame.retailers)
    wanted = people["weight"] * model.behaviour.segments["tickets_per_month"][people["segment"]] * (people["alive"] > 0)
    sums = np.bincount(people["retailer"], wanted, minlength=retailers + 1)[:retailers]
    wanted_contacts = sums * model.ticket_rates.surge * model.ticket_rates.desk_share[:retailers, CONTACT]
    reached = (work.tickets - model.extra_tickets[:retailers])[:, CONTACT].sum(axis=(1, 2, 3))
    share = 1.0 - np.divide(reached, wanted_contacts, out=np.ones(retailers), where=wanted_contacts > 0)
    result: FloatArray = np.where(share > _ROUNDING, share, 0.0)
    return result


_ROUNDING = 1e-6
"""Loads are counted in whole units; a share below this is none."""


def _service_month(model: RetailMarket, sites: Records, tickets: FloatArray) -> ServiceMonth:
    """What customers of every supplier meet."""
    block_tickets = model.load_blocks.hours_shares * model.load_blocks.load_factors
    gaps = _wait_gaps(model, sites[:-1], tickets)
    month = ServiceMonth(
        sites=sites,
        block_shares=np.cumsum(block_tickets / block_tickets.sum()),
        wait_gap=np.concatenate([gaps, np.zeros((1, *gaps.shape[1:]))]),
        reputation=np.zeros(len(sites)),
        urgency=np.array([[getattr(d, name).urgency for name in DESKS] for d in (*_desks(model), Desks())]),
        supply_quality=np.array([model.study.market.regions[name].supply_quality for name in model.frame.regions]),
    )
    reputation = model.reputation if model.reputation is not None else _first_reputation(month, tickets)
    return month._replace(reputation=reputation)


def _set_standards(model: RetailMarket, rules: Records, sites: Records) -> None:
    """Write service standards and half times to the sites, in place; the default supplier's desks follow its parameters.

    Customers judge a wait by the customary standard, whatever their retailer promises: otherwise a slacker promise would
    make them happier.
    """
    ours, default = sites[:-1], sites[-1]
    ours["clock_offset"] = desks.clock_offsets(rules)[..., None]
    ours["sla_hours"] = rules["sla_hours"][..., None]
    standard = _default_standards(model)[..., None]
    default["sla_hours"] = standard
    default["wait_probability"] = 1.0
    default["wait_hours"] = (model.study.market.default_supplier.wait_multiple * standard)[..., None]
    default["sla_share"], default["served_share"], default["repeat_factor"] = 0.5, 1.0, 1.0
    sites["half_time"] = model.behaviour.experience["responsiveness_half_time"] * standard


def _default_standards(model: RetailMarket) -> FloatArray:
    """Service standards of the default supplier, hours: the schema's own. Shape (3, regions)."""
    standards = Desks()
    regions = [model.study.market.regions[name] for name in model.frame.regions]
    hours = np.zeros((len(DESKS), len(regions)))
    hours[CONTACT] = standards.contact.sla_minutes / desks.MINUTES
    hours[FIELD] = [region.field_sla_minutes / desks.MINUTES for region in regions]
    hours[CASE] = standards.case.sla_minutes / desks.MINUTES
    return hours


def _wait_gaps(model: RetailMarket, sites: Records, tickets: FloatArray) -> FloatArray:
    """How much longer a tier waits than the best-served tier that has tickets, in half times. Shape (retailers, regions, 4)."""
    waits = sites["mean_wait_hours"]
    present = np.where(tickets > 0, waits, np.inf)
    best = np.minimum(present.min(axis=3, keepdims=True), waits)
    gaps = (waits - best) / sites["half_time"]
    share = model.ticket_rates.desk_share[:-1, :, None, None]
    result: FloatArray = (share * gaps).sum(axis=1)
    return result


def _first_reputation(month: ServiceMonth, tickets: FloatArray) -> FloatArray:
    """Expected quality of service at the desks of the first month; that of an empty desk where nobody is served."""
    sites, blocks = month.sites, len(month.block_shares)
    quality = desks.expected_responsiveness(
        sites["wait_probability"][..., :blocks],
        sites["wait_hours"][..., :blocks],
        sites["clock_offset"][..., None],
        sites["half_time"][..., None],
    )
    by_tier = (quality * np.diff(month.block_shares, prepend=0.0)).sum(axis=-1)
    weights = np.concatenate([tickets, np.ones((1, *tickets.shape[1:]))]) * month.urgency[:, :, None, None] + _TINY
    mean = (by_tier * weights).sum(axis=(1, 2, 3)) / weights.sum(axis=(1, 2, 3))
    reputation: FloatArray = np.round(mean, _DECIMALS)
    return reputation
