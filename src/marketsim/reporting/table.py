"""Tables of a report as plain data: entries, and the words and colours of a verdict."""

from __future__ import annotations

from dataclasses import dataclass

from marketsim.reporting.estimates import Cell, Verdict
from marketsim.reporting.measures import Printer
from marketsim.reporting.numbers import MISSING, chance

OTHER_MEMBERS = "other members"
"""Stands where a tier holds other customers than in the base, and no difference is told."""
MEMBERS_NOTE = (
    "other members: the tier holds at least a tenth more or fewer customers than in the base, so a difference would "
    "compare different people."
)

REFERENCE_NOTE = (
    "A policy that changes the rules of tiers has other customers in them: figures by tier are compared with the same "
    "customers in the base, from runs of the base with these rules and without anything else of the policy, not with the "
    "base as listed."
)


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
    """A table: what it shows, heads, rows of entries of which the first names the row, and notes under it."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Entry, ...], ...]
    notes: tuple[str, ...] = ()


def verdict_entry(cell: Cell, better: int, nouns: tuple[str, str] = ("gains", "loses")) -> Entry:
    """Return what the interval allows to say, as a word with its colour."""
    if cell.verdict not in (Verdict.UP, Verdict.DOWN):
        words = {
            Verdict.NO_INTERVAL: "one world",
            Verdict.MISSING: "not in base",
            Verdict.OTHER_MEMBERS: "not compared",
        }
        return Entry(words.get(cell.verdict, cell.verdict), look="unclear")
    if better == 0:
        return Entry("rises" if cell.verdict == Verdict.UP else "falls", look="unclear")
    good = (cell.verdict == Verdict.UP) == (better > 0)
    return Entry(f"{'▲' if good else '▼'} {nouns[0] if good else nouns[1]}", look="good" if good else "bad")


def difference_text(printer: Printer, cell: Cell) -> str:
    """Return a paired difference with its interval; a bare 0 where nothing changes, a word for other people."""
    if cell.verdict == Verdict.OTHER_MEMBERS:
        return OTHER_MEMBERS
    return "0" if cell.verdict == Verdict.NO_CHANGE else printer.difference(cell)


def chance_text(cell: Cell) -> str:
    """Return the chance that the policy is better; a dash where it has no meaning."""
    return (
        MISSING
        if cell.verdict in (Verdict.NO_CHANGE, Verdict.MISSING, Verdict.OTHER_MEMBERS)
        else chance(cell.p_better)
    )
