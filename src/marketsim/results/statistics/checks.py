"""Assumption checks: does the answer hold at the low and the high end of every uncertain input?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from marketsim.results.statistics.compare import summarise
from marketsim.results.statistics.estimates import carried_over, mean_over_worlds
from marketsim.results.statistics.pairs import UNITS, described, effects
from marketsim.results.statistics.partners import Partners
from marketsim.results.tables import ALL

LOW, HIGH = "low", "high"
ENDS = (LOW, HIGH)

HEADLINES: tuple[tuple[str, str], ...] = (
    ("profit_cny_per_year", ALL),
    ("share_energy", ALL),
    ("share_customers", ALL),
    ("satisfaction", ALL),
    ("satisfaction", "key"),
    ("satisfaction", "ordinary"),
    ("satisfaction_gap", ALL),
    ("busy_wait_contact_minutes", ALL),
    ("busy_wait_contact_minutes", "key"),
    ("busy_wait_contact_minutes", "ordinary"),
    ("churn_pct_per_year", ALL),
    ("service_cost_cny_per_customer_year", ALL),
)
"""KPI and tier of the figures that carry an answer; those of the focus retailer are checked."""

CHECK_COLUMNS = (
    *("assumption", "end", "value"),
    *("policy", "retailer", "segment", "tier", "kpi", "unit"),
    *("n", "base", "diff", "diff_low", "diff_high", "p_better", "direction"),
)
AGREEMENT_COLUMNS = (
    *("policy", "retailer", "segment", "tier", "kpi"),
    *("main", "ends", "same", "opposite", "cannot_tell"),
)

UP, DOWN, CANNOT_TELL = "up", "down", "cannot tell"

_LABELS = ["policy", "retailer", "segment", "tier", "kpi"]


def check_label(assumption: str, end: str) -> str:
    """Return the name of one end of an assumption, as it stands in the column ``check`` of the runs."""
    return f"{assumption}={end}"


def headline_rows(kpis: pd.DataFrame, focus: str) -> pd.DataFrame:
    """Return the rows of `HEADLINES` of the focus retailer."""
    rows = kpis[(kpis["retailer"] == focus) & (kpis["segment"] == ALL)]
    wanted = pd.MultiIndex.from_tuples(HEADLINES)
    found = pd.MultiIndex.from_arrays([rows["kpi"].astype(str), rows["tier"].astype(str)])
    return rows[found.isin(wanted)]


def check_differences(
    kpis_by_check: dict[str, pd.DataFrame],
    assumptions: dict[str, tuple[float, float]],
    focus: str,
    main: pd.DataFrame | None = None,
    partners: Mapping[str, Partners] | None = None,
) -> pd.DataFrame:
    """Return the effect of every policy at each end of each assumption.

    Args:
        kpis_by_check: KPIs of the finished runs of each end, by `check_label`.
        assumptions: low and high value of each uncertain input, by its path.
        focus: the retailer whose decision it is.
        main: KPIs of the main runs. Their many worlds carry the effect over to the few of an end
            (`results.statistics.estimates.carried_over`); without them an end stands on its own worlds alone.
        partners: with whom figures of tiers are compared, where a policy changes who belongs to them; by `check_label`,
            and for the main runs under the empty one.

    Returns:
        A frame in `CHECK_COLUMNS`, in the order of the assumptions: for each policy and headline the value
        of the base (of tiers whose rules the policy changes: of the base with its rules), the paired
        difference with its 95 % interval, and its direction: up, down, or ``cannot tell`` where the interval
        includes 0 or there is none. ``n`` is the number of worlds run at the end.
    """
    known = partners or {}
    centre = None if main is None else effects(headline_rows(main, focus), partners=known.get(""))
    parts = [
        _one_end(headline_rows(kpis_by_check[label], focus), centre, known.get(label)).assign(
            assumption=path, end=end, value=float(value)
        )
        for path, values in assumptions.items()
        for end, value in zip(ENDS, values, strict=True)
        if (label := check_label(path, end)) in kpis_by_check
    ]
    if not parts:
        return pd.DataFrame(columns=list(CHECK_COLUMNS))
    return pd.concat(parts, ignore_index=True)[list(CHECK_COLUMNS)]


def _one_end(kpis: pd.DataFrame, centre: pd.DataFrame | None, partners: Partners | None) -> pd.DataFrame:
    wide = effects(kpis, partners=partners)
    found = wide.to_numpy()
    if centre is None:
        estimates = mean_over_worlds(found)
    else:
        worlds = centre.columns.union(wide.columns)
        aligned = (frame.reindex(index=wide.index, columns=worlds).to_numpy() for frame in (centre, wide))
        estimates = carried_over(*aligned)
    rows = described(estimates, wide.index)
    base = summarise(kpis, partners=partners).set_index(_LABELS)["reference_mean"].rename("base")
    rows = rows[rows["n"] > 0].join(base, on=_LABELS)
    return rows.assign(unit=[UNITS[name] for name in rows["kpi"]], direction=directions(rows))


def directions(rows: pd.DataFrame) -> list[str]:
    """Return where each difference points: up or down where the interval says so, else ``cannot tell``."""
    low, high = rows["diff_low"].to_numpy(dtype=float), rows["diff_high"].to_numpy(dtype=float)
    return [str(word) for word in np.select([low > 0, high < 0], [UP, DOWN], CANNOT_TELL)]


def agreement(checks: pd.DataFrame, summary: pd.DataFrame) -> pd.DataFrame:
    """Return in how many ends of the assumptions the sign of each difference agrees with the main result.

    Args:
        checks: the outcome of `check_differences`.
        summary: the main result, as `compare.summarise` returns it.

    Returns:
        A frame in `AGREEMENT_COLUMNS`, a row per policy and headline. ``main`` is the direction of the main
        difference; ``ends`` is the number of ends that were run; in ``same`` and ``opposite`` of them the
        interval excludes 0 and the sign is that of the main difference or the other one; in the rest,
        ``cannot_tell``, it includes 0.
    """
    main = summary.assign(main=directions(summary), sign=np.sign(summary["diff"].to_numpy(dtype=float)))
    rows = checks.merge(main[[*_LABELS, "main", "sign"]], on=_LABELS, how="inner")
    direction = rows["direction"].map({UP: 1.0, DOWN: -1.0, CANNOT_TELL: 0.0}).to_numpy(dtype=float)
    product = direction * rows["sign"].fillna(0.0).to_numpy(dtype=float)
    counts: dict[str, Any] = {
        "ends": 1,
        "same": product > 0,
        "opposite": product < 0,
        "cannot_tell": product == 0,
    }
    counted = rows.assign(**counts).astype(dict.fromkeys(counts, "int64"))
    totals = counted.groupby([*_LABELS, "main"], sort=True, observed=True)[list(counts)].sum()
    return totals.reset_index()[list(AGREEMENT_COLUMNS)]


def overturning(checks: pd.DataFrame, summary: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the checks whose difference points the other way than the main difference."""
    main = summary[[*_LABELS, "diff"]].rename(columns={"diff": "main_diff"})
    rows = checks.merge(main, on=_LABELS, how="inner")
    sign = np.sign(rows["main_diff"].to_numpy(dtype=float))
    opposite = rows["direction"].map({UP: -1.0, DOWN: 1.0, CANNOT_TELL: np.nan}).to_numpy(dtype=float)
    found: pd.DataFrame = rows[opposite == sign].drop(columns="main_diff").reset_index(drop=True)
    return found
