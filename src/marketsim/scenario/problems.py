"""What pydantic finds wrong with a scenario, in the words of the schema and with the place in the file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from marketsim.errors import Problem
from marketsim.scenario.expectations import expected, requirement
from marketsim.scenario.merging import find
from marketsim.scenario.outline import (
    FORMS,
    ROOT,
    Segments,
    Shape,
    child,
    entry,
    field_names,
    leaves,
    shape_at,
    tag_name,
    tag_of,
)
from marketsim.scenario.paths import closest, join, one_of
from marketsim.scenario.yaml_tree import Node, plain

_UNITS = (
    ("_per_kwh", "_per_mwh", 1000.0),
    ("_kwh", "_mwh", 0.001),
    ("_gwh", "_mwh", 1000.0),
    ("_hours", "_minutes", 60.0),
    ("_minutes", "_hours", 1 / 60),
    ("_days", "_months", 12 / 365),
    ("_years", "_months", 12.0),
    ("_per_year", "_per_month", 1 / 12),
    ("_pct", "_share", 0.01),
    ("_percent", "_share", 0.01),
    ("_share", "_pct", 100.0),
    ("_yuan", "_cny", 1.0),
    ("_rmb", "_cny", 1.0),
)
"""Endings of field names that differ by a unit: the wrong one, the right one, and the factor between them."""


def problems_of(error: ValidationError, tree: Node) -> list[Problem]:
    """Return the problems of a scenario that pydantic has refused, one for each place.

    Args:
        error: what pydantic found.
        tree: the scenario with the places of its values.
    """
    data = plain(tree)
    details = error.errors(include_url=False)
    paths = [_path(detail, data) for detail in details]
    replaced = _suggested_fields(details, paths, data)
    found: dict[str, Problem] = {}
    for detail, path in zip(details, paths, strict=True):
        if detail["type"] == "missing" and join(path) in replaced:
            continue
        problem = problem_at(path, _message(detail, path, data), tree)
        found.setdefault(problem.path, problem)
    return sorted(found.values(), key=lambda problem: (problem.file or "", problem.line or 0))


def _path(detail: ErrorDetails, data: Any) -> Segments:
    path = scenario_path(detail["loc"], data)
    if detail["type"] == "missing" and isinstance(path[-1], int):
        return path[:-1]
    shape = shape_at(path, data)
    wrong_tag = detail["type"] == "union_tag_invalid" and shape is not None and shape.kind == "variants"
    return (*path, tag_name(shape)) if wrong_tag and shape is not None else path


def problem_at(path: Segments, message: str, tree: Node, label: str | None = None) -> Problem:
    """Return a problem with value and place of a path; the place of what surrounds it if it is missing."""
    node, exists = find(tree, path)
    value = node.shown if exists else None
    return Problem(label or join(path), message, value, node.place.file, node.place.line)


def scenario_path(location: Iterable[str | int], data: Any) -> Segments:
    """Return the path in a scenario of pydantic's location: without the tags of variants and other marks."""
    shape: Shape | None = ROOT
    path: list[str | int] = []
    for key in location:
        if key == "[key]":
            break
        if shape is None or shape.kind not in ("section", "names", "list", "variants"):
            if shape is None:
                path.append(key)
            continue
        if shape.kind == "variants" and key in [tag_of(m, tag_name(shape)) for m in shape.models]:
            continue
        if shape.single and key in FORMS:
            continue
        path.append(key)
        shape, data = child(shape, key, data), entry(data, key)
    return tuple(path)


def _suggested_fields(details: list[ErrorDetails], paths: list[Segments], data: Any) -> set[str]:
    """Return the paths of fields that unknown fields are probably meant to be."""
    suggested = set()
    for detail, path in zip(details, paths, strict=True):
        if detail["type"] == "extra_forbidden":
            suggested.add(join((*path[:-1], meant_field(path, data)[0])))
    return suggested


def meant_field(path: Segments, data: Any) -> tuple[str, float]:
    """Return the field that an unknown one is meant to be (or nothing), and the factor of their units."""
    name, names = str(path[-1]), _siblings(path, data)
    near, factor = _by_unit(name, names)
    return near or next(iter(closest(name, names)), ""), factor


def _siblings(path: Segments, data: Any) -> list[str]:
    outer = shape_at(path[:-1], data)
    for key in path[:-1]:
        data = entry(data, key)
    return field_names(outer, data) if outer is not None and outer.models else []


def _message(detail: ErrorDetails, path: Segments, data: Any) -> str:
    kind, value = detail["type"], detail["input"]
    shape = shape_at(path, data)
    if kind == "union_tag_invalid":
        value = value.get(path[-1])
    if kind == "extra_forbidden":
        return _unknown(path, value, data)
    if kind == "missing" and (shape is None or shape.kind != "list"):
        return _missing(path, data)
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    if detail["loc"] and detail["loc"][-1] == "[key]":
        return "a name must have 1 to 60 characters, no dots or line breaks, and no space at its ends"
    if value is None and (shape is None or not shape.optional):
        return _nothing_to_remove(path, data)
    return expected(shape, value) if shape is not None else detail["msg"].lower()


def _nothing_to_remove(path: Segments, data: Any) -> str:
    for key in path[:-1]:
        data = entry(data, key)
    names = [name for name, value in data.items() if value is not None] if isinstance(data, dict) else []
    there_are = f"there are {one_of(names)}"
    return f"there is no {path[-1]} to remove (null removes a name that an extended file gives); {there_are}"


def _missing(path: Segments, data: Any) -> str:
    shape = shape_at(path, data)
    if shape is None:
        return "missing"
    meaning = f": {shape.meaning}" if shape.meaning else ""
    return f"missing; it {requirement(shape)}{meaning}"


def _unknown(path: Segments, value: Any, data: Any) -> str:
    name = str(path[-1])
    names = _siblings(path, data)
    if "." in name:
        return "a dotted path may stand only under `policies` and `assumptions`; indent its parts here"
    near, factor = meant_field(path, data)
    if near:
        return f"unknown field; did you mean {near}{_converted(value, factor)}?"
    homes = [join(home) for home, _ in leaves() if home[-1] == name][:2]
    if homes:
        return f"unknown field here; a field of this name stands at {' and '.join(homes)}"
    return f"unknown field; the fields here are {one_of(sorted(names), name)}"


def _by_unit(name: str, names: list[str]) -> tuple[str, float]:
    for wrong, right, factor in _UNITS:
        candidate = name.replace(wrong, right)
        if wrong in name and candidate in names:
            return candidate, factor
    return "", 1.0


def _converted(value: Any, factor: float) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float) or factor == 1.0:
        return ""
    return f" ({value * factor:.6g})"
