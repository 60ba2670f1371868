"""The market at the start: who serves whom, and under which contract (M1, M11)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from marketsim.market.choice import offer_utility
from marketsim.market.compiled import rule
from marketsim.market.contracts import YEAR, Prices, no_contract, renew, set_term
from marketsim.market.draws import exponential, extend, gumbel, uniform
from marketsim.market.frame import Frame
from marketsim.market.quotes import offered_bill, personal_discount
from marketsim.market.records import Record, Records
from marketsim.market.segments import Behaviour
from marketsim.market.tariffs import mean_market_bill, wholesale_exposure
from marketsim.scenario.study import Study

FloatArray = NDArray[np.float64]


def initial_shares(frame: Frame, study: Study) -> FloatArray:
    """Return the initial share of each supplier in each segment, the default supplier last. Shape (retailers + 1, segments)."""
    default = study.market.default_supplier.initial_share
    rows = [
        [
            study.retailers[name].initial_share_by_segment.get(segment, study.retailers[name].initial_share)
            for segment in frame.segments
        ]
        for name in frame.retailers
    ]
    return np.array([*rows, [default] * len(frame.segments)], dtype=np.float64)


@rule
def assign_retailers(
    population: Records,
    shares: FloatArray,
    sold_to: NDArray[np.bool_],
    retailer_keys: NDArray[np.uint64],
    key: np.uint64,
    from_book: NDArray[np.bool_],
) -> None:
    """Give every customer a supplier, in place.

    Each supplier runs a keyed exponential race at the rate of its share, so that shares come out as stated and adding a
    supplier moves only the customers whom it takes. Accounts read from a file keep theirs.

    Args:
        population: all customers.
        shares: initial shares. Shape (suppliers, segments); the last is the default supplier.
        sold_to: whether a retailer offers anything to a segment. Same shape; the last row is not read.
        retailer_keys: keys of the suppliers' names.
        key: key of the purpose.
        from_book: whether a segment's customers were read from a file. Shape (segments,).
    """
    default = shares.shape[0] - 1
    for i in range(len(population)):
        customer: Record = population[i]
        s = customer.segment
        if from_book[s]:
            j = customer.retailer
            customer.retailer = j if j >= 0 and sold_to[j, s] else default
            continue
        best = default
        best_time = np.inf
        for j in range(shares.shape[0]):
            if shares[j, s] > 0.0 and (j == default or sold_to[j, s]):
                time = exponential(extend(extend(key, customer.key), retailer_keys[j])) / shares[j, s]
                if time < best_time:
                    best, best_time = j, time
        customer.retailer = best


@rule
def sign_first_contracts(
    population: Records,
    prices: Prices,
    behaviour: Behaviour,
    offer_key: np.uint64,
    end_key: np.uint64,
    from_book: NDArray[np.bool_],
) -> None:
    """Give every customer the contract that it has when the run begins, in place.

    It is the offer of its retailer that it likes best by price, risk and its own draw. Contracts end evenly over their
    term, or in a December; those read from a file end when the file says.
    """
    network = behaviour.network_cny_per_mwh
    for i in range(len(population)):
        customer: Record = population[i]
        segment: Record = behaviour.segments[customer.segment]
        joined, ends = customer.joined, customer.contract_end
        row = first_offer(customer, segment, prices, network, extend(offer_key, customer.key))
        if customer.retailer == prices.default_supplier or row < 0:
            no_contract(customer, -1, prices.default_supplier, prices.expected_spot)
            customer.reference_bill = prices.expected_spot + network
        else:
            j = customer.retailer
            bill = offered_bill(customer, prices.offers[row], prices, network, segment.bands)
            personal = personal_discount(customer, j, prices)
            renew(customer, row, prices.offers, prices.discount[j], prices.best_discount[j], personal, bill)
            term = prices.plans[customer.plan].term_months
            set_term(customer, -1, term, prices.calendar_year, prices.forward)
            if from_book[customer.segment]:
                customer.contract_end = ends
            else:
                customer.contract_end = first_end(extend(end_key, customer.key), term, prices.calendar_year)
        customer.joined = joined
        customer.former = -1


@rule
def first_end(key: np.uint64, term: int, calendar_year: bool) -> int:
    """Return the last month of a contract that already runs: evenly spread over the term, or a December of it."""
    if calendar_year and term >= YEAR:
        return YEAR - 1 + YEAR * int(uniform(key) * (term // YEAR))
    return int(uniform(key) * term)


@rule
def first_offer(customer: Record, segment: Record, prices: Prices, network: float, key: np.uint64) -> int:
    """Return the offer of its retailer that a customer holds at the start; -1 if there is none for it.

    All offers are of one retailer, so only price, risk, term and the customer's own draw tell them apart.
    """
    market_bill = mean_market_bill(
        prices.offers,
        prices.for_segment,
        prices.plans,
        customer.segment,
        prices.expected_spot,
        network,
        customer.energy,
        segment.bands,
    )
    best = -1
    best_value = -np.inf
    for row in range(len(prices.offers)):
        offer: Record = prices.offers[row]
        if offer.retailer != customer.retailer or not prices.for_segment[row, customer.segment]:
            continue
        plan: Record = prices.plans[offer.plan]
        bill = offered_bill(customer, offer, prices, network, segment.bands)
        sd = wholesale_exposure(plan) * prices.yearly_sd * prices.expected_spot
        sensitivity = customer.price_sensitivity
        value = offer_utility(bill, market_bill, sensitivity, 0.0, sd, 0.0, 0.0, plan.term_months, segment)
        value += gumbel(extend(key, offer.key))
        if value > best_value:
            best, best_value = row, value
    return best
