"""The course of key figures over the months, for those that have a meaning month by month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from marketsim.reporting.edition import current
from marketsim.reporting.measures import Measure
from marketsim.reporting.numbers import unit_text
from marketsim.reporting.view import StudyView
from marketsim.results.tables import ALL, MARKET, MARKET_MONTH, RETAILER_MONTH, SEGMENT_MONTH
from marketsim.scenario.service import DESKS

_PER_YEAR = "_per_year"
_A_YEAR, _IN_PER_CENT = 12.0, 100.0
_RATIOS = {
    "price_cny_per_mwh": ("revenue_cny", "energy_mwh", 1.0),
    "churn_pct_per_year": ("leaves", "customers", _A_YEAR * _IN_PER_CENT),
    "churn_energy_pct_per_year": ("leaves_energy_mwh", "energy_mwh", _A_YEAR * _IN_PER_CENT),
    "search_pct_per_year": ("searches", "customers", _A_YEAR * _IN_PER_CENT),
    "complaints_per_1000_year": ("complaints", "customers", _A_YEAR * 1000.0),
    "tickets_per_customer_year": ("tickets", "customers", _A_YEAR),
    "saidi_hours_per_year": ("outage_hours", "customers", _A_YEAR),
    "saifi_per_year": ("outages", "customers", _A_YEAR),
    "late_pct": ("late_customers", "customers", _IN_PER_CENT),
    "protected_pct": ("protected", "customers", _IN_PER_CENT),
}
"""Ratios of columns of segment_month: numerator, denominator and factor."""
_SHARES = {"share_energy": "energy_mwh", "share_customers": "customers", "share_revenue": "revenue_cny"}
_BOOKS = {
    "records_valid_pct": ("records_valid_share", _IN_PER_CENT),
    "misclassified_pct": ("misclassified_share", _IN_PER_CENT),
    "match_pct": ("match_share", _IN_PER_CENT),
    "survey_satisfaction": ("survey_satisfaction", _IN_PER_CENT),
    "awareness_pct": ("awareness_share", _IN_PER_CENT),
    "belief": ("belief", _IN_PER_CENT),
    "promise": ("promise", _IN_PER_CENT),
    "satisfaction_p10": ("satisfaction_p10", _IN_PER_CENT),
    "forecast_error_pct": ("forecast_error_sd", _IN_PER_CENT),
}
"""Columns of retailer_month that have another name or unit as a key figure."""
_SUMS = {
    "CNY/year": "CNY a month",
    "MWh/year": "MWh a month",
    "customers/year": "customers a month",
    "breaches/year": "breaches a month",
    "t CO2/year": "t CO2 a month",
}
"""Units of sums over a month, by those of a year."""
_DESK_SHARES = ("sla", "busy_sla", "utilisation")


@dataclass(frozen=True)
class Course:
    """A measure month by month under one policy: months x worlds, and the unit of a month's value."""

    values: pd.DataFrame
    unit: str


def course(view: StudyView, measure: Measure, policy: str) -> Course | None:
    """Return a measure month by month; None where it has no monthly values."""
    for read in (_of_segments, _of_desks, _of_market, _of_books):
        values = read(view, measure, policy)
        if values is not None and np.isfinite(values.to_numpy(dtype=np.float64)).any():
            return Course(values * _money(measure), _unit(measure))
    return None


def _money(measure: Measure) -> float:
    """Return what a month's value is multiplied with so that money is in the currency of the edition."""
    return current().per_cny if "CNY" in measure.kpi.unit else 1.0


def _unit(measure: Measure) -> str:
    """Return the unit of a month's value: sums over a year become sums over a month, rates stay."""
    unit, name = measure.kpi.unit, measure.kpi.name
    is_sum = name.endswith(_PER_YEAR) and name not in _RATIOS
    return unit_text(_SUMS.get(unit, unit) if is_sum else unit)


def _of_segments(view: StudyView, measure: Measure, policy: str) -> pd.DataFrame | None:
    name = measure.kpi.name
    rows = _segment_rows(view, measure, policy)
    if name in _SHARES:
        everybody = _segment_rows(view, Measure(measure.kpi, ALL, measure.segment, MARKET), policy)
        return _IN_PER_CENT * _ratio(_sum(rows, _SHARES[name]), _sum(everybody, _SHARES[name]))
    if name in _RATIOS:
        above, below, factor = _RATIOS[name]
        return factor * _ratio(_sum(rows, above), _sum(rows, below))
    if name == "satisfaction" or name.startswith("quality_"):
        weighted = rows.assign(points=rows[name] * rows["customers"])
        return _IN_PER_CENT * _ratio(_sum(weighted, "points"), _sum(rows, "customers"))
    column = name.removesuffix(_PER_YEAR)
    known = {entry.name for entry in SEGMENT_MONTH.values}
    return _sum(rows, column) if column in known and (column != name or column == "arrears_cny") else None


def _segment_rows(view: StudyView, measure: Measure, policy: str) -> pd.DataFrame:
    table = view.table("segment_month")
    rows = table[(table["policy"] == policy) & table["segment"].isin(view.contestable_segments)]
    if measure.retailer != MARKET:
        rows = rows[rows["retailer"] == (measure.retailer or view.focus)]
    if measure.segment != ALL:
        rows = rows[rows["segment"] == measure.segment]
    return rows if measure.tier == ALL else rows[rows["tier"] == measure.tier]


def _of_desks(view: StudyView, measure: Measure, policy: str) -> pd.DataFrame | None:
    desk = next((desk for desk in DESKS if f"_{desk}" in measure.kpi.name), None)
    if desk is None or measure.segment != ALL or measure.kpi.name.startswith("ticket_share"):
        return None
    stem = measure.kpi.name.replace(f"_{desk}", "", 1)
    column = {"sla": "sla_share", "busy_sla": "busy_sla_share"}.get(stem, stem)
    table = view.table("desk_month")
    rows = table[(table["policy"] == policy) & (table["desk"] == desk)]
    rows = rows[rows["retailer"] == (measure.retailer or view.focus)]
    rows = rows if measure.tier == ALL else rows[rows["tier"] == measure.tier]
    weighted = rows.assign(points=rows[column] * rows["arrivals"])
    factor = _IN_PER_CENT if stem in _DESK_SHARES else 1.0
    return factor * _ratio(_sum(weighted, "points"), _sum(rows, "arrivals"))


def _of_market(view: StudyView, measure: Measure, policy: str) -> pd.DataFrame | None:
    if measure.retailer != MARKET:
        return None
    return _column(view, MARKET_MONTH.name, measure.kpi.name.removesuffix(_PER_YEAR), policy, None)


def _of_books(view: StudyView, measure: Measure, policy: str) -> pd.DataFrame | None:
    if measure.retailer == MARKET or (measure.tier, measure.segment) != (ALL, ALL):
        return None
    column, factor = _BOOKS.get(measure.kpi.name, (measure.kpi.name.removesuffix(_PER_YEAR), 1.0))
    found = _column(view, RETAILER_MONTH.name, column, policy, measure.retailer or view.focus)
    return None if found is None else factor * found


def _column(view: StudyView, name: str, column: str, policy: str, retailer: str | None) -> pd.DataFrame | None:
    table = view.table(name)
    if column not in table.columns:
        return None
    rows = table[table["policy"] == policy]
    rows = rows if retailer is None else rows[rows["retailer"] == retailer]
    return rows.pivot(index="month", columns="replication", values=column)


def _sum(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return sums by month and world; months in which nothing is known stay unknown."""
    return rows.groupby(["month", "replication"], observed=True)[column].sum(min_count=1).unstack("replication")


def _ratio(above: pd.DataFrame, below: pd.DataFrame) -> pd.DataFrame:
    with np.errstate(divide="ignore", invalid="ignore"):
        return above / below.where(below != 0)
