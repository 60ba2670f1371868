"""Advertising in a running market: names, brands, promises and their cost (M10)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.markets import by_month, frictionless, lively, opened, run

from marketsim.simulation.mechanisms.advertising import Advertising

ALPHA, BETA = 0, 1
ON: dict[str, Any] = {"word_of_mouth.enabled": True}
REFERENCE = {"word_of_mouth.reference_budget_cny_per_month": 1000}
SETTLED: dict[str, Any] = {"segments.users.search_rate": 0, "segments.users.customers": 400}


def spending(budget: float, **others: Any) -> dict[str, Any]:
    return {"retailers.Alpha.marketing": {"budget_cny_per_month": budget, **others}}


def test_advertising_is_paid_and_builds_a_brand() -> None:
    table = run(frictionless({**ON, **REFERENCE, **SETTLED, **spending(4000)}))["retailer_month"]
    expected = 0.06 * (1 - 0.9 ** np.arange(1, 13)) / 0.1
    assert by_month(table, "Alpha", "brand_logits") == pytest.approx(expected)
    assert (by_month(table, "Beta", "brand_logits") == 0).all()
    assert (by_month(table, "Alpha", "marketing_cny") == 4000).all()
    quiet = run(frictionless({**ON, **REFERENCE, **SETTLED}))["retailer_month"]
    loss = by_month(quiet, "Alpha", "profit_cny") - by_month(table, "Alpha", "profit_cny")
    assert loss == pytest.approx(np.full(12, 4000.0))


def test_a_brand_draws_customers() -> None:
    quiet, loud = (
        by_month(run(frictionless({**ON, **REFERENCE, **spending(budget)}))["retailer_month"], "Alpha", "customers")
        for budget in (0, 4000)
    )
    assert loud[-1] > quiet[-1] + 100


def test_advertising_carries_the_name_where_it_addresses() -> None:
    strangers = {f"segments.{name}.{field}": 0 for name in ("shops", "works") for field in ("awareness", "search_rate")}
    changes = {**ON, **strangers, "run.agents": "all"}
    with opened(lively({**changes, **spending(1e7, segments=["shops"])})) as model:
        mechanism = model.mechanism(Advertising)
        assert mechanism is not None
        for _ in range(5):
            model.step()
        homes, shops, works = range(3)
        assert mechanism.pressure[ALPHA, shops] > 3
        assert mechanism.pressure[ALPHA, [homes, works]].tolist() == [0, 0]
        people = model.population
        known = {
            (segment, j): model.awareness[(people["segment"] == segment) & (people["retailer"] != j), j].mean()
            for segment in (shops, works)
            for j in (ALPHA, BETA)
        }
        assert known[shops, ALPHA] > 2 * known[shops, BETA] > 0
        assert known[works, ALPHA] < 0.2
        shops_share = 3000 / 3120
        expected = 1 + mechanism.pressure[ALPHA, shops] * shops_share
        assert model.advertising_factor[ALPHA] == pytest.approx(expected)
        assert model.advertising_factor[BETA] == 1.0


def test_own_channels_carry_the_name_without_a_budget() -> None:
    lever = {"levers.app.hooks.advertising_gain": 0.5, "levers.app.ramp_months": 1}
    with opened(lively({**ON, **lever})) as model:
        model.step()
        mechanism = model.mechanism(Advertising)
        assert mechanism is not None
        assert mechanism.reach[ALPHA] == pytest.approx([1.5] * 3)
        assert model.advertising_factor[:2] == pytest.approx([1.5, 1.0])
        assert (mechanism.pressure == 0).all()


def test_the_name_of_an_old_monopolist_fades() -> None:
    fading = {
        "retailers.Alpha.marketing.fading_brand_logits": {"users": 1.5},
        "retailers.Alpha.brand_logits": {"users": 2.0},
    }
    with opened(frictionless({**ON, **SETTLED, **fading, "word_of_mouth.incumbent_half_life_months": 6})) as model:
        brands = []
        for _ in range(12):
            model.step()
            brands.append(model.standing.brand[ALPHA, 0])
        assert brands == pytest.approx(2.0 - 1.5 * (1 - 0.5 ** (np.arange(12) / 6)))


def test_a_segment_that_may_not_choose_keeps_the_old_name() -> None:
    fading = {"retailers.Alpha.marketing.fading_brand_logits": {"homes": 1.0, "shops": 1.0}}
    with opened(lively({**ON, **fading})) as model:
        for _ in range(8):
            model.step()
        assert model.extra_brand[ALPHA, 0] == 0.0
        assert model.extra_brand[ALPHA, 1] < -0.1


# Promises


def promising(promise: float | None, months: int) -> dict[str, np.ndarray[Any, Any]]:
    """Return Alpha's mean satisfaction and expectation, and what others believe of it, month by month."""
    scenario = frictionless({**ON, **REFERENCE, **SETTLED, **spending(1000, promise=promise), "run.months": months})
    states: dict[str, list[float]] = {"satisfaction": [], "expectation": [], "belief": []}
    with opened(scenario) as model:
        for _ in range(months):
            model.step()
            own = model.population["retailer"] == ALPHA
            states["satisfaction"].append(model.population["satisfaction"][own].mean())
            states["expectation"].append(model.population["expectation"][own].mean())
            states["belief"].append(model.beliefs[~own, ALPHA].mean())
    return {name: np.array(values) for name, values in states.items()}


def test_expectations_follow_a_promise_by_hand() -> None:
    """E17b: with quality and promise constant, e settles halfway between them where both pull alike."""
    found = promising(1.0, 150)
    quiet = promising(None, 2)
    quality = quiet["expectation"][-1]
    assert found["expectation"][0] == pytest.approx(quality)
    assert found["expectation"][2] == pytest.approx(quality + 0.05 * (1.0 - quality), rel=0.02)
    assert found["expectation"][-1] == pytest.approx((quality + 1.0) / 2, abs=1e-3)


def test_promising_too_much_is_believed_first_and_disappoints_later() -> None:
    kept, broken = promising(None, 48), promising(0.95, 48)
    assert (np.diff(broken["belief"][:6]) > 0).all()
    assert broken["belief"][5] > kept["belief"][5] + 0.02
    assert broken["satisfaction"][-1] < kept["satisfaction"][-1] - 0.05
    assert broken["satisfaction"][1] == pytest.approx(kept["satisfaction"][1], abs=1e-3)


def test_a_promise_without_a_budget_is_not_heard() -> None:
    scenario = {**ON, **SETTLED}
    silent = run(frictionless({**scenario, **spending(0, promise=0.95)}))["retailer_month"]
    none = run(frictionless(scenario))["retailer_month"]
    assert (by_month(silent, "Alpha", "promise") == 0.95).all()
    for name in ("satisfaction", "belief", "customers", "profit_cny"):
        assert (by_month(silent, "Alpha", name) == by_month(none, "Alpha", name)).all(), name
