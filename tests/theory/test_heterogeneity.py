"""Where all customers are alike, nothing is gained by serving some better than others (V23)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.markets import by_month, frictionless, run

CUSTOMERS, MONTHS, SETTLING = 6000, 24, 4
PREFERRED = 0.3
"""Share of the customers who are served better; or the intensity with which all are."""
ALIKE: dict[str, Any] = {
    "segments.users.customers": CUSTOMERS,
    "segments.users.service_sensitivity": 4,
    "segments.users.weights_concentration": 1e6,
    "segments.users.credit_mix": {"A": 1, "B": 0, "C": 0, "D": 0},
    "levers.care": {"effects": {"personalisation": 0.5, "convenience": 0.5}, "ramp_months": 1},
    "retailers.Alpha.tiers.key.rule": {"value_pct": 100 * PREFERRED},
    "retailers.Alpha.tier_review_months": 1,
    "policies": {
        "some": {"retailers.Alpha.levers.care": {"tiers": ["key"]}},
        "all": {"retailers.Alpha.levers.care": {"intensity": PREFERRED}},
    },
    "run.months": MONTHS,
}
LARGE_AND_SMALL = {"segments.users.energy_sigma": 1.2}
"""The largest three tenths of the customers then use three quarters of the energy."""


def gain(changes: dict[str, Any], policy: str) -> float:
    """Return by how much care raises Alpha's yearly profit before its cost, which is the same for both policies."""
    scenario = frictionless({**ALIKE, **changes})
    base, care = (by_month(run(scenario, name)["retailer_month"], "Alpha", "profit_cny") for name in ("base", policy))
    return float((care - base)[SETTLING:].mean())


def test_care_for_some_is_worth_what_little_care_for_all_is_where_all_are_alike() -> None:
    """To first order: choice probabilities bend a little over the whole effect."""
    assert gain({}, "some") == pytest.approx(gain({}, "all"), rel=0.08)


def test_it_is_worth_more_where_some_are_larger() -> None:
    """The comparison above can fail; energy is what the margin is earned on."""
    assert gain(LARGE_AND_SMALL, "some") > 1.4 * gain(LARGE_AND_SMALL, "all") > 0
