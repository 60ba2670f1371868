"""Small markets for the tests, and ways to run and compare them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketsim.scenario.changes import with_policy
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.loading import load_scenario
from marketsim.simulation.model import RetailMarket
from marketsim.simulation.run import simulate

DATA = Path(__file__).parent / "data"
Tables = dict[str, pd.DataFrame]


@cache
def base_market(name: str) -> Scenario:
    """Return a scenario of tests/data as it is in its file."""
    return load_scenario(DATA / f"{name}.yaml")


def frictionless(changes: Mapping[str, Any] | None = None) -> Scenario:
    """Return the market without frictions, with some values changed."""
    return _market("frictionless", changes)


def lively(changes: Mapping[str, Any] | None = None) -> Scenario:
    """Return the small market in which everything happens, with some values changed."""
    return _market("lively", changes)


EVERYTHING = ("everything_guangdong", "everything_full_choice")
"""Shipped markets, made small, with every mechanism, event and decision at once."""


def everything(changes: Mapping[str, Any] | None = None, name: str = EVERYTHING[0]) -> Scenario:
    """Return a market with everything at once, with some values changed."""
    return _market(name, changes)


def _market(name: str, changes: Mapping[str, Any] | None) -> Scenario:
    return load_scenario(DATA / f"{name}.yaml", changes) if changes else base_market(name)


def run(scenario: Scenario, policy: str = "base", replication: int = 0, threads: int = 1) -> Tables:
    """Return the tables of one run, without the columns that name policy and replication."""
    tables = simulate(scenario, replication, policy, threads).tables
    return {name: table.drop(columns=["policy", "replication"]) for name, table in tables.items()}


@contextmanager
def opened(scenario: Scenario, policy: str = "base", replication: int = 0) -> Iterator[RetailMarket]:
    """Open a market for its months to be run one by one."""
    model = RetailMarket(scenario, with_policy(scenario, policy), replication)
    try:
        yield model
    finally:
        model.close()


def by_month(table: pd.DataFrame, retailer: str, column: str) -> NDArray[np.float64]:
    """Return a column of a table for one retailer, month by month."""
    return table.loc[table["retailer"] == retailer, column].to_numpy()


def plain(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with its categories as text."""
    return table.assign(**{name: table[name].astype(str) for name in table if table[name].dtype == "category"})


def assert_identical(one: Tables, other: Tables, names: Iterable[str] | None = None) -> None:
    """Check that tables (all, or those named) are the same to the last bit."""
    for name in one if names is None else names:
        pd.testing.assert_frame_equal(plain(one[name]), plain(other[name]), check_exact=True, obj=name)


def differences(one: pd.DataFrame, other: pd.DataFrame) -> list[str]:
    """Return the columns in which two tables of the same shape differ in any bit."""
    one, other = plain(one), plain(other)
    return [name for name in one if not one[name].equals(other[name])]


FIRMS = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon")


def firms(*prices: float, **others: Any) -> dict[str, Any]:
    """Return the changes that put as many firms into the frictionless market, alike but for the price (CNY/MWh)."""
    alpha = base_market("frictionless").study.retailers["Alpha"].model_dump(mode="json", exclude_unset=True)
    retailers = {}
    for name, price in zip(FIRMS, prices, strict=False):
        plan = {**alpha["offers"]["plan"], "price_cny_per_mwh": price}
        retailers[name] = {**alpha, "initial_share": 1 / len(prices), "offers": {"plan": plan}, **others}
    return {"retailers": retailers}
