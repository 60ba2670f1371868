"""The schema of every result table: columns with unit and meaning, and the KPIs with their good direction."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ALL = "all"
"""Value of `segment` or `tier` where a row is not split by it."""
MARKET = "market"
"""Value of `retailer` for the market as a whole."""
BASE = "base"
"""Name of the market without any policy."""
DEFAULT_SUPPLIER = "default supplier"
"""Name of the supplier of last resort in tables."""


@dataclass(frozen=True)
class Column:
    """A column of a table: name, unit (empty for labels) and meaning."""

    name: str
    unit: str
    meaning: str


@dataclass(frozen=True)
class Table:
    """A tidy table: what a row is, its key columns and its value columns."""

    name: str
    row: str
    keys: tuple[Column, ...]
    values: tuple[Column, ...]

    def column_names(self) -> list[str]:
        """Return key and value columns in their canonical order."""
        return [column.name for column in (*self.keys, *self.values)]

    def key_names(self) -> list[str]:
        """Return the key columns: together they name a row, and rows are sorted by them."""
        return [column.name for column in self.keys]


_POLICY = Column("policy", "", "policy, or base")
_REPLICATION = Column("replication", "", "world, counted from 0; the same number is the same world under every policy")
_MONTH = Column("month", "", "month, counted from 0")
_RETAILER = Column("retailer", "", "retailer, or the default supplier")
_SEGMENT = Column("segment", "", "customer type")
_TIER = Column("tier", "", "price tier: key, quality, loyal or ordinary")

MARKET_MONTH = Table("market_month", "a month", (_POLICY, _REPLICATION, _MONTH), (
    Column("spot_cny_per_mwh", "CNY/MWh", "spot price"),
    Column("forward_cny_per_mwh", "CNY/MWh", "forward price of the next twelve months"),
    Column("customers", "customers", "all customers, contestable or not"),
    Column("hhi", "1", "sum of squared energy shares in per cent (0-10000), default supplier left out"),
    Column("switches", "customers", "customers who change the supplier at the end of the month"),
))  # fmt: skip

RETAILER_MONTH = Table("retailer_month", "a retailer in a month", (_POLICY, _REPLICATION, _MONTH, _RETAILER), (
    Column("customers", "customers", "customers served in the month"),
    Column("energy_mwh", "MWh", "energy sold"),
    Column("hedged_mwh", "MWh", "energy bought forward when contracts were signed"),
    Column("spot_mwh", "MWh", "energy bought at spot (negative when over-hedged)"),
    Column("revenue_cny", "CNY", "energy charges and fixed fees"),
    Column("network_cny", "CNY", "network charges collected and passed on"),
    Column("exit_fees_cny", "CNY", "fees of customers who left before the end of their term"),
    Column("procurement_cny", "CNY", "cost of energy"),
    Column("lever_cny", "CNY", "cost of service levers"),
    Column("staff_cny", "CNY", "wages at the service desks"),
    Column("overhead_cny", "CNY", "fixed overhead and billing"),
    Column("acquisition_cny", "CNY", "brokers' fees, acquisition cost and sign-up bonuses"),
    Column("penalty_cny", "CNY", "regulator's penalties for complaints"),
    Column("interest_cny", "CNY", "cost of the money in unpaid bills"),
    Column("profit_cny", "CNY", "revenue and exit fees less all costs"),
    Column("payments_cny", "CNY", "payments received from customers"),
    Column("receivables_cny", "CNY", "unpaid bills at the end of the month"),
    Column("cash_cny", "CNY", "cash at the end of the month"),
    Column("joins", "customers", "customers who sign up, effective next month"),
    Column("leaves", "customers", "customers who leave, effective next month"),
    Column("staff", "staff", "service staff over all desks"),
    Column("satisfaction", "0-1", "mean satisfaction of customers"),
    Column("satisfaction_p10", "0-1", "satisfaction that one customer in ten falls short of"),
    Column("satisfaction_gini", "1", "Gini coefficient of satisfaction"),
    Column("price_sd_cny_per_mwh", "CNY/MWh", "standard deviation over customers, by energy, of the energy price within segments"),
))  # fmt: skip

SEGMENT_MONTH = Table("segment_month", "a tier of a segment at a retailer in a month; empty cells are left out",
    (_POLICY, _REPLICATION, _MONTH, _RETAILER, _SEGMENT, _TIER), (
    Column("customers", "customers", "customers served in the month"),
    Column("energy_mwh", "MWh", "energy sold"),
    Column("revenue_cny", "CNY", "energy charges and fixed fees"),
    Column("procurement_cny", "CNY", "cost of energy"),
    Column("satisfaction", "0-1", "mean satisfaction"),
    Column("quality_reliability", "0-1", "mean supply reliability"),
    Column("quality_responsiveness", "0-1", "mean responsiveness"),
    Column("quality_convenience", "0-1", "mean convenience"),
    Column("quality_assurance", "0-1", "mean assurance"),
    Column("quality_personalisation", "0-1", "mean personalisation"),
    Column("quality_fairness", "0-1", "mean fairness"),
    Column("tickets", "tickets", "expected service requests, repeats and complaint cases included"),
    Column("complaints", "complaints", "complaints raised"),
    Column("searches", "customers", "customers who compared offers"),
    Column("leaves", "customers", "customers who leave for another supplier, effective next month"),
    Column("leaves_energy_mwh", "MWh", "monthly energy of those who leave"),
))  # fmt: skip

DESK_MONTH = Table("desk_month", "a tier at a desk in a region in a month; tiers without tickets are left out",
    (_POLICY, _REPLICATION, _MONTH, _RETAILER, Column("desk", "", "contact, field or case"), Column("region", "", "region; all where the desk serves the whole market"), _TIER), (
    Column("arrivals", "tickets", "expected new tickets, repeats included"),
    Column("served", "tickets", "tickets handled"),
    Column("backlog", "tickets", "tickets left over at the end of the month"),
    Column("wait_minutes", "minutes", "mean wait before service begins"),
    Column("busy_wait_minutes", "minutes", "the same in the busiest block of the month"),
    Column("sla_share", "1", "share of tickets within the service standard"),
    Column("busy_sla_share", "1", "the same in the busiest block of the month"),
    Column("utilisation", "1", "mean utilisation of the staff who serve this tier"),
    Column("servers", "staff on duty", "mean number on duty of the staff who serve this tier"),
))  # fmt: skip

FLOWS = Table("flows", "a pair of suppliers in a segment and month, where customers moved",
    (_POLICY, _REPLICATION, _MONTH, _SEGMENT, Column("from_retailer", "", "supplier lost from"), Column("to_retailer", "", "supplier won by")), (
    Column("customers", "customers", "customers who change, effective next month"),
    Column("energy_mwh", "MWh", "their monthly energy"),
))  # fmt: skip

KPIS_TABLE = Table("kpis", "a KPI of one run over the evaluated months",
    (_POLICY, _REPLICATION, Column("retailer", "", "retailer, or market"), Column("segment", "", "customer type, or all"), Column("tier", "", "tier, or all"), Column("kpi", "", "name of the KPI")), (
    Column("value", "see kpi", "value, in the KPI's unit; missing where it has no meaning (nobody in the tier)"),
))  # fmt: skip

RUNS = Table("runs", "a run", (_POLICY, _REPLICATION, Column("check", "", "assumption check such as `path=low`; empty for the main runs")), (
    Column("status", "", "done, failed or not_run"),
    Column("error", "", "error message of a failed run"),
    Column("months", "months", "months simulated"),
    Column("customers", "customers", "customers in the market"),
    Column("agents", "agents", "agents that stood for them"),
))  # fmt: skip

MONTHLY_TABLES = (MARKET_MONTH, RETAILER_MONTH, SEGMENT_MONTH, DESK_MONTH, FLOWS)
"""The tables that every run produces."""

SUMMARY_COLUMNS = ("policy", "retailer", "segment", "tier", "kpi", "unit", "n", "mean", "low", "high", "diff", "diff_low", "diff_high", "p_better")  # fmt: skip


@dataclass(frozen=True)
class Kpi:
    """A key figure of a run over the evaluated months.

    Attributes:
        name: name in tables.
        title: what it is called in reports.
        unit: its unit.
        better: 1 if more is better for the retailer or the customers concerned, -1 if less is, 0 if neither.
        meaning: how it is computed.
        digits: digits after the point in reports.
    """

    name: str
    title: str
    unit: str
    better: int
    meaning: str
    digits: int = 2


_QUALITIES = ("reliability", "responsiveness", "convenience", "assurance", "personalisation", "fairness")
_DESKS = ("contact", "field", "case")

KPIS: tuple[Kpi, ...] = (
    Kpi("profit_cny_per_year", "Profit", "CNY/year", 1, "sum of monthly profits, scaled to a year", 0),
    Kpi("share_energy", "Share of energy", "%", 1, "energy sold over that of all contestable customers"),
    Kpi("share_customers", "Share of customers", "%", 1, "customer-months over those of all contestable customers"),
    Kpi("share_revenue", "Share of revenue", "%", 1, "revenue over that of all suppliers of contestable customers"),
    Kpi("satisfaction", "Satisfaction", "0-100", 1, "customer-weighted mean satisfaction, x 100", 1),
    Kpi("satisfaction_gap", "Gap key - ordinary", "0-100", -1, "satisfaction of key less that of ordinary customers", 1),
    Kpi("satisfaction_p10", "Satisfaction, lowest tenth", "0-100", 1, "mean over months of the 10 % quantile", 1),
    Kpi("satisfaction_gini", "Gini of satisfaction", "1", -1, "mean over months", 4),
    *(Kpi(f"quality_{name}", f"Quality: {name}", "0-100", 1, "customer-weighted mean, x 100", 1) for name in _QUALITIES),
    *(Kpi(f"wait_{desk}_minutes", f"Wait, {desk}", "minutes", -1, "ticket-weighted mean wait before service", 1) for desk in _DESKS),
    *(Kpi(f"busy_wait_{desk}_minutes", f"Busy-hour wait, {desk}", "minutes", -1, "the same in the busiest block", 1) for desk in _DESKS),
    *(Kpi(f"sla_{desk}", f"Within standard, {desk}", "%", 1, "ticket-weighted share within the service standard", 1) for desk in _DESKS),
    *(Kpi(f"utilisation_{desk}", f"Utilisation, {desk}", "%", 0, "ticket-weighted utilisation of the staff", 1) for desk in _DESKS),
    *(Kpi(f"servers_{desk}", f"On duty, {desk}", "staff on duty", 0, "ticket-weighted number on duty in the team that serves", 1) for desk in _DESKS),
    *(Kpi(f"ticket_share_{desk}", f"Share of tickets, {desk}", "%", 0, "the tier's share of the desk's tickets", 1) for desk in _DESKS),
    Kpi("backlog", "Backlog", "tickets", -1, "mean tickets left over at the end of a month", 1),
    Kpi("staff", "Service staff", "staff", 0, "mean service staff", 1),
    Kpi("customer_pct", "Share of own customers", "%", 0, "the tier's share of the retailer's customers", 1),
    Kpi("energy_pct", "Share of own energy", "%", 0, "the tier's share of the retailer's energy", 1),
    Kpi("churn_pct_per_year", "Churn", "%/year", -1, "customers who leave for another supplier over customer-years", 1),
    Kpi("churn_energy_pct_per_year", "Churn by energy", "%/year", -1, "energy of those who leave over energy-years", 1),
    Kpi("search_pct_per_year", "Customers who compare", "%/year", 0, "comparisons of offers per customer-year", 1),
    Kpi("complaints_per_1000_year", "Complaints", "per 1,000 customers and year", -1, "complaints over customer-years", 2),
    Kpi("price_cny_per_mwh", "Price paid", "CNY/MWh", 0, "revenue over energy", 1),
    Kpi("price_sd_cny_per_mwh", "Price dispersion", "CNY/MWh", 0, "mean over months of the standard deviation within segments", 2),
    Kpi("gross_spread_cny_per_mwh", "Gross spread", "CNY/MWh", 1, "revenue less procurement over energy", 2),
    Kpi("gross_margin_cny_per_year", "Gross margin", "CNY/year", 1, "revenue less procurement", 0),
    Kpi("revenue_cny_per_year", "Revenue", "CNY/year", 1, "energy charges and fixed fees", 0),
    Kpi("procurement_cny_per_year", "Procurement", "CNY/year", 0, "cost of energy", 0),
    Kpi("exit_fees_cny_per_year", "Exit fees", "CNY/year", 0, "from customers who break contracts", 0),
    Kpi("lever_cny_per_year", "Levers", "CNY/year", -1, "cost of service levers", 0),
    Kpi("staff_cny_per_year", "Service staff cost", "CNY/year", -1, "wages at the desks", 0),
    Kpi("overhead_cny_per_year", "Overhead", "CNY/year", -1, "fixed overhead and billing", 0),
    Kpi("acquisition_cny_per_year", "Acquisition", "CNY/year", -1, "brokers, acquisition, sign-up bonuses", 0),
    Kpi("penalty_cny_per_year", "Penalties", "CNY/year", -1, "regulator's penalties", 0),
    Kpi("interest_cny_per_year", "Working capital", "CNY/year", -1, "cost of the money in unpaid bills", 0),
    Kpi("service_cost_cny_per_customer_year", "Cost to serve", "CNY/customer and year", -1, "levers and staff over customer-years", 1),
    Kpi("joins_per_year", "Customers won", "customers/year", 1, "customers who sign up", 0),
    Kpi("leaves_per_year", "Customers lost", "customers/year", -1, "customers who leave", 0),
    Kpi("cash_cny", "Cash at the end", "CNY", 1, "cash after the last month", 0),
    Kpi("hhi", "Concentration (HHI)", "0-10000", 0, "mean over months", 0),
    Kpi("switching_pct_per_year", "Switching", "%/year", 0, "customers who change the supplier over contestable customer-years", 1),
)  # fmt: skip


def kpi(name: str) -> Kpi:
    """Return the KPI of that name; KeyError where there is none."""
    return {entry.name: entry for entry in KPIS}[name]


def _markdown_table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    return [*lines, *("| " + " | ".join(row) + " |" for row in rows)]


def describe() -> str:
    """Return docs/tables.md: every table and KPI, from this schema."""
    lines = ["# Result tables", "", "Generated from `marketsim.results.tables` by `make docs`.", ""]
    for table in (*MONTHLY_TABLES, KPIS_TABLE, RUNS):
        lines += [f"## {table.name}", "", f"A row is {table.row}.", ""]
        columns = [
            (f"`{c.name}`", "key" if c in table.keys else c.unit, c.meaning) for c in (*table.keys, *table.values)
        ]
        lines += [*_markdown_table(("column", "unit", "meaning"), columns), ""]
    lines += ["## KPIs", "", "`better` is +1 where more is good, -1 where less is, 0 where neither is.", ""]
    rows = [(f"`{k.name}`", k.title, k.unit, f"{k.better:+d}" if k.better else "0", k.meaning) for k in KPIS]
    return "\n".join([*lines, *_markdown_table(("kpi", "title", "unit", "better", "meaning"), rows), ""])


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(describe(), encoding="utf-8")
