"""The points of a sweep: which values its levers and uncertainties take together, and what these change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import pandas as pd

from marketsim.scenario.loaded import PointRow
from marketsim.scenario.sweep import SAMPLED, Sweep, is_number
from marketsim.scenario.sweep_values import changes_of, lever_changes_of, written_points
from marketsim.scenario.yaml_tree import show

Changes = tuple[tuple[str, Any], ...]
SWEEP_POINTS = "sweep_points"
"""Name of the table of points."""
COLUMNS = ("name", "point", "parameter", "kind", "value", "number", "coordinate")
LEVER, UNCERTAINTY = "lever", "uncertainty"
_LONGEST = 10_000


@dataclass(frozen=True)
class Point:
    """A point of a sweep.

    Attributes:
        number: its number, counted from 0.
        values: label and value of every lever, then of every uncertainty.
        changes: of uncertainties: paths and values, for the base and the policies.
        lever_changes: of levers: paths (without policies.<name>) and values, under the policies only.
        coordinates: label and position within its distribution, from 0 to 1; empty where points are not drawn.
        levers: the labels that are levers.
    """

    number: int
    values: Changes
    changes: Changes
    lever_changes: Changes
    coordinates: tuple[tuple[str, float], ...] = ()
    levers: tuple[str, ...] = ()


def count_points(sweep: Sweep, table: Sequence[PointRow] = ()) -> int:
    """Return how many points a sweep has, without making them."""
    return sweep.size(len(table))


def design(sweep: Sweep, seed: int, table: Sequence[PointRow] = ()) -> tuple[Point, ...]:
    """Return the points of a sweep, the same for the same seed.

    In a grid the last label changes fastest. Drawn points are in the order that SALib's analyses expect; some of them may
    be the same.

    Args:
        sweep: the sweep, checked as `load_scenario` does it.
        seed: seed of drawn points, if the sweep has none of its own.
        table: rows of its table, if it has one (`ScenarioData.points`).
    """
    levers = tuple(sweep.levers)
    return tuple(
        Point(
            number,
            tuple(values.items()),
            tuple(changes_of(sweep, values).items()),
            tuple(lever_changes_of(sweep, values).items()),
            tuple(coordinates.items()),
            levers,
        )
        for number, (values, coordinates) in enumerate(_settings(sweep, seed, table))
    )


def _settings(
    sweep: Sweep, seed: int, table: Sequence[PointRow]
) -> Iterator[tuple[dict[str, Any], Mapping[str, float]]]:
    """Yield values and coordinates of every point by label, in the order of the labels."""
    axes = sweep.axes()
    if sweep.design == "grid":
        yield from (
            (dict(zip(axes, each, strict=True)), {}) for each in product(*(a.values or () for a in axes.values()))
        )
    elif sweep.design in SAMPLED:
        yield from _drawn(sweep, seed)
    else:
        yield from (({label: values[label] for label in axes}, {}) for _, _, values in written_points(sweep, table))


def _drawn(sweep: Sweep, seed: int) -> Iterator[tuple[dict[str, Any], Mapping[str, float]]]:
    from marketsim.experiments.sampling import quantiles, unit_samples

    axes, drawn = sweep.axes(), unit_samples(sweep, seed)
    columns = [quantiles(axis, drawn[:, column]) for column, axis in enumerate(axes.values())]
    for position, coordinates in enumerate(drawn):
        values = {label: column[position] for label, column in zip(axes, columns, strict=True)}
        yield values, dict(zip(axes, map(float, coordinates), strict=True))


def points_frame(name: str, points: Sequence[Point]) -> pd.DataFrame:
    """Return the table of a sweep's points: a row for every point and label.

    Args:
        name: the sweep's name.
        points: its points.

    Returns:
        A frame in `COLUMNS`. ``value`` is the value as it would stand in YAML; ``number`` is NaN where it is none;
        ``coordinate`` is the position within the distribution, NaN where points are not drawn.
    """
    nan = float("nan")
    rows = [
        (
            name,
            point.number,
            label,
            LEVER if label in point.levers else UNCERTAINTY,
            show(value, _LONGEST),
            float(value) if is_number(value) else nan,
            dict(point.coordinates).get(label, nan),
        )
        for point in points
        for label, value in point.values
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"point": "int64", "number": float, "coordinate": float})
