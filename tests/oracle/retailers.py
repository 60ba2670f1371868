"""Suppliers as agents: retailers, which sort, staff, serve and settle, and the supplier of last resort."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import mesa

from marketsim.market.draws import name_key
from marketsim.market.tariffs import DEFAULT_SHAPE, energy_price
from marketsim.scenario.customers import CREDIT_GRADES
from marketsim.scenario.retailers import Retailer
from marketsim.scenario.service import DESKS, TIERS, Desks, TierRule
from tests.oracle.desks import MINUTES, Service, Team, hand_over
from tests.oracle.offers import Lever

if TYPE_CHECKING:
    from tests.oracle.customers import CustomerAgent
    from tests.oracle.market import OracleMarket

MONTHS_PER_YEAR = 12
LEAST_MARGIN = 0.1
BEST_RESOLUTION = 0.99
FIXED_COST_IN_CASH = 3
Cell = tuple[str, str, str, str]
"""Desk, region, segment, tier."""


@dataclass
class Work:
    """What a month asks of a retailer's desks: tickets by cell, hours to handle one, share that is solved for good."""

    tickets: dict[Cell, float]
    handle_hours: dict[tuple[str, str], float]
    resolution: dict[str, float]

    def of(self, desk: str, regions: list[str] | dict[str, object], tier: str | None = None) -> float:
        """Return the tickets of a desk in some regions, of one tier or of all."""
        return sum(
            tickets
            for (d, r, _, k), tickets in self.tickets.items()
            if d == desk and r in regions and tier in (None, k)
        )


class OracleRetailer(mesa.Agent):
    """One competing retailer."""

    model: OracleMarket

    def __init__(self, model: OracleMarket, name: str) -> None:
        super().__init__(model)
        self.name = name
        self.key = name_key(f"retailer {name}")
        self.levers: list[Lever] = []
        self.teams: dict[tuple[str, str], Team] = {}
        self.service: dict[tuple[str, str, str], Service] = {}
        self.least_scores: dict[str, float] = {}
        self.margins: dict[str, float] = {}
        self.rating: dict[str, float] = {}
        self.reputation = float("nan")
        self.cash = self.receivables = 0.0
        self.unpaid: deque[float] = deque()
        self.read_rules()

    @property
    def settings(self) -> Retailer:
        """The retailer in the study that is in force."""
        return self.model.study.retailers[self.name]

    @property
    def desks_of_tickets(self) -> dict[str, object]:
        """The settings of the desks by name."""
        return {desk: getattr(self.settings.desks, desk) for desk in DESKS}

    @property
    def customers(self) -> list[CustomerAgent]:
        """Its customers."""
        return [customer for customer in self.model.customers if customer.retailer is self]

    def brand(self, segment: str) -> float:
        """Return the utility of the name, logits."""
        return self.settings.brand_logits.get(segment, 0.0)

    def read_rules(self) -> None:
        """Take the levers and desks of the study in force; levers that go on keep their intensity."""
        running = {lever.name: lever.intensity for lever in self.levers}
        catalogue = self.model.study.levers
        self.levers = [
            Lever(name, catalogue[name], use, running.get(name, 0.0))
            for name, use in sorted(self.settings.levers.items())
        ]
        self.teams = self.new_teams()

    def new_teams(self) -> dict[tuple[str, str], Team]:
        """Return teams without staff, by desk and region; one for all regions stands under each of them."""
        market, teams = self.model.study.market, {}
        regions = {name: market.regions[name] for name in sorted(market.regions)}
        for name, desk in self.desks_of_tickets.items():
            for region, contents in regions.items():
                own = {region: contents} if desk.scope == "region" else regions
                known = teams.get((name, next(iter(own))))
                teams[name, region] = known or Team(name, desk, own, market.load_blocks)
        return teams

    def teams_of(self, desk: str) -> list[Team]:
        """Return the teams of a desk."""
        return list(dict.fromkeys(team for (name, _), team in self.teams.items() if name == desk))

    # Tiers

    def rule(self, tier: str) -> TierRule | None:
        """Return the rule of a tier; None where it takes nobody."""
        found = None if tier == "ordinary" else getattr(self.settings.tiers, tier).rule
        return None if found is None or set(found.model_dump().values()) == {None} else found

    def discount(self, tier: str) -> float:
        """Return the discount of a tier, CNY/MWh."""
        return getattr(self.settings.tiers, tier).discount_cny_per_mwh

    def best_discount(self) -> float:
        """Return the best discount that anybody can get."""
        return max(self.discount(tier) for tier in TIERS if tier == "ordinary" or self.rule(tier))

    def worth_of_a_mwh(self, segment: str, credit: str) -> float:
        """Return the margin on a MWh that is expected, less expected default (E3)."""
        default = getattr(self.model.base.market.default_rates, credit)
        return max(self.margins[segment], LEAST_MARGIN) * (1.0 - default)

    def expected_margin(self, segment: str) -> float:
        """Return the mean margin over the own offers to a segment, CNY/MWh."""
        market, margins = self.model, []
        energy = market.base.segments[segment].energy_mwh_per_month
        for offer in market.offers:
            if offer.retailer is self and segment in offer.segments:
                plan, bands = offer.plan, market.band_shares[segment]
                spot = market.expected_spot
                price = energy_price.py_func(plan, offer.price_level, 0.0, spot, energy, bands)
                hedged = plan.hedged_share
                margins.append(price - (hedged * market.forward[plan.term_months] + (1 - hedged) * spot))
        return float(sum(margins) / len(margins)) if margins else 0.0

    def review_tiers(self) -> None:
        """Sort the customers into tiers, if it is time to, and publish what the last one admitted is worth (E3)."""
        month = self.model.month
        if month % self.settings.tier_review_months and month != self.model.policy_month:
            return
        self.margins = {segment: self.expected_margin(segment) for segment in self.model.study.segments}
        ranked = sorted(self.customers, key=lambda customer: (-self.score(customer), customer.key))
        for customer in ranked:
            customer.tier = "ordinary"
        self.least_scores = {tier: self.fill(tier, ranked) for tier in TIERS if self.rule(tier)}

    def score(self, customer: CustomerAgent) -> float:
        """Return the value score of a customer, CNY a month (E3)."""
        default = getattr(self.model.base.market.default_rates, customer.credit)
        margin = max(self.margins[customer.segment], LEAST_MARGIN)
        return margin * customer.energy * (1.0 - default)

    def fill(self, tier: str, ranked: list[CustomerAgent]) -> float:
        """Put customers into a tier, best first; return the least score that is admitted.

        An agent that straddles a limit is in if most of it is.
        """
        rule = self.rule(tier)
        assert rule is not None
        pct = 100.0 if rule.value_pct is None else rule.value_pct
        quota = float("inf") if rule.quota is None else rule.quota
        everybody = 0.0
        for customer in ranked:
            everybody += customer.weight
        passed = taken = 0.0
        least_by_value = least_taken = float("inf")
        full = False
        for customer in ranked:
            passed += customer.weight
            if passed - customer.weight / 2 > pct / 100 * everybody:
                continue
            least_by_value = self.score(customer)
            if customer.tier != "ordinary" or not self.admits(rule, customer):
                continue
            taken += customer.weight
            if taken - customer.weight / 2 <= quota:
                customer.tier, least_taken = tier, self.score(customer)
            else:
                full = True
        if full:
            return least_taken
        return 0.0 if rule.value_pct in (None, 100) else least_by_value

    def admits(self, rule: TierRule, customer: CustomerAgent) -> bool:
        """Return whether a customer meets the conditions of a rule besides value and quota."""
        if rule.credit and CREDIT_GRADES.index(customer.credit) > CREDIT_GRADES.index(rule.credit):
            return False
        if rule.regions and customer.region not in rule.regions:
            return False
        if rule.annual_mwh is not None and customer.energy * MONTHS_PER_YEAR < rule.annual_mwh:
            return False
        return rule.tenure_months is None or self.model.month - customer.joined >= rule.tenure_months

    def prospect_tier(self, customer: CustomerAgent) -> str:
        """Return the tier that a prospect reads from the published conditions."""
        for tier, least in self.least_scores.items():
            rule = self.rule(tier)
            if rule is None or rule.tenure_months:
                continue
            least_mwh = max(least / self.worth_of_a_mwh(customer.segment, customer.credit), (rule.annual_mwh or 0) / 12)
            new = rule.model_copy(update={"annual_mwh": None, "tenure_months": None})
            if self.admits(new, customer) and customer.energy >= least_mwh:
                return tier
        return "ordinary"

    # Desks

    def work(self, tickets: dict[Cell, float]) -> Work:
        """Return the month's work at the desks, with what levers make of it."""
        handle = {place: team.handle_hours for place, team in self.teams.items()}
        resolution = {name: desk.first_contact_resolution for name, desk in self.desks_of_tickets.items()}
        for lever in self.levers:
            for name in ("contact", "case"):
                total = sum(t for (desk, *_), t in tickets.items() if desk == name)
                covered = sum(t for (desk, r, s, k), t in tickets.items() if desk == name and lever.covers(s, r, k))
                reach = (covered / total if total > 0 else 0.0) * lever.intensity
                for place in handle:
                    if place[0] == name:
                        handle[place] *= 1.0 - (1.0 - lever.handle_time_factor) * reach
                if name == "contact":
                    gained = min(BEST_RESOLUTION, resolution[name] + lever.resolution_gain * reach)
                    resolution[name] = max(resolution[name], gained)
        return Work(tickets, handle, resolution)

    def staff_desks(self, work: Work) -> None:
        """Staff all desks by the rules in force for a month's work, tickets that come back included."""
        for name in DESKS:
            teams = self.teams_of(name)
            tickets = [work.of(name, team.regions) / work.resolution[name] for team in teams]
            for team, own in zip(teams, tickets, strict=True):
                share = own / sum(tickets) if sum(tickets) > 0 else 1.0 / len(teams)
                handle = mean_handle_hours(work, name, team)
                team.staff = team.staff_for(own, share, handle, self.duty_hours)

    @property
    def duty_hours(self) -> float:
        """Hours a month that one member of staff is on duty."""
        return self.settings.costs.working_hours_per_month * self.settings.costs.availability

    @property
    def staff(self) -> float:
        """All staff."""
        return sum(team.staff for name in DESKS for team in self.teams_of(name))

    def begin_policy(self, work: Work) -> None:
        """Take over the rules of the policy; what is left over and staff follow from the month's work."""
        old = {name: self.teams_of(name) for name in DESKS}
        self.read_rules()
        for name in DESKS:
            regions = list(self.model.study.market.regions)
            cells = {(r, k): work.of(name, [r], k) for r in regions for k in TIERS}
            hand_over(old[name], self.teams_of(name), cells)
        self.staff_desks(work)

    def serve(self, work: Work) -> None:
        """Serve the month's tickets at all desks."""
        self.last_work = work
        factor = self.model.behaviour.experience.responsiveness_half_time
        for name in DESKS:
            for team in self.teams_of(name):
                handle = work.handle_hours[name, next(iter(team.regions))]
                tickets = {tier: work.of(name, team.regions, tier) for tier in TIERS}
                if team.dedicated_share is None:
                    team.find_dedicated_share(tickets)
                servers = team.staff * self.duty_hours / team.desk.open_hours
                team.serve(tickets, handle, work.resolution[name], servers)
                for region in team.regions:
                    for tier in TIERS:
                        self.service[name, region, tier] = team.service(region, tier, handle, factor)

    def wait_gap(self, region: str, tier: str) -> float:
        """Return how much longer a tier waits than the best-served one that has tickets, in half times."""
        gap = 0.0
        for name, desk in self.desks_of_tickets.items():
            own = self.service[name, region, tier]
            served = [k for k in TIERS if self.last_work.of(name, [region], k) > 0]
            best = min([self.service[name, region, k].mean_wait_hours for k in served] + [own.mean_wait_hours])
            gap += desk.ticket_share * (own.mean_wait_hours - best) / own.half_time
        return gap

    # Books

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
        book["exit_fees_cny"] = self.exit_fees
        book["staff_cny"] = self.staff * costs.wage_cny_per_month
        book["overhead_cny"] = costs.overhead_cny_per_month + costs.bill_cny * book["customers"]
        book["acquisition_cny"] = self.won_cost
        book["penalty_cny"] = self.complaints_at_regulator * penalty
        billed = book["revenue_cny"] + book["network_cny"]
        if self.model.month == 0:
            self.unpaid = deque([billed] * costs.payment_lag_months)
            bond = costs.bond_cny_per_annual_mwh * book["energy_mwh"] * MONTHS_PER_YEAR
            self.cash = bond + FIXED_COST_IN_CASH * (book["staff_cny"] + book["overhead_cny"])
        book["interest_cny"] = sum(self.unpaid) * costs.interest_rate / MONTHS_PER_YEAR
        spent = ("procurement", "lever", "staff", "overhead", "acquisition", "penalty", "interest")
        book["profit_cny"] = (
            book["revenue_cny"] + book["exit_fees_cny"] - sum(book[f"{name}_cny"] for name in spent)
        )
        self.unpaid.append(billed)
        book["payments_cny"] = self.unpaid.popleft()
        self.cash += book["profit_cny"] - billed + book["payments_cny"]
        book["receivables_cny"], book["cash_cny"] = sum(self.unpaid), self.cash
        book["staff"] = self.staff


def mean_handle_hours(work: Work, desk: str, team: Team) -> float:
    """Return the hours to handle a ticket of all regions of a team, as they were handled before it began."""
    hours = {region: work.handle_hours[desk, region] for region in team.regions}
    if len(set(hours.values())) == 1:
        return next(iter(hours.values()))
    tickets = {region: work.of(desk, [region]) for region in hours}
    return sum(hours[region] * tickets[region] for region in hours) / sum(tickets.values())


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
        study, blocks = self.model.study, len(self.model.study.market.load_blocks)
        minutes = self.desks_of_tickets[desk].sla_minutes or study.market.regions[region].field_sla_minutes
        standard = minutes / MINUTES
        wait = study.market.default_supplier.wait_multiple * standard
        half_time = study.behaviour.experience.responsiveness_half_time * standard
        return Service([1.0] * blocks, [wait] * blocks, wait, 0.0, half_time, standard, 0.5, 1.0, 1.0)

    def open_month(self) -> None:
        """Start the month's book."""
        self.complaints_at_regulator = self.exit_fees = 0.0
        self.book: dict[str, float] = defaultdict(float)

    def brand(self, segment: str) -> float:
        """Return the utility of the name."""
        return 0.0

    def wait_gap(self, region: str, tier: str) -> float:
        """Return that nobody is served before others."""
        return 0.0

    def post_bill(self, customer: CustomerAgent) -> None:
        """Enter a customer's bill."""
        self.book["customers"] += customer.weight
        self.book["energy_mwh"] += customer.weight * customer.energy
        self.book["revenue_cny"] += customer.weight * customer.price * customer.energy
