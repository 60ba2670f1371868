"""What a value of a scenario should be, in words: kind, bounds, unit, and a hint from what was given."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from marketsim.scenario.outline import Shape, field_names, shape_of, tag_name, tag_of
from marketsim.scenario.paths import closest, one_of
from marketsim.scenario.yaml_tree import show


def expected(shape: Shape, value: Any) -> str:
    """Return what a value should have been: kind, bounds and unit, with a hint from what was given."""
    alone = replace(shape, kind=shape.single) if shape.single else shape
    return f"{requirement(shape)}{_hint(alone, value)}"


def requirement(shape: Shape) -> str:
    """Return what a value must be: `must be ...`."""
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
        case _ if shape.single:
            return f"must be {_number(replace(shape, kind=shape.single))}, or {_fields(shape)}"
        case _:
            return f"must be {_fields(shape)}"


def _fields(shape: Shape) -> str:
    count = "field" if len(field_names(shape)) == 1 else "fields"
    return f"a section with the {count} {one_of(field_names(shape))}"


def _number(shape: Shape) -> str:
    article = "a whole number" if shape.kind == "whole" else "a number"
    low, high = shape.bounds
    between = f" between {_digits(low)} and {_digits(high)}" if low is not None and high is not None else ""
    unit = f" ({shape.unit})" if shape.unit else ""
    words = f", or {' or '.join(shape.choices)}" if shape.choices else ""
    plain_number = between and shape.kind == "number"
    return f"{between.strip()}{unit}{words}" if plain_number else f"{article}{between}{unit}{words}"


def _digits(bound: float) -> str:
    return str(bound) if isinstance(bound, int) else f"{bound:.15g}"


def _size(shape: Shape, of: str) -> str:
    low, high = shape.bounds
    if low is not None and low == high:
        return f" of {low} {of}"
    if high is not None:
        return f" of {low or 0} to {high} {of}"
    return f" of at least {low} {of if low > 1 else _ONE[of]}" if low else ""


_ONE = {"entries": "entry", "characters": "character"}


def _at_least(shape: Shape) -> str:
    return "; at least one" if shape.bounds[0] else ""


def _example(shape: Shape) -> str:
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
        return _number_hint(shape, value)
    return _kind_hint(shape, value)


_SWITCHES = ("yes", "no", "on", "off", "y", "n")


def _number_hint(shape: Shape, value: str) -> str:
    bare = value.replace(",", "").replace("_", "").replace(" ", "").rstrip("%").strip()
    try:
        number = float(bare)
    except ValueError:
        return ", not a text"
    counts_per_cent = shape.unit is not None and shape.unit.startswith("%")
    if value.strip().endswith("%") and not counts_per_cent:
        return f"; write {number / 100:.15g} for {value.strip()}"
    return f", written without quotes, commas and units: {number:.15g}"


def _kind_hint(shape: Shape, value: Any) -> str:
    if shape.kind == "text" and not isinstance(value, str):
        return f'; put quotes around it: "{show(value)}"' if isinstance(value, int | float) else ""
    if shape.kind == "list" and isinstance(value, str | int | float):
        return f"; write [{show(value)}]"
    if isinstance(value, float) and not math.isfinite(value):
        return ", not infinite or undefined"
    if isinstance(value, dict):
        return ", not a section" if shape.kind not in ("section", "variants", "names") else ""
    if isinstance(value, list):
        return ", not a list" if shape.kind != "list" else ""
    return ""
