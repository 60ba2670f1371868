"""Assumption checks in the form of a sweep: the effect of a policy at the ends of each assumption."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from marketsim.errors import ResultsError
from marketsim.results.key_figures import kpi
from marketsim.results.sensitivity.outcomes import UNCERTAINTY, Choice
from marketsim.results.sensitivity.overturning import CHECKS, OVERTURNING_COLUMNS, sign_over
from marketsim.results.sensitivity.profiles import PROFILE_COLUMNS
from marketsim.results.tables import ALL
from marketsim.scenario.paths import no_such

_COLUMNS = ("level", "value", "mean", "low", "high", "points")


def check_profiles(
    checks: pd.DataFrame, choice: Choice, main: tuple[float, float, float], used: Mapping[str, float]
) -> pd.DataFrame:
    """Return the effect at the low and the high end of each assumption, and between them that of the main runs.

    Args:
        checks: the stored checks, in `results.statistics.checks.CHECK_COLUMNS`.
        choice: policy and figure; its name is not looked at.
        main: the effect in the main runs and the ends of its interval.
        used: the value of each assumption in the main runs, where it is a number.

    Returns:
        A frame in `profiles.PROFILE_COLUMNS`: each end is one point, the main result none.

    Raises:
        ResultsError: there are no checks, or none of such a policy or figure.
    """
    if checks.empty:
        raise ResultsError("no assumption was checked in this study")
    rows = checks[checks["segment"] == ALL]
    for column, what in (("retailer", "retailer"), ("policy", "policy"), ("kpi", "key figure"), ("tier", "tier")):
        known = list(dict.fromkeys(rows[column].astype(str)))
        wanted = getattr(choice, column)
        if wanted not in known:
            raise ResultsError(f"checks.csv: {no_such(what, wanted, known)}")
        rows = rows[rows[column].astype(str) == wanted]
    parts = [_one(str(path), own, main, used, choice) for path, own in rows.groupby("assumption", sort=False)]
    return pd.concat(parts, ignore_index=True)[list(PROFILE_COLUMNS)]


def _one(
    path: str, own: pd.DataFrame, main: tuple[float, float, float], used: Mapping[str, float], choice: Choice
) -> pd.DataFrame:
    columns = ("value", "diff", "diff_low", "diff_high")
    ends = [(f"{value:g}", value, *effect, 1) for value, *effect in own[list(columns)].itertuples(index=False)]
    values = [end[1] for end in ends]
    if path in used and np.isfinite(main[0]) and min(values) < used[path] < max(values):
        ends.append((f"{used[path]:g}", used[path], *main, 0))
    frame = pd.DataFrame(ends, columns=list(_COLUMNS)).sort_values("value", kind="stable", ignore_index=True)
    sign = kpi(choice.kpi).better or 1
    points = frame["points"]
    up, down = points * (frame["low"] > 0), points * (frame["high"] < 0)
    better, worse = (up, down) if sign > 0 else (down, up)
    return frame.assign(parameter=path, kind=UNCERTAINTY, better=better, worse=worse, cannot_tell=points - up - down)


def overturning_by_checks(profiles: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    """Return for each assumption that was checked whether it could overturn the sign of the effect.

    Returns:
        A frame in `overturning.OVERTURNING_COLUMNS`; its points are the ends of all assumptions, ``worst_at`` is the
        worst of them, and ``worst_point`` is missing.
    """
    sign = kpi(choice.kpi).better or 1
    ends = profiles[profiles["points"] > 0]
    worst = ends.iloc[int((sign * ends["mean"]).to_numpy().argmin())]
    shared: dict[str, Any] = {
        **{"policy": choice.policy, "retailer": choice.retailer, "tier": choice.tier, "kpi": choice.kpi},
        **{"name": CHECKS, "unit": kpi(choice.kpi).unit, "levers": "", "worst_point": np.nan},
        **{"worst_at": f"{worst['parameter']} = {worst['level']}", "worst_diff": worst["mean"]},
        **{"worst_from": worst["low"], "worst_to": worst["high"]},
    }
    shared |= {name: int(profiles[name].sum()) for name in ("points", "better", "worse", "cannot_tell")}
    rows = [shared | {"parameter": path} | sign_over(own) for path, own in profiles.groupby("parameter", sort=False)]
    return pd.DataFrame(rows, columns=list(OVERTURNING_COLUMNS))
