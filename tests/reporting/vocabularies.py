"""The closed lists of words that reports print: key figures, units, customer types, events, parameters of the schema."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from marketsim.experiments.runs import DONE, FAILED, NOT_RUN
from marketsim.reporting import monthly_figures, numbers
from marketsim.reporting.parameters import Parameter, of_field
from marketsim.results.key_figures import KPIS
from marketsim.results.tables import BASE
from marketsim.scenario.events import Event
from marketsim.scenario.strategy import KINDS
from marketsim.scenario.study import Study

PLAIN_UNITS = frozenset({"", "1", "%", "MWh", "kWh"})
"""Units that are the same in every language."""
STATUSES = frozenset({*(status.replace("_", " ") for status in (DONE, FAILED, NOT_RUN)), "complete", "interrupted"})
PRINTED_NAMES = frozenset({BASE})
"""Names of the program's own that are printed in the language of the edition."""
_LIBRARY = files("marketsim.scenario") / "library"
_SCENARIOS = Path(__file__).parents[2] / "scenarios"


def kpi_titles() -> set[str]:
    """Return the titles of all key figures."""
    return {kpi.title for kpi in KPIS}


def units() -> set[str]:
    """Return the units of all key figures and parameters, as they are spoken and as the schema has them."""
    own = {kpi.unit for kpi in KPIS} | {parameter.unit for parameter in parameters()}
    spoken = {*numbers._SPOKEN_UNITS.values(), *numbers._POINT_UNITS.values(), *monthly_figures._SUMS.values()}
    times = {"/" + unit.partition("/")[2] for unit in own if unit.startswith("MWh/")}
    return (own | spoken | times) - PLAIN_UNITS


def segments() -> set[str]:
    """Return the customer types of the library, in words."""
    found = yaml.safe_load((_LIBRARY / "segments.yaml").read_text(encoding="utf-8"))["segments"]
    return {name.replace("_", " ") for name in found}


def event_words() -> set[str]:
    """Return the kinds of events and what they set, in words."""
    words: set[str] = set()
    for model in _models(Event):
        words |= {*get_args(model.model_fields["type"].annotation), *model.model_fields}
    return {word.replace("_", " ") for word in words - {"type", "month", "duration_months"}}


def strategies() -> set[str]:
    """Return the names of the strategies that change something, in words."""
    return {kind.replace("_", " ") for kind in KINDS if kind != "hold"}


def path_words() -> set[str]:
    """Return what may stand in a path, in words: fields of the schema, and the names in the library and the scenarios."""
    found = {part for path, _ in _fields() for part in path}
    for file in (*Path(str(_LIBRARY)).rglob("*.yaml"), *_SCENARIOS.glob("*.yaml")):
        found |= set(_keys(yaml.safe_load(file.read_text(encoding="utf-8"))))
    return {word.replace("_", " ") for word in found}


def _keys(tree: Any) -> Iterator[str]:
    """Yield every key in a tree of YAML."""
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        yield str(key)
        yield from _keys(value)


def parameters() -> list[Parameter]:
    """Return what the schema says of every field that says something."""
    return [said for said in (of_field(field) for _, field in _fields()) if said.meaning]


def _fields() -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    """Yield every field of the schema with the names of the fields above it; each section once."""
    seen: set[type[BaseModel]] = set()
    waiting: list[tuple[tuple[str, ...], type[BaseModel]]] = [((), Study)]
    while waiting:
        path, model = waiting.pop()
        if model not in seen:
            seen.add(model)
            for name, field in model.model_fields.items():
                yield (*path, name), field
                waiting += [((*path, name), inner) for inner in _models(field.annotation)]


def _models(kind: Any) -> Iterator[type[BaseModel]]:
    """Yield the sections in a type."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for inner in get_args(kind) if get_origin(kind) is not Literal else ():
        yield from _models(inner)
