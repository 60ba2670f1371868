"""Tables of a report as plain data: entries, and the words and colours of a verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass

from marketsim.reporting.estimates import Cell, Verdict
from marketsim.reporting.language import message, say, translated
from marketsim.reporting.measures import Printer
from marketsim.reporting.numbers import MISSING, chance

OTHER_MEMBERS = message("other members")
"""Stands where a tier holds other customers than in the base, and no difference is told."""
MEMBERS_NOTE = message(
    "other members: the tier holds at least a tenth more or fewer customers than in the base, so a difference would "
    "compare different people."
)
REFERENCE_NOTE = message(
    "A policy that changes the rules of tiers has other customers in them: figures by tier are compared with the same "
    "customers in the base, from runs of the base with these rules and without anything else of the policy, not with the "
    "base as listed."
)
GAINS, LOSES = message("gains"), message("loses")
NOBODY, NOT_IN_BASE = message("nobody"), message("not in base")
_UNTOLD = {
    Verdict.NO_INTERVAL: message("one world"),
    Verdict.MISSING: NOT_IN_BASE,
    Verdict.OTHER_MEMBERS: message("not compared"),
}


@dataclass(frozen=True)
class Entry:
    """One cell of a table.

    Attributes:
        text: what stands in it.
        below: smaller lines under the text.
        look: its colour: ``good``, ``bad``, ``unclear`` or none.
        value: the number that the text shows, unrounded and in the unit of its column; None where it shows none.
    """

    text: str
    below: tuple[str, ...] = ()
    look: str = ""
    value: float | None = None


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        caption: what it shows.
        heads: of its columns.
        rows: rows of entries, of which the first names the row.
        notes: what stands under it.
        message: what it says, fit for the title of a slide; empty where it says many things.
    """

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Entry, ...], ...]
    notes: tuple[str, ...] = ()
    message: str = ""


def verdict_entry(cell: Cell, better: int) -> Entry:
    """Return what the interval allows to say, as a word with its colour."""
    if cell.verdict not in (Verdict.UP, Verdict.DOWN):
        return Entry(translated(_UNTOLD.get(cell.verdict, cell.verdict)), look="unclear")
    if better == 0:
        return Entry(say("rises") if cell.verdict == Verdict.UP else say("falls"), look="unclear")
    good = (cell.verdict == Verdict.UP) == (better > 0)
    return gain_entry(good)


def gain_entry(good: bool) -> Entry:
    """Return the word for a gain or a loss, with its sign and colour."""
    return Entry(f"▲ {say(GAINS)}", look="good") if good else Entry(f"▼ {say(LOSES)}", look="bad")


def difference_text(printer: Printer, cell: Cell) -> str:
    """Return a paired difference with its interval; a bare 0 where nothing changes, a word for other people."""
    if cell.verdict == Verdict.OTHER_MEMBERS:
        return say(OTHER_MEMBERS)
    return "0" if cell.verdict == Verdict.NO_CHANGE else printer.difference(cell)


def difference_value(printer: Printer, cell: Cell) -> float | None:
    """Return the paired difference in the unit in which it is printed; None where there is none."""
    return number(cell.difference.mean / printer.scale.divisor) if cell.is_compared else None


def level_value(printer: Printer, cell: Cell) -> float | None:
    """Return a mean in the unit in which it is printed; None where there is none."""
    return number(cell.level.mean / printer.scale.divisor)


def number(value: float) -> float | None:
    """Return the number of an entry; None where it is none."""
    return value if math.isfinite(value) else None


def chance_text(cell: Cell) -> str:
    """Return the chance that the policy is better; a dash where it has no meaning."""
    return chance(cell.p_better) if _has_chance(cell) else MISSING


def chance_entry(cell: Cell) -> Entry:
    """Return the chance that the policy is better, its number in per cent; a dash where it has no meaning."""
    return Entry(chance_text(cell), value=number(100.0 * cell.p_better) if _has_chance(cell) else None)


def _has_chance(cell: Cell) -> bool:
    return cell.verdict not in (Verdict.NO_CHANGE, Verdict.MISSING, Verdict.OTHER_MEMBERS)
