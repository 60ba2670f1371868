"""The market month written plainly: an agent object per customer, loops, sorting and sums in ordinary Python."""

from __future__ import annotations

import math
from collections import defaultdict
from itertools import accumulate

import mesa
import numpy as np
from tests.oracle.changes import Changes
from tests.oracle.choice import fall_to_default
from tests.oracle.consumption import Consumption
from tests.oracle.customers import CustomerAgent
from tests.oracle.forecasts import Forecasts
from tests.oracle.leaks import Leaks
from tests.oracle.offers import PostedOffer, post_offers
from tests.oracle.opening import create_customers, find_supplier, sign_first_contract
from tests.oracle.outages import Outages
from tests.oracle.part import Part
from tests.oracle.payments import Payments
from tests.oracle.prices import PersonalPrices, Regulator
from tests.oracle.records import Records, TrueTags
from tests.oracle.relations import Relations
from tests.oracle.retailers import DefaultSupplier, OracleRetailer
from tests.oracle.service import Cell, first_reputation, pass_on, serve, staff_desks, work_of
from tests.oracle.talk import Talk

from marketsim.market.draws import purpose_key, world_key
from marketsim.market.exact import UNIT, units
from marketsim.market.spot import generate
from marketsim.market.tariffs import MONTHS_PER_YEAR, exit_fee
from marketsim.scenario.events import TicketSurge
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.pricing import Pricing
from marketsim.scenario.service import DESKS, TIERS
from marketsim.scenario.study import Study

MONTHLY_DRAWS = (
    "tickets",
    "waits",
    "quality noise",
    "complaint",
    "complaint resolution",
    "search",
    "consideration",
    "alternative",
)
LASTING_DRAWS = ("taste", "awareness")
Supplier = OracleRetailer | DefaultSupplier


class OracleMarket(mesa.Model):
    """A retail market in one world.

    What customers sign in the phase `choose` begins next month.
    """

    phases = (
        "environment",
        "policies",
        "inform",
        "decide",
        "offers",
        "review_tiers",
        "outages",
        "serve",
        "consume",
        "bill",
        "feel",
        "experience",
        "talk",
        "collect_payments",
        "choose",
        "settle",
        "entry_exit",
    )

    def __init__(self, market: Scenario, policy: Study, replication: int) -> None:
        super().__init__()
        self.base, self.policy_study, self.study = market.study, policy, market.study
        self.policy_month = self.base.run.warmup_months
        self.month = 0
        self.world = world_key(self.base.run.seed, replication)
        self.behaviour = self.base.behaviour
        self.network = self.base.market.network_cny_per_mwh
        self.band_shares = market.data.band_shares
        self.wholesale = generate(self.base, market.data.spot_cny_per_mwh, self.world, self.base.run.months)
        self.calendar_year = self.base.market.contract_calendar == "calendar_year"
        blocks = [block.hours_share * block.load_factor for block in self.base.market.load_blocks]
        self.cumulative_block_shares = np.array(list(accumulate(block / sum(blocks) for block in blocks)))
        self.default_supplier = DefaultSupplier(self)
        self.price_cap, self.rebates = math.inf, {}
        self.retailers = [OracleRetailer(self, name) for name in sorted(self.base.retailers)]
        self.customers: list[CustomerAgent] = create_customers(self, market)
        self.everybody = list(self.customers)
        self.relations = Relations(self)
        self.create_parts()
        self.open_market()
        self.each("open_market")

    def create_parts(self) -> None:
        """Build what is switched on, in the order in which it acts within a phase."""
        study = self.base
        priced = [s for s in (self.base, self.policy_study) if has_prices(s)]
        self.payments: Payments | None = None
        self.records = Records(self) if study.information.enabled else None
        self.leaks = Leaks(self)
        self.true_tags = TrueTags(self) if study.tags and not study.information.enabled else None
        self.consumption = Consumption(self) if study.demand.enabled else None
        self.outage_part = Outages(self) if study.reliability.enabled else None
        self.personal = PersonalPrices(self) if priced else None
        self.regulator = Regulator(self)
        self.talk_part = Talk(self) if study.word_of_mouth.enabled else None
        self.payments = Payments(self) if study.credit.enabled else None
        self.forecasts = Forecasts(self) if study.settlement.enabled else None
        parts = (
            Changes(self),
            self.records,
            self.leaks,
            self.true_tags,
            self.consumption,
            self.outage_part,
            self.personal,
            self.regulator,
            self.talk_part,
            self.payments,
            self.forecasts,
        )
        self.parts: list[Part] = [part for part in parts if part is not None]

    def each(self, moment: str) -> None:
        """Let all parts act at a moment of the month."""
        for part in self.parts:
            getattr(part, moment)()

    def retailer_named(self, name: str) -> OracleRetailer:
        """Return the retailer of a name."""
        return next(retailer for retailer in self.retailers if retailer.name == name)

    def open_market(self) -> None:
        """Give every customer a supplier, a tier and a contract; staff the desks."""
        self.set_prices()
        self.surge = 1.0
        self.offers()
        for customer in self.customers:
            find_supplier(customer)
        for retailer in self.retailers:
            retailer.review_tiers()
        for customer in self.customers:
            sign_first_contract(customer)
        self.staff_desks()

    def staff_desks(self) -> None:
        """Staff all desks for the work of a month without events."""
        tickets = self.expected_tickets(surge=1.0)
        for retailer in self.retailers:
            staff_desks(retailer, work_of(retailer, tickets[retailer]))

    @property
    def suppliers(self) -> list[Supplier]:
        """The retailers and the supplier of last resort."""
        return [*self.retailers, self.default_supplier]

    def step(self) -> None:
        """Run one month."""
        for phase in self.phases:
            getattr(self, phase)()
        self.month += 1

    def environment(self) -> None:
        """Let prices, events and draws of the month arrive; levers ramp up."""
        self.relations.begin_month()
        self.set_prices()
        self.surge = 1.0
        for event in self.base.events:
            if isinstance(event, TicketSurge) and 0 <= self.month - event.month < event.duration_months:
                self.surge *= 1.0 + event.size
        self.keys = {draw: purpose_key(self.world, draw, self.month) for draw in MONTHLY_DRAWS}
        self.keys |= {draw: purpose_key(self.world, draw) for draw in LASTING_DRAWS}
        for retailer in self.retailers:
            retailer.charges.clear()
            retailer.ramp_levers()
        for customer in self.customers:
            customer.begin_month()
        self.each("environment")

    def set_prices(self) -> None:
        """Read the month's wholesale prices."""
        self.spot = float(self.wholesale.spot[self.month])
        self.forward = [float(price) for price in self.wholesale.forward[self.month]]
        self.default_price = self.forward[12] * (1.0 + self.base.market.default_supplier.markup_share)
        self.expected_spot = self.forward[12] / (1.0 + self.wholesale.premium)

    def policies(self) -> None:
        """Begin the policy when the warm-up is over, with staff for the work so far of a month without events."""
        if self.month != self.policy_month:
            return
        tickets = self.expected_tickets(surge=1.0)
        work = [work_of(retailer, tickets[retailer]) for retailer in self.retailers]
        self.study = self.policy_study
        for retailer, own in zip(self.retailers, work, strict=True):
            retailer.read_rules()
            staff_desks(retailer, own)
        self.each("begin_policy")

    def inform(self) -> None:
        """Let records age and be renewed."""
        self.each("inform")

    def decide(self) -> None:
        """Prepare the month's offers."""
        self.each("decide")

    def offers(self) -> None:
        """Post the month's offers."""
        for retailer in self.retailers:
            retailer.posted_discounts = {tier: retailer.discount(tier) for tier in TIERS}
        self.posted = [offer for retailer in self.retailers for offer in post_offers(retailer)]
        self.posted_to = {
            segment: [offer for offer in self.posted if segment in offer.segments] for segment in self.base.segments
        }

    def offers_to(self, customer: CustomerAgent) -> list[PostedOffer]:
        """Return the offers on sale to a customer."""
        return self.posted_to[customer.segment]

    def review_tiers(self) -> None:
        """Review tiers where it is time to."""
        for retailer in self.retailers:
            retailer.review_tiers()
        if self.month == self.policy_month:
            tickets = self.expected_tickets(self.surge)
            for retailer in self.retailers:
                pass_on(retailer, work_of(retailer, tickets[retailer]))

    def expected_tickets(self, surge: float) -> dict[Supplier, dict[Cell, float]]:
        """Return the tickets that customers are expected to raise, added up in exact units."""
        loads: dict[Supplier, dict[Cell, int]] = {supplier: defaultdict(int) for supplier in self.suppliers}
        for customer in self.customers:
            supplier, place = customer.retailer, (customer.region, customer.segment, customer.tier)
            rate = customer.weight * customer.traits.tickets_per_month * surge
            for desk in DESKS:
                share = supplier.desks_of_tickets[desk].ticket_share
                share *= customer.kept_share() if desk == "contact" else 1.0
                loads[supplier][desk, *place] += units(rate * share)
            loads[supplier]["field", *place] += units(customer.weight * customer.visits())
            loads[supplier]["case", *place] += units(customer.weight * customer.complaint_chance)
        raised = {s: {cell: load * UNIT for cell, load in cells.items()} for s, cells in loads.items()}
        for supplier, cells in (self.outage_part.tickets if self.outage_part else {}).items():
            for cell, tickets in cells.items():
                raised[supplier][cell] = raised[supplier].get(cell, 0.0) + tickets
        return raised

    def outages(self) -> None:
        """Let supply fail."""
        self.each("outages")

    def serve(self) -> None:
        """Work off the month's tickets at all desks."""
        tickets = self.expected_tickets(self.surge)
        for retailer in self.retailers:
            serve(retailer, work_of(retailer, tickets[retailer]))
        if self.month == 0:
            for supplier in self.suppliers:
                supplier.reputation = first_reputation(supplier)

    def consume(self) -> None:
        """Let customers use energy."""
        self.each("consume")

    def bill(self) -> None:
        """Bill all customers."""
        for supplier in self.suppliers:
            supplier.open_month()
        for customer in self.customers:
            customer.pay_bill()

    def feel(self) -> None:
        """Add to what customers feel."""
        self.each("feel")

    def talk(self) -> None:
        """Let customers talk."""
        self.each("talk")

    def collect_payments(self) -> None:
        """Let customers pay."""
        self.each("collect_payments")

    def entry_exit(self) -> None:
        """Come after the month's books."""
        self.each("entry_exit")

    def experience(self) -> None:
        """Let all customers experience the month; publish what they say of their supplier."""
        for customer in self.customers:
            customer.live_through_month()
        for supplier in self.suppliers:
            own = [customer for customer in self.customers if customer.retailer is supplier]
            prior = self.behaviour.choice.search_pivot
            overall = mean_in_units(own, "satisfaction", prior)
            supplier.rating = {
                segment: mean_in_units([c for c in own if c.segment == segment], "satisfaction", overall)
                for segment in self.base.segments
            }
            served = [customer for customer in own if customer.served]
            supplier.reputation = mean_in_units(served, "service_received", supplier.reputation)

    def choose(self) -> None:
        """Let all customers search, choose and renew."""
        self.flows: dict[tuple[str, str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
        self.leaves: dict[tuple[str, str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
        self.searches: dict[tuple[str, str, str], float] = defaultdict(float)
        for customer in self.customers:
            customer.choose()

    def release(self, customer: CustomerAgent) -> None:
        """Let a customer whose retailer ends the contract fall to the default supplier; it pays no fee for that."""
        self.record_move(customer, self.default_supplier, released=True)
        fall_to_default(customer, self.month)

    def record_move(
        self, customer: CustomerAgent, to: Supplier, offer: PostedOffer | None = None, released: bool = False
    ) -> None:
        """Write down a change of supplier before the contract changes."""
        self.relations.end(customer)
        old, n, energy = customer.retailer, customer.weight, customer.usual_use
        flow = self.flows[old.name, to.name, customer.segment]
        leave = self.leaves[old.name, customer.segment, customer.tier]
        for sums in (flow, leave):
            sums[0] += n
            sums[1] += n * energy
        if not released:
            old.exit_fees += n * exit_fee.py_func(customer.plan, customer.contract_end - self.month, energy)
        if offer is not None:
            broker = offer.retailer.settings.costs.broker_fee_cny_per_mwh * energy * MONTHS_PER_YEAR
            offer.retailer.won_mwh += n * energy * MONTHS_PER_YEAR
            offer.retailer.won_cost += n * (broker + customer.traits.acquisition_cost_cny + offer.signup_bonus)

    def settle(self) -> None:
        """Close the month's books."""
        self.each("charge")
        for retailer in self.retailers:
            retailer.settle()

    def cost_of_spot(self, supplier: Supplier) -> float:
        """Return what a supplier's energy costs that is not bought forward: own plants cost the mean price."""
        if self.forecasts is None or supplier is self.default_supplier or supplier.book["spot_mwh"] <= 0.0:
            return self.spot
        share = supplier.settings.procurement.own_generation_share
        return self.spot - share * (self.spot - self.forecasts.mean_spot())

    def close(self) -> None:
        """Let go of the agents, which Mesa 3.3 keeps alive in a table of its own."""
        self.remove_all_agents()
        for kind in (mesa.Agent, CustomerAgent, OracleRetailer):
            getattr(kind, "_ids", {}).pop(self, None)


def has_prices(study: Study) -> bool:
    """Return whether any retailer has prices besides the list, or green offers."""
    retailers = study.retailers.values()
    return any(r.pricing != Pricing() or any(o.green_share > 0.0 for o in r.offers.values()) for r in retailers)


def mean_in_units(customers: list[CustomerAgent], attribute: str, otherwise: float) -> float:
    """Return the weighted mean of an attribute, added up in exact units; something else where there is nobody."""
    people = sum(units(customer.weight) for customer in customers)
    total = sum(units(customer.weight * getattr(customer, attribute)) for customer in customers)
    return (total * UNIT) / (people * UNIT) if people > 0 else otherwise
