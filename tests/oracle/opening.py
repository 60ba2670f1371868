"""The market at the start: who there is, who serves whom, and under which contract (M1, M11)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tests.oracle.choice import fall_to_default, sign
from tests.oracle.customers import CustomerAgent
from tests.oracle.keys import keyed
from tests.oracle.offers import PostedOffer

from marketsim.market.choice import offer_utility
from marketsim.market.contracts import YEAR
from marketsim.market.draws import exponential, gumbel, name_key, purpose_key, uniform
from marketsim.market.sampling import agents_by_segment
from marketsim.market.tariffs import wholesale_exposure
from marketsim.scenario.checks import initial_share
from marketsim.scenario.customers import CREDIT_GRADES
from marketsim.scenario.loaded import Scenario

if TYPE_CHECKING:
    from tests.oracle.market import OracleMarket


def create_customers(market: OracleMarket, scenario: Scenario) -> list[CustomerAgent]:
    """Return the customers of all segments: sampled ones, or those of a book of accounts."""
    customers = []
    for segment, count in sorted(agents_by_segment(scenario).items()):
        key, book = name_key(f"segment {segment}"), scenario.data.books.get(segment)
        if book is None:
            weight = market.study.segments[segment].customers / count
            customers += [CustomerAgent(market, segment, keyed(key, number), weight) for number in range(count)]
            continue
        for row, identity in enumerate(book.ids):
            customer = CustomerAgent(market, segment, keyed(key, name_key(f"account {identity}")), 1.0)
            customer.energy = float(book.annual_mwh[row]) / 12.0
            customer.region = sorted(market.study.market.regions)[book.regions[row]]
            customer.credit = CREDIT_GRADES[book.credit_grades[row]]
            customer.settle_in()
            customer.known_contract = (int(book.retailers[row]), int(book.contract_end_months[row]))
            customers.append(customer)
    return customers


def find_supplier(customer: CustomerAgent) -> None:
    """Give a customer its first supplier: that of its book, or the winner of a race at the rates of initial shares."""
    market = customer.model
    sellers = {offer.retailer for offer in market.offers_to(customer)}
    if customer.known_contract is not None:
        number = customer.known_contract[0]
        retailer = market.retailers[number] if number >= 0 else None
        customer.retailer = retailer if retailer in sellers else market.default_supplier
        return
    shares = {retailer: initial_share(retailer.settings, customer.segment) for retailer in sellers}
    shares[market.default_supplier] = market.study.market.default_supplier.initial_share
    key = purpose_key(market.world, "first retailer")
    times = {
        supplier: exponential(keyed(key, customer.key, supplier.key)) / share
        for supplier, share in shares.items()
        if share > 0
    }
    customer.retailer = min(times, key=times.__getitem__, default=market.default_supplier)


def sign_first_contract(customer: CustomerAgent) -> None:
    """Give a customer the contract that it has when the run begins; how long it has been there stays."""
    market, joined = customer.model, customer.joined
    offer = first_offer(customer)
    if offer is None:
        fall_to_default(customer, -1)
        customer.reference_bill = market.expected_spot + market.network
    else:
        sign(customer, offer, -1, customer.expected_bill(offer), customer.personal_discount(offer.retailer))
        customer.contract_end = first_end(customer, offer.plan.term_months)
    customer.joined = joined


def first_offer(customer: CustomerAgent) -> PostedOffer | None:
    """Return the offer of its retailer that a customer likes best by price, risk and term."""
    market = customer.model
    on_sale = market.offers_to(customer)
    bills = [customer.bill_under(offer.plan, offer.price_level, 0.0, market.expected_spot) for offer in on_sale]
    chosen, highest = None, -math.inf
    for offer in on_sale:
        if offer.retailer is customer.retailer:
            bill, mean = customer.expected_bill(offer), sum(bills) / len(bills)
            sd = wholesale_exposure.py_func(offer.plan) * market.wholesale.yearly_sd * market.expected_spot
            sensitivity, term = customer.price_sensitivity, offer.plan.term_months
            value = offer_utility.py_func(bill, mean, sensitivity, 0.0, sd, 0.0, 0.0, term, customer.traits)
            value += gumbel(keyed(purpose_key(market.world, "first offer"), customer.key, offer.key))
            if value > highest:
                chosen, highest = offer, value
    return chosen


def first_end(customer: CustomerAgent, term: int) -> int:
    """Return the last month of a contract that already runs: as the book says, a December, or evenly over the term."""
    market = customer.model
    if customer.known_contract is not None:
        return customer.known_contract[1]
    u = uniform(keyed(purpose_key(market.world, "first contract end"), customer.key))
    if market.calendar_year and term >= YEAR:
        return YEAR - 1 + YEAR * int(u * (term // YEAR))
    return int(u * term)
