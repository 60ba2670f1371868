"""Suppliers: retailers as agents, which sort, staff, serve and settle, and the supplier of last resort."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
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

    from marketsim.scenario.information import CustomerRecords
    from marketsim.scenario.reliability import OutagePromise
    from marketsim.scenario.service import TierRule

MONTHS_PER_YEAR = 12
FIXED_COST_IN_CASH = 3
SPENT = ("procurement", "lever", "staff", "overhead", "acquisition", "penalty", "interest")
CHARGED = ("deviation", "bad_debt", "compensation", "stranded", "marketing", "depreciation")


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
        self.published_rules: dict[str, TierRule] = {}
        self.posted_discounts: dict[str, float] = {}
        self.charges: dict[str, float] = defaultdict(float)
        self.investments: dict[str, Investment] = {}
        self.receipts: tuple[float, float, float] | None = None
        self.deposits_held = self.deposits_before = self.receivables = 0.0
        self.surveyed = float("nan")
        self.cash = 0.0
        self.unpaid: deque[float] = deque()
        self.intensities = {name: use.intensity for name, use in self.settings.levers.items()}
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
        """Take the levers and desks of the study in force."""
        self.take_levers()
        self.desks_of_tickets: dict[str, Desk] = {name: getattr(self.settings.desks, name) for name in DESKS}
        self.former_teams, self.teams = self.teams, service.new_teams(self)

    def take_levers(self) -> None:
        """Take the levers of the study in force; those that go on keep their intensity, others begin at none."""
        catalogue = self.model.study.levers
        self.levers = [
            Lever(name, catalogue[name], use, self.intensities.get(name, 0.0))
            for name, use in sorted(self.settings.levers.items())
        ]

    def ramp_levers(self) -> None:
        """Let levers move on."""
        for lever in self.levers:
            lever.ramp()
        self.intensities = {lever.name: lever.intensity for lever in self.levers}

    def teams_of(self, desk: str) -> list[Team]:
        """Return the teams of a desk."""
        return list(dict.fromkeys(team for (name, _), team in self.teams.items() if name == desk))

    def brand(self, segment: str) -> float:
        """Return the utility of the name, logits."""
        talk = self.model.talk_part
        learnt = talk.extra_brand(self, segment) if talk else 0.0
        return self.settings.brand_logits.get(segment, 0.0) + learnt

    def advertising(self) -> float:
        """Return the weight of its offers in a search: its own, its brokers', and what advertising makes of it."""
        talk, settings = self.model.talk_part, self.settings
        return settings.advertising_weight * settings.pricing.brokers.reach * (talk.advertising(self) if talk else 1.0)

    @property
    def records(self) -> CustomerRecords:
        """How it keeps its records."""
        return self.settings.records

    @property
    def outage_promise(self) -> OutagePromise:
        """What it pays for hours without supply."""
        return self.settings.outage_promise

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
        self.complaints_at_regulator = self.exit_fees = self.won_cost = self.won_mwh = 0.0
        self.book: dict[str, float] = defaultdict(float)
        self.book["lever_cny"] = sum(lever.intensity * lever.cost_of_retailer(self.staff) for lever in self.levers)

    def post_bill(self, customer: CustomerAgent) -> None:
        """Enter a customer's bill, the cost of its energy and what levers spend on it."""
        n, energy, plan = customer.weight, customer.use, customer.plan
        hedged = plan.hedged_share * customer.contracted
        entries = {
            "customers": n,
            "energy_mwh": n * energy,
            "hedged_mwh": n * hedged,
            "spot_mwh": n * (energy - hedged),
            "revenue_cny": n * (customer.price * energy + plan.fixed_fee),
            "network_cny": n * self.model.network * energy,
            "procurement_cny": n * (hedged * customer.forward_price + (energy - hedged) * self.model.spot),
            "lever_cny": sum(lever.intensity * lever.cost_of(customer) for lever in customer.levers),
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
        book["rebate_cny"] = self.model.rebates.get(self, 0.0) * book["energy_mwh"]
        book["penalty_cny"] = self.complaints_at_regulator * penalty
        if self.model.month == 0:
            self.open_books(billed)
        self.invest()
        book["interest_cny"] = self.receivables * costs.interest_rate / MONTHS_PER_YEAR
        book |= {f"{line}_cny": self.charges[line] for line in CHARGED}
        spent = sum(book[f"{name}_cny"] for name in (*SPENT, *CHARGED))
        book["profit_cny"] = book["revenue_cny"] + book["exit_fees_cny"] - spent
        self.collect(billed)
        # What is written off or given up was paid long ago; deposits are the customers' money.
        self.cash += book["profit_cny"] + book["depreciation_cny"] + book["stranded_cny"] - book["capex_cny"]
        self.cash += self.deposits_held - self.deposits_before
        self.deposits_before = book["deposits_cny"] = self.deposits_held
        book["cash_cny"] = self.cash

    def open_books(self, billed: float) -> None:
        """Begin as a going concern: earlier bills are unpaid, and there is cash for the bond and some fixed cost."""
        book, costs = self.book, self.settings.costs
        self.unpaid = deque([billed] * costs.payment_lag_months)
        self.receivables, self.deposits_before = sum(self.unpaid), self.deposits_held
        bond = costs.bond_cny_per_annual_mwh * book["energy_mwh"] * MONTHS_PER_YEAR
        self.cash = bond + FIXED_COST_IN_CASH * (book["staff_cny"] + book["overhead_cny"]) + self.deposits_held

    def collect(self, billed: float) -> None:
        """Take in what is due after the lag, or what customers were seen to pay; cash follows what is owed."""
        book = self.book
        self.unpaid.append(billed)
        due = self.unpaid.popleft()
        paid, given_up, owed = self.receipts or (due, 0.0, sum(self.unpaid))
        self.cash -= billed - paid - given_up
        self.receivables, self.receipts = owed, None
        book["payments_cny"], book["written_off_cny"], book["receivables_cny"] = paid, given_up, owed

    def invest(self) -> None:
        """Pay for what levers take up needs, and write it off in equal parts; what is dropped is lost at once."""
        in_use = {lever.name: lever for lever in self.levers if lever.use.intensity > 0.0}
        for name in [name for name in self.investments if name not in in_use]:
            self.charges["stranded"] += self.investments.pop(name).left()
        for name, lever in in_use.items():
            if lever.costs.capex_cny > 0.0 and name not in self.investments:
                cost = lever.use.cost_factor * lever.costs.capex_cny
                self.investments[name] = Investment(cost, lever.costs.capex_life_months)
                self.book["capex_cny"] += cost if self.model.month > 0 else 0.0
        for investment in self.investments.values():
            before = investment.left()
            investment.months += 1
            self.charges["depreciation"] += before - investment.left()


@dataclass
class Investment:
    """What a lever took, and for how many months it has been written off."""

    cost: float
    life_months: float
    months: int = 0

    def left(self) -> float:
        """Return what is not yet written off."""
        return self.cost * max(0.0, 1.0 - self.months / self.life_months)


class DefaultSupplier:
    """The supplier of last resort: it has no offers, no tiers, and desks that keep their standard."""

    def __init__(self, model: OracleMarket) -> None:
        self.model = model
        self.name = "default supplier"
        self.key = name_key(self.name)
        self.plan = DEFAULT_SHAPE
        self.levers: list[Lever] = []
        self.records = self.outage_promise = None
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
        energy = customer.weight * customer.use
        self.book["customers"] += customer.weight
        self.book["revenue_cny"] += customer.price * energy
        self.book["network_cny"] += self.model.network * energy
        self.book["procurement_cny"] += self.model.spot * energy
        for name in ("energy_mwh", "spot_mwh"):
            self.book[name] += energy
