"""The schema as an outline: what may stand at a dotted path, its bounds, unit and meaning."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from marketsim.scenario.fields import Section
from marketsim.scenario.study import Study

Segments = tuple[str | int, ...]
TAGS = ("kind", "type")
"""Fields that choose between the variants of a section."""
FORMS = ("number", "section")
"""What pydantic calls the two forms of a section instead of which a single value may stand."""


@dataclass(frozen=True)
class Shape:
    """What may stand at a place of a scenario.

    Attributes:
        kind: section, variants (one of several sections), names (user's names with values), list, number,
            whole, switch, text, choice or any.
        models: the section, or the variants.
        inner: type of the values of names or of the elements of a list.
        optional: whether null is a value.
        choices: words allowed.
        bounds: smallest and largest number or size, None where there is none.
        field: the declaration with unit and meaning; None for what a user names.
        single: kind of the single value (with these bounds) that may stand instead of a section; else empty.
    """

    kind: str
    models: tuple[type[Section], ...] = ()
    inner: Any = None
    optional: bool = False
    choices: tuple[str, ...] = ()
    bounds: tuple[float | None, float | None] = (None, None)
    field: FieldInfo | None = None
    single: str = ""

    def extra(self, name: str) -> Any:
        """Return unit, source or plausible range from the declaration, or None."""
        declared = self.field.json_schema_extra if self.field is not None else None
        return declared.get(name) if isinstance(declared, dict) else None

    @property
    def unit(self) -> str:
        """Return the unit as printed; empty for pure numbers and for what is no number."""
        unit = str(self.extra("unit") or "")
        return "" if unit == "1" else unit

    @property
    def meaning(self) -> str:
        """Return the sentence that says what this is."""
        return (self.field.description if self.field is not None else None) or ""


def shape_of(annotation: Any, field: FieldInfo | None = None) -> Shape:
    """Return the shape that a type annotation of the schema describes."""
    metadata: list[Any] = list(field.metadata) if field is not None else []
    bare, metadata = _strip(annotation, metadata)
    members, optional = _members(bare)
    if len(members) == 1:
        bare, metadata = _strip(members[0], metadata)
        if _members(bare)[0] != (bare,):
            return replace(shape_of(bare, field), optional=optional)
        return _single(bare, metadata, optional, field)
    bare_members = [_strip(member, [])[0] for member in members]
    sections = tuple(member for member in bare_members if isinstance(member, type) and issubclass(member, Section))
    if sections and len(sections) < len(members):
        value = _single(*_strip(members[0], metadata), optional, field)
        return replace(value, kind="section", models=sections, single=value.kind)
    if sections:
        return Shape("variants", models=sections, optional=optional, field=field)
    number, words = _strip(members[0], metadata), members[1]
    return _with(_single(number[0], number[1], optional, field), choices=get_args(words))


def _strip(annotation: Any, metadata: list[Any]) -> tuple[Any, list[Any]]:
    while get_origin(annotation) is Annotated:
        annotation, *more = get_args(annotation)
        for item in more:
            metadata = [*metadata, *(item.metadata if isinstance(item, FieldInfo) else [item])]
    return annotation, metadata


def _members(annotation: Any) -> tuple[tuple[Any, ...], bool]:
    if get_origin(annotation) not in (Union, types.UnionType):
        return (annotation,), False
    members = get_args(annotation)
    kept = tuple(member for member in members if member is not type(None))
    return kept, len(kept) < len(members)


def _single(annotation: Any, metadata: list[Any], optional: bool, field: FieldInfo | None) -> Shape:
    bounds = _bounds(metadata)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is dict:
        return Shape("names", inner=arguments[1], optional=optional, bounds=bounds, field=field)
    if origin is tuple:
        if arguments[-1] is not Ellipsis:
            bounds = (len(arguments), len(arguments))
        return Shape("list", inner=arguments[0], optional=optional, bounds=bounds, field=field)
    if origin is Literal:
        return Shape("choice", optional=optional, choices=tuple(map(str, arguments)), field=field)
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return Shape("section", models=(annotation,), optional=optional, field=field)
    kinds = {bool: "switch", int: "whole", float: "number", str: "text"}
    return Shape(kinds.get(annotation, "any"), optional=optional, bounds=bounds, field=field)


def _bounds(metadata: list[Any]) -> tuple[float | None, float | None]:
    low = next((m.ge for m in metadata if hasattr(m, "ge")), None)
    high = next((m.le for m in metadata if hasattr(m, "le")), None)
    shortest = next((m.min_length for m in metadata if getattr(m, "min_length", None) is not None), None)
    longest = next((m.max_length for m in metadata if getattr(m, "max_length", None) is not None), None)
    return (shortest if low is None else low), (longest if high is None else high)


def _with(shape: Shape, *, choices: tuple[str, ...]) -> Shape:
    return Shape(shape.kind, shape.models, shape.inner, shape.optional, choices, shape.bounds, shape.field)


ROOT = Shape("section", models=(Study,))
"""The shape of a whole scenario."""


def tag_name(shape: Shape) -> str:
    """Return the name of the field that chooses between the variants of a section."""
    return next(tag for tag in TAGS if tag in shape.models[0].model_fields)


def tag_of(model: type[Section], tag: str) -> str:
    """Return the value of the choosing field that stands for a variant."""
    return str(get_args(model.model_fields[tag].annotation)[0])


def variant(shape: Shape, data: Any) -> tuple[type[Section], ...]:
    """Return the sections that the data can be: the one that its kind names, or all."""
    if shape.kind != "variants":
        return shape.models
    tag = tag_name(shape)
    named = data.get(tag) if isinstance(data, dict) else None
    return tuple(model for model in shape.models if tag_of(model, tag) == named) or shape.models


def field_names(shape: Shape, data: Any = None) -> list[str]:
    """Return the fields of a section, or of the variants that the data can be."""
    names = (name for model in variant(shape, data) for name in model.model_fields)
    return list(dict.fromkeys(names))


def child(shape: Shape, key: str | int, data: Any = None) -> Shape | None:
    """Return the shape of an entry, or None where there can be none.

    Args:
        shape: shape of the whole.
        key: field, user's name, or position in a list.
        data: plain value of the whole, which tells the variant; may be left out.
    """
    if shape.kind == "variants" and key == tag_name(shape):
        field = shape.models[0].model_fields[key]
        return Shape("choice", choices=tuple(tag_of(model, key) for model in shape.models), field=field)
    if shape.kind in ("section", "variants"):
        owners = (model for model in variant(shape, data) if key in model.model_fields)
        return next((_field_shape(model, str(key)) for model in owners), None)
    if shape.kind == "names" or (shape.kind == "list" and isinstance(key, int)):
        return shape_of(shape.inner)
    return None


@cache
def _field_shape(model: type[Section], name: str) -> Shape:
    field = model.model_fields[name]
    return shape_of(field.annotation, field)


def entry(data: Any, key: str | int) -> Any:
    """Return the entry of plain data at a key, or None where there is none."""
    if isinstance(data, dict):
        return data.get(key)
    if isinstance(data, list | tuple) and isinstance(key, int) and 0 <= key < len(data):
        return data[key]
    return None


def shape_at(path: Segments, data: Any = None) -> Shape | None:
    """Return the shape at a path, or None where the schema has nothing there."""
    shape: Shape | None = ROOT
    for key in path:
        if shape is None:
            return None
        shape, data = child(shape, key, data), entry(data, key)
    return shape


def leaves(shape: Shape = ROOT, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Shape]]:
    """Yield every section and parameter of the schema; users' names are shown as `*`."""
    if path:
        yield path, shape
    if shape.kind in ("section", "variants"):
        for name in field_names(shape):
            inner = child(shape, name)
            if inner is not None:
                yield from leaves(inner, (*path, name))
    elif shape.kind in ("names", "list") and _holds_sections(shape.inner):
        yield from (
            (inner_path, inner)
            for inner_path, inner in leaves(shape_of(shape.inner), (*path, "*"))
            if inner_path != (*path, "*")
        )


def _holds_sections(annotation: Any) -> bool:
    return shape_of(annotation).kind in ("section", "variants")
