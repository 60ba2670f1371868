"""What must hold in the tables of any run: nothing is lost, nothing comes from nowhere (V1-V4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from tests.markets import Tables, opened, plain

from marketsim.results.tables import DEFAULT_SUPPLIER
from marketsim.scenario.loaded import Scenario

FloatArray = NDArray[np.float64]

COSTS = ("procurement", "lever", "staff", "overhead", "acquisition", "penalty", "interest")
CHARGES = ("deviation", "bad_debt", "compensation", "stranded", "marketing", "depreciation")
MONEY = (
    *("payments", "receivables", "written_off", "revenue", "network", "cash"),
    *("profit", "depreciation", "stranded", "capex", "deposits"),
)
RELATIVE = 1e-9


def close(found: pd.DataFrame | pd.Series[Any], expected: pd.DataFrame | pd.Series[Any], scale: float = 0.0) -> None:
    """Check that two tables of numbers are the same but for rounding, against the largest number or a scale."""
    one, other = found.to_numpy(dtype=float), expected.to_numpy(dtype=float)
    assert one.shape == other.shape
    scale = scale or float(np.abs(other).max(initial=1e-9))
    assert np.abs(one - other).max(initial=0.0) <= RELATIVE * scale


def monthly(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return a column of retailer_month with a row a month and a column a retailer."""
    return plain(table).pivot(index="month", columns="retailer", values=column)


def check_customers(tables: Tables, customers: float) -> None:
    """V1: everybody has one supplier or has closed down, and who joins a supplier has left another."""
    retailers = tables["retailer_month"]
    market = tables["market_month"].set_index("month")
    served, joins, leaves = (monthly(retailers, name) for name in ("customers", "joins", "leaves"))
    assert (served.sum(axis=1) + market["closed_customers"]).to_numpy() == pytest.approx(customers, rel=RELATIVE)
    assert (served.to_numpy() >= 0).all()
    closing = sums_by_retailer(tables["segment_month"], "closures", served)
    moved = (joins - leaves).shift(1) - closing
    close(served.diff().iloc[1:], moved.iloc[1:], customers)
    close(market["closed_customers"], closing.sum(axis=1).cumsum(), customers)
    close(joins.sum(axis=1), leaves.sum(axis=1), customers)
    close(market["customers"], served.sum(axis=1), customers)
    close(market["switches"], joins.sum(axis=1), customers)
    close(sums_by_retailer(tables["segment_month"], "customers", served), served, customers)
    close(sums_by_retailer(tables["segment_month"], "leaves", served), leaves, customers)
    for column, moved in (("to_retailer", joins), ("from_retailer", leaves)):
        flows = tables["flows"].rename(columns={column: "retailer"})
        close(sums_by_retailer(flows, "customers", served), moved, customers)


def sums_by_retailer(table: pd.DataFrame, column: str, like: pd.DataFrame) -> pd.DataFrame:
    """Return sums by month and retailer, in the rows and columns of another table; 0 where there is nothing."""
    sums = plain(table).groupby(["month", "retailer"])[column].sum().unstack()
    return sums.reindex(index=like.index, columns=like.columns).fillna(0.0)


def check_energy(tables: Tables, energy: float | FloatArray) -> None:
    """V2: what customers use (MWh, in every month or month by month) is what retailers sell, bought forward or at spot."""
    retailers = tables["retailer_month"]
    sold, hedged, spot = (monthly(retailers, f"{name}_mwh") for name in ("energy", "hedged", "spot"))
    assert sold.sum(axis=1).to_numpy() == pytest.approx(energy, rel=RELATIVE)
    close(hedged + spot, sold)
    close(sums_by_retailer(tables["segment_month"], "energy_mwh", sold), sold)
    for column in ("revenue_cny", "procurement_cny"):
        of_retailers = monthly(retailers, column)
        close(sums_by_retailer(tables["segment_month"], column, of_retailers), of_retailers)


def check_money(tables: Tables) -> None:
    """V3: profit is income less costs; customers pay what they were billed, or owe it, or it is written off; the rest is
    cash, with investments and deposits, and without what only wears out."""
    books = plain(tables["retailer_month"])
    books = books[books["retailer"] != DEFAULT_SUPPLIER]
    profit = books["revenue_cny"] + books["exit_fees_cny"] - sum(books[f"{name}_cny"] for name in (*COSTS, *CHARGES))
    close(books["profit_cny"], profit, float(books["revenue_cny"].max()))
    column = {name: monthly(books, f"{name}_cny") for name in MONEY}
    scale = max(float(column[name].abs().to_numpy().max()) for name in MONEY)
    settled = column["payments"] + column["receivables"].diff() + column["written_off"]
    close(settled.iloc[1:], (column["revenue"] + column["network"]).iloc[1:], scale)
    flow = column["profit"] - column["receivables"].diff() + column["deposits"].diff()
    flow += column["depreciation"] + column["stranded"] - column["capex"]
    close(column["cash"].diff().iloc[1:], flow.iloc[1:], scale)
    assert (column["receivables"].to_numpy() >= 0).all()


def check_network(tables: Tables, network_cny_per_mwh: float) -> None:
    """V3: network charges are collected and passed on by the MWh."""
    books = tables["retailer_month"]
    close(books["network_cny"], network_cny_per_mwh * books["energy_mwh"])


def check_tickets(tables: Tables) -> None:
    """V4: in every region's team, what came and what was left over before is served or left over now."""
    team = ["retailer", "desk", "region"]
    table = plain(tables["desk_month"]).groupby([*team, "month"])[["arrivals", "served", "backlog"]].sum()
    desks = table.unstack("month").fillna(0.0).stack("month", future_stack=True)
    before = desks.groupby(team)["backlog"].shift(1).fillna(0.0)
    close(desks["arrivals"] + before, desks["served"] + desks["backlog"])
    assert (desks.to_numpy() >= 0).all()


@dataclass(frozen=True)
class Lived:
    """A run with what its customers themselves know of it.

    Attributes:
        tables: result tables.
        customers: in the market at the start.
        used_mwh: what all customers used, by month. Shape (months,).
    """

    tables: Tables
    customers: float
    used_mwh: FloatArray


def live_through(scenario: Scenario, policy: str = "base") -> Lived:
    """Run a market month by month, and count what customers use."""
    with opened(scenario, policy) as model:
        customers = float(model.population["weight"].sum())
        used = []
        for _ in range(scenario.study.run.months):
            model.step()
            used.append(float((model.population["weight"] * model.population["use"]).sum()))
        tables = model.recorder.tables(policy, 0)
    return Lived(tables, customers, np.array(used))


def check_run(scenario: Scenario, policy: str = "base") -> Tables:
    """Run a scenario and check all that is conserved; return its tables."""
    lived = live_through(scenario, policy)
    customers = sum(segment.customers for segment in scenario.study.segments.values())
    assert lived.customers == pytest.approx(customers, rel=RELATIVE)
    check_all(lived.tables, lived.customers, lived.used_mwh, scenario.study.market.network_cny_per_mwh)
    return lived.tables


def check_all(tables: Tables, customers: float, energy: float | FloatArray, network_cny_per_mwh: float) -> None:
    """Check everything that is conserved."""
    check_customers(tables, customers)
    check_energy(tables, energy)
    check_money(tables)
    check_network(tables, network_cny_per_mwh)
    check_tickets(tables)
