"""Which inputs of a study are assumptions: the starred ones that were varied, and all others."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from marketsim.reporting.edition import is_chinese
from marketsim.reporting.language import SEGMENT, say, translated
from marketsim.reporting.mechanisms import Mechanism, mechanism_of, mechanisms_of
from marketsim.reporting.numbers import listed
from marketsim.reporting.parameters import Parameter, of_field
from marketsim.reporting.view import StudyView
from marketsim.scenario.fields import ASSUMPTION
from marketsim.scenario.study import Study

_NEUTRAL_PARTS = ("effects", "hooks", "costs")
_MOST_VALUES = 4


@dataclass(frozen=True)
class Setting:
    """One value of the resolved study.

    Attributes:
        path: its dotted path.
        pattern: the path with `*` for names of retailers, segments and the like.
        name: those names, joined; empty where there is none.
        value: the value used.
        parameter: what the schema says of it.
        is_default: whether the value is that of the schema, so that neither the study nor its market set it.
    """

    path: str
    pattern: str
    name: str
    value: Any
    parameter: Parameter
    is_default: bool = False


@dataclass(frozen=True)
class Varied:
    """A starred assumption: its value in the main runs, and the two ends that were tried."""

    path: str
    value: str
    low: str
    high: str
    parameter: Parameter


@dataclass(frozen=True)
class Assumed:
    """An assumption that was not varied; alike for several retailers or segments where the values say so.

    Attributes:
        pattern: its path, with `*` for names.
        values: the values used.
        parameter: what the schema says of it.
        is_default: whether every value is the default of the schema.
        mechanism: the mechanism to which it belongs; None for one of the market itself.
    """

    pattern: str
    values: str
    parameter: Parameter
    is_default: bool
    mechanism: Mechanism | None


def varied(view: StudyView) -> tuple[Varied, ...]:
    """Return the starred assumptions in the order of the scenario."""
    known = {setting.path: setting for setting in _settings(view)}
    nothing = Setting("", "", "", None, Parameter("", "", ""))
    return tuple(
        Varied(
            path,
            show(known.get(path, nothing).value),
            show(low),
            show(high),
            known.get(path, nothing).parameter,
        )
        for path, (low, high) in view.study.get("assumptions", {}).items()
    )


def assumed(view: StudyView) -> tuple[Assumed, ...]:
    """Return every other assumption that is at work in the study, like ones in one row.

    Parameters of mechanisms that are switched off are left out.
    """
    starred = set(view.study.get("assumptions", {}))
    levers, mechanisms = _levers_in_use(view.study), mechanisms_of(view)
    groups: dict[str, list[Setting]] = {}
    for setting in _settings(view):
        if (
            setting.parameter.source.startswith(ASSUMPTION)
            and setting.path not in starred
            and _at_work(setting, view, levers)
        ):
            groups.setdefault(setting.pattern, []).append(setting)
    found = []
    for pattern, group in groups.items():
        mechanism = mechanism_of(pattern, mechanisms)
        if mechanism is None or mechanism.is_on:
            is_default = all(setting.is_default for setting in group)
            found.append(Assumed(pattern, _values(group), group[0].parameter, is_default, mechanism))
    return tuple(found)


def show(value: Any) -> str:
    """Return a value of a scenario as a reader wants it."""
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, int | float):
        return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"
    if isinstance(value, Mapping):
        parts = [say("{name}: {value}", name=_called(str(key)), value=show(item)) for key, item in value.items()]
        return listed(parts) or say("none")
    if isinstance(value, list | tuple):
        return listed(show(item) for item in value)
    return say("none") if value is None else str(value)


def _values(group: list[Setting]) -> str:
    by_value: dict[str, list[str]] = {}
    for setting in group:
        by_value.setdefault(show(setting.value), []).append(setting.name)
    if len(by_value) == 1:
        return next(iter(by_value))
    parts = [say("{name}: {value}", name=listed(map(_called, names)), value=v) for v, names in by_value.items()]
    return ("；" if is_chinese() else "; ").join(parts)


def _called(name: str) -> str:
    """Return a name as the user wrote it, or the name of a usual customer type in the language of the edition."""
    words = name.replace("_", " ")
    known = translated(words, SEGMENT)
    return name if known == words else known


def _settings(view: StudyView) -> tuple[Setting, ...]:
    """Return every setting of the study; none where the stored study is not one of this version's schema."""
    try:
        study = Study.model_validate_json(json.dumps(view.study))
    except ValidationError:
        return ()
    return tuple(_walk(study, (), ()))


def _walk(section: BaseModel, path: tuple[str, ...], names: tuple[int, ...]) -> Iterator[Setting]:
    """Yield the settings of a section and those in it; names are the places that the user named."""
    for field, info in type(section).model_fields.items():
        value = getattr(section, field)
        here = (*path, field)
        nested = dict(_sections(value))
        if not nested:
            shown = ["*" if place in names else part for place, part in enumerate(here)]
            name = " ".join(here[place] for place in names)
            yield Setting(
                ".".join(here), ".".join(shown), name, _plain(value), of_field(info), _is_default(info, value)
            )
        for key, inner in nested.items():
            deeper = (*here, key) if key else here
            yield from _walk(inner, deeper, (*names, len(here)) if key else names)


def _sections(value: Any) -> Iterator[tuple[str, BaseModel]]:
    """Yield the sections in a value by the name the user gave them; an empty name for a single section."""
    if isinstance(value, BaseModel):
        yield "", value
    elif isinstance(value, dict):
        yield from ((str(key), item) for key, item in value.items() if isinstance(item, BaseModel))
    elif isinstance(value, tuple):
        yield from ((str(place), item) for place, item in enumerate(value, start=1) if isinstance(item, BaseModel))


def _is_default(field: FieldInfo, value: Any) -> bool:
    return not field.is_required() and bool(value == field.get_default(call_default_factory=True))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _at_work(setting: Setting, view: StudyView, levers: set[str]) -> bool:
    """Leave out what cannot matter: levers nobody uses, effects of nil, segments that may not choose."""
    parts = setting.path.split(".")
    if parts[0] == "levers":
        neutral = setting.value in (0, 0.0, 1, 1.0, {}) and any(part in _NEUTRAL_PARTS for part in parts)
        return parts[1] in levers and not neutral
    return parts[0] != "segments" or parts[1] in view.contestable_segments


def _levers_in_use(study: Mapping[str, Any]) -> set[str]:
    """Return the levers that a retailer uses in the base or under a policy."""
    used = {name for retailer in study["retailers"].values() for name in retailer.get("levers", {})}
    for changes in study.get("policies", {}).values():
        for path, value in changes.items():
            parts = path.split(".")
            if parts[0] == "retailers" and len(parts) > 2 and parts[2] == "levers":
                used |= {parts[3]} if len(parts) > 3 else set(value or {})
    return used
