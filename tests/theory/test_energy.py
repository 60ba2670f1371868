"""What customers use is what retailers sell, however outages and demand move it (V2)."""

from __future__ import annotations

import numpy as np
import pytest
from tests.markets import assert_identical, lively, opened, plain, run
from tests.theory.test_equivalence import NO_BENEFIT, WHOLE, WITHOUT_TIERS

from marketsim.scenario.changes import with_changes

RELATIVE = 1e-9
MOVING = {
    "demand.enabled": True,
    "demand.noise_sd": 0.1,
    "reliability.enabled": True,
    "reliability.outages_per_year": {"town": 6.0, "village": 24.0},
    "segments.works.demand.substitutable_share": 0.3,
    "retailers.Alpha.levers.energy_saving": {},
    "events": [
        {"type": "demand_shock", "month": 2, "size": 0.3},
        {"type": "outage_storm", "month": 4, "size": 5.0},
        {"type": "closure", "month": 5, "segment": "works", "share": 0.4, "notice_months": 1},
    ],
}


def test_energy_used_is_energy_sold() -> None:
    with opened(lively(MOVING)) as model:
        used, alive = [], []
        for _ in range(8):
            model.step()
            people = model.population
            used.append(float((people["weight"] * people["use"])[people["alive"] > 0].sum()))
            alive.append(float(people["weight"][people["alive"] > 0].sum()))
        tables = model.recorder.tables("base", 0)
    retailers, segments = tables["retailer_month"], tables["segment_month"]
    sold = retailers.groupby("month")["energy_mwh"].sum().to_numpy()
    assert sold == pytest.approx(used, rel=RELATIVE)
    assert segments.groupby("month")["energy_mwh"].sum().to_numpy() == pytest.approx(used, rel=RELATIVE)
    assert segments.groupby("month")["customers"].sum().to_numpy() == pytest.approx(alive, rel=RELATIVE)
    assert np.ptp(used) > 0.1 * max(used)


def test_contracted_and_spot_energy_are_energy_sold() -> None:
    retailers = plain(run(lively(MOVING))["retailer_month"]).query("retailer != 'default supplier'")
    bought = retailers["hedged_mwh"] + retailers["spot_mwh"]
    assert bought.to_numpy() == pytest.approx(retailers["energy_mwh"].to_numpy(), rel=RELATIVE)
    assert (retailers["hedged_mwh"] > 0).any()


def test_energy_wanted_is_used_saved_lost_or_replaced() -> None:
    still = {
        **{f"segments.{name}.demand.elasticity": 0.0 for name in ("works", "shops", "homes")},
        **{f"segments.{name}.demand.substitutable_share": 0.0 for name in ("works", "shops", "homes")},
        "demand.noise_sd": 0.0,
        "events": [],
    }
    tables = run(lively({**MOVING, **still}))
    monthly = tables["segment_month"].groupby("month")[["energy_mwh", "saved_mwh", "outage_mwh"]].sum().sum(axis=1)
    wanted = monthly.to_numpy() / tables["market_month"]["demand_factor"].to_numpy()
    assert wanted == pytest.approx(np.full(8, wanted[0]), rel=RELATIVE)


def test_tiers_without_benefits_change_neither_outages_nor_demand() -> None:
    """V19 with supply and demand that move: the same to the last bit."""
    promised = {"retailers.Alpha.outage_promise": {"cny_per_hour": 30.0, "relief_share": 0.4}}
    scenario = lively({**NO_BENEFIT, **MOVING, **promised, "retailers.Alpha.levers.outage_plan": {}})
    assert_identical(run(scenario), run(with_changes(scenario, WITHOUT_TIERS, "test")), WHOLE)
