"""Paired differences world by world: the effect of a policy in each world, and what is made of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from marketsim.results.key_figures import KPIS
from marketsim.results.statistics.estimates import Estimates, FloatArray, without_rounding
from marketsim.results.statistics.partners import LABELS, Partners, by_world
from marketsim.results.tables import BASE

_BETTER = {kpi.name: float(kpi.better) for kpi in KPIS}
UNITS = {kpi.name: kpi.unit for kpi in KPIS}


def effects(kpis: pd.DataFrame, base: str = BASE, partners: Partners | None = None) -> pd.DataFrame:
    """Return the difference of every policy to its partner: a row for each of `LABELS`, a column a world.

    Args:
        kpis: KPIs of the base and of policies.
        base: with whom policies are compared.
        partners: with whom figures of tiers are compared instead, where a policy changes who belongs to them.
    """
    wide = by_world(kpis)
    policies = wide.index.get_level_values("policy")
    reference = wide[policies == base].droplevel("policy")
    rows = wide[policies != base]
    labels = labels_without_policy(rows)
    against = reference.reindex(labels).to_numpy(dtype=np.float64, copy=True)
    for policy in (partners or Partners()).rules:
        own = np.asarray(rows.index.get_level_values("policy") == policy)
        against[own] = (partners or Partners()).values(policy, labels[own], wide.columns, against[own])
    return pd.DataFrame(without_rounding(rows.to_numpy() - against, against), rows.index, wide.columns)


def labels_without_policy(wide: pd.DataFrame) -> pd.MultiIndex:
    """Return the labels of the rows, the policy left out."""
    return pd.MultiIndex.from_frame(wide.index.to_frame()[LABELS[1:]])


def worlds_of(wide: pd.DataFrame, *label: str) -> FloatArray:
    """Return the row of a label, world by world; NaN where there is none.

    Args:
        wide: a frame with a row for each of `LABELS` and a column a world.
        label: policy, retailer, segment, tier and KPI.
    """
    place = wide.index.get_indexer(pd.MultiIndex.from_tuples([label]))[0]
    values = wide.to_numpy(dtype=np.float64)
    return values[place] if place >= 0 else np.full(values.shape[1], np.nan)


def described(estimates: Estimates, index: pd.Index[Any]) -> pd.DataFrame:
    """Return estimated differences as a frame: the levels of the index, n, diff, its interval, and p_better."""
    frame = index.to_frame(index=False)
    better = np.array([_BETTER[name] for name in frame["kpi"]], dtype=np.float64)
    return frame.assign(
        n=estimates.n,
        diff=estimates.mean,
        diff_low=estimates.low,
        diff_high=estimates.high,
        p_better=estimates.probability_of_sign(better),
    )
