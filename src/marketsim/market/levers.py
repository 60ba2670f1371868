"""Service levers in use: whom they cover, how strongly, and what they cost (M5, E7, E8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketsim.market.compiled import rule
from marketsim.market.frame import Frame
from marketsim.market.records import Record, Records, record_type
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


FURTHER_HOOKS = (
    "field_tickets_per_customer_month",
    "travel_time_factor",
    "outage_rate_factor",
    "region_outage_saving",
    "restoration_saving",
    "locate_saving",
    "energy_saving_share",
    "intensity_saving_share",
    "electrification_logits",
    "late_saving",
    "default_gain",
    "coverage_gain",
    "updates_gain_per_year",
    "skill_gain",
    "silo_saving",
    "need_accuracy_gain",
    "breach_saving",
    "advertising_gain",
    "talk_gain_contacts",
    "forecast_saving",
)
"""Hooks that a lever's record holds under the name that they have in the scenario."""

LEVER = record_type(
    intensity="f8",
    target="f8",
    ramp_months="f8",
    affinity="i8",
    effects=("f8", (6,)),
    handle_time_factor="f8",
    resolution_gain="f8",
    deflected_share="f8",
    variability_factor="f8",
    switching_cost="f8",
    fixed_cost="f8",
    energy_cost="f8",
    staff_cost="f8",
    universal="i8",
    tags="u8",
    **dict.fromkeys(FURTHER_HOOKS, "f8"),
)
"""A lever in use.

intensity (now, after ramping) and target; ramp_months (time constant); affinity (NONE, DIGITAL or IN_PERSON); effects (share
of the quality gap closed at intensity 1); handle_time_factor, resolution_gain, deflected_share, variability_factor,
switching_cost (hooks at intensity 1); fixed_cost (CNY a month); energy_cost (CNY per covered MWh); staff_cost (CNY per
member of staff and month); universal (whether it helps whatever a customer's need); tags (bits of the tags that a customer
must carry); and the further hooks.
"""


class Levers(NamedTuple):
    """All levers in use, grouped by retailer.

    Attributes:
        first: row at which a retailer's levers begin; `first[j + 1]` is where they end. Shape (retailers + 2,).
        rows: the levers.
        covers: who is covered. Shape (levers, segments, regions, 4).
        customer_cost: CNY per covered customer and month. Shape (levers, segments).
    """

    first: IntArray
    rows: Records
    covers: BoolArray
    customer_cost: FloatArray


@rule
def affinity_factor(kind: int, digital_affinity: float) -> float:
    """Return how far a customer takes up a lever of that kind."""
    if kind == DIGITAL:
        return digital_affinity
    if kind == IN_PERSON:
        return 1.0 - digital_affinity
    return 1.0


@rule
def carries(customer: Record, lever: Record) -> bool:
    """Return whether a customer's record carries all tags that a lever asks for."""
    return (customer.tags & lever.tags) == lever.tags


@rule
def improve(lever: Record, digital_affinity: float, match: float, quality: FloatArray) -> None:
    """Let one lever close its share of the six quality gaps, in place (E7); `match` is that of the customer (E4)."""
    strength = lever.intensity * affinity_factor(lever.affinity, digital_affinity)
    if not lever.universal:
        strength *= match
    for d in range(len(quality)):
        quality[d] = close_gap(quality[d], lever.effects[d] * strength)


@rule
def deflection(lever: Record, digital_affinity: float) -> float:
    """Return the share of a covered customer's contact tickets that never reaches the desk."""
    return lever.deflected_share * lever.intensity * digital_affinity


@rule
def variability(lever: Record) -> float:
    """Return the factor of a covered customer's month-to-month noise of quality."""
    return 1.0 - (1.0 - lever.variability_factor) * lever.intensity


def ramp(levers: Levers) -> Levers:
    """Return the levers one month further on the way to their target intensity."""
    rows = levers.rows.copy()
    rows["intensity"] += (rows["target"] - rows["intensity"]) / rows["ramp_months"]
    return levers._replace(rows=rows)


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
        row, covered = levers.rows[lever], levers.covers[lever]
        per_customer = float(((customers * covered).sum(axis=(1, 2)) * levers.customer_cost[lever]).sum())
        per_energy = row["energy_cost"] * float((energy * covered).sum())
        total += row["intensity"] * (row["fixed_cost"] + per_customer + per_energy)
    return total


def covered_share(levers: Levers, lever: int, tickets: FloatArray) -> float:
    """Return the share of tickets (by segment, region and tier) that comes from customers whom a lever covers."""
    total = float(tickets.sum())
    return float((tickets * levers.covers[lever]).sum()) / total if total > 0 else 0.0


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

    return Levers(
        first=np.searchsorted(retailers, np.arange(len(frame.retailers) + 2)).astype(np.int64),
        rows=np.array(
            [
                _lever(d, use, running.get((name, lever), 0.0), sorted(study.tags))
                for d, (name, lever, use) in zip(definitions, rows, strict=True)
            ],
            dtype=LEVER,
        ),
        covers=_coverage([use for _, _, use in rows], frame),
        customer_cost=np.array(
            [_customer_costs(d, use, frame) for d, (_, _, use) in zip(definitions, rows, strict=True)], dtype=np.float64
        ).reshape(-1, len(frame.segments)),
    )


def tag_bits(names: Sequence[str], tags: Sequence[str]) -> int:
    """Return the bits of some of the study's tags."""
    return sum(1 << tags.index(name) for name in names)


def _lever(definition: LeverDefinition, use: LeverUse, intensity: float, tags: Sequence[str]) -> tuple[object, ...]:
    """The fields of a `LEVER`, in their order."""
    hooks, costs = definition.hooks, definition.costs
    return (
        intensity,
        use.intensity,
        definition.ramp_months,
        AFFINITIES.index(definition.affinity),
        tuple(getattr(definition.effects, dimension) for dimension in DIMENSIONS),
        hooks.handle_time_factor,
        hooks.first_contact_resolution_gain,
        hooks.deflected_share,
        hooks.variability_factor,
        hooks.switching_cost_logits,
        use.cost_factor * costs.fixed_cny_per_month,
        use.cost_factor * costs.cny_per_mwh,
        use.cost_factor * costs.cny_per_staff_month,
        definition.universal,
        tag_bits(use.tags or (), tags),
        *(getattr(hooks, name) for name in FURTHER_HOOKS),
    )


def _coverage(uses: list[LeverUse], frame: Frame) -> BoolArray:
    segments = _mask([use.segments for use in uses], frame.segments)[:, :, None, None]
    regions = _mask([use.regions for use in uses], frame.regions)[:, None, :, None]
    tiers = _mask([use.tiers for use in uses], TIERS)[:, None, None, :]
    coverage: BoolArray = segments & regions & tiers
    return coverage


def lever_names(frame: Frame, study: Study) -> list[tuple[str, str]]:
    """Return (retailer, lever) of each row of `build_levers`."""
    return [(name, lever) for name in frame.retailers for lever, _ in _used(study.retailers[name])]


def _used(retailer: Retailer) -> list[tuple[str, LeverUse]]:
    return sorted(retailer.levers.items())


def _mask(selections: Sequence[tuple[str, ...] | None], names: tuple[str, ...]) -> BoolArray:
    rows = [[selection is None or name in selection for name in names] for selection in selections]
    return np.array(rows, dtype=np.bool_).reshape(-1, len(names))


def _customer_costs(definition: LeverDefinition, use: LeverUse, frame: Frame) -> list[float]:
    costs = definition.costs
    return [
        use.cost_factor * costs.per_customer_by_segment.get(name, costs.cny_per_customer_month)
        for name in frame.segments
    ]
