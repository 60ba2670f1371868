"""The customers of a run: one row an agent, in one set of arrays (M1)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketsim.market.compiled import rule
from marketsim.market.draws import (
    exponential,
    extend,
    gamma,
    name_key,
    normal,
    part_key,
    purpose_key,
    uniform,
)
from marketsim.market.frame import Frame
from marketsim.market.records import Record, Records, record_type, unwritten
from marketsim.market.sampling import agents_by_segment
from marketsim.scenario.customers import CREDIT_GRADES, DIMENSIONS
from marketsim.scenario.loaded import AccountBook, Scenario
from marketsim.scenario.study import Study

FloatArray = NDArray[np.float64]
KeyArray = NDArray[np.uint64]
LONGEST_INITIAL_TENURE = 120


CUSTOMER = record_type(
    key="u8",
    tags="u8",
    weight="f8",
    energy="f8",
    price_sensitivity="f8",
    digital_affinity="f8",
    quality_weights=("f8", (6,)),
    price_level="f8",
    discount="f8",
    discount_gap="f8",
    forward_price="f8",
    reference_bill="f8",
    contracted="f8",
    usual_use="f8",
    use="f8",
    price="f8",
    bill="f8",
    usual_bill="f8",
    reliability="f8",
    quality=("f8", (6,)),
    expectation=("f8", (6,)),
    felt_service="f8",
    satisfaction="f8",
    loyalty="f8",
    complaint_chance="f8",
    quality_shift=("f4", (6,)),
    match="f4",
    mood="f4",
    urge="f4",
    row="i4",
    offer="i4",
    plan="i4",
    contract_end="i4",
    joined="i4",
    retailer="i2",
    former="i2",
    segment="i2",
    region="i2",
    credit="i2",
    tier="i2",
    complaint_age="i2",
    age="i1",
    alive="i1",
)
"""State of an agent; segments are contiguous, in the order of the frame.

What never changes: key of its draws; row (its place); segment, region, credit (0 is grade A), age (young, middle or old);
weight (customers that the agent stands for); energy (MWh a month of one customer at the start); price_sensitivity (logits
per 100 % of the bill); digital_affinity (0-1); quality_weights.

Contract: retailer; offer (row of the offers, -1 at the default supplier); plan (row of the plans); tier (0 is key);
price_level, discount, forward_price (CNY/MWh, agreed at signing); discount_gap (best discount that the retailer gave
anybody at the time of signing less the own); contract_end (last month); joined (month); reference_bill (CNY/MWh of the
whole bill at signing).

Experience: quality, expectation; felt_service (responsiveness before levers); satisfaction; loyalty; usual_bill (CNY/MWh,
mean of about a year); price (CNY/MWh of energy, this month); bill (CNY/MWh of the whole bill, this month); complaint_age
(months since an open complaint was raised, 0 for none); complaint_chance
(probability of the complaint that was drawn this month: its expected tickets next month).

What mechanisms that can be switched off set, and rules read: alive (0 once it has closed down); use (MWh this month);
usual_use (MWh a month that it expects to use); contracted (MWh a month that were expected at signing: what is hedged);
reliability (quality of supply); tags (bits of what its retailer has on record); match (how far levers meet its needs);
quality_shift (added to the month's qualities); mood (added to satisfaction); urge (added to the exponent of search); former
(retailer before the present one, -1 for none).
"""
AGES = ("young", "middle", "old")


ORDINARY = 3


def create(scenario: Scenario, frame: Frame, world: np.uint64) -> Records:
    """Return the customers of a world, without contracts; whatever is not yet known is NaN or -1."""
    study = scenario.study
    counts = agents_by_segment(scenario)
    rows = [_segment_keys(name, scenario.data.books.get(name), counts[name]) for name in frame.segments]
    segment = np.repeat(np.arange(len(frame.segments)), [len(keys) for keys in rows])
    population = unwritten(CUSTOMER, len(segment))
    population["key"], population["segment"] = np.concatenate(rows), segment
    population["tier"], population["complaint_age"] = ORDINARY, 0
    population["complaint_chance"] = 0.0
    population["row"] = np.arange(len(population))
    population["alive"], population["match"], population["tags"] = 1, 1.0, 0
    for name in ("quality_shift", "mood", "urge"):
        population[name] = 0.0
    _draw_attributes(population, scenario, frame, world)
    supply = np.array([study.market.regions[name].supply_quality for name in frame.regions])
    for index, name in enumerate(frame.segments):
        book = scenario.data.books.get(name)
        members = slice(*np.searchsorted(segment, [index, index + 1]))
        population["weight"][members] = 1.0 if book else study.segments[name].customers / counts[name]
        if book:
            _read_book(population, members, book)
    for name in ("use", "usual_use", "contracted"):
        population[name] = population["energy"]
    population["reliability"] = supply[population["region"]]
    return population


def _segment_keys(name: str, book: AccountBook | None, count: int) -> KeyArray:
    """An account's key is its id's, a sampled customer's its number in the segment: nothing else moves its draws."""
    key = name_key(f"segment {name}")
    if book:
        return np.array([part_key(key, int(name_key(f"account {identity}"))) for identity in book.ids], dtype=np.uint64)
    return _numbered_keys(key, count)


@rule
def _numbered_keys(key: np.uint64, count: int) -> KeyArray:
    keys = np.empty(count, dtype=np.uint64)
    for number in range(count):
        keys[number] = extend(key, np.uint64(number))
    return keys


class _Spread(NamedTuple):
    """Distributions of attributes by segment; mixes are cumulative."""

    energy: FloatArray
    energy_sigma: FloatArray
    price_sensitivity: FloatArray
    price_sensitivity_sigma: FloatArray
    weights_concentration: FloatArray
    digital_affinity: FloatArray
    digital_affinity_sd: FloatArray
    digital_affinity_age_gap: FloatArray
    initial_tenure: FloatArray
    quality_weights: FloatArray
    region_mix: FloatArray
    credit_mix: FloatArray
    age_mix: FloatArray


def _spread(frame: Frame, study: Study) -> _Spread:
    segments = [study.segments[name] for name in frame.segments]
    shares = {name: region.share for name, region in study.market.regions.items()}

    def column(name: str) -> FloatArray:
        return np.array([getattr(segment, name) for segment in segments], dtype=np.float64)

    def mix(rows: list[list[float]]) -> FloatArray:
        return np.cumsum(np.array(rows, dtype=np.float64), axis=1)

    return _Spread(
        energy=column("energy_mwh_per_month"),
        energy_sigma=column("energy_sigma"),
        price_sensitivity=column("price_sensitivity"),
        price_sensitivity_sigma=column("price_sensitivity_sigma"),
        weights_concentration=column("weights_concentration"),
        digital_affinity=column("digital_affinity"),
        digital_affinity_sd=column("digital_affinity_sd"),
        digital_affinity_age_gap=column("digital_affinity_age_gap"),
        initial_tenure=column("initial_tenure_months"),
        quality_weights=np.array([[getattr(s.quality_weights, d) for d in DIMENSIONS] for s in segments]),
        region_mix=mix([[(s.region_mix or shares).get(r, 0.0) for r in frame.regions] for s in segments]),
        credit_mix=mix([[getattr(s.credit_mix, grade) for grade in CREDIT_GRADES] for s in segments]),
        age_mix=mix([[getattr(s.age_mix, age) for age in AGES] for s in segments]),
    )


_ATTRIBUTES = (
    "energy",
    "price sensitivity",
    "region",
    "credit",
    "digital affinity",
    "tenure",
    "quality weights",
    "age",
)


def _draw_attributes(population: Records, scenario: Scenario, frame: Frame, world: np.uint64) -> None:
    purposes = np.array([purpose_key(world, purpose) for purpose in _ATTRIBUTES], dtype=np.uint64)
    _attribute_loop(population, _spread(frame, scenario.study), purposes)


@rule
def log_normal(key: np.uint64, mean: float, sigma: float) -> float:
    """Return a log-normal number of the given mean and standard deviation of the logarithm."""
    return mean * np.exp(sigma * normal(key) - 0.5 * sigma * sigma)


@rule
def category(key: np.uint64, cumulative_shares: FloatArray) -> int:
    """Return a category drawn from cumulative shares."""
    u = uniform(key)
    last = len(cumulative_shares) - 1
    for index in range(last):
        if u < cumulative_shares[index]:
            return index
    return last


@rule
def dirichlet(key: np.uint64, mean: FloatArray, concentration: float, out: FloatArray) -> None:
    """Write Dirichlet weights of the given mean to `out`; a weight whose mean is zero is zero."""
    total = 0.0
    for index in range(len(mean)):
        shape = concentration * mean[index]
        out[index] = gamma(extend(key, np.uint64(index)), shape) if shape > 0.0 else 0.0
        total += out[index]
    for index in range(len(mean)):
        out[index] = out[index] / total if total > 0.0 else mean[index]


@rule
def _attribute_loop(population: Records, spread: _Spread, purposes: KeyArray) -> None:
    for i in range(len(population)):
        customer: Record = population[i]
        key, s = customer.key, customer.segment
        customer.energy = log_normal(extend(purposes[0], key), spread.energy[s], spread.energy_sigma[s])
        customer.price_sensitivity = log_normal(
            extend(purposes[1], key), spread.price_sensitivity[s], spread.price_sensitivity_sigma[s]
        )
        customer.region = category(extend(purposes[2], key), spread.region_mix[s])
        customer.credit = category(extend(purposes[3], key), spread.credit_mix[s])
        customer.age = category(extend(purposes[7], key), spread.age_mix[s])
        affinity = spread.digital_affinity[s] + (1 - customer.age) * spread.digital_affinity_age_gap[s]
        affinity += spread.digital_affinity_sd[s] * normal(extend(purposes[4], key))
        customer.digital_affinity = min(1.0, max(0.0, affinity))
        tenure = spread.initial_tenure[s] * exponential(extend(purposes[5], key))
        customer.joined = -int(min(tenure, LONGEST_INITIAL_TENURE))
        dirichlet(
            extend(purposes[6], key),
            spread.quality_weights[s],
            spread.weights_concentration[s],
            customer.quality_weights,
        )


def _read_book(population: Records, members: slice, book: AccountBook) -> None:
    """Put what is known of real accounts in place of what was drawn."""
    accounts = population[members]
    accounts["energy"] = book.annual_mwh / 12.0
    accounts["region"] = book.regions
    accounts["credit"] = book.credit_grades
    accounts["retailer"] = book.retailers
    accounts["contract_end"] = book.contract_end_months
