"""V18: wrong records put (1 - K)(1 - sum p^2) of the customers of a type into a wrong class (E1, E2)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from tests.markets import by_month, frictionless, run

BY_SIZE = {
    "key": {"rule": {"annual_mwh": 240}},
    "quality": {"rule": {"annual_mwh": 120}},
    "loyal": {"rule": {"annual_mwh": 60}},
}
BY_VALUE = {"key": {"rule": {"value_pct": 10}}, "quality": {"rule": {"value_pct": 40}}}
CUSTOMERS = 8000


def k(coverage: float, updates: float, skill: float = 1.0, decay: float = 0.02) -> float:
    """Return K as it is written in E1."""
    aged = decay * 12 / updates
    return skill * coverage * (1 - math.exp(-aged)) / aged


def market(tiers: dict[str, Any], **records: Any) -> Any:
    """Return a market of one customer type, all of whom begin with Alpha, which sorts them into tiers."""
    changes: dict[str, Any] = {
        "segments.users.customers": CUSTOMERS,
        "segments.users.energy_sigma": 0.9,
        "run.months": 2,
        "retailers.Alpha.initial_share": 1,
        "retailers.Beta.initial_share": 0,
        "retailers.Alpha.tiers": tiers,
    }
    if records:
        changes |= {"information.enabled": True, "retailers.Alpha.records": records}
    return frictionless(changes)


@pytest.mark.parametrize("tiers", [BY_SIZE, BY_VALUE], ids=["by size", "by value and credit"])
@pytest.mark.parametrize(
    ("coverage", "updates", "skill"), [(0.4, 1, 1.0), (0.9, 12, 1.0), (0.7, 4, 0.6), (0.0, 1, 1.0)]
)
def test_share_of_customers_in_a_wrong_class(tiers: Any, coverage: float, updates: float, skill: float) -> None:
    classes = run(market(tiers))["segment_month"]
    p = classes.loc[(classes["month"] == 0) & (classes["retailer"] == "Alpha"), "customers"].to_numpy() / CUSTOMERS
    assert len(p) >= 3
    table = run(market(tiers, sources={"crm": coverage}, updates_per_year=updates, skill=skill))["retailer_month"]
    expected_k = k(coverage, updates, skill)
    expected = (1 - expected_k) * (1 - (p**2).sum())
    for column, share in (("records_valid_share", expected_k), ("misclassified_share", expected)):
        found = by_month(table, "Alpha", column)[0]
        assert abs(found - share) <= 3 * math.sqrt(share * (1 - share) / CUSTOMERS), column


def test_weak_and_strong_customer_systems() -> None:
    """A weak one covers .4 and is updated once a year; a strong one covers .9 and is updated every month."""
    assert round(k(0.4, 1), 2) == 0.36
    assert round(k(0.9, 12), 2) == 0.89


@pytest.mark.parametrize(("updates", "decay"), [(1, 0.02), (3.5, 0.1), (12, 0.3), (100, 0.5)])
def test_the_valid_share_stays_k_while_records_age_and_are_renewed(updates: float, decay: float) -> None:
    """No customer leaves, so every month is another look at the same records."""
    scenario = market(BY_SIZE, sources={"crm": 0.8}, updates_per_year=updates)
    months = 30
    still = frictionless(
        {
            "segments.users": {**scenario.study.segments["users"].model_dump(mode="json"), "search_rate": 0},
            "run.months": months,
            "information": {"enabled": True, "decay_rate": decay},
            "retailers.Alpha": {"initial_share": 1, "records": {"sources": {"crm": 0.8}, "updates_per_year": updates}},
            "retailers.Beta.initial_share": 0,
        }
    )
    share = by_month(run(still)["retailer_month"], "Alpha", "records_valid_share")
    expected = k(0.8, updates, decay=decay)
    assert np.abs(share - expected).max() <= 4 * math.sqrt(expected * (1 - expected) / CUSTOMERS)
    assert abs(share.mean() - expected) <= 3 * math.sqrt(expected * (1 - expected) / CUSTOMERS)
