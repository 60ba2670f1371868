"""A month as customers live it: tickets and waits, quality, fairness, satisfaction, complaints (M9)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketsim.market.billing import ALL_TIERS
from marketsim.market.compiled import rule
from marketsim.market.desks import ServiceMonth
from marketsim.market.draws import extend, normal, poisson, uniform
from marketsim.market.exact import units
from marketsim.market.levers import Levers, carries, improve, variability
from marketsim.market.records import Record, Records
from marketsim.market.satisfaction import (
    bill_fairness,
    clip_unit,
    complaint_probability,
    envy,
    month_satisfaction,
    responsiveness,
)
from marketsim.market.segments import Behaviour
from marketsim.market.tariffs import mean_market_bill
from marketsim.market.tickets import CASE, CONTACT, TicketRates, kept_share
from marketsim.scenario.customers import DIMENSIONS
from marketsim.scenario.service import DESKS

FloatArray = NDArray[np.float64]
RELIABILITY, RESPONSIVENESS, CONVENIENCE, ASSURANCE, PERSONALISATION, FAIRNESS = range(len(DIMENSIONS))
BINS = 500
"""Bins of the histogram of satisfaction from which quantiles and the Gini coefficient are read."""
_TIE = 1.0 - 1e-9
"""Makes a quantile exactly between two customers the lower of them, whatever the last bit of the running total."""
SATISFACTION, QUALITY, COMPLAINTS, PROMOTERS, DETRACTORS = 0, 1, 7, 8, 9
MEASURES = 10
PROMOTER, DETRACTOR = 0.75, 0.40
"""Satisfaction above which customers speak for their retailer, and below which they speak against it (ASSUMPTION)."""


class ExperienceKeys(NamedTuple):
    """Keys of the month's draws."""

    tickets: np.uint64
    waits: np.uint64
    noise: np.uint64
    complaint: np.uint64
    resolution: np.uint64


class ExperienceTally(NamedTuple):
    """Sums over customers, weighted.

    Attributes:
        measures: satisfaction, six qualities, complaints, promoters, detractors; over all tiers in the last place. Shape
            (retailers + 1, segments, tiers + 1, 10).
        histogram: customers by satisfaction. Shape (retailers + 1, 500).
        responsiveness: quality of service received, and customers who received any, in exact units. (retailers + 1, 2)
        rating: satisfaction and customers, in exact units. Shape (retailers + 1, segments, 2).
        regulator: complaints that reached the regulator. Shape (retailers + 1,).
    """

    measures: FloatArray
    histogram: FloatArray
    responsiveness: NDArray[np.int64]
    rating: NDArray[np.int64]
    regulator: FloatArray


def empty_tally(retailers: int, segments: int, tiers: int) -> ExperienceTally:
    """Return a tally of zeros for so many retailers (the default supplier is added)."""
    return ExperienceTally(
        measures=np.zeros((retailers + 1, segments, tiers + 1, MEASURES)),
        histogram=np.zeros((retailers + 1, BINS)),
        responsiveness=np.zeros((retailers + 1, 2), dtype=np.int64),
        rating=np.zeros((retailers + 1, segments, 2), dtype=np.int64),
        regulator=np.zeros(retailers + 1),
    )


@rule
def felt_wait(key: np.uint64, wait_probability: float, mean_wait: float) -> float:
    """Return one ticket's wait, hours: none, or exponential so that the mean over all tickets is the desk's (E12)."""
    u = uniform(key)
    if u >= wait_probability or mean_wait <= 0.0:
        return 0.0
    return -np.log(u / wait_probability) * mean_wait / wait_probability


@rule
def block_of(key: np.uint64, cumulative_shares: FloatArray) -> int:
    """Return the load block in which a ticket falls."""
    u = uniform(key)
    block = 0
    while block < len(cumulative_shares) - 1 and u >= cumulative_shares[block]:
        block += 1
    return block


@rule
def desk_visits(site: Record, block_shares: FloatArray, tickets: int, key: np.uint64) -> tuple[float, float]:
    """Return the summed quality of a customer's tickets at one desk, and how many broke the service standard."""
    quality = 0.0
    breaches = 0.0
    for ticket in range(tickets):
        ticket_key = extend(key, np.uint64(ticket))
        block = block_of(extend(ticket_key, np.uint64(1)), block_shares)
        wait = felt_wait(extend(ticket_key, np.uint64(2)), site.wait_probability[block], site.wait_hours[block])
        clock = wait + site.clock_offset
        quality += responsiveness(clock, site.half_time)
        if clock > site.sla_hours:
            breaches += 1.0
    return quality, breaches


@rule
def month_of_service(
    customer: Record,
    sites: Records,
    block_shares: FloatArray,
    rates: FloatArray,
    urgency: FloatArray,
    tickets_key: np.uint64,
    waits_key: np.uint64,
) -> tuple[float, float, float]:
    """Return a customer's quality of service, weighted by urgency, the weight of its tickets, and their share in breach.

    Args:
        customer: the customer.
        sites: the desks as its tier meets them in its region. Shape (3,).
        block_shares: cumulative share of tickets by load block.
        rates: its expected tickets at each desk, repeats included. Shape (3,).
        urgency: weight of one ticket. Shape (3,).
        tickets_key: key of the numbers of tickets.
        waits_key: key of the waits.
    """
    weight = 0.0
    quality = 0.0
    count = 0.0
    breaches = 0.0
    for desk in range(len(rates)):
        desk_key = extend(customer.key, np.uint64(desk))
        tickets = poisson(extend(tickets_key, desk_key), rates[desk])
        if tickets > 0:
            felt, broken = desk_visits(sites[desk], block_shares, tickets, extend(waits_key, desk_key))
            quality += urgency[desk] * felt
            weight += urgency[desk] * tickets
            count += tickets
            breaches += broken
    if weight <= 0.0:
        return 0.0, 0.0, 0.0
    return quality / weight, weight, breaches / count


@rule
def remember_service(
    customer: Record, felt: float, served: bool, reputation: float, first: bool, memory: float
) -> None:
    """Update the responsiveness that a customer feels, in place: without a ticket it drifts to the reputation."""
    before = reputation if first else customer.felt_service
    customer.felt_service = felt if served else before + memory * (reputation - before)


@rule
def soft_quality(experience: Record, noise_factor: float, key: np.uint64, dimension: int) -> float:
    """Return convenience, assurance or personalisation before levers, with the month's noise."""
    if experience.quality_noise_sd <= 0.0:
        return experience.base_quality
    noise = normal(extend(key, np.uint64(dimension)))
    return experience.base_quality + experience.quality_noise_sd * noise_factor * noise


@rule
def fairness_quality(
    customer: Record, market_bill: float, segment_price_sensitivity: float, wait_gap: float, fairness: Record
) -> float:
    """Return the fairness a customer feels, before levers and bounds (E18)."""
    by_bill = 0.0
    if market_bill > 0.0:
        by_bill = bill_fairness(customer.bill, market_bill, segment_price_sensitivity, fairness.bill_bound)
    return fairness.base + by_bill - envy(wait_gap, customer.discount_gap, customer.price, fairness)


@rule
def live_through(
    customer: Record,
    quality: FloatArray,
    first: bool,
    experience: Record,
    loyalty_speed: float,
    promise: float,
    pull: float,
) -> float:
    """Update quality, expectation, satisfaction and loyalty of a customer; return the month's satisfaction (E17).

    Args:
        customer: the customer.
        quality: its six qualities of the month.
        first: whether this is the first month, in which expectation is quality.
        experience: parameters.
        loyalty_speed: share of the distance that loyalty moves in a month.
        promise: quality that its retailer advertises.
        pull: share of the distance that expectation moves toward the promise in a month.
    """
    if first:
        for d in range(len(quality)):
            customer.expectation[d] = quality[d]
    month = month_satisfaction(customer.quality_weights, quality, customer.expectation, experience)
    if first:
        customer.satisfaction = month
        customer.loyalty = month
    customer.satisfaction += experience.satisfaction_speed * (month - customer.satisfaction)
    customer.loyalty += loyalty_speed * (customer.satisfaction - customer.loyalty)
    for d in range(len(quality)):
        gap = quality[d] - customer.expectation[d]
        customer.quality[d] = quality[d]
        towards_promise = pull * (promise - customer.expectation[d])
        customer.expectation[d] += experience.expectation_speed * gap + towards_promise + experience.expectation_drift
    if customer.mood != 0.0:
        customer.satisfaction = clip_unit(customer.satisfaction + customer.mood)
    return month


@rule
def settle_complaint(customer: Record, site: Record, complaints: Record, key: np.uint64) -> bool:
    """Deal with a customer's open complaint, in place; return whether it goes to the regulator this month.

    What was left over from an earlier month cannot be solved in time any more.
    """
    if uniform(extend(key, np.uint64(1))) < site.served_share:
        in_time = customer.complaint_age == 1 and uniform(extend(key, np.uint64(2))) < site.sla_share
        change = complaints.recovery_gain if in_time else -complaints.failure_loss
        customer.satisfaction = clip_unit(customer.satisfaction + change)
        customer.complaint_age = 0
        return False
    customer.complaint_age += 1
    return customer.complaint_age == complaints.regulator_months + 1


@rule
def raises_complaint(customer: Record, month: float, breach_share: float, complaints: Record, key: np.uint64) -> bool:
    """Return whether a customer complains this month; it is then marked as complaining."""
    customer.complaint_chance = complaint_probability(month, breach_share, complaints)
    raised = uniform(key) < customer.complaint_chance
    if raised:
        customer.complaint_age = 1
    return raised


@rule
def experience_month(
    population: Records,
    low: int,
    high: int,
    first: bool,
    behaviour: Behaviour,
    service: ServiceMonth,
    ticket_rates: TicketRates,
    levers: Levers,
    offers: Records,
    for_segment: NDArray[np.bool_],
    plans: Records,
    spot: float,
    promise: FloatArray,
    pull: FloatArray,
    keys: ExperienceKeys,
    tally: ExperienceTally,
) -> None:
    """Let the customers of rows low to high live through a month, in place, and add them to the tally."""
    quality = np.empty(len(DIMENSIONS))
    rates = np.empty(len(DESKS))
    for i in range(low, high):
        customer: Record = population[i]
        if customer.alive == 0:
            continue
        s, r, k, j = customer.segment, customer.region, customer.tier, customer.retailer
        segment: Record = behaviour.segments[s]
        sites = service.sites[j, :, r, k]
        for desk in range(len(rates)):
            rate = segment.tickets_per_month * ticket_rates.surge * ticket_rates.desk_share[j, desk]
            rates[desk] = rate * sites[desk].repeat_factor
        rates[CONTACT] *= kept_share(customer, levers.first, levers.rows, levers.covers)
        felt, weight, breach_share = month_of_service(
            customer, sites, service.block_shares, rates, service.urgency[j], keys.tickets, keys.waits
        )
        memory = behaviour.experience.responsiveness_memory
        remember_service(customer, felt, weight > 0.0, service.reputation[j], first, memory)

        noise_factor = 1.0
        for lever in range(levers.first[j], levers.first[j + 1]):
            if levers.covers[lever, s, r, k] and carries(customer, levers.rows[lever]):
                noise_factor *= variability(levers.rows[lever])
        noise_key = extend(keys.noise, customer.key)
        quality[RELIABILITY] = customer.reliability
        quality[RESPONSIVENESS] = customer.felt_service
        for d in (CONVENIENCE, ASSURANCE, PERSONALISATION):
            quality[d] = soft_quality(behaviour.experience, noise_factor, noise_key, d)
        market_bill = mean_market_bill(
            offers, for_segment, plans, s, spot, behaviour.network_cny_per_mwh, customer.usual_use, segment.bands
        )
        quality[FAIRNESS] = fairness_quality(
            customer, market_bill, segment.price_sensitivity, service.wait_gap[j, r, k], behaviour.fairness
        )
        for d in range(len(quality)):
            quality[d] += customer.quality_shift[d]
        for lever in range(levers.first[j], levers.first[j + 1]):
            if levers.covers[lever, s, r, k] and carries(customer, levers.rows[lever]):
                improve(levers.rows[lever], customer.digital_affinity, customer.match, quality)
        for d in range(len(quality)):
            quality[d] = clip_unit(quality[d])

        speed = behaviour.choice.loyalty_speed
        month = live_through(customer, quality, first, behaviour.experience, speed, promise[j], pull[j])
        raised = False
        if customer.complaint_age > 0:
            customer.complaint_chance = 0.0
            if settle_complaint(customer, sites[CASE], behaviour.complaints, extend(keys.resolution, customer.key)):
                tally.regulator[j] += customer.weight
        else:
            key = extend(keys.complaint, customer.key)
            raised = raises_complaint(customer, month, breach_share, behaviour.complaints, key)
        add_measures(customer, raised, tally.measures[j, s, k])
        add_measures(customer, raised, tally.measures[j, s, ALL_TIERS])
        add_month(customer, felt, weight > 0.0, tally.responsiveness[j], tally.rating[j, s])
        tally.histogram[j, min(BINS - 1, int(customer.satisfaction * BINS))] += customer.weight


@rule
def add_measures(customer: Record, raised: bool, cell: FloatArray) -> None:
    """Add a customer's month to the measures of its tier, or of all tiers."""
    n = customer.weight
    cell[SATISFACTION] += n * customer.satisfaction
    for d in range(len(customer.quality)):
        cell[QUALITY + d] += n * customer.quality[d]
    if raised:
        cell[COMPLAINTS] += n
    if customer.satisfaction > PROMOTER:
        cell[PROMOTERS] += n
    elif customer.satisfaction < DETRACTOR:
        cell[DETRACTORS] += n


@rule
def add_month(
    customer: Record, felt: float, served: bool, responsiveness: NDArray[np.int64], rating: NDArray[np.int64]
) -> None:
    """Add a customer's month to its retailer's responsiveness and its segment's rating."""
    n = customer.weight
    rating[0] += units(n * customer.satisfaction)
    rating[1] += units(n)
    if served:
        responsiveness[0] += units(n * felt)
        responsiveness[1] += units(n)


def quantile(histogram: FloatArray, share: float) -> float:
    """Return the satisfaction that a share of customers falls short of, to within one bin; NaN for no customers."""
    total = histogram.sum()
    if total <= 0:
        return float("nan")
    return (int(np.searchsorted(np.cumsum(histogram), share * total * _TIE)) + 0.5) / BINS


def gini(histogram: FloatArray) -> float:
    """Return the Gini coefficient of satisfaction, to the precision of the bins; NaN for no customers."""
    values = (np.arange(BINS) + 0.5) / BINS
    people, mass = np.cumsum(histogram), np.cumsum(histogram * values)
    if people[-1] <= 0:
        return float("nan")
    lorenz = np.concatenate([[0.0], mass / mass[-1]])
    shares = histogram / people[-1]
    return float(1.0 - (shares * (lorenz[1:] + lorenz[:-1])).sum())
