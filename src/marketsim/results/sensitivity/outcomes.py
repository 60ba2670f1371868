"""The outcome of a sweep for one figure of one policy: a value at every point of its design, also where runs failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketsim.errors import ResultsError
from marketsim.results.statistics.estimates import FloatArray, without_rounding
from marketsim.results.tables import ALL, BASE
from marketsim.scenario.paths import no_such

SWEEP, SWEEP_POINTS = "sweep", "sweep_points"
"""Names of the tables of a sweep."""
LEVER, UNCERTAINTY = "lever", "uncertainty"
DIFFERENCE = "diff"
"""What an outcome is of: the paired difference of a policy to the base, or, as `BASE`, the level of the base."""
SWEEP_COLUMNS = (
    *("name", "point", "policy", "retailer", "tier", "kpi", "unit", "n"),
    *("base", "diff", "diff_low", "diff_high", "p_better"),
)
_LONG = 7
POINT_COLUMNS = ("name", "point", "parameter", "kind", "value", "number", "coordinate")


@dataclass(frozen=True)
class Choice:
    """Which outcome is meant: of which sweep, policy and figure; `of` is `DIFFERENCE` or `BASE`."""

    name: str
    policy: str
    kpi: str
    retailer: str
    tier: str = ALL
    of: str = DIFFERENCE


@dataclass(frozen=True)
class Outcome:
    """What a sweep found for one figure, in the order of its points; points without results are kept as missing.

    Attributes:
        choice: what it is the outcome of.
        unit: unit of the values.
        design: kind of the design, such as ``grid`` or ``sobol``.
        kinds: lever or uncertainty, by parameter, in the order of the design.
        texts: values of the parameters as written, a row per point and a column per parameter.
        numbers: the same as numbers; NaN where a value is none.
        coordinates: positions within the distributions, 0 to 1; NaN where the design has none.
        values: the outcome; NaN at points without results.
        low: lower ends of the intervals over worlds; NaN where there is none.
        high: upper ends.
        worlds: number of worlds behind each value.
    """

    choice: Choice
    unit: str
    design: str
    kinds: Mapping[str, str]
    texts: pd.DataFrame
    numbers: pd.DataFrame
    coordinates: pd.DataFrame
    values: FloatArray
    low: FloatArray
    high: FloatArray
    worlds: NDArray[np.int64]

    @property
    def points(self) -> NDArray[np.int64]:
        """Numbers of the points."""
        return self.texts.index.to_numpy(dtype=np.int64)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters, in the order of the design."""
        return tuple(self.kinds)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Where there is a value."""
        return np.isfinite(self.values)

    def of_kind(self, kind: str) -> tuple[str, ...]:
        """Return the parameters that are levers, or those that are uncertainties."""
        return tuple(name for name, own in self.kinds.items() if own == kind)

    def only(self, wanted: NDArray[np.bool_]) -> Outcome:
        """Return the outcome at some of the points."""
        frames: dict[str, Any] = {name: getattr(self, name)[wanted] for name in ("texts", "numbers", "coordinates")}
        arrays = {name: getattr(self, name)[wanted] for name in ("values", "low", "high", "worlds")}
        return replace(self, **frames, **arrays)

    def describe(self, place: int) -> str:
        """Return the values of the parameters at a point, by its place, in words."""
        return ", ".join(f"{name} = {self._value(name, place)}" for name in self.parameters)

    def _value(self, name: str, place: int) -> str:
        return short_value(str(self.texts[name].iloc[place]), float(self.numbers[name].iloc[place]))


def short_value(text: str, number: float) -> str:
    """Return a value as it was written; of a drawn number with all its digits only the first four."""
    return f"{number:.4g}" if np.isfinite(number) and len(text) > _LONG else text


def outcome(sweep: pd.DataFrame, points: pd.DataFrame, choice: Choice, design: str) -> Outcome:
    """Return the outcome of a sweep for one figure.

    Args:
        sweep: the table `SWEEP`.
        points: the table `SWEEP_POINTS`.
        choice: which outcome is meant.
        design: kind of the design; where it is empty, that of its coordinates is found out by the methods themselves.

    Raises:
        ResultsError: there is no such sweep, policy, figure or retailer in the tables, or they contradict each other.
    """
    own = points[points["name"] == choice.name]
    rows = _rows(sweep, choice)
    texts = _by_point(own, "value")
    index = texts.index
    unknown = sorted(set(rows["point"]) - set(index))
    if unknown:
        raise ResultsError(
            f"{SWEEP}.csv has results of point {unknown[0]:g} of {choice.name}, which {SWEEP_POINTS}.csv does not list"
        )
    found = rows.set_index("point").reindex(index)
    columns = ("base",) * 3 if choice.of == BASE else ("diff", "diff_low", "diff_high")
    values, low, high = (found[column].to_numpy(dtype=np.float64, copy=True) for column in columns)
    if choice.of == BASE:
        low[:], high[:] = np.nan, np.nan
    else:
        base = np.nan_to_num(found["base"].to_numpy(dtype=np.float64))
        same = (without_rounding(low, base) == 0) & (without_rounding(high, base) == 0)
        values, low, high = (np.where(same, 0.0, part) for part in (values, low, high))
    kinds = dict(zip(own["parameter"].astype(str), own["kind"].astype(str), strict=True))
    return Outcome(
        choice,
        str(rows["unit"].iloc[0]),
        design,
        kinds,
        texts.astype(str),
        _by_point(own, "number").astype(np.float64),
        _by_point(own, "coordinate").astype(np.float64),
        values,
        low,
        high,
        found["n"].fillna(0).to_numpy(dtype=np.int64),
    )


def _by_point(points: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return a column of the points, a row per point in their order and a column per parameter in the order given."""
    order = list(dict.fromkeys(points["parameter"].astype(str)))
    if points.duplicated(["point", "parameter"]).any():
        raise ResultsError(f"{SWEEP_POINTS}.csv gives a parameter of a point more than one value")
    wide = points.assign(parameter=points["parameter"].astype(str)).pivot(
        index="point", columns="parameter", values=column
    )
    if column == "value" and wide.isna().any(axis=None):
        raise ResultsError(f"{SWEEP_POINTS}.csv leaves parameters of some points without a value")
    wide.index = wide.index.astype("int64")
    return wide.sort_index()[order]


def _rows(sweep: pd.DataFrame, choice: Choice) -> pd.DataFrame:
    """Return the rows of the sweep that are meant, a row per point."""
    rows = sweep
    for column, what in (("name", "sweep"), ("retailer", "retailer"), ("kpi", "key figure"), ("tier", "tier")):
        rows = _with(rows, column, what, getattr(choice, column))
    if choice.of == BASE:
        return rows.drop_duplicates("point")
    return _with(rows, "policy", "policy", choice.policy)


def _with(rows: pd.DataFrame, column: str, what: str, wanted: str) -> pd.DataFrame:
    known = list(dict.fromkeys(rows[column].astype(str)))
    if not known:
        raise ResultsError(f"{SWEEP}.csv is empty: no run of a sweep finished")
    if wanted not in known:
        raise ResultsError(f"{SWEEP}.csv: {no_such(what, wanted, known)}")
    return rows[rows[column].astype(str) == wanted]


def noise(found: Outcome) -> FloatArray:
    """Return the standard error of each value over its worlds, from its 95 % t interval; NaN where there is none."""
    from scipy.special import stdtrit

    degrees = np.maximum(found.worlds - 1, 1)
    return np.asarray((found.high - found.low) / 2 / stdtrit(degrees, 0.975), dtype=np.float64)


def missing_sentence(found: Outcome) -> str:
    """Say how many points have no results; nothing where all have."""
    lost = int((~found.known).sum())
    if not lost:
        return ""
    verb = "has" if lost == 1 else "have"
    return f"{lost} of {len(found.values):,} points {verb} no result (their runs failed or did not take place)"


def names_in(table: pd.DataFrame, column: str) -> tuple[str, ...]:
    """Return the names in a column, in the order in which they first stand there."""
    return tuple(dict.fromkeys(str(name) for name in table[column]))


def in_order(values: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """Return the values in the order wanted; those that it does not list follow."""
    given, first = list(dict.fromkeys(values)), list(wanted)
    return [name for name in first if name in given] + [name for name in given if name not in first]
