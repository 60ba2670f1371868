"""The schema of every result table: its rows, and its columns with unit and meaning."""

from __future__ import annotations

from dataclasses import dataclass

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
    Column("active_retailers", "retailers", "retailers that sell"),
    Column("closed_customers", "customers", "customers that have closed down"),
    Column("demand_factor", "1", "growth and season of demand against the start"),
    Column("alternative_price_cny_per_mwh", "CNY/MWh", "mean price of other fuels per MWh of the same service"),
    Column("regulator_penalties_cny", "CNY", "penalties for breaking the regulator's standards"),
    Column("talks", "customers", "conversations about retailers"),
    Column("chosen_mwh", "MWh", "monthly energy of those who compared offers"),
    Column("consumer_surplus_cny", "CNY", "their log-sum utility in money less their last bill, times that energy"),
    Column("consumer_surplus_cny_per_mwh", "CNY/MWh", "mean log-sum utility of those who chose, in money, less their bill; only differences have a meaning"),
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
    Column("first_contact_resolution", "1", "share of contacts that are solved at once"),
    Column("digital_share", "1", "share of contacts that digital channels keep from the desk"),
    Column("satisfaction", "0-1", "mean satisfaction of customers"),
    Column("satisfaction_p10", "0-1", "satisfaction that one customer in ten falls short of"),
    Column("satisfaction_gini", "1", "Gini coefficient of satisfaction"),
    Column("price_sd_cny_per_mwh", "CNY/MWh", "standard deviation over customers, by energy, of the energy price within segments"),
    Column("deviation_cny", "CNY", "deviation penalties for forecast errors"),
    Column("bad_debt_cny", "CNY", "unpaid bills written off, less what is recovered"),
    Column("compensation_cny", "CNY", "compensation and fines"),
    Column("stranded_cny", "CNY", "investments lost with closed plants or given up with a lever"),
    Column("marketing_cny", "CNY", "advertising, brokers' extra fees and surveys"),
    Column("rebate_cny", "CNY", "taken off bills because the spread was above the cap; revenue is net of it"),
    Column("depreciation_cny", "CNY", "investments written off in the month"),
    Column("capex_cny", "CNY", "investments paid in the month"),
    Column("deposits_cny", "CNY", "deposits held at the end of the month"),
    Column("written_off_cny", "CNY", "unpaid bills written off"),
    Column("arrears_cny", "CNY", "overdue bills at the end of the month"),
    Column("forecast_error_sd", "1", "relative standard deviation of the forecast error of energy"),
    Column("list_price_cny_per_mwh", "CNY/MWh", "mean price of its offers on sale"),
    Column("active", "0/1", "whether it sells"),
    Column("records_valid_share", "1", "share of records that are valid (K)"),
    Column("misclassified_share", "1", "share of customers in another tier than true records would give"),
    Column("match_share", "1", "share of customers whose recorded top need is the true one"),
    Column("breaches", "breaches", "data breaches"),
    Column("survey_satisfaction", "0-1", "mean satisfaction in surveys"),
    Column("awareness_share", "1", "share of contestable customers who know it"),
    Column("belief", "0-1", "mean belief in its service over contestable customers"),
    Column("brand_logits", "logits", "brand built by advertising"),
    Column("promise", "0-1", "quality that it promises"),
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
    Column("promoters", "customers", "customers who are more than satisfied (above .75)"),
    Column("detractors", "customers", "customers who are dissatisfied (below .40)"),
    Column("outages", "interruptions", "interruptions times customers"),
    Column("outage_hours", "customer hours", "hours without supply times customers"),
    Column("outage_mwh", "MWh", "energy not supplied"),
    Column("saved_mwh", "MWh", "energy saved by efficiency"),
    Column("alternative_mwh", "MWh", "energy served by other fuels instead"),
    Column("emissions_t", "t CO2", "emissions of electricity and of other fuels"),
    Column("closures", "customers", "plants that close down"),
    Column("late_customers", "customers", "customers with an overdue bill"),
    Column("cut_offs", "customers", "customers whose supply is cut, in the month in which it is"),
    Column("protected", "customers", "late customers whom rules protect from being cut"),
    Column("arrears_cny", "CNY", "overdue bills"),
    Column("written_off_cny", "CNY", "bills written off"),
))  # fmt: skip

DESK_MONTH = Table("desk_month", "a tier at a desk in a region in a month; tiers without tickets are left out",
    (_POLICY, _REPLICATION, _MONTH, _RETAILER, Column("desk", "", "contact, field or case"), Column("region", "", "region; all where the desk serves the whole market"), _TIER), (
    Column("arrivals", "tickets", "expected new tickets, repeats included"),
    Column("served", "tickets", "tickets handled"),
    Column("backlog", "tickets", "tickets left over at the end of the month"),
    Column("wait_minutes", "minutes", "mean wait before service begins"),
    Column("wait_p90_minutes", "minutes", "wait that one ticket in ten exceeds"),
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

RELATIONS = Table("relations", "what a month takes from a retailer's customers at the start: those whom it had when policies began, by the tier in which they were then; before policies there are no rows, and empty cells are left out",
    (_POLICY, _REPLICATION, _MONTH, _RETAILER, _SEGMENT, _TIER), (
    Column("customers", "customers", "customers at the start who are served in the month and have never left since"),
    Column("leaves", "customers", "those of them who leave at its end, for another supplier or the default supplier; who comes back later is not counted again"),
    Column("closures", "customers", "customers at the start, never gone since, whose plant closes down in the month: they are not served in it, and have not left"),
))  # fmt: skip

MARGIN_CURVE = Table("margin_curve", "a point of the curve of margins of the focus retailer over the evaluated months: its contestable customers, ordered by rising margin",
    (_POLICY, _REPLICATION, Column("month", "", "last month that is added up, counted from 0"), _RETAILER, Column("customers_pct", "", "how many of the customers of lowest margin are added up, per cent of all whom it served in any evaluated month")), (
    Column("customers", "customers", "their number"),
    Column("margin_cny", "CNY", "their margin: energy charges and fixed fees, less the cost of their energy, less the cost of service levers that is paid per customer or MWh; wages, fixed costs and investments belong to nobody in particular and are not taken off"),
))  # fmt: skip

KPIS_TABLE = Table("kpis", "a KPI of one run over the evaluated months",
    (_POLICY, _REPLICATION, Column("retailer", "", "retailer, or market"), Column("segment", "", "customer type, or all"), Column("tier", "", "tier, or all"), Column("kpi", "", "name of the KPI")), (
    Column("value", "see kpi", "value, in the KPI's unit; missing where it has no meaning (nobody in the tier)"),
))  # fmt: skip

RUNS = Table("runs", "a run", (Column("policy", "", "policy, base, or `base, tiers of` a policy: the base with the tier rules of that policy, with which its figures by tier are compared"), _REPLICATION, Column("check", "", "assumption check such as `path=low`; empty for the main runs"), Column("run", "", "id of the run: the hash of all that determines it; the same in every study that shares it")), (
    Column("status", "", "done, failed or not_run"),
    Column("error", "", "error message of a failed run"),
    Column("months", "months", "months simulated"),
    Column("customers", "customers", "customers in the market"),
    Column("agents", "agents", "agents that stood for them"),
    Column("changes", "", "paths and values that are changed in the scenario, as JSON; empty where none is"),
))  # fmt: skip

MONTHLY_TABLES = (MARKET_MONTH, RETAILER_MONTH, SEGMENT_MONTH, DESK_MONTH, FLOWS, RELATIONS)
"""The tables that every run produces month by month."""
RUN_TABLES = (*MONTHLY_TABLES, MARGIN_CURVE)
"""All tables that every run produces."""

SUMMARY_COLUMNS = ("policy", "retailer", "segment", "tier", "kpi", "unit", "n", "mean", "low", "high", "diff", "diff_low", "diff_high", "p_better", "reference", "reference_mean")  # fmt: skip
