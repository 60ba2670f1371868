"""What results record of single customers: who is still there, and who brings the margin; nothing in results without it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from marketsim.errors import ResultsError
from marketsim.reporting.view import StudyView
from marketsim.results.customer_value import kept
from marketsim.results.tables import ALL, MARGIN_CURVE, RELATIONS

_IN_PER_CENT = 100.0


def kept_shares(view: StudyView, policy: str, tier: str = ALL) -> pd.DataFrame:
    """Return the share of the customers at the start who are still there, in per cent: months since then x worlds.

    The Kaplan-Meier estimate of the focus retailer's customers in segments that may choose; empty where there were none, or
    where the results do not have it.

    Args:
        view: the results.
        policy: the policy, or the base.
        tier: the tier in which they were at the start; all by default.
    """
    rows = _rows(view, RELATIONS.name, policy)
    rows = rows[rows["segment"].isin(view.contestable_segments)] if len(rows) else rows
    rows = rows[rows["tier"] == tier] if len(rows) and tier != ALL else rows
    if rows.empty:
        return pd.DataFrame()
    sums = rows.groupby(["month", "replication"], observed=True)[["customers", "leaves"]].sum().unstack("replication")
    sums = sums.reindex(range(view.warmup, view.months)).fillna(0.0)
    shares = _IN_PER_CENT * kept(sums["customers"].to_numpy(), sums["leaves"].to_numpy())
    return pd.DataFrame(shares, columns=sums["customers"].columns)


def margins(view: StudyView, policy: str) -> pd.DataFrame:
    """Return the margin that the customers of lowest margin bring together, CNY: per cent of customers x worlds.

    Empty where the results do not have it, or the view is that of another retailer than the one whose customers were followed.
    """
    rows = _rows(view, MARGIN_CURVE.name, policy)
    return (
        pd.DataFrame() if rows.empty else rows.pivot(index="customers_pct", columns="replication", values="margin_cny")
    )


def margin_shares(view: StudyView, policy: str) -> pd.DataFrame:
    """Return the same as a share of all margin, in per cent; empty where some world has no margin to share."""
    money = margins(view, policy)
    if money.empty or not np.all(money.iloc[-1] > 0):
        return pd.DataFrame()
    return _IN_PER_CENT * money / money.iloc[-1]


def _rows(view: StudyView, name: str, policy: str) -> pd.DataFrame:
    """Return the focus retailer's rows of a table under a policy; none in results stored before there was such a table."""
    try:
        table = view.table(name)
    except ResultsError:
        return pd.DataFrame()
    return table[(table["policy"] == policy) & (table["retailer"] == view.focus)]
