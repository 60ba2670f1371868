"""What the chart of waits says: how long each tier waits in the busiest hours, and against whom that is compared."""

from __future__ import annotations

import math

from marketsim.reporting.charts.chart import Subject
from marketsim.reporting.charts.labels import policy_name
from marketsim.reporting.diagnosis import desk_title
from marketsim.reporting.estimates import Verdict
from marketsim.reporting.language import message, say
from marketsim.reporting.measures import Measure, printer_for, tier_people
from marketsim.reporting.numbers import MISSING
from marketsim.results.key_figures import kpi
from marketsim.results.tables import ALL, BASE


def waits_finding(subject: Subject, desk: str, tiers: tuple[str, ...]) -> str:
    """Return how long each tier waits in the busiest hours under the best policy, against the base."""
    policy = subject.best or BASE
    found = [_wait_of(subject, policy, Measure(kpi(f"busy_wait_{desk}_minutes"), tier)) for tier in tiers]
    texts = [text for text in found if text]
    waits_of_tiers = say("{first}, and {second}", first=texts[0], second=texts[1]) if len(texts) > 1 else "".join(texts)
    if policy == BASE:
        return say("In the base, in the busiest hours {waits}.", waits=waits_of_tiers)
    return say("Under {policy}, in the busiest hours {waits}.", policy=policy, waits=waits_of_tiers)


def _wait_of(subject: Subject, policy: str, measure: Measure) -> str:
    """Say how long a tier waits, and how that differs from the base; nothing of a tier without customers."""
    printer = printer_for(subject.view, measure)
    cell = measure.cell(subject.view, policy)
    if not math.isfinite(cell.level.mean):
        return ""
    words = {
        Verdict.MISSING: message("{people} wait {level} min"),
        Verdict.NO_CHANGE: message("{people} wait {level} min, as in the base"),
        Verdict.OTHER_MEMBERS: message("{people} wait {level} min, other customers than in the base"),
        Verdict.CANNOT_TELL: message("{people} wait {level} min ({change} min against {whom}: cannot tell)"),
    }
    template = words.get(cell.verdict, message("{people} wait {level} min ({change} min against {whom})"))
    change = printer.difference(cell) if cell.is_compared else ""
    people = tier_people(measure.tier)
    return say(template, people=people, level=printer.level(cell), change=change, whom=cell.against)


def waits_message(subject: Subject, desk: str, tiers: tuple[str, ...]) -> str:
    """Return how long each tier waits under the best policy, in few words; not if it may be chance for all of them."""
    policy, waiting, verdicts = subject.best or BASE, [], set()
    for tier in tiers:
        printer = printer_for(subject.view, Measure(kpi(f"busy_wait_{desk}_minutes"), tier))
        cell = printer.measure.cell(subject.view, policy)
        if math.isfinite(cell.level.mean):
            waiting.append((tier_people(tier), printer.level(cell)))
            verdicts.add(cell.verdict)
    name = policy_name(policy)
    if verdicts == {Verdict.CANNOT_TELL}:
        return say(
            "{desk}: whether {policy} changes busy-hour waits cannot be told", desk=desk_title(desk), policy=name
        )
    if len(waiting) < 2:
        people, wait = waiting[0] if waiting else (tier_people(ALL), MISSING)
        return say(
            "{policy}, {desk}: busy-hour wait of {people} {wait} min",
            policy=name,
            desk=desk_title(desk),
            people=people,
            wait=wait,
        )
    (first, short), (second, long) = waiting
    return say(
        "{policy}, {desk}: busy-hour waits of {first} {short}, of {second} {long} min",
        policy=name,
        desk=desk_title(desk),
        first=first,
        second=second,
        short=short,
        long=long,
    )
