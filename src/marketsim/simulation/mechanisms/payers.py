"""Which customers pay late, pay up, and are taken for what, in a month of a running market (M12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from marketsim.market import reach
from marketsim.market.arrears import Accounts, bill_stress, late_probability
from marketsim.market.bulk_draws import extended, uniforms
from marketsim.market.collection import BY_DIAGNOSIS, STRICT
from marketsim.market.draws import purpose_key
from marketsim.scenario.customers import CREDIT_GRADES
from marketsim.scenario.events import CreditShock
from marketsim.simulation.mechanisms.information import valid_accounts

if TYPE_CHECKING:
    from marketsim.simulation.model import RetailMarket

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


class Payers:
    """How customers deal with what they owe.

    Attributes:
        strategic: whether a customer, when late, could pay and will not. Shape (customers,).
    """

    def __init__(self, model: RetailMarket) -> None:
        """Draw who is who."""
        self.model = model
        self.settings = settings = model.base.credit
        people = model.population
        self.strategic: BoolArray = (
            uniforms(purpose_key(model.world, "strategic debtor"), people["key"]) < settings.strategic_share
        )
        logits = np.array([getattr(settings.late_logits, grade) for grade in CREDIT_GRADES])
        self._logits = logits[people["credit"]]
        self._retailer_keys = model.standing.keys

    def late(self) -> BoolArray:
        """Return who would pay a bill late this month. Shape (customers,)."""
        model, people, settings = self.model, self.model.population, self.settings
        stress = bill_stress(people["bill"], people["usual_bill"]) + self._shock()[people["segment"]]
        above_pivot = np.nan_to_num(people["satisfaction"] - settings.satisfaction_pivot)
        chance = late_probability(
            self._logits, stress, above_pivot, settings.stress_weight, settings.satisfaction_weight
        )
        chance *= 1.0 - reach.closed_gap(people, model.levers, "late_saving")
        chance *= 1.0 + reach.added(people, model.levers, "default_gain")
        return uniforms(purpose_key(model.world, "late payment", model.month), people["key"]) < chance

    def _shock(self) -> FloatArray:
        """Stress of the month's events by segment."""
        names = self.model.frame.segments
        stress = np.zeros(len(names))
        for event in self.model.study.events:
            if isinstance(event, CreditShock) and event.acts_in(self.model.month):
                stress += [event.size * (event.segments is None or name in event.segments) for name in names]
        return stress

    def cured(self, accounts: Accounts) -> BoolArray:
        """Return which overdue accounts without a plan are paid up from this month on."""
        settings, model = self.settings, self.model
        key = purpose_key(model.world, "cure", model.month)
        pairs = extended(model.population["key"][accounts["row"]], self._retailer_keys[accounts["creditor"]])
        will_not = self.strategic[accounts["row"]]
        flexible = np.where(will_not, settings.flexible.will_not_pay, settings.flexible.cannot_pay)
        strict = np.where(will_not, settings.strict.will_not_pay, settings.strict.cannot_pay)
        rates = np.where(accounts["strict"], strict, flexible)
        cured: BoolArray = (accounts["instalments"] == 0) & (uniforms(key, pairs) < rates)
        return cured

    def strictly(self, rows: IntArray, modes: IntArray) -> BoolArray:
        """Return which newly overdue customers are collected from strictly, given their creditors' modes."""
        strict: BoolArray = (modes == STRICT) | ((modes == BY_DIAGNOSIS) & self._diagnosed(rows))
        return strict

    def _diagnosed(self, rows: IntArray) -> BoolArray:
        """Who is taken for one who will not pay: the truth where the record is valid, else a guess by the common share."""
        model = self.model
        key = purpose_key(model.world, "guessed diagnosis", model.month)
        guess = uniforms(key, model.population["key"][rows]) < self.settings.strategic_share
        return np.where(valid_accounts(model)[rows], self.strategic[rows], guess)
