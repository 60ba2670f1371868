"""Pricing from the own cost: cost plus, the own markup, and what customers' sensitivity bears (E23)."""

from __future__ import annotations

from marketsim.simulation.strategies.decision import Decision
from marketsim.simulation.strategies.view import OfferView, RetailerView

LEAST_SENSITIVITY = 1e-6
"""Below this slope of demand the markup is left to the cap."""


def cost_plus(view: RetailerView) -> Decision:
    """Aim at cost and a fixed margin: the one given, or the one that the list price had at the start."""
    given = view.rule.markup_cny_per_mwh
    return Decision(
        prices={
            name: offer.cost_cny_per_mwh + (offer.first_margin_cny_per_mwh if given is None else given)
            for name, offer in view.offers.items()
        }
    )


def own_markup(view: RetailerView) -> Decision:
    """Aim at full cost (staff, levers, overhead as well) and the profit per MWh of the own first months.

    A retailer that loses energy spreads its fixed cost over less, and becomes dearer.
    """
    shortfall = first_margin(view) - view.margin_cny_per_mwh()
    return Decision(prices={name: offer.price_cny_per_mwh + shortfall for name, offer in view.offers.items()})


def first_margin(view: RetailerView) -> float:
    """Return the own profit per MWh in the first three months, CNY/MWh."""
    energy = sum(month.books["energy_mwh"] for month in view.history[:3])
    return sum(month.books["profit_cny"] for month in view.history[:3]) / energy if energy > 0 else 0.0


def value(view: RetailerView) -> Decision:
    """Aim at the price at which nobody who mixes logit demand with this share would gain by moving (E23)."""
    return Decision(prices={name: value_price(offer, view) for name, offer in view.offers.items()})


def value_price(offer: OfferView, view: RetailerView) -> float:
    """Return p = c + B_ref / (beta (1 - s')), CNY/MWh (E23).

    B_ref is the mean bill at the market's offers, s' the own share among those who chose, at most `share_cap`. Over
    several segments their slopes of demand, beta (1 - s') / B_ref, are averaged by energy: the first-order condition
    of one price for all of them (Anderson, de Palma & Thisse 1992 for one segment).
    """
    slope = 0.0
    for name, weight in offer.weights.items():
        segment = view.segments[name]
        share = min(view.rule.share_cap, segment.share_of_choosers)
        slope += weight * segment.price_sensitivity * (1.0 - share) / segment.bill_cny_per_mwh
    return offer.cost_cny_per_mwh + 1.0 / max(slope, LEAST_SENSITIVITY)
