"""The mean outcome of a sweep along each of its parameters: level by level, or tenth by tenth."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from marketsim.results.key_figures import kpi
from marketsim.results.sensitivity.outcomes import Outcome
from marketsim.results.sensitivity.sample_blocks import MORRIS, SOBOL, block_size
from marketsim.results.statistics.estimates import FloatArray

PROFILE_COLUMNS = (
    *("parameter", "kind", "level", "value", "points", "mean", "low", "high"),
    *("better", "worse", "cannot_tell"),
)
MOST_LEVELS = 12
"""A parameter with more distinct values than this is divided into tenths."""
_CLASSES = 10
_FEWEST = 5
"""Fewest points in a class; there are fewer classes where there are fewer points. ASSUMPTION."""
SAMPLED = (MORRIS, SOBOL, "latin_hypercube", "table")
"""Designs whose points are drawn: their means carry the chance of the draw as well."""

LISTED = ("zip", "list", "table")
"""Designs whose points are written out, so that parameters may vary together."""

Counts = tuple[int, int, int]


def profile(found: Outcome, parameter: str) -> pd.DataFrame:
    """Return the mean outcome at each level of a parameter, or in each tenth of its values, over all other parameters.

    The interval of a mean holds what the chance of the worlds can do to it at most: the mean of the half widths of
    its points, since points that share their worlds err together. Where the points are drawn it also holds the chance of the
    draw, over points, trajectories or blocks, by a 95 % t interval; both are added as squares.

    Returns:
        A frame in `PROFILE_COLUMNS`, sorted by value. ``value`` is the level, or the mean within a tenth; NaN of a level that is
        not a number. ``better``, ``worse`` and ``cannot_tell`` count its points by their own intervals.
    """
    known = found.only(found.known)
    clusters = _clusters(found)[found.known]
    rows = []
    for level, value, members in _classes(known, parameter):
        mean, half = _mean(known, members, clusters)
        numbers = (value, int(members.sum()), mean, mean - half, mean + half, *counts(known.only(members)))
        rows.append((parameter, found.kinds[parameter], level, *numbers))
    return pd.DataFrame(rows, columns=list(PROFILE_COLUMNS))


def profiles(found: Outcome, parameters: tuple[str, ...]) -> pd.DataFrame:
    """Return the profiles of several parameters, one below the other."""
    parts = [profile(found, name) for name in parameters]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(PROFILE_COLUMNS))


def counts(found: Outcome) -> Counts:
    """Return at how many points the outcome is better, worse, and at how many that cannot be told from zero."""
    sign = kpi(found.choice.kpi).better or 1
    low, high = (found.low, found.high) if sign > 0 else (-found.high, -found.low)
    known = found.known
    better, worse = int((known & (low > 0)).sum()), int((known & (high < 0)).sum())
    return better, worse, int(known.sum()) - better - worse


def mean_effect(found: Outcome) -> tuple[float, float, float]:
    """Return the mean over all points with its interval, as in a profile."""
    known = found.only(found.known)
    mean, half = _mean(known, np.ones(len(known.values), dtype=np.bool_), _clusters(found)[found.known])
    return mean, mean - half, mean + half


def sorted_levels(found: Outcome, parameter: str) -> list[tuple[str, float]]:
    """Return the distinct values of a parameter as text and number: sorted where all are numbers, else as they come."""
    pairs = zip(found.texts[parameter], found.numbers[parameter], strict=True)
    levels = list({text: (str(text), float(number)) for text, number in pairs}.values())
    return sorted(levels, key=lambda level: level[1]) if all(np.isfinite(n) for _, n in levels) else levels


def _classes(found: Outcome, parameter: str) -> list[tuple[str, float, NDArray[np.bool_]]]:
    """Return the classes of a parameter: label, value, and which points belong to it."""
    texts, numbers = found.texts[parameter].to_numpy(dtype=str), found.numbers[parameter].to_numpy(dtype=np.float64)
    levels = sorted_levels(found, parameter)
    if len(levels) <= MOST_LEVELS or not np.isfinite(numbers).all():
        return [(text, number, texts == text) for text, number in levels]
    number_of_classes = max(min(_CLASSES, len(numbers) // _FEWEST), 1)
    ranks = np.searchsorted(np.sort(numbers), numbers, side="left")
    places = ranks * number_of_classes // len(numbers)
    classes = []
    for place in np.unique(places):
        members = places == place
        inside = numbers[members]
        classes.append((f"{inside.min():.3g} to {inside.max():.3g}", float(inside.mean()), members))
    return classes


def _clusters(found: Outcome) -> NDArray[np.int64]:
    """Return the number of the trajectory or block of each point; of other designs each point is one."""
    size = block_size(found.design, found.coordinates.to_numpy(dtype=np.float64)) or 1
    return np.arange(len(found.values)) // size


def _mean(found: Outcome, members: NDArray[np.bool_], clusters: NDArray[np.int64]) -> tuple[float, float]:
    """Return the mean of the members and half the width of its interval."""
    if not members.any():
        return float("nan"), float("nan")
    values = found.values[members]
    mean = float(values.mean())
    of_worlds = float(((found.high - found.low) / 2)[members].mean())
    drawn = _of_the_draw(values - mean, clusters[members]) if found.design in SAMPLED else 0.0
    return mean, float(np.hypot(of_worlds, drawn))


def _of_the_draw(deviations: FloatArray, clusters: NDArray[np.int64]) -> float:
    """Return half the width of the interval of a mean over points that come in clusters (Liang & Zeger 1986)."""
    _, codes = np.unique(clusters, return_inverse=True)
    totals = np.bincount(codes, deviations)
    count = len(totals)
    if count < 2:
        return float("nan")
    error = float(np.sqrt((totals**2).sum() * count / (count - 1))) / len(deviations)
    return float(stdtrit(count - 1, 0.975)) * error
