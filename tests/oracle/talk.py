"""Advertising, awareness, beliefs and talk among customers (M10)."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from tests.oracle.keys import keyed
from tests.oracle.part import Part

from marketsim.market.draws import purpose_key, uniform

if TYPE_CHECKING:
    from tests.oracle.customers import CustomerAgent
    from tests.oracle.market import OracleMarket, Supplier
    from tests.oracle.retailers import OracleRetailer

    from marketsim.scenario.word_of_mouth import WordOfMouth

MONTHS = 12
NEW_CONTACT = 1 << 20


@dataclass
class Speaker:
    """A customer as its listeners meet it this month, before anybody has heard anything."""

    talks: float
    supplier: Supplier
    satisfaction: float
    speed: float
    knows: set[Supplier]


def draw_contacts(market: OracleMarket) -> dict[CustomerAgent, list[CustomerAgent | None]]:
    """Return whom each customer listens to: ring neighbours of its segment and region, some replaced by anybody."""
    groups: dict[tuple[str, str], list[CustomerAgent]] = defaultdict(list)
    for customer in market.customers:
        groups[customer.segment, customer.region].append(customer)
    key = purpose_key(market.world, "contacts")
    return {
        customer: [contact(market, key, group, place, slot) for slot in range(market.study.word_of_mouth.degree)]
        for group in groups.values()
        for place, customer in enumerate(group)
    }


def contact(
    market: OracleMarket, key: np.uint64, group: list[CustomerAgent], place: int, slot: int
) -> CustomerAgent | None:
    """Return one contact: in a small group everybody in turn, else the nearest, or a leap."""
    rules, size, own = market.study.word_of_mouth, len(group), group[place].key
    if size <= rules.degree + 1:
        return group[(place + slot + 1) % size] if slot + 1 < size else None
    step = slot // 2 + 1 if slot % 2 == 0 else -(slot // 2 + 1)
    if uniform(keyed(key, keyed(own, slot))) < rules.rewiring:
        step = 1 + int(uniform(keyed(key, keyed(own, NEW_CONTACT + slot))) * (size - 1))
    return group[(place + step) % size]


class Talk(Part):
    """Who is known and what is believed, by advertising and by word of mouth."""

    def __init__(self, market: OracleMarket) -> None:
        super().__init__(market)
        self.contacts = draw_contacts(market)
        self.built: dict[tuple[OracleRetailer, str], float] = defaultdict(float)
        self.months_open: dict[str, int] = defaultdict(int)
        self.everywhere: dict[OracleRetailer, float] = {}
        self.talks = 0.0

    @property
    def rules(self) -> WordOfMouth:
        """The settings in force."""
        return self.market.study.word_of_mouth

    def open_market(self) -> None:
        """Let customers know a share of their rivals, or none; believe the prior of all."""
        prior = self.market.behaviour.choice.search_pivot
        key = purpose_key(self.market.world, "awareness")
        for customer in self.market.customers:
            customer.beliefs = {supplier: float(np.float32(prior)) for supplier in self.market.suppliers}
            customer.known_names = set()
            if not self.rules.market_opening:
                customer.known_names = {
                    supplier
                    for supplier in self.market.suppliers
                    if uniform(keyed(key, customer.key, supplier.key)) < customer.traits.awareness
                }
        self.know_suppliers()

    def know_suppliers(self) -> None:
        """Let everybody know its own supplier and the supplier of last resort."""
        for customer in self.market.customers:
            customer.known_names |= {customer.retailer, self.market.default_supplier}

    def talk(self) -> None:
        """Let advertising and news of the month spread; all of it counts at once."""
        market = self.market
        self.advertise()
        if market.month == 0:
            for customer in market.customers:
                customer.beliefs[customer.retailer] = float(np.float32(customer.satisfaction))
        self.know_suppliers()
        speakers = {customer: self.speaker(customer) for customer in market.customers}
        self.talks = 0.0
        for customer in market.customers:
            heard = [speakers[other] for other in self.who_talks_to(customer, speakers)]
            self.talks += customer.weight * len(heard)
            customer.beliefs = self.believes(customer, heard, speakers[customer].knows)
            if customer.traits.contestable:
                customer.known_names |= self.learns(customer, heard)

    def entry_exit(self) -> None:
        """Let customers know with whom they have signed."""
        self.know_suppliers()

    def pressure(self, retailer: OracleRetailer, segment: str) -> float:
        """Return how strongly a retailer's advertising is felt in a segment."""
        plan = retailer.settings.marketing
        energy = {name: self.contestable(name, energy=True) for name in self.market.base.segments}
        addressed = [name for name in energy if energy[name] > 0.0 and name in (plan.segments or energy)]
        if segment not in addressed:
            return 0.0
        share = sum(energy[name] for name in addressed) / sum(energy.values())
        return math.sqrt(plan.budget_cny_per_month / (self.rules.reference_budget_cny_per_month * share))

    def contestable(self, segment: str, energy: bool) -> float:
        """Return the number of customers of a segment who may choose, or their energy."""
        own = [c for c in self.market.customers if c.segment == segment and c.traits.contestable]
        return sum(customer.weight * (customer.energy if energy else 1.0) for customer in own)

    def advertise(self) -> None:
        """Build brands, let old names fade, and find how strongly everybody's advertising is felt."""
        segments = list(self.market.base.segments)
        people = {segment: self.contestable(segment, energy=False) for segment in segments}
        self.felt = {(r, s): self.pressure(r, s) for r in self.market.retailers for s in segments}
        for retailer in self.market.retailers:
            total = sum(people.values())
            mean = sum(self.felt[retailer, s] * people[s] for s in segments) / total if total > 0.0 else 0.0
            self.everywhere[retailer] = mean
            for segment in segments:
                built = self.rules.brand_retention * self.built[retailer, segment]
                self.built[retailer, segment] = (
                    built + self.rules.advertising_response_logits * self.felt[retailer, segment]
                )
        self.gone = {s: 1.0 - 0.5 ** (self.months_open[s] / self.rules.incumbent_half_life_months) for s in segments}
        for segment in segments:
            self.months_open[segment] += people[segment] > 0.0

    def extra_brand(self, retailer: OracleRetailer, segment: str) -> float:
        """Return what advertising has added to a name, and what has faded of it."""
        fading = retailer.settings.marketing.fading_brand_logits.get(segment, 0.0)
        return self.built[retailer, segment] - fading * self.gone[segment]

    def own_channels(self, retailer: OracleRetailer) -> float:
        """Return how much further levers carry the name."""
        return 1.0 + sum(lever.hooks.advertising_gain * lever.intensity for lever in retailer.levers)

    def advertising(self, retailer: OracleRetailer) -> float:
        """Return the factor of the weight of a retailer's offers in a search."""
        return (1.0 + self.everywhere[retailer]) * self.own_channels(retailer)

    def expectation_pull(self, supplier: Supplier) -> tuple[float, float]:
        """Return what a supplier has promised, and how far expectations of its customers follow in a month (E17b)."""
        promise = self.promises.get(supplier) if self.everywhere else None
        if promise is None:
            return 0.0, 0.0
        room = 1.0 - self.market.behaviour.experience.expectation_speed
        return promise, min(room, self.pulls[supplier])

    def collect_payments(self) -> None:
        """Remember what was promised: expectations follow next month."""
        self.promises = {retailer: retailer.settings.marketing.promise for retailer in self.market.retailers}
        self.pulls = {retailer: self.rules.promise_weight * felt for retailer, felt in self.everywhere.items()}

    def speaker(self, customer: CustomerAgent) -> Speaker:
        """Return how often a customer talks, and what it has to say."""
        rules, satisfaction = self.rules, customer.satisfaction
        talks = 1.0 + customer.added("talk_gain_contacts") / rules.degree
        if satisfaction > rules.promoter_threshold or satisfaction < rules.detractor_threshold:
            talks *= rules.talk_factor
        if customer.complaint_age > 0:
            talks *= rules.complaint_factor
        bad = satisfaction < self.market.behaviour.choice.search_pivot
        speed = min(1.0, rules.hearsay_speed * (rules.nwom_weight if bad else 1.0))
        return Speaker(talks, customer.retailer, satisfaction, speed, set(customer.known_names))

    def who_talks_to(self, customer: CustomerAgent, speakers: dict[CustomerAgent, Speaker]) -> list[CustomerAgent]:
        """Return the contacts from whom a customer hears this month; who searches asks more often."""
        rate = self.rules.contact_rate * (self.rules.searching_factor if self.about_to_search(customer) else 1.0)
        found = []
        for slot, other in enumerate(self.contacts[customer]):
            key = keyed(self.key("talk"), customer.key, slot)
            if other in speakers and uniform(key) < min(1.0, rate * speakers[other].talks):
                found.append(other)
        return found

    def about_to_search(self, customer: CustomerAgent) -> bool:
        """Return whether a customer will compare offers even without a saving in sight (E19)."""
        market, choice = self.market, self.market.behaviour.choice
        if not customer.traits.contestable:
            return False
        in_window = customer.offer is None or customer.contract_end - market.month < choice.window_months
        rate = customer.traits.search_rate * (1.0 if in_window else choice.outside_window_factor)
        exponent = customer.urge + choice.search_dissatisfaction * (choice.search_pivot - customer.satisfaction)
        exponent += choice.search_complaint if customer.complaint_age > 0 else 0.0
        return uniform(keyed(self.key("search"), customer.key)) < 1.0 - math.exp(-rate * math.exp(exponent))

    def learns(self, customer: CustomerAgent, heard: list[Speaker]) -> set[Supplier]:
        """Return the names that a customer comes to know, from outside and from who talks to it (Bass 1969)."""
        rules, found = self.rules, set()
        outside = rules.external_awareness_per_year.get(customer.segment, rules.external_awareness_default_per_year)
        sticks = min(1.0, rules.internal_coefficient_per_year / MONTHS / rules.degree)
        for retailer in self.market.retailers:
            reach = (1.0 + self.felt[retailer, customer.segment]) * self.own_channels(retailer)
            not_learnt = 1.0 - min(1.0, outside / MONTHS * reach)
            for speaker in heard:
                not_learnt *= 1.0 - sticks if retailer in speaker.knows else 1.0
            if uniform(keyed(self.key("learning"), customer.key, retailer.key)) < 1.0 - not_learnt:
                found.add(retailer)
        return found

    def believes(self, customer: CustomerAgent, heard: list[Speaker], known: set[Supplier]) -> dict[Supplier, float]:
        """Return beliefs after own experience, what was heard and what advertising promises."""
        news: dict[Supplier, list[tuple[float, float]]] = defaultdict(list)
        news[customer.retailer].append((self.rules.experience_speed, customer.satisfaction))
        for speaker in heard:
            news[speaker.supplier].append((speaker.speed, speaker.satisfaction))
        for retailer in known - {customer.retailer, self.market.default_supplier}:
            promise = retailer.settings.marketing.promise
            if promise is not None:
                speed = min(1.0, self.rules.promise_belief_weight * self.felt[retailer, customer.segment])
                news[retailer].append((speed, promise))
        after = {
            supplier: moved(belief, news[supplier]) if supplier in known else belief
            for supplier, belief in customer.beliefs.items()
        }
        return self.spill_over(customer.beliefs, after)

    def spill_over(self, before: dict[Supplier, float], after: dict[Supplier, float]) -> dict[Supplier, float]:
        """Let what one retailer lost be lost in part by others of its kind of owner."""
        lost = {supplier: min(0.0, after[supplier] - before[supplier]) for supplier in before}
        found = {}
        for supplier, belief in after.items():
            others = [o for o in lost if o is not supplier and kind_of(o) == kind_of(supplier)]
            fallen = belief + self.rules.industry_spillover * sum(lost[other] for other in others)
            found[supplier] = float(np.float32(min(1.0, max(0.0, fallen))))
        return found

    def charge(self) -> None:
        """Book what advertising costs."""
        for retailer in self.market.retailers:
            retailer.charges["marketing"] += retailer.settings.marketing.budget_cny_per_month


def kind_of(supplier: Supplier) -> str | None:
    """Return the kind of owner; the supplier of last resort is of its own."""
    settings = getattr(supplier, "settings", None)
    return None if settings is None else settings.kind


def moved(belief: float, news: list[tuple[float, float]]) -> float:
    """Return a belief after news: each leaves 1 - speed of the distance to their mean by speed."""
    left = math.prod(1.0 - speed for speed, _ in news)
    weight = sum(speed for speed, _ in news)
    if weight <= 0.0:
        return belief
    mean = sum(speed * quality for speed, quality in news) / weight
    return min(1.0, max(0.0, belief + (1.0 - left) * (mean - belief)))
