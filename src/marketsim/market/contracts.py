"""Signing, renewing and losing a contract; the price is locked until its end (M11)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketsim.market.compiled import rule
from marketsim.market.population import ORDINARY
from marketsim.market.records import Record, Records

FloatArray = NDArray[np.float64]
YEAR = 12
DEFAULT_PLAN = 0


class Prices(NamedTuple):
    """What is on sale in a month.

    Attributes:
        offers: offers as posted.
        for_segment: whether an offer is on sale to a segment. Shape (offers, segments).
        plans: shapes of all tariffs.
        discount: tier discounts, CNY/MWh. Shape (retailers + 1, 4).
        best_discount: best discount of any tier. Shape (retailers + 1,).
        cut_off: published least energy of a tier. Shape (retailers + 1, 4, segments, regions, 4).
        forward: forward price by term in months, CNY/MWh.
        expected_spot: expected spot price of the next twelve months, CNY/MWh.
        concession: negotiated discount of large customers, CNY/MWh. Shape (retailers + 1, segments).
        concession_from: least MWh a month to negotiate. Same shape.
        renewal_markup: added to the list price where a contract renews without a search, CNY/MWh. Same shape.
        retention: discount on its own offers for a customer who searches, CNY/MWh. Same shape.
        winback: discount for a prospect who left the retailer last, CNY/MWh. Same shape.
        rebate: taken off every bill of a supplier this month, CNY/MWh. Shape (retailers + 1,).
        appeal: utility of an offer besides price and service, logits. Shape (offers, segments, credit grades).
        default_price: energy price of the default supplier, CNY/MWh.
        voluntary_default: whether it is an alternative for customers who search.
        yearly_sd: relative standard deviation of its mean.
        calendar_year: whether terms of a year or more end in December.
        default_supplier: index of the supplier of last resort.
    """

    offers: Records
    for_segment: NDArray[np.bool_]
    plans: Records
    discount: FloatArray
    best_discount: FloatArray
    cut_off: FloatArray
    forward: FloatArray
    expected_spot: float
    concession: FloatArray
    concession_from: FloatArray
    renewal_markup: FloatArray
    retention: FloatArray
    winback: FloatArray
    rebate: FloatArray
    appeal: FloatArray
    default_price: float
    voluntary_default: bool
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
def renew(
    customer: Record,
    row: int,
    offers: Records,
    discounts: FloatArray,
    best_discount: float,
    personal_discount: float,
    bill: float,
) -> None:
    """Sign a contract in the present tier, in place: anew with the own retailer, or as a part of `sign`.

    Args:
        customer: the customer.
        row: row of the offer.
        offers: offers as posted.
        discounts: the retailer's discounts by tier, CNY/MWh.
        best_discount: the best of those in use, CNY/MWh.
        personal_discount: what this customer gets besides, CNY/MWh; negative for a markup.
        bill: expected bill per MWh, CNY.
    """
    offer: Record = offers[row]
    customer.offer = row
    customer.plan = offer.plan
    customer.price_level = offer.price_level
    customer.discount = discounts[customer.tier] + personal_discount
    customer.contracted = customer.usual_use
    customer.discount_gap = best_discount - discounts[customer.tier]
    customer.reference_bill = bill


@rule
def set_term(customer: Record, month: int, term: int, calendar_year: bool, forward: FloatArray) -> None:
    """Set the end of a contract just signed, and the forward price at which it is hedged, in place."""
    customer.contract_end = last_month(month, term, calendar_year)
    customer.forward_price = forward[term]


@rule
def change_retailer(customer: Record, month: int, retailer: int, tier: int, satisfaction: float) -> None:
    """Move to another retailer, in place: tenure, loyalty and complaints begin anew, satisfaction is what one expects."""
    customer.former = customer.retailer
    customer.retailer = retailer
    customer.tier = tier
    customer.joined = month + 1
    customer.loyalty = 0.0
    customer.complaint_age = 0
    customer.complaint_chance = 0.0
    customer.satisfaction = satisfaction


@rule
def release(population: Records, rows: NDArray[np.intp], month: int, default_supplier: int, price: float) -> None:
    """Let the customers of some rows fall to the default supplier, in place."""
    for row in rows:
        no_contract(population[row], month, default_supplier, price)


@rule
def no_contract(customer: Record, month: int, default_supplier: int, price: float) -> None:
    """Fall to the default supplier, in place; its price is set anew every month."""
    customer.former = customer.retailer
    customer.retailer = default_supplier
    customer.offer = -1
    customer.plan = DEFAULT_PLAN
    customer.tier = ORDINARY
    customer.price_level = price
    customer.discount = 0.0
    customer.discount_gap = 0.0
    customer.forward_price = price
    customer.contract_end = month
    customer.joined = month + 1
    customer.loyalty = 0.0
    customer.complaint_age = 0
    customer.complaint_chance = 0.0
