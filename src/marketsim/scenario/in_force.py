"""A study as it stands in a month: after the events that change rules, open segments or change levers (M3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marketsim.scenario.events import LeverChange, Opening, Regulation
from marketsim.scenario.regulation import Rules
from marketsim.scenario.retailers import Retailer
from marketsim.scenario.service import LeverUse
from marketsim.scenario.study import Study


def in_force(study: Study, month: int) -> Study:
    """Return the study with the changes of a month's events; the same object where there are none.

    An event stands above what retailers planned: while a lever change lasts, the lever has the event's intensity
    whatever a policy says. Where events meet, the one listed last holds.

    Args:
        study: the study of a market, or of a policy.
        month: month of the run, counted from 0.
    """
    for event in study.events:
        if isinstance(event, Regulation) and event.acts_in(month):
            study = _with_rules(study, changed_rules(study.market.rules, event.changes))
        elif isinstance(event, Opening) and event.month <= month:
            study = _opened(study, event)
        elif isinstance(event, LeverChange) and event.month <= month:
            study = _with_lever(study, event, month)
    return study


def changed_rules(rules: Rules, changes: Mapping[str, Any]) -> Rules:
    """Return rules with values put in at dotted paths, validated.

    Raises:
        ValueError: a path leads nowhere, or a value is not allowed (pydantic's ValidationError is one).
    """
    data = rules.model_dump()
    for path, value in changes.items():
        *outer, last = path.split(".")
        section: Any = data
        for part in outer:
            section = section.get(part)
            if not isinstance(section, dict):
                raise ValueError(f"{path} leads nowhere")
        section[last] = value
    return Rules.model_validate(data)


def opened_segments(study: Study, event: Opening) -> tuple[str, ...]:
    """Return the segments that an opening opens."""
    closed = tuple(name for name, segment in study.segments.items() if not segment.contestable)
    return closed if event.segments is None else tuple(name for name in event.segments if name in closed)


def _with_rules(study: Study, rules: Rules) -> Study:
    return study.model_copy(update={"market": study.market.model_copy(update={"rules": rules})})


def _opened(study: Study, event: Opening) -> Study:
    segments = dict(study.segments)
    for name in opened_segments(study, event):
        segments[name] = segments[name].model_copy(update={"contestable": True})
    return study.model_copy(update={"segments": segments})


def _with_lever(study: Study, event: LeverChange, month: int) -> Study:
    """A lever that was taken up by the event alone is at intensity 0 after it, so that it runs down as any other."""
    retailer: Retailer = study.retailers[event.retailer]
    planned = retailer.levers.get(event.lever, LeverUse(intensity=0.0))
    use = planned.model_copy(update={"intensity": event.intensity}) if event.acts_in(month) else planned
    levers = {**retailer.levers, event.lever: use}
    changed = retailer.model_copy(update={"levers": levers})
    return study.model_copy(update={"retailers": {**study.retailers, event.retailer: changed}})
