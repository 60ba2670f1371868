"""Customers learn of retailers and of their service from each other (M10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketsim.market import word_of_mouth
from marketsim.market.bulk_draws import extended, uniforms
from marketsim.market.draws import purpose_key
from marketsim.market.network import small_world
from marketsim.market.reach import added
from marketsim.market.word_of_mouth import Awareness, BoolArray, FloatArray, News, Talkers
from marketsim.simulation.mechanisms.advertising import Advertising
from marketsim.simulation.mechanisms.base import Columns, Mechanism

if TYPE_CHECKING:
    from marketsim.scenario.loaded import Scenario
    from marketsim.scenario.word_of_mouth import WordOfMouth
    from marketsim.simulation.model import RetailMarket

MONTHS_PER_YEAR = 12.0
_LARGEST_EXPONENT = 600.0


class Month(NamedTuple):
    """What customers bring to the month's talk.

    Attributes:
        talkative: how much more often than usual each talks.
        eagerness: how much more often than usual each asks.
        satisfaction: of each with its own retailer.
        speed: how far a talk of each moves a belief.
        known: which retailers each knows. Shape (customers, retailers + 1).
        external: probability of learning a name from outside. Shape (segments, retailers + 1).
        promise_pull: how far advertising moves the belief of others. Same shape.
    """

    talkative: FloatArray
    eagerness: FloatArray
    satisfaction: FloatArray
    speed: FloatArray
    known: Awareness
    external: FloatArray
    promise_pull: FloatArray


class Talk(Mechanism):
    """Awareness and beliefs: customers talk after they experienced the month, and before they choose.

    The market reads `model.awareness` and `model.beliefs`.

    Attributes:
        contacts: rows of those whom each customer listens to. Shape (customers, degree).
        kinds: kind of owner of each supplier. Shape (retailers + 1,).
        talks: talks of the month, weighted by listeners.
    """

    @classmethod
    def is_used(cls, market: Scenario) -> bool:
        """Return whether customers talk in this scenario."""
        return market.study.word_of_mouth.enabled

    def __init__(self, model: RetailMarket) -> None:
        """Draw who listens to whom."""
        super().__init__(model)
        rules = self.rules
        self.contacts = small_world(
            model.population, rules.degree, rules.rewiring, purpose_key(model.world, "contacts")
        )
        kinds = [model.study.retailers[name].kind for name in model.frame.retailers]
        self.kinds = np.array([*(sorted(set(kinds)).index(kind) for kind in kinds), -1])
        self.talks = 0.0

    @property
    def rules(self) -> WordOfMouth:
        """The settings in force."""
        return self.model.study.word_of_mouth

    def open_market(self) -> None:
        """Let customers know the rivals that their segment knows, or none; believe the prior of all."""
        model = self.model
        shape = (len(model.population), len(model.frame.retailers) + 1)
        model.awareness = np.zeros(shape, dtype=np.uint8)
        model.beliefs = np.full(shape, model.behaviour.choice["search_pivot"], dtype=np.float32)
        if not self.rules.market_opening:
            self._know_rivals()
        self._know_suppliers()

    def _know_rivals(self) -> None:
        """Draw whom customers know, with the draws of a market without talk."""
        model, people = self.model, self.model.population
        keys = extended(purpose_key(model.world, "awareness"), people["key"])
        shares = model.behaviour.segments["awareness"][people["segment"]]
        model.awareness[:] = uniforms(keys[:, None], model.standing.keys[None, :]) < shares[:, None]

    def _know_suppliers(self) -> None:
        """Let everybody know its own retailer and the default supplier."""
        model = self.model
        model.awareness[np.arange(len(model.population)), model.population["retailer"]] = 1
        model.awareness[:, model.frame.default_supplier] = 1

    def talk(self) -> None:
        """Let news of the month spread; all of it counts at once, as it stood when the month began."""
        model = self.model
        if model.month == 0:
            self._begin()
        self._know_suppliers()
        month = self._month()
        chunks = model.chunks.over(range(len(model.population)), lambda low, high: self._hear(low, high, month))
        self.talks = float(sum(chunks))

    def _begin(self) -> None:
        """Let customers believe of their retailer what they know of it, and nobody know those who are not there yet."""
        model = self.model
        model.beliefs[np.arange(len(model.population)), model.population["retailer"]] = model.population["satisfaction"]
        for retailer in model.retailers:
            if not retailer.active:
                model.awareness[:, retailer.index] = 0

    def _month(self) -> Month:
        model, rules = self.model, self.rules
        people, alive = model.population, model.population["alive"] > 0
        satisfaction = people["satisfaction"].astype(np.float64)
        talkers = Talkers(
            rules.promoter_threshold, rules.detractor_threshold, rules.talk_factor, rules.complaint_factor
        )
        further = added(people, model.levers, "talk_gain_contacts")
        talkative = word_of_mouth.talkativeness(
            satisfaction, people["complaint_age"] > 0, further, rules.degree, talkers
        )
        prior = float(model.behaviour.choice["search_pivot"])
        advertising = model.mechanism(Advertising)
        assert advertising is not None
        return Month(
            talkative=np.where(alive, talkative, 0.0),
            eagerness=np.where(alive, np.where(self._about_to_search(), rules.searching_factor, 1.0), 0.0),
            satisfaction=satisfaction,
            speed=word_of_mouth.hearsay_speed(satisfaction, rules.hearsay_speed, rules.nwom_weight, prior),
            known=model.awareness.copy(),
            external=self._from_outside(advertising.reach),
            promise_pull=advertising.belief_pull().T,
        )

    def _from_outside(self, reach: FloatArray) -> FloatArray:
        """Return the probability of learning a name from outside in a month; nobody learns of who is not there."""
        model, rules = self.model, self.rules
        rates = [
            rules.external_awareness_per_year.get(name, rules.external_awareness_default_per_year)
            for name in model.frame.segments
        ]
        there = np.array([*(retailer.active for retailer in model.retailers), True])
        monthly = np.array(rates)[:, None] / MONTHS_PER_YEAR * reach.T
        return np.where(there, np.minimum(1.0, monthly), 0.0)

    def _about_to_search(self) -> BoolArray:
        """Return who will compare offers this month even without a saving in sight: its own draw says so (E19)."""
        model, people, choice = self.model, self.model.population, self.model.behaviour.choice
        segment = model.behaviour.segments[people["segment"]]
        months_left = people["contract_end"] - model.month
        in_window = (people["retailer"] == model.frame.default_supplier) | (months_left < choice["window_months"])
        exponent = choice["search_dissatisfaction"] * (choice["search_pivot"] - people["satisfaction"])
        exponent = exponent + choice["search_complaint"] * (people["complaint_age"] > 0) + people["urge"]
        rate = segment["search_rate"] * np.where(in_window, 1.0, choice["outside_window_factor"])
        chance = -np.expm1(-rate * np.exp(np.minimum(exponent, _LARGEST_EXPONENT)))
        searches = uniforms(purpose_key(model.world, "search", model.month), people["key"]) < chance
        result: BoolArray = searches & (segment["contestable"] > 0)
        return result

    def _hear(self, low: int, high: int, month: Month) -> float:
        """Let the customers of some rows hear the month's news, in place; return how many talks they had, weighted."""
        model, rules = self.model, self.rules
        people, contacts = model.population[low:high], self.contacts[low:high]
        chance = word_of_mouth.talk_probability(
            rules.contact_rate, month.eagerness[low:high], month.talkative, contacts
        )
        keys = extended(purpose_key(model.world, "talk", model.month), people["key"])
        talks = uniforms(keys[:, None], np.arange(rules.degree, dtype=np.uint64)[None, :]) < chance
        self._learn(low, high, talks, month)
        self._believe(low, high, talks, month)
        return float((people["weight"] * talks.sum(axis=1)).sum())

    def _learn(self, low: int, high: int, talks: BoolArray, month: Month) -> None:
        """Let customers come to know retailers, from outside and from contacts who talk and know them."""
        model, rules, people = self.model, self.rules, self.model.population[low:high]
        aware = word_of_mouth.aware_speakers(self.contacts[low:high], talks, month.known)
        internal = min(1.0, rules.internal_coefficient_per_year / MONTHS_PER_YEAR / rules.degree)
        chance = word_of_mouth.learning_probability(month.external[people["segment"]], internal, aware)
        may_choose = (people["alive"] > 0) & (model.behaviour.segments["contestable"][people["segment"]] > 0)
        rows, retailers = np.nonzero((month.known[low:high] == 0) & may_choose[:, None])
        keys = extended(purpose_key(model.world, "learning", model.month), people["key"][rows])
        learnt = uniforms(keys, model.standing.keys[retailers]) < chance[rows, retailers]
        model.awareness[low + rows[learnt], retailers[learnt]] = 1

    def _believe(self, low: int, high: int, talks: BoolArray, month: Month) -> None:
        """Let beliefs follow own experience, what contacts tell and what advertising promises."""
        model, rules, people = self.model, self.rules, self.model.population[low:high]
        known, before = month.known[low:high] > 0, model.beliefs[low:high]
        own, rows = people["retailer"], np.flatnonzero(people["alive"] > 0)
        news = News(before.shape)
        experience = np.full(len(rows), rules.experience_speed)
        news.add(rows, own[rows], experience, month.satisfaction[low:high][rows])
        word_of_mouth.tell(
            news, self.contacts[low:high], talks, model.population["retailer"], month.satisfaction, month.speed
        )
        for retailer in np.flatnonzero(month.promise_pull.any(axis=0)):
            rows = np.flatnonzero(known[:, retailer] & (own != retailer))
            speed = month.promise_pull[people["segment"][rows], retailer]
            news.add(rows, np.int32(retailer), speed, np.full(len(rows), model.promise[retailer]))
        old = before.astype(np.float64)
        model.beliefs[low:high] = word_of_mouth.spilled_over(
            old, news.believed(old, known), self.kinds, rules.industry_spillover
        )

    def entry_exit(self) -> None:
        """Let those who have signed with a retailer that they did not know by name know it."""
        self._know_suppliers()

    def market_columns(self) -> dict[str, float]:
        """Return how many talks there were."""
        return {"talks": self.talks}

    def retailer_columns(self) -> Columns:
        """Return who is known, and what is believed of it, over contestable customers."""
        model, people = self.model, self.model.population
        may_choose = (people["alive"] > 0) & (model.behaviour.segments["contestable"][people["segment"]] > 0)
        weight = people["weight"] * may_choose
        total = float(weight.sum())
        if total <= 0.0:
            return {}

        def means(values: NDArray[np.uint8] | NDArray[np.float32]) -> FloatArray:
            return np.array([(weight * column).sum() / total for column in values.T])

        return {"awareness_share": means(model.awareness), "belief": means(model.beliefs)}
