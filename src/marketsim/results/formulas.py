"""The formulas of the KPIs: from sums over the evaluated months, of any shape, to values of that shape."""

from __future__ import annotations

import numpy as np

from marketsim.results.sums import DESK_MEANS, EXPERIENCES, FloatArray, RetailerMonths, Sums
from marketsim.scenario.service import DESKS, TIERS

Values = dict[str, FloatArray]
"""Values by the name of the KPI; all of one shape."""

_COSTS = ("lever", "staff", "overhead", "acquisition", "penalty", "interest")


def _mean(sums: Sums, name: str) -> FloatArray:
    return sums[f"{name}_sum"] / sums[f"{name}_weight"]


def experience(sums: Sums) -> Values:
    """Return satisfaction and the six qualities, 0-100, weighted by customers."""
    return {name: 100 * _mean(sums, name) for name in EXPERIENCES}


def movements(sums: Sums) -> Values:
    """Return churn, search and complaints per customer-year, and churn per year's energy."""
    customer_years = sums["customers"] / 12
    return {
        "churn_pct_per_year": 100 * sums["leaves"] / customer_years,
        "churn_energy_pct_per_year": 100 * 12 * sums["leaves_energy_mwh"] / sums["energy_mwh"],
        "search_pct_per_year": 100 * sums["searches"] / customer_years,
        "complaints_per_1000_year": 1000 * sums["complaints"] / customer_years,
    }


def prices(sums: Sums) -> Values:
    """Return the mean price and the gross spread, CNY/MWh."""
    margin = sums["revenue_cny"] - sums["procurement_cny"]
    return {
        "price_cny_per_mwh": sums["revenue_cny"] / sums["energy_mwh"],
        "gross_spread_cny_per_mwh": margin / sums["energy_mwh"],
    }


def amounts(sums: Sums, years: float) -> Values:
    """Return sales, procurement, their difference and customers lost, per year."""
    revenue, procurement = sums["revenue_cny"], sums["procurement_cny"]
    return {
        "gross_margin_cny_per_year": (revenue - procurement) / years,
        "revenue_cny_per_year": revenue / years,
        "procurement_cny_per_year": procurement / years,
        "leaves_per_year": sums["leaves"] / years,
    }


def shares(sums: Sums, market: Sums) -> Values:
    """Return the shares of energy, customers and revenue of the whole market, %."""
    return {
        "share_energy": 100 * sums["energy_mwh"] / market["energy_mwh"],
        "share_customers": 100 * sums["customers"] / market["customers"],
        "share_revenue": 100 * sums["revenue_cny"] / market["revenue_cny"],
    }


def sales(sums: Sums, market: Sums, years: float) -> Values:
    """Return every KPI that follows from sales, at whatever level."""
    return {
        **shares(sums, market),
        **experience(sums),
        **movements(sums),
        **prices(sums),
        **amounts(sums, years),
    }


def satisfaction_gap(tier_sums: Sums) -> FloatArray:
    """Return satisfaction of key less that of ordinary customers from sums whose last axis is the tier."""
    satisfaction = experience(tier_sums)["satisfaction"]
    gap = satisfaction[..., TIERS.index("key")] - satisfaction[..., TIERS.index("ordinary")]
    return np.asarray(gap[..., np.newaxis], dtype=np.float64)


def composition(tier_sums: Sums) -> Values:
    """Return each tier's share of the retailer's own customers and energy, %; the last axis is the tier."""
    customers, energy = tier_sums["customers"], tier_sums["energy_mwh"]
    return {
        "customer_pct": 100 * customers / customers.sum(axis=-1, keepdims=True),
        "energy_pct": 100 * energy / energy.sum(axis=-1, keepdims=True),
    }


def desks(sums: Sums, evaluated_months: int) -> Values:
    """Return waits, attainment, staff and backlog from sums of shape retailers x desks x labels."""
    values = {"backlog": sums["backlog"].sum(axis=1) / evaluated_months}
    means = {name: _mean(sums, name) for name in DESK_MEANS}
    for index, desk in enumerate(DESKS):
        values[f"wait_{desk}_minutes"] = means["wait_minutes"][:, index]
        values[f"busy_wait_{desk}_minutes"] = means["busy_wait_minutes"][:, index]
        values[f"sla_{desk}"] = 100 * means["sla_share"][:, index]
        values[f"utilisation_{desk}"] = 100 * means["utilisation"][:, index]
        values[f"servers_{desk}"] = means["servers"][:, index]
    return values


def ticket_shares(sums: Sums) -> Values:
    """Return each tier's share of a desk's tickets, %, from sums of shape retailers x desks x tiers."""
    pct = 100 * sums["arrivals"] / sums["arrivals"].sum(axis=2, keepdims=True)
    return {f"ticket_share_{desk}": pct[:, index] for index, desk in enumerate(DESKS)}


def accounts(months: RetailerMonths, customer_years: FloatArray, years: float) -> Values:
    """Return the KPIs that stand in a retailer's books only, each retailers x 1."""
    service_cost = months.total("lever_cny") + months.total("staff_cny")
    return {
        "profit_cny_per_year": months.total("profit_cny") / years,
        "exit_fees_cny_per_year": months.total("exit_fees_cny") / years,
        **{f"{cost}_cny_per_year": months.total(f"{cost}_cny") / years for cost in _COSTS},
        "service_cost_cny_per_customer_year": service_cost / customer_years,
        "satisfaction_p10": 100 * months.mean("satisfaction_p10"),
        "satisfaction_gini": months.mean("satisfaction_gini"),
        "staff": months.mean("staff"),
        "price_sd_cny_per_mwh": months.mean("price_sd_cny_per_mwh"),
        "cash_cny": months.last("cash_cny"),
    }
