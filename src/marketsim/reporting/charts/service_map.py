"""Cost of service against the share in time: where policies stand, which make up the front, and what can be said of it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from marketsim.reporting.charts.chart import Subject
from marketsim.reporting.charts.labels import policy_name
from marketsim.reporting.estimates import Cell, Verdict, estimate
from marketsim.reporting.language import message, say
from marketsim.reporting.measures import Measure, Printer, printer_for, touched_desks
from marketsim.reporting.numbers import counted, joined
from marketsim.results.key_figures import kpi
from marketsim.results.tables import BASE

_COST = "service_cny_per_year"
DESK_TITLES = {
    "contact": message("Requests at the contact desk within the service standard"),
    "field": message("Field work within the service standard"),
    "case": message("Cases within the service standard"),
}
"""What the map of each desk is called, marked for translation."""
_TOLD = (Verdict.UP, Verdict.DOWN)
_MOST_DESKS = 2


@dataclass(frozen=True)
class Place:
    """A policy on the map: cost and share in time, with ends of the paired differences drawn around them."""

    policy: str
    x: float
    y: float
    x_ends: tuple[float, float]
    y_ends: tuple[float, float]


@dataclass(frozen=True)
class DeskMap:
    """A desk: its places, the policies on the front from the cheapest on, and those that can be told to be beaten."""

    desk: str
    cost: Printer
    share: Printer
    places: tuple[Place, ...]
    front: tuple[str, ...]
    beaten: tuple[str, ...]


def maps_of(subject: Subject) -> list[DeskMap]:
    """Return the maps of desks where policies can be told to change the share; of one desk where only costs can be."""
    found = [one for one in (_map(subject, desk) for desk in touched_desks(subject.view)) if one is not None]
    told = [one for one in found if _is_told(subject, one.share.measure)]
    return told[:_MOST_DESKS] or (found[:1] if _is_told(subject, Measure(kpi(_COST))) else [])


def _is_told(subject: Subject, measure: Measure) -> bool:
    return any(measure.cell(subject.view, policy).verdict in _TOLD for policy in subject.view.policies)


def _map(subject: Subject, desk: str) -> DeskMap | None:
    """Return the map of a desk; None where there is nothing to compare."""
    view, measures = subject.view, (Measure(kpi(_COST)), Measure(kpi(f"sla_{desk}")))
    cost, share = (printer_for(view, measure) for measure in measures)
    cells = {p: tuple(measure.cell(view, p) for measure in measures) for p in (BASE, *view.policies)}
    places = tuple(
        Place(policy, *_values(pair, (cost, share)), _ends(pair[0], cost), within_a_share(_ends(pair[1], share)))
        for policy, pair in cells.items()
        if all(math.isfinite(cell.level.mean) for cell in pair)
    )
    beaten = tuple(place.policy for place in places if _is_beaten(subject, place, places, measures))
    return DeskMap(desk, cost, share, places, _front(places), beaten) if len(places) > 1 else None


def _values(pair: tuple[Cell, ...], printers: tuple[Printer, Printer]) -> tuple[float, float]:
    x, y = (cell.level.mean / printer.scale.divisor for cell, printer in zip(pair, printers, strict=True))
    return x, y


def _ends(cell: Cell, printer: Printer) -> tuple[float, float]:
    level = cell.paired_level
    return level.low / printer.scale.divisor, level.high / printer.scale.divisor


def within_a_share(ends: tuple[float, float]) -> tuple[float, float]:
    """Return the ends of a share in per cent, which is never less than none and never more than all."""
    low, high = ends
    return max(low, 0.0), min(high, 100.0)


def _front(places: tuple[Place, ...]) -> tuple[str, ...]:
    """Return the policies for which no other costs as little and serves as many in time, the cheapest first."""
    found: list[str] = []
    highest = -math.inf
    for place in sorted(places, key=lambda place: (place.x, -place.y)):
        if place.y > highest:
            found.append(place.policy)
            highest = place.y
    return tuple(found)


def _is_beaten(subject: Subject, place: Place, places: tuple[Place, ...], measures: tuple[Measure, Measure]) -> bool:
    """Tell whether another policy is no worse on both by the means, and better on one beyond the paired interval."""
    cost, share = (measure.worlds(subject.view) for measure in measures)
    better = [other.policy for other in places if other.x <= place.x and other.y >= place.y and other is not place]
    return any(
        estimate(cost[place.policy] - cost[policy]).low > 0 or estimate(share[policy] - share[place.policy]).low > 0
        for policy in better
    )


def frontier_finding(subject: Subject, found: DeskMap) -> str:
    """Return which policies make up the front, and which can be told to have more in time than the base."""
    names = joined(policy_name(policy) for policy in found.front)
    text = say(
        "{subject}: by their means, nothing costs as little and has as much in time as {names}.",
        subject=say(DESK_TITLES[found.desk]),
        names=names,
    )
    better, dearer = _better(subject, found)
    if better:
        text += say(
            " More is in time than in the base, at a cost that is no higher, under {names}.", names=joined(better)
        )
    if dearer:
        text += say(" More is in time than in the base, at a higher cost, under {names}.", names=joined(dearer))
    return text


def _better(subject: Subject, found: DeskMap) -> tuple[list[str], list[str]]:
    """Return the policies that can be told to have more in time: those that cost no more, and those that cost more."""
    view = subject.view
    more = [policy for policy in view.policies if found.share.measure.cell(view, policy).verdict == Verdict.UP]
    costs = {policy: found.cost.measure.cell(view, policy).verdict for policy in more}
    cheap = [policy for policy in more if costs[policy] in (Verdict.DOWN, Verdict.NO_CHANGE)]
    return cheap, [policy for policy in more if costs[policy] == Verdict.UP]


def frontier_message(subject: Subject, found: DeskMap) -> str:
    """Return in a few words what more service in time costs."""
    better, dearer = _better(subject, found)
    if len(better) == 1:
        return say("{policy} serves more in time and costs no more", policy=better[0])
    if better:
        return say("{count} serve more in time and cost no more", count=counted(len(better), "policy"))
    if len(dearer) == 1:
        return say("Service in time has its price: {policy} serves more in time and costs more", policy=dearer[0])
    if dearer:
        return say(
            "Service in time has its price: {count} serve more in time and cost more",
            count=counted(len(dearer), "policy"),
        )
    return say("No policy can be told to serve more in time at a cost that is known")
