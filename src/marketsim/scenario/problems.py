"""What pydantic finds wrong with a scenario, said in the words of the schema and with the place in the file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from marketsim.errors import Problem
from marketsim.scenario.merging import find
from marketsim.scenario.outline import (
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
from marketsim.scenario.yaml_tree import Node, plain, show

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
    paths = [scenario_path(detail["loc"], data) for detail in details]
    replaced = _suggested_fields(details, paths, data)
    found: dict[str, Problem] = {}
    for detail, path in zip(details, paths, strict=True):
        if detail["type"] == "missing" and join(path) in replaced:
            continue
        problem = problem_at(path, _message(detail, path, data), tree)
        found.setdefault(problem.path, problem)
    return sorted(found.values(), key=lambda problem: (problem.file or "", problem.line or 0))


def problem_at(path: Segments, message: str, tree: Node, label: str | None = None) -> Problem:
    """Return a problem with the value and the place of a path; the place of what surrounds it if it is missing."""
    node, exists = find(tree, path)
    is_scalar = exists and not isinstance(node.value, dict)
    value = (node.text if node.text and len(node.text) <= 60 else show(plain(node))) if is_scalar else None
    return Problem(label or join(path), message, value, node.place.file, node.place.line)


def scenario_path(location: Iterable[str | int], data: Any) -> Segments:
    """Return the path in a scenario of pydantic's location: without the tags of variants and its own marks."""
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
        path.append(key)
        shape, data = child(shape, key, data), entry(data, key)
    return tuple(path)


def _suggested_fields(details: list[ErrorDetails], paths: list[Segments], data: Any) -> set[str]:
    """Return the paths of fields that unknown fields are probably meant to be."""
    suggested = set()
    for detail, path in zip(details, paths, strict=True):
        if detail["type"] == "extra_forbidden":
            names = _siblings(path, data)
            near = _by_unit(str(path[-1]), names)[0] or next(iter(closest(str(path[-1]), names)), "")
            suggested.add(join((*path[:-1], near)))
    return suggested


def _siblings(path: Segments, data: Any) -> list[str]:
    outer = shape_at(path[:-1], data)
    for key in path[:-1]:
        data = entry(data, key)
    return field_names(outer, data) if outer is not None and outer.models else []


def _message(detail: ErrorDetails, path: Segments, data: Any) -> str:
    kind, value = detail["type"], detail["input"]
    shape = shape_at(path, data)
    if kind == "extra_forbidden":
        return _unknown(path, value, data)
    if kind == "missing":
        return _missing(path, data)
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    if detail["loc"] and detail["loc"][-1] == "[key]":
        return "a name must have 1 to 60 characters, no dots or line breaks, and no space at its ends"
    if value is None and (shape is None or not shape.optional):
        return "there is nothing here to remove (null removes a name that a file under `extends` has given)"
    return expected(shape, value) if shape is not None else detail["msg"].lower()


def _missing(path: Segments, data: Any) -> str:
    shape = shape_at(path, data)
    if shape is None:
        return "missing"
    meaning = f": {shape.meaning}" if shape.meaning else ""
    return f"missing; it {_must(shape)}{meaning}"


def _unknown(path: Segments, value: Any, data: Any) -> str:
    name = str(path[-1])
    names = _siblings(path, data)
    if "." in name:
        return "a dotted path may stand only under `policies` and `assumptions`; indent its parts line by line here"
    near, factor = _by_unit(name, names)
    if near:
        return f"unknown field; did you mean {near}{_converted(value, factor)}?"
    similar = closest(name, names)
    if similar:
        return f"unknown field; did you mean {similar[0]}?"
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


def expected(shape: Shape, value: Any) -> str:
    """Return what a value should have been: kind, bounds and unit, with a hint from what was given."""
    return f"{_must(shape)}{_hint(shape, value)}"


def _must(shape: Shape) -> str:
    match shape.kind:
        case "whole" | "number":
            return f"must be {_number(shape)}"
        case "switch":
            return "must be true or false"
        case "choice":
            return f"must be one of {', '.join(shape.choices)}"
        case "text":
            return f"must be a text{_size(shape, 'characters')}"
        case "list":
            return f"must be a list{_size(shape, 'entries')}, for example [{_example(shape)}]"
        case "names":
            return f"must be a section with a line `name: value` for each entry{_at_least(shape)}"
        case "variants":
            tag = tag_name(shape)
            return f"must be a section with {tag}: {' or '.join(tag_of(m, tag) for m in shape.models)}"
        case _:
            return f"must be a section with the fields {one_of(field_names(shape))}"


def _number(shape: Shape) -> str:
    article = "a whole number" if shape.kind == "whole" else "a number"
    low, high = shape.bounds
    between = f" between {low:.15g} and {high:.15g}" if low is not None and high is not None else ""
    unit = f" ({shape.unit})" if shape.unit else ""
    words = f", or {' or '.join(shape.choices)}" if shape.choices else ""
    plain_number = between and shape.kind == "number"
    return f"{between.strip()}{unit}{words}" if plain_number else f"{article}{between}{unit}{words}"


def _size(shape: Shape, of: str) -> str:
    low, high = shape.bounds
    if low is not None and low == high:
        return f" of {low:.15g} {of}"
    if high is not None:
        return f" of {low or 0:.15g} to {high:.15g} {of}"
    return f" of at least {low:.15g} {of}" if low else ""


def _at_least(shape: Shape) -> str:
    return "; at least one" if shape.bounds[0] else ""


def _example(shape: Shape) -> str:
    from marketsim.scenario.outline import shape_of

    inner = shape_of(shape.inner)
    if inner.choices:
        return ", ".join(inner.choices[:2])
    return {"whole": "1, 2", "number": "0.5, 1.5", "text": "a, b"}.get(inner.kind, "{...}, {...}")


def _hint(shape: Shape, value: Any) -> str:
    if shape.kind == "choice":
        near = closest(str(value), shape.choices)
        return f"; did you mean {near[0]}?" if near and str(value) not in shape.choices else ""
    if shape.kind == "switch" and isinstance(value, str):
        word = value.lower()
        return f"; write {'true' if word in ('yes', 'on', 'y') else 'false'}" if word in _SWITCHES else ""
    if shape.kind in ("number", "whole") and isinstance(value, str):
        return _number_hint(value)
    return _kind_hint(shape, value)


_SWITCHES = ("yes", "no", "on", "off", "y", "n")


def _number_hint(value: str) -> str:
    bare = value.replace(",", "").replace("_", "").replace(" ", "").rstrip("%").strip()
    try:
        number = float(bare)
    except ValueError:
        return ", not a text"
    if value.strip().endswith("%"):
        return f", without the sign %: {number:.15g} or {number / 100:.15g}"
    return f", written without quotes, commas or units: {number:.15g}"


def _kind_hint(shape: Shape, value: Any) -> str:
    if shape.kind == "text" and not isinstance(value, str):
        return f'; put quotes around it: "{show(value)}"' if isinstance(value, int | float) else ""
    if isinstance(value, dict):
        return ", not a section" if shape.kind not in ("section", "variants", "names") else ""
    if isinstance(value, list):
        return ", not a list" if shape.kind != "list" else ""
    return ""
