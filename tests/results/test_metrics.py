"""KPIs of hand-made tables against values computed by hand: two evaluated months, a sixth of a year."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.results.fake_market import scenario, simulate

from marketsim.results.key_figures import KPIS
from marketsim.results.metrics import kpis
from marketsim.results.run_result import RunResult
from marketsim.results.tables import (
    DEFAULT_SUPPLIER,
    DESK_MONTH,
    FLOWS,
    KPIS_TABLE,
    MARGIN_CURVE,
    MARKET_MONTH,
    RELATIONS,
    RETAILER_MONTH,
    SEGMENT_MONTH,
    Table,
)

RUN = {"months": 14, "warmup_months": 1, "evaluate_from_month": 12}


def table(schema: Table, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return a table; values that a row does not give are 0."""
    zeros = {column.name: 0.0 for column in schema.values}
    labelled = [{**zeros, "policy": "base", "replication": 3, **row} for row in rows]
    return pd.DataFrame(labelled, columns=schema.column_names())


def sale(month: int, retailer: str, segment: str, tier: str, *amounts: float, **more: float) -> dict[str, Any]:
    names = ("customers", "energy_mwh", "revenue_cny", "procurement_cny", "satisfaction")
    labels = {"month": month, "retailer": retailer, "segment": segment, "tier": tier}
    return {**labels, **dict(zip(names, amounts, strict=True)), **more}


SALES = [
    sale(11, "Alpha", "large", "key", 9999, 9999, 9999, 9999, 1.0, leaves=9999),
    sale(
        12,
        "Alpha",
        "large",
        "key",
        10,
        100,
        50_000,
        40_000,
        0.8,
        quality_fairness=0.9,
        complaints=1,
        searches=2,
        leaves=1,
        leaves_energy_mwh=10,
    ),
    sale(13, "Alpha", "large", "key", 30, 300, 150_000, 126_000, 0.6, quality_fairness=0.5),
    sale(12, "Alpha", "small", "ordinary", 60, 50, 30_000, 24_000, 0.5, leaves=2, leaves_energy_mwh=4),
    sale(13, "Alpha", "small", "ordinary", 100, 150, 70_000, 60_000, 0.7),
    sale(12, "Beta", "large", "ordinary", 50, 200, 100_000, 80_000, 0.7),
    sale(13, "Beta", "large", "ordinary", 50, 200, 100_000, 80_000, 0.7),
    sale(12, DEFAULT_SUPPLIER, "small", "ordinary", 20, 20, 12_000, 10_000, 0.4),
    sale(13, DEFAULT_SUPPLIER, "small", "ordinary", 20, 20, 12_000, 10_000, 0.4, leaves=5),
    sale(12, DEFAULT_SUPPLIER, "home", "ordinary", 5000, 900, 400_000, 300_000, 0.9),
]


def desk(month: int, name: str, region: str, tier: str, arrivals: float, wait: float, **more: float) -> dict[str, Any]:
    labels = {"month": month, "retailer": "Alpha", "desk": name, "region": region, "tier": tier}
    return {**labels, "arrivals": arrivals, "wait_minutes": wait, "busy_wait_minutes": 2 * wait, **more}


DESKS = [
    desk(11, "contact", "east", "key", 1e6, 1e6),
    desk(12, "contact", "east", "key", 10, 1, sla_share=1.0, utilisation=0.8, servers=4, backlog=2),
    desk(12, "contact", "east", "ordinary", 30, 5, sla_share=0.6, utilisation=0.8, servers=4, backlog=6),
    desk(13, "contact", "west", "key", 30, 3, sla_share=0.8, utilisation=0.6, servers=8, backlog=4),
    desk(
        13,
        "contact",
        "west",
        "ordinary",
        0,
        np.nan,
        sla_share=np.nan,
        utilisation=np.nan,
        servers=np.nan,
        backlog=8,
    ),
    desk(13, "field", "all", "ordinary", 4, 20, sla_share=0.5, utilisation=0.5, servers=2),
]


def book(month: int, retailer: str, **values: float) -> dict[str, Any]:
    return {"month": month, "retailer": retailer, **values}


BOOKS = [
    book(11, "Alpha", profit_cny=1e9),
    book(
        12,
        "Alpha",
        profit_cny=100,
        lever_cny=10,
        staff_cny=40,
        overhead_cny=5,
        acquisition_cny=7,
        penalty_cny=3,
        interest_cny=2,
        exit_fees_cny=6,
        staff=10,
        satisfaction_p10=0.3,
        satisfaction_gini=0.1,
        price_sd_cny_per_mwh=4,
        cash_cny=50,
    ),
    book(
        13,
        "Alpha",
        profit_cny=200,
        lever_cny=20,
        staff_cny=60,
        staff=12,
        satisfaction_p10=0.5,
        satisfaction_gini=0.2,
        price_sd_cny_per_mwh=8,
        cash_cny=80,
    ),
    book(12, "Beta", profit_cny=-40, satisfaction_p10=np.nan),
    book(13, "Beta", profit_cny=10, satisfaction_p10=0.6),
    book(12, DEFAULT_SUPPLIER, profit_cny=1e6),
]


def flow(month: int, segment: str, origin: str, target: str, customers: float) -> dict[str, Any]:
    return {
        "month": month,
        "segment": segment,
        "from_retailer": origin,
        "to_retailer": target,
        "customers": customers,
    }


MOVES = [
    flow(11, "large", "Alpha", "Beta", 999),
    flow(12, "large", "Alpha", "Beta", 1),
    flow(12, "small", "Alpha", DEFAULT_SUPPLIER, 2),
    flow(13, "small", DEFAULT_SUPPLIER, "Alpha", 5),
]
MONTHS = [
    {"month": 11, "hhi": 1.0, "switches": 999},
    {"month": 12, "hhi": 4000, "switches": 3},
    {"month": 13, "hhi": 5000, "switches": 5},
]


def stay(month: int, segment: str, tier: str, customers: float, leaves: float, closures: float = 0) -> dict[str, Any]:
    labels = {"month": month, "retailer": "Alpha", "segment": segment, "tier": tier}
    return {**labels, "customers": customers, "leaves": leaves, "closures": closures}


STAYS = [
    # in the second month a tenth of all leave, before the seventh half of the rest close down, then a quarter leaves
    *(stay(month, "small", "ordinary", 60, 0) for month in (1, 2)),
    *(stay(month, "large", "key", 40, 10 if month == 2 else 0) for month in (1, 2)),
    *(stay(month, "small", "ordinary", 60, 0) for month in range(3, 7)),
    *(stay(month, "large", "key", 30, 0) for month in range(3, 7)),
    stay(7, "small", "ordinary", 30, 10, 30),
    stay(7, "large", "key", 10, 0, 20),
    *(stay(month, "small", "ordinary", 20, 0) for month in range(8, 14)),
    *(stay(month, "large", "key", 10, 10 if month == 13 else 0) for month in range(8, 14)),
    stay(1, "home", "ordinary", 1000, 1000),
]
CURVE = [
    {"month": 13, "retailer": "Alpha", "customers_pct": pct, "customers": 2 * pct, "margin_cny": margin}
    for pct, margin in ((0, 0), (50, -100), (80, 500), (90, 800), (100, 1000))
]


@pytest.fixture(scope="module")
def found() -> pd.DataFrame:
    tables = {
        "relations": table(RELATIONS, STAYS),
        "margin_curve": table(MARGIN_CURVE, CURVE),
        "segment_month": table(SEGMENT_MONTH, SALES),
        "desk_month": table(DESK_MONTH, DESKS),
        "retailer_month": table(RETAILER_MONTH, BOOKS),
        "flows": table(FLOWS, MOVES),
        "market_month": table(MARKET_MONTH, MONTHS),
    }
    return kpis(RunResult("base", 3, tables, 14, 540, 540), scenario(RUN))


def value(found: pd.DataFrame, kpi: str, retailer: str = "Alpha", *, segment: str = "all", tier: str = "all") -> float:
    labels = {"retailer": retailer, "segment": segment, "tier": tier, "kpi": kpi}
    rows = found[np.all([found[column] == label for column, label in labels.items()], axis=0)]
    assert len(rows) == 1
    return float(rows["value"].iloc[0])


@pytest.mark.parametrize(
    ("kpi", "expected"),
    [
        ("relations_kept_pct", 100 * 0.9 * 0.75),
        ("margin_gini", 1 - 2 * (0.5 * -0.05 + 0.3 * 0.2 + 0.1 * 0.65 + 0.1 * 0.9)),
        ("margin_top10_pct", 20.0),
        ("margin_top20_pct", 50.0),
        ("share_energy", 100 * 600 / 1040),
        ("share_customers", 100 * 200 / 340),
        ("share_revenue", 100 * 300 / 524),
        ("satisfaction", 63.0),  # (10 x .8 + 30 x .6 + 60 x .5 + 100 x .7) / 200
        ("satisfaction_gap", 65.0 - 62.5),
        ("satisfaction_p10", 40.0),
        ("satisfaction_gini", 0.15),
        ("quality_fairness", 12.0),  # (10 x .9 + 30 x .5) / 200
        ("churn_pct_per_year", 18.0),  # 3 of 200 customer-months
        ("churn_energy_pct_per_year", 28.0),  # 14 of 600 MWh
        ("search_pct_per_year", 12.0),
        ("complaints_per_1000_year", 60.0),
        ("price_cny_per_mwh", 500.0),
        ("gross_spread_cny_per_mwh", 50_000 / 600),
        ("gross_margin_cny_per_year", 300_000.0),
        ("revenue_cny_per_year", 1_800_000.0),
        ("procurement_cny_per_year", 1_500_000.0),
        ("joins_per_year", 30.0),
        ("leaves_per_year", 18.0),
        ("profit_cny_per_year", 1800.0),
        ("lever_cny_per_year", 180.0),
        ("staff_cny_per_year", 600.0),
        ("overhead_cny_per_year", 30.0),
        ("acquisition_cny_per_year", 42.0),
        ("penalty_cny_per_year", 18.0),
        ("interest_cny_per_year", 12.0),
        ("exit_fees_cny_per_year", 36.0),
        ("service_cost_cny_per_customer_year", 7.8),  # 130 CNY for 200 / 12 customer-years
        ("staff", 11.0),
        ("price_sd_cny_per_mwh", 6.0),
        ("cash_cny", 80.0),
        ("wait_contact_minutes", 250 / 70),  # (10 x 1 + 30 x 5 + 30 x 3) / 70
        ("busy_wait_contact_minutes", 500 / 70),
        ("sla_contact", 100 * 52 / 70),
        ("utilisation_contact", 100 * 50 / 70),
        ("servers_contact", 400 / 70),
        ("wait_field_minutes", 20.0),
        ("backlog", 10.0),  # (2 + 6 + 4 + 8) / 2 months
    ],
)
def test_retailer_as_a_whole(found: pd.DataFrame, kpi: str, expected: float) -> None:
    assert value(found, kpi) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("kpi", "tier", "expected"),
    [
        ("share_energy", "key", 100 * 400 / 1040),
        ("share_customers", "ordinary", 100 * 160 / 340),
        ("satisfaction", "key", 65.0),
        ("satisfaction", "ordinary", 62.5),
        ("churn_pct_per_year", "key", 30.0),
        ("price_cny_per_mwh", "key", 500.0),
        ("customer_pct", "key", 20.0),
        ("energy_pct", "key", 100 * 400 / 600),
        ("wait_contact_minutes", "key", 2.5),
        ("wait_contact_minutes", "ordinary", 5.0),
        ("sla_contact", "key", 85.0),
        ("servers_contact", "key", 7.0),
        ("ticket_share_contact", "key", 100 * 40 / 70),
        ("ticket_share_field", "key", 0.0),
        ("backlog", "ordinary", 7.0),
    ],
)
def test_tiers(found: pd.DataFrame, kpi: str, tier: str, expected: float) -> None:
    assert value(found, kpi, tier=tier) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("kpi", "segment", "expected"),
    [
        ("share_energy", "large", 50.0),
        ("share_customers", "small", 80.0),
        ("satisfaction", "large", 65.0),
        ("churn_pct_per_year", "small", 15.0),
        ("joins_per_year", "small", 30.0),
        ("joins_per_year", "large", 0.0),
        ("revenue_cny_per_year", "small", 600_000.0),
    ],
)
def test_segments(found: pd.DataFrame, kpi: str, segment: str, expected: float) -> None:
    assert value(found, kpi, segment=segment) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("kpi", "segment", "expected"),
    [
        ("hhi", "all", 4500.0),
        ("switching_pct_per_year", "all", 100 * 8 * 12 / 340),
        ("switching_pct_per_year", "small", 100 * 7 * 12 / 200),
        ("switching_pct_per_year", "large", 100 * 1 * 12 / 140),
        ("satisfaction", "all", (126 + 70 + 16) / 3.4),
        ("satisfaction", "large", (26 + 70) / 1.4),
        ("churn_pct_per_year", "all", 100 * 8 * 12 / 340),
    ],
)
def test_market(found: pd.DataFrame, kpi: str, segment: str, expected: float) -> None:
    assert value(found, kpi, "market", segment=segment) == pytest.approx(expected)


def test_default_supplier_counts_with_its_contestable_customers_only(found: pd.DataFrame) -> None:
    assert value(found, "share_customers", DEFAULT_SUPPLIER) == pytest.approx(100 * 40 / 340)
    assert value(found, "satisfaction", DEFAULT_SUPPLIER) == pytest.approx(40.0)
    assert np.isnan(value(found, "profit_cny_per_year", DEFAULT_SUPPLIER))
    assert "home" not in set(found["segment"])


def test_shares_of_all_suppliers_sum_to_one_hundred(found: pd.DataFrame) -> None:
    for segment in ("all", "large", "small"):
        for kpi in ("share_energy", "share_customers", "share_revenue"):
            suppliers = ("Alpha", "Beta", DEFAULT_SUPPLIER)
            assert sum(value(found, kpi, name, segment=segment) for name in suppliers) == pytest.approx(100)


def test_values_without_meaning_are_missing(found: pd.DataFrame) -> None:
    assert np.isnan(value(found, "satisfaction_gap", "Beta"))
    assert np.isnan(value(found, "wait_case_minutes"))
    assert np.isnan(value(found, "satisfaction", "Beta", segment="small"))
    assert value(found, "share_energy", "Beta", segment="small") == 0.0
    assert value(found, "satisfaction_p10", "Beta") == pytest.approx(60.0)
    empty = found[(found["retailer"] == "Alpha") & (found["tier"].isin(["quality", "loyal"]))]
    assert len(empty) > 0
    assert empty["value"].isna().all()


def test_every_kpi_is_computed_somewhere_and_nothing_else(found: pd.DataFrame) -> None:
    beyond = {kpi.name for kpi in KPIS if kpi.name.endswith(("_3_years", "_3_years_cny", "_5_years", "_5_years_cny"))}
    assert set(found["kpi"]) == {entry.name for entry in KPIS} - beyond - {"lever_return", "service_return"}


def test_rows_are_unique_and_in_canonical_order(found: pd.DataFrame) -> None:
    keys = KPIS_TABLE.key_names()
    assert list(found.columns) == KPIS_TABLE.column_names()
    rows = found.astype({key: str for key in keys if key != "replication"})
    assert not rows.duplicated(keys).any()
    pd.testing.assert_frame_equal(rows, rows.sort_values(keys, ignore_index=True))
    assert set(found["policy"]) == {"base"}
    assert set(found["replication"]) == {3}


def test_order_and_type_of_rows_do_not_matter() -> None:
    given = scenario()
    result = simulate(given, 1, "lane")
    mixed = {}
    for name, frame in result.tables.items():
        labels = frame.select_dtypes(exclude="number").columns
        mixed[name] = frame.astype(dict.fromkeys(labels, "category"))
    again = RunResult("lane", 1, mixed, result.months, result.customers, result.agents)
    pd.testing.assert_frame_equal(kpis(result, given), kpis(again, given))


def test_without_evaluated_months_everything_is_missing() -> None:
    given = scenario({"months": 4, "warmup_months": 4, "evaluate_from_month": 4})
    assert kpis(simulate(given, 0), given)["value"].isna().all()


# A run of 14 months whose policies begin in month 1: the evaluated months are 12 and 13, the first year 1 to 12.


@pytest.mark.parametrize(
    ("kpi", "expected"),
    [
        ("kept_pct", -50.0),  # 2 compared, 3 left
        ("acquisition_pct_per_year", 30.0),  # 5 of 200 customer-months
        ("acquisition_cost_cny_per_customer", 7 / 5),
        ("bill_cny_per_mwh", 700.0),  # 200 for the network
        ("bill_cny_per_customer_month", 700.0 * 600 / 200),
        ("service_cny_per_year", 780.0),
        ("lifetime_value_cny", 50_000 / (200 / 12) * 1.08 / (0.08 + 0.18)),
        ("profit_1_year_cny", 1e9 + 100),
        ("share_energy_1_year", 100 * (9999 + 150) / (9999 + 150 + 220)),
    ],
)
def test_figures_of_customers_money_and_horizons(found: pd.DataFrame, kpi: str, expected: float) -> None:
    assert value(found, kpi) == pytest.approx(expected)


def test_net_present_value_counts_from_the_month_in_which_policies_begin() -> None:
    rows = [book(month, "Alpha", profit_cny=1000.0 if month >= 1 else 1e9) for month in range(14)]
    tables = {"retailer_month": table(RETAILER_MONTH, rows)}
    empty = {t.name: table(t, []) for t in (SEGMENT_MONTH, DESK_MONTH, FLOWS, MARKET_MONTH)}
    given = scenario({**RUN, "discount_rate": 0.1})
    present = value(kpis(RunResult("base", 3, {**empty, **tables}, 14, 1, 1), given), "npv_cny")
    assert present == pytest.approx(sum(1000 / 1.1 ** (k / 12) for k in range(1, 14)))


def test_horizons_that_the_run_does_not_reach_have_no_rows(found: pd.DataFrame) -> None:
    assert not found["kpi"].isin(["profit_3_years_cny", "satisfaction_5_years"]).any()


def test_tiers_by_segment_are_told_of_the_focus_retailer_alone(found: pd.DataFrame) -> None:
    assert value(found, "share_energy", segment="large", tier="key") == 50.0
    assert value(found, "satisfaction", segment="small", tier="ordinary") == pytest.approx(62.5)
    assert np.isnan(value(found, "satisfaction", segment="small", tier="key"))
    crossed = found[(found["segment"] != "all") & (found["tier"] != "all")]
    assert set(crossed["retailer"]) == {"Alpha"}


def test_a_mechanism_that_is_off_leaves_no_rows() -> None:
    given = scenario()
    result = simulate(given, 0)
    columns = ["promoters", "outages", "outage_hours", "emissions_t"]
    tables = {**result.tables, "segment_month": result.tables["segment_month"].assign(**dict.fromkeys(columns, np.nan))}
    off = kpis(RunResult("base", 0, tables, result.months, 540, 540), given)
    lost = {"net_promoters_pct", "saidi_hours_per_year", "saifi_per_year", "emissions_t_per_year"}
    assert set(kpis(result, given)["kpi"]) - set(off["kpi"]) == lost


def test_a_column_that_some_cells_lack_counts_where_it_is_known() -> None:
    given = scenario()
    result = simulate(given, 0)
    table_ = result.tables["segment_month"]
    lacking = table_["outages"].where(table_["retailer"] != "Beta", np.nan)
    tables = {**result.tables, "segment_month": table_.assign(outages=lacking)}
    found = kpis(RunResult("base", 0, tables, result.months, 540, 540), given)
    assert value(found, "saifi_per_year", "Beta") == 0.0
    assert value(found, "saifi_per_year", "Alpha") == value(kpis(result, given), "saifi_per_year", "Alpha")
