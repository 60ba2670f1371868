"""What a parameter means, for `marketsim explain`; run as a module it writes docs/parameters.md."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from marketsim.errors import Problem, ScenarioError
from marketsim.scenario.layers import MARKETS, preset_names
from marketsim.scenario.loading import load_scenario
from marketsim.scenario.merging import dump
from marketsim.scenario.outline import ROOT, Segments, Shape, child, entry, field_names, leaves, shape_of
from marketsim.scenario.parameters_page import default_of, kind_of, parameters_page, variants_of
from marketsim.scenario.paths import closest, join, unknown_field
from marketsim.scenario.yaml_tree import show

_MOST_VALUES = 12
"""How many values of a shipped market are shown."""


def explain(path: str = "") -> str:
    """Return what a parameter or section means: unit, range, default, source, values in shipped markets.

    Args:
        path: dotted path; names of retailers, segments, offers and levers may be left out, given, or be `*`.

    Raises:
        ScenarioError: there is no such parameter.
    """
    where, shape = _resolve(path)
    title = join(where) or "a scenario file"
    if shape.models:
        alone = _parameter_lines(shape) if shape.single else ()
        return "\n".join([title, *alone, *_section_lines(shape)]).rstrip()
    if shape.kind in ("names", "list") and shape_of(shape.inner).models:
        lines = _section_lines(shape_of(shape.inner))
        return "\n".join([f"{title}.*", f"  {shape.meaning}", *lines]).rstrip()
    return "\n".join([title, *_parameter_lines(shape), *_shipped_lines(where)])


def _resolve(path: str) -> tuple[tuple[str, ...], Shape]:
    """Return the path with `*` for names left out, and the shape there; ScenarioError if there is none."""
    shape = ROOT
    where: list[str] = []
    for part in path.split(".") if path else []:
        while shape.kind in ("names", "list") and _is_left_out(part, shape, where):
            where.append("*")
            shape = shape_of(shape.inner)
        in_list = shape.kind == "list" and (part.isdecimal() or part == "*")
        inner = child(shape, 0 if in_list else part)
        if inner is None:
            raise ScenarioError([Problem(path, _unknown(part, shape))], "the path")
        where.append(part)
        shape = inner
    return tuple(where), shape


def _is_left_out(part: str, shape: Shape, where: list[str]) -> bool:
    """Return whether a part of a path is a field (perhaps misspelt) where a user's name could stand."""
    inner = shape_of(shape.inner)
    if not inner.models or part == "*":
        return False
    names = field_names(inner)
    return part in names or (bool(closest(part, names)) and part not in _shipped_names(tuple(where)))


def _shipped_names(where: Segments) -> set[str]:
    """Return the names that shipped markets use at a path."""
    return {
        str(name)
        for data in _shipped().values()
        for _, found in _matches(where, data, ())
        if isinstance(found, dict)
        for name in found
    }


def _unknown(part: str, shape: Shape) -> str:
    known = field_names(shape) if shape.models else []
    homes = [join(home) for home, _ in leaves() if home[-1] == part][:3]
    if homes and not closest(part, known):
        return f"no {part} here; there is {', '.join(homes)}"
    if not known:
        return "nothing can stand below this value"
    return unknown_field(part, known)


def _section_lines(shape: Shape) -> Iterator[str]:
    for heading, description, fields in variants_of(shape):
        yield f"  {heading}: {description}" if heading else f"  {description}"
        yield ""
        width = max((len(name) for name, _ in fields), default=0)
        yield from (f"  {name:<{width}}  {field.meaning}{_short_facts(field)}" for name, field in fields)
        yield ""


def _short_facts(shape: Shape) -> str:
    facts = [shape.unit] if shape.unit else []
    default = default_of(shape)
    facts += [f"default {default}"] if default else []
    return f" [{', '.join(facts)}]" if facts else ""


def _parameter_lines(shape: Shape) -> Iterator[str]:
    yield f"  {shape.meaning}" if shape.meaning else "  a value for a name of your own"
    yield f"  value      {kind_of(shape)}"
    if shape.unit:
        yield f"  unit       {shape.unit}"
    if shape.field is not None:
        yield f"  default    {default_of(shape) or 'none; it must be given'}"
    if shape.extra("plausible"):
        low, high = shape.extra("plausible")
        yield f"  plausible  {low:g} to {high:g}"
    if shape.extra("source"):
        yield f"  source     {shape.extra('source')}"


def _shipped() -> dict[str, Any]:
    """Return the shipped markets as plain data, by name."""
    return {name: dump(load_scenario(MARKETS / f"{name}.yaml").study) for name in preset_names()}


def _shipped_lines(where: tuple[str, ...]) -> Iterator[str]:
    """Yield the values of a parameter in the shipped markets."""
    for preset, data in _shipped().items():
        values = [(path, show(value, 200)) for path, value in _matches(where, data, ()) if value is not None]
        if len({value for _, value in values}) == 1:
            yield f"  {preset}: {values[0][1]}"
        elif values:
            shown = ", ".join(f"{path} {value}" for path, value in values[:_MOST_VALUES])
            yield f"  {preset}: {shown}{', ...' if len(values) > _MOST_VALUES else ''}"


def _matches(where: Segments, data: Any, names: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """Yield what stands at a path of plain data, with the names that stand for its `*`."""
    if not where:
        yield ".".join(names), data
    elif where[0] == "*" and isinstance(data, dict | list):
        for name, inner in data.items() if isinstance(data, dict) else enumerate(data):
            yield from _matches(where[1:], inner, (*names, str(name)))
    else:
        inner = entry(data, where[0])
        if inner is not None:
            yield from _matches(where[1:], inner, names)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(parameters_page(), encoding="utf-8")
