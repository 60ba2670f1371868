"""What retailers have on record of their customers, and what wrong records, demotions and leaks do (M2, E1-E4)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from tests.oracle.keys import keyed
from tests.oracle.part import Part
from tests.oracle.tiering import advertised_tier, true_tiers

from marketsim.market.draws import uniform
from marketsim.scenario.customers import DIMENSIONS
from marketsim.scenario.portraits import AGE_GROUPS
from marketsim.scenario.service import TIERS

if TYPE_CHECKING:
    from collections.abc import Collection

    from tests.oracle.customers import CustomerAgent
    from tests.oracle.market import OracleMarket
    from tests.oracle.retailers import OracleRetailer

    from marketsim.scenario.portraits import TagRule
    from marketsim.scenario.study import Study

ACCOUNT, PERSON, NEED = range(3)
FAIR, PERSONAL = (DIMENSIONS.index(name) for name in ("fairness", "personalisation"))


@dataclass
class Known:
    """What can be known of a customer."""

    energy: float
    credit: str
    habit: str
    digital_affinity: float
    age: int
    need: str


@dataclass
class Record:
    """A retailer's record of a customer; its parts account, person and need are right or wrong each by itself."""

    keeper: object
    age: float
    due: float
    accuracy: list[float]
    draws: list[float]
    mistaken_for: list[CustomerAgent]
    is_valid: tuple[bool, ...] = (True, True, True)


@dataclass
class Upkeep:
    """How a customer's record is kept this month."""

    accuracy: list[float]
    updates: float
    decay: float


def truth_of(customer: CustomerAgent) -> Known:
    """Return what a complete record says."""
    need = DIMENSIONS[customer.quality_weights.index(max(customer.quality_weights))]
    return Known(customer.energy, customer.credit, customer.habit, customer.digital_affinity, customer.age, need)


def upkeep_of(customer: CustomerAgent) -> Upkeep:
    """Return how well its supplier keeps the record, with the levers that cover the customer (E1)."""
    settings = customer.retailer.records
    if settings is None:
        return Upkeep([1.0, 1.0, 1.0], 1.0, 0.0)

    def left(hook: str) -> float:
        return math.prod(1.0 - getattr(lever.hooks, hook) * lever.intensity for lever in customer.levers)

    uncovered = math.prod(1.0 - share for share in settings.sources.values())
    coverage = 1.0 - uncovered * left("coverage_gain")
    skill = 1.0 - (1.0 - settings.skill) * left("skill_gain")
    accuracy = coverage * skill * (1.0 - (1.0 - settings.silo_factor) * left("silo_saving"))
    need = 1.0 - (1.0 - accuracy) * left("need_accuracy_gain")
    further = sum(lever.hooks.updates_gain_per_year * lever.intensity for lever in customer.levers)
    decay = customer.model.study.information.decay_rate
    return Upkeep([accuracy, accuracy, need], (settings.updates_per_year + further) / 12.0, decay)


class PaymentHabits:
    """Who was overdue in the last twelve months."""

    def __init__(self, market: OracleMarket) -> None:
        self.market = market
        self.months_since: dict[CustomerAgent, int] = {}

    def update(self) -> None:
        """Take in who was overdue at the end of last month."""
        if self.market.payments is None:
            return
        self.months_since = {customer: months + 1 for customer, months in self.months_since.items()}
        self.months_since |= {account.customer: 0 for account in self.market.payments.accounts}
        for customer in self.market.everybody:
            late = "forgetful" if customer.strategic else "strained"
            customer.habit = late if self.months_since.get(customer, 12) < 12 else "on_time"


def asked_for(*studies: Study) -> set[str]:
    """Return the tags that tiers or levers ask for."""
    names: set[str] = set()
    for retailer in (retailer for study in studies for retailer in study.retailers.values()):
        rules = [getattr(retailer.tiers, tier).rule for tier in TIERS[:-1]]
        for asked in [*rules, *retailer.levers.values()]:
            names |= set(asked.tags or ()) if asked else set()
    return names


def carries(rule: TagRule, customer: CustomerAgent, known: Known) -> bool:
    """Return whether a customer of whom this is known meets all conditions of a tag."""
    year = 12.0 * known.energy

    def within(names: Collection[str] | None, name: str) -> bool:
        return names is None or name in names

    def at_least(value: float, least: float | None) -> bool:
        return least is None or value >= least

    def at_most(value: float, most: float | None) -> bool:
        return most is None or value <= most

    return all(
        (
            within(rule.segments, customer.segment),
            within(rule.regions, customer.region),
            within(rule.credit_grades, known.credit),
            within(rule.age_groups, AGE_GROUPS[known.age]),
            within(rule.payment_habits, known.habit),
            rule.top_need in (None, known.need),
            at_least(year, rule.min_annual_mwh) and at_most(year, rule.max_annual_mwh),
            at_least(known.digital_affinity, rule.min_digital_affinity),
            at_most(known.digital_affinity, rule.max_digital_affinity),
        )
    )


class TrueTags(Part):
    """Tags where everybody knows the truth."""

    def __init__(self, market: OracleMarket) -> None:
        super().__init__(market)
        self.used, self.habits = asked_for(market.base, market.policy_study), PaymentHabits(market)
        self.put_down()

    def inform(self) -> None:
        """Bring tags up to date."""
        self.habits.update()
        self.put_down()

    def put_down(self) -> None:
        """Let customers carry the tags of the truth."""
        rules = self.market.study.tags
        for customer in self.market.customers:
            known = truth_of(customer)
            customer.tags = {tag for tag in self.used if carries(rules[tag], customer, known)}


class Records(Part):
    """The records of all customers, each at its present supplier."""

    def __init__(self, market: OracleMarket) -> None:
        super().__init__(market)
        self.settings = market.study.information
        self.used, self.habits = asked_for(market.base, market.policy_study), PaymentHabits(market)
        self.is_open = False
        self.kin = {
            segment: sorted((c for c in market.customers if c.segment == segment), key=lambda c: int(c.key))
            for segment in market.base.segments
        }

    def open_book(self) -> None:
        """Write the first records; each is somewhere between two updates."""
        for customer in self.market.customers:
            upkeep = upkeep_of(customer)
            key = keyed(self.key("record"), customer.retailer.key, customer.key)
            customer.record = Record(customer.retailer, 0.0, uniform(key), [], [], [])
            customer.record.age = customer.record.due / upkeep.updates
            self.write(customer, upkeep)
        self.read({customer: upkeep_of(customer) for customer in self.market.customers})

    def open_market(self) -> None:
        """From now on a lower tier can disappoint."""
        self.is_open = True

    def write(self, customer: CustomerAgent, upkeep: Upkeep) -> None:
        """Put down anew what is known of a customer: until the next update these draws decide."""
        record, kin = customer.record, self.kin[customer.segment]
        record.accuracy, record.draws, record.mistaken_for = list(upkeep.accuracy), [], []
        for part in (ACCOUNT, PERSON, NEED):
            key = keyed(self.key("record"), record.keeper.key, part + 1)
            record.draws.append(uniform(keyed(key, customer.key)))
            record.mistaken_for.append(kin[int(uniform(keyed(key, 1, customer.key)) * len(kin))])

    def inform(self) -> None:
        """Let records age and be renewed; put newcomers into the tier of their record; let data be lost."""
        self.habits.update()
        keeping = {customer: upkeep_of(customer) for customer in self.market.customers}
        newcomers = []
        for customer, upkeep in keeping.items():
            record = customer.record
            if self.market.month > 0:
                record.age += 1.0
                record.due += upkeep.updates
                if record.due >= 1.0:
                    record.due %= 1.0
                    record.age = record.due / upkeep.updates
                    self.write(customer, upkeep)
            if record.keeper is not customer.retailer:
                record.keeper, record.due, record.age = customer.retailer, 0.0, 0.0
                self.write(customer, upkeep)
                newcomers.append(customer)
        self.read(keeping)
        for customer in newcomers:
            if customer.retailer is not self.market.default_supplier:
                self.welcome(customer)
        self.lose_data()

    def read(self, keeping: dict[CustomerAgent, Upkeep]) -> None:
        """Find out which parts are right, and what the records say."""
        truth = {customer: truth_of(customer) for customer in self.market.everybody}
        for customer, upkeep in keeping.items():
            record, still = customer.record, math.exp(-upkeep.decay * customer.record.age)
            record.is_valid = tuple(u < a * still for u, a in zip(record.draws, record.accuracy, strict=True))
            account, person, need = (
                truth[customer if right else other]
                for right, other in zip(record.is_valid, record.mistaken_for, strict=True)
            )
            customer.known = Known(
                account.energy, account.credit, account.habit, person.digital_affinity, person.age, need.need
            )
            matches = customer.known.need == truth[customer].need
            customer.match = 1.0 if matches else float(np.float32(self.settings.match_penalty))
            rules = self.market.study.tags
            customer.tags = {tag for tag in self.used if carries(rules[tag], customer, customer.known)}

    def welcome(self, customer: CustomerAgent) -> None:
        """Put a newcomer into the tier of its record, with the discount of the month in which it signed."""
        retailer, expected = customer.retailer, customer.tier
        found = advertised_tier(retailer, customer, customer.known.energy, customer.known.credit)
        change = retailer.posted_discounts[found] - retailer.posted_discounts[expected]
        customer.discount += change
        customer.discount_gap -= change
        customer.true_tier = expected
        self.sting(customer, expected, found)
        customer.tier = found

    def note_review(self, retailer: OracleRetailer, before: dict[CustomerAgent, str]) -> None:
        """Let customers feel a review that is about to take effect; remember the tier that the truth would give."""
        for customer, tier in true_tiers(retailer).items():
            customer.true_tier = tier
        if self.is_open:
            for customer, tier in before.items():
                self.sting(customer, tier, customer.tier)

    def sting(self, customer: CustomerAgent, before: str, after: str) -> None:
        """Take from fairness and personalisation what a lower tier takes away."""
        loss = self.settings.loss_of_demotion * self.market.behaviour.experience.loss_aversion
        if TIERS.index(after) <= TIERS.index(before) or loss == 0.0:
            return
        ordinary = self.benefit(customer, "ordinary")
        benefits = {tier: self.benefit(customer, tier) - ordinary for tier in TIERS}
        best = max(benefits.values())
        lost = (benefits[before] - benefits[after]) / best if best > 0.0 else 0.0
        for dimension in (FAIR, PERSONAL):
            customer.shift_quality(dimension, -loss * min(1.0, max(0.0, lost)))

    def benefit(self, customer: CustomerAgent, tier: str) -> float:
        """Return what a tier brings a customer in price and service, logits (E20)."""
        retailer, market = customer.retailer, self.market
        price = customer.price_sensitivity / max(customer.reference_bill, 1e-9) * retailer.discount(tier)
        service = 0.0
        for d, dimension in enumerate(DIMENSIONS):
            left = 1.0
            for lever in retailer.levers:
                if lever.covers(customer.segment, customer.region, tier):
                    left *= 1.0 - lever.effects[d] * lever.intensity
            quality = (1.0 - market.behaviour.experience.base_quality) * (1.0 - left)
            if dimension == "responsiveness":
                quality += 0.5 ** (retailer.wait_gap(customer.region, tier) if market.month > 0 else 0.0)
            service += getattr(customer.traits.quality_weights, dimension) * quality
        return price + customer.traits.service_sensitivity * service

    def lose_data(self) -> None:
        """Let data be lost at some of the retailers that have customers."""
        for retailer in self.market.retailers:
            kept = math.prod(1.0 - lever.hooks.breach_saving * lever.intensity for lever in retailer.levers)
            lost = uniform(keyed(self.key("data breach"), retailer.key)) < self.settings.breach_rate * kept
            if lost and retailer.customers:
                self.market.leaks.breach(retailer, self.settings.breach_loss)

    def talk(self) -> None:
        """Survey customers drawn at random, by their number."""
        for retailer in self.market.retailers:
            survey = retailer.settings.records.survey
            members = sorted(retailer.customers, key=lambda customer: int(customer.key))
            retailer.surveyed = math.nan
            if not members or not survey.responses_per_month:
                continue
            people = sum(customer.weight for customer in members)
            answers = min(survey.responses_per_month, max(1, round(people)))
            found = [self.asked(retailer, members, people, number) for number in range(answers)]
            retailer.surveyed = sum(customer.satisfaction for customer in found) / answers
            retailer.charges["marketing"] += answers * survey.cost_cny_per_response

    def asked(
        self, retailer: OracleRetailer, members: list[CustomerAgent], people: float, number: int
    ) -> CustomerAgent:
        """Return who gives an answer."""
        drawn = uniform(keyed(self.key("survey"), retailer.key, number)) * people
        reached = 0.0
        for customer in members:
            reached += customer.weight
            if reached >= drawn:
                return customer
        return members[-1]
