"""Offers as they hang in the window, and levers in use, as plain objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from marketsim.market.draws import name_key
from marketsim.market.levers import AFFINITIES, affinity_factor
from marketsim.market.tariffs import Shape, price_level_of, shape_of
from marketsim.scenario.customers import DIMENSIONS
from marketsim.scenario.service import LeverDefinition, LeverUse

if TYPE_CHECKING:
    from tests.oracle.customers import CustomerAgent
    from tests.oracle.market import OracleMarket
    from tests.oracle.retailers import OracleRetailer

    from marketsim.scenario.offers import Offer


@dataclass(eq=False)
class PostedOffer:
    """An offer of this month."""

    retailer: OracleRetailer
    name: str
    key: np.uint64
    plan: Shape
    price_level: float
    signup_bonus: float
    segments: list[str]


def offer_key(retailer: str, offer: str) -> np.uint64:
    """Return the key of an offer's draws."""
    return name_key(f"offer {retailer} {offer}")


def post_offers(retailer: OracleRetailer) -> list[PostedOffer]:
    """Return a retailer's offers, whose prices follow the forward price around its long-run mean."""
    market, posted = retailer.model, []
    for name, offer in sorted(retailer.settings.offers.items()):
        above_mean = market.forward[offer.term_months] - market.wholesale.mean_forward
        moved = getattr(offer, "pass_through", 0.0) * above_mean
        sold_to = offer.segments or sorted(market.study.segments)
        posted.append(
            PostedOffer(
                retailer=retailer,
                name=name,
                key=offer_key(retailer.name, name),
                plan=shape_of(offer, retailer.settings.procurement.hedge_ratio),
                price_level=at_most_cap(market, offer, price_level_of(offer) + moved),
                signup_bonus=offer.signup_bonus_cny,
                segments=[segment for segment in sold_to if market.study.segments[segment].contestable],
            )
        )
    return posted


def at_most_cap(market: OracleMarket, offer: Offer, price_level: float) -> float:
    """Return the price level at which an offer may be posted; fees of linked offers are free."""
    return price_level if offer.kind == "linked" else min(price_level, market.price_cap)


class Lever:
    """A lever in use; its attributes have the names that the rules of levers read."""

    def __init__(self, name: str, definition: LeverDefinition, use: LeverUse, intensity: float) -> None:
        self.name = name
        self.use = use
        self.costs, self.hooks = definition.costs, definition.hooks
        self.tags = set(use.tags or ())
        self.intensity = intensity
        self.ramp_months = definition.ramp_months
        self.affinity = AFFINITIES.index(definition.affinity)
        self.universal = definition.universal
        self.effects = [getattr(definition.effects, dimension) for dimension in DIMENSIONS]
        self.handle_time_factor = definition.hooks.handle_time_factor
        self.resolution_gain = definition.hooks.first_contact_resolution_gain
        self.deflected_share = definition.hooks.deflected_share
        self.variability_factor = definition.hooks.variability_factor
        self.switching_cost = definition.hooks.switching_cost_logits

    def affinity_of(self, digital_affinity: float) -> float:
        """Return how far a customer takes up the lever."""
        return affinity_factor.py_func(self.affinity, digital_affinity)

    def ramp(self) -> None:
        """Move one month on the way to the intensity that is aimed at."""
        self.intensity += (self.use.intensity - self.intensity) / self.ramp_months

    def covers(self, segment: str, region: str, tier: str) -> bool:
        """Return whether a customer of this kind is covered."""
        asked = ((self.use.segments, segment), (self.use.regions, region), (self.use.tiers, tier))
        return all(named is None or name in named for named, name in asked)

    def cost_of(self, customer: CustomerAgent) -> float:
        """Return what a covered customer adds to the lever's cost at full intensity, CNY a month (E8)."""
        by_segment = self.costs.per_customer_by_segment
        each = by_segment.get(customer.segment, self.costs.cny_per_customer_month)
        return self.use.cost_factor * customer.weight * (each + self.costs.cny_per_mwh * customer.use)

    def cost_of_retailer(self, staff: float) -> float:
        """Return what the lever costs at full intensity whoever is covered, CNY a month."""
        return self.use.cost_factor * (self.costs.fixed_cny_per_month + self.costs.cny_per_staff_month * staff)
