"""Policies that form a numeric series, such as lane_1, lane_5, lane_20: the dose of one measure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marketsim.reporting.view import StudyView

_NUMBERED = re.compile(r"^(?P<prefix>.*?)_?(?P<number>\d+(?:\.\d+)?)$")
_FEWEST = 3
_LOG_FROM = 15.0


@dataclass(frozen=True)
class Series:
    """Policies of one prefix by rising number.

    Attributes:
        prefix: what their names share.
        points: (number, policy).
        path: the scenario path whose value is that number (or that number of per cent); else empty.
        factor: the number over the path's value: 1, or 100 where the number is per cent.
        base_number: the number that the base would have, where the path is all that the policies change.
    """

    prefix: str
    points: tuple[tuple[float, str], ...]
    path: str
    factor: float
    base_number: float | None

    @property
    def numbers(self) -> list[float]:
        """The numbers, rising."""
        return [number for number, _ in self.points]


def series_of(view: StudyView) -> tuple[Series, ...]:
    """Return every series of at least three policies whose names end in a number, the longest first."""
    groups: dict[str, dict[float, str]] = {}
    for policy in view.policies:
        match = _NUMBERED.match(policy)
        if match and match["prefix"]:
            groups.setdefault(match["prefix"], {})[float(match["number"])] = policy
    long = {prefix: points for prefix, points in groups.items() if len(points) >= _FEWEST}
    found = [_series(view, prefix, points) for prefix, points in long.items()]
    return tuple(sorted(found, key=lambda series: -len(series.points)))


def _series(view: StudyView, prefix: str, points: dict[float, str]) -> Series:
    ordered = tuple(sorted(points.items()))
    changes: Mapping[str, Mapping[str, Any]] = view.study.get("policies", {})
    paths = [path for path in changes[ordered[0][1]] if _factor(changes, ordered, path)]
    path = paths[0] if paths else ""
    factor = _factor(changes, ordered, path) or 1.0
    return Series(prefix, ordered, path, factor, _base_number(view, changes, ordered, path, factor))


def _factor(changes: Mapping[str, Mapping[str, Any]], points: tuple[tuple[float, str], ...], path: str) -> float | None:
    """Return 1 if the path's value is the number in the name, 100 if it is its hundredth, else None."""
    values: list[tuple[float, Any]] = [(number, changes[policy].get(path)) for number, policy in points]
    for factor in (1.0, 100.0):
        if all(_is_number(value) and abs(value * factor - number) < 1e-9 * max(number, 1) for number, value in values):
            return factor
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _base_number(
    view: StudyView,
    changes: Mapping[str, Mapping[str, Any]],
    points: tuple[tuple[float, str], ...],
    path: str,
    factor: float,
) -> float | None:
    """Return the number of the base on the axis; None where the policies also change what is not a number."""
    if not path or not all(_is_number(value) for _, policy in points for value in changes[policy].values()):
        return None
    value: Any = view.study
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return float(value) * factor if _is_number(value) else None


def wants_log_axis(series: tuple[Series, ...]) -> bool:
    """Tell whether the numbers span so much that a logarithmic axis shows them better."""
    numbers = [number for one in series for number in one.numbers]
    numbers += [one.base_number for one in series if one.base_number is not None]
    return min(numbers) > 0 and max(numbers) / min(numbers) >= _LOG_FROM
