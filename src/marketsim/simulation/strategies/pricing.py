"""From the price that a retailer aims at to what is added to its list price: bounds, floor, cap."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from marketsim.market.exact import UNIT
from marketsim.market.tariffs import LINKED, posted
from marketsim.scenario.strategy import PricingRule
from marketsim.simulation.strategies.decision import Decision
from marketsim.simulation.strategies.quotes import Quotes, quote
from marketsim.simulation.strategies.view import OfferView

if TYPE_CHECKING:
    from marketsim.simulation.model import RetailMarket

LEAST_SLOPE = 1e-6
"""An offer whose price does not follow its price level (a share package that passes everything on) is left alone."""


def rounded(number: float) -> float:
    """Return a decision as it is carried out: sums over customers differ in their last bits with their grouping."""
    return round(number / UNIT) * UNIT


def new_price(offer: OfferView, decision: Decision, rule: PricingRule) -> float:
    """Return the price of an offer after a decision, CNY/MWh.

    A price aimed at is put between the floor and the largest markup, and gone toward by the partial adjustment; a
    change is made at once, within the same bounds.
    """
    price, cost = offer.price_cny_per_mwh, offer.cost_cny_per_mwh
    floor = cost + rule.floor_margin_cny_per_mwh
    ceiling = max(floor, cost + rule.markup_cap_share * abs(cost))
    if offer.name in decision.price_changes:
        return max(0.0, floor, min(ceiling, price + decision.price_changes[offer.name]))
    if offer.name not in decision.prices:
        return price
    aim = max(floor, min(ceiling, decision.prices[offer.name]))
    return max(0.0, price + rule.partial_adjustment * (aim - price))


def quotes_to_post(model: RetailMarket) -> Quotes:
    """Return the quotes of the offers as they would be posted this month."""
    offers = posted(model.list_offers, model.plans, model.forward, model.wholesale.mean_forward)
    offers.rows["price_level"] += model.price_moves
    capped = model.plans["kind"][offers.rows["plan"]] != LINKED
    offers.rows["price_level"][capped] = np.minimum(offers.rows["price_level"][capped], model.price_cap)
    expected_spot = float(model.forward[12]) / (1.0 + model.wholesale.premium)
    return quote(model, offers.rows, offers.for_segment & model.on_sale[:, None], model.forward, expected_spot)


def lift_to_floor(model: RetailMarket, quotes: Quotes, row: int, floor_margin: float, service_cost: float) -> None:
    """Raise the list price of an offer, where it would sell below cost and floor in any segment, in place.

    A regulator's price cap stands above the floor.
    """
    sold_to = quotes.on_sale[row] & (quotes.slopes[row] > LEAST_SLOPE)
    if not sold_to.any():
        return
    missing = quotes.energy_costs[row] + service_cost + floor_margin - quotes.prices[row]
    lift = float((missing[sold_to] / quotes.slopes[row][sold_to]).max())
    if lift > 0.0:
        model.price_moves[row] += math.ceil(lift / UNIT) * UNIT
