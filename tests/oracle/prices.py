"""Prices besides the list, brokers and green power (M11); and what the regulator allows (M3)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tests.oracle.part import Part

from marketsim.market.tariffs import LINKED
from marketsim.scenario.service import DESKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.oracle.customers import CustomerAgent
    from tests.oracle.desks import Service
    from tests.oracle.market import OracleMarket
    from tests.oracle.retailers import OracleRetailer

    from marketsim.scenario.regulation import Rules

MONTHS_PER_YEAR = 12.0
STEP = 2.0**-24
"""Rebates are whole multiples of this, CNY/MWh."""


class PersonalPrices(Part):
    """What retailers ask of single customers."""

    def __init__(self, market: OracleMarket) -> None:
        super().__init__(market)
        self.green: dict[tuple[str, str], tuple[float, float]] = {}
        self.begin_policy()

    def begin_policy(self) -> None:
        """Take over what is green; offers that are not made any more stay as they were."""
        for retailer in self.market.retailers:
            for name, offer in retailer.settings.offers.items():
                self.green[retailer.name, name] = (offer.green_share, offer.certificate_cny_per_mwh)

    def decide(self) -> None:
        """Let retailers forget who has left for too long."""
        for customer in self.market.customers:
            former = getattr(customer.former, "settings", None)
            if former is None:
                continue
            offer, away = former.pricing.win_back, self.market.month - customer.joined
            if offer.discount_cny_per_mwh > 0.0 and away >= offer.months:
                customer.former = None

    def discount(self, customer: CustomerAgent, retailer: OracleRetailer) -> float:
        """Return what a customer gets besides its tier: for its size, and to come back."""
        pricing, found = retailer.settings.pricing, 0.0
        size, back = pricing.negotiation, pricing.win_back
        if meant(size.segments, customer) and customer.usual_use >= size.from_annual_mwh / MONTHS_PER_YEAR:
            found += size.concession_cny_per_mwh
        if customer.former is retailer and customer.retailer is not retailer and meant(back.segments, customer):
            found += back.discount_cny_per_mwh
        return found

    def retention(self, customer: CustomerAgent) -> float:
        """Return what the own retailer takes off for a customer who compares offers."""
        offer = customer.retailer.settings.pricing.retention
        return offer.discount_cny_per_mwh if meant(offer.segments, customer) else 0.0

    def markup(self, customer: CustomerAgent) -> float:
        """Return what a renewal without search costs more; never so much that the dearest offer breaks the price cap."""
        market, retailer = self.market, customer.retailer
        renewal = retailer.settings.pricing.renewal
        markup = renewal.markup_by_segment.get(customer.segment, renewal.markup_cny_per_mwh)
        if math.isfinite(market.price_cap):
            own = [o for o in market.offers_to(customer) if o.retailer is retailer and o.plan.kind != LINKED]
            markup = min([markup, *(max(0.0, market.price_cap - offer.price_level) for offer in own)])
        return markup

    def appeal(self, customer: CustomerAgent, retailer: str, offer: str) -> float:
        """Return what green energy adds to an offer, logits."""
        return self.green[retailer, offer][0] * customer.traits.green_value_logits

    def certificates(self, customer: CustomerAgent) -> float:
        """Return what certificates for the month's energy of one customer cost."""
        if customer.offer is None:
            return 0.0
        share, price = self.green[customer.retailer.name, customer.offer]
        return share * price * customer.use

    def feel(self) -> None:
        """Add certificates to the cost of energy."""
        for customer in self.market.customers:
            customer.retailer.book["procurement_cny"] += customer.weight * self.certificates(customer)

    def charge(self) -> None:
        """Charge what brokers cost more than the usual fee."""
        for retailer in self.market.retailers:
            brokers = retailer.settings.pricing.brokers
            dearer = brokers.fee_cny_per_mwh - retailer.settings.costs.broker_fee_cny_per_mwh
            retailer.charges["marketing"] += brokers.signings_share * dearer * retailer.won_mwh


def meant(segments: tuple[str, ...] | None, customer: CustomerAgent) -> bool:
    """Return whether a measure for some segments is meant for a customer."""
    return segments is None or customer.segment in segments


class Regulator(Part):
    """Price cap, sharing of the spread above a cap, and service standards."""

    def __init__(self, market: OracleMarket) -> None:
        super().__init__(market)
        self.shared: dict[OracleRetailer, tuple[float, float]] = {}
        self.set_cap()

    @property
    def rules(self) -> Rules:
        """The rules in force."""
        return self.market.study.market.rules

    def set_cap(self) -> None:
        """Set the month's price cap."""
        cap = self.rules.price_cap_cny_per_mwh
        self.market.price_cap = math.inf if cap is None else cap

    def environment(self) -> None:
        """Set the month's price cap, and take the customers' part of last month's spread off this month's bills."""
        self.set_cap()
        self.market.rebates = {}
        for retailer, (rate, sold) in self.shared.items():
            use = sum(customer.weight * customer.usual_use for customer in retailer.customers if customer.alive)
            part = min(1.0, sold / use) if use > 0.0 else 0.0
            self.market.rebates[retailer] = round(rate * part / STEP) * STEP

    def feel(self) -> None:
        """Share what was earned above the cap."""
        cap, self.shared = self.rules.spread_cap_cny_per_mwh, {}
        for retailer in self.market.retailers:
            energy = retailer.book["energy_mwh"]
            if cap is None or energy <= 0.0:
                continue
            earned = retailer.book["revenue_cny"] - retailer.book["procurement_cny"]
            spread = earned / energy + self.market.rebates.get(retailer, 0.0)
            shared = self.rules.spread_cap_customer_share * max(0.0, spread - cap)
            self.shared[retailer] = shared, energy

    def charge(self) -> None:
        """Charge penalties for tickets that were not served in time."""
        for retailer in self.market.retailers:
            for desk in DESKS:
                standard = getattr(self.rules.service_standards, desk)
                served = list(self.met_at(retailer, desk))
                tickets = sum(met.arrivals for met in served)
                if tickets > 0.0:
                    share = sum(met.arrivals * met.sla_share for met in served) / tickets
                    points = 100.0 * max(0.0, standard.minimum_share - share)
                    retailer.charges["compensation"] += standard.penalty_cny_per_point * points

    def met_at(self, retailer: OracleRetailer, desk: str) -> Iterator[Service]:
        """Yield what customers met at a desk; a team for all regions counts once."""
        for team in retailer.teams_of(desk):
            region = next(iter(team.regions))
            yield from (met for (name, r, _), met in retailer.service.items() if (name, r) == (desk, region))
