"""A month as customers live it: tickets and waits, quality, fairness, satisfaction, complaints (M9)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketsim.market.compiled import rule
from marketsim.market.desks import CASE, CONTACT, ServiceMonth
from marketsim.market.draws import extend, normal, poisson, uniform
from marketsim.market.levers import Levers, covers, deflection, improve, variability
from marketsim.market.population import Population
from marketsim.market.satisfaction import (
    bill_fairness,
    clip_unit,
    complaint_probability,
    envy,
    month_satisfaction,
    responsiveness,
)
from marketsim.market.segments import Behaviour, ComplaintParameters, ExperienceParameters
from marketsim.market.tariffs import Offers, Plans, mean_market_bill
from marketsim.scenario.customers import DIMENSIONS

FloatArray = NDArray[np.float64]
RELIABILITY, RESPONSIVENESS, CONVENIENCE, ASSURANCE, PERSONALISATION, FAIRNESS = range(len(DIMENSIONS))
BINS = 500
"""Bins of the histogram of satisfaction from which quantiles and the Gini coefficient are read."""
SATISFACTION, QUALITY, COMPLAINTS = 0, 1, 7
MEASURES = 8


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
        measures: satisfaction, six qualities, complaints. Shape (retailers + 1, segments, tiers, 8).
        histogram: customers by satisfaction. Shape (retailers + 1, 500).
        responsiveness: quality of service received, and customers who received any. Shape (retailers + 1, 2).
        regulator: complaints that reached the regulator. Shape (retailers + 1,).
    """

    measures: FloatArray
    histogram: FloatArray
    responsiveness: FloatArray
    regulator: FloatArray


def empty_tally(retailers: int, segments: int, tiers: int) -> ExperienceTally:
    """Return a tally of zeros for so many retailers (the default supplier is added)."""
    return ExperienceTally(
        measures=np.zeros((retailers + 1, segments, tiers, MEASURES)),
        histogram=np.zeros((retailers + 1, BINS)),
        responsiveness=np.zeros((retailers + 1, 2)),
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
def desk_visits(
    service: ServiceMonth, retailer: int, desk: int, region: int, tier: int, tickets: int, key: np.uint64
) -> tuple[float, float]:
    """Return the summed quality of a customer's tickets at one desk, and how many broke the service standard."""
    quality = 0.0
    breaches = 0.0
    for ticket in range(tickets):
        ticket_key = extend(key, np.uint64(ticket))
        block = block_of(extend(ticket_key, np.uint64(1)), service.block_shares)
        wait = felt_wait(
            extend(ticket_key, np.uint64(2)),
            service.wait_probability[retailer, desk, region, tier, block],
            service.wait_hours[retailer, desk, region, tier, block],
        )
        clock = wait + service.clock_offset[retailer, desk, region]
        quality += responsiveness(clock, service.half_time[retailer, desk, region])
        if clock > service.sla_hours[retailer, desk, region]:
            breaches += 1.0
    return quality, breaches


@rule
def ticket_rate(service: ServiceMonth, behaviour: Behaviour, levers: Levers, population: Population, i: int, desk: int) -> float:
    """Return the tickets that a customer raises at a desk in a month, repeats not included."""
    s, r, k, j = population.segment[i], population.region[i], population.tier[i], population.retailer[i]
    rate = behaviour.segments.tickets_per_month[s] * service.ticket_share[j, desk] * service.surge
    if desk == CONTACT:
        rate *= 1.0 - deflection(levers, j, s, r, k, population.digital_affinity[i])
    return rate


@rule
def month_of_service(
    service: ServiceMonth, behaviour: Behaviour, levers: Levers, population: Population, i: int, keys: ExperienceKeys
) -> tuple[float, float, float]:
    """Return a customer's urgency-weighted quality of service, the weight of its tickets, and their share in breach."""
    r, k, j = population.region[i], population.tier[i], population.retailer[i]
    weight = 0.0
    quality = 0.0
    count = 0.0
    breaches = 0.0
    for desk in range(service.ticket_share.shape[1]):
        rate = ticket_rate(service, behaviour, levers, population, i, desk)
        if desk == CONTACT:
            rate *= service.repeat_factor[j, r, k]
        desk_key = extend(population.keys[i], np.uint64(desk))
        tickets = poisson(extend(keys.tickets, desk_key), rate)
        if tickets > 0:
            felt, broken = desk_visits(service, j, desk, r, k, tickets, extend(keys.waits, desk_key))
            quality += service.urgency[j, desk] * felt
            weight += service.urgency[j, desk] * tickets
            count += tickets
            breaches += broken
    if weight <= 0.0:
        return 0.0, 0.0, 0.0
    return quality / weight, weight, breaches / count


@rule
def soft_quality(experience: ExperienceParameters, noise_factor: float, key: np.uint64, dimension: int) -> float:
    """Return convenience, assurance or personalisation before levers, with the month's noise."""
    noise = normal(extend(key, np.uint64(dimension)))
    return experience.base_quality + experience.quality_noise_sd * noise_factor * noise


@rule
def complaint_solved(service: ServiceMonth, retailer: int, region: int, tier: int, key: np.uint64) -> tuple[bool, bool]:
    """Return whether an open complaint is dealt with this month, and whether within the service standard."""
    dealt_with = uniform(extend(key, np.uint64(1))) < service.case_served_share[retailer, region, tier]
    in_time = uniform(extend(key, np.uint64(2))) < service.sla_share[retailer, CASE, region, tier]
    return dealt_with, dealt_with and in_time


@rule
def settle_complaint(
    population: Population, i: int, service: ServiceMonth, complaints: ComplaintParameters, key: np.uint64
) -> bool:
    """Deal with a customer's open complaint, in place; return whether it goes to the regulator this month."""
    dealt_with, in_time = complaint_solved(
        service, population.retailer[i], population.region[i], population.tier[i], key
    )
    if dealt_with:
        change = complaints.recovery_gain if in_time else -complaints.failure_loss
        population.satisfaction[i] = clip_unit(population.satisfaction[i] + change)
        population.complaint_age[i] = 0
        return False
    population.complaint_age[i] += 1
    return population.complaint_age[i] == complaints.regulator_months + 1


@rule
def add_quality(
    population: Population,
    i: int,
    behaviour: Behaviour,
    service: ServiceMonth,
    levers: Levers,
    felt: float,
    served: bool,
    first: bool,
    noise_key: np.uint64,
    quality: FloatArray,
) -> None:
    """Write a customer's qualities of the month, before levers and without fairness, to `quality` (E7, E13)."""
    s, r, k, j = population.segment[i], population.region[i], population.tier[i], population.retailer[i]
    memory = behaviour.experience.responsiveness_memory
    before = service.reputation[j] if first else population.felt_service[i]
    population.felt_service[i] = felt if served else before + memory * (service.reputation[j] - before)
    quality[RELIABILITY] = service.supply_quality[r]
    quality[RESPONSIVENESS] = population.felt_service[i]
    noise_factor = variability(levers, j, s, r, k)
    key = extend(noise_key, population.keys[i])
    for d in (CONVENIENCE, ASSURANCE, PERSONALISATION):
        quality[d] = soft_quality(behaviour.experience, noise_factor, key, d)


@rule
def fairness_quality(
    population: Population, i: int, behaviour: Behaviour, service: ServiceMonth, market_bill: float
) -> float:
    """Return the fairness a customer feels, before levers and bounds (E18)."""
    s, r, k, j = population.segment[i], population.region[i], population.tier[i], population.retailer[i]
    fairness = behaviour.fairness
    by_bill = 0.0
    if market_bill > 0.0:
        sensitivity = behaviour.segments.price_sensitivity[s]
        by_bill = bill_fairness(population.bill[i], market_bill, sensitivity, fairness.bill_bound)
    return fairness.base + by_bill - envy(service.wait_gap[j, r, k], population.discount_gap[i], population.price[i], fairness)


@rule
def live_through(
    population: Population, i: int, behaviour: Behaviour, quality: FloatArray, first: bool
) -> float:
    """Update quality, expectation, satisfaction and loyalty of a customer; return the month's satisfaction (E17)."""
    experience = behaviour.experience
    if first:
        population.expectation[i] = quality
    month = month_satisfaction(population.quality_weights[i], quality, population.expectation[i], experience)
    population.quality[i] = quality
    if first:
        population.satisfaction[i] = month
        population.loyalty[i] = month
    population.satisfaction[i] += experience.satisfaction_speed * (month - population.satisfaction[i])
    population.loyalty[i] += behaviour.choice.loyalty_speed * (population.satisfaction[i] - population.loyalty[i])
    for d in range(len(quality)):
        gap = quality[d] - population.expectation[i, d]
        population.expectation[i, d] += experience.expectation_speed * gap + experience.expectation_drift
    return month


@rule
def experience_month(
    population: Population,
    low: int,
    high: int,
    first: bool,
    behaviour: Behaviour,
    service: ServiceMonth,
    levers: Levers,
    offers: Offers,
    plans: Plans,
    spot: float,
    keys: ExperienceKeys,
    tally: ExperienceTally,
) -> None:
    """Let the customers of rows low to high live through a month, in place, and add them to the tally."""
    quality = np.empty(population.quality.shape[1])
    for i in range(low, high):
        s, r, k, j = population.segment[i], population.region[i], population.tier[i], population.retailer[i]
        felt, weight, breach_share = month_of_service(service, behaviour, levers, population, i, keys)
        add_quality(population, i, behaviour, service, levers, felt, weight > 0.0, first, keys.noise, quality)
        market_bill = mean_market_bill(
            offers, plans, s, spot, behaviour.network_cny_per_mwh, population.energy[i], behaviour.segments.bands[s]
        )
        quality[FAIRNESS] = fairness_quality(population, i, behaviour, service, market_bill)
        for lever in range(levers.first[j], levers.first[j + 1]):
            if covers(levers, lever, s, r, k):
                improve(levers, lever, population.digital_affinity[i], quality)
        for d in range(len(quality)):
            quality[d] = clip_unit(quality[d])
        month = live_through(population, i, behaviour, quality, first)
        raised = False
        if population.complaint_age[i] > 0:
            key = extend(keys.resolution, population.keys[i])
            if settle_complaint(population, i, service, behaviour.complaints, key):
                tally.regulator[j] += population.weight[i]
        else:
            probability = complaint_probability(month, breach_share, behaviour.complaints)
            raised = uniform(extend(keys.complaint, population.keys[i])) < probability
            if raised:
                population.complaint_age[i] = 1
        add_to_tally(population, i, tally, felt, weight > 0.0, raised)


@rule
def add_to_tally(
    population: Population, i: int, tally: ExperienceTally, felt: float, served: bool, raised: bool
) -> None:
    """Add a customer's month to the tally."""
    s, k, j, n = population.segment[i], population.tier[i], population.retailer[i], population.weight[i]
    cell = tally.measures[j, s, k]
    cell[SATISFACTION] += n * population.satisfaction[i]
    for d in range(population.quality.shape[1]):
        cell[QUALITY + d] += n * population.quality[i, d]
    if raised:
        cell[COMPLAINTS] += n
    tally.histogram[j, min(BINS - 1, int(population.satisfaction[i] * BINS))] += n
    if served:
        tally.responsiveness[j, 0] += n * felt
        tally.responsiveness[j, 1] += n


def quantile(histogram: FloatArray, share: float) -> float:
    """Return the satisfaction that a share of customers falls short of, to within one bin; NaN for no customers."""
    total = histogram.sum()
    if total <= 0:
        return float("nan")
    return (int(np.searchsorted(np.cumsum(histogram), share * total)) + 0.5) / BINS


def gini(histogram: FloatArray) -> float:
    """Return the Gini coefficient of satisfaction, to the precision of the bins; NaN for no customers."""
    values = (np.arange(BINS) + 0.5) / BINS
    people, mass = np.cumsum(histogram), np.cumsum(histogram * values)
    if people[-1] <= 0:
        return float("nan")
    lorenz = np.concatenate([[0.0], mass / mass[-1]])
    shares = histogram / people[-1]
    return float(1.0 - (shares * (lorenz[1:] + lorenz[:-1])).sum())
