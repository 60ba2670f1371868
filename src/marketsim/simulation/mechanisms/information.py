"""What retailers know of their customers, and what comes of wrong records, demotions, breaches and surveys (M2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from marketsim.market import knowledge, tier_benefits, tiers
from marketsim.market.bulk_draws import extended, uniforms
from marketsim.market.draws import purpose_key
from marketsim.market.experience import ASSURANCE, FAIRNESS, PERSONALISATION
from marketsim.market.portraits import tags_carried, tags_in_use
from marketsim.market.reach import retailer_gain
from marketsim.market.records import Records
from marketsim.scenario.customers import DIMENSIONS
from marketsim.scenario.events import Breach
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.service import TIERS
from marketsim.simulation.mechanisms.base import Columns, FloatArray, Mechanism
from marketsim.simulation.mechanisms.payment_habits import PaymentHabits

if TYPE_CHECKING:
    from marketsim.simulation.model import RetailMarket

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


class CustomerInformation(Mechanism):
    """Retailers' records, a noisy and ageing copy of the truth (E1), and what is done with them (E2-E4).

    A record's three parts (account, person, need; see `marketsim.market.knowledge`) are valid each by itself. Tiers, tags
    and the credit view rest on what is recorded; levers that answer to needs match only where the recorded top need is
    the true one. The default supplier, who neither sorts nor serves anybody specially, knows the truth.

    Attributes:
        valid: which parts of which records are right. Shape (customers, 3).
        survey_satisfaction: mean satisfaction that each retailer's survey found, NaN without one. Shape (retailers,).
    """

    valid: BoolArray
    _known: Records
    _matches: BoolArray
    _upkeep: knowledge.Upkeep

    @classmethod
    def is_used(cls, market: Scenario) -> bool:
        """Return whether the scenario switches the mechanism on."""
        return market.study.information.enabled

    def __init__(self, model: RetailMarket) -> None:
        """Take the market; records are opened as soon as customers have a supplier."""
        super().__init__(model)
        self.settings = model.study.information
        self._used_tags = tags_in_use(model.base, model.policy_study)
        self._truth = knowledge.truth_of(model.population)
        self._book = knowledge.Book(model.population)
        self._by_key = np.argsort(model.population["key"])
        self._true_tier = np.zeros(len(model.population), dtype=np.int32)
        count = len(model.frame.retailers)
        self._leak, self._leaker = np.zeros(len(model.population)), np.full(len(model.population), -1)
        self._habits = PaymentHabits(len(model.population))
        self._breaches = np.zeros(count)
        self.survey_satisfaction = np.full(count, np.nan)
        self._stock: Columns = {}
        self._open = False
        segments = [model.base.segments[name].quality_weights for name in model.frame.segments]
        self._weights = np.array([[getattr(weights, name) for name in DIMENSIONS] for weights in segments])

    def open_market(self) -> None:
        """From now on customers have contracts that a lower tier can disappoint."""
        self._open = True

    def inform(self) -> None:
        """Let records age and be renewed; put newcomers into the tier of their record; let data be lost."""
        self._upkeep = self._upkeep_now()
        self._habits.update(self.model)
        if self.model.month > 0:
            self._book.age(self._upkeep, self._key("record"), self.model.standing.keys)
        arrived = self._book.take_over(
            self.model.population["retailer"], self._upkeep, self._key("record"), self.model.standing.keys
        )
        self._read()
        self._welcome(arrived)
        self._lose_data()

    def recorded(self) -> Records:
        """Return what is on record of all customers at their suppliers, as records of `marketsim.market.knowledge.KNOWN`."""
        if not self._open:
            self._open_book()
        return self._known

    def _open_book(self) -> None:
        """Write the first records; the first review of tiers already rests on them."""
        self._upkeep = self._upkeep_now()
        retailer = self.model.population["retailer"]
        if len(self._book.take_over(retailer, self._upkeep, self._key("record"), self.model.standing.keys)):
            self._read()

    def _upkeep_now(self) -> knowledge.Upkeep:
        model = self.model
        return knowledge.upkeep_of(model.study, model.frame.retailers, model.population, model.levers)

    def _key(self, purpose: str) -> np.uint64:
        return purpose_key(self.model.world, purpose, self.model.month)

    def _read(self) -> None:
        """Bring what is known up to date, and with it match (E4) and tags."""
        model, population = self.model, self.model.population
        self._truth["habit"] = self._habits.values
        self.valid = self._book.valid(self._upkeep)
        self._known = self._book.read(self._truth, self.valid)
        self._matches = self._known["need"] == self._truth["need"]
        population["match"] = np.where(self._matches, 1.0, self.settings.match_penalty)
        population["tags"] = tags_carried(model.study, self._used_tags, model.frame, population, self._known)

    def _welcome(self, rows: IntArray) -> None:
        """Give customers who signed last month the tier of their record, instead of the one that they read of.

        The discount follows: it is locked when the contract begins. Who gets less than it read of takes it as a demotion.
        """
        model, population = self.model, self.model.population
        rows = rows[population["retailer"][rows] < len(model.frame.retailers)]
        new = population[rows]
        tier = tiers.tiers_read(model.tiers.cut_off, new, self._known[rows])
        given = model.prices.discount[new["retailer"], tier] - model.prices.discount[new["retailer"], new["tier"]]
        population["discount"][rows] = new["discount"] + given
        population["discount_gap"][rows] = new["discount_gap"] - given
        self._true_tier[rows] = new["tier"]
        for retailer in np.unique(new["retailer"]):
            own = new["retailer"] == retailer
            self._sting(int(retailer), rows[own], new["tier"][own], tier[own])
        population["tier"][rows] = tier

    def note_review(self, retailer: int, rows: IntArray, by_record: IntArray, by_truth: IntArray) -> None:
        """Let customers feel a review of their tiers that is about to take effect.

        Args:
            retailer: who reviews.
            rows: rows of its customers.
            by_record: their new tiers.
            by_truth: the tiers that true records would give them.
        """
        self._true_tier[rows] = by_truth
        if self._open:
            self._sting(retailer, rows, self.model.population["tier"][rows], by_record)

    def _sting(self, retailer: int, rows: IntArray, before: IntArray, after: IntArray) -> None:
        """Take from fairness and personalisation this month what a lower tier takes away, in place (M2)."""
        loss = self.settings.loss_of_demotion * float(self.model.behaviour.experience["loss_aversion"])
        worse = after > before
        rows, before, after = rows[worse], before[worse], after[worse]
        if not len(rows) or loss == 0.0:
            return
        benefits = tier_benefits.of_customers(self._offered(retailer), self.model.population[rows])
        felt = loss * tier_benefits.share_lost(benefits, before, after)
        for dimension in (FAIRNESS, PERSONALISATION):
            self.model.population["quality_shift"][rows, dimension] -= felt

    def _offered(self, retailer: int) -> tier_benefits.Offered:
        model, regions = self.model, len(self.model.frame.regions)
        gap = model.service.wait_gap[retailer] if model.month > 0 else np.zeros((regions, len(TIERS)))
        discount = model.tiers.discount[retailer]
        return tier_benefits.offered(discount, model.levers, retailer, gap, self._weights, model.behaviour)

    def _lose_data(self) -> None:
        """Let data be lost at some of the retailers that have customers, and where an event says so."""
        model, count = self.model, len(self.model.frame.retailers)
        self._breaches[:] = 0.0
        hazard = self.settings.breach_rate * (1.0 - retailer_gain(model.levers, "breach_saving", count))
        lost = uniforms(self._key("data breach"), model.standing.keys[:count]) < hazard
        served = np.bincount(model.population["retailer"], model.population["weight"], minlength=count + 1)[:count]
        for retailer in np.flatnonzero(lost & (served > 0)):
            self._breach(int(retailer), self.settings.breach_loss)
        for event in model.base.events:
            if isinstance(event, Breach) and event.month == model.month:
                self._breach(model.frame.retailers.index(event.retailer), event.size)

    def _breach(self, retailer: int, loss: float) -> None:
        """Let a retailer's data be lost: a fine, and less assurance for those who are its customers now."""
        own = self.model.population["retailer"] == retailer
        before = np.where(self._leaker[own] == retailer, self._leak[own], 0.0)
        self._leak[own], self._leaker[own] = np.minimum(1.0, before + loss), retailer
        self._breaches[retailer] += 1.0
        self._charge(retailer, "compensation", self.settings.breach_fine_cny)

    def feel(self) -> None:
        """Let customers feel breaches; take stock of records and tiers, while customers are with who serves them."""
        population = self.model.population
        felt = np.where(population["retailer"] == self._leaker, self._leak, 0.0)
        population["quality_shift"][:, ASSURANCE] -= felt
        self._stock = {
            "records_valid_share": self._share(self.valid[:, knowledge.ACCOUNT]),
            "misclassified_share": self._share(population["tier"] != self._true_tier),
            "match_share": self._share(self._matches),
            "breaches": self._breaches.copy(),
        }
        self._leak *= 0.5 ** (1.0 / self.settings.breach_half_life_months)

    def _charge(self, retailer: int, line: str, amount: float) -> None:
        charges = self.model.retailers[retailer].charges
        charges[line] = charges.get(line, 0.0) + amount

    def _share(self, which: BoolArray) -> FloatArray:
        """Return the share of each retailer's customers for whom something holds; NaN for no customers."""
        population, count = self.model.population, len(self.model.frame.retailers)
        weight = np.where(population["alive"] > 0, population["weight"], 0.0)
        served = np.bincount(population["retailer"], weight, minlength=count + 1)[:count]
        found = np.bincount(population["retailer"], weight * which, minlength=count + 1)[:count]
        result: FloatArray = np.divide(found, served, out=np.full(count, np.nan), where=served > 0)
        return result

    def talk(self) -> None:
        """Survey customers, after they experienced the month."""
        for retailer, name in enumerate(self.model.frame.retailers):
            survey = self.model.study.retailers[name].records.survey
            self.survey_satisfaction[retailer], answers = self._survey(retailer, survey.responses_per_month)
            if answers:
                self._charge(retailer, "marketing", answers * survey.cost_cny_per_response)

    def _survey(self, retailer: int, responses: int) -> tuple[float, int]:
        """Return the mean satisfaction of customers drawn at random, and how many answered: standard error sd / sqrt(n)."""
        population = self.model.population
        of_it = (population["retailer"] == retailer) & (population["alive"] > 0)
        members = self._by_key[of_it[self._by_key]]
        reached = np.cumsum(population["weight"][members])
        if not len(members) or not responses:
            return float("nan"), 0
        answers = min(responses, max(1, round(float(reached[-1]))))
        key = extended(self._key("survey"), self.model.standing.keys[retailer : retailer + 1])
        drawn = np.searchsorted(reached, uniforms(key, np.arange(answers, dtype=np.uint64)) * reached[-1])
        asked = members[np.minimum(drawn, len(members) - 1)]
        return float(population["satisfaction"][asked].mean()), answers

    def retailer_columns(self) -> Columns:
        """Return the quality of records, breaches, and what surveys found."""
        return {**self._stock, "survey_satisfaction": self.survey_satisfaction.copy()}


def valid_accounts(model: RetailMarket) -> BoolArray:
    """Return whose account (size, credit, payment habit) its supplier has right; all where records are the truth."""
    information = model.mechanism(CustomerInformation)
    everybody = np.ones(len(model.population), dtype=np.bool_)
    return everybody if information is None else information.valid[:, knowledge.ACCOUNT]


def credit_view(model: RetailMarket) -> IntArray:
    """Return the credit grade that each customer's supplier has on record; the true one where records are the truth."""
    information = model.mechanism(CustomerInformation)
    grades: IntArray = model.population["credit"] if information is None else information.recorded()["credit"]
    return grades
