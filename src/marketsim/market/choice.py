"""The choice among offers, and what follows from it (M11, E20)."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketsim.market.compiled import rule
from marketsim.market.contracts import Prices, change_retailer, no_contract, renew, set_term
from marketsim.market.draws import extend, gumbel, normal, uniform
from marketsim.market.levers import Levers, carries
from marketsim.market.quotes import held_bill, personal_discount, tier_at
from marketsim.market.records import Record, Records
from marketsim.market.search import Standing, best_bill_in_sight, bill_change, consider, search_hazard, survey
from marketsim.market.segments import Behaviour
from marketsim.market.tariffs import MONTHS_PER_YEAR, exit_fee, wholesale_exposure

FloatArray = NDArray[np.float64]
NO_OFFER = -1
DEFAULT_SUPPLY = -2
"""What a search can end with besides an offer: keeping the present contract, or choosing the default supplier."""


LARGEST_EXPONENT = 600.0
"""Bounds the log-sum, so that it stays finite for any utility."""


class ChoiceKeys(NamedTuple):
    """Keys of the month's draws; taste and awareness last all the run."""

    search: np.uint64
    consideration: np.uint64
    alternative: np.uint64
    taste: np.uint64
    awareness: np.uint64


class ChoiceTally(NamedTuple):
    """What choices of a month add up to, weighted.

    Attributes:
        flows: customers and their MWh a month, from and to. Shape (retailers + 1, retailers + 1, segments, 2).
        leaves: customers who leave, their MWh, customers who searched. Shape (retailers + 1, segments, tiers, 3).
        joined: MWh a year won, acquisition cost (CNY), sign-up bonuses (CNY). Shape (retailers + 1, 3).
        exit_fees: CNY received. Shape (retailers + 1,).
        surplus: log-sum utility in money (CNY) of the MWh of those who searched, and these MWh. Shape (segments, 2).
    """

    flows: FloatArray
    leaves: FloatArray
    joined: FloatArray
    exit_fees: FloatArray
    surplus: FloatArray


def empty_tally(retailers: int, segments: int, tiers: int) -> ChoiceTally:
    """Return a tally of zeros for so many retailers (the default supplier is added)."""
    rows = retailers + 1
    return ChoiceTally(
        flows=np.zeros((rows, rows, segments, 2)),
        leaves=np.zeros((rows, segments, tiers, 3)),
        joined=np.zeros((rows, 3)),
        exit_fees=np.zeros(rows),
        surplus=np.zeros((segments, 2)),
    )


@rule
def believed_quality(customer: Record, retailer: int, standing: Standing, choice: Record) -> float:
    """Return the believed service quality of a retailer.

    Where beliefs are not learned it is own experience, or the prior moved toward the published rating.
    """
    if standing.beliefs.shape[0] > 0:
        return float(standing.beliefs[customer.row, retailer])
    if retailer == customer.retailer:
        return float(customer.satisfaction)
    rating = standing.rating[retailer, customer.segment]
    return choice.search_pivot + choice.rating_weight * (rating - choice.search_pivot)


@rule
def offer_utility(
    bill: float,
    reference_bill: float,
    price_sensitivity: float,
    quality_above_prior: float,
    bill_sd: float,
    name_and_taste: float,
    attachment: float,
    term_months: float,
    segment: Record,
) -> float:
    """Return the utility of an alternative before its own draw, logits (E20).

    Args:
        bill: expected bill per MWh over the next twelve months, all fees and bonuses spread over them.
        reference_bill: bill per MWh of the present contract when it was signed.
        price_sensitivity: the customer's, logits per 100 % of the bill.
        quality_above_prior: believed service quality less the prior.
        bill_sd: standard deviation of that bill, CNY/MWh.
        name_and_taste: brand and lasting taste, logits.
        attachment: loyalty of the own retailer, or minus the cost of switching, logits.
        term_months: length of the contract.
        segment: parameters of the customer's segment.
    """
    price = -price_sensitivity * (bill / reference_bill - 1.0)
    service = segment.service_sensitivity * quality_above_prior
    risk = -segment.bill_risk_aversion * bill_sd / reference_bill
    term = -segment.contract_length_dislike * term_months / MONTHS_PER_YEAR
    return price + service + risk + name_and_taste + attachment + term


@rule
def taste(key: np.uint64, customer: np.uint64, retailer: np.uint64, sd: float) -> float:
    """Return a customer's lasting taste for a retailer, logits."""
    return sd * normal(extend(extend(key, customer), retailer)) if sd > 0.0 else 0.0


@rule
def record_move(customer: Record, month: int, supplier: int, plan: Record, tally: ChoiceTally) -> None:
    """Add a customer who changes the supplier to the tally, before its contract is changed."""
    s, n, energy = customer.segment, customer.weight, customer.usual_use
    old = customer.retailer
    tally.flows[old, supplier, s, 0] += n
    tally.flows[old, supplier, s, 1] += n * energy
    tally.leaves[old, s, customer.tier, 0] += n
    tally.leaves[old, s, customer.tier, 1] += n * energy
    tally.exit_fees[old] += n * exit_fee(plan, float(customer.contract_end - month), energy)


@rule
def record_signing(customer: Record, offer: Record, segment: Record, tally: ChoiceTally) -> None:
    """Add what it takes a retailer to win a customer to the tally."""
    n, new = customer.weight, offer.retailer
    tally.joined[new, 0] += n * customer.usual_use * MONTHS_PER_YEAR
    tally.joined[new, 1] += n * segment.acquisition_cost_cny
    tally.joined[new, 2] += n * offer.signup_bonus


@rule
def liking(customer: Record, retailer: int, standing: Standing, taste_key: np.uint64, taste_sd: float) -> float:
    """Return the utility of a retailer's name and of the customer's lasting taste for it, logits."""
    own_taste = taste(taste_key, customer.key, standing.keys[retailer], taste_sd)
    return standing.brand[retailer, customer.segment] + own_taste


@rule
def cost_of_leaving(customer: Record, segment: Record, levers: Levers) -> float:
    """Return the hassle of changing the retailer and what its levers add to it, logits."""
    s, r, k, j = customer.segment, customer.region, customer.tier, customer.retailer
    cost = segment.switching_cost
    for row in range(levers.first[j], levers.first[j + 1]):
        lever: Record = levers.rows[row]
        if levers.covers[row, s, r, k] and carries(customer, lever):
            cost += lever.switching_cost * lever.intensity
    return cost


@rule
def own_appeal(appeal: float) -> float:
    """Return the appeal of an offer of the own retailer: who is refused to newcomers may stay and renew."""
    return 0.0 if appeal == -np.inf else appeal


@rule
def value_of_staying(
    customer: Record,
    segment: Record,
    prices: Prices,
    standing: Standing,
    choice: Record,
    bill: float,
    taste_key: np.uint64,
) -> float:
    """Return the utility of keeping the present contract until its end, without its own draw."""
    plan: Record = prices.plans[customer.plan]
    value = offer_utility(
        bill,
        customer.reference_bill,
        customer.price_sensitivity,
        believed_quality(customer, customer.retailer, standing, choice) - choice.search_pivot,
        wholesale_exposure(plan) * prices.yearly_sd * prices.expected_spot,
        liking(customer, customer.retailer, standing, taste_key, segment.taste_sd),
        segment.loyalty_weight * customer.loyalty,
        plan.term_months,
        segment,
    )
    return value + own_appeal(prices.appeal[customer.offer, customer.segment, customer.credit])


@rule
def value_of_offer(
    customer: Record,
    segment: Record,
    row: int,
    bill: float,
    leaving: float,
    prices: Prices,
    standing: Standing,
    choice: Record,
    taste_key: np.uint64,
) -> float:
    """Return the utility of signing an offer, without its own draw (E20).

    Args:
        customer: the customer.
        segment: its segment's parameters.
        row: row of the offer.
        bill: expected bill per MWh, with the bonus and the fee for leaving spread over twelve months.
        leaving: cost of leaving the present retailer, logits.
        prices: what is on sale.
        standing: names and ratings.
        choice: parameters.
        taste_key: key of lasting tastes.
    """
    offer: Record = prices.offers[row]
    plan: Record = prices.plans[offer.plan]
    own = offer.retailer == customer.retailer
    value = offer_utility(
        bill,
        customer.reference_bill,
        customer.price_sensitivity,
        believed_quality(customer, offer.retailer, standing, choice) - choice.search_pivot,
        wholesale_exposure(plan) * prices.yearly_sd * prices.expected_spot,
        liking(customer, offer.retailer, standing, taste_key, segment.taste_sd),
        segment.loyalty_weight * customer.loyalty if own else -leaving,
        plan.term_months,
        segment,
    )
    appeal = prices.appeal[row, customer.segment, customer.credit]
    return value + (own_appeal(appeal) if own else appeal)


@rule
def value_of_default_supply(
    customer: Record,
    segment: Record,
    bill: float,
    leaving: float,
    prices: Prices,
    standing: Standing,
    choice: Record,
    taste_key: np.uint64,
) -> float:
    """Return the utility of the default supplier as an alternative: no term, and a price that follows the market."""
    j = prices.default_supplier
    return offer_utility(
        bill,
        customer.reference_bill,
        customer.price_sensitivity,
        believed_quality(customer, j, standing, choice) - choice.search_pivot,
        prices.yearly_sd * prices.expected_spot,
        liking(customer, j, standing, taste_key, segment.taste_sd),
        segment.loyalty_weight * customer.loyalty if customer.retailer == j else -leaving,
        0.0,
        segment,
    )


@rule
def renewal_discount(retailer: int, segment: int, searched: bool, prices: Prices) -> float:
    """Return what a retailer takes off for its own customer who compared offers; negative, the markup on who did not."""
    if searched:
        return prices.retention[retailer, segment]
    return -prices.renewal_markup[retailer, segment]


@rule
def best_alternative(
    customer: Record,
    segment: Record,
    months_left: int,
    in_window: bool,
    searched: bool,
    prices: Prices,
    behaviour: Behaviour,
    standing: Standing,
    levers: Levers,
    keys: ChoiceKeys,
    bills: FloatArray,
    times: FloatArray,
    tally: ChoiceTally,
) -> int:
    """Return the row of the best alternative; NO_OFFER where that is to keep the present contract.

    Rivals' offers count if their race time is finite. In the window the own retailer's offers are alternatives as well;
    outside it the present contract is. The default supplier is one where customers may choose it, and is DEFAULT_SUPPLY.
    """
    choice = behaviour.choice
    alternative_key = extend(keys.alternative, customer.key)
    fee = exit_fee(prices.plans[customer.plan], float(months_left), customer.usual_use)
    leaving = cost_of_leaving(customer, segment, levers)
    best = NO_OFFER
    best_value = -np.inf
    worth = 0.0
    if not in_window:
        bill = held_bill(customer, prices, behaviour.network_cny_per_mwh, segment.bands)
        draw = gumbel(extend(alternative_key, prices.offers[customer.offer].key))
        value = value_of_staying(customer, segment, prices, standing, choice, bill, keys.taste)
        worth += math.exp(min(LARGEST_EXPONENT, value))
        best_value = value + draw
    if prices.voluntary_default:
        bill = prices.default_price + behaviour.network_cny_per_mwh
        if customer.retailer != prices.default_supplier and customer.usual_use > 0.0:
            bill += fee / (MONTHS_PER_YEAR * customer.usual_use)
        value = value_of_default_supply(customer, segment, bill, leaving, prices, standing, choice, keys.taste)
        worth += math.exp(min(LARGEST_EXPONENT, value))
        value += gumbel(extend(alternative_key, standing.keys[prices.default_supplier]))
        if value > best_value:
            best, best_value = DEFAULT_SUPPLY, value
    for row in range(len(bills)):
        offer: Record = prices.offers[row]
        own = offer.retailer == customer.retailer
        if (
            not prices.for_segment[row, customer.segment]
            or (own and not in_window)
            or (not own and times[row] == np.inf)
        ):
            continue
        bill = bills[row]
        if own:
            bill -= renewal_discount(offer.retailer, customer.segment, searched, prices)
        elif customer.usual_use > 0.0:
            bill += (fee - offer.signup_bonus) / (MONTHS_PER_YEAR * customer.usual_use)
        value = value_of_offer(customer, segment, row, bill, leaving, prices, standing, choice, keys.taste)
        worth += math.exp(min(LARGEST_EXPONENT, value))
        value += gumbel(extend(alternative_key, offer.key))
        if value > best_value:
            best, best_value = row, value
    if worth > 0.0 and customer.price_sensitivity > 0.0:
        energy = customer.weight * customer.usual_use
        money = (math.log(worth) / customer.price_sensitivity - 1.0) * customer.reference_bill
        tally.surplus[customer.segment, 0] += energy * money
        tally.surplus[customer.segment, 1] += energy
    return best


@rule
def put_into_force(
    customer: Record,
    segment: Record,
    month: int,
    row: int,
    bill: float,
    searched: bool,
    prices: Prices,
    standing: Standing,
    choice: Record,
) -> None:
    """Sign an offer, in place, with the own retailer or another; who renews without a search pays what that costs."""
    offer: Record = prices.offers[row]
    j, s = offer.retailer, customer.segment
    personal = personal_discount(customer, j, prices)
    if j != customer.retailer:
        tier = tier_at(customer, j, prices.cut_off[j])
        expected = believed_quality(customer, j, standing, choice)
        change_retailer(customer, month, j, tier, expected)
        change = 0.0
    else:
        change = renewal_discount(j, s, searched, prices)
    renew(customer, row, prices.offers, prices.discount[j], prices.best_discount[j], personal + change, bill - change)
    set_term(customer, month, prices.plans[offer.plan].term_months, prices.calendar_year, prices.forward)


@rule
def choose_month(
    population: Records,
    low: int,
    high: int,
    month: int,
    prices: Prices,
    behaviour: Behaviour,
    standing: Standing,
    levers: Levers,
    keys: ChoiceKeys,
    tally: ChoiceTally,
) -> None:
    """Let the customers of rows low to high search, choose and renew, in place; what they sign begins next month."""
    count = len(prices.offers)
    bills, times = np.empty(count), np.empty(count)
    known = np.zeros(count, dtype=np.bool_)
    choice, network = behaviour.choice, behaviour.network_cny_per_mwh
    for i in range(low, high):
        customer: Record = population[i]
        segment: Record = behaviour.segments[customer.segment]
        if not segment.contestable or customer.alive == 0:
            continue
        held = customer.offer
        at_default = held == NO_OFFER
        months_left = customer.contract_end - month
        in_window = at_default or months_left < choice.window_months
        survey(customer, segment, prices, standing, network, keys.awareness, bills, known)
        on_sale = not at_default and prices.for_segment[held, customer.segment]
        if in_window and on_sale:
            present = bills[held] + prices.renewal_markup[customer.retailer, customer.segment]
        else:
            present = held_bill(customer, prices, network, segment.bands)
        change = bill_change(present, customer.usual_bill, best_bill_in_sight(bills, known))
        rate = segment.search_rate * (1.0 if in_window else choice.outside_window_factor)
        complaining = customer.complaint_age > 0
        hazard = search_hazard(rate, customer.satisfaction, change, complaining, customer.urge, choice)
        searching = uniform(extend(keys.search, customer.key)) < 1.0 - math.exp(-hazard)
        ending = months_left <= 0 and not at_default

        chosen = NO_OFFER
        if searching:
            tally.leaves[customer.retailer, customer.segment, customer.tier, 2] += customer.weight
            consider(customer, segment, prices, standing.advertising, choice, keys.consideration, known, times)
        else:
            times[:] = np.inf
        if searching or (ending and not on_sale):
            chosen = best_alternative(
                customer,
                segment,
                months_left,
                in_window,
                searching,
                prices,
                behaviour,
                standing,
                levers,
                keys,
                bills,
                times,
                tally,
            )
        elif ending:
            chosen = held

        if chosen == DEFAULT_SUPPLY or (chosen == NO_OFFER and ending):
            if not at_default:
                record_move(customer, month, prices.default_supplier, prices.plans[customer.plan], tally)
                no_contract(customer, month, prices.default_supplier, prices.expected_spot)
        elif chosen == NO_OFFER:
            continue
        elif prices.offers[chosen].retailer != customer.retailer:
            offer: Record = prices.offers[chosen]
            record_move(customer, month, offer.retailer, prices.plans[customer.plan], tally)
            record_signing(customer, offer, segment, tally)
            put_into_force(customer, segment, month, chosen, bills[chosen], searching, prices, standing, choice)
        elif ending:
            put_into_force(customer, segment, month, chosen, bills[chosen], searching, prices, standing, choice)
