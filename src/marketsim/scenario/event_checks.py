"""Checks of events: names that must exist, months that must make sense, and mechanisms that must be on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from marketsim.scenario.events import (
    AlternativePriceShock,
    Breach,
    Closure,
    Entrant,
    Event,
    Exit,
    LeverChange,
    Opening,
    Regulation,
)
from marketsim.scenario.expectations import expected
from marketsim.scenario.in_force import changed_rules
from marketsim.scenario.outline import Segments, child, field_names, shape_at
from marketsim.scenario.paths import join, unknown_field
from marketsim.scenario.regulation import Rules
from marketsim.scenario.study import Study
from marketsim.scenario.tier_checks import Finding, unknown_names

_MECHANISMS = {
    "outage_storm": "reliability",
    "closure": "demand",
    "demand_shock": "demand",
    "alternative_price_shock": "demand",
    "credit_shock": "credit",
}
"""The part of the study that must be switched on for an event to act at all."""


def events(study: Study) -> Iterator[Finding]:
    """Yield what is wrong with the events of a study."""
    for position, event in enumerate(study.events):
        path: Segments = ("events", position)
        if event.month >= study.run.months:
            yield (*path, "month"), f"the run ends before: its last month is {study.run.months - 1}"
        yield from _mechanism(path, event, study)
        yield from _names(path, event, study)
        yield from _sense(path, event, study)
    yield from _twice(study)


def _mechanism(path: Segments, event: Event, study: Study) -> Iterator[Finding]:
    needed = _MECHANISMS.get(event.type)
    if needed is not None and not getattr(study, needed).enabled:
        yield (*path, "type"), f"nothing would happen: {event.type} acts only where {needed}.enabled is true"


def _names(path: Segments, event: Event, study: Study) -> Iterator[Finding]:
    segments, regions = getattr(event, "segments", None), getattr(event, "regions", None)
    yield from unknown_names((*path, "segments"), segments or (), study.segments, "segment")
    yield from unknown_names((*path, "regions"), regions or (), study.market.regions, "region")
    if isinstance(event, AlternativePriceShock) and event.fuel != "all":
        yield from unknown_names((*path, "fuel"), [event.fuel], study.demand.fuels, "fuel")
    if isinstance(event, Closure):
        yield from unknown_names((*path, "segment"), [event.segment], study.segments, "segment")
    if isinstance(event, Entrant | Exit | Breach | LeverChange):
        yield from unknown_names((*path, "retailer"), [event.retailer], study.retailers, "retailer")
    if isinstance(event, LeverChange):
        yield from unknown_names((*path, "lever"), [event.lever], study.levers, "lever")


def _sense(path: Segments, event: Event, study: Study) -> Iterator[Finding]:
    if isinstance(event, Entrant):
        yield from _entrant(path, event, study)
    elif isinstance(event, Opening):
        yield from _opening(path, event, study)
    elif isinstance(event, Regulation):
        yield from _changes((*path, "changes"), event.changes)
    elif isinstance(event, LeverChange):
        yield from _lever_change(path, event, study)


def _entrant(path: Segments, event: Entrant, study: Study) -> Iterator[Finding]:
    retailer = study.retailers.get(event.retailer)
    if retailer is not None and any((retailer.initial_share, *retailer.initial_share_by_segment.values())):
        name = event.retailer
        yield (
            (*path, "retailer"),
            f"{name} has customers from the start, so it cannot enter later; set retailers.{name}.initial_share to 0 "
            "and leave initial_share_by_segment out",
        )


def _opening(path: Segments, event: Opening, study: Study) -> Iterator[Finding]:
    closed = [name for name, segment in study.segments.items() if not segment.contestable]
    if event.segments is None and not closed:
        yield path, "nothing is left to open: every segment is contestable from the start"
    for name in event.segments or ():
        if name in study.segments and name not in closed:
            yield (*path, "segments"), f"{name} is contestable from the start; set segments.{name}.contestable to false"
    for name in event.segments or closed:
        offered = any(
            o.segments is None or name in o.segments for r in study.retailers.values() for o in r.offers.values()
        )
        if name in closed and not offered:
            yield path, f"no retailer makes an offer to segment {name}, so its opening would change nothing"


def _lever_change(path: Segments, event: LeverChange, study: Study) -> Iterator[Finding]:
    retailer, lever = study.retailers.get(event.retailer), study.levers.get(event.lever)
    if retailer is not None and lever is not None and retailer.kind not in lever.retailer_kinds:
        kinds = " or ".join(lever.retailer_kinds)
        yield (*path, "lever"), f"only a retailer of kind {kinds} can use it; {event.retailer} is {retailer.kind}"


def _changes(path: Segments, changes: Mapping[str, Any]) -> Iterator[Finding]:
    for dotted, value in changes.items():
        message = _change_fault(dotted, value)
        if message is not None:
            yield (*path, dotted), message


def _change_fault(dotted: str, value: Any) -> str | None:
    """Return what is wrong with one change of the rules, or None."""
    at: Segments = ("market", "rules")
    for part in dotted.split("."):
        shape = shape_at(at)
        if shape is None or shape.kind != "section":
            return f"{join(at)} is a single value; nothing can stand below it"
        if child(shape, part) is None:
            return unknown_field(part, field_names(shape))
        at = (*at, part)
    try:
        changed_rules(Rules(), {dotted: value})
    except ValidationError:
        shape = shape_at(at)
        return expected(shape, value) if shape is not None else "is not allowed here"
    return None


def _twice(study: Study) -> Iterator[Finding]:
    """Yield retailers that come or go more than once, or go before they come, and segments that open twice."""
    entries: dict[str, int] = {}
    exits: dict[str, int] = {}
    opened: set[str] = set()
    for position, event in enumerate(study.events):
        path: Segments = ("events", position)
        if isinstance(event, Entrant | Exit):
            months = entries if isinstance(event, Entrant) else exits
            if event.retailer in months:
                yield (*path, "retailer"), f"there is an earlier {event.type} of {event.retailer}; one is enough"
            months.setdefault(event.retailer, event.month)
        elif isinstance(event, Opening) and event.segments is not None:
            for name in opened.intersection(event.segments):
                yield (*path, "segments"), f"an earlier event opens {name} already"
            opened.update(event.segments)
    for position, event in enumerate(study.events):
        if isinstance(event, Exit) and event.month < entries.get(event.retailer, 0):
            message = f"{event.retailer} enters in month {entries[event.retailer]} and cannot leave before"
            yield ("events", position, "month"), message
