"""The values of a sweep that are tried when a scenario is loaded: those that fail first if any fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marketsim.scenario.loaded import PointRow
from marketsim.scenario.outline import Segments
from marketsim.scenario.sweep import LISTED, Sweep, is_number
from marketsim.scenario.sweep_design_checks import axes_with_places, key_of

_MOST_WORDS = 50
"""How many different values of one label that are no numbers are tried."""
_FEW = 12
"""Up to so many points are all tried."""


Written = tuple[Segments, str, Mapping[str, Any]]


@dataclass(frozen=True)
class Tried:
    """Values that are tried.

    Attributes:
        place: where they stand, below the sweep.
        note: what else says where they are; may be empty.
        changes: of uncertainties: paths and values.
        lever_changes: of levers: the same.
    """

    place: Segments
    note: str
    changes: Mapping[str, Any]
    lever_changes: Mapping[str, Any]


def values_tried(sweep: Sweep, rows: Sequence[PointRow] = ()) -> Iterator[Tried]:
    """Yield what to try: of single values the extremes of each label, of points those in which they occur."""
    if sweep.design in (*LISTED, "zip"):
        points = written_points(sweep, rows)
        for position in _telling_points([values for _, _, values in points]):
            place, note, values = points[position]
            yield Tried(place, note, changes_of(sweep, values), lever_changes_of(sweep, values))
        return
    for place, axis in axes_with_places(sweep):
        given = axis.values or ()
        ends = axis.range or tuple(given[position] for position in _telling(given))
        for value in ends:
            changes = axis.changes(value)
            is_lever = place[0] == "levers"
            yield Tried(place, "", {} if is_lever else changes, changes if is_lever else {})


def changes_of(sweep: Sweep, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the uncertainties of a point change: paths and values."""
    return {path: x for label, axis in sweep.uncertainties.items() for path, x in axis.changes(values[label]).items()}


def lever_changes_of(sweep: Sweep, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the levers of a point change under a policy: paths and values."""
    return {path: x for label, axis in sweep.levers.items() for path, x in axis.changes(values[label]).items()}


def written_points(sweep: Sweep, rows: Sequence[PointRow] = ()) -> list[Written]:
    """Return place below the sweep, note and values of points that are written out; none for other designs."""
    axes = sweep.axes()
    match sweep.design:
        case "list":
            return [(("points", position), "", point) for position, point in enumerate(sweep.points)]
        case "table":
            return [(("table",), f", row {row.line}", row.values) for row in rows]
        case "zip":
            by_label = (
                {label: axis.values[i] for label, axis in axes.items() if axis.values} for i in range(sweep.size())
            )
            return [((), f", values {position}", values) for position, values in enumerate(by_label)]
        case _:
            return []


def _telling_points(points: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the positions of points in which every label has its extremes, and every word that it takes."""
    if len(points) <= _FEW:
        return list(range(len(points)))
    labels = points[0]
    return sorted({position for label in labels for position in _telling([point[label] for point in points])})


def _telling(values: Sequence[Any]) -> list[int]:
    """Return the positions of the smallest and the largest number, and of whatever else there is."""
    numbers = [(float(value), position) for position, value in enumerate(values) if is_number(value)]
    others: dict[Any, int] = {}
    for position, value in enumerate(values):
        if not is_number(value):
            others.setdefault(key_of(value), position)
    ends = {min(numbers)[1], max(numbers)[1]} if numbers else set[int]()
    return sorted({*ends, *list(others.values())[:_MOST_WORDS]})
