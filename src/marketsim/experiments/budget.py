"""Equal money: policies are scaled until each costs the same, and are then compared."""

from __future__ import annotations

from typing import Any

import pandas as pd

from marketsim.experiments.break_even import curve_of
from marketsim.experiments.laboratory import Laboratory, trial
from marketsim.experiments.root import FOUND, find_root
from marketsim.results.statistics.checks import HEADLINES
from marketsim.results.statistics.estimates import mean_over_worlds, without_rounding
from marketsim.results.statistics.pairs import UNITS, described, labels_without_policy
from marketsim.results.tables import ALL
from marketsim.scenario.questions import Budget

BUDGET = "budget"
"""Name of the table."""
_PROFIT = ("profit_cny_per_year", ALL)


def compare_at_equal_money(name: str, budget: Budget, laboratory: Laboratory) -> pd.DataFrame:
    """Scale each policy to the same extra cost, and compare what they do.

    Args:
        name: name of the comparison.
        budget: target, key figure that is the money, and what scales each policy.
        laboratory: where runs are carried out.

    Returns:
        A row per policy, key figure and tier of the focus retailer: the number at which the policy costs the target
        (NaN where none within its range does; then there is no comparison), the paired difference to the base there,
        and the difference to the policy that earns most (``behind``), each with its 95 % interval. The row of the cost
        itself shows by how much the money differs from the target.
    """
    focus = laboratory.scenario.study.focus
    figures = list(dict.fromkeys([(budget.cost, ALL), *HEADLINES]))
    found: dict[str, pd.DataFrame] = {}
    scaled: list[tuple[dict[str, Any], pd.DataFrame | None]] = []
    for policy, scale in budget.scale.items():
        curve = curve_of(laboratory, policy, scale, (focus, ALL, budget.cost), budget.target_cny_per_year)
        root = find_root(curve, scale.low, scale.high)
        labels = {"name": name, "policy": policy, "path": scale.path, "value": root.value, "verdict": root.verdict}
        if root.verdict == FOUND:
            effects = laboratory.effects(policy, [trial(policy, scale.path, root.value)], by_tier=True)[0]
            found[policy] = _figures(effects, policy, focus, figures)
            scaled.append((labels, found[policy]))
        else:
            scaled.append((labels, None))
    best = max(found, key=lambda policy: _mean_profit(found[policy]), default=None)
    parts = [_described(labels, wide, found.get(best or "")) for labels, wide in scaled]
    return pd.concat(parts, ignore_index=True).assign(
        cost=budget.cost, target_cny_per_year=budget.target_cny_per_year, best=best or ""
    )


def _figures(effects: pd.DataFrame, policy: str, focus: str, figures: list[tuple[str, str]]) -> pd.DataFrame:
    keys = [(policy, focus, ALL, tier, kpi) for kpi, tier in figures]
    return effects.loc[[key for key in keys if key in effects.index]]


def _mean_profit(wide: pd.DataFrame) -> float:
    at = wide.index.get_level_values("kpi") == _PROFIT[0]
    return float(mean_over_worlds(wide[at].to_numpy()).mean[0])


def _described(labels: dict[str, Any], wide: pd.DataFrame | None, best: pd.DataFrame | None) -> pd.DataFrame:
    if wide is None or best is None:
        return pd.DataFrame([{**labels, "retailer": "", "tier": ALL, "kpi": "", "unit": "", "n": 0}])
    rows = described(mean_over_worlds(wide.to_numpy()), wide.index)
    leading = best.droplevel("policy").reindex(labels_without_policy(wide), columns=wide.columns).to_numpy()
    behind = mean_over_worlds(without_rounding(leading - wide.to_numpy(), leading))
    rows = rows.assign(
        unit=[UNITS[name] for name in rows["kpi"]],
        behind=behind.mean,
        behind_low=behind.low,
        behind_high=behind.high,
    ).drop(columns=["segment", "policy"])
    rows = rows[rows["n"] > 0]
    for column, value in labels.items():
        rows[column] = value
    return rows
