"""The tables of the HTML report: who gains and loses, all policies, the checks, and the assumptions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from marketsim.reporting.answer import Answer
from marketsim.reporting.assumptions import Assumed, Varied
from marketsim.reporting.charts.segments import groups_of
from marketsim.reporting.measures import PROFIT, Measure, Printer, headline_measures, printer_for, touched_desks
from marketsim.reporting.numbers import MISSING, chance, interval, plain, signed
from marketsim.reporting.robustness import CheckedEnd
from marketsim.reporting.view import Cell, StudyView, Verdict
from marketsim.results.tables import ALL, BASE, kpi

_MOST_RIVALS = 4
_POLICIES_NOTE = (
    "Paired difference to base (chance that the policy is better; ? = cannot tell), its interval, and the level ± half of its."
)


@dataclass(frozen=True)
class Entry:
    """One cell of a table: its text, smaller lines below it, and a class for its colour."""

    text: str
    below: tuple[str, ...] = ()
    look: str = ""


@dataclass(frozen=True)
class HtmlTable:
    """A table: heads, rows of entries of which the first names the row, what it shows, and what stands under it."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Entry, ...], ...]
    notes: tuple[str, ...] = ()


def verdict_entry(cell: Cell, better: int, nouns: tuple[str, str] = ("gains", "loses")) -> Entry:
    """Return what the interval allows to say, as a word with its colour."""
    if cell.verdict not in (Verdict.UP, Verdict.DOWN):
        words = {Verdict.NO_INTERVAL: "one world", Verdict.MISSING: "not in base"}
        return Entry(words.get(cell.verdict, cell.verdict), look="unclear")
    if better == 0:
        return Entry("rises" if cell.verdict == Verdict.UP else "falls", look="unclear")
    good = (cell.verdict == Verdict.UP) == (better > 0)
    return Entry(f"{'▲' if good else '▼'} {nouns[0] if good else nouns[1]}", look="good" if good else "bad")


# Who gains and who loses


def gains(view: StudyView, policy: str) -> HtmlTable:
    """Return what the best policy changes for the retailer, its customers and its rivals."""
    rows = [_gain_row(view, policy, who, measure) for who, measure in _gain_measures(view)]
    rows += [_rival_row(view, policy, rival) for rival in _largest_rivals(view, policy)]
    return HtmlTable(
        f"Under {policy}, against base",
        ("who", "what", "verdict", "difference [95 % interval]", "chance better", "base", policy),
        tuple(row for row in rows if row),
        (view.footer,),
    )


def _gain_measures(view: StudyView) -> Iterator[tuple[str, Measure]]:
    for name in (PROFIT, "share_energy", "share_customers"):
        yield view.focus, Measure(kpi(name))
    wait = f"busy_wait_{touched_desks(view)[0]}_minutes"
    for title, tier, segment in groups_of(view)[1:]:
        whole_segment = segment != ALL
        names = ("satisfaction", "churn_pct_per_year") if whole_segment else ("satisfaction", wait, "price_cny_per_mwh")
        for name in names:
            yield title, Measure(kpi(name), tier, segment)


def _gain_row(view: StudyView, policy: str, who: str, measure: Measure) -> tuple[Entry, ...]:
    printer, base, cell = printer_for(view, measure), measure.cell(view, BASE), measure.cell(view, policy)
    if not math.isfinite(cell.level.mean):
        return ()
    better = -1 if measure.kpi.name == "price_cny_per_mwh" else measure.kpi.better
    return (
        Entry(who),
        Entry(f"{measure.kpi.title}, {printer.scale.unit}"),
        verdict_entry(cell, better),
        Entry(f"{_difference(printer, cell)}{_unit_if_other(printer)}"),
        Entry(_chance(cell) if measure.kpi.better else MISSING),
        Entry(printer.level(base)),
        Entry(printer.level(cell)),
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
        Entry(f"{rival} (rival)"),
        Entry(f"Profit, {printer.scale.unit}"),
        verdict_entry(cell, 1),
        Entry(_difference(printer, cell)),
        Entry(_chance(cell)),
        Entry(printer.level(base)),
        Entry(printer.level(cell)),
    )


def _difference(printer: Printer, cell: Cell) -> str:
    return "0" if cell.verdict == Verdict.NO_CHANGE else printer.difference(cell)


def _unit_if_other(printer: Printer) -> str:
    return "" if printer.scale.difference_unit == printer.scale.unit else f" {printer.scale.difference_unit}"


def _chance(cell: Cell) -> str:
    return MISSING if cell.verdict in (Verdict.NO_CHANGE, Verdict.MISSING) else chance(cell.p_better)


# All policies


def policies(view: StudyView) -> HtmlTable:
    """Return base and all policies by the headline measures: level, difference and chance."""
    printers = [printer_for(view, measure) for measure in headline_measures(view)]
    heads = ["policy", *(f"{printer.measure.title}, {printer.scale.unit}" for printer in printers)]
    base = (Entry(BASE), *(Entry(_level(p, p.measure.cell(view, BASE))) for p in printers))
    rows = [(Entry(policy), *(_policy_entry(view, policy, p) for p in printers)) for policy in view.policies]
    notes = (_POLICIES_NOTE, view.footer) if view.policies else (view.footer,)
    return HtmlTable("Paired differences to base, and levels", tuple(heads), (base, *rows), notes)


def _level(printer: Printer, cell: Cell) -> str:
    """Return the mean and half of its interval; what there is of both."""
    if not math.isfinite(cell.level.mean):
        return "nobody"
    half_width = cell.level.half_width / printer.scale.divisor
    reach = f" ±{plain(half_width, printer.level_digits)}" if math.isfinite(half_width) else ""
    return f"{printer.level(cell)}{reach}"


def _policy_entry(view: StudyView, policy: str, printer: Printer) -> Entry:
    cell = printer.measure.cell(view, policy)
    if not math.isfinite(cell.level.mean):
        return Entry("nobody", look="unclear")
    look = verdict_entry(cell, printer.measure.kpi.better).look
    if cell.verdict in (Verdict.MISSING, Verdict.NO_CHANGE):
        return Entry(cell.verdict if cell.verdict == Verdict.NO_CHANGE else "not in base", (_level(printer, cell),), look)
    mean, _, ends = _difference(printer, cell).partition(" ")
    sure = f"({_chance(cell)}{' ?' if cell.verdict == Verdict.CANNOT_TELL else ''})" if math.isfinite(cell.p_better) else ""
    return Entry(f"{mean} {sure}".strip(), tuple(line for line in (ends, _level(printer, cell)) if line), look)


# Checks and assumptions


def checks(view: StudyView, answer: Answer, starred: Sequence[Varied]) -> HtmlTable | None:
    """Return the profit effect of the best policy at both ends of every starred assumption; None without checks."""
    if answer.robustness is None or not answer.robustness.ends or answer.best is None:
        return None
    printer = printer_for(view, Measure(kpi(PROFIT)))
    by_end = {(end.assumption, end.end): end for end in answer.robustness.ends}
    rows = [
        (
            Entry(item.path, (item.parameter.meaning,)),
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
    return HtmlTable(
        f"Profit of {answer.best} against base, {printer.scale.unit}, at both ends of each starred assumption",
        ("assumption", "used", "low", "difference at low", "high", "difference at high"),
        tuple(rows),
        (f"Checks: n = {worlds} replications at each end · 95 % intervals · {view.period} · {view.origin}",),
    )


def _unit(item: Varied) -> tuple[str, ...]:
    return () if item.parameter.unit in ("", "1") else (item.parameter.unit,)


def _end_entries(end: CheckedEnd | None, value: str, printer: Printer) -> tuple[Entry, Entry]:
    if end is None:
        return Entry(value), Entry("did not run", look="unclear")
    divisor, digits = printer.scale.divisor, printer.difference_digits
    difference = end.difference
    text = f"{signed(difference.mean / divisor, digits)} {interval(difference.low / divisor, difference.high / divisor, digits)}"
    look = {Verdict.UP: "good", Verdict.DOWN: "bad"}.get(end.verdict, "unclear")
    words = {Verdict.UP: "▲ gains", Verdict.DOWN: "▼ loses"}.get(end.verdict, end.verdict)
    return Entry(value), Entry(text.strip(), (words,), look)


def starred_table(starred: Sequence[Varied]) -> HtmlTable:
    """Return the assumptions that were varied."""
    rows = tuple(
        (
            Entry(item.path, (item.parameter.meaning,)),
            Entry(item.value),
            Entry(f"{item.low} to {item.high}"),
            Entry(item.parameter.unit),
            Entry(item.parameter.source),
        )
        for item in starred
    )
    return HtmlTable("Starred assumptions: varied in the checks", ("parameter", "used", "tried", "unit", "source"), rows)


def assumed_table(others: Sequence[Assumed]) -> HtmlTable:
    """Return the assumptions that were not varied."""
    rows = tuple(
        (Entry(item.pattern, (item.parameter.meaning,)), Entry(item.values), Entry(item.parameter.unit), Entry(item.parameter.source))
        for item in others
    )
    return HtmlTable("Assumptions that were not varied", ("parameter", "used", "unit", "source"), rows)
