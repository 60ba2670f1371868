"""Which assumptions could overturn a conclusion: where the effect changes its sign, and the worst combination."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from marketsim.results.key_figures import kpi
from marketsim.results.sensitivity.lever_choice import best_levers, describe_levers, with_levers
from marketsim.results.sensitivity.outcomes import UNCERTAINTY, Outcome
from marketsim.results.sensitivity.profiles import counts, profile
from marketsim.results.statistics.estimates import FloatArray

OVERTURNING = "overturning"
OVERTURNING_COLUMNS = (
    *("name", "policy", "retailer", "tier", "kpi", "unit", "levers", "parameter", "verdict"),
    *("low_at", "low", "low_from", "low_to", "high_at", "high", "high_from", "high_to"),
    *("crossings", "zero", "zero_low", "zero_high", "points", "better", "worse", "cannot_tell"),
    *("worst_point", "worst_at", "worst_diff", "worst_from", "worst_to"),
)
TURNS, KEEPS, CANNOT_TELL = "turns", "keeps", "cannot tell"
"""Verdicts: the sign surely changes over the range; it is surely the same everywhere; neither can be told."""
CHECKS = "checks"
"""Name under which the assumption checks of a study stand in the table."""


def overturning(found: Outcome) -> pd.DataFrame:
    """Return for each uncertainty of a sweep whether it could overturn the sign of the effect.

    Where a grid has levers besides, the conclusion is about the best of their combinations
    (`lever_choice.best_levers`), and only its points count; otherwise the means are over all levers.

    Returns:
        A frame in `OVERTURNING_COLUMNS`, a row per uncertainty. ``low_at`` and ``high_at`` are its lowest and highest
        level or tenth, ``low`` and ``high`` the mean effect there over everything else, with its interval. ``verdict``:
        one of `TURNS`, `KEEPS`, `CANNOT_TELL`. ``zero`` is the first value at which the mean effect is zero, by straight
        lines between the levels; the interval of the mean includes zero from ``zero_low`` to ``zero_high`` around it, where
        a missing end says that it does so up to the end of the range. ``better``, ``worse`` and ``cannot_tell`` count
        points; ``worst_at`` is the single point with the worst effect. None of the intervals is adjusted for the number of
        levels or points.
    """
    own, label = concerned(found)
    rows = [
        _labels(own) | {"levers": label, "parameter": name} | sign_over(profile(own, name)) | _at_points(own)
        for name in own.of_kind(UNCERTAINTY)
    ]
    return pd.DataFrame(rows, columns=list(OVERTURNING_COLUMNS))


def concerned(found: Outcome) -> tuple[Outcome, str]:
    """Return the points that a conclusion is about, and the levers they have in common, in words."""
    chosen = best_levers(found) if found.of_kind(UNCERTAINTY) else None
    return (found if chosen is None else with_levers(found, chosen)), describe_levers(found, chosen)


def _labels(found: Outcome) -> dict[str, Any]:
    choice = found.choice
    labels = ("name", "policy", "retailer", "tier", "kpi")
    return {label: getattr(choice, label) for label in labels} | {"unit": found.unit}


def _sign(found: Outcome) -> int:
    return kpi(found.choice.kpi).better or 1


def sign_over(rows: pd.DataFrame) -> dict[str, Any]:
    """Return what a profile says of the sign of the effect: the columns from ``verdict`` to ``zero_high``."""
    low, high = rows["low"].to_numpy(dtype=float), rows["high"].to_numpy(dtype=float)
    above, below = low > 0, high < 0
    same = KEEPS if above.all() or below.all() else CANNOT_TELL
    verdict = TURNS if above.any() and below.any() else same
    first, last = rows.iloc[0], rows.iloc[-1]
    return {
        **{"verdict": verdict},
        **{"low_at": first["level"], "low": first["mean"], "low_from": first["low"], "low_to": first["high"]},
        **{"high_at": last["level"], "high": last["mean"], "high_from": last["low"], "high_to": last["high"]},
        **zero_of(rows),
    }


def zero_of(rows: pd.DataFrame) -> dict[str, float]:
    """Return where the mean of a profile is zero: the number of changes of sign, the first place, and its surroundings.

    Levels that are not numbers have no place between them; their changes of sign are not counted.
    """
    places, mean, low, high = (rows[name].to_numpy(dtype=float) for name in ("value", "mean", "low", "high"))
    nothing = {"crossings": 0.0, "zero": math.nan, "zero_low": math.nan, "zero_high": math.nan}
    if not np.isfinite(places).all() or len(places) < 2:
        return nothing
    changes = [place for place in range(len(mean) - 1) if _changes(mean[place], mean[place + 1])]
    if not changes:
        return nothing
    at = changes[0]
    left = 1.0 if mean[at] > 0 else -1.0
    nearer = {1.0: low, -1.0: high}
    return {
        "crossings": float(len(changes)),
        "zero": _between(places, mean, at),
        "zero_low": _edge(places, left * nearer[left], range(at, -1, -1), 1),
        "zero_high": _edge(places, -left * nearer[-left], range(at + 1, len(places)), -1),
    }


def _changes(left: float, right: float) -> bool:
    return left * right < 0 or (left != 0 and right == 0)


def _between(places: FloatArray, values: FloatArray, at: int) -> float:
    """Return where the straight line from a place to the next one is zero."""
    step = values[at + 1] - values[at]
    return float(places[at] - values[at] * (places[at + 1] - places[at]) / step) if step else float(places[at])


def _edge(places: FloatArray, bound: FloatArray, outwards: range, inwards: int) -> float:
    """Return where the interval of the mean begins to include zero on one side; NaN if it does up to the end of the range.

    Args:
        places: values of the parameter.
        bound: the end of the interval nearer to zero, positive where the interval excludes zero with the sign of this side.
        outwards: places on this side, from the change of sign to the end of the range.
        inwards: step from a place towards the change of sign.
    """
    known = next((place for place in outwards if bound[place] > 0), None)
    if known is None:
        return math.nan
    if not np.isfinite(bound[known + inwards]):
        return float(places[known])
    return _between(places, bound, min(known, known + inwards))


def _at_points(found: Outcome) -> dict[str, Any]:
    """Return the counts of points and the worst of them."""
    better, worse, unclear = counts(found)
    known = np.flatnonzero(found.known)
    worst = int(known[np.argmin(_sign(found) * found.values[known])])
    return {
        **{"points": len(known), "better": better, "worse": worse, "cannot_tell": unclear},
        **{"worst_point": int(found.points[worst]), "worst_at": found.describe(worst)},
        **{"worst_diff": found.values[worst], "worst_from": found.low[worst], "worst_to": found.high[worst]},
    }
