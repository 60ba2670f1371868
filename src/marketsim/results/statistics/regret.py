"""Which decision stands the uncertainties best: worst cases and regret over the points of a sweep."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from marketsim.results.statistics.checks import CANNOT_TELL, DOWN, UP, directions
from marketsim.results.statistics.partners import BETWEEN_TIERS
from marketsim.results.statistics.ranking import BETTER
from marketsim.results.tables import ALL, BASE

REGRET = "regret"
"""Name of the table."""
REGRET_COLUMNS = (
    *("name", "retailer", "tier", "kpi", "unit", "policy", "levers", "points"),
    *("mean", "worst", "worst_point", "best", "best_point", "better", "worse", "cannot_tell", "half_width"),
    *("regret_mean", "regret_max", "regret_point"),
)
VARIED = "varied"
"""Stands for the levers where every point has its own."""
_FIGURE = ["name", "retailer", "tier", "kpi", "unit"]


def regret(sweep: pd.DataFrame, points: pd.DataFrame, *, by_tier: bool = False) -> pd.DataFrame:
    """Return how each decision does over the points of uncertainties: its range, and what it forgoes (Savage 1951).

    A decision is a policy with a setting of the levers, or the base. Points with the same values of the uncertainties
    are one state of the world; a decision is judged over the states, all with the same weight, and in each state against the
    best decision there, the base included. Where no setting of the levers comes twice (points drawn at random), a
    decision is the policy with the levers as they come.

    Args:
        sweep: table ``sweep``: differences to the base by point, policy and figure.
        points: table ``sweep_points``: the values of levers and uncertainties of each point.
        by_tier: whether figures of tiers have a regret as well: only where nobody changes who belongs to them.

    Returns:
        A frame in `REGRET_COLUMNS`; a row per figure and decision, figures without a good direction left out. Over
        ``points`` states, ``mean``, ``worst`` and ``best`` are of the difference to the base; in the shares ``better``
        and ``worse`` of them its 95 % interval is on one side of 0, in the share ``cannot_tell`` it is not.
        ``half_width`` is the median half of these intervals: regrets that are not larger may be chance.
        ``regret_mean`` and ``regret_max`` are by how much the best decision of the state does better, in the unit of
        the figure, never negative; ``regret_point`` is the point of the largest. Means of few worlds make regret larger
        than it is, as the best of several means is lucky.
    """
    states, levers = _settings(points, "uncertainty"), _settings(points, "lever")
    found = [_of_sweep(rows, states, levers, by_tier) for _, rows in sweep.groupby("name", sort=False)]
    kept = [frame for frame in found if len(frame)]
    return pd.concat(kept, ignore_index=True) if kept else pd.DataFrame(columns=list(REGRET_COLUMNS))


def _settings(points: pd.DataFrame, kind: str) -> dict[tuple[str, int], str]:
    """Return the values of the parameters of a kind as one text, by name of the sweep and point."""
    texts: dict[tuple[str, int], list[str]] = {}
    for name, point, parameter, its_kind, value in points[["name", "point", "parameter", "kind", "value"]].itertuples(
        index=False
    ):
        own = texts.setdefault((str(name), int(point)), [])
        if its_kind == kind:
            own.append(f"{parameter}={value}")
    return {key: ", ".join(parts) for key, parts in texts.items()}


def _of_sweep(
    rows: pd.DataFrame, states: Mapping[tuple[str, int], str], levers: Mapping[tuple[str, int], str], by_tier: bool
) -> pd.DataFrame:
    keys = [(str(name), int(point)) for name, point in zip(rows["name"], rows["point"], strict=True)]
    good = rows.assign(state=[states.get(key, "") for key in keys], levers=[levers.get(key, "") for key in keys])
    if _is_drawn(good):
        good = good.assign(levers=VARIED)
    good = good.assign(better=[BETTER[kpi] for kpi in good["kpi"]])
    good = good[(good["better"] != 0) & np.isfinite(good["diff"].to_numpy(dtype=np.float64))]
    parts = [_of_figure(own, by_tier) for _, own in good.groupby(_FIGURE, sort=False)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(REGRET_COLUMNS))


def _is_drawn(rows: pd.DataFrame) -> bool:
    """Tell whether every setting of the levers belongs to one state only, though there are several states."""
    states = rows.groupby("levers")["state"].nunique()
    return bool(rows["state"].nunique() > 1 and len(states) > 1 and (states == 1).all())


def _of_figure(rows: pd.DataFrame, by_tier: bool) -> pd.DataFrame:
    good = rows.assign(gain=rows["better"] * rows["diff"])
    best = good.groupby("state")["gain"].max().clip(lower=0.0)
    good = good.assign(regret=good["state"].map(best) - good["gain"])
    first = good.iloc[0]
    labels = {column: first[column] for column in _FIGURE}
    told = by_tier or (first["tier"] == ALL and first["kpi"] not in BETWEEN_TIERS)
    decisions = [_of_base(good, best), *(_decision(own) for _, own in good.groupby(["policy", "levers"], sort=False))]
    frame = pd.DataFrame([{**labels, **each} for each in decisions], columns=list(REGRET_COLUMNS))
    return frame if told else frame.assign(regret_mean=np.nan, regret_max=np.nan, regret_point=np.nan)


def _of_base(rows: pd.DataFrame, best: pd.Series) -> dict[str, object]:
    """Return the row of doing nothing: its regret is what the best decision gains."""
    largest = best.idxmax()
    at = rows[(rows["state"] == largest) & (rows["gain"] == rows.loc[rows["state"] == largest, "gain"].max())]
    zero = {"mean": 0.0, "worst": 0.0, "best": 0.0, "worst_point": np.nan, "best_point": np.nan, "half_width": np.nan}
    shares = {"better": 0.0, "worse": 0.0, "cannot_tell": 0.0}
    told = {"regret_mean": best.mean(), "regret_max": best.max(), "regret_point": float(at["point"].iloc[0])}
    return {"policy": BASE, "levers": "", "points": len(best), **zero, **shares, **told}


def _places(rows: pd.DataFrame) -> tuple[int, int, int]:
    """Return where the gain is smallest and largest, and the regret largest."""
    gain, regrets = rows["gain"].to_numpy(dtype=np.float64), rows["regret"].to_numpy(dtype=np.float64)
    return int(gain.argmin()), int(gain.argmax()), int(regrets.argmax())


def _decision(rows: pd.DataFrame) -> dict[str, object]:
    words = pd.Series(directions(rows))
    good = UP if rows["better"].iloc[0] > 0 else DOWN
    worst, best, sorriest = (rows.iloc[place] for place in _places(rows))
    return {
        "policy": rows["policy"].iloc[0],
        "levers": rows["levers"].iloc[0],
        "points": rows["state"].nunique(),
        "mean": rows["diff"].mean(),
        "worst": worst["diff"],
        "worst_point": float(worst["point"]),
        "best": best["diff"],
        "best_point": float(best["point"]),
        "better": float((words == good).mean()),
        "worse": float(((words != good) & (words != CANNOT_TELL)).mean()),
        "cannot_tell": float((words == CANNOT_TELL).mean()),
        "half_width": float(((rows["diff_high"] - rows["diff_low"]) / 2).median()),
        "regret_mean": rows["regret"].mean(),
        "regret_max": rows["regret"].max(),
        "regret_point": float(sorriest["point"]),
    }
