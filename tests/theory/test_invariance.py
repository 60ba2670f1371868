"""What may not change the results: threads, the number of agents, the currency; and what must (V24-V26)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.markets import EVERYTHING, Tables, assert_identical, base_market, differences, lively, plain, run

from marketsim.scenario.changes import with_changes
from marketsim.scenario.loaded import Scenario
from marketsim.simulation import chunks

# V24: reproducibility


def test_the_same_seed_is_the_same_run() -> None:
    scenario = lively()
    assert_identical(run(scenario, "lane", replication=1), run(scenario, "lane", replication=1))


@pytest.mark.parametrize("chunk", [7, 64])
def test_threads_change_nothing(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK", chunk)
    scenario = lively({"run.months": 6})
    assert_identical(run(scenario, threads=1), run(scenario, threads=2))


def test_threads_change_nothing_whatever_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK", 16)
    scenario = base_market(EVERYTHING[0])
    assert_identical(run(scenario, "turn_round", threads=1), run(scenario, "turn_round", threads=2))


def test_the_size_of_chunks_changes_rounding_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """What feeds back into behaviour is summed exactly, so that only the last bits of recorded sums differ."""
    scenario = lively()
    whole = run(scenario)
    monkeypatch.setattr(chunks, "CHUNK", 7)
    pieces = run(scenario)
    for name, table in whole.items():
        pd.testing.assert_frame_equal(plain(table), plain(pieces[name]), check_exact=False, rtol=1e-9, atol=1e-3)


def test_other_worlds_differ() -> None:
    scenario = lively()
    first = run(scenario)["retailer_month"]
    others = (run(scenario, replication=1), run(with_changes(scenario, {"run.seed": 4}, "test")))
    for other in others:
        changed = differences(first, other["retailer_month"])
        assert {"customers", "energy_mwh", "revenue_cny", "satisfaction", "joins"} <= set(changed)
        assert "retailer" not in changed
    assert differences(others[0]["retailer_month"], others[1]["retailer_month"])


# V25: more agents, each standing for fewer customers


def yearly_means(scenario: Scenario, worlds: int) -> pd.DataFrame:
    """Return mean satisfaction, share of energy, churn and waits of each retailer in each world."""
    rows = []
    for replication in range(worlds):
        tables = run(scenario, replication=replication)
        books = plain(tables["retailer_month"])
        by_retailer = books[books["retailer"] != "default supplier"].groupby("retailer")
        found = by_retailer[["energy_mwh", "customers", "leaves", "staff"]].sum()
        found["satisfaction"] = by_retailer["satisfaction"].mean()
        found["churn"] = found["leaves"] / found["customers"]
        desks = plain(tables["desk_month"]).groupby(["retailer", "desk"])[["arrivals"]].sum()["arrivals"].unstack()
        rows.append(pd.concat([found.drop(columns="leaves"), desks], axis=1).stack())
    return pd.DataFrame(rows)


MANY = {"segments.works.customers": 3000, "segments.shops.customers": 6000, "run.months": 6}
MECHANISMS: dict[str, Any] = {
    **{f"{name}.enabled": True for name in ("information", "reliability", "demand", "word_of_mouth")},
    **{"credit.enabled": True, "credit.late_logits": {"A": -2, "B": -2, "C": -1, "D": -1}},
    **{"retailers.Alpha.marketing": {"budget_cny_per_month": 1e5, "promise": 0.9}, "settlement.enabled": True},
}


@pytest.mark.parametrize("changes", [{}, MECHANISMS], ids=["alone", "with every mechanism"])
def test_twice_the_agents_keep_the_means(changes: dict[str, Any]) -> None:
    worlds = 24
    few, many = (yearly_means(lively({**MANY, **changes, "run.agents": n}), worlds) for n in (150, 300))
    error = np.sqrt((few.var() + many.var()) / worlds)
    distance = (few.mean() - many.mean()).abs() / error.where(error > 0, np.inf)
    assert distance.max() < 3.5
    assert (distance**2).mean() < 1.7
    # and they do vary less
    spread = (many.std() / few.std()).median()
    assert 0.55 < spread < 0.9


# V26: the unit of money

BY_SEGMENT = ("per_customer_by_segment", "markup_by_segment")
"""Mappings of sums of money whose keys are not called so."""


def doubled(value: Any, name: str = "") -> Any:
    """Return plain data with every sum of money twice as large."""
    if isinstance(value, dict):
        return {key: doubled(inner, name if name in BY_SEGMENT else key) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [doubled(inner, name) for inner in value]
    is_money = "cny" in name or name in BY_SEGMENT
    return 2 * value if is_money and isinstance(value, (int, float)) else value


def in_half_cny(scenario: Scenario) -> Scenario:
    """Return the scenario with money counted in units of half a CNY."""
    study = type(scenario.study).model_validate(doubled(scenario.study.model_dump()))
    return Scenario(scenario.name, study, scenario.data)


def factor_of(column: object) -> int:
    """Return by how much the values of a column grow when money is counted in units of half a CNY."""
    return 2 if "cny" in str(column) else 1


def assert_doubled(one: Tables, other: Tables) -> None:
    """Check that money is doubled, and all else the same, to the last bit."""
    for name, table in one.items():
        for column in table:
            found, expected = other[name][column], table[column]
            if expected.dtype.kind == "f":
                doubled_values = factor_of(column) * expected.to_numpy()
                assert np.array_equal(found.to_numpy(), doubled_values, equal_nan=True), (name, column)
            else:
                assert found.astype(str).equals(expected.astype(str)), (name, column)


MONEY: dict[str, dict[str, Any]] = {
    "the market alone": {},
    "fuels": {
        "demand.enabled": True,
        "demand.fuels.gas.price_cny_per_mwh": 480,
        "segments.works.demand.substitutable_share": 0.5,
        "segments.shops.demand.electricity_appeal_logits": 0.4,
    },
    "promises of compensation": {
        "reliability.enabled": True,
        "reliability.outages_per_year": {"town": 20, "village": 40},
        "retailers.Alpha.outage_promise": {"cny_per_hour": 30, "cny_per_mwh": 400, "relief_share": 0.5},
    },
    "fines and surveys": {
        "information.enabled": True,
        "information.breach_rate": 0.2,
        "retailers.Alpha.records.survey": {"responses_per_month": 20, "cost_cny_per_response": 50},
    },
    "prices besides the list": {
        "retailers.Alpha.pricing.negotiation": {"concession_cny_per_mwh": 4, "from_annual_mwh": 3000},
        "retailers.Alpha.pricing.renewal": {"markup_cny_per_mwh": 6, "markup_by_segment": {"shops": -3}},
        "retailers.Alpha.pricing.retention.discount_cny_per_mwh": 3,
        "retailers.Beta.pricing.win_back.discount_cny_per_mwh": 8,
        "retailers.Gamma.pricing.brokers": {"reach": 3, "signings_share": 0.5, "fee_cny_per_mwh": 6},
        "retailers.Gamma.offers.bands.certificate_cny_per_mwh": 9,
        "retailers.Gamma.offers.bands.green_share": 0.5,
        "market.rules.price_cap_cny_per_mwh": 485,
    },
    "deposits and unpaid bills": {
        "credit.enabled": True,
        "credit.late_logits.A": -1,
        "retailers.Alpha.collection": {"mode": "strict", "deposit_months": {"A": 1, "D": 3}},
        "retailers.Beta.costs.payment_lag_months": 2,
    },
    "advertising": {
        "word_of_mouth.enabled": True,
        "word_of_mouth.reference_budget_cny_per_month": 2e5,
        "retailers.Alpha.marketing": {"budget_cny_per_month": 3e5, "promise": 0.9},
    },
    "deviations, investments and penalties": {
        "settlement.enabled": True,
        "levers.app.costs": {"capex_cny": 4e5, "cny_per_staff_month": 30},
        "market.rules.service_standards.contact": {"minimum_share": 0.99, "penalty_cny_per_point": 2000},
    },
}
"""Every kind of money in the small market, and what makes it move."""


@pytest.mark.parametrize("policy", ["base", "lane", "cheaper"])
def test_the_unit_of_money_does_not_matter(policy: str) -> None:
    """Doubling is exact in binary numbers, so even the last bit must be the same."""
    scenario = lively({"run.months": 14})
    assert_doubled(run(scenario, policy), run(in_half_cny(scenario), policy))


@pytest.mark.parametrize("kind", MONEY)
def test_nor_does_it_whatever_money_there_is(kind: str) -> None:
    scenario = lively(MONEY[kind])
    tables = run(scenario)
    assert_doubled(tables, run(in_half_cny(scenario)))
    if MONEY[kind]:
        assert differences(tables["retailer_month"], run(lively())["retailer_month"])


@pytest.mark.parametrize("name", EVERYTHING)
def test_nor_does_it_where_retailers_decide_on_prices_and_share_their_spread(name: str) -> None:
    """Rebates and moves of prices are rounded to a fixed fraction of a CNY, which is seen in the last digits."""
    scenario = base_market(name)
    one, other = run(scenario, "turn_round"), run(in_half_cny(scenario), "turn_round")
    for table, before in one.items():
        for column in before.select_dtypes("number"):
            expected = factor_of(column) * before[column].to_numpy()
            distance = np.nan_to_num(np.abs(other[table][column].to_numpy() - expected))
            assert distance.max(initial=0) <= 1e-6 * np.nanmax(np.abs(expected), initial=0), (table, column)


def money_in(scenario: Scenario) -> set[str]:
    """Return the paths of all values that counting in units of half a CNY changes."""
    before, after = (leaves(s.study.model_dump()) for s in (scenario, in_half_cny(scenario)))
    return {path for path, value in before.items() if after[path] != value}


def test_every_sum_of_money_is_doubled() -> None:
    """Spot and offer prices, discounts, fees, costs and penalties; nothing else."""
    changed = money_in(base_market("lively")) | money_in(base_market(EVERYTHING[1]))
    last = {path.split(".")[-1] for path in changed}
    assert {"mean_cny_per_mwh", "price_cny_per_mwh", "discount_cny_per_mwh", "regulator_penalty_cny"} <= last
    assert {"signup_bonus_cny", "exit_fee_cny", "wage_cny_per_month", "acquisition_cost_cny", "shops"} <= last
    assert {"cny_per_hour", "capex_cny", "capital_cny", "budget_cny_per_month", "undercut_cny_per_mwh"} <= last
    assert {"spread_cap_cny_per_mwh", "concession_cny_per_mwh", "breach_fine_cny", "markup_cny_per_mwh"} <= last
    assert all("cny" in path or BY_SEGMENT[0] in path for path in changed)


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    """Return all values of plain data by dotted path."""
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, (list, tuple)):
        items = enumerate(value)  # type: ignore[assignment]
    else:
        return {path: value}
    return {p: v for key, inner in items for p, v in leaves(inner, f"{path}.{key}").items()}


def test_a_change_of_one_price_alone_does_matter() -> None:
    """The comparison above can fail."""
    scenario = lively()
    dearer = with_changes(scenario, {"market.network_cny_per_mwh": 400}, "test")
    assert differences(run(scenario)["market_month"], run(dearer)["market_month"])
