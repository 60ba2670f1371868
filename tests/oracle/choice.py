"""Search, consideration, choice among offers, and signing, of one customer (M11, E19, E20)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tests.oracle.keys import keyed
from tests.oracle.offers import PostedOffer, offer_key

from marketsim.market.choice import offer_utility, taste
from marketsim.market.contracts import last_month
from marketsim.market.draws import gumbel, uniform
from marketsim.market.search import aware, bill_change, race_time, search_hazard
from marketsim.market.tariffs import LINKED, MONTHS_PER_YEAR, exit_fee, wholesale_exposure

if TYPE_CHECKING:
    from tests.oracle.customers import CustomerAgent
    from tests.oracle.retailers import DefaultSupplier, OracleRetailer

    from marketsim.market.tariffs import Shape


def choose(customer: CustomerAgent) -> None:
    """Let a customer search, choose and renew; what it signs begins next month."""
    market = customer.model
    customer.searched = False
    if not customer.traits.contestable:
        return
    on_sale = market.offers_to(customer)
    held = next((o for o in on_sale if o.retailer is customer.retailer and o.name == customer.offer), None)
    under_contract = customer.offer is not None
    months_left = customer.contract_end - market.month
    in_window = not under_contract or months_left < market.behaviour.choice.window_months
    ending = under_contract and months_left <= 0
    customer.searched = searches(customer, on_sale, held if in_window else None, in_window)

    chosen = held if ending else None
    if customer.searched:
        market.searches[customer.retailer.name, customer.segment, customer.tier] += customer.weight
    if customer.searched or (ending and held is None):
        options = considered(customer, on_sale) if customer.searched else []
        if in_window:
            options += [offer for offer in on_sale if offer.retailer is customer.retailer]
        chosen = best(customer, options, months_left, may_stay=not in_window)
    carry_out(customer, chosen, ending)


def renewal_discount(customer: CustomerAgent, searched: bool) -> float:
    """Return what the own retailer takes off its offers for who compares them; negative, what it adds for who does not."""
    personal = customer.model.personal
    if not personal or customer.offer is None:
        return 0.0
    return personal.retention(customer) if searched else -personal.markup(customer)


def searches(customer: CustomerAgent, on_sale: list[PostedOffer], renewal: PostedOffer | None, in_window: bool) -> bool:
    """Return whether the customer compares offers this month (E19)."""
    market = customer.model
    parameters = market.behaviour.choice
    present = bill_of_contract(customer)
    if renewal:
        present = customer.expected_bill(renewal) - renewal_discount(customer, searched=False)
    in_sight = [customer.expected_bill(offer) for offer in on_sale if knows(customer, offer)]
    change = bill_change(present, customer.usual_bill, min(in_sight, default=math.inf))
    rate = customer.traits.search_rate * (1.0 if in_window else parameters.outside_window_factor)
    hazard = search_hazard.py_func(
        rate, customer.satisfaction, change, customer.complaint_age > 0, customer.urge, parameters
    )
    return uniform(keyed(market.keys["search"], customer.key)) < 1.0 - math.exp(-hazard)


def bill_of_contract(customer: CustomerAgent) -> float:
    """Return the bill per MWh that is expected of the present contract."""
    discount = customer.discount + customer.model.rebates.get(customer.retailer, 0.0)
    return customer.bill_under(customer.plan, customer.price_level, discount, customer.model.expected_spot)


def knows(customer: CustomerAgent, offer: PostedOffer) -> bool:
    """Return whether the customer knows the retailer of an offer without a search."""
    if offer.retailer is customer.retailer or offer.retailer is customer.former:
        return True
    if customer.model.talk_part:
        return offer.retailer in customer.known_names
    key = customer.model.keys["awareness"]
    return aware(key, customer.key, offer.retailer.key, customer.traits.awareness)


def considered(customer: CustomerAgent, on_sale: list[PostedOffer]) -> list[PostedOffer]:
    """Return the rivals' offers that win the race into the consideration set."""
    market = customer.model
    times = []
    for offer in on_sale:
        if offer.retailer is not customer.retailer:
            key = keyed(market.keys["consideration"], customer.key, offer.key)
            weight = offer.retailer.advertising()
            time = race_time.py_func(key, knows(customer, offer), weight, market.behaviour.choice)
            times.append((time, offer))
    times.sort(key=lambda pair: pair[0])
    return [offer for time, offer in times[: customer.traits.consideration_offers] if time < math.inf]


def best(
    customer: CustomerAgent, options: list[PostedOffer], months_left: int, may_stay: bool
) -> PostedOffer | DefaultSupplier | None:
    """Return the alternative that is liked best; None to keep the present contract, or where there is none."""
    market, draws = customer.model, customer.model.keys["alternative"]
    chosen: PostedOffer | DefaultSupplier | None = None
    highest = -math.inf
    if may_stay:
        key = keyed(draws, customer.key, offer_key(customer.retailer.name, customer.offer or ""))
        highest = value_of_staying(customer) + gumbel(key)
    if market.study.market.default_supplier.voluntary:
        value = value_of_default_supply(customer, months_left)
        value += gumbel(keyed(draws, customer.key, market.default_supplier.key))
        if value > highest:
            chosen, highest = market.default_supplier, value
    for offer in options:
        value = value_of(customer, offer, months_left) + gumbel(keyed(draws, customer.key, offer.key))
        if value > highest:
            chosen, highest = offer, value
    return chosen


def value_of_staying(customer: CustomerAgent) -> float:
    """Return the utility of the present contract."""
    attachment = customer.traits.loyalty_weight * customer.loyalty
    bill, quality = bill_of_contract(customer), belief(customer, customer.retailer)
    value = utility(customer, bill, customer.plan, customer.retailer, quality, attachment)
    return value + appeal(customer, customer.retailer, customer.offer)


def value_of(customer: CustomerAgent, offer: PostedOffer, months_left: int) -> float:
    """Return the utility of signing an offer (E20); fee and bonus are spread over twelve months."""
    own = offer.retailer is customer.retailer
    bill = customer.expected_bill(offer)
    if own:
        bill -= renewal_discount(customer, customer.searched)
    attachment = customer.traits.loyalty_weight * customer.loyalty
    if not own:
        fee = exit_fee.py_func(customer.plan, float(months_left), customer.usual_use)
        bill += (fee - offer.signup_bonus) / (MONTHS_PER_YEAR * customer.usual_use)
        attachment = -cost_of_leaving(customer)
    value = utility(customer, bill, offer.plan, offer.retailer, belief(customer, offer.retailer), attachment)
    return value + appeal(customer, offer.retailer, offer.name)


def value_of_default_supply(customer: CustomerAgent, months_left: int) -> float:
    """Return the utility of choosing the supplier of last resort, whose price follows the market."""
    market, traits = customer.model, customer.traits
    supplier, attachment = market.default_supplier, traits.loyalty_weight * customer.loyalty
    bill = market.default_price + market.network
    if customer.retailer is not supplier:
        fee = exit_fee.py_func(customer.plan, float(months_left), customer.usual_use)
        bill += fee / (MONTHS_PER_YEAR * customer.usual_use)
        attachment = -cost_of_leaving(customer)
    plan = supplier.plan._replace(kind=LINKED, term_months=0)
    return utility(customer, bill, plan, supplier, belief(customer, supplier), attachment)


def appeal(customer: CustomerAgent, retailer: OracleRetailer, offer: str) -> float:
    """Return what speaks for an offer besides price and service, logits."""
    market, value = customer.model, 0.0
    if market.personal:
        value += market.personal.appeal(customer, retailer.name, offer)
    if market.payments:
        value += market.payments.appeal(customer, retailer)
    return value


def belief(customer: CustomerAgent, retailer: OracleRetailer | DefaultSupplier) -> float:
    """Return what the customer believes of a service: what it has learnt, its own experience, or a published rating."""
    if customer.model.talk_part:
        return customer.beliefs[retailer]
    if retailer is customer.retailer:
        return customer.satisfaction
    parameters, rating = customer.model.behaviour.choice, retailer.rating[customer.segment]
    return parameters.search_pivot + parameters.rating_weight * (rating - parameters.search_pivot)


def cost_of_leaving(customer: CustomerAgent) -> float:
    """Return the hassle of changing the retailer, and what levers add to it, logits."""
    cost = customer.traits.switching_cost
    for lever in customer.levers:
        cost += lever.switching_cost * lever.intensity
    return cost


def utility(
    customer: CustomerAgent,
    bill: float,
    plan: Shape,
    supplier: OracleRetailer | DefaultSupplier,
    quality: float,
    attachment: float,
) -> float:
    """Return the utility of an alternative without its own draw, logits (E20)."""
    market, traits = customer.model, customer.traits
    own_taste = taste(market.keys["taste"], customer.key, supplier.key, traits.taste_sd)
    return offer_utility.py_func(
        bill,
        customer.reference_bill,
        customer.price_sensitivity,
        quality - market.behaviour.choice.search_pivot,
        wholesale_exposure.py_func(plan) * market.wholesale.yearly_sd * market.expected_spot,
        supplier.brand(customer.segment) + own_taste,
        attachment,
        plan.term_months,
        traits,
    )


def carry_out(customer: CustomerAgent, chosen: PostedOffer | DefaultSupplier | None, ending: bool) -> None:
    """Move, renew, or fall to the default supplier; an offer of the own retailer waits for the end of the term."""
    market = customer.model
    if chosen is None or chosen is market.default_supplier:
        if ending or (chosen is not None and customer.offer is not None):
            market.record_move(customer, market.default_supplier)
            fall_to_default(customer, market.month)
        return
    bill, personal = customer.expected_bill(chosen), customer.personal_discount(chosen.retailer)
    if chosen.retailer is not customer.retailer:
        market.record_move(customer, chosen.retailer, chosen)
        move(customer, chosen.retailer)
        sign(customer, chosen, market.month, bill, personal)
    elif ending:
        change = renewal_discount(customer, customer.searched)
        sign(customer, chosen, market.month, bill - change, personal + change)


def move(customer: CustomerAgent, retailer: OracleRetailer) -> None:
    """Change the retailer: tenure, loyalty and complaints begin anew."""
    expected = belief(customer, retailer)
    customer.tier = customer.tier_at(retailer)
    customer.former, customer.retailer = customer.retailer, retailer
    customer.joined = customer.model.month + 1
    customer.loyalty = 0.0
    customer.complaint_age = 0
    customer.complaint_chance = 0.0
    customer.satisfaction = expected


def sign(customer: CustomerAgent, offer: PostedOffer, month: int, bill: float, personal: float) -> None:
    """Sign a contract; price and discount are locked until its end, and its energy is bought forward."""
    market, retailer, term = customer.model, offer.retailer, offer.plan.term_months
    customer.offer, customer.plan, customer.price_level = offer.name, offer.plan, offer.price_level
    customer.discount = retailer.discount(customer.tier) + personal
    customer.discount_gap = retailer.best_discount() - retailer.discount(customer.tier)
    customer.contracted = customer.usual_use
    customer.reference_bill = bill
    customer.contract_end = last_month(month, term, market.calendar_year)
    customer.forward_price = float(market.forward[term])


def fall_to_default(customer: CustomerAgent, month: int) -> None:
    """Be served by the supplier of last resort."""
    market = customer.model
    customer.former, customer.retailer = customer.retailer, market.default_supplier
    customer.offer, customer.plan = None, market.default_supplier.plan
    customer.tier = "ordinary"
    customer.price_level = customer.forward_price = market.expected_spot
    customer.discount = customer.discount_gap = customer.loyalty = 0.0
    customer.contract_end = month
    customer.joined = month + 1
    customer.complaint_age = 0
    customer.complaint_chance = 0.0
