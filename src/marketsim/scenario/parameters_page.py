"""docs/parameters.md: every parameter of the schema, and the words for its value and default."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from marketsim.scenario.fields import Section
from marketsim.scenario.merging import dump
from marketsim.scenario.outline import ROOT, Shape, child, field_names, shape_of, tag_name, tag_of
from marketsim.scenario.paths import join
from marketsim.scenario.study import Study
from marketsim.scenario.yaml_tree import show

_HEAD = """\
# Parameters of a scenario

Generated from the schema by `make docs`. `*` stands for a name of your own (retailer, segment, offer, lever).
`marketsim explain PATH` shows the same for one parameter, with its values in the shipped markets.
A source that begins with ASSUMPTION means that no published figure is known.
"""
_TABLE = [
    "| parameter | meaning | unit | value | default | plausible | source |",
    "| --- | --- | --- | --- | --- | --- | --- |",
]
_KINDS = {"whole": "whole number", "switch": "true or false", "names": "a value for each name"}


def parameters_page() -> str:
    """Return docs/parameters.md."""
    lines = [line for paths, shape in _sections() for line in _section(paths, shape)]
    return "\n".join([_HEAD, *lines])


def kind_of(shape: Shape) -> str:
    """Return what values a parameter takes, in words."""
    if shape.single:
        return f"{kind_of(replace(shape, kind=shape.single, single=''))}, or a section"
    low, high = shape.bounds
    bounded = shape.kind in ("whole", "number") and low is not None and high is not None
    kind = f"one of {', '.join(shape.choices)}" if shape.kind == "choice" else _KINDS.get(shape.kind, shape.kind)
    also = f" or {', '.join(shape.choices)}" if shape.choices and shape.kind != "choice" else ""
    span = f" from {show(low)} to {show(high)}" if bounded else ""
    return f"{kind}{span}{also}{', or null' if shape.optional else ''}"


def default_of(shape: Shape) -> str:
    """Return the default as text; empty for a required field and for a section with defaults of its own."""
    if shape.field is None or shape.field.is_required() or (shape.kind == "section" and not shape.single):
        return ""
    value = dump(shape.field.get_default(call_default_factory=True))
    empty = {"": "(empty)", "{}": "none", "[]": "none", "null": "none"}
    return empty.get(show(value), show(value, 200))


def variants_of(shape: Shape) -> Iterator[tuple[str, str, list[tuple[str, Shape]]]]:
    """Yield heading, description and fields of a section; of variants what they share, then their own."""
    if shape.kind != "variants":
        model = shape.models[0]
        yield "", describe(model), _fields(model, list(model.model_fields))
        return
    tag = tag_name(shape)
    shared = [name for name in field_names(shape) if all(name in model.model_fields for model in shape.models)]
    shared.remove(tag)
    if shared:
        yield f"every {tag}", "What all kinds have in common.", _fields(shape.models[0], shared)
    for model in shape.models:
        own = [name for name in model.model_fields if name not in (*shared, tag)]
        yield f"{tag}: {tag_of(model, tag)}", describe(model), _fields(model, own)


def describe(model: type[Section]) -> str:
    """Return the sentence that describes a section."""
    return " ".join((model.__doc__ or "").split())


def _fields(model: type[Section], names: list[str]) -> list[tuple[str, Shape]]:
    single = Shape("section", models=(model,))
    found = ((name, child(single, name)) for name in names)
    return [(name, shape) for name, shape in found if shape is not None]


def _sections() -> Iterator[tuple[list[str], Shape]]:
    """Yield every kind of section once, with all paths at which it stands."""
    found: dict[Any, tuple[list[str], Shape]] = {(Study,): ([""], ROOT)}
    for path, shape in _all_sections(ROOT, ()):
        found.setdefault(shape.models, ([], shape))[0].append(path)
    yield from found.values()


def _all_sections(shape: Shape, path: tuple[str, ...]) -> Iterator[tuple[str, Shape]]:
    for name in field_names(shape):
        inner, where = child(shape, name), (*path, name)
        while inner is not None and inner.kind in ("names", "list"):
            inner, where = shape_of(inner.inner), (*where, "*")
        if inner is not None and inner.models:
            yield join(where), inner
            yield from _all_sections(inner, where)


def _section(paths: list[str], shape: Shape) -> Iterator[str]:
    title = ", ".join(f"`{path}`" for path in paths if path) or "The top level"
    yield from (f"## {title}", "")
    for heading, description, fields in variants_of(shape):
        if heading:
            yield from (f"### {heading}", "")
        yield from (description, "")
        if fields:
            yield from (*_TABLE, *(_row(name, field) for name, field in fields), "")


def _row(name: str, shape: Shape) -> str:
    plausible = shape.extra("plausible")
    required = shape.field is not None and shape.field.is_required()
    cells = (
        f"`{name}`",
        shape.meaning,
        shape.unit,
        "section" if shape.models and not shape.single else kind_of(shape),
        "must be given" if required else default_of(shape),
        f"{plausible[0]:g} to {plausible[1]:g}" if plausible else "",
        str(shape.extra("source") or ""),
    )
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
