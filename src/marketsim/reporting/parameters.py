"""What the schema says of a scenario path: its meaning, unit and source."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from marketsim.scenario.study import Study


@dataclass(frozen=True)
class Parameter:
    """What the schema says of one parameter; unit and source are empty where it gives none."""

    meaning: str
    unit: str
    source: str


def of_field(field: FieldInfo) -> Parameter:
    """Return what a field of the schema says."""
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    return Parameter(field.description or "", str(extra.get("unit", "")), str(extra.get("source", "")))


def described(path: str) -> Parameter | None:
    """Return what the schema says of a dotted path; None where it knows no such parameter."""
    kinds: list[Any] = [Study]
    field: FieldInfo | None = None
    for part in path.split("."):
        found = [(kind, model) for kind in kinds for model in _models(kind)]
        fields = [model.model_fields[part] for _, model in found if part in model.model_fields]
        if fields:
            field = fields[0]
            kinds = [one.annotation for one in fields]
            continue
        kinds = [value for kind in kinds for value in _dictionary_values(kind)]
        if not kinds:
            return None
    return of_field(field) if field else None


def _models(kind: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that a type stands for: itself, or the members of a union."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    elif get_origin(kind) is Annotated:
        yield from _models(get_args(kind)[0])
    elif get_origin(kind) in (Union, types.UnionType):
        for member in get_args(kind):
            yield from _models(member)


def _dictionary_values(kind: Any) -> Iterator[Any]:
    if get_origin(kind) is Annotated:
        yield from _dictionary_values(get_args(kind)[0])
    elif get_origin(kind) in (Union, types.UnionType):
        for member in get_args(kind):
            yield from _dictionary_values(member)
    elif get_origin(kind) is dict:
        yield get_args(kind)[1]
