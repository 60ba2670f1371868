"""A month of one customer: tickets and waits, quality, fairness, satisfaction, complaints (M9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.oracle.desks import Service
from tests.oracle.keys import keyed

from marketsim.market.draws import normal, poisson, uniform
from marketsim.market.experience import block_of, felt_wait
from marketsim.market.levers import improve, variability
from marketsim.market.satisfaction import (
    bill_fairness,
    clip_unit,
    complaint_probability,
    envy,
    gap_value,
    responsiveness,
)
from marketsim.scenario.customers import DIMENSIONS
from marketsim.scenario.service import DESKS

if TYPE_CHECKING:
    from tests.oracle.customers import CustomerAgent


def live_through_month(customer: CustomerAgent) -> None:
    """Let the month happen to a customer and leave its traces in the customer."""
    market = customer.model
    breach_share = raise_tickets(customer)
    customer.quality = perceive_quality(customer)
    if market.month == 0:
        customer.expectation = list(customer.quality)
    month = month_satisfaction(customer)
    if market.month == 0:
        customer.satisfaction = customer.loyalty = month
    update(customer, month)
    complain(customer, month, breach_share)


def raise_tickets(customer: CustomerAgent) -> float:
    """Draw the month's tickets and their waits; return the share of them that broke the standard.

    Responsiveness is the mean over the tickets, weighted by urgency; without any it drifts to the reputation.
    """
    market, supplier = customer.model, customer.retailer
    felt, weight, count, breaches = 0.0, 0.0, 0, 0
    for number, desk in enumerate(DESKS):
        service = supplier.service[desk, customer.region, customer.tier]
        rate = customer.traits.tickets_per_month * market.surge * supplier.desks_of_tickets[desk].ticket_share
        if desk == "contact":
            rate *= customer.kept_share()
        key = keyed(customer.key, number)
        tickets = poisson(keyed(market.keys["tickets"], key), rate * service.repeat_factor)
        urgency = supplier.desks_of_tickets[desk].urgency
        for ticket in range(tickets):
            hours = wait_for(service, customer, keyed(market.keys["waits"], key, ticket))
            felt += urgency * responsiveness(hours, service.half_time)
            breaches += hours > service.sla_hours
        weight += urgency * tickets
        count += tickets
    customer.tickets = count
    before = supplier.reputation if market.month == 0 else customer.felt_service
    memory = market.behaviour.experience.responsiveness_memory
    customer.served = weight > 0.0
    customer.service_received = felt / weight if customer.served else 0.0
    customer.felt_service = (
        customer.service_received if customer.served else before + memory * (supplier.reputation - before)
    )
    return breaches / count if customer.served else 0.0


def wait_for(service: Service, customer: CustomerAgent, key: int) -> float:
    """Return how long one ticket takes by the customer's clock, hours."""
    block = block_of(keyed(key, 1), customer.model.cumulative_block_shares)
    wait = felt_wait(keyed(key, 2), service.wait_probabilities[block], service.wait_hours[block])
    return wait + service.clock_offset


def perceive_quality(customer: CustomerAgent) -> list[float]:
    """Return the six qualities of the month, after levers (E7, E18)."""
    market = customer.model
    parameters = market.behaviour.experience
    noise_factor = 1.0
    for lever in customer.levers:
        noise_factor *= variability.py_func(lever)

    def soft(dimension: str) -> float:
        key = keyed(market.keys["quality noise"], customer.key, DIMENSIONS.index(dimension))
        return parameters.base_quality + parameters.quality_noise_sd * noise_factor * normal(key)

    quality = [
        customer.reliability,
        customer.felt_service,
        soft("convenience"),
        soft("assurance"),
        soft("personalisation"),
        fairness(customer),
    ]
    quality = [value + shift for value, shift in zip(quality, customer.quality_shift, strict=True)]
    for lever in customer.levers:
        improve.py_func(lever, customer.digital_affinity, customer.match, quality)
    return [clip_unit(value) for value in quality]


def fairness(customer: CustomerAgent) -> float:
    """Return the fairness felt: the bill against the market's, less envy (E18)."""
    market, parameters = customer.model, customer.model.behaviour.fairness
    on_sale = market.offers_to(customer)
    bills = [customer.bill_under(offer.plan, offer.price_level, 0.0, market.spot) for offer in on_sale]
    by_bill = 0.0
    if bills and sum(bills) > 0:
        mean = sum(bills) / len(bills)
        sensitivity = customer.traits.price_sensitivity
        by_bill = bill_fairness(customer.bill, mean, sensitivity, parameters.bill_bound)
    wait_gap = customer.retailer.wait_gap(customer.region, customer.tier)
    return parameters.base + by_bill - envy.py_func(wait_gap, customer.discount_gap, customer.price, parameters)


def month_satisfaction(customer: CustomerAgent) -> float:
    """Return the satisfaction with the month: level plus surprise (E17a)."""
    parameters = customer.model.behaviour.experience
    level = surprise = 0.0
    for weight, quality, expected in zip(customer.quality_weights, customer.quality, customer.expectation, strict=True):
        level += weight * quality
        surprise += weight * gap_value.py_func(quality - expected, parameters)
    return clip_unit(level + parameters.disconfirmation_weight * surprise)


def update(customer: CustomerAgent, month: float) -> None:
    """Move satisfaction, loyalty and expectations (E17b)."""
    market, behaviour = customer.model, customer.model.behaviour
    speed = behaviour.experience.satisfaction_speed
    customer.satisfaction += speed * (month - customer.satisfaction)
    customer.loyalty += behaviour.choice.loyalty_speed * (customer.satisfaction - customer.loyalty)
    promise, pull = market.talk_part.expectation_pull(customer.retailer) if market.talk_part else (0.0, 0.0)
    customer.expectation = [
        expected
        + behaviour.experience.expectation_speed * (quality - expected)
        + pull * (promise - expected)
        + behaviour.experience.expectation_drift
        for quality, expected in zip(customer.quality, customer.expectation, strict=True)
    ]
    if customer.mood != 0.0:
        customer.satisfaction = clip_unit(customer.satisfaction + customer.mood)


def complain(customer: CustomerAgent, month: float, breach_share: float) -> None:
    """Deal with an open complaint, or perhaps raise one."""
    market = customer.model
    parameters = market.behaviour.complaints
    customer.complained = False
    customer.complaint_chance = 0.0
    if customer.complaint_age == 0:
        customer.complaint_chance = complaint_probability.py_func(month, breach_share, parameters)
        customer.complained = uniform(keyed(market.keys["complaint"], customer.key)) < customer.complaint_chance
        customer.complaint_age = 1 if customer.complained else 0
        return
    case = customer.retailer.service["case", customer.region, customer.tier]
    key = keyed(market.keys["complaint resolution"], customer.key)
    if uniform(keyed(key, 1)) < case.served_share:
        in_time = customer.complaint_age == 1 and uniform(keyed(key, 2)) < case.sla_share
        change = parameters.recovery_gain if in_time else -parameters.failure_loss
        customer.satisfaction = clip_unit(customer.satisfaction + change)
        customer.complaint_age = 0
        return
    customer.complaint_age += 1
    if customer.complaint_age == parameters.regulator_months + 1:
        customer.retailer.complaints_at_regulator += customer.weight
