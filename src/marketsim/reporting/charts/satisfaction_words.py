"""What the chart of satisfaction over time says: the levels by tier, the gap, and who is not compared."""

from __future__ import annotations

import math
from collections.abc import Sequence

from marketsim.reporting.charts.chart import Subject
from marketsim.reporting.charts.labels import policy_name
from marketsim.reporting.estimates import Verdict
from marketsim.reporting.language import message, say
from marketsim.reporting.measures import Measure, printer_for, tier_people
from marketsim.reporting.numbers import joined, plain
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi
from marketsim.results.tables import BASE

_GAPS = {
    (Verdict.UP, False): message(
        "Under {policy} satisfaction is {levels}; the gap is wider than in the base: {change}."
    ),
    (Verdict.DOWN, False): message(
        "Under {policy} satisfaction is {levels}; the gap is narrower than in the base: {change}."
    ),
    (Verdict.UP, True): message(
        "Under {policy} satisfaction is {levels}; the gap is wider than between the same customers in the base: {change}."
    ),
    (Verdict.DOWN, True): message(
        "Under {policy} satisfaction is {levels}; the gap is narrower than between the same customers in the base: "
        "{change}."
    ),
}
"""By verdict on the gap, and whether it is compared with the base under the tier rules of the policy."""
_MESSAGES = {
    Verdict.UP: message("{policy} widens the satisfaction gap of {first} and {second} by {points} points"),
    Verdict.DOWN: message("{policy} narrows the satisfaction gap of {first} and {second} by {points} points"),
    Verdict.NO_CHANGE: message("{policy} leaves the satisfaction gap of {first} and {second} as it is"),
    Verdict.CANNOT_TELL: message("Whether {policy} moves the satisfaction gap of {first} and {second} cannot be told"),
}
_ONE_TIER = {
    Verdict.UP: message("{policy} raises the satisfaction of all customers by {points} points of 100"),
    Verdict.DOWN: message("{policy} lowers the satisfaction of all customers by {points} points of 100"),
    Verdict.NO_CHANGE: message("{policy} leaves the satisfaction of all customers as it is"),
    Verdict.CANNOT_TELL: message("Whether {policy} moves the satisfaction of all customers cannot be told"),
}


def with_other_members(view: StudyView, policies: Sequence[str], tiers: Sequence[str]) -> list[str]:
    """Return the policies under which the tiers hold other customers than in the base."""

    def holds(policy: str) -> bool:
        cells = [view.cell(policy, "satisfaction", tier=tier) for tier in tiers]
        return any(cell.verdict == Verdict.OTHER_MEMBERS or cell.has_own_reference for cell in cells)

    return [policy for policy in policies if holds(policy)]


def satisfaction_finding(subject: Subject, tiers: Sequence[str]) -> str:
    """Return satisfaction by tier under the best policy (or in the base), and what becomes of the gap."""
    view, policy = subject.view, subject.best or BASE
    levels = joined(text for tier in tiers if (text := _level(view, policy, tier)))
    gap = view.cell(policy, "satisfaction_gap")
    template = _GAPS.get((gap.verdict, gap.has_own_reference))
    if template and policy != BASE:
        change = printer_for(view, Measure(kpi("satisfaction_gap"))).difference_with_unit(gap)
        return say(template, policy=policy, levels=levels, change=change)
    if policy == BASE:
        return say("In the base satisfaction is {levels}.", levels=levels)
    return say("Under {policy} satisfaction is {levels}.", policy=policy, levels=levels)


def _level(view: StudyView, policy: str, tier: str) -> str:
    printer = printer_for(view, Measure(kpi("satisfaction"), tier))
    cell = printer.measure.cell(view, policy)
    if not math.isfinite(cell.level.mean):
        return ""
    places = {"level": printer.level_interval(cell), "people": tier_people(tier)}
    if cell.verdict == Verdict.OTHER_MEMBERS or cell.has_own_reference:
        return say("{level} of 100 for {people}, other customers than in the base", **places)
    return say("{level} of 100 for {people}", **places)


def satisfaction_message(subject: Subject, tiers: Sequence[str]) -> str:
    """Return what becomes of the gap between the tiers, or of satisfaction where there is one tier, in few words."""
    view, policy = subject.view, subject.best or BASE
    measure = Measure(kpi("satisfaction_gap")) if len(tiers) > 1 else Measure(kpi("satisfaction"), tiers[0])
    printer, cell = printer_for(view, measure), measure.cell(view, policy)
    template = (_MESSAGES if len(tiers) > 1 else _ONE_TIER).get(cell.verdict)
    if template is None or policy == BASE:
        return _levels_message(view, policy, tiers)
    people = {"first": tier_people(tiers[0]), "second": tier_people(tiers[-1])} if len(tiers) > 1 else {}
    points = plain(abs(cell.difference.mean) / printer.scale.divisor, printer.difference_digits)
    return say(template, policy=policy, points=points, **people)


def _levels_message(view: StudyView, policy: str, tiers: Sequence[str]) -> str:
    printers = [printer_for(view, Measure(kpi("satisfaction"), tier)) for tier in tiers]
    cells = [(printer, printer.measure.cell(view, policy)) for printer in printers]
    found = [
        say("{people} {level}", people=tier_people(printer.measure.tier), level=printer.level(cell))
        for printer, cell in cells
        if math.isfinite(cell.level.mean)
    ]
    return say("{policy}, satisfaction of 100: {levels}", policy=policy_name(policy), levels=joined(found))
