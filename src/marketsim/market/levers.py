"""Service levers in use: whom they cover, how strongly, and what they cost (M5, E7, E8)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketsim.market.compiled import rule
from marketsim.market.frame import Frame
from marketsim.market.satisfaction import close_gap
from marketsim.scenario.customers import DIMENSIONS
from marketsim.scenario.retailers import Retailer
from marketsim.scenario.service import TIERS, LeverDefinition, LeverUse
from marketsim.scenario.study import Study

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
AFFINITIES = ("none", "digital", "in_person")
NONE, DIGITAL, IN_PERSON = range(3)


class Levers(NamedTuple):
    """All levers in use, one row each, grouped by retailer.

    Attributes:
        first: row at which a retailer's levers begin; `first[j + 1]` is where they end. Shape (retailers + 2,).
        intensity: intensity now, after ramping. Shape (levers,).
        target: intensity aimed at.
        ramp_months: time constant of the ramp.
        affinity: NONE, DIGITAL or IN_PERSON.
        effects: share of the quality gap closed at intensity 1. Shape (levers, 6).
        for_tier, for_segment, for_region: who is covered. Shapes (levers, 4), (levers, segments), (levers, regions).
        handle_time_factor, resolution_gain, deflected_share, variability_factor, switching_cost: hooks at intensity 1.
        fixed_cost: CNY a month. customer_cost: CNY per covered customer and month, shape (levers, segments).
        energy_cost: CNY per covered MWh.
    """

    first: IntArray
    intensity: FloatArray
    target: FloatArray
    ramp_months: FloatArray
    affinity: IntArray
    effects: FloatArray
    for_tier: BoolArray
    for_segment: BoolArray
    for_region: BoolArray
    handle_time_factor: FloatArray
    resolution_gain: FloatArray
    deflected_share: FloatArray
    variability_factor: FloatArray
    switching_cost: FloatArray
    fixed_cost: FloatArray
    customer_cost: FloatArray
    energy_cost: FloatArray


@rule
def covers(levers: Levers, lever: int, segment: int, region: int, tier: int) -> bool:
    """Return whether a lever covers such a customer and works at all."""
    return (
        levers.intensity[lever] > 0.0
        and levers.for_tier[lever, tier]
        and levers.for_segment[lever, segment]
        and levers.for_region[lever, region]
    )


@rule
def affinity_factor(kind: int, digital_affinity: float) -> float:
    """Return how far a customer takes up a lever of that kind."""
    if kind == DIGITAL:
        return digital_affinity
    if kind == IN_PERSON:
        return 1.0 - digital_affinity
    return 1.0


@rule
def improve(levers: Levers, lever: int, digital_affinity: float, quality: FloatArray) -> None:
    """Let one lever close its share of the six quality gaps, in place (E7)."""
    strength = levers.intensity[lever] * affinity_factor(levers.affinity[lever], digital_affinity)
    for d in range(len(quality)):
        quality[d] = close_gap(quality[d], levers.effects[lever, d] * strength)


@rule
def deflection(
    levers: Levers, retailer: int, segment: int, region: int, tier: int, digital_affinity: float
) -> float:
    """Return the share of a customer's contact tickets that never reaches the desk."""
    kept = 1.0
    for lever in range(levers.first[retailer], levers.first[retailer + 1]):
        if covers(levers, lever, segment, region, tier):
            kept *= 1.0 - levers.deflected_share[lever] * levers.intensity[lever] * digital_affinity
    return 1.0 - kept


@rule
def variability(levers: Levers, retailer: int, segment: int, region: int, tier: int) -> float:
    """Return the factor of the month-to-month noise of quality."""
    factor = 1.0
    for lever in range(levers.first[retailer], levers.first[retailer + 1]):
        if covers(levers, lever, segment, region, tier):
            factor *= 1.0 - (1.0 - levers.variability_factor[lever]) * levers.intensity[lever]
    return factor


@rule
def leaving_cost(levers: Levers, retailer: int, segment: int, region: int, tier: int) -> float:
    """Return what levers add to a customer's cost of leaving, logits."""
    cost = 0.0
    for lever in range(levers.first[retailer], levers.first[retailer + 1]):
        if covers(levers, lever, segment, region, tier):
            cost += levers.switching_cost[lever] * levers.intensity[lever]
    return cost


def ramp(levers: Levers) -> Levers:
    """Return the levers one month further on the way to their target intensity."""
    return levers._replace(intensity=levers.intensity + (levers.target - levers.intensity) / levers.ramp_months)


def monthly_cost(levers: Levers, retailer: int, customers: FloatArray, energy: FloatArray) -> float:
    """Return the cost of a retailer's levers, CNY a month (E8).

    Args:
        levers: all levers.
        retailer: whose.
        customers: its customers by segment, region and tier.
        energy: their MWh of the month, same shape.
    """
    total = 0.0
    for lever in range(levers.first[retailer], levers.first[retailer + 1]):
        covered = _coverage(levers, lever)
        per_customer = float((customers * covered * levers.customer_cost[lever][:, None, None]).sum())
        per_energy = levers.energy_cost[lever] * float((energy * covered).sum())
        total += levers.intensity[lever] * (levers.fixed_cost[lever] + per_customer + per_energy)
    return total


def _coverage(levers: Levers, lever: int) -> BoolArray:
    """Whom a lever covers, by segment, region and tier."""
    by_segment, by_region, by_tier = levers.for_segment[lever], levers.for_region[lever], levers.for_tier[lever]
    coverage: BoolArray = by_segment[:, None, None] & by_region[None, :, None] & by_tier[None, None, :]
    return coverage


def covered_share(levers: Levers, lever: int, tickets: FloatArray) -> float:
    """Return the share of tickets (by segment, region and tier) that comes from customers whom a lever covers."""
    total = float(tickets.sum())
    return float((tickets * _coverage(levers, lever)).sum()) / total if total > 0 else 0.0


def build_levers(frame: Frame, study: Study, running: dict[tuple[str, str], float]) -> Levers:
    """Return the levers of a study as arrays.

    Args:
        frame: indices.
        study: the study.
        running: intensity already reached, by (retailer, lever); 0 where missing.
    """
    rows = [(name, lever, use) for name in frame.retailers for lever, use in _used(study.retailers[name])]
    retailers = np.array([frame.retailers.index(name) for name, _, _ in rows], dtype=np.int64)
    definitions = [study.levers[lever] for _, lever, _ in rows]

    def column(values: list[float]) -> FloatArray:
        return np.array(values, dtype=np.float64)

    return Levers(
        first=np.searchsorted(retailers, np.arange(len(frame.retailers) + 2)).astype(np.int64),
        intensity=column([running.get((name, lever), 0.0) for name, lever, _ in rows]),
        target=column([use.intensity for _, _, use in rows]),
        ramp_months=column([d.ramp_months for d in definitions]),
        affinity=np.array([AFFINITIES.index(d.affinity) for d in definitions], dtype=np.int64),
        effects=np.array([[getattr(d.effects, x) for x in DIMENSIONS] for d in definitions], dtype=np.float64).reshape(-1, 6),
        for_tier=_mask([use.tiers for _, _, use in rows], TIERS),
        for_segment=_mask([use.segments for _, _, use in rows], frame.segments),
        for_region=_mask([use.regions for _, _, use in rows], frame.regions),
        handle_time_factor=column([d.hooks.handle_time_factor for d in definitions]),
        resolution_gain=column([d.hooks.first_contact_resolution_gain for d in definitions]),
        deflected_share=column([d.hooks.deflected_share for d in definitions]),
        variability_factor=column([d.hooks.variability_factor for d in definitions]),
        switching_cost=column([d.hooks.switching_cost_logits for d in definitions]),
        fixed_cost=column([d.costs.fixed_cny_per_month for d in definitions]),
        customer_cost=np.array([_customer_costs(d, frame) for d in definitions], dtype=np.float64).reshape(-1, len(frame.segments)),
        energy_cost=column([d.costs.cny_per_mwh for d in definitions]),
    )


def lever_names(frame: Frame, study: Study) -> list[tuple[str, str]]:
    """Return (retailer, lever) of each row of `build_levers`."""
    return [(name, lever) for name in frame.retailers for lever, _ in _used(study.retailers[name])]


def _used(retailer: Retailer) -> list[tuple[str, LeverUse]]:
    return sorted(retailer.levers.items())


def _mask(selections: list[tuple[str, ...] | None], names: tuple[str, ...]) -> BoolArray:
    rows = [[selection is None or name in selection for name in names] for selection in selections]
    return np.array(rows, dtype=np.bool_).reshape(-1, len(names))


def _customer_costs(definition: LeverDefinition, frame: Frame) -> list[float]:
    costs = definition.costs
    return [costs.per_customer_by_segment.get(name, costs.cny_per_customer_month) for name in frame.segments]
