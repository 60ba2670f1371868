"""The key figures (KPIs) of a run: name, unit, good direction, meaning and formula of each."""

from __future__ import annotations

from dataclasses import dataclass

from marketsim.results.formula import (
    Formula,
    book,
    book_last,
    book_mean,
    desk,
    desk_mean,
    market_last,
    market_mean,
    market_sum,
    mean,
    own,
    quantity,
    title_of_years,
    total,
    whole,
    within,
)

HORIZON_YEARS = (1, 3, 5)
"""Horizons, years since the policies begin; those that the run does not reach have no value."""


@dataclass(frozen=True)
class Kpi:
    """A key figure of a run over the evaluated months.

    It is computed at every level (retailer, tier, segment, market) at which all quantities of its formula are known.

    Attributes:
        name: name in tables.
        title: what it is called in reports.
        unit: its unit.
        better: 1 if more is better for the retailer or the customers concerned, -1 if less is, 0 if neither.
        meaning: what it says.
        formula: how it is computed; sums are over the evaluated months.
        digits: digits after the point in reports.
    """

    name: str
    title: str
    unit: str
    better: int
    meaning: str
    formula: Formula
    digits: int = 2


_QUALITIES = ("reliability", "responsiveness", "convenience", "assurance", "personalisation", "fairness")
_DESKS = ("contact", "field", "case")

_YEARS = quantity("years")
_MONTHS = quantity("months")
_CUSTOMER_YEARS = total("customers") / 12
_CHURN = total("leaves") / _CUSTOMER_YEARS
_MARGIN = total("revenue_cny") - total("procurement_cny")
_SERVICE = book("lever_cny") + book("staff_cny")
_BILL = total("revenue_cny") + quantity("network_cny")
_DISCOUNT = quantity("discount_rate")

_MARKET = (
    Kpi("share_energy", "Share of energy", "%", 1, "energy sold over that of all contestable customers", 100 * total("energy_mwh") / whole("energy_mwh")),
    Kpi("share_customers", "Share of customers", "%", 1, "customer-months over those of all contestable customers", 100 * total("customers") / whole("customers")),
    Kpi("share_revenue", "Share of revenue", "%", 1, "revenue over that of all suppliers of contestable customers", 100 * total("revenue_cny") / whole("revenue_cny")),
    Kpi("customer_pct", "Share of own customers", "%", 0, "the tier's share of the retailer's customers", 100 * total("customers") / own("customers"), 1),
    Kpi("energy_pct", "Share of own energy", "%", 0, "the tier's share of the retailer's energy", 100 * total("energy_mwh") / own("energy_mwh"), 1),
    Kpi("hhi", "Concentration (HHI)", "0-10000", 0, "sum of squared energy shares", market_mean("hhi"), 0),
    Kpi("active_retailers", "Active retailers", "retailers", 0, "retailers that sell", market_mean("active_retailers"), 1),
    Kpi("switching_pct_per_year", "Switching", "%/year", 0, "customers who change the supplier over contestable customer-years", 100 * 12 * quantity("switches") / total("customers"), 1),
    Kpi("default_supplier_pct", "At the default supplier", "%", -1, "contestable customers whom the supplier of last resort serves", 100 * quantity("default.customers") / total("customers")),
    Kpi("closed_customers", "Closed customers", "customers", -1, "customers that have closed down by the end", market_last("closed_customers"), 1),
    Kpi("demand_factor", "Demand against the start", "1", 0, "growth and season", market_mean("demand_factor")),
    Kpi("alternative_price_cny_per_mwh", "Price of other fuels", "CNY/MWh", 0, "per MWh of the same service", market_mean("alternative_price_cny_per_mwh"), 1),
    Kpi("regulator_penalties_cny_per_year", "Penalties of all retailers", "CNY/year", -1, "for breaking the regulator's standards", market_sum("regulator_penalties_cny") / _YEARS, 0),
    Kpi("talks_per_year", "Conversations", "customers/year", 0, "conversations about retailers", market_sum("talks") / _YEARS, 0),
    Kpi("consumer_surplus_cny_per_mwh", "Consumer surplus", "CNY/MWh", 1, "log-sum of utility of those who chose, in money, less the bill that it is counted from (Small & Rosen 1981); only differences have a meaning", market_sum("consumer_surplus_cny") / market_sum("chosen_mwh"), 2),
)  # fmt: skip

_CUSTOMERS = (
    Kpi("satisfaction", "Satisfaction", "0-100", 1, "customer-weighted mean satisfaction, x 100", 100 * mean("satisfaction"), 1),
    Kpi("satisfaction_gap", "Gap key - ordinary", "0-100", -1, "satisfaction of key less that of ordinary customers", 100 * (quantity("key.satisfaction_sum") / quantity("key.satisfaction_weight") - quantity("ordinary.satisfaction_sum") / quantity("ordinary.satisfaction_weight")), 1),
    Kpi("satisfaction_p10", "Satisfaction, lowest tenth", "0-100", 1, "10 % quantile of satisfaction", 100 * book_mean("satisfaction_p10"), 1),
    Kpi("satisfaction_gini", "Gini of satisfaction", "1", -1, "inequality of satisfaction", book_mean("satisfaction_gini"), 4),
    *(Kpi(f"quality_{name}", f"Quality: {name}", "0-100", 1, "customer-weighted mean, x 100", 100 * mean(f"quality_{name}"), 1) for name in _QUALITIES),
    Kpi("net_promoters_pct", "Promoters - detractors", "%", 1, "customers who are more than satisfied less those who are dissatisfied", 100 * (total("promoters") - total("detractors")) / total("customers"), 1),
    Kpi("churn_pct_per_year", "Churn", "%/year", -1, "customers who leave for another supplier over customer-years", 100 * total("leaves") / _CUSTOMER_YEARS, 1),
    Kpi("churn_energy_pct_per_year", "Churn by energy", "%/year", -1, "energy of those who leave over energy-years", 100 * 12 * total("leaves_energy_mwh") / total("energy_mwh"), 1),
    Kpi("search_pct_per_year", "Customers who compare", "%/year", 0, "comparisons of offers per customer-year", 100 * total("searches") / _CUSTOMER_YEARS, 1),
    Kpi("kept_pct", "Kept of those who compare", "%", 1, "customers who compared offers, less all who left, whatever made them", 100 * (total("searches") - total("leaves")) / total("searches"), 1),
    Kpi("relations_kept_pct", "Kept for a year", "%", 1, "customers whom it had when policies began and who are still there a year later, without ever having left; closed plants left out (Kaplan & Meier 1958)", 100 * quantity("relations.kept", "product over the first 12 months of (1 - leaves / customers of relations)"), 1),
    Kpi("acquisition_pct_per_year", "Customers won", "%/year", 1, "customers won over customer-years", 100 * quantity("joins") / _CUSTOMER_YEARS, 1),
    Kpi("joins_per_year", "Customers won", "customers/year", 1, "customers who sign up", quantity("joins") / _YEARS, 0),
    Kpi("leaves_per_year", "Customers lost", "customers/year", -1, "customers who leave", total("leaves") / _YEARS, 0),
    Kpi("complaints_per_1000_year", "Complaints", "per 1,000 customers and year", -1, "complaints over customer-years", 1000 * total("complaints") / _CUSTOMER_YEARS, 2),
    Kpi("price_cny_per_mwh", "Price paid", "CNY/MWh", 0, "energy charges and fixed fees over energy", total("revenue_cny") / total("energy_mwh"), 1),
    Kpi("bill_cny_per_mwh", "Bill", "CNY/MWh", -1, "the same with network charges and levies", _BILL / total("energy_mwh"), 1),
    Kpi("bill_cny_per_customer_month", "Bill", "CNY/customer and month", 0, "mean bill with network charges and levies", _BILL / total("customers"), 0),
    Kpi("price_sd_cny_per_mwh", "Price dispersion", "CNY/MWh", 0, "standard deviation over customers, by energy, within segments", book_mean("price_sd_cny_per_mwh"), 2),
)  # fmt: skip

_OPERATIONS = (
    *(Kpi(f"wait_{name}_minutes", f"Wait, {name}", "minutes", -1, "ticket-weighted mean wait before service", desk_mean(name, "wait_minutes"), 1) for name in _DESKS),
    *(Kpi(f"wait_p90_{name}_minutes", f"Wait of the slowest tenth, {name}", "minutes", -1, "ticket-weighted mean of the wait that one ticket in ten exceeds", desk_mean(name, "wait_p90_minutes"), 1) for name in _DESKS),
    *(Kpi(f"busy_wait_{name}_minutes", f"Busy-hour wait, {name}", "minutes", -1, "the same in the busiest block", desk_mean(name, "busy_wait_minutes"), 1) for name in _DESKS),
    *(Kpi(f"sla_{name}", f"Within standard, {name}", "%", 1, "ticket-weighted share within the service standard", 100 * desk_mean(name, "sla_share"), 1) for name in _DESKS),
    *(Kpi(f"busy_sla_{name}", f"Within standard in busy hours, {name}", "%", 1, "the same in the busiest block", 100 * desk_mean(name, "busy_sla_share"), 1) for name in _DESKS),
    *(Kpi(f"utilisation_{name}", f"Utilisation, {name}", "%", 0, "ticket-weighted utilisation of the staff", 100 * desk_mean(name, "utilisation"), 1) for name in _DESKS),
    *(Kpi(f"servers_{name}", f"On duty, {name}", "staff on duty", 0, "ticket-weighted number on duty in the team that serves", desk_mean(name, "servers"), 1) for name in _DESKS),
    *(Kpi(f"ticket_share_{name}", f"Share of tickets, {name}", "%", 0, "the tier's share of the desk's tickets", 100 * desk(name, "arrivals") / own(f"{name}.arrivals"), 1) for name in _DESKS),
    Kpi("first_contact_resolution_pct", "Solved at once", "%", 1, "contacts that do not come back", 100 * book_mean("first_contact_resolution"), 1),
    Kpi("digital_share_pct", "Digital share", "%", 0, "contacts that digital channels keep from the desk", 100 * book_mean("digital_share"), 1),
    Kpi("tickets_per_customer_year", "Requests", "tickets/customer and year", -1, "expected requests, repeats and complaint cases over customer-years", total("tickets") / _CUSTOMER_YEARS, 2),
    Kpi("backlog", "Backlog", "tickets", -1, "mean tickets left over at the end of a month, all desks", (desk("contact", "backlog") + desk("field", "backlog") + desk("case", "backlog")) / _MONTHS, 1),
    Kpi("staff", "Service staff", "staff", 0, "mean service staff", book_mean("staff"), 1),
    Kpi("saidi_hours_per_year", "SAIDI", "hours/customer and year", -1, "hours without supply over customer-years (IEEE 1366)", total("outage_hours") / _CUSTOMER_YEARS, 2),
    Kpi("saifi_per_year", "SAIFI", "interruptions/customer and year", -1, "interruptions over customer-years (IEEE 1366)", total("outages") / _CUSTOMER_YEARS, 2),
    Kpi("unserved_mwh_per_year", "Energy not supplied", "MWh/year", -1, "energy lost in outages", total("outage_mwh") / _YEARS, 1),
)  # fmt: skip

_FINANCE = (
    Kpi("profit_cny_per_year", "Profit", "CNY/year", 1, "sum of monthly profits, scaled to a year", book("profit_cny") / _YEARS, 0),
    Kpi("npv_cny", "Net present value", "CNY", 1, "profit of all months since the policies begin, discounted to that moment from the end of each month", quantity("discounted_profit_cny"), 0),
    Kpi("gross_spread_cny_per_mwh", "Gross spread", "CNY/MWh", 1, "revenue less procurement over energy", _MARGIN / total("energy_mwh"), 2),
    Kpi("net_margin_cny_per_mwh", "Profit per MWh", "CNY/MWh", 1, "profit over energy sold", book("profit_cny") / book("energy_mwh"), 2),
    Kpi("gross_margin_cny_per_year", "Gross margin", "CNY/year", 1, "revenue less procurement", _MARGIN / _YEARS, 0),
    Kpi("revenue_cny_per_year", "Revenue", "CNY/year", 1, "energy charges and fixed fees", total("revenue_cny") / _YEARS, 0),
    Kpi("procurement_cny_per_year", "Procurement", "CNY/year", 0, "cost of energy", total("procurement_cny") / _YEARS, 0),
    Kpi("exit_fees_cny_per_year", "Exit fees", "CNY/year", 0, "from customers who break contracts", book("exit_fees_cny") / _YEARS, 0),
    Kpi("lever_cny_per_year", "Levers", "CNY/year", -1, "cost of service levers", book("lever_cny") / _YEARS, 0),
    Kpi("staff_cny_per_year", "Service staff cost", "CNY/year", -1, "wages at the desks", book("staff_cny") / _YEARS, 0),
    Kpi("service_cny_per_year", "Service", "CNY/year", -1, "levers and staff", _SERVICE / _YEARS, 0),
    Kpi("overhead_cny_per_year", "Overhead", "CNY/year", -1, "fixed overhead and billing", book("overhead_cny") / _YEARS, 0),
    Kpi("acquisition_cny_per_year", "Acquisition", "CNY/year", -1, "brokers, acquisition, sign-up bonuses", book("acquisition_cny") / _YEARS, 0),
    Kpi("penalty_cny_per_year", "Penalties", "CNY/year", -1, "regulator's penalties for complaints", book("penalty_cny") / _YEARS, 0),
    Kpi("interest_cny_per_year", "Working capital", "CNY/year", -1, "cost of the money in unpaid bills", book("interest_cny") / _YEARS, 0),
    Kpi("deviation_cny_per_year", "Deviation penalties", "CNY/year", -1, "penalties for forecast errors", book("deviation_cny") / _YEARS, 0),
    Kpi("bad_debt_cny_per_year", "Bad debt", "CNY/year", -1, "bills written off, less what is recovered", book("bad_debt_cny") / _YEARS, 0),
    Kpi("compensation_cny_per_year", "Compensation and fines", "CNY/year", -1, "promised to customers, and fines for breaches and missed standards", book("compensation_cny") / _YEARS, 0),
    Kpi("stranded_cny_per_year", "Stranded investments", "CNY/year", -1, "investments lost with closed plants or given up with a lever", book("stranded_cny") / _YEARS, 0),
    Kpi("marketing_cny_per_year", "Marketing", "CNY/year", -1, "advertising, brokers' extra fees and surveys", book("marketing_cny") / _YEARS, 0),
    Kpi("rebate_cny_per_year", "Rebates", "CNY/year", 0, "taken off bills because the spread was above the cap; revenue is net of it", book("rebate_cny") / _YEARS, 0),
    Kpi("depreciation_cny_per_year", "Depreciation", "CNY/year", -1, "investments written off", book("depreciation_cny") / _YEARS, 0),
    Kpi("capex_cny_per_year", "Investments", "CNY/year", 0, "investments paid", book("capex_cny") / _YEARS, 0),
    Kpi("service_cost_cny_per_customer_year", "Cost to serve", "CNY/customer and year", -1, "levers and staff over customer-years", _SERVICE / _CUSTOMER_YEARS, 1),
    Kpi("acquisition_cost_cny_per_customer", "Cost of a customer won", "CNY/customer", -1, "brokers, acquisition and bonuses over customers won", book("acquisition_cny") / quantity("joins"), 0),
    Kpi("lifetime_value_cny", "Lifetime value", "CNY/customer", 1, "gross margin of a customer-year, first at once and then as long as the customer stays, discounted (Gupta, Lehmann & Stuart 2004): margin x (1 + rate) / (rate + churn)", _MARGIN / _CUSTOMER_YEARS * (_DISCOUNT + 1) / (_DISCOUNT + _CHURN), 0),
    Kpi("margin_gini", "Gini of margin", "1", 0, "inequality of the margins of its customers over the evaluated months; above 1 where losses are large", quantity("margins.gini", "1 - 2 x area under margin_curve"), 3),
    *(Kpi(f"margin_top{top}_pct", f"Margin of the top {top} %", "%", 0, f"share of all margin that the {top} % of customers with the highest margin bring; above 100 where others bring losses", 100 * quantity(f"margins.top{top}", f"1 - margin_curve at {100 - top} % of customers"), 1) for top in (10, 20)),
    Kpi("deviation_cny_per_mwh", "Deviation penalty per MWh", "CNY/MWh", -1, "deviation penalties over energy", book("deviation_cny") / book("energy_mwh"), 3),
    Kpi("forecast_error_pct", "Forecast error", "%", -1, "relative standard deviation of monthly energy against the forecast", 100 * book_mean("forecast_error_sd"), 2),
    Kpi("hedged_pct", "Bought forward", "%", 0, "energy bought forward over energy sold", 100 * book("hedged_mwh") / book("energy_mwh"), 1),
    Kpi("list_price_cny_per_mwh", "List price", "CNY/MWh", 0, "mean price of its offers on sale", book_mean("list_price_cny_per_mwh"), 2),
    Kpi("cash_cny", "Cash at the end", "CNY", 1, "cash after the last month", book_last("cash_cny"), 0),
    Kpi("deposits_cny", "Deposits at the end", "CNY", 0, "deposits held after the last month", book_last("deposits_cny"), 0),
    Kpi("arrears_cny", "Arrears", "CNY", -1, "mean overdue bills at the end of a month", total("arrears_cny") / _MONTHS, 0),
    Kpi("written_off_pct", "Written off", "%", -1, "bills written off over bills", 100 * total("written_off_cny") / _BILL, 3),
    Kpi("late_pct", "Late payers", "%", -1, "customers with an overdue bill", 100 * total("late_customers") / total("customers"), 2),
    Kpi("cut_offs_per_year", "Cut-offs", "customers/year", -1, "customers whose supply is cut", total("cut_offs") / _YEARS, 1),
)  # fmt: skip

_INFORMATION = (
    Kpi("records_valid_pct", "Valid records (K)", "%", 1, "records that are true", 100 * book_mean("records_valid_share"), 1),
    Kpi("misclassified_pct", "Misclassified", "%", -1, "customers in another tier than true records would give", 100 * book_mean("misclassified_share"), 1),
    Kpi("match_pct", "Needs known", "%", 1, "customers whose recorded top need is the true one", 100 * book_mean("match_share"), 1),
    Kpi("breaches_per_year", "Data breaches", "breaches/year", -1, "data breaches", book("breaches") / _YEARS, 2),
    Kpi("survey_satisfaction", "Satisfaction in surveys", "0-100", 0, "mean answer, x 100", 100 * book_mean("survey_satisfaction"), 1),
    Kpi("awareness_pct", "Awareness", "%", 1, "contestable customers who know the retailer", 100 * book_mean("awareness_share"), 1),
    Kpi("belief", "Belief in its service", "0-100", 1, "mean belief of contestable customers, x 100", 100 * book_mean("belief"), 1),
    Kpi("brand_logits", "Brand", "logits", 1, "brand built by advertising", book_mean("brand_logits"), 3),
    Kpi("promise", "Promised quality", "0-100", 0, "quality that it promises, x 100", 100 * book_mean("promise"), 1),
)  # fmt: skip

_SOCIAL = (
    Kpi("saved_mwh_per_year", "Energy saved", "MWh/year", 0, "energy saved by efficiency", total("saved_mwh") / _YEARS, 0),
    Kpi("electricity_share_pct", "Electricity against other fuels", "%", 0, "energy sold over energy sold and energy served by other fuels", 100 * total("energy_mwh") / (total("energy_mwh") + total("alternative_mwh")), 1),
    Kpi("alternative_mwh_per_year", "Other fuels", "MWh/year", 0, "energy served by other fuels instead", total("alternative_mwh") / _YEARS, 0),
    Kpi("emissions_t_per_year", "Emissions", "t CO2/year", -1, "of electricity and of other fuels", total("emissions_t") / _YEARS, 0),
    Kpi("closures_per_year", "Closures", "customers/year", -1, "plants that close down", total("closures") / _YEARS, 1),
    Kpi("protected_pct", "Protected", "%", 0, "late customers whom rules protect from being cut, over all customers", 100 * total("protected") / total("customers"), 2),
)  # fmt: skip


def _horizon_figures(years: int) -> tuple[Kpi, ...]:
    name = title_of_years(years)
    words = name.replace("_", " ")
    profit = within(name, book("profit_cny"))
    energy = within(name, 100 * total("energy_mwh") / whole("energy_mwh"))
    satisfaction = within(name, 100 * mean("satisfaction"))
    since = f"in the first {words} of the policies"
    return (
        Kpi(f"profit_{name}_cny", f"Profit, {words}", "CNY", 1, f"sum of monthly profits {since}", profit, 0),
        Kpi(f"share_energy_{name}", f"Share of energy, {words}", "%", 1, f"the same {since}", energy),
        Kpi(f"satisfaction_{name}", f"Satisfaction, {words}", "0-100", 1, f"the same {since}", satisfaction, 1),
    )


_HORIZONS = tuple(figure for years in HORIZON_YEARS for figure in _horizon_figures(years))


def _of_policy(cost: str) -> Formula:
    """Return profit gained per CNY more spent: no figure of a run, but of pairs of runs (`results.statistics.returns`)."""
    return quantity("pairs of runs", f"difference of profit_cny_per_year / difference of {cost}")


LEVER_RETURN, SERVICE_RETURN = "lever_return", "service_return"
_RETURNS = (
    Kpi(LEVER_RETURN, "Return on levers", "CNY/CNY", 1, "profit gained against base per CNY more spent on levers, their cost paid; Fieller's interval (1954)", _of_policy("lever_cny_per_year")),
    Kpi(SERVICE_RETURN, "Return on service", "CNY/CNY", 1, "the same per CNY more spent on levers and staff", _of_policy("service_cny_per_year")),
)  # fmt: skip

KPIS: tuple[Kpi, ...] = (*_MARKET, *_CUSTOMERS, *_OPERATIONS, *_FINANCE, *_HORIZONS, *_INFORMATION, *_SOCIAL, *_RETURNS)


SILENT_AT_ZERO = frozenset(
    {
        *(f"{cost}_cny_per_year" for cost in ("deviation", "bad_debt", "compensation", "stranded", "marketing")),
        *("rebate_cny_per_year", "depreciation_cny_per_year", "capex_cny_per_year", "deviation_cny_per_mwh"),
        *("deposits_cny", "closed_customers"),
    }
)
"""Figures that are left out of summaries where they are 0 in every run: nothing in the scenario moves them."""


def kpi(name: str) -> Kpi:
    """Return the KPI of that name; KeyError where there is none."""
    return {entry.name: entry for entry in KPIS}[name]
