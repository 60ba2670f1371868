"""The sentence on people: whom a policy pleases and upsets, and what it does to the shares of the market."""

from __future__ import annotations

import math

from marketsim.reporting.clauses import clauses
from marketsim.reporting.estimates import Verdict
from marketsim.reporting.language import message, say
from marketsim.reporting.measures import (
    Measure,
    headline_name,
    printer_for,
    served_tiers,
    tier_people,
    touched_desks,
)
from marketsim.reporting.numbers import listed
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi
from marketsim.results.tables import BASE

_FELT = {
    Verdict.UP: message("{people} are better off ({facts})"),
    Verdict.DOWN: message("{people} are worse off ({facts})"),
    Verdict.NO_CHANGE: message("{people} notice nothing ({facts})"),
    Verdict.CANNOT_TELL: message("{people} cannot be told to be better or worse off ({facts})"),
    Verdict.NO_INTERVAL: message("{people} cannot be judged from one world ({facts})"),
}


def people_sentence(view: StudyView, policy: str) -> str:
    """Return the sentence on whom a policy pleases and upsets, and what it does to the shares."""
    groups = [_group(view, policy, tier) for tier in served_tiers(view)]
    shares = [_change(view, policy, Measure(kpi(name))) for name in ("share_energy", "share_customers")]
    what = clauses([*groups, _together([share for share in shares if share])])
    return say("Under {policy}, {what}.", policy=policy, what=what)


def _together(shares: list[str]) -> str:
    """Return what becomes of the shares of energy and customers."""
    if len(shares) < 2:
        return "".join(shares)
    return say("{share} and {other_share}", share=shares[0], other_share=shares[1])


def _group(view: StudyView, policy: str, tier: str) -> str:
    satisfaction = Measure(kpi("satisfaction"), tier)
    cell, people = satisfaction.cell(view, policy), tier_people(tier)
    if not math.isfinite(cell.level.mean):
        return say("there are no {people}", people=people)
    if cell.verdict == Verdict.MISSING:
        level = _level(view, policy, satisfaction)
        return say("{people}, of whom the base has none, reach satisfaction {level}", people=people, level=level)
    if cell.verdict == Verdict.OTHER_MEMBERS:
        return say(
            "{people} are other customers than in the base ({sizes}), at satisfaction {level}",
            people=people,
            sizes=_sizes(view, policy, tier),
            level=_level(view, policy, satisfaction),
        )
    return say(_FELT[cell.verdict], people=people, facts=listed(_facts(view, policy, satisfaction)))


def _facts(view: StudyView, policy: str, satisfaction: Measure) -> list[str]:
    """Return what a group meets: satisfaction, waits, and with whom it is compared."""
    tier = satisfaction.tier
    wait = Measure(kpi(f"busy_wait_{touched_desks(view)[0]}_minutes"), tier)
    found = [_change(view, policy, satisfaction, says_unclear=False), _change(view, policy, wait)]
    if satisfaction.cell(view, policy).has_own_reference:
        sizes = _sizes(view, policy, tier)
        found.append(say("against the same customers in the base; they are {sizes}", sizes=sizes))
    return [text for text in found if text]


def _level(view: StudyView, policy: str, measure: Measure) -> str:
    return printer_for(view, measure).level_with_unit(measure.cell(view, policy))


def _sizes(view: StudyView, policy: str, tier: str) -> str:
    before, after = (view.cell(name, "customer_pct", tier=tier).level.mean for name in (BASE, policy))
    return say("{after} % of all instead of {before} %", after=f"{after:.1f}", before=f"{before:.1f}")


def _change(view: StudyView, policy: str, measure: Measure, *, says_unclear: bool = True) -> str:
    """Return what a policy changes in a measure; nothing where it cannot be compared."""
    cell, name = measure.cell(view, policy), headline_name(measure)
    if not cell.is_compared:
        return ""
    if cell.verdict == Verdict.NO_CHANGE:
        return say("{figure} unchanged", figure=name)
    effect = printer_for(view, measure).difference_with_unit(cell)
    if cell.verdict == Verdict.CANNOT_TELL and says_unclear:
        return say("{figure} {effect}: cannot tell", figure=name, effect=effect)
    return say("{figure} {effect}", figure=name, effect=effect)
