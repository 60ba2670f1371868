"""Markets in which something goes to its extreme, and a look at whether their tables still hold numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from tests.markets import EVERYTHING, Tables, base_market, plain

from marketsim.results.tables import DEFAULT_SUPPLIER

MARKET = EVERYTHING[1]
RETAILERS = ("Alpha", "Beta", "Delta", "Gamma")
SEGMENTS = tuple(sorted(base_market(MARKET).study.segments))
NO_CURE = {f"credit.{mode}.{kind}": 0 for mode in ("flexible", "strict") for kind in ("cannot_pay", "will_not_pay")}


def closures(month: int) -> list[dict[str, Any]]:
    """Return the events that close all customers down, but for three segments that follow a month later."""
    return [
        {"type": "closure", "month": month + number % 2, "segment": name, "standard": 0, "notice_months": 1}
        for number, name in enumerate(SEGMENTS)
    ]


def scaled(value: Any, factor: float, name: str = "") -> Any:
    """Return plain data of an offer with every price and fee per MWh multiplied."""
    if isinstance(value, dict):
        return {key: scaled(inner, factor, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [scaled(inner, factor, name) for inner in value]
    return factor * value if name in ("price_cny_per_mwh", "fee_cny_per_mwh") else value


def offers(factor: float) -> dict[str, Any]:
    """Return the changes that multiply all list prices and fees per MWh."""
    retailers = base_market(MARKET).study.model_dump(mode="json")["retailers"]
    return {f"retailers.{name}.offers": scaled(retailer["offers"], factor) for name, retailer in retailers.items()}


SPREAD_CAP = {"market.rules.spread_cap_cny_per_mwh": None}
"""Left out: a rebate goes by the MWh of last month, so that it can exceed the bills of the next where hardly any were sold."""
COLLAPSES: dict[str, dict[str, Any]] = {
    "all retailers leave": {
        "events": [{"type": "exit", "month": 4, "retailer": name} for name in RETAILERS],
        "adaptation.entry.enabled": False,
        "retailers.Epsilon": None,
    },
    "all segments close": {"events": closures(4), "segments.commercial.contestable": True},
    "nobody ever pays": {**{f"credit.late_logits.{grade}": 50 for grade in "ABCD"}, **NO_CURE},
    "wholesale prices times ten": {"events": [{"type": "price_shock", "month": 3, "size": 9, "duration_months": 5}]},
    "list prices times ten": {**offers(10), "market.rules.price_cap_cny_per_mwh": None},
    "energy for nothing": {**offers(3e-5), "market.spot.mean_cny_per_mwh": 0.01},
    "hardly any agents": {"run.agents": 6},
    "one customer in a segment": {f"segments.{name}.customers": 1 for name in ("high_tech", "large_industrial")},
    "hardly any staff": {
        f"retailers.{name}.desks.{desk}.heads": 0.1 for name in RETAILERS for desk in ("contact", "field", "case")
    },
    "supply always fails": {
        "reliability.other_outages_per_year": 1000,
        "reliability.outages_per_year": {"urban": 1000, "suburban": 1000, "rural": 1000},
        "reliability.repair_hours": 100,
    },
    "demand all but vanishes": {"events": [{"type": "demand_shock", "month": 3, "size": -0.99, "duration_months": 7}]},
    "everybody begins with the default supplier": {
        "market.default_supplier.initial_share": 1,
        **{f"retailers.{name}.initial_share": 0 for name in RETAILERS},
        **{f"retailers.{name}.initial_share_by_segment": None for name in RETAILERS},
    },
}


# What is no number, and why

KNOWN_OF_DEFAULT_SUPPLIER = (
    *("customers", "energy_mwh", "hedged_mwh", "spot_mwh", "revenue_cny", "network_cny", "procurement_cny"),
    *("joins", "leaves"),
)
QUALITIES = tuple(
    f"quality_{name}"
    for name in ("reliability", "responsiveness", "convenience", "assurance", "personalisation", "fairness")
)
STOCKS = {
    "market_month": ("customers", "switches", "active_retailers", "closed_customers", "hhi", "talks", "demand_factor"),
    "retailer_month": (
        *("customers", "energy_mwh", "hedged_mwh", "network_cny", "joins", "leaves", "staff", "satisfaction"),
        *("receivables_cny", "deposits_cny", "arrears_cny", "written_off_cny", "bad_debt_cny", "stranded_cny"),
        *("compensation_cny", "marketing_cny", "deviation_cny", "depreciation_cny", "capex_cny", "interest_cny"),
        *("lever_cny", "staff_cny", "overhead_cny", "acquisition_cny", "penalty_cny", "rebate_cny", "payments_cny"),
        *("list_price_cny_per_mwh", "records_valid_share", "awareness_share", "belief", "brand_logits"),
    ),
    "segment_month": (
        *("customers", "energy_mwh", "satisfaction", *QUALITIES, "tickets", "complaints", "searches", "leaves"),
        *("leaves_energy_mwh", "promoters", "detractors", "outages", "outage_hours", "outage_mwh", "saved_mwh"),
        *("alternative_mwh", "emissions_t", "closures", "late_customers", "cut_offs", "protected", "arrears_cny"),
        *("written_off_cny",),
    ),
    "desk_month": (
        *("arrivals", "served", "backlog", "wait_minutes", "wait_p90_minutes", "busy_wait_minutes", "sla_share"),
        *("busy_sla_share", "utilisation", "servers"),
    ),
    "flows": ("customers", "energy_mwh"),
    "relations": ("customers", "leaves", "closures"),
    "margin_curve": ("customers",),
}
"""What can never be negative. Bills can, by a discount that exceeds the price; so can what energy costs, by selling it."""


def excused(tables: Tables) -> dict[str, dict[str, pd.Series[bool]]]:
    """Return, by table and column, in which rows a value may be missing; everywhere else it must be a number."""
    market, books, cells = (plain(tables[name]) for name in ("market_month", "retailer_month", "segment_month"))
    nobody, default = books["customers"] == 0, books["retailer"] == DEFAULT_SUPPLIER
    searches = market["month"].map(cells.groupby("month")["searches"].sum()).fillna(0)
    all_closed = books["month"].map(market.set_index("month")["customers"]) == 0
    of_books = {str(name): default & (name not in KNOWN_OF_DEFAULT_SUPPLIER) for name in books}
    # means over customers whom nobody serves
    for name in ("satisfaction", "satisfaction_p10", "satisfaction_gini", "records_valid_share", "misclassified_share"):
        of_books[name] = of_books[name] | nobody
    of_books["match_share"] |= nobody
    # a mean by energy, where none is sold
    of_books["price_sd_cny_per_mwh"] |= books["energy_mwh"] == 0
    # a mean over offers, where none is on sale
    of_books["list_price_cny_per_mwh"] |= books["active"] == 0
    # only Alpha asks and promises; nobody answers where nobody is served
    of_books["survey_satisfaction"] |= (books["retailer"] != "Alpha") | nobody
    of_books["promise"] |= books["retailer"] != "Alpha"
    # shares of contestable customers, where all of them have closed down
    for name in ("awareness_share", "belief"):
        of_books[name] = of_books[name] | all_closed
    return {
        # a mean over those who compare offers, where there are such people and offers
        "market_month": {"consumer_surplus_cny_per_mwh": (searches == 0) | (market["active_retailers"] == 0)},
        "retailer_month": of_books,
        # means over the customers of a cell that is listed for its closures only
        "segment_month": dict.fromkeys(("satisfaction", *QUALITIES), cells["customers"] == 0),
    }


def faults(tables: Tables) -> list[str]:
    """Return what is wrong with the numbers of tables: infinite, missing without excuse, or negative where none can be."""
    found, excuses = [], excused(tables)
    for name, table in tables.items():
        nowhere = pd.Series(False, index=table.index)
        for column in map(str, table.select_dtypes("number")):
            values = table[column]
            missing = values.isna() & ~excuses.get(name, {}).get(column, nowhere)
            if np.isinf(values).any():
                found.append(f"{name}.{column} is infinite in month {table.loc[np.isinf(values), 'month'].min()}")
            if missing.any():
                found.append(f"{name}.{column} is missing in month {table.loc[missing, 'month'].min()}")
            if column in STOCKS[name] and (values < 0).any():
                found.append(f"{name}.{column} is negative in month {table.loc[values < 0, 'month'].min()}")
    return found
