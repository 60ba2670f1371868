"""What events do, in words: what the best policy is worth while they last, and in the other months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from marketsim.reporting.charts.chart import Subject
from marketsim.reporting.charts.event_marks import Mark
from marketsim.reporting.charts.event_paths import month_scale
from marketsim.reporting.charts.headings import fitting, in_a_row
from marketsim.reporting.estimates import Estimate, Verdict, estimate, verdict
from marketsim.reporting.language import message, say
from marketsim.reporting.measures import PROFIT, Measure
from marketsim.reporting.monthly_figures import course
from marketsim.reporting.numbers import digits_for, interval, joined, signed
from marketsim.results.key_figures import kpi
from marketsim.results.tables import BASE

_GAPS = {
    Verdict.UP: message("it is worth more while they last"),
    Verdict.DOWN: message("it is worth less while they last"),
    Verdict.NO_CHANGE: message("it is worth the same"),
}
_UNKNOWN_GAP = message("whether that differs cannot be told")
_HEADINGS = {
    Verdict.UP: message("{policy} is worth more while the events last"),
    Verdict.DOWN: message("{policy} is worth less while the events last"),
    Verdict.NO_CHANGE: message("{policy} is worth the same while the events last"),
}
_UNKNOWN_HEADING = message("Whether events change what {policy} is worth cannot be told")


@dataclass(frozen=True)
class _Worth:
    """What the best policy adds to a month's profit while events last and otherwise, printed, and their comparison."""

    policy: str
    inside: str
    outside: str
    unit: str
    verdict: str


def finding(subject: Subject, marks: Sequence[Mark]) -> str:
    """Name the events, and compare what the best policy earns while they last with what it earns otherwise."""
    text = say("Events: {events}.", events=joined(mark.words for mark in marks))
    worth = _worth(subject, marks)
    if worth is None:
        return text
    more = say(
        "The difference of profit under {policy} to base is {inside} {unit} while they last and {outside} in the other "
        "months of the policy: {verdict}.",
        policy=worth.policy,
        inside=worth.inside,
        outside=worth.outside,
        unit=worth.unit,
        verdict=say(_GAPS.get(worth.verdict, _UNKNOWN_GAP)),
    )
    return in_a_row([text, more])


def heading(subject: Subject, marks: Sequence[Mark]) -> str:
    """Return the finding in a few words; the events where no policy can be compared."""
    worth = _worth(subject, marks)
    if worth is None:
        events = joined(mark.title for mark in marks)
        return fitting(say("What happens around {events}", events=events), say("What happens around the events"))
    template = _HEADINGS.get(worth.verdict, _UNKNOWN_HEADING)
    return fitting(say(template, policy=worth.policy), say(template, policy=say("the policy")))


def _worth(subject: Subject, marks: Sequence[Mark]) -> _Worth | None:
    view, policy, profit = subject.view, subject.best, Measure(kpi(PROFIT))
    base, best = course(view, profit, BASE), course(view, profit, policy or BASE)
    if policy is None or base is None or best is None:
        return None
    scale = month_scale(profit, {BASE: base, policy: best})
    gain = (best.values - base.values).iloc[view.warmup :] / scale.divisor
    during = np.array([any(mark.lasts(int(month) + 1) for mark in marks) for month in gain.index], dtype=np.bool_)
    if during.all() or not during.any():
        return None
    inside, outside = (estimate(gain[rows].mean()) for rows in (during, ~during))
    gap = verdict(estimate(gain[during].mean() - gain[~during].mean()))
    digits = digits_for([inside.half_width, outside.half_width], 2, most=3)
    return _Worth(policy, amount(inside, digits), amount(outside, digits), scale.unit, gap)


def amount(found: Estimate, digits: int) -> str:
    """Return a difference with its interval."""
    return f"{signed(found.mean, digits)} {interval(found.low, found.high, digits)}".strip()
