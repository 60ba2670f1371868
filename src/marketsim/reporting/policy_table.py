"""The table of policies on the terminal: a column per policy, or a row per policy where there are many."""

from __future__ import annotations

import math
from collections.abc import Iterator
from textwrap import wrap

from rich.table import Table
from rich.text import Text

from marketsim.reporting.estimates import Cell, Verdict
from marketsim.reporting.measures import (
    Measure,
    Printer,
    has_other_members,
    has_own_reference,
    printer_for,
    shown_measures,
    tier_title,
)
from marketsim.reporting.numbers import chance, counted, plain, signed
from marketsim.reporting.screen import Screen
from marketsim.reporting.view import StudyView
from marketsim.results.tables import ALL, BASE
from marketsim.scenario.service import DESKS

_SHORT_NAMES = {
    "profit_cny_per_year": ("profit",),
    "share_energy": ("share of", "energy"),
    "share_customers": ("share of", "customers"),
    "satisfaction": ("satisfac-", "tion"),
}
_NAME_WIDTH = 24
_HEAD_WIDTH = 12
_SHORT_UNITS = {"points of 100": "of 100"}


def print_policies(view: StudyView, screen: Screen) -> None:
    """Print base and policies by the headline measures, in the layout that suits the terminal's width."""
    printers = [printer_for(view, measure) for measure in shown_measures(view) if measure.exists(view)]
    wide = _by_measure(view, printers, screen)
    if screen.fits(wide):
        screen.console.print(wide)
    else:
        screen.sentence(_period(view), style="bold")
        for table in _narrow_tables(view, printers, screen):
            screen.console.print(table)
            screen.console.print()
    screen.sentence(_legend(view), style="dim")


def _period(view: StudyView) -> str:
    return f"{view.focus}, {view.period}"


def _legend(view: StudyView) -> str:
    worlds = counted(view.replications, "world")
    if not view.policies:
        return f"± half of the 95 % interval; {worlds}." if view.replications > 1 else ""
    if view.replications < 2:
        return f"Difference to base; below it the level. {worlds}, so there is no interval."
    others = any(has_other_members(view, measure) for measure in shown_measures(view))
    members = " other members: the tier holds other customers than in the base, so there is nothing to compare."
    own = any(has_own_reference(view, measure) for measure in shown_measures(view))
    references = (
        " Tiers with other rules are compared with the same customers in the base, not with the row of the base."
    )
    return (
        "Paired difference to base and its 95 % interval ([low, high] or ±); the level; "
        f"the chance that the policy is better (? = cannot tell). {worlds}.{members if others else ''}"
        f"{references if own else ''}"
    )


# A column per policy


def _by_measure(view: StudyView, printers: list[Printer], screen: Screen) -> Table:
    table = screen.table([_period(view), BASE, *view.policies], gap=2)
    for printer in printers:
        base = screen.text(_level(printer, printer.measure.cell(view, BASE)))
        cells = [_tall_cell(printer, printer.measure.cell(view, policy), screen) for policy in view.policies]
        table.add_row(screen.text(_row_title(printer)), base, *cells)
    return table


def _row_title(printer: Printer) -> str:
    name = " ".join(_name_lines(printer.measure)).replace("- ", "")
    return f"{name}, {_unit(printer)}"


def _tall_cell(printer: Printer, cell: Cell, screen: Screen) -> Text:
    text = screen.text(_difference(printer, cell), _colour(printer.measure, cell))
    below = "  ".join(part for part in (_level(printer, cell), _sureness(cell)) if part)
    return text.append("\n").append_text(screen.text(below, "dim"))


# A row per policy


def _narrow_tables(view: StudyView, printers: list[Printer], screen: Screen) -> list[Table]:
    """Return as few tables as fit the width, each with some of the measures."""
    for size in range(len(printers), 0, -1):
        parts = [printers[start : start + size] for start in range(0, len(printers), size)]
        tables = [_by_policy(view, part, screen) for part in parts]
        if size == 1 or all(screen.fits(table) for table in tables):
            return tables
    return []


def _by_policy(view: StudyView, printers: list[Printer], screen: Screen) -> Table:
    heads = ["\n".join([*_name_lines(printer.measure), _folded_unit(printer)]) for printer in printers]
    table = screen.table(["", *heads], gap=1)
    table.columns[0].max_width = _NAME_WIDTH
    table.add_row(BASE, *(screen.text(_level(p, p.measure.cell(view, BASE))) for p in printers))
    for policy in view.policies:
        cells = [_flat_cell(printer, printer.measure.cell(view, policy), screen) for printer in printers]
        table.add_row(screen.text(policy, "bold"), *cells)
    return table


def _flat_cell(printer: Printer, cell: Cell, screen: Screen) -> Text:
    lines = list(_flat_lines(printer, cell))
    text = screen.text("\n".join(lines), _colour(printer.measure, cell))
    level = _level(printer, cell)
    return text.append_text(screen.text(f"\n{level}", "dim")) if level else text


def _flat_lines(printer: Printer, cell: Cell) -> Iterator[str]:
    if cell.verdict == Verdict.OTHER_MEMBERS:
        yield from ("other", "members")
        return
    if cell.verdict in (Verdict.NO_CHANGE, Verdict.MISSING):
        yield _difference(printer, cell)
        if math.isfinite(cell.level.mean):
            yield ""  # no chance to state, but levels stand in one line
        return
    difference, divisor, digits = cell.difference, printer.scale.divisor, printer.difference_digits
    yield f"{signed(difference.mean / divisor, digits)}{_reach(difference.half_width / divisor, digits)}"
    if sure := _sureness(cell):
        yield sure


# Parts of both


def _name_lines(measure: Measure) -> list[str]:
    if measure.kpi.name.startswith("busy_wait"):
        desk = next((desk for desk in DESKS[1:] if f"_{desk}_" in measure.kpi.name), "")
        name: tuple[str, ...] = ("busy-hour", "wait", desk)
    else:
        name = _SHORT_NAMES.get(measure.kpi.name) or tuple(wrap(measure.kpi.title.lower(), _HEAD_WIDTH))
    segment = "" if measure.segment == ALL else measure.segment.replace("_", " ")
    tier = "" if measure.tier == ALL else tier_title(measure.tier)
    return [line for line in (*name, measure.retailer or "", segment, tier) if line]


def _folded_unit(printer: Printer) -> str:
    return _unit(printer).replace(" CNY", "\nCNY", 1)


def _unit(printer: Printer) -> str:
    unit, other = printer.scale.unit, printer.scale.difference_unit
    return _SHORT_UNITS.get(unit, unit) if unit == other else f"{unit} | {other}"


def _difference(printer: Printer, cell: Cell) -> str:
    if not math.isfinite(cell.level.mean):
        return "nobody"
    if cell.verdict == Verdict.NO_CHANGE:
        return "no change"
    if cell.verdict in (Verdict.MISSING, Verdict.OTHER_MEMBERS):
        return "not in base" if cell.verdict == Verdict.MISSING else "other members"
    return printer.difference(cell)


def _sureness(cell: Cell) -> str:
    if not math.isfinite(cell.p_better) or cell.verdict in (Verdict.NO_CHANGE, Verdict.MISSING, Verdict.OTHER_MEMBERS):
        return "? " if cell.verdict == Verdict.CANNOT_TELL else ""
    return f"{chance(cell.p_better)}{' ?' if cell.verdict == Verdict.CANNOT_TELL else ''}"


def _level(printer: Printer, cell: Cell) -> str:
    if not math.isfinite(cell.level.mean):
        return ""
    return f"{printer.level(cell)}{_reach(cell.level.half_width / printer.scale.divisor, printer.level_digits)}"


def _reach(half_width: float, digits: int) -> str:
    if not math.isfinite(half_width):
        return ""
    shown = plain(half_width, digits)
    vanishes = half_width > 0 and float(shown.replace(",", "")) == 0
    return f" ±<{plain(10.0**-digits, digits)}" if vanishes else f" ±{shown}"


def _colour(measure: Measure, cell: Cell) -> str:
    sign = {Verdict.UP: 1, Verdict.DOWN: -1}.get(cell.verdict, 0) * measure.kpi.better
    return {1: "green", -1: "red"}.get(sign, "")
