"""How retailers collect, as arrays: treatment of late payers, deposits, payment in advance, refusals (M12)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketsim.market.frame import Frame
from marketsim.market.sums import sums_by
from marketsim.scenario.credit import Collection
from marketsim.scenario.study import Study

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
FLEXIBLE, STRICT, BY_DIAGNOSIS = range(3)
MODES = ("flexible", "strict", "by_diagnosis")


class CollectionRules(NamedTuple):
    """Rules of all suppliers; the default supplier's, in the last place, ask for nothing.

    Attributes:
        mode: FLEXIBLE, STRICT or BY_DIAGNOSIS. Shape (suppliers,).
        cut_off_months: months overdue until notice of cut-off. Shape (suppliers,).
        instalments: payments of a plan under flexible collection. Shape (suppliers,).
        in_advance: whether a credit grade pays in advance. Shape (suppliers, 4).
        deposit_months: deposit of a credit grade, months of the bill. Shape (suppliers, 4).
        refused: whether a credit grade is refused. Shape (suppliers, 4).
    """

    mode: IntArray
    cut_off_months: IntArray
    instalments: IntArray
    in_advance: BoolArray
    deposit_months: FloatArray
    refused: BoolArray


def collection_rules(frame: Frame, study: Study) -> CollectionRules:
    """Return the rules of a study."""
    rules = [*(study.retailers[name].collection for name in frame.retailers), Collection()]
    return CollectionRules(
        mode=np.array([MODES.index(rule.mode) for rule in rules]),
        cut_off_months=np.array([rule.cut_off_months for rule in rules]),
        instalments=np.array([rule.instalments for rule in rules]),
        in_advance=np.array([rule.pays_in_advance() for rule in rules]),
        deposit_months=np.array([rule.deposits() for rule in rules]),
        refused=np.array([rule.refused() for rule in rules]),
    )


def security_appeal(frame: Frame, rules: CollectionRules, dislike: float) -> FloatArray:
    """Return what deposits and advance payment take from an offer's utility, -inf where it is refused.

    Shape (offers, 1, 4): by offer and credit grade, alike for all segments.
    """
    retailers = [frame.retailers.index(name) for name, _ in frame.offers]
    asked = rules.in_advance | (rules.deposit_months > 0.0)
    logits = np.where(rules.refused, -np.inf, np.where(asked, -dislike, 0.0))
    result: FloatArray = logits[retailers][:, None, :]
    return result


class Deposits:
    """Money that customers left with their retailers as a security.

    Attributes:
        amounts: CNY of one customer. Shape (customers,).
        holders: the retailer that holds it, -1 where there is none. Shape (customers,).
    """

    def __init__(self, customers: int) -> None:
        """Begin without deposits."""
        self.amounts = np.zeros(customers)
        self.holders = np.full(customers, -1, dtype=np.int64)

    def ask(self, signed: BoolArray, suppliers: IntArray, asked: FloatArray) -> None:
        """Take deposits from customers who signed; who has one with this retailer keeps it while any is asked."""
        kept = (self.holders == suppliers) & (asked > 0.0)
        renewed = signed & ~kept
        self.amounts = np.where(renewed, asked, self.amounts)
        self.holders = np.where(renewed, np.where(asked > 0.0, suppliers, -1), self.holders)

    def leavers(self, suppliers: IntArray) -> IntArray:
        """Return the customers whose deposit is with a retailer that is no longer theirs."""
        return np.flatnonzero((self.holders >= 0) & (self.holders != suppliers))

    def give_back(self, rows: IntArray) -> None:
        """Pay back deposits."""
        self.amounts[rows], self.holders[rows] = 0.0, -1

    def seize(self, rows: IntArray, creditors: IntArray, owed: FloatArray) -> FloatArray:
        """Take what customers owe to the holder from their deposits; return how much, CNY of one customer.

        A customer may stand in several rows only with different creditors.
        """
        used = np.where(self.holders[rows] == creditors, np.minimum(self.amounts[rows], np.maximum(owed, 0.0)), 0.0)
        np.subtract.at(self.amounts, rows, used)
        return used

    def held(self, weights: FloatArray, suppliers: int) -> FloatArray:
        """Return the deposits that each supplier holds, CNY. Shape (suppliers,)."""
        mine = self.holders >= 0
        return sums_by(self.holders[mine], (weights * self.amounts)[mine], suppliers)
