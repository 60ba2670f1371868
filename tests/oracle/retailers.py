"""Suppliers: retailers as agents, which sort, staff, serve and settle, and the supplier of last resort."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

import mesa
from tests.oracle import service, tiering
from tests.oracle.desks import MINUTES, Service, Team
from tests.oracle.offers import Lever

from marketsim.market.draws import name_key
from marketsim.market.tariffs import DEFAULT_SHAPE
from marketsim.scenario.retailers import Retailer
from marketsim.scenario.service import DESKS, TIERS, Desk, Desks

if TYPE_CHECKING:
    from tests.oracle.customers import CustomerAgent
    from tests.oracle.market import OracleMarket

MONTHS_PER_YEAR = 12
FIXED_COST_IN_CASH = 3
SPENT = ("procurement", "lever", "staff", "overhead", "acquisition", "penalty", "interest")


class OracleRetailer(mesa.Agent):
    """One competing retailer."""

    model: OracleMarket

    def __init__(self, model: OracleMarket, name: str) -> None:
        super().__init__(model)
        self.name = name
        self.key = name_key(f"retailer {name}")
        self.levers: list[Lever] = []
        self.teams: dict[tuple[str, str], Team] = {}
        self.work: service.Work | None = None
        self.service: dict[tuple[str, str, str], Service] = {}
        self.wait_gaps: dict[tuple[str, str], float] = {}
        self.least_scores: dict[str, float] = {}
        self.margins: dict[str, float] = {}
        self.rating: dict[str, float] = {}
        self.reputation = float("nan")
        self.cash = 0.0
        self.unpaid: deque[float] = deque()
        self.read_rules()

    @property
    def settings(self) -> Retailer:
        """The retailer in the study that is in force."""
        return self.model.study.retailers[self.name]

    @property
    def customers(self) -> list[CustomerAgent]:
        """Its customers."""
        return [customer for customer in self.model.customers if customer.retailer is self]

    def read_rules(self) -> None:
        """Take the levers and desks of the study in force; levers that go on keep their intensity."""
        running = {lever.name: lever.intensity for lever in self.levers}
        if self.model.study is self.model.base and not self.levers:
            running = {name: use.intensity for name, use in self.settings.levers.items()}
        catalogue = self.model.study.levers
        self.levers = [
            Lever(name, catalogue[name], use, running.get(name, 0.0))
            for name, use in sorted(self.settings.levers.items())
        ]
        self.desks_of_tickets: dict[str, Desk] = {name: getattr(self.settings.desks, name) for name in DESKS}
        self.former_teams, self.teams = self.teams, service.new_teams(self)

    def teams_of(self, desk: str) -> list[Team]:
        """Return the teams of a desk."""
        return list(dict.fromkeys(team for (name, _), team in self.teams.items() if name == desk))

    def brand(self, segment: str) -> float:
        """Return the utility of the name, logits."""
        return self.settings.brand_logits.get(segment, 0.0)

    def discount(self, tier: str) -> float:
        """Return the discount of a tier, CNY/MWh."""
        return getattr(self.settings.tiers, tier).discount_cny_per_mwh

    def best_discount(self) -> float:
        """Return the best discount of any tier in use."""
        return max(self.discount(tier) for tier in TIERS if tier == "ordinary" or tiering.rule_of(self, tier))

    def review_tiers(self) -> None:
        """Review tiers, if it is time to."""
        month, policy_month = self.model.month, self.model.policy_month
        if month % self.settings.tier_review_months == 0 or month == policy_month:
            tiering.review(self)

    @property
    def duty_hours(self) -> float:
        """Hours a month that one member of staff is on duty."""
        return self.settings.costs.working_hours_per_month * self.settings.costs.availability

    @property
    def staff(self) -> float:
        """All staff."""
        return sum(team.staff for name in DESKS for team in self.teams_of(name))

    def wait_gap(self, region: str, tier: str) -> float:
        """Return how much longer a tier waits than the best-served one, in half times."""
        return self.wait_gaps[region, tier]

    def open_month(self) -> None:
        """Start the month's book."""
        self.complaints_at_regulator = self.exit_fees = self.won_cost = 0.0
        self.book: dict[str, float] = defaultdict(float)
        self.book["lever_cny"] = sum(lever.intensity * lever.costs.fixed_cny_per_month for lever in self.levers)

    def post_bill(self, customer: CustomerAgent) -> None:
        """Enter a customer's bill, the cost of its energy and what levers spend on it."""
        n, energy, plan = customer.weight, customer.energy, customer.plan
        hedged = plan.hedged_share * energy
        entries = {
            "customers": n,
            "energy_mwh": n * energy,
            "hedged_mwh": n * hedged,
            "spot_mwh": n * (energy - hedged),
            "revenue_cny": n * (customer.price * energy + plan.fixed_fee),
            "network_cny": n * self.model.network * energy,
            "procurement_cny": n * (hedged * customer.forward_price + (energy - hedged) * self.model.spot),
            "lever_cny": sum(lever.intensity * lever.cost_of(customer) for lever in self.levers),
        }
        for name, value in entries.items():
            self.book[name] += value

    def settle(self) -> None:
        """Close the month's book (E22)."""
        book, costs = self.book, self.settings.costs
        penalty = self.model.behaviour.complaints.regulator_penalty_cny
        billed = book["revenue_cny"] + book["network_cny"]
        book["exit_fees_cny"] = self.exit_fees
        book["staff"], book["staff_cny"] = self.staff, self.staff * costs.wage_cny_per_month
        book["overhead_cny"] = costs.overhead_cny_per_month + costs.bill_cny * book["customers"]
        book["acquisition_cny"] = self.won_cost
        book["penalty_cny"] = self.complaints_at_regulator * penalty
        if self.model.month == 0:
            self.unpaid = deque([billed] * costs.payment_lag_months)
            bond = costs.bond_cny_per_annual_mwh * book["energy_mwh"] * MONTHS_PER_YEAR
            self.cash = bond + FIXED_COST_IN_CASH * (book["staff_cny"] + book["overhead_cny"])
        book["interest_cny"] = sum(self.unpaid) * costs.interest_rate / MONTHS_PER_YEAR
        spent = sum(book[f"{name}_cny"] for name in SPENT)
        book["profit_cny"] = book["revenue_cny"] + book["exit_fees_cny"] - spent
        self.unpaid.append(billed)
        book["payments_cny"] = self.unpaid.popleft()
        self.cash += book["profit_cny"] - billed + book["payments_cny"]
        book["receivables_cny"], book["cash_cny"] = sum(self.unpaid), self.cash


class DefaultSupplier:
    """The supplier of last resort: it has no offers, no tiers, and desks that keep their standard."""

    def __init__(self, model: OracleMarket) -> None:
        self.model = model
        self.name = "default supplier"
        self.key = name_key(self.name)
        self.plan = DEFAULT_SHAPE
        self.levers: list[Lever] = []
        self.rating: dict[str, float] = {}
        self.reputation = float("nan")
        self.work = None
        desks = Desks()
        self.desks_of_tickets = {name: getattr(desks, name) for name in DESKS}
        self.service = {
            (name, region, tier): self.meet(name, region)
            for name in DESKS
            for region in model.study.market.regions
            for tier in TIERS
        }

    def meet(self, desk: str, region: str) -> Service:
        """Return what its customers meet at a desk, month after month."""
        study = self.model.study
        minutes = self.desks_of_tickets[desk].sla_minutes or study.market.regions[region].field_sla_minutes
        standard, blocks = minutes / MINUTES, len(study.market.load_blocks)
        wait = study.market.default_supplier.wait_multiple * standard
        half_time = study.behaviour.experience.responsiveness_half_time * standard
        return Service([1.0] * blocks, [wait] * blocks, wait, 0.0, half_time, standard, 0.5, 1.0, 1.0)

    def brand(self, segment: str) -> float:
        """Return the utility of the name, logits."""
        return 0.0

    def wait_gap(self, region: str, tier: str) -> float:
        """Return that nobody is served before others."""
        return 0.0

    def open_month(self) -> None:
        """Start the month's book."""
        self.complaints_at_regulator = self.exit_fees = 0.0
        self.book: dict[str, float] = defaultdict(float)

    def post_bill(self, customer: CustomerAgent) -> None:
        """Enter a customer's bill."""
        energy = customer.weight * customer.energy
        self.book["customers"] += customer.weight
        self.book["revenue_cny"] += customer.price * energy
        self.book["network_cny"] += self.model.network * energy
        self.book["procurement_cny"] += self.model.spot * energy
        for name in ("energy_mwh", "spot_mwh"):
            self.book[name] += energy
