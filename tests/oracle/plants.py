"""Plants that must use less energy per unit of product by a date, or close (M8)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from tests.oracle.keys import keyed

from marketsim.market.draws import purpose_key, uniform
from marketsim.market.population import log_normal
from marketsim.scenario.events import Closure

if TYPE_CHECKING:
    from tests.oracle.customers import CustomerAgent
    from tests.oracle.market import OracleMarket, Supplier
    from tests.oracle.retailers import Investment, OracleRetailer

ROUNDING = 1.0 + 1e-9


class Plants:
    """What customers use per unit of product, and what becomes of those who are told to use less."""

    def __init__(self, market: OracleMarket) -> None:
        self.market = market
        self.policy = market.study.demand.closing
        self.standards: dict[Closure, float] = {}
        self.closures: dict[tuple[str, str, str], float] = {}
        self.bad_debt: dict[Supplier, float] = {}
        self.stranded: list[tuple[OracleRetailer, Investment, float]] = []
        key = purpose_key(market.world, "unit intensity")
        for customer in market.customers:
            traits = customer.traits.demand
            draw = keyed(key, customer.key)
            customer.unit_intensity = log_normal(draw, traits.unit_intensity, traits.unit_intensity_sigma)
            customer.improved_share, customer.is_rebuilt = 0.0, False

    def intensity(self, customer: CustomerAgent) -> float:
        """Return what a plant uses per unit of product now."""
        rebuilt = self.policy.retrofit_saving_share * customer.is_rebuilt
        return customer.unit_intensity * (1.0 - customer.improved_share) * (1.0 - rebuilt)

    def judge(self) -> None:
        """Give notice, let plants be rebuilt that have it, and close those that are above the standard at the date."""
        month, closing = self.market.month, []
        self.closures, self.bad_debt, self.stranded = defaultdict(float), defaultdict(float), []
        for event in self.market.study.events:
            if isinstance(event, Closure) and event.month - event.notice_months <= month <= event.month:
                above = self.above(event)
                if month == event.month:
                    closing += [customer for customer in above if customer not in closing]
                else:
                    self.rebuild(above)
        for customer in closing:
            self.closures[customer.retailer.name, customer.segment, customer.tier] += customer.weight
        self.note_losses(closing)
        for customer in closing:
            customer.alive, customer.use, customer.usual_use = False, 0.0, 0.0
            self.market.customers.remove(customer)

    def above(self, event: Closure) -> list[CustomerAgent]:
        """Return the plants above an event's standard, which stays what it was when notice was given."""
        judged = [customer for customer in self.market.customers if customer.segment == event.segment]
        if event not in self.standards:
            self.standards[event] = event.standard if event.share is None else self.spare(judged, event.share)
        return [customer for customer in judged if self.intensity(customer) > self.standards[event]]

    def spare(self, judged: list[CustomerAgent], share: float) -> float:
        """Return the intensity of the worst plant that is spared where a share of them must improve."""
        everybody, weight = sum(customer.weight for customer in judged), 0.0
        for customer in sorted(judged, key=self.intensity, reverse=True):
            weight += customer.weight
            if weight > share * everybody * ROUNDING:
                return self.intensity(customer)
        return 0.0

    def rebuild(self, above: list[CustomerAgent]) -> None:
        """Let some plants under notice be rebuilt; levers that save unit consumption help."""
        key = purpose_key(self.market.world, "retrofit", self.market.month)
        for customer in above:
            helped = customer.closed_gap("intensity_saving_share") > 0.0
            chance = self.policy.retrofit_rate_per_month * (self.policy.supported_retrofit_factor if helped else 1.0)
            customer.is_rebuilt = customer.is_rebuilt or uniform(keyed(key, customer.key)) < chance

    def note_losses(self, closing: list[CustomerAgent]) -> None:
        """Note the bills that stay unpaid, and the part of investments that served closing plants."""
        policy = self.policy
        for customer in closing:
            bill = customer.bill if self.market.month > 0 else 0.0
            unpaid = customer.weight * customer.usual_use * bill * policy.unpaid_months
            self.bad_debt[customer.retailer] += unpaid * policy.loss_given_default
        for retailer in self.market.retailers:
            for lever in retailer.levers:
                reached = [customer for customer in retailer.customers if lever in customer.levers]
                energy = sum(customer.weight * customer.usual_use for customer in reached)
                gone = sum(customer.weight * customer.usual_use for customer in reached if customer in closing)
                if gone > 0.0 and lever.name in retailer.investments:
                    self.stranded.append((retailer, retailer.investments[lever.name], gone / energy))

    def charge(self) -> None:
        """Charge retailers for what they lost; where late payment is modelled, unpaid bills are counted there."""
        for retailer, investment, share in self.stranded:
            retailer.charges["stranded"] += share * investment.left()
            investment.cost *= 1.0 - share
        for supplier, amount in self.bad_debt.items():
            if self.market.payments is None and supplier is not self.market.default_supplier:
                supplier.charges["bad_debt"] += amount
