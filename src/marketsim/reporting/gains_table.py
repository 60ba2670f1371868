"""The table of who gains and who loses under the best policy: the retailer, its customers, its rivals."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from marketsim.reporting.charts.segments import groups_of
from marketsim.reporting.clauses import paragraph
from marketsim.reporting.estimates import Cell, Estimate, Verdict
from marketsim.reporting.language import kpi_title, say
from marketsim.reporting.measures import PROFIT, Measure, Printer, printer_for, touched_desks, with_unit
from marketsim.reporting.numbers import MISSING
from marketsim.reporting.table import (
    MEMBERS_NOTE,
    REFERENCE_NOTE,
    Entry,
    Table,
    chance_entry,
    difference_text,
    difference_value,
    level_value,
    verdict_entry,
)
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi
from marketsim.results.tables import ALL, BASE

_MOST_RIVALS = 4
_VERDICT = 3
"""The column of verdicts."""


def gains(view: StudyView, policy: str) -> Table:
    """Return what the best policy changes for the retailer, its customers and its rivals."""
    rows = [_gain_row(view, policy, who, measure) for who, measure in gain_measures(view)]
    rows += [_rival_row(view, policy, rival) for rival in _largest_rivals(view, policy)]
    known = tuple(row for row in rows if row)
    caption = say("Under {policy}, against base", policy=policy)
    notes = (*_notes(view, policy), view.footer)
    return Table(caption, (*_heads(view), policy), known, notes, _message(policy, known))


def _message(policy: str, rows: Sequence[tuple[Entry, ...]]) -> str:
    """Say how many gain and lose, each judged by its first figure: profit of retailers, satisfaction of customers."""
    first = {row[0].text: row[_VERDICT].look for row in reversed(rows)}
    up, down = (sum(look == wanted for look in first.values()) for wanted in ("good", "bad"))
    if not up + down:
        return ""
    return say("{policy}: of {all} listed, {up} gain and {down} lose", policy=policy, all=len(first), up=up, down=down)


def _heads(view: StudyView) -> tuple[str, ...]:
    difference = say("difference [95 % interval]") if view.replications > 1 else say("difference")
    return say("who"), say("what"), difference, say("verdict"), say("chance better"), say("base")


def _notes(view: StudyView, policy: str) -> list[str]:
    cells = [measure.cell(view, policy) for _, measure in gain_measures(view)]
    others = any(cell.verdict == Verdict.OTHER_MEMBERS for cell in cells)
    references = any(cell.has_own_reference for cell in cells)
    said = paragraph([say(REFERENCE_NOTE), say("The column of the base shows them there.")])
    return [*([say(MEMBERS_NOTE)] if others else []), *([said] if references else [])]


def _partner(view: StudyView, policy: str, measure: Measure) -> Cell:
    """Return the level with which a policy is compared: that of the base, or of the base with the policy's tier rules."""
    base, cell = measure.cell(view, BASE), measure.cell(view, policy)
    if not cell.has_own_reference:
        return base
    return replace(base, level=Estimate(cell.level.n, cell.partner_mean, math.nan, math.nan))


def gain_measures(view: StudyView) -> Iterator[tuple[str, Measure]]:
    """Yield what the table has of the retailer and its customers: whose figure it is, and the figure."""
    for name in (PROFIT, "share_energy", "share_customers"):
        yield view.focus, Measure(kpi(name))
    wait = f"busy_wait_{touched_desks(view)[0]}_minutes"
    for title, tier, segment in groups_of(view)[1:]:
        whole_segment = segment != ALL
        names = ("satisfaction", "churn_pct_per_year") if whole_segment else ("satisfaction", wait, "price_cny_per_mwh")
        for name in names:
            yield title, Measure(kpi(name), tier, segment)


def _gain_row(view: StudyView, policy: str, who: str, measure: Measure) -> tuple[Entry, ...]:
    printer, base, cell = printer_for(view, measure), _partner(view, policy, measure), measure.cell(view, policy)
    if not math.isfinite(cell.level.mean):
        return ()
    better = -1 if measure.kpi.name == "price_cny_per_mwh" else measure.kpi.better
    return (
        Entry(who),
        Entry(with_unit(kpi_title(measure.kpi), printer.scale.unit)),
        _difference(printer, cell, better),
        verdict_entry(cell, better),
        chance_entry(cell) if measure.kpi.better else Entry(MISSING),
        _level(printer, base),
        _level(printer, cell),
    )


def _largest_rivals(view: StudyView, policy: str) -> list[str]:
    rivals = [name for name in view.retailers if name != view.focus]

    def size(name: str) -> float:
        difference = view.cell(policy, PROFIT, retailer=name).difference.mean
        return abs(difference) if math.isfinite(difference) else -1.0

    return sorted(sorted(rivals, key=lambda name: (-size(name), name))[:_MOST_RIVALS])


def _rival_row(view: StudyView, policy: str, rival: str) -> tuple[Entry, ...]:
    base, cell = (view.cell(name, PROFIT, retailer=rival) for name in (BASE, policy))
    if not math.isfinite(cell.difference.mean):
        return ()
    printer = printer_for(view, Measure(kpi(PROFIT)))
    return (
        Entry(say("{retailer} (rival)", retailer=rival)),
        Entry(with_unit(kpi_title(kpi(PROFIT)), printer.scale.unit)),
        _difference(printer, cell, 1),
        verdict_entry(cell, 1),
        chance_entry(cell),
        _level(printer, base),
        _level(printer, cell),
    )


def _difference(printer: Printer, cell: Cell, better: int) -> Entry:
    unit = _unit_if_other(printer) if cell.is_compared else ""
    look, value = verdict_entry(cell, better).look, difference_value(printer, cell)
    return Entry(f"{difference_text(printer, cell)}{unit}", look=look, value=value)


def _level(printer: Printer, cell: Cell) -> Entry:
    return Entry(printer.level(cell), value=level_value(printer, cell))


def _unit_if_other(printer: Printer) -> str:
    return "" if printer.scale.difference_unit == printer.scale.unit else f" {printer.scale.difference_unit}"
