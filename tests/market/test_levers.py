"""Levers: gap closure, coverage, cost and ramp (M5, E7, E8)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.market.rows import customer, row
from tests.markets import lively

from marketsim.market.frame import build_frame
from marketsim.market.levers import (
    DIGITAL,
    IN_PERSON,
    LEVER,
    NONE,
    Levers,
    affinity_factor,
    build_levers,
    carries,
    covered_share,
    deflection,
    improve,
    lever_names,
    monthly_cost,
    ramp,
    variability,
)
from marketsim.market.records import Record

HOMES, SHOPS, WORKS = range(3)
TOWN, VILLAGE = range(2)
KEY, QUALITY, LOYAL, ORDINARY = range(4)


def lever(**values: Any) -> Record:
    """A lever at full intensity that does nothing."""
    return row(LEVER, **{"intensity": 1.0, "handle_time_factor": 1.0, "variability_factor": 1.0, **values})


def levers_of(changes: dict[str, Any] | None = None, running: dict[tuple[str, str], float] | None = None) -> Levers:
    study = lively(changes).study
    return build_levers(build_frame(study, study), study, running or {})


def everyone(value: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The same number for every segment, region and tier."""
    return np.full((3, 2, 4), value)


def test_a_lever_closes_its_share_of_what_is_left_to_one() -> None:
    quality = np.array([0.7, 0.9, 0.2, 1.0, 0.0, 0.5])
    improve(lever(effects=[0.3, 0.0, 0.25, 0.5, 1.0, 0.1], universal=1), 0.6, 1.0, quality)
    assert quality == pytest.approx([0.79, 0.9, 0.4, 1.0, 1.0, 0.55], rel=1e-12)


def test_effects_scale_with_intensity_and_affinity() -> None:
    for kind, factor in ((NONE, 1.0), (DIGITAL, 0.8), (IN_PERSON, 0.2)):
        quality = np.full(6, 0.5)
        improve(lever(effects=[0.4] * 6, intensity=0.5, affinity=kind, universal=1), 0.8, 1.0, quality)
        assert quality == pytest.approx(1 - 0.5 * (1 - 0.4 * 0.5 * factor), rel=1e-12)
        assert affinity_factor(kind, 0.8) == pytest.approx(factor)


def test_levers_for_particular_needs_help_less_where_the_need_is_not_known() -> None:
    for universal, factor in ((1, 1.0), (0, 0.3)):
        quality = np.full(6, 0.5)
        improve(lever(effects=[0.4] * 6, universal=universal), 1.0, 0.3, quality)
        assert quality == pytest.approx(1 - 0.5 * (1 - 0.4 * factor), rel=1e-12)


def test_a_lever_reaches_who_carries_all_its_tags() -> None:
    for tags, reached in ((0b000, False), (0b101, True), (0b111, True), (0b100, False)):
        assert carries(customer(tags=tags), lever(tags=0b101)) == reached
    assert carries(customer(), lever())


def test_two_levers_together_add_less_than_each_alone() -> None:
    quality = np.full(6, 0.7)
    for _ in range(2):
        improve(lever(effects=[0.5] * 6, universal=1), 1.0, 1.0, quality)
    assert quality == pytest.approx(1 - 0.3 * 0.25)


def test_hooks_scale_with_intensity() -> None:
    half = lever(intensity=0.5, deflected_share=0.4, variability_factor=0.7)
    assert deflection(half, 0.6) == pytest.approx(0.4 * 0.5 * 0.6)
    assert variability(half) == pytest.approx(0.85)
    assert variability(lever(intensity=0.0, variability_factor=0.0)) == 1.0


def test_levers_stand_in_the_order_of_names_and_belong_to_their_retailer() -> None:
    levers = levers_of({"retailers.Gamma.levers.care": {}})
    study = lively({"retailers.Gamma.levers.care": {}}).study
    assert lever_names(build_frame(study, study), study) == [("Alpha", "app"), ("Alpha", "care"), ("Gamma", "care")]
    assert levers.first.tolist() == [0, 2, 2, 3, 3]
    assert levers.rows["intensity"].tolist() == [0, 0, 0]
    assert levers.rows["target"].tolist() == [1, 1, 1]
    assert levers.rows["handle_time_factor"].tolist() == [0.9, 1, 1]


def test_coverage_is_segment_and_region_and_tier() -> None:
    changes = {
        "retailers.Alpha.levers.care": {"tiers": ["key", "loyal"], "segments": ["works"], "regions": ["village"]}
    }
    covers = levers_of(changes).covers
    assert covers[0].all()  # the app is for all
    assert np.argwhere(covers[1]).tolist() == [[WORKS, VILLAGE, KEY], [WORKS, VILLAGE, LOYAL]]


def test_intensity_approaches_its_target_by_a_third_of_the_way() -> None:
    """x = x + (x* - x) / L, from 0 to 0.9 with L = 3."""
    levers = levers_of({"retailers.Alpha.levers.app": {"intensity": 0.9}})
    found = []
    for _ in range(3):
        levers = ramp(levers)
        found.append(float(levers.rows["intensity"][0]))
    assert found == pytest.approx([0.3, 0.3 + 0.2, 0.5 + 0.4 / 3])


def test_what_was_reached_carries_on_and_is_given_up_as_slowly() -> None:
    levers = levers_of({"retailers.Alpha.levers.app": {"intensity": 0.0}}, {("Alpha", "app"): 0.9})
    assert ramp(levers).rows["intensity"].tolist() == pytest.approx([0.6, 1 / 3])


def test_cost_by_hand() -> None:
    """Care at 0.5: 4000, 100 a customer (3 in shops) and 0.1 a MWh of key and quality. The app at 1: 9000."""
    levers = levers_of(running={("Alpha", "app"): 1.0, ("Alpha", "care"): 0.5})
    customers, energy = everyone(0), everyone(0)
    customers[WORKS, TOWN, KEY], energy[WORKS, TOWN, KEY] = 2, 1500
    customers[WORKS, VILLAGE, QUALITY], energy[WORKS, VILLAGE, QUALITY] = 5, 1000
    customers[SHOPS, TOWN, QUALITY], energy[SHOPS, TOWN, QUALITY] = 40, 500
    customers[SHOPS, TOWN, ORDINARY], energy[SHOPS, TOWN, ORDINARY] = 900, 9000
    care = 0.5 * (4000 + 7 * 100 + 40 * 3 + 0.1 * 3000)
    assert monthly_cost(levers, 0, customers, energy) == pytest.approx(9000 + care)
    assert monthly_cost(levers, 1, customers, energy) == 0.0


def test_a_lever_at_rest_costs_nothing() -> None:
    assert monthly_cost(levers_of(), 0, everyone(10), everyone(100)) == 0.0


def test_covered_share_of_tickets() -> None:
    levers = levers_of()
    tickets = everyone(0)
    tickets[WORKS, TOWN, KEY], tickets[SHOPS, TOWN, ORDINARY] = 30, 90
    assert covered_share(levers, 1, tickets) == 0.25
    assert covered_share(levers, 0, tickets) == 1.0
    assert covered_share(levers, 1, everyone(0)) == 0.0
