"""What the chart of how long customers stay says in words: shares at the end of its lines, and their paired difference."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from marketsim.reporting.charts.chart import Subject
from marketsim.reporting.customer_records import kept_shares
from marketsim.reporting.estimates import Estimate, Verdict, estimate, verdict
from marketsim.reporting.language import say
from marketsim.reporting.measures import tier_people
from marketsim.reporting.numbers import MISSING, counted, digits_for, digits_with_sign, interval, plain, signed
from marketsim.results.tables import ALL, BASE


@dataclass(frozen=True)
class End:
    """Where the lines of base and best policy end: months since the start, both levels, and the paired difference."""

    months: int
    base: Estimate
    policy: Estimate
    difference: Estimate


def end_of(subject: Subject, tier: str = ALL) -> End:
    """Return where lines end: at the last month that is known in every world."""
    base = kept_shares(subject.view, BASE, tier)
    policy = kept_shares(subject.view, subject.best, tier) if subject.best else base
    known = np.isfinite(base.to_numpy()).all(axis=1) & np.isfinite(policy.to_numpy()).all(axis=1)
    last = int(np.flatnonzero(known)[-1])
    here, there = base.loc[last], policy.loc[last]
    return End(last, estimate(here), estimate(there), estimate(there - here))


def survival_finding(subject: Subject, end: End, tiers: Sequence[str]) -> str:
    """Return who is still there at the end, in the base and under the best policy, and of which tiers at the start."""
    months, digits = counted(end.months, "month"), digits_for([end.base.half_width, end.policy.half_width], 1, most=1)
    people = {"months": months, "retailer": subject.view.focus, "base": _level(end.base, digits)}
    if not subject.best:
        return say(
            "Of the customers whom {retailer} has at the start, {base} % are still there after {months}.", **people
        )
    found = say(
        "Of the customers whom {retailer} has when policies begin, {base} % are still there after {months} in the base and "
        "{share} % under {policy}",
        **people,
        share=_level(end.policy, digits),
        policy=subject.best,
    )
    return say("{first}: {then}.", first=found, then=_difference(end.difference)) + "".join(
        say(" Of {people} among them: {difference}.", people=tier_people(tier), difference=_difference(ends.difference))
        for tier, ends in ((tier, end_of(subject, tier)) for tier in tiers)
    )


def _level(value: Estimate, digits: int) -> str:
    """Return a share in per cent with its interval, which ends at none and at all of the customers."""
    low, high = (min(max(end, 0.0), 100.0) if math.isfinite(end) else end for end in (value.low, value.high))
    return f"{plain(value.mean, digits)} {interval(low, high, digits)}".strip()


def _difference(value: Estimate) -> str:
    """Return the paired difference in words."""
    found = verdict(value)
    if found == Verdict.NO_CHANGE:
        return say("no difference")
    digits = _digits(value)
    text = f"{signed(value.mean, digits)} {interval(value.low, value.high, digits)}".strip() or MISSING
    if found in (Verdict.UP, Verdict.DOWN):
        return say("a paired difference of {difference} pp", difference=text)
    return say("a paired difference of {difference} pp, which cannot be told from none", difference=text)


def _digits(value: Estimate) -> int:
    return digits_with_sign(value.low, value.high, digits_for([value.half_width], 1, most=2))


def survival_message(subject: Subject, end: End) -> str:
    """Return the paired difference in a few words; the share in the base where there is nothing to compare."""
    months, found = counted(end.months, "month"), verdict(end.difference)
    if subject.best and found in (Verdict.UP, Verdict.DOWN):
        points = plain(abs(end.difference.mean), _digits(end.difference))
        if found == Verdict.UP:
            return say(
                "{policy} keeps {points} pp more of the customers for {months}",
                policy=subject.best,
                points=points,
                months=months,
            )
        return say(
            "{policy} keeps {points} pp fewer of the customers for {months}",
            policy=subject.best,
            points=points,
            months=months,
        )
    if subject.best and found == Verdict.CANNOT_TELL:
        return say("Whether {policy} keeps customers longer than the base cannot be told", policy=subject.best)
    share = plain(end.base.mean, 0)
    return say("{share} % of the customers stay {months} in the base", share=share, months=months)
