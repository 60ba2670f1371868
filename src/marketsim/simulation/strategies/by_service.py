"""Strategies that work through service and through single customers: the bundle, and keeping who looks around."""

from __future__ import annotations

from marketsim.simulation.strategies.by_rivals import mean, rating_lead, rival_price
from marketsim.simulation.strategies.decision import Decision
from marketsim.simulation.strategies.view import OfferView, RetailerView


def bundle(view: RetailerView) -> Decision:
    """Sell energy and service as one: all own levers in full use, and a price that asks what the service is worth.

    The price is the rivals' mean and the worth of the own lead in published satisfaction: theta x lead logits are as
    good as theta x lead x B_ref / beta CNY/MWh (E20). A lead that is worth nothing brings nothing.
    """
    rivals = list(view.rivals.values())
    lead = rating_lead(view, rivals)
    prices = {}
    for name, offer in view.offers.items():
        market = rival_price(offer, rivals, mean, cheapest=False)
        if market is not None:
            prices[name] = market + worth_of_service(offer, view, lead)
    return Decision(prices=prices, levers=dict.fromkeys(view.levers, 1.0))


def worth_of_service(offer: OfferView, view: RetailerView, lead: float) -> float:
    """Return what a lead in satisfaction is worth to the customers of an offer, CNY/MWh."""
    worth = 0.0
    for name, weight in offer.weights.items():
        segment = view.segments[name]
        if segment.price_sensitivity > 0:
            worth += weight * segment.service_sensitivity * segment.bill_cny_per_mwh / segment.price_sensitivity
    return worth * lead


def retain(view: RetailerView) -> Decision:
    """Leave the list as it is; meet those who look around, or have left, part of the way to the cheapest rival.

    The discount is a share of the gap, never more than what the list price stands above cost and floor. Who renews
    without looking around pays the renewal markup.
    """
    discounts: dict[str, float] = {}
    for offer in view.offers.values():
        cheapest = rival_price(offer, view.rivals.values(), min)
        gap = max(0.0, offer.price_cny_per_mwh - cheapest) if cheapest is not None else 0.0
        room = max(0.0, offer.price_cny_per_mwh - offer.cost_cny_per_mwh - view.rule.floor_margin_cny_per_mwh)
        for name in offer.segments:
            discount = min(view.rule.retain_share * gap, room)
            discounts[name] = min(discounts.get(name, discount), discount)
    markup = dict.fromkeys(discounts, view.rule.renewal_markup_cny_per_mwh)
    return Decision(retention=discounts, winback=discounts, renewal_markup=markup)
