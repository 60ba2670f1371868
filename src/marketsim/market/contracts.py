"""Signing, renewing and losing a contract; the price is locked until its end (M11)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketsim.market.compiled import rule
from marketsim.market.population import ORDINARY, Population
from marketsim.market.tariffs import Offers, Plans
from marketsim.market.tiers import Tiers

FloatArray = NDArray[np.float64]
YEAR = 12
DEFAULT_PLAN = 0


class Prices(NamedTuple):
    """What is on sale in a month.

    Attributes:
        offers: offers as posted.
        plans: shapes of all tariffs.
        tiers: discounts and published cut-offs.
        forward: forward price by term in months, CNY/MWh.
        expected_spot: expected spot price of the next twelve months, CNY/MWh.
        yearly_sd: relative standard deviation of its mean.
        calendar_year: whether terms of a year or more end in December.
        default_supplier: index of the supplier of last resort.
    """

    offers: Offers
    plans: Plans
    tiers: Tiers
    forward: FloatArray
    expected_spot: float
    yearly_sd: float
    calendar_year: bool
    default_supplier: int


@rule
def last_month(signed: int, term: int, calendar_year: bool) -> int:
    """Return the last month of a contract signed in a month; it begins in the next. Month 11 is a December."""
    if not calendar_year or term < YEAR:
        return signed + term
    first_december = signed + 1 + (YEAR - 1 - (signed + 1) % YEAR)
    return first_december + YEAR * (term // YEAR - 1)


@rule
def renew(population: Population, i: int, month: int, offer: int, bill: float, prices: Prices) -> None:
    """Sign a contract in the present tier, in place: anew with the own retailer, or as a part of `sign`."""
    retailer, plan, tier = prices.offers.retailer[offer], prices.offers.plan[offer], population.tier[i]
    term = prices.plans.term_months[plan]
    population.offer[i] = offer
    population.plan[i] = plan
    population.price_level[i] = prices.offers.price_level[offer]
    population.discount[i] = prices.tiers.discount[retailer, tier]
    population.discount_gap[i] = prices.tiers.best_discount[retailer] - prices.tiers.discount[retailer, tier]
    population.forward_price[i] = prices.forward[term]
    population.contract_end[i] = last_month(month, term, prices.calendar_year)
    population.reference_bill[i] = bill


@rule
def sign(population: Population, i: int, month: int, offer: int, tier: int, bill: float, prices: Prices) -> None:
    """Sign with another retailer, in place: tenure, loyalty and open complaints begin anew."""
    population.retailer[i] = prices.offers.retailer[offer]
    population.tier[i] = tier
    population.joined[i] = month + 1
    population.loyalty[i] = 0.0
    population.complaint_age[i] = 0
    renew(population, i, month, offer, bill, prices)


@rule
def no_contract(population: Population, i: int, month: int, prices: Prices) -> None:
    """Fall to the default supplier, in place."""
    population.retailer[i] = prices.default_supplier
    population.offer[i] = -1
    population.plan[i] = DEFAULT_PLAN
    population.tier[i] = ORDINARY
    population.price_level[i] = prices.expected_spot
    population.discount[i] = 0.0
    population.discount_gap[i] = 0.0
    population.forward_price[i] = prices.expected_spot
    population.contract_end[i] = month
    population.joined[i] = month + 1
    population.loyalty[i] = 0.0
    population.complaint_age[i] = 0
