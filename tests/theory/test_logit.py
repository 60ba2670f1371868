"""Shares, inertia and contract locks in a market where theory knows the answer (V10-V13)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.markets import Tables, by_month, firms, frictionless, opened, plain, run

SENSITIVITY, NETWORK = 30.0, 200.0
FloatArray = NDArray[np.float64]


def shares(tables: Tables, names: tuple[str, ...]) -> FloatArray:
    """Return shares of customers. Shape (months, retailers)."""
    served = np.array([by_month(tables["retailer_month"], name, "customers") for name in names]).T
    return served / served.sum(axis=1, keepdims=True)


def softmax(values: FloatArray) -> FloatArray:
    powers = np.exp(values)
    return powers / powers.sum()


# V10: logit shares

PRICES = np.array([420.0, 412.0, 431.0])
THREE = ("Alpha", "Beta", "Gamma")


def three_firms(**changes: Any) -> Tables:
    return run(frictionless({**firms(*PRICES), "run.months": 26, "segments.users.customers": 4000, **changes}))


def chosen_from(reference: float) -> FloatArray:
    """Return the choice probabilities of a customer whose present bill is the reference."""
    return softmax(-SENSITIVITY * ((PRICES + NETWORK) / reference - 1))


def test_long_run_shares_are_logit_shares() -> None:
    """Everybody chooses anew each month; 24 months of 4,000 customers are 96,000 independent choices."""
    found = shares(three_firms(), THREE)[2:].mean(axis=0)
    transitions = np.array([chosen_from(price + NETWORK) for price in PRICES])
    expected = np.linalg.matrix_power(transitions, 50)[0]
    assert expected == pytest.approx(softmax(-SENSITIVITY * PRICES / (PRICES.mean() + NETWORK)), abs=0.002)
    error = np.sqrt(expected * (1 - expected) / (24 * 4000))
    assert (np.abs(found - expected) < 3 * error).all()


def test_every_customer_chooses_by_the_bill_it_has() -> None:
    """The utility of a bill is relative to the present one: shares of choices by present retailer."""
    tables = three_firms()
    flows = plain(tables["flows"]).groupby(["from_retailer", "to_retailer"])["customers"].sum()
    for own, name in enumerate(THREE):
        choosing = by_month(tables["retailer_month"], name, "customers").sum()
        expected = chosen_from(PRICES[own] + NETWORK)
        for rival, other in enumerate(THREE):
            if rival != own:
                error = math.sqrt(expected[rival] * (1 - expected[rival]) / choosing)
                assert flows[name, other] / choosing == pytest.approx(expected[rival], abs=3 * error)


def test_shares_follow_the_price_with_the_stated_sensitivity() -> None:
    """The log odds of two firms differ by beta times the difference of the bills over the bill."""
    for sensitivity in (10.0, 100.0):
        found = shares(three_firms(**{"segments.users.price_sensitivity": sensitivity}), THREE)[2:].mean(axis=0)
        odds = math.log(found[1] / found[0])
        assert odds == pytest.approx(sensitivity * 8 / (PRICES[:2].mean() + NETWORK), rel=0.1)


# V11: identical retailers

FOUR = ("Alpha", "Beta", "Gamma", "Delta")


def four_alike(replication: int, months: int = 8) -> FloatArray:
    changes = firms(*[420.0] * 4)
    for name, share in zip(FOUR, (0.7, 0.2, 0.1, 0.0), strict=True):
        changes["retailers"][name] = {**changes["retailers"][name], "initial_share": share}
    scenario = frictionless({**changes, "segments.users.search_rate": 1.0, "run.months": months})
    return shares(run(scenario, replication=replication), FOUR)


def test_identical_retailers_share_the_market_equally() -> None:
    """Whoever had the market at the start; the mean over worlds has no drift."""
    worlds = np.array([four_alike(replication, months=16) for replication in range(6)])
    assert worlds[:, 0].mean(axis=0) == pytest.approx([0.7, 0.2, 0.1, 0.0], abs=0.02)
    error = math.sqrt(0.25 * 0.75 / (6 * 2000))
    # of the first owner's surplus e^-t is left: below a tenth of a per cent from month 8 on
    for month in (8, 11, 15):
        assert worlds[:, month].mean(axis=0) == pytest.approx([0.25] * 4, abs=3.3 * error)


# V12: inertia

HAZARD = 0.2


def after_a_price_cut(hazard: float) -> tuple[FloatArray, int]:
    """Return Alpha's share by month when it cuts its price by policy, and the month in which it does."""
    scenario = frictionless(
        {
            "segments.users.search_rate": hazard,
            "segments.users.customers": 20_000,
            "segments.users.price_sensitivity": 60,
            "run.months": 24,
            "run.warmup_months": 4,
            "policies": {"cut": {"retailers.Alpha.offers.plan.price_cny_per_mwh": 408}},
        }
    )
    return shares(run(scenario, "cut"), ("Alpha", "Beta"))[:, 0], 4


def test_the_gap_to_the_new_shares_halves_every_ln2_over_hazard_months() -> None:
    found, cut = after_a_price_cut(HAZARD)
    target = 1 / (1 + math.exp(-60 * 12 / 614))
    gaps = target - found
    assert found[:cut] == pytest.approx(0.5, abs=3.3 * math.sqrt(0.25 / 20_000))
    months = np.arange(cut, cut + 10)
    rate = -np.polyfit(months, np.log(gaps[months]), 1)[0]
    assert math.log(2) / rate == pytest.approx(math.log(2) / HAZARD, rel=0.05)
    assert gaps[cut + 7] == pytest.approx(gaps[cut] * math.exp(-7 * HAZARD), abs=0.01)


@pytest.mark.parametrize("hazard", [0.0, 1e-9])
def test_nobody_switches_who_never_looks(hazard: float) -> None:
    found, _ = after_a_price_cut(hazard)
    assert (found == found[0]).all()


# V13: contract lock


def yearly(calendar: str, **changes: Any) -> dict[str, Any]:
    offer = {"retailers.Alpha.offers.plan.term_months": 12, "retailers.Beta.offers.plan.term_months": 12}
    lock = {"behaviour.choice.outside_window_factor": 0, "market.contract_calendar": calendar, "run.months": 38}
    return {**offer, **lock, **changes}


@pytest.mark.parametrize("window", [1, 3])
@pytest.mark.parametrize("calendar", ["staggered", "calendar_year"])
def test_nobody_leaves_before_the_window(calendar: str, window: int) -> None:
    scenario = frictionless(yearly(calendar, **{"behaviour.choice.window_months": window, "run.months": 20}))
    moved = 0
    with opened(scenario) as model:
        for month in range(20):
            before = model.population.copy()
            model.step()
            left = model.population["retailer"] != before["retailer"]
            months_left = before["contract_end"][left] - month
            assert ((months_left >= 0) & (months_left < window)).all()
            moved += int(left.sum())
    assert moved > 500


def test_calendar_contracts_switch_in_december_only() -> None:
    switches = run(frictionless(yearly("calendar_year")))["market_month"]["switches"].to_numpy()
    assert np.flatnonzero(switches).tolist() == [11, 23, 35]
    assert switches[[11, 23, 35]] == pytest.approx(1000, abs=4 * math.sqrt(500))


def test_staggered_contracts_switch_evenly_over_the_year() -> None:
    switches = run(frictionless(yearly("staggered")))["market_month"]["switches"].to_numpy()[:36]
    expected = 2000 / 12 / 2
    assert ((switches - expected) ** 2 / (expected / 2 + expected)).mean() < 2
    assert switches.sum() == pytest.approx(36 * expected, abs=4 * math.sqrt(36 * expected))


def test_outside_the_window_leaving_costs_the_fee() -> None:
    """The fee counts as a dearer offer: a prohibitive one keeps everybody until the end."""
    open_all_year = {"behaviour.choice.outside_window_factor": 1.0, "run.months": 6}

    def switches(fee: float) -> float:
        fees = {f"retailers.{name}.offers.plan.exit_fee_cny": fee for name in ("Alpha", "Beta")}
        tables = run(frictionless(yearly("calendar_year", **open_all_year, **fees)))
        return float(tables["market_month"]["switches"].sum())

    free, dear, prohibitive = switches(0.0), switches(3000.0), switches(1e6)
    assert prohibitive == 0
    # 3000 CNY over 120 MWh are 25 CNY/MWh: odds fall by e^(-30 x 25 / 620)
    odds = math.exp(-30 * 25 / 620)
    assert dear / free == pytest.approx(2 * odds / (1 + odds), rel=0.05)
