from __future__ import annotations

from dataclasses import replace

import pytest
from tests.reporting.synthetic import FakeResult

from marketsim.reporting.assumptions import assumed, show, varied
from marketsim.reporting.parameters import described
from marketsim.reporting.view import StudyView


def test_starred_assumptions_have_value_ends_unit_and_source(lanes: FakeResult) -> None:
    found = {item.path: item for item in varied(StudyView(lanes))}
    assert list(found) == list(lanes.manifest["scenario"]["assumptions"])
    item = found["retailers.Alpha.desks.contact.handle_minutes"]
    assert (item.value, item.low, item.high) == ("30", "15", "45")
    assert item.parameter.unit == "minutes"
    assert item.parameter.source.startswith("ASSUMPTION")


def test_every_other_assumption_is_listed_once(lanes: FakeResult) -> None:
    found = {item.pattern: item for item in assumed(StudyView(lanes))}
    assert "behaviour.fairness.wait_weight" in found
    assert "behaviour.fairness.visibility" not in found, "it is starred"
    assert "market.network_cny_per_mwh" in found
    assert "run.months" not in found, "it is no assumption"
    assert all(item.parameter.source.startswith("ASSUMPTION") for item in found.values())


def test_like_values_stand_in_one_row_and_unlike_ones_with_their_names(lanes: FakeResult) -> None:
    found = {item.pattern: item.values for item in assumed(StudyView(lanes))}
    assert found["segments.*.search_rate"] == "0.9"
    assert found["market.regions.*.share"] == "urban: 0.6; suburban: 0.25; rural: 0.15"
    handling = found["retailers.*.desks.contact.handle_minutes"]
    assert handling == "30", "the starred one of Alpha is not repeated"


def test_levers_that_nobody_uses_are_left_out(lanes: FakeResult) -> None:
    assert not [item for item in assumed(StudyView(lanes)) if item.pattern.startswith("levers.")]
    lanes.manifest["scenario"]["policies"]["lane_5"]["retailers.Alpha.levers.app"] = {"intensity": 1.0}
    try:
        patterns = [item.pattern for item in assumed(StudyView(lanes))]
    finally:
        del lanes.manifest["scenario"]["policies"]["lane_5"]["retailers.Alpha.levers.app"]
    assert "levers.*.effects.convenience" in patterns
    assert "levers.*.effects.assurance" not in patterns, "an effect of nil is none"


def test_a_scenario_of_another_schema_lists_nothing(lanes: FakeResult) -> None:
    scenario = lanes.manifest["scenario"] | {"run": {"years": 5}}
    broken = replace(lanes, manifest=lanes.manifest | {"scenario": scenario})
    assert assumed(StudyView(broken)) == ()


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.5, "0.5"), (1250.0, "1,250"), (True, "yes"), (None, "none"), ({"a": 1}, "a: 1"), ((1, 2), "1, 2"), ("x", "x")],
)
def test_values_are_shown_plainly(value: object, text: str) -> None:
    assert show(value) == text


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        ("retailers.Alpha.tiers.key.rule.value_pct", "% of customers"),
        ("retailers.Alpha.offers.standard.price_cny_per_mwh", "CNY/MWh"),
        ("market.spot.innovation_sd", "1"),
        ("segments.sme.search_rate", "1/month"),
    ],
)
def test_the_schema_describes_paths_through_names_and_unions(path: str, unit: str) -> None:
    found = described(path)
    assert found is not None
    assert found.unit == unit
    assert found.meaning


def test_an_unknown_path_is_not_described() -> None:
    assert described("market.nothing.of_the_kind") is None
