"""The market as a Mesa model: its agents, and the phases of a month."""

from __future__ import annotations

from time import perf_counter
from typing import TypeVar

import mesa
import numpy as np
from numpy.typing import NDArray

from marketsim.market import desks, start, tariffs, tiers
from marketsim.market.choice import ChoiceKeys, ChoiceTally
from marketsim.market.contracts import Prices, release
from marketsim.market.draws import name_key, purpose_key, world_key
from marketsim.market.exact import as_float
from marketsim.market.experience import ExperienceKeys, ExperienceTally
from marketsim.market.frame import build_frame
from marketsim.market.levers import build_levers, lever_names, ramp
from marketsim.market.population import create
from marketsim.market.search import Standing
from marketsim.market.segments import build_behaviour
from marketsim.market.spot import generate
from marketsim.scenario.customers import CREDIT_GRADES
from marketsim.scenario.events import TicketSurge
from marketsim.scenario.imitation import with_visible_levers
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.service import DESKS, TIERS
from marketsim.scenario.study import Study
from marketsim.simulation import service
from marketsim.simulation.agents import CustomerSegment, Retailer
from marketsim.simulation.chunks import Chunks
from marketsim.simulation.margins import Margins
from marketsim.simulation.mechanisms.base import Mechanism
from marketsim.simulation.mechanisms.registry import MECHANISMS
from marketsim.simulation.recorder import Recorder
from marketsim.simulation.relations import Relations

FloatArray = NDArray[np.float64]
M = TypeVar("M", bound=Mechanism)

PHASES = (
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
    "collect",
)
"""The phases of a month, in their order. What customers sign in `choose` begins next month."""


class RetailMarket(mesa.Model):  # type: ignore[misc]
    """A retail electricity market in one world: retailers, customer types, and everything they share.

    Results never come from Mesa's random numbers: every draw is keyed (see `marketsim.market.draws`).

    Attributes:
        frame: indices of retailers, segments, regions and offers.
        population: all customers.
        study: the study in force: the base until policies begin, then the policy.
        policy_month: month in which policies begin.
        month: month under way, counted from 0.
        phase_seconds: time spent in each phase so far.
    """

    def __init__(self, market: Scenario, policy: Study, replication: int, threads: int = 1) -> None:
        """Set up the market of the scenario in the world of the replication, ready for its first month."""
        super().__init__()
        self.base, self.policy_study = with_visible_levers(market.study), with_visible_levers(policy)
        self.study = self.base
        self.strategy_code = market.data.strategy_code
        self.policy_month = self.base.run.warmup_months
        self.month = 0
        self.chunks = Chunks(threads)
        self.phase_seconds = dict.fromkeys(PHASES, 0.0)
        self.frame = build_frame(self.base, policy)
        self.world = world_key(self.base.run.seed, replication)
        self.population = create(market, self.frame, self.world)
        self.behaviour = build_behaviour(self.frame, self.base, market.data)
        self.wholesale = generate(self.base, market.data.spot_cny_per_mwh, self.world, self.base.run.months)
        rates = self.base.market.default_rates
        self.default_rates = np.array([getattr(rates, grade) for grade in CREDIT_GRADES])
        self.shapes = tariffs.collect_shapes(self.frame, (self.base, policy))
        self.plans = tariffs.build_plans(self.shapes)
        self.intensities = {
            (name, lever): self.base.retailers[name].levers[lever].intensity
            for name, lever in lever_names(self.frame, self.base)
        }
        self.resolution, self.digital_share = (
            np.ones((len(self.frame.retailers), len(DESKS))),
            np.zeros(len(self.frame.retailers)),
        )
        self.carried = desks.nothing_carried(len(self.frame.retailers), len(self.frame.regions))
        self.reputation: FloatArray | None = None
        self._create_agents()
        self._set_neutral()
        self._read_rules()
        self.recorder = Recorder(self)
        self.mechanisms: list[Mechanism] = [kind(self) for kind in MECHANISMS if kind.is_used(market)]
        self._open_market(market)
        for mechanism in self.mechanisms:
            mechanism.open_market()
        self.relations, self.margins = Relations(self), Margins(self)

    def _set_neutral(self) -> None:
        """Hold ready what mechanisms may set, at values that change nothing."""
        suppliers, segments, offers = len(self.frame.retailers) + 1, len(self.frame.segments), len(self.frame.offers)
        by_segment = (suppliers, segments)
        self.awareness = np.zeros((0, 0), dtype=np.uint8)
        self.beliefs = np.zeros((0, 0), dtype=np.float32)
        self.promise, self.advertising_pull = np.zeros(suppliers), np.zeros(suppliers)
        self.extra_brand = np.zeros(by_segment)
        self._published = np.zeros(by_segment)
        self.advertising_factor = np.ones(suppliers)
        tickets = (suppliers, len(DESKS), len(self.frame.regions), segments, len(TIERS))
        self.extra_tickets = np.zeros(tickets)
        self.price_moves = np.zeros(offers)
        self.on_sale = np.ones(offers, dtype=np.bool_)
        self.price_cap = float("inf")
        self.concession, self.concession_from = np.zeros(by_segment), np.zeros(by_segment)
        self.renewal_markup, self.retention, self.winback = (np.zeros(by_segment) for _ in range(3))
        self.appeal = np.zeros((offers, segments, len(CREDIT_GRADES)))
        self.rebate = np.zeros(suppliers)

    def mechanism(self, kind: type[M]) -> M | None:
        """Return the mechanism of that kind, or None where it is switched off."""
        return next((found for found in self.mechanisms if isinstance(found, kind)), None)

    def _create_agents(self) -> None:
        for index, name in enumerate(self.frame.retailers):
            Retailer(self, name, index)
        edges = np.searchsorted(self.population["segment"], np.arange(len(self.frame.segments) + 1))
        for index, name in enumerate(self.frame.segments):
            CustomerSegment(self, name, range(int(edges[index]), int(edges[index + 1])))

    @property
    def retailers(self) -> list[Retailer]:
        """The retailers, in name order."""
        return list(self.agents_by_type[Retailer])

    @property
    def segments(self) -> list[CustomerSegment]:
        """The customer types, in name order."""
        return list(self.agents_by_type[CustomerSegment])

    def _read_rules(self) -> None:
        """Turn the study in force into arrays; intensities of levers and published cut-offs carry on."""
        self.list_offers = tariffs.build_offers(self.frame, self.study, self.shapes)
        self.tiers = tiers.build_tiers(self.frame, self.study)
        self.levers = build_levers(self.frame, self.study, self.intensities)
        self.desk_rules = desks.build_desks(self.frame, self.study)
        self.load_blocks = desks.build_blocks(self.study)
        self.ticket_rates = service.ticket_rates(self)
        self.dedicated_share: FloatArray | None = None
        retailers = [self.study.retailers[name] for name in self.frame.retailers]
        brand = [[retailer.brand_logits.get(s, 0.0) for s in self.frame.segments] for retailer in retailers]
        self.brand = np.array([*brand, [0.0] * len(self.frame.segments)])
        self.advertising = np.array([*(retailer.advertising_weight for retailer in retailers), 0.0])
        self.standing = Standing(
            brand=self.brand + self.extra_brand,
            advertising=self.advertising * self.advertising_factor,
            rating=self._published,
            keys=np.array([*self.frame.retailer_keys, name_key("default supplier")], dtype=np.uint64),
            awareness=self.awareness,
            beliefs=self.beliefs,
        )

    def _open_market(self, market: Scenario) -> None:
        """Give every customer a supplier, a tier and a contract; staff the desks."""
        self._set_prices()
        self.offers()
        books = np.array([name in market.data.books for name in self.frame.segments])
        sold_to = np.zeros((len(self.frame.retailers) + 1, len(self.frame.segments)), dtype=np.bool_)
        for offer, retailer in enumerate(self.list_offers.rows["retailer"]):
            sold_to[retailer] |= self.list_offers.for_segment[offer]
        shares = start.initial_shares(self.frame, self.base)
        start.assign_retailers(
            self.population,
            shares,
            sold_to,
            self.standing.keys,
            purpose_key(self.world, "first retailer"),
            books,
        )
        for retailer in self.retailers:
            retailer.review_tiers()
        start.sign_first_contracts(
            self.population,
            self.prices,
            self.behaviour,
            purpose_key(self.world, "first offer"),
            purpose_key(self.world, "first contract end"),
            books,
        )
        service.staff_desks(self)

    def step(self) -> None:
        """Run one month."""
        for name in PHASES:
            began = perf_counter()
            getattr(self, name)()
            self.phase_seconds[name] += perf_counter() - began
        self.month += 1

    def environment(self) -> None:
        """Let the month's prices and events arrive, and levers ramp up."""
        self._set_prices()
        for name in ("quality_shift", "mood", "urge"):
            self.population[name] = 0.0
        self.appeal[...] = 0.0
        for retailer in self.retailers:
            retailer.charges.clear()
            retailer.capex_cny = 0.0
        self.levers = ramp(self.levers)
        intensities = map(float, self.levers.rows["intensity"])
        self.intensities = dict(zip(lever_names(self.frame, self.study), intensities, strict=True))
        self.ticket_rates = self.ticket_rates._replace(surge=self._surge())
        self._each("environment")

    def _each(self, moment: str) -> None:
        """Let all mechanisms act at a moment of the month."""
        for mechanism in self.mechanisms:
            getattr(mechanism, moment)()

    def _set_prices(self) -> None:
        self.spot = float(self.wholesale.spot[self.month])
        self.forward = self.wholesale.forward[self.month]
        markup = self.study.market.default_supplier.markup_share
        self.default_price = float(self.forward[12]) * (1.0 + markup)

    def _surge(self) -> float:
        factor = 1.0
        for event in self.study.events:
            if isinstance(event, TicketSurge) and event.month <= self.month < event.month + event.duration_months:
                factor *= 1.0 + event.size
        return factor

    def policies(self) -> None:
        """Begin the policy when the warm-up is over; base and policy staff for the same load, that of a month without events."""
        if self.month != self.policy_month:
            return
        self.ticket_rates = self.ticket_rates._replace(surge=1.0)
        load = service.expected_load(self)
        self.study = self.policy_study
        cut_off = self.tiers.cut_off
        self.former_rules = self.desk_rules
        self._read_rules()
        self.tiers = self.tiers._replace(cut_off=cut_off)
        self.ticket_rates = self.ticket_rates._replace(surge=self._surge())
        service.staff_desks(self, load)
        self._each("begin_policy")

    def inform(self) -> None:
        """Let records age and be renewed."""
        self._each("inform")

    def decide(self) -> None:
        """Let retailers decide on what they have seen."""
        self._each("decide")

    def offers(self) -> None:
        """Post the month's offers."""
        posted = tariffs.posted(self.list_offers, self.plans, self.forward, self.wholesale.mean_forward)
        rows = posted.rows
        rows["price_level"] += self.price_moves
        capped = self.plans["kind"][rows["plan"]] != tariffs.LINKED
        rows["price_level"][capped] = np.minimum(rows["price_level"][capped], self.price_cap)
        self.prices = Prices(
            offers=rows,
            for_segment=posted.for_segment & self.on_sale[:, None],
            plans=self.plans,
            discount=self.tiers.discount,
            best_discount=self.tiers.best_discount,
            cut_off=self.tiers.cut_off,
            forward=self.forward,
            expected_spot=float(self.forward[12]) / (1.0 + self.wholesale.premium),
            concession=self.concession,
            concession_from=self.concession_from,
            renewal_markup=self.renewal_markup,
            retention=self.retention,
            winback=self.winback,
            rebate=self.rebate,
            appeal=self.appeal,
            default_price=self.default_price,
            voluntary_default=self.study.market.default_supplier.voluntary,
            yearly_sd=self.wholesale.yearly_sd,
            calendar_year=self.study.market.contract_calendar == "calendar_year",
            default_supplier=self.frame.default_supplier,
        )

    def review_tiers(self) -> None:
        """Review tiers where it is time to; tickets carried over go with the tiers when policies begin."""
        self.agents_by_type[Retailer].do("review_tiers")
        if self.month == self.policy_month:
            load = service.expected_load(self)
            self.carried = service.regroup(self.former_rules, self.desk_rules, self.carried, load)

    def outages(self) -> None:
        """Let supply fail and be restored."""
        self._each("outages")

    def consume(self) -> None:
        """Let customers use energy."""
        self._each("consume")

    def serve(self) -> None:
        """Work off the month's tickets at all desks."""
        self.service, self.ticket_sums = service.serve(self)

    def bill(self) -> None:
        """Bill all customers."""
        chunks = [chunk for segment in self.segments for chunk in segment.pay_bills()]
        self.bill_sums = sum((sums for sums, _ in chunks[1:]), chunks[0][0])
        self.bill_regions = sum((regions for _, regions in chunks[1:]), chunks[0][1])
        self.margins.add(self)

    def feel(self) -> None:
        """Let mechanisms add to what customers feel this month."""
        self._each("feel")

    def talk(self) -> None:
        """Let customers talk."""
        self._each("talk")
        self.standing = self.standing._replace(
            brand=self.brand + self.extra_brand,
            advertising=self.advertising * self.advertising_factor,
            awareness=self.awareness,
            beliefs=self.beliefs,
        )

    def collect_payments(self) -> None:
        """Let customers pay what they owe."""
        for retailer in self.retailers:
            retailer.books.note_tagged_levers()
        self._each("collect_payments")

    def entry_exit(self) -> None:
        """Let retailers come and go."""
        self._each("entry_exit")

    def experience(self) -> None:
        """Let all customers experience the month; publish ratings."""
        chunks = [chunk for segment in self.segments for chunk in segment.live_through_month()]
        self.experiences = ExperienceTally(*(sum(parts[1:], parts[0]) for parts in zip(*chunks, strict=True)))
        self._published = self._ratings()
        self.standing = self.standing._replace(rating=self._published)
        quality, served = as_float(self.experiences.responsiveness).T
        before = self.service.reputation
        self.reputation = np.divide(quality, served, out=before.copy(), where=served > 0)

    def _ratings(self) -> FloatArray:
        """Published satisfaction by segment; the retailer's mean where it has nobody, the prior where it has none at all."""
        satisfaction, customers = np.moveaxis(as_float(self.experiences.rating), 2, 0)
        whole = customers.sum(axis=1)
        prior = np.full(len(whole), self.behaviour.choice["search_pivot"])
        mean = np.divide(satisfaction.sum(axis=1), whole, out=prior, where=whole > 0)
        fallback = np.repeat(mean[:, None], customers.shape[1], axis=1)
        rating: FloatArray = np.divide(satisfaction, customers, out=fallback, where=customers > 0)
        return rating

    def choose(self) -> None:
        """Let all customers search, choose and renew."""
        chunks = [chunk for segment in self.segments for chunk in segment.choose_offers()]
        self.choices = ChoiceTally(*(sum(parts[1:], parts[0]) for parts in zip(*chunks, strict=True)))

    def settle(self) -> None:
        """Book the month at every retailer."""
        self._each("charge")
        self.agents_by_type[Retailer].do("settle")

    def release_customers(self, retailer: int) -> None:
        """Let all customers of a retailer fall to the default supplier after this month, as moves of this month."""
        rows = np.flatnonzero((self.population["retailer"] == retailer) & (self.population["alive"] > 0))
        self.release(rows)

    def release(self, rows: NDArray[np.intp]) -> None:
        """Let the customers of these rows fall to the default supplier after this month, as moves of this month."""
        members, default = self.population[rows], self.frame.default_supplier
        moved = np.stack([members["weight"], members["weight"] * members["usual_use"]], axis=-1)
        old, segment, tier = (members[name].astype(np.intp) for name in ("retailer", "segment", "tier"))
        np.add.at(self.choices.flows, (old, np.full_like(old, default), segment), moved)
        np.add.at(self.choices.leaves[..., :2], (old, segment, tier), moved)
        release(self.population, rows, self.month, default, self.prices.expected_spot)

    def collect(self) -> None:
        """Record the month."""
        self.recorder.record(self)

    def expected_margins(self, retailer: int) -> FloatArray:
        """Return the margin that a retailer expects of a MWh by segment: the mean over its offers, CNY/MWh."""
        expected, plans = self.prices.expected_spot, self.plans
        own = self.prices.offers["retailer"] == retailer
        margins = np.zeros(len(self.frame.segments))
        for s, name in enumerate(self.frame.segments):
            energy = self.base.segments[name].energy_mwh_per_month
            found = []
            for offer in self.prices.offers[own & self.prices.for_segment[:, s]]:
                plan, bands = plans[offer["plan"]], self.behaviour.segments[s]["bands"]
                price = tariffs.energy_price(plan, offer["price_level"], 0.0, expected, energy, bands)
                cost = (
                    plan["hedged_share"] * self.forward[plan["term_months"]] + (1.0 - plan["hedged_share"]) * expected
                )
                found.append(price - cost)
            margins[s] = np.mean(found) if found else 0.0
        return margins

    def experience_keys(self) -> ExperienceKeys:
        """Return the keys of the month's draws of experience."""
        names = ("tickets", "waits", "quality noise", "complaint", "complaint resolution")
        return ExperienceKeys(*(purpose_key(self.world, name, self.month) for name in names))

    def choice_keys(self) -> ChoiceKeys:
        """Return the keys of the month's draws of choice."""
        monthly = ("search", "consideration", "alternative")
        lasting = ("taste", "awareness")
        return ChoiceKeys(
            *(purpose_key(self.world, name, self.month) for name in monthly),
            *(purpose_key(self.world, name) for name in lasting),
        )

    def close(self) -> None:
        """Let go of agents, arrays and threads at once.

        Mesa 3.3 keeps every model that had agents in a table of its own, and a model and its agents hold each other.
        """
        self.chunks.close()
        self.remove_all_agents()
        for kind in (mesa.Agent, Retailer, CustomerSegment):
            getattr(kind, "_ids", {}).pop(self, None)
        self.__dict__.clear()
