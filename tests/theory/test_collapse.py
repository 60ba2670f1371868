"""Whatever goes to its extreme, the market runs to its end, and its tables hold numbers that are conserved (V1-V4)."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.markets import EVERYTHING, Tables, base_market, by_month, everything, plain, run
from tests.theory.collapses import COLLAPSES, MARKET, SPREAD_CAP, STOCKS, faults
from tests.theory.conservation import check_run

MONTHS = 10


def collapsed(name: str) -> Tables:
    """Run a market that collapses, check what is conserved, and return its tables."""
    names = list(COLLAPSES)
    policy = ("base", "turn_round")[names.index(name) % 2]
    return check_run(everything({**SPREAD_CAP, **COLLAPSES[name]}, MARKET), policy)


def of(tables: Tables, month: int) -> pd.DataFrame:
    """Return a month of retailer_month by retailer."""
    books = plain(tables["retailer_month"])
    return books[books["month"] == month].set_index("retailer")


@pytest.mark.parametrize("name", COLLAPSES)
def test_a_market_at_its_extreme_runs_on_and_its_tables_hold_numbers(name: str) -> None:
    tables = collapsed(name)
    assert faults(tables) == []
    assert tables["market_month"]["month"].tolist() == list(range(MONTHS))


@pytest.mark.parametrize("name", EVERYTHING)
def test_so_do_the_tables_of_a_market_that_does_not_collapse(name: str) -> None:
    assert faults(run(base_market(name))) == []


# They do collapse


def test_when_all_retailers_have_left_everybody_is_with_the_default_supplier() -> None:
    last = of(collapsed("all retailers leave"), MONTHS - 1)["customers"]
    assert last["default supplier"] == pytest.approx(last.sum())


def test_when_all_have_closed_nothing_is_sold() -> None:
    tables = collapsed("all segments close")
    assert (tables["market_month"]["customers"][5:] == 0).all()
    assert (of(tables, MONTHS - 1)["energy_mwh"] == 0).all()


def test_when_nobody_pays_all_is_written_off_and_the_retailers_are_bankrupt() -> None:
    tables = collapsed("nobody ever pays")
    books = plain(tables["retailer_month"]).groupby("retailer")
    assert books["written_off_cny"].sum()["Beta"] > 0
    assert of(tables, MONTHS - 1)["active"][["Beta", "Delta"]].sum() == 0


def test_when_energy_costs_ten_times_as_much_who_sells_it_at_a_fixed_price_loses() -> None:
    profit = by_month(collapsed("wholesale prices times ten")["retailer_month"], "Beta", "profit_cny")
    assert profit[3] < profit[2] - 5e6


# The look at the tables sees


@pytest.mark.parametrize(
    ("table", "column", "value", "message"),
    [
        ("retailer_month", "cash_cny", float("nan"), "retailer_month.cash_cny is missing in month 0"),
        ("retailer_month", "profit_cny", float("inf"), "retailer_month.profit_cny is infinite in month 0"),
        ("retailer_month", "receivables_cny", -1.0, "retailer_month.receivables_cny is negative in month 0"),
        ("segment_month", "satisfaction", float("nan"), "segment_month.satisfaction is missing in month 0"),
        ("market_month", "hhi", float("nan"), "market_month.hhi is missing in month 0"),
        ("desk_month", "backlog", -1e-9, "desk_month.backlog is negative in month 0"),
        ("flows", "customers", float("nan"), "flows.customers is missing in month 0"),
    ],
)
def test_what_is_no_number_is_found(table: str, column: str, value: float, message: str) -> None:
    tables = {name: frame.copy() for name, frame in run(base_market(MARKET)).items()}
    tables[table].loc[tables[table].index[0], column] = value
    assert faults(tables) == [message]


def test_the_columns_that_cannot_be_negative_exist() -> None:
    tables = run(base_market(MARKET))
    assert [column for name, columns in STOCKS.items() for column in columns if column not in tables[name]] == []
