"""The values with which a run was carried out, changed or not."""

from __future__ import annotations

from typing import Any

import pytest

from marketsim.results.storage.kpis_of_runs import _value_under

SCENARIO = {
    "retailers": {"Alpha": {"tiers": {"key": {"rule": {"value_pct": 5}}}, "staff": 1, "blocks": [{"price": 3}]}},
    "policies": {
        "wide": {"retailers.Alpha.tiers.key.rule.value_pct": 20, "retailers.Alpha.staff": 2},
        "whole": {"retailers.Alpha": {"staff": 4, "tiers": {"key": {"rule": {"value_pct": 30}}}}},
        "none": {"retailers.Alpha.tiers.key.rule": None},
    },
}
RULE, STAFF = "retailers.Alpha.tiers.key.rule.value_pct", "retailers.Alpha.staff"


@pytest.mark.parametrize(
    ("policy", "path", "value"),
    [
        ("base", RULE, 5),
        ("wide", RULE, 20),
        ("whole", RULE, 30),
        ("none", RULE, None),
        ("base, tiers of wide", RULE, 20),
        ("base", STAFF, 1),
        ("wide", STAFF, 2),
        ("whole", STAFF, 4),
        ("base, tiers of wide", STAFF, 1),
        ("unknown", STAFF, 1),
        ("base", "retailers.Alpha.blocks.0.price", 3),
        ("base", "retailers.Alpha.blocks.7.price", None),
        ("base", "retailers.Beta.staff", None),
        ("base", "retailers.Alpha.staff.more", None),
    ],
)
def test_what_stands_at_a_path_under_a_policy(policy: str, path: str, value: Any) -> None:
    assert _value_under(policy, path, SCENARIO) == value
