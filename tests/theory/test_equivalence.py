"""What brings no benefit changes nothing, to the last bit: idle tiers, and lanes for nobody or for all (V6, V19)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from tests.markets import EVERYTHING, assert_identical, differences, everything, lively, run

from marketsim.scenario.changes import with_changes
from marketsim.scenario.loaded import Scenario

ALPHA = "retailers.Alpha"
EVERYWHERE = ("contact", "field", "case")
LANE = {f"{ALPHA}.desks.{desk}.discipline": "priority" for desk in EVERYWHERE}
NO_BENEFIT: dict[str, Any] = {
    f"{ALPHA}.tiers.key.discount_cny_per_mwh": 0,
    f"{ALPHA}.tiers.quality.discount_cny_per_mwh": 0,
    f"{ALPHA}.levers.care.tiers": None,
    "retailers.Beta.tiers.key.discount_cny_per_mwh": 0,
    **{f"{ALPHA}.desks.{desk}.discipline": "fifo" for desk in EVERYWHERE},
    **{f"{ALPHA}.desks.{desk}.priority_tiers": ["key"] for desk in EVERYWHERE},
    f"{ALPHA}.desks.case.first_contact_resolution": 0.8,
    "run.months": 12,
}
WITHOUT_TIERS = {f"{ALPHA}.tiers": None, "retailers.Beta.tiers": None}
WHOLE = ("market_month", "retailer_month", "flows")
"""Tables that are not split by tier."""


def idle(changes: Mapping[str, Any] | None = None) -> Scenario:
    """Return the lively market with tiers that bring no benefit."""
    return lively({**NO_BENEFIT, **(changes or {})})


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {f"{ALPHA}.desks.contact.staff_factor": 0.8},
        {"run.agents": "all", "run.months": 6},
        {f"{ALPHA}.tiers.key.rule.value_pct": 60, "retailers.Beta.tiers.key.rule.annual_mwh": 20},
        {"market.contract_calendar": "calendar_year", "run.seed": 11},
    ],
)
def test_tiers_without_benefits_are_no_tiers(changes: dict[str, Any]) -> None:
    scenario = idle(changes)
    uniform = with_changes(scenario, WITHOUT_TIERS, "test")
    with_tiers, without = run(scenario), run(uniform)
    assert_identical(with_tiers, without, WHOLE)
    assert set(with_tiers["segment_month"]["tier"]) > {"key", "ordinary"}
    assert set(without["segment_month"]["tier"]) == {"ordinary"}


EVERYTHING_IDLE: dict[str, Any] = {
    **{f"{ALPHA}.tiers.{tier}.discount_cny_per_mwh": 0 for tier in ("key", "quality", "loyal")},
    **{f"{ALPHA}.desks.{desk}.discipline": "fifo" for desk in EVERYWHERE},
    f"{ALPHA}.levers.account_manager.tiers": None,
    "retailers.Delta.levers.energy_saving.tiers": None,
    "policies": {"more": {f"{ALPHA}.tiers.key.rule.value_pct": 40}},
}


@pytest.mark.parametrize("name", EVERYTHING)
def test_tiers_without_benefits_are_none_whatever_else_there_is(name: str) -> None:
    """With every mechanism, event and decision; only how many are in a wrong tier is another number."""
    scenario = everything(EVERYTHING_IDLE, name)
    uniform = everything({**EVERYTHING_IDLE, "policies": {}, f"{ALPHA}.tiers": None}, name)
    kept, more, without = (
        {table: found[table].drop(columns="misclassified_share", errors="ignore") for table in WHOLE}
        for found in (run(scenario), run(scenario, "more"), run(uniform))
    )
    assert_identical(kept, without)
    assert_identical(more, without)


@pytest.mark.parametrize(
    "benefit",
    [
        {f"{ALPHA}.tiers.quality.discount_cny_per_mwh": 1},
        {f"{ALPHA}.desks.contact.discipline": "priority"},
        {f"{ALPHA}.levers.care.tiers": ["key"]},
    ],
)
def test_any_benefit_changes_something(benefit: dict[str, Any]) -> None:
    """The comparison above can fail."""
    scenario = idle(benefit)
    uniform = with_changes(scenario, WITHOUT_TIERS, "test")
    assert differences(run(scenario)["retailer_month"], run(uniform)["retailer_month"])


@pytest.mark.parametrize("share", [0, 100])
@pytest.mark.parametrize("staff", [1.0, 0.75])
def test_a_lane_for_nobody_or_for_all_is_no_lane(share: int, staff: float) -> None:
    rule = {f"{ALPHA}.tiers.key.rule": {"value_pct": share}, f"{ALPHA}.desks.contact.staff_factor": staff}
    assert_identical(run(idle({**rule, **LANE})), run(idle(rule)))


@pytest.mark.parametrize("share", [0, 100])
@pytest.mark.parametrize("before", [10, 40])
def test_nor_is_one_that_begins_by_policy(share: int, before: int) -> None:
    """Requests that come back after policies begin stand in the line of the tier that raised them."""
    rule = {f"{ALPHA}.tiers.key.rule.value_pct": share}
    changes = {
        f"{ALPHA}.tiers.key.rule.value_pct": before,
        "retailers.Alpha.desks.contact.staff_factor": 0.75,
        "policies": {"wide": rule, "wide_lane": {**rule, **LANE}},
    }
    scenario = idle(changes)
    assert_identical(run(scenario, "wide_lane"), run(scenario, "wide"))


def test_a_lane_for_some_is_one() -> None:
    """The comparisons above can fail."""
    scenario = idle({"policies": {"narrow_lane": LANE}})
    assert differences(run(scenario, "narrow_lane")["retailer_month"], run(scenario)["retailer_month"])


def test_a_policy_without_changes_is_the_base() -> None:
    scenario = lively()
    assert_identical(run(scenario, "nothing"), run(scenario))
