"""Checks of the design of a sweep: what it needs, what it has no use for, and how many points it makes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from marketsim.scenario.outline import Segments
from marketsim.scenario.sweep import LISTED, MOST_POINTS, SAMPLED, Axis, Sweep, is_number
from marketsim.scenario.yaml_tree import show

Fault = tuple[Segments, str]
"""Place below the sweep, and message."""

_SAMPLES = {
    "latin_hypercube": "the number of points",
    "sobol": "the number of base samples, a power of 2 such as 64",
    "morris": "the number of trajectories, such as 10",
}


def design_faults(sweep: Sweep, rows: int) -> Iterator[Fault]:
    """Yield what is wrong with the design of a sweep; `rows` is the number of points in its table."""
    if not sweep.axes():
        yield (), "varies nothing; name what varies under levers or uncertainties"
        return
    for label in sweep.levers.keys() & sweep.uncertainties.keys():
        yield ("uncertainties", label), "a lever has this label as well; labels must differ"
    found = [*_settings(sweep), *_axes(sweep), *_lengths(sweep), *_points(sweep)]
    yield from found
    if not found:
        yield from _size(sweep, rows)


def key_of(value: Any) -> Any:
    """Return what tells a value from others: 1 and 1.0 are the same number, true is none."""
    return float(value) if is_number(value) else json.dumps(value, sort_keys=True, default=str)


def _settings(sweep: Sweep) -> Iterator[Fault]:
    design = sweep.design
    if design in SAMPLED and sweep.samples is None:
        yield (), f"the design {design} needs samples: {_SAMPLES[design]}"
    if design not in SAMPLED and sweep.samples is not None:
        yield ("samples",), f"the design {design} draws no samples; leave this out, or choose {_words(SAMPLED)}"
    if design == "sobol" and sweep.samples is not None and sweep.samples & (sweep.samples - 1):
        below = 1 << (sweep.samples.bit_length() - 1)
        yield ("samples",), f"must be a power of 2, for example {below} or {2 * below}"
    if design == "morris" and sweep.levels % 2:
        yield ("levels",), f"must be an even number, for example {sweep.levels - 1} or {sweep.levels + 1}"
    if design == "list" and not sweep.points:
        yield (), "the design list needs points, each with a value for every label"
    if design != "list" and sweep.points:
        yield ("points",), "points belong to design: list"
    if design == "table" and not sweep.table:
        yield (), "the design table needs table: the name of a CSV with a column for every label"
    if design != "table" and sweep.table is not None:
        yield ("table",), "a table belongs to design: table"


def _axes(sweep: Sweep) -> Iterator[Fault]:
    for place, axis in axes_with_places(sweep):
        message = _needs(sweep.design, axis)
        if message:
            yield place, message
        twice = None if sweep.design == "zip" else _twice([key_of(value) for value in axis.values or ()])
        if twice is not None:
            yield (*place, "values"), f"the value {show((axis.values or ())[twice])} stands there twice"


def _twice(keys: Sequence[Any]) -> int | None:
    """Return the position of the first key that stood before, or None if none did."""
    first: dict[Any, int] = {}
    return next((position for position, key in enumerate(keys) if first.setdefault(key, position) != position), None)


def axes_with_places(sweep: Sweep) -> Iterator[tuple[Segments, Axis]]:
    """Yield the axes of a sweep, each with its place below the sweep."""
    yield from ((("levers", label), axis) for label, axis in sweep.levers.items())
    yield from ((("uncertainties", label), axis) for label, axis in sweep.uncertainties.items())


def _needs(design: str, axis: Axis) -> str:
    """Return what an axis lacks for a design, or has too much; empty if it fits."""
    if design in LISTED:
        where = "points" if design == "list" else "the table"
        given = [name for name in ("values", "range") if getattr(axis, name) is not None]
        return f"the values of design: {design} stand in {where}; leave {given[0]} out" if given else ""
    if design in SAMPLED:
        missing = axis.values is None and axis.range is None
        return f"the design {design} needs range: [low, high], or values of which one is drawn" if missing else ""
    if axis.range is not None:
        low, high = axis.range
        some = show([low, (low + high) / 2, high])
        return f"the design {design} takes single values: write values: {some}, or choose {_words(SAMPLED)}"
    return "" if axis.values else f"the design {design} needs values: [...]"


def _lengths(sweep: Sweep) -> Iterator[Fault]:
    if sweep.design != "zip":
        return
    lengths = {label: len(axis.values or ()) for label, axis in sweep.axes().items()}
    if len(set(lengths.values())) > 1:
        each = ", ".join(f"{label} {count}" for label, count in lengths.items())
        yield (), f"the design zip needs as many values for every label; there are {each}"
        return
    keys = [[key_of(value) for value in axis.values or ()] for axis in sweep.axes().values()]
    twice = _twice(list(zip(*keys, strict=True)))
    if twice is not None:
        yield (), f"values {twice} (counted from 0) are a point that stands there before"


def _points(sweep: Sweep) -> Iterator[Fault]:
    labels, seen = list(sweep.axes()), dict[Any, int]()
    for position, point in enumerate(sweep.points):
        unknown = [label for label in point if label not in labels]
        missing = [label for label in labels if label not in point]
        if unknown:
            yield ("points", position), f"{unknown[0]} is none of the labels {_words(labels, 'and')}"
        if missing:
            yield ("points", position), f"has no value for {_words(missing, 'and')}"
        first = seen.setdefault(tuple(sorted((label, str(key_of(value))) for label, value in point.items())), position)
        if first != position:
            yield ("points", position), f"is the same as point {first} (counted from 0)"


def _size(sweep: Sweep, rows: int) -> Iterator[Fault]:
    size = sweep.size(rows)
    if size <= MOST_POINTS:
        return
    count = f"{size:,}" if size < 10**15 else "more than 10^15"
    yield (), f"the design {sweep.design} has {count} points; there may be at most {MOST_POINTS:,}; {_remedy(sweep)}"


def _remedy(sweep: Sweep) -> str:
    if sweep.design not in SAMPLED:
        return "give fewer values, or choose latin_hypercube"
    most = MOST_POINTS * (sweep.samples or 1) // sweep.size()
    most = 1 << (most.bit_length() - 1) if sweep.design == "sobol" and most else most
    return f"set samples to {most} or less" if most else "vary fewer things at once"


def _words(names: list[str] | tuple[str, ...], last: str = "or") -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"
