"""The lines of the profit account of a retailer, world by world, in CNY a year."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from marketsim.reporting.language import kpi_title
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi
from marketsim.results.tables import BASE

TABLE = "retailer_month"
ENERGY, REVENUE, PROCUREMENT, PROFIT = "energy_mwh", "revenue_cny", "procurement_cny", "profit_cny"
_OTHER_LINES = {
    "exit_fees_cny": 1,
    "lever_cny": -1,
    "staff_cny": -1,
    "overhead_cny": -1,
    "acquisition_cny": -1,
    "marketing_cny": -1,
    "penalty_cny": -1,
    "compensation_cny": -1,
    "deviation_cny": -1,
    "bad_debt_cny": -1,
    "interest_cny": -1,
    "depreciation_cny": -1,
    "stranded_cny": -1,
}
LINES = {REVENUE: 1, PROCUREMENT: -1, **_OTHER_LINES}
"""Columns of the table of retailers that make up the profit, and whether they add to it (1) or take from it (-1)."""


@dataclass(frozen=True)
class Accounts:
    """Yearly accounts of a retailer.

    Attributes:
        lines: the lines that are not 0 in all runs, in their order.
        by_policy: a frame per policy, the base first: a row per world, columns of the lines, energy and profit.
    """

    lines: tuple[str, ...]
    by_policy: dict[str, pd.DataFrame]

    @property
    def policies(self) -> tuple[str, ...]:
        """The policies that have a world in common with the base."""
        return tuple(name for name in self.by_policy if name != BASE and len(self.common(name)))

    def common(self, policy: str) -> pd.Index[int]:
        """Return the worlds that a policy and the base have in common."""
        return self.by_policy[BASE].index.intersection(self.by_policy[policy].index)


def accounts_of(view: StudyView) -> Accounts | None:
    """Return the yearly accounts of the retailer whose view it is; None where there is no base."""
    found = yearly_accounts(view)
    if BASE not in found:
        return None
    together = pd.concat(found.values())
    return Accounts(tuple(name for name in LINES if (together[name] != 0).any()), found)


def yearly_accounts(view: StudyView) -> dict[str, pd.DataFrame]:
    """Return the accounts of a year, the mean one of the evaluated months, by policy as `Accounts` has them."""
    table = view.table(TABLE)
    rows = table[(table["retailer"] == view.focus) & table["month"].between(view.first_evaluated, view.months - 1)]
    years = (view.months - view.first_evaluated) / 12
    sums = rows.astype({"policy": str}).groupby(["policy", "replication"])[[ENERGY, *LINES, PROFIT]].sum() / years
    known = sums.index.get_level_values("policy")
    return {name: pd.DataFrame(sums.loc[name]) for name in (BASE, *view.policies) if name in known}


def line_title(column: str) -> str:
    """Return what a line of the account is called."""
    return kpi_title(kpi(f"{column}_per_year"))
