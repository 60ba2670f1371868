"""The levers of a sweep over its uncertainties: the best combination, and those that cannot be told from it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketsim.results.key_figures import kpi
from marketsim.results.sensitivity.outcomes import LEVER, UNCERTAINTY, Outcome
from marketsim.results.sensitivity.profiles import counts, mean_effect

COMBINATION_COLUMNS = (
    *("combination", "levers", "points", "mean", "low", "high"),
    *("worst", "better", "worse", "cannot_tell", "mark"),
)
BEST, TIED = "best", "cannot tell"
"""Marks of combinations: the best one, and those whose interval overlaps with its own."""
Levers = tuple[str, ...]
"""Values of the levers as written, in the order of `Outcome.of_kind`."""


def lever_combinations(found: Outcome) -> pd.DataFrame:
    """Return every combination of levers with its mean effect over the uncertainties, the best first.

    Whether a combination can be told from the best is judged by their intervals: where they overlap it cannot. That is
    cautious, as the worlds are the same, so that differences between combinations are known better than each of them.

    Returns:
        A frame in `COMBINATION_COLUMNS`; empty without levers, or where the points are drawn, so that hardly one combination
        of levers has more than one point. ``combination`` is the tuple of values, ``worst`` the worst effect at a single point.
        Where points of a combination have no result it is compared over fewer uncertainties; ``points`` says so.
    """
    sign = kpi(found.choice.kpi).better or 1
    rows = []
    for levers, members in _members(found):
        own = found.only(members)
        if own.known.any():
            mean, low, high = mean_effect(own)
            worst = sign * float(np.nanmin(sign * own.values))
            label = describe_levers(found, levers)
            rows.append((levers, label, int(own.known.sum()), mean, low, high, worst, *counts(own), ""))
    frame = pd.DataFrame(rows, columns=list(COMBINATION_COLUMNS))
    if frame.empty:
        return frame
    frame = frame.sort_values("mean", ascending=sign < 0, kind="stable", ignore_index=True)
    best = frame.iloc[0]
    tied = ~(frame["high"] < best["low"]) if sign > 0 else ~(frame["low"] > best["high"])
    frame["mark"] = np.where(tied, TIED, "")
    frame.loc[0, "mark"] = BEST
    return frame


def best_levers(found: Outcome) -> Levers | None:
    """Return the combination of levers with the best mean effect; None where there is none to choose."""
    frame = lever_combinations(found)
    return None if frame.empty else frame["combination"].iloc[0]


def with_levers(found: Outcome, levers: Levers) -> Outcome:
    """Return the outcome at the points with these levers."""
    return found.only(next(members for own, members in _members(found) if own == levers))


def describe_levers(found: Outcome, levers: Levers | None) -> str:
    """Return the values of levers in words; nothing where they are left open."""
    return ", ".join(f"{name} = {value}" for name, value in zip(found.of_kind(LEVER), levers or (), strict=False))


def _members(found: Outcome) -> list[tuple[Levers, NDArray[np.bool_]]]:
    """Return the combinations of levers in the order of the points, and which points have them; none where points are drawn."""
    names = list(found.of_kind(LEVER))
    if not names:
        return []
    combinations = [tuple(str(value) for value in row) for row in found.texts[names].itertuples(index=False)]
    distinct = list(dict.fromkeys(combinations))
    if found.of_kind(UNCERTAINTY) and 2 * len(distinct) > len(combinations):
        return []
    numbers = {levers: number for number, levers in enumerate(distinct)}
    codes = np.array([numbers[own] for own in combinations], dtype=np.int64)
    return [(levers, np.asarray(codes == number, dtype=np.bool_)) for levers, number in numbers.items()]
