"""What may not change the results: threads, the number of agents, the currency; and what must (V24-V26)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.markets import assert_identical, base_market, differences, lively, plain, run

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


def test_twice_the_agents_keep_the_means() -> None:
    changes = {"segments.works.customers": 3000, "segments.shops.customers": 6000, "run.months": 6}
    worlds = 24
    few, many = (yearly_means(lively({**changes, "run.agents": n}), worlds) for n in (150, 300))
    error = np.sqrt((few.var() + many.var()) / worlds)
    distance = (few.mean() - many.mean()).abs() / error.where(error > 0, np.inf)
    assert distance.max() < 3.5
    assert (distance**2).mean() < 1.7
    # and they do vary less
    spread = (many.std() / few.std()).median()
    assert 0.55 < spread < 0.9


# V26: the unit of money

BY_SEGMENT = ("per_customer_by_segment",)
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


@pytest.mark.parametrize("policy", ["base", "lane", "cheaper"])
def test_the_unit_of_money_does_not_matter(policy: str) -> None:
    """Doubling is exact in binary numbers, so even the last bit must be the same."""
    scenario = lively({"run.months": 14})
    one, other = run(scenario, policy), run(in_half_cny(scenario), policy)
    for name, table in one.items():
        for column in table:
            found, expected = other[name][column], table[column]
            factor = 2 if "cny" in str(column) else 1
            if expected.dtype.kind == "f":
                assert np.array_equal(found.to_numpy(), factor * expected.to_numpy(), equal_nan=True), (name, column)
            else:
                assert found.astype(str).equals(expected.astype(str)), (name, column)


def test_every_sum_of_money_is_doubled() -> None:
    """Spot and offer prices, discounts, fees, costs and penalties; nothing else."""
    before, after = (s.study.model_dump() for s in (base_market("lively"), in_half_cny(base_market("lively"))))
    changed = {path for path, value in leaves(before).items() if leaves(after)[path] != value}
    last = {path.split(".")[-1] for path in changed}
    assert {"mean_cny_per_mwh", "price_cny_per_mwh", "discount_cny_per_mwh", "regulator_penalty_cny"} <= last
    assert {"signup_bonus_cny", "exit_fee_cny", "wage_cny_per_month", "acquisition_cost_cny", "shops"} <= last
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
