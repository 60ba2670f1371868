"""Search, consideration and choice among offers (M11, E19, E20)."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketsim.market.compiled import rule
from marketsim.market.contracts import Prices, no_contract, renew, sign
from marketsim.market.draws import exponential, extend, gumbel, normal, uniform
from marketsim.market.levers import Levers, leaving_cost
from marketsim.market.population import Population
from marketsim.market.segments import Behaviour, ChoiceParameters
from marketsim.market.tariffs import MONTHS_PER_YEAR, energy_price, exit_fee, unit_bill, wholesale_exposure
from marketsim.market.tiers import Tiers, prospect_tier

FloatArray = NDArray[np.float64]
NO_OFFER = -1


class Standing(NamedTuple):
    """How retailers stand with customers: names, advertising and published satisfaction.

    Attributes:
        brand: utility of the name, logits. Shape (retailers + 1, segments).
        advertising: weight of a retailer's offers in the draw of offers to compare. Shape (retailers + 1,).
        rating: published satisfaction of last month by tier; the retailer's mean where nobody is. Shape (retailers + 1, 4).
        keys: keys of the retailers' names, for draws. Shape (retailers + 1,).
    """

    brand: FloatArray
    advertising: FloatArray
    rating: FloatArray
    keys: NDArray[np.uint64]


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
    """

    flows: FloatArray
    leaves: FloatArray
    joined: FloatArray
    exit_fees: FloatArray


def empty_tally(retailers: int, segments: int, tiers: int) -> ChoiceTally:
    """Return a tally of zeros for so many retailers (the default supplier is added)."""
    rows = retailers + 1
    return ChoiceTally(
        flows=np.zeros((rows, rows, segments, 2)),
        leaves=np.zeros((rows, segments, tiers, 3)),
        joined=np.zeros((rows, 3)),
        exit_fees=np.zeros(rows),
    )


@rule
def search_hazard(
    rate: float, satisfaction: float, bill_change: float, complaining: bool, choice: ChoiceParameters
) -> float:
    """Return the hazard of comparing offers in a month (E19).

    Args:
        rate: the segment's hazard, 1/month.
        satisfaction: satisfaction of the customer.
        bill_change: relative rise of the bill, or saving in sight, whichever is larger.
        complaining: whether a complaint is open.
        choice: parameters.
    """
    exponent = choice.search_dissatisfaction * (choice.search_pivot - satisfaction)
    exponent += choice.search_bill * min(choice.search_bill_cap, max(0.0, bill_change))
    if complaining:
        exponent += choice.search_complaint
    return rate * math.exp(exponent)


@rule
def believed_quality(
    satisfaction: float, own: bool, rating: float, choice: ChoiceParameters
) -> float:
    """Return the believed service quality: own experience, or the prior moved toward the published rating."""
    if own:
        return satisfaction
    return choice.search_pivot + choice.rating_weight * (rating - choice.search_pivot)


@rule
def offer_utility(
    bill: float,
    reference_bill: float,
    price_sensitivity: float,
    service_sensitivity: float,
    quality: float,
    prior: float,
    bill_sd: float,
    risk_aversion: float,
    name_and_taste: float,
    attachment: float,
    term_years: float,
    term_dislike: float,
) -> float:
    """Return the utility of an alternative before its own draw, logits (E20).

    Args:
        bill: expected bill per MWh over the next twelve months, all fees and bonuses spread over them.
        reference_bill: bill per MWh of the present contract when it was signed.
        price_sensitivity: logits per 100 % of the bill.
        service_sensitivity: logits per unit of quality.
        quality: believed service quality.
        prior: quality that counts as zero.
        bill_sd: standard deviation of that bill, CNY/MWh.
        risk_aversion: logits per unit of relative standard deviation.
        name_and_taste: brand and lasting taste, logits.
        attachment: loyalty of the own retailer, or minus the cost of switching, logits.
        term_years: length of the contract.
        term_dislike: logits per year of it.
    """
    price = -price_sensitivity * (bill / reference_bill - 1.0)
    service = service_sensitivity * (quality - prior)
    risk = -risk_aversion * bill_sd / reference_bill
    return price + service + risk + name_and_taste + attachment - term_dislike * term_years


@rule
def aware(key: np.uint64, customer: np.uint64, retailer: np.uint64, probability: float) -> bool:
    """Return whether a customer knows a rival retailer; lasts all the run."""
    return uniform(extend(extend(key, customer), retailer)) < probability


@rule
def taste(key: np.uint64, customer: np.uint64, retailer: np.uint64, sd: float) -> float:
    """Return a customer's lasting taste for a retailer, logits."""
    return sd * normal(extend(extend(key, customer), retailer)) if sd > 0.0 else 0.0


@rule
def tier_at(population: Population, i: int, retailer: int, tiers: Tiers) -> int:
    """Return the tier that a customer has, or would find for itself in the published cut-offs."""
    if population.retailer[i] == retailer:
        return population.tier[i]
    return prospect_tier(
        tiers, retailer, population.segment[i], population.region[i], population.credit[i], population.energy[i]
    )


@rule
def expected_bill(population: Population, i: int, offer: int, tier: int, prices: Prices, behaviour: Behaviour) -> float:
    """Return the bill per MWh that a new contract is expected to give, without bonus and exit fee."""
    plan, retailer, energy = prices.offers.plan[offer], prices.offers.retailer[offer], population.energy[i]
    price = energy_price(
        prices.plans,
        plan,
        prices.offers.price_level[offer],
        prices.tiers.discount[retailer, tier],
        prices.expected_spot,
        energy,
        behaviour.segments.bands[population.segment[i]],
    )
    return unit_bill(price, behaviour.network_cny_per_mwh, prices.plans.fixed_fee[plan], energy)


@rule
def current_bill(population: Population, i: int, prices: Prices, behaviour: Behaviour) -> float:
    """Return the bill per MWh that the present contract is expected to give."""
    plan, energy = population.plan[i], population.energy[i]
    price = energy_price(
        prices.plans,
        plan,
        population.price_level[i],
        population.discount[i],
        prices.expected_spot,
        energy,
        behaviour.segments.bands[population.segment[i]],
    )
    return unit_bill(price, behaviour.network_cny_per_mwh, prices.plans.fixed_fee[plan], energy)


@rule
def cheapest_known_bill(
    population: Population, i: int, prices: Prices, behaviour: Behaviour, standing: Standing, keys: ChoiceKeys
) -> float:
    """Return the lowest expected bill per MWh among offers of retailers that the customer knows; infinite for none."""
    s = population.segment[i]
    lowest = np.inf
    known_retailer = -1
    known = False
    for offer in range(len(prices.offers.retailer)):
        if not prices.offers.for_segment[offer, s]:
            continue
        j = prices.offers.retailer[offer]
        if j != known_retailer:
            known_retailer = j
            known = j == population.retailer[i] or aware(
                keys.awareness, population.keys[i], standing.keys[j], behaviour.segments.awareness[s]
            )
        if known:
            lowest = min(
                lowest, expected_bill(population, i, offer, tier_at(population, i, j, prices.tiers), prices, behaviour)
            )
    return lowest


@rule
def searches(
    population: Population,
    i: int,
    month: int,
    in_window: bool,
    prices: Prices,
    behaviour: Behaviour,
    standing: Standing,
    keys: ChoiceKeys,
) -> bool:
    """Return whether a customer compares offers this month (E19)."""
    s = population.segment[i]
    rate = behaviour.segments.search_rate[s]
    if not in_window:
        rate *= behaviour.choice.outside_window_factor
    if rate <= 0.0:
        return False
    bill = current_bill(population, i, prices, behaviour)
    if in_window and population.offer[i] != NO_OFFER and prices.offers.for_segment[population.offer[i], s]:
        bill = expected_bill(population, i, population.offer[i], population.tier[i], prices, behaviour)
    rise = bill / population.usual_bill[i] - 1.0
    saving = 1.0 - cheapest_known_bill(population, i, prices, behaviour, standing, keys) / bill
    hazard = search_hazard(
        rate, population.satisfaction[i], max(rise, saving), population.complaint_age[i] > 0, behaviour.choice
    )
    return uniform(extend(keys.search, population.keys[i])) < 1.0 - math.exp(-hazard)


@rule
def consider(
    population: Population,
    i: int,
    prices: Prices,
    behaviour: Behaviour,
    standing: Standing,
    keys: ChoiceKeys,
    times: FloatArray,
) -> float:
    """Draw which rival offers a searching customer compares: those whose race time is at most the value returned.

    Each offer runs its own exponential race, so that adding an offer or advertising one moves no other draw. Offers of the
    own retailer and offers not on sale to the segment have an infinite time.
    """
    s = population.segment[i]
    eligible = 0
    for offer in range(len(times)):
        times[offer] = np.inf
        j = prices.offers.retailer[offer]
        if not prices.offers.for_segment[offer, s] or j == population.retailer[i] or standing.advertising[j] <= 0.0:
            continue
        eligible += 1
        known = aware(keys.awareness, population.keys[i], standing.keys[j], behaviour.segments.awareness[s])
        weight = standing.advertising[j] * (behaviour.choice.known_offer_weight if known else 1.0)
        key = extend(extend(keys.consideration, population.keys[i]), prices.offers.keys[offer])
        times[offer] = exponential(key) / weight if weight > 0.0 else np.inf
    limit = behaviour.segments.consideration_offers[s]
    if eligible <= limit:
        return np.finfo(np.float64).max
    return np.sort(times)[limit - 1]


@rule
def utility_of(
    population: Population,
    i: int,
    month: int,
    offer: int,
    prices: Prices,
    behaviour: Behaviour,
    standing: Standing,
    levers: Levers,
    keys: ChoiceKeys,
) -> float:
    """Return the utility of signing an offer, without the alternative's own draw (E20)."""
    s, energy, current = population.segment[i], population.energy[i], population.retailer[i]
    j, plan = prices.offers.retailer[offer], prices.offers.plan[offer]
    own = j == current
    tier = tier_at(population, i, j, prices.tiers)
    bill = expected_bill(population, i, offer, tier, prices, behaviour)
    if not own and energy > 0.0:
        once = exit_fee(prices.plans, population.plan[i], population.contract_end[i] - month, energy)
        bill += (once - prices.offers.signup_bonus[offer]) / (MONTHS_PER_YEAR * energy)
    if own:
        attachment = behaviour.segments.loyalty_weight[s] * population.loyalty[i]
    else:
        attachment = -behaviour.segments.switching_cost[s] - leaving_cost(
            levers, current, s, population.region[i], population.tier[i]
        )
    return offer_utility(
        bill,
        population.reference_bill[i],
        population.price_sensitivity[i],
        behaviour.segments.service_sensitivity[s],
        believed_quality(population.satisfaction[i], own, standing.rating[j, tier], behaviour.choice),
        behaviour.choice.search_pivot,
        wholesale_exposure(prices.plans, plan) * prices.yearly_sd * prices.expected_spot,
        behaviour.segments.bill_risk_aversion[s],
        standing.brand[j, s] + taste(keys.taste, population.keys[i], standing.keys[j], behaviour.segments.taste_sd[s]),
        attachment,
        prices.plans.term_months[plan] / MONTHS_PER_YEAR,
        behaviour.segments.contract_length_dislike[s],
    )


@rule
def utility_of_staying(
    population: Population,
    i: int,
    prices: Prices,
    behaviour: Behaviour,
    standing: Standing,
    keys: ChoiceKeys,
) -> float:
    """Return the utility of keeping the present contract until its end, without its own draw."""
    s, j, plan = population.segment[i], population.retailer[i], population.plan[i]
    return offer_utility(
        current_bill(population, i, prices, behaviour),
        population.reference_bill[i],
        population.price_sensitivity[i],
        behaviour.segments.service_sensitivity[s],
        believed_quality(population.satisfaction[i], True, 0.0, behaviour.choice),
        behaviour.choice.search_pivot,
        wholesale_exposure(prices.plans, plan) * prices.yearly_sd * prices.expected_spot,
        behaviour.segments.bill_risk_aversion[s],
        standing.brand[j, s] + taste(keys.taste, population.keys[i], standing.keys[j], behaviour.segments.taste_sd[s]),
        behaviour.segments.loyalty_weight[s] * population.loyalty[i],
        prices.plans.term_months[plan] / MONTHS_PER_YEAR,
        behaviour.segments.contract_length_dislike[s],
    )


@rule
def best_offer(
    population: Population,
    i: int,
    month: int,
    in_window: bool,
    prices: Prices,
    behaviour: Behaviour,
    standing: Standing,
    levers: Levers,
    keys: ChoiceKeys,
    times: FloatArray,
) -> int:
    """Return the offer that a searching customer likes best; NO_OFFER if it keeps its present contract.

    In the window the own retailer's offers are alternatives; outside it the present contract is.
    """
    last = consider(population, i, prices, behaviour, standing, keys, times)
    alternative_key = extend(keys.alternative, population.keys[i])
    best = NO_OFFER
    best_value = -np.inf
    held = population.offer[i]
    if not in_window and held != NO_OFFER:
        draw = gumbel(extend(alternative_key, prices.offers.keys[held]))
        best_value = utility_of_staying(population, i, prices, behaviour, standing, keys) + draw
    for offer in range(len(times)):
        own = prices.offers.retailer[offer] == population.retailer[i]
        on_sale = prices.offers.for_segment[offer, population.segment[i]]
        if not on_sale or (own and not in_window) or (not own and times[offer] > last):
            continue
        value = utility_of(population, i, month, offer, prices, behaviour, standing, levers, keys)
        value += gumbel(extend(alternative_key, prices.offers.keys[offer]))
        if value > best_value:
            best, best_value = offer, value
    return best


@rule
def best_own_offer(
    population: Population,
    i: int,
    month: int,
    prices: Prices,
    behaviour: Behaviour,
    standing: Standing,
    levers: Levers,
    keys: ChoiceKeys,
) -> int:
    """Return the own retailer's offer at which a contract renews by itself: the same one, or the best if it is gone."""
    s, held = population.segment[i], population.offer[i]
    if held != NO_OFFER and prices.offers.for_segment[held, s]:
        return held
    best = NO_OFFER
    best_value = -np.inf
    for offer in range(len(prices.offers.retailer)):
        if prices.offers.retailer[offer] == population.retailer[i] and prices.offers.for_segment[offer, s]:
            value = utility_of(population, i, month, offer, prices, behaviour, standing, levers, keys)
            if value > best_value:
                best, best_value = offer, value
    return best


@rule
def record_move(
    population: Population, i: int, month: int, offer: int, prices: Prices, behaviour: Behaviour, tally: ChoiceTally
) -> None:
    """Add a customer who changes the supplier to the tally, before its contract is changed."""
    s, k, n, energy = population.segment[i], population.tier[i], population.weight[i], population.energy[i]
    old, new = population.retailer[i], prices.offers.retailer[offer]
    tally.flows[old, new, s, 0] += n
    tally.flows[old, new, s, 1] += n * energy
    tally.leaves[old, s, k, 0] += n
    tally.leaves[old, s, k, 1] += n * energy
    tally.joined[new, 0] += n * energy * MONTHS_PER_YEAR
    tally.joined[new, 1] += n * behaviour.segments.acquisition_cost_cny[s]
    tally.joined[new, 2] += n * prices.offers.signup_bonus[offer]
    months_left = float(population.contract_end[i] - month)
    tally.exit_fees[old] += n * exit_fee(prices.plans, population.plan[i], months_left, energy)


@rule
def choose_month(
    population: Population,
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
    times = np.empty(len(prices.offers.retailer))
    for i in range(low, high):
        s = population.segment[i]
        if not behaviour.segments.contestable[s]:
            continue
        at_default = population.offer[i] == NO_OFFER
        months_left = population.contract_end[i] - month
        in_window = at_default or months_left < behaviour.choice.window_months
        offer = NO_OFFER
        if searches(population, i, month, in_window, prices, behaviour, standing, keys):
            tally.leaves[population.retailer[i], s, population.tier[i], 2] += population.weight[i]
            offer = best_offer(population, i, month, in_window, prices, behaviour, standing, levers, keys, times)
        if offer != NO_OFFER and prices.offers.retailer[offer] != population.retailer[i]:
            record_move(population, i, month, offer, prices, behaviour, tally)
            tier = tier_at(population, i, prices.offers.retailer[offer], prices.tiers)
            rating = standing.rating[prices.offers.retailer[offer], tier]
            bill = expected_bill(population, i, offer, tier, prices, behaviour)
            sign(population, i, month, offer, tier, bill, prices)
            population.satisfaction[i] = believed_quality(0.0, False, rating, behaviour.choice)
        elif months_left <= 0 and not at_default:
            if offer == NO_OFFER:
                offer = best_own_offer(population, i, month, prices, behaviour, standing, levers, keys)
            if offer == NO_OFFER:
                no_contract(population, i, month, prices)
            else:
                bill = expected_bill(population, i, offer, population.tier[i], prices, behaviour)
                renew(population, i, month, offer, bill, prices)
