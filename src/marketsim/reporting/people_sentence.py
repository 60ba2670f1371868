"""The sentence on people: whom a policy pleases and upsets, and what it does to the shares of the market."""

from __future__ import annotations

import math

from marketsim.reporting.estimates import Cell, Verdict
from marketsim.reporting.measures import (
    Measure,
    printer_for,
    served_tiers,
    tier_people,
    touched_desks,
)
from marketsim.reporting.numbers import joined
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi
from marketsim.results.tables import BASE

_UNCLEAR = ": cannot tell"


def people_sentence(view: StudyView, policy: str) -> str:
    """Return the sentence on whom a policy pleases and upsets, and what it does to the shares."""
    groups = [text for tier in served_tiers(view) if (text := _group(view, policy, tier))]
    shares = [
        text for name in ("share_energy", "share_customers") if (text := _change(view, policy, Measure(kpi(name))))
    ]
    return f"Under {policy}, {'; '.join([*groups, joined(shares)])}."


def _group(view: StudyView, policy: str, tier: str) -> str:
    satisfaction = Measure(kpi("satisfaction"), tier)
    wait = Measure(kpi(f"busy_wait_{touched_desks(view)[0]}_minutes"), tier)
    cell, people = satisfaction.cell(view, policy), tier_people(tier)
    if not math.isfinite(cell.level.mean):
        return f"there are no {people}"
    if cell.verdict == Verdict.MISSING:
        printer = printer_for(view, satisfaction)
        level = f"{printer.level_interval(cell)} {printer.scale.unit}"
        return f"{people}, of whom the base has none, reach satisfaction {level}"
    if cell.verdict == Verdict.OTHER_MEMBERS:
        return _other_members(view, policy, satisfaction)
    facts = [text for measure in (satisfaction, wait) if (text := _change(view, policy, measure))]
    facts[0] = facts[0].removesuffix(_UNCLEAR)
    if cell.has_own_reference:
        facts.append(f"against the same customers in the base; they are {_sizes(view, policy, tier)}")
    return f"{people} {_felt(cell)} ({', '.join(facts)})"


def _other_members(view: StudyView, policy: str, satisfaction: Measure) -> str:
    """Say that the members of a tier are not those of the base; the difference would compare different people."""
    tier, printer = satisfaction.tier, printer_for(view, satisfaction)
    level = f"{printer.level_interval(satisfaction.cell(view, policy))} {printer.scale.unit}"
    return (
        f"{tier_people(tier)} are other customers than in the base ({_sizes(view, policy, tier)}), at satisfaction "
        f"{level}"
    )


def _sizes(view: StudyView, policy: str, tier: str) -> str:
    before, after = (view.cell(name, "customer_pct", tier=tier).level.mean for name in (BASE, policy))
    return f"{after:.1f} % of all instead of {before:.1f} %"


def _felt(cell: Cell) -> str:
    return {
        Verdict.UP: "are better off",
        Verdict.DOWN: "are worse off",
        Verdict.NO_CHANGE: "notice nothing",
        Verdict.CANNOT_TELL: "cannot be told to be better or worse off",
        Verdict.NO_INTERVAL: "cannot be judged from one world",
    }[cell.verdict]


def _change(view: StudyView, policy: str, measure: Measure) -> str:
    cell = measure.cell(view, policy)
    name = "busy-hour wait" if measure.kpi.name.startswith("busy_wait") else measure.kpi.title.lower()
    if not cell.is_compared:
        return ""
    if cell.verdict == Verdict.NO_CHANGE:
        return f"{name} unchanged"
    unclear = _UNCLEAR if cell.verdict == Verdict.CANNOT_TELL else ""
    return f"{name} {printer_for(view, measure).difference_with_unit(cell)}{unclear}"
