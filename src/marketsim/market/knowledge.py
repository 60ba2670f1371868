"""Records of customers: how good they are, how they age and are renewed, and what they say (M2, E1)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketsim.market.bulk_draws import extended, uniforms
from marketsim.market.levers import Levers
from marketsim.market.reach import covered
from marketsim.market.records import Records, record_type
from marketsim.scenario.study import Study

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
KeyArray = NDArray[np.uint64]
MONTHS_PER_YEAR = 12.0
NOBODY = -1
"""Keeper of a record that does not exist yet."""
ACCOUNT, PERSON, NEED = range(3)
"""The three parts of a record that are right or wrong each by itself: size, credit and payment habit, kept by billing;
digital affinity and age, kept by service; the top need."""
PARTS = (("energy", "credit", "habit"), ("digital_affinity", "age"), ("need",))
KNOWN = record_type(energy="f8", credit="i4", habit="i4", digital_affinity="f8", age="i4", need="i4")
"""What is recorded of a customer: energy (MWh a month), credit grade (0 is A), payment habit (0 on time, 1 forgetful,
2 strained), digital affinity (0-1), age (0 young, 1 middle, 2 old), need (the dimension that counts most)."""
_RECORD = record_type(keeper="i4", age="f8", due="f8", accuracy=("f8", (3,)), chance=("f8", (3,)), other=("i8", (3,)))


class Upkeep(NamedTuple):
    """How the records of customers are kept by their suppliers; what the default supplier keeps is always right.

    Attributes:
        accuracy: probability that a part of a record is right when it has just been updated. Shape (customers, 3).
        updates: updates a month. Shape (customers,).
        decay: rate at which right records become wrong, per month. Shape (customers,).
    """

    accuracy: FloatArray
    updates: FloatArray
    decay: FloatArray


def combined_coverage(coverages: FloatArray) -> float:
    """Return the share of customers whom at least one source covers, sources being independent: 1 - prod(1 - c)."""
    return float(1.0 - np.prod(1.0 - coverages))


def freshness(updates_per_month: FloatArray, decay: FloatArray) -> FloatArray:
    """Return the share of right records that are still right, averaged over the time between updates (E1)."""
    aged = decay / updates_per_month
    result: FloatArray = np.divide(-np.expm1(-aged), aged, out=np.ones_like(aged), where=aged > 1e-9)
    return result


def valid_share(upkeep: Upkeep) -> FloatArray:
    """Return K = skill x silo factor x coverage x freshness, by customer and part of the record (E1)."""
    return upkeep.accuracy * freshness(upkeep.updates, upkeep.decay)[:, None]


def upkeep_of(study: Study, retailers: tuple[str, ...], population: Records, levers: Levers) -> Upkeep:
    """Return how records are kept with the levers that run at this moment; a lever serves the records of whom it covers."""
    settings = [study.retailers[name].records for name in retailers]
    supplier = population["retailer"].copy()

    def of_supplier(values: list[float], at_default: float) -> FloatArray:
        return np.array([*values, at_default])[supplier]

    def closed(values: list[float], hook: str) -> FloatArray:
        return 1.0 - (1.0 - of_supplier(values, 1.0)) * _left(population, levers, hook)

    coverage = closed([combined_coverage(np.array(list(own.sources.values()))) for own in settings], "coverage_gain")
    skill = closed([own.skill for own in settings], "skill_gain")
    base = coverage * skill * closed([own.silo_factor for own in settings], "silo_saving")
    need = 1.0 - (1.0 - base) * _left(population, levers, "need_accuracy_gain")
    updates = of_supplier([own.updates_per_year for own in settings], MONTHS_PER_YEAR)
    return Upkeep(
        accuracy=np.stack([base, base, need], axis=1),
        updates=(updates + _further_updates(population, levers)) / MONTHS_PER_YEAR,
        decay=of_supplier([study.information.decay_rate] * len(retailers), 0.0),
    )


def _left(population: Records, levers: Levers, hook: str) -> FloatArray:
    """Return what levers leave of a shortcoming of each customer's record: prod(1 - gain x intensity)."""
    left = np.ones(len(population))
    for lever in np.flatnonzero(levers.rows[hook] != 0.0):
        row = levers.rows[lever]
        left *= 1.0 - row[hook] * row["intensity"] * covered(population, levers, int(lever))
    return left


def _further_updates(population: Records, levers: Levers) -> FloatArray:
    updates = np.zeros(len(population))
    for lever in np.flatnonzero(levers.rows["updates_gain_per_year"] != 0.0):
        row = levers.rows[lever]
        updates += row["updates_gain_per_year"] * row["intensity"] * covered(population, levers, int(lever))
    return updates


class Book:
    """The records of all customers, each at its present supplier.

    A record is right or wrong from one update to the next: a draw made at the update is below the accuracy of that time
    or not, and a record that was right becomes wrong as it ages, never the other way. The wrong part of a record is that
    of another customer of the same type, as after a mix-up or an estimate from the type's average: the type itself is in
    the contract and is always known, so no household is ever taken for a steel plant, and a rule over recorded attributes
    misclassifies (1 - K)(1 - sum p^2) of a type (E2), p being the shares of its classes.
    """

    def __init__(self, population: Records) -> None:
        """Take the customers; nobody has a record yet."""
        self._keys, self._segment = population["key"], population["segment"]
        self._records = np.zeros(len(population), dtype=_RECORD)
        self._records["keeper"] = NOBODY
        self._by_key = np.lexsort((self._keys, self._segment))
        self._first = np.searchsorted(self._segment, np.arange(int(self._segment.max(initial=0)) + 2))

    def age(self, upkeep: Upkeep, purpose: np.uint64, suppliers: KeyArray) -> None:
        """Let a month pass: records age, and those that are due are updated.

        Args:
            upkeep: how suppliers keep records.
            purpose: key of this month's draws.
            suppliers: keys of the suppliers.
        """
        records = self._records
        records["age"] += 1.0
        records["due"] += upkeep.updates
        rows = np.flatnonzero((records["due"] >= 1.0) & (records["keeper"] != NOBODY))
        records["due"][rows] %= 1.0
        records["age"][rows] = records["due"][rows] / upkeep.updates[rows]
        self._write(rows, upkeep, purpose, suppliers)

    def take_over(self, retailer: IntArray, upkeep: Upkeep, purpose: np.uint64, suppliers: KeyArray) -> IntArray:
        """Open a record for every customer whose supplier has none; return their rows.

        A customer who comes from another supplier gives its data when it signs. The first records of all are somewhere
        between two updates.
        """
        records = self._records
        rows = np.flatnonzero(records["keeper"] != retailer)
        first = records["keeper"][rows] == NOBODY
        records["keeper"][rows] = retailer[rows]
        progress = uniforms(extended(purpose, suppliers[retailer[rows]]), self._keys[rows])
        records["due"][rows] = np.where(first, progress, 0.0)
        records["age"][rows] = records["due"][rows] / upkeep.updates[rows]
        self._write(rows, upkeep, purpose, suppliers)
        return rows

    def _write(self, rows: IntArray, upkeep: Upkeep, purpose: np.uint64, suppliers: KeyArray) -> None:
        """Put down anew what is known of some customers: the draws that decide until the next update."""
        records, segment = self._records, self._segment[rows]
        first, size = self._first[segment], np.diff(self._first)[segment]
        records["accuracy"][rows] = upkeep.accuracy[rows]
        for part in range(len(PARTS)):
            key = extended(extended(purpose, suppliers[records["keeper"][rows]]), part + 1)
            records["chance"][rows, part] = uniforms(key, self._keys[rows])
            place = (uniforms(extended(key, 1), self._keys[rows]) * size).astype(np.int64)
            records["other"][rows, part] = self._by_key[first + place]

    def valid(self, upkeep: Upkeep) -> BoolArray:
        """Return which parts of which records are right. Shape (customers, 3)."""
        kept = np.exp(-upkeep.decay * self._records["age"])
        result: BoolArray = self._records["chance"] < self._records["accuracy"] * kept[:, None]
        return result

    def read(self, truth: Records, valid: BoolArray) -> Records:
        """Return what the records say, given the truth of all customers; both records of `KNOWN`."""
        known = np.empty(len(truth), dtype=KNOWN)
        own = np.arange(len(truth))
        for part, names in enumerate(PARTS):
            source = np.where(valid[:, part], own, self._records["other"][:, part])
            for name in names:
                known[name] = truth[name][source]
        return known


def truth_of(population: Records) -> Records:
    """Return what complete records would say of all customers, all of whom pay on time: records of `KNOWN`."""
    truth = np.empty(len(population), dtype=KNOWN)
    for name in ("energy", "credit", "digital_affinity", "age"):
        truth[name] = population[name]
    truth["need"] = population["quality_weights"].argmax(axis=1)
    truth["habit"] = 0
    return truth
