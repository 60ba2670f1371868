"""The tables of all policies, of the assumption checks, and of the assumptions."""

from __future__ import annotations

import math
from collections.abc import Sequence

from marketsim.reporting.answer import Answer
from marketsim.reporting.assumptions import Assumed, Varied
from marketsim.reporting.estimates import Cell, Verdict
from marketsim.reporting.language import message, parameter_text, parameter_unit, say, translated
from marketsim.reporting.measures import (
    PROFIT,
    Measure,
    Printer,
    has_other_members,
    has_own_reference,
    printer_for,
    shown_measures,
    with_unit,
)
from marketsim.reporting.mechanisms import mechanisms_of
from marketsim.reporting.numbers import counted, interval, joined, plain, signed
from marketsim.reporting.robustness import CheckedEnd
from marketsim.reporting.table import (
    MEMBERS_NOTE,
    NOBODY,
    NOT_IN_BASE,
    REFERENCE_NOTE,
    Entry,
    Table,
    chance_text,
    difference_text,
    difference_value,
    gain_entry,
    level_value,
    number,
    verdict_entry,
)
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi
from marketsim.results.tables import BASE

_POLICIES_NOTE = message(
    "Paired difference to base (chance that the policy is better; ? = cannot tell), its interval, "
    "and the level ± half of its."
)
_ONE_WORLD_NOTE = message("Paired difference to base in the only replication, without an interval, and the level.")


def policies(view: StudyView) -> Table:
    """Return base and all policies by the headline measures: level, difference and chance."""
    printers = [printer_for(view, measure) for measure in shown_measures(view)]
    heads = [say("policy"), *(with_unit(printer.measure.title, printer.scale.unit) for printer in printers)]
    base = (Entry(translated(BASE)), *(_base_entry(view, printer) for printer in printers))
    rows = [(Entry(policy), *(_policy_entry(view, policy, p) for p in printers)) for policy in view.policies]
    notes = _notes(view, [printer.measure for printer in printers])
    return Table(say("Paired differences to base, and levels"), tuple(heads), (base, *rows), notes)


def _base_entry(view: StudyView, printer: Printer) -> Entry:
    cell = printer.measure.cell(view, BASE)
    return Entry(_level(printer, cell), value=level_value(printer, cell))


def _notes(view: StudyView, measures: Sequence[Measure]) -> tuple[str, ...]:
    if not view.policies:
        return (view.footer,)
    others = any(has_other_members(view, measure) for measure in measures)
    references = any(has_own_reference(view, measure) for measure in measures)
    members = [*([say(MEMBERS_NOTE)] if others else []), *([say(REFERENCE_NOTE)] if references else [])]
    about = _POLICIES_NOTE if view.replications > 1 else _ONE_WORLD_NOTE
    return (say(about), *members, view.footer)


def _level(printer: Printer, cell: Cell) -> str:
    """Return the mean and half of its interval; what there is of both."""
    if not math.isfinite(cell.level.mean):
        return say(NOBODY)
    half_width = cell.level.half_width / printer.scale.divisor
    reach = f" ±{plain(half_width, printer.level_digits)}" if math.isfinite(half_width) else ""
    return f"{printer.level(cell)}{reach}"


def _policy_entry(view: StudyView, policy: str, printer: Printer) -> Entry:
    cell = printer.measure.cell(view, policy)
    if not math.isfinite(cell.level.mean):
        return Entry(say(NOBODY), look="unclear")
    look = verdict_entry(cell, printer.measure.kpi.better).look
    if cell.verdict in (Verdict.MISSING, Verdict.NO_CHANGE, Verdict.OTHER_MEMBERS):
        word = NOT_IN_BASE if cell.verdict == Verdict.MISSING else cell.verdict
        return Entry(translated(word), (_level(printer, cell),), look, difference_value(printer, cell))
    mean, _, ends = difference_text(printer, cell).partition(" ")
    sure = (
        f"({chance_text(cell)}{' ?' if cell.verdict == Verdict.CANNOT_TELL else ''})"
        if math.isfinite(cell.p_better)
        else ""
    )
    below = tuple(line for line in (ends, _level(printer, cell)) if line)
    return Entry(f"{mean} {sure}".strip(), below, look, difference_value(printer, cell))


def checks(view: StudyView, answer: Answer, starred: Sequence[Varied]) -> Table | None:
    """Return the profit effect of the best policy at both ends of every assumption; None without checks."""
    if answer.robustness is None or not answer.robustness.ends or answer.best is None:
        return None
    printer = printer_for(view, Measure(kpi(PROFIT)))
    by_end = {(end.assumption, end.end): end for end in answer.robustness.ends}
    rows = [
        (
            Entry(item.path, (parameter_text(item.parameter.meaning),)),
            Entry(item.value, _unit(item)),
            *(
                entry
                for end, value in (("low", item.low), ("high", item.high))
                for entry in _end_entries(by_end.get((item.path, end)), value, printer)
            ),
        )
        for item in starred
    ]
    worlds = max(end.difference.n for end in answer.robustness.ends)
    caption = say(
        "Profit of {policy} against base, {unit}, at both ends of each assumption",
        policy=answer.best,
        unit=printer.scale.unit,
    )
    low = say("low"), say("difference at low")
    high = say("high"), say("difference at high")
    note = say("Checks: n = {worlds} at each end · 95 % intervals", worlds=counted(worlds, "replication"))
    return Table(
        caption,
        (say("assumption"), say("used"), *low, *high),
        tuple(rows),
        (f"{note} · {view.period} · {view.origin}",),
    )


def _unit(item: Varied) -> tuple[str, ...]:
    return () if item.parameter.unit in ("", "1") else (parameter_unit(item.parameter.unit),)


def _end_entries(end: CheckedEnd | None, value: str, printer: Printer) -> tuple[Entry, Entry]:
    if end is None:
        return Entry(value), Entry(say("did not run"), look="unclear")
    divisor, digits = printer.scale.divisor, printer.difference_digits
    difference = end.difference
    low, high = difference.low / divisor, difference.high / divisor
    text = f"{signed(difference.mean / divisor, digits)} {interval(low, high, digits)}"
    told = end.verdict in (Verdict.UP, Verdict.DOWN)
    word = gain_entry(end.verdict == Verdict.UP) if told else Entry(translated(end.verdict), look="unclear")
    found = Entry(text.strip(), (word.text,), word.look, number(difference.mean / divisor))
    return Entry(value, value=number(end.value)), found


def starred_table(starred: Sequence[Varied]) -> Table:
    """Return the assumptions that were varied."""
    rows = tuple(
        (
            Entry(item.path, (parameter_text(item.parameter.meaning),)),
            Entry(item.value),
            Entry(say("{low} to {high}", low=item.low, high=item.high)),
            Entry(parameter_unit(item.parameter.unit)),
            Entry(parameter_text(item.parameter.source)),
        )
        for item in starred
    )
    heads = (say("parameter"), say("used"), say("tried"), say("unit"), say("source"))
    return Table(say("Starred assumptions: varied in the checks"), heads, rows)


def mechanisms_table(view: StudyView) -> Table:
    """Return which mechanisms act in the study."""
    rows = tuple(
        (
            Entry(mechanism.title),
            Entry(say("on")) if mechanism.is_on else Entry(say("off"), look="unclear"),
            Entry(mechanism.switch or joined(mechanism.sections)),
        )
        for mechanism in mechanisms_of(view)
    )
    heads = (say("mechanism"), say("in this study"), say("switched by"))
    return Table(say("Mechanisms that can be switched off"), heads, rows)


def assumed_tables(others: Sequence[Assumed]) -> list[Table]:
    """Return the assumptions that were not varied: a table for the market itself and for each mechanism."""
    groups: dict[str, list[Assumed]] = {}
    for item in others:
        groups.setdefault(item.mechanism.title if item.mechanism else say("The market itself"), []).append(item)
    return [_assumed_table(title, items) for title, items in groups.items()]


def _assumed_table(title: str, items: Sequence[Assumed]) -> Table:
    rows = tuple(
        (
            Entry(item.pattern, (parameter_text(item.parameter.meaning),)),
            Entry(item.values),
            Entry(say("default") if item.is_default else say("set")),
            Entry(parameter_unit(item.parameter.unit)),
            Entry(parameter_text(item.parameter.source)),
        )
        for item in items
    )
    heads = (say("parameter"), say("used"), say("by"), say("unit"), say("source"))
    notes = (say("set: by the scenario file or the market that it extends; default: by the schema."),)
    return Table(title[0].upper() + title[1:], heads, rows, notes)
