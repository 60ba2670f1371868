"""What a policy earns for each CNY more that it spends: ratios of paired differences over worlds."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from marketsim.results.key_figures import LEVER_RETURN, SERVICE_RETURN
from marketsim.results.statistics.compare import summarise
from marketsim.results.statistics.estimates import FloatArray
from marketsim.results.statistics.pairs import UNITS, effects, worlds_of
from marketsim.results.statistics.partners import LABELS, Partners
from marketsim.results.tables import ALL, SUMMARY_COLUMNS

_PROFIT = "profit_cny_per_year"
_COSTS = {LEVER_RETURN: "lever_cny_per_year", SERVICE_RETURN: "service_cny_per_year"}
NEEDED = frozenset({_PROFIT, *_COSTS.values()})
"""The key figures that `returns` looks at."""
_UPPER_TAIL = 0.975
_LEAST_SPENT = 1.0
"""Smallest difference of cost, CNY a year, for which a return is told."""


def with_returns(kpis: pd.DataFrame, partners: Partners | None = None) -> pd.DataFrame:
    """Return the summary of all KPIs, the returns on what policies spend included, sorted as the rest."""
    summary, earned = summarise(kpis, partners=partners), returns(kpis)
    if earned.empty:
        return summary
    return pd.concat([summary, earned.astype(summary.dtypes)]).sort_values(LABELS, ignore_index=True)


def returns(kpis: pd.DataFrame) -> pd.DataFrame:
    """Return what each retailer's profit changes per CNY that a policy makes it spend more (or save).

    A ratio of two means over the same worlds, not a mean of ratios: a world in which little is spent would rule that.

    Args:
        kpis: KPIs of all finished runs.

    Returns:
        Rows in `SUMMARY_COLUMNS`, one per policy, retailer and kind of cost that differs from the base; ``low`` and
        ``high`` are Fieller's 95 % interval (1954), missing where the cost itself may not differ.
    """
    wanted = kpis["kpi"].isin([_PROFIT, *_COSTS.values()]) & (kpis["segment"] == ALL) & (kpis["tier"] == ALL)
    wide = effects(kpis[wanted])
    rows = [
        row
        for policy, retailer in dict.fromkeys((key[0], key[1]) for key in wide.index)
        for name in _COSTS
        if (row := _row(wide, str(policy), str(retailer), name)) is not None
    ]
    return pd.DataFrame(rows, columns=list(SUMMARY_COLUMNS))


def _row(wide: pd.DataFrame, policy: str, retailer: str, name: str) -> dict[str, object] | None:
    gain, cost = (worlds_of(wide, policy, retailer, ALL, ALL, kpi) for kpi in (_PROFIT, _COSTS[name]))
    both = np.isfinite(gain) & np.isfinite(cost)
    if not both.any() or abs(float(cost[both].mean())) < _LEAST_SPENT:
        return None
    ratio, low, high = fieller(gain[both], cost[both])
    labels = {"policy": policy, "retailer": retailer, "segment": ALL, "tier": ALL, "kpi": name, "unit": UNITS[name]}
    unknown = {
        **dict.fromkeys(("diff", "diff_low", "diff_high", "p_better", "reference_mean"), math.nan),
        "reference": "",
    }
    return {**labels, "n": int(both.sum()), "mean": ratio, "low": low, "high": high, **unknown}


def fieller(numerators: FloatArray, denominators: FloatArray) -> tuple[float, float, float]:
    """Return the ratio of two paired means with its 95 % interval (Fieller 1954).

    The ends are NaN for a single pair, and where the denominator's mean does not differ from 0.
    """
    n, top, bottom = len(numerators), float(numerators.mean()), float(denominators.mean())
    if n < 2:
        return top / bottom, math.nan, math.nan
    spread = np.cov(numerators, denominators) * float(stdtrit(n - 1, _UPPER_TAIL)) ** 2 / n
    square, mixed = bottom**2 - spread[1, 1], top * bottom - spread[0, 1]
    rest = max(mixed**2 - square * (top**2 - spread[0, 0]), 0.0)
    if square <= 0:
        return top / bottom, math.nan, math.nan
    reach = math.sqrt(rest) / square
    return top / bottom, mixed / square - reach, mixed / square + reach
