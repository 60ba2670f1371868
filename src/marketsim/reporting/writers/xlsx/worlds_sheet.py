"""The sheet of single worlds: the value of every traced figure in each run, and the paired difference as a formula."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from marketsim.reporting.language import message, say, translated
from marketsim.reporting.writers.xlsx.book import FIRST_ROW, HEAD_ROW, Page
from marketsim.reporting.writers.xlsx.looks import (
    FORMULA,
    GENERAL,
    HEAD,
    NOTE,
    PLAIN,
    RESULT,
    RIGHT_HEAD,
    Look,
    with_digits,
)
from marketsim.reporting.writers.xlsx.names import cell
from marketsim.reporting.writers.xlsx.pairs import Pair
from marketsim.reporting.writers.xlsx.wording import figure_title, own_unit
from marketsim.results.tables import BASE

WORLDS = message("Worlds")
"""Name of the sheet."""
_LABELS = 4
VALUE, PARTNER, DIFFERENCE = 5, 6, 7
"""Columns of the value under the policy, of what it is compared with, and of the difference."""
_MOST_ROWS = 1_000_000
_WIDTHS = (38, 20, 30, 24, 12, 18, 18, 18)
_ROUNDING = "1E-9"


def rows_of(pairs: Sequence[Pair]) -> dict[int, tuple[int, int]]:
    """Return the rows of each figure by its place; those that have no single runs, or no room any more, are left out."""
    found: dict[int, tuple[int, int]] = {}
    row = FIRST_ROW
    for place, pair in enumerate(pairs):
        if pair.is_complete and row + len(pair.worlds) < _MOST_ROWS:
            found[place] = row, row + len(pair.worlds) - 1
            row += len(pair.worlds)
    return found


def fill_worlds(page: Page, pairs: Sequence[Pair], rows: Mapping[int, tuple[int, int]]) -> None:
    """Write the sheet.

    Args:
        page: an empty sheet.
        pairs: the traced figures.
        rows: where each of them stands, as `rows_of` has it.
    """
    page.widths(*_WIDTHS)
    page.head(say(WORLDS), _note())
    page.row(HEAD_ROW, _heads()[:_LABELS], HEAD)
    page.row(HEAD_ROW, _heads()[_LABELS:], RIGHT_HEAD, _LABELS)
    page.freeze(FIRST_ROW, 2)
    for place, (first, _) in rows.items():
        _fill(page, pairs[place], first)
    last = max((last for _, last in rows.values()), default=HEAD_ROW)
    page.filter(HEAD_ROW, last, len(_WIDTHS))


def _note() -> str:
    return say(
        "A row per figure, policy and replication, as the runs gave it: money in CNY. The sheet of effects is computed "
        "from these rows."
    )


def _heads() -> tuple[str, ...]:
    return (
        say("figure"),
        say("policy"),
        say("compared with"),
        say("unit"),
        say("replication"),
        say("value under the policy"),
        say("value of what it is compared with"),
        say("difference"),
    )


def _fill(page: Page, pair: Pair, first: int) -> None:
    title, unit = figure_title(pair.measure), own_unit(pair.measure)
    against = "" if not pair.is_compared else reference_name(pair.cell.reference)
    used, differences = pair.used, pair.differences
    numbers = Look(colour=RESULT.colour, number=GENERAL)
    for offset, world in enumerate(pair.worlds):
        row = first + offset
        page.row(row, (title, policy_name(pair.policy), against, unit), PLAIN)
        page.number(row, 4, world + 1, with_digits(PLAIN, 0))
        _side(page, row, VALUE, float(pair.values[offset]), bool(used[offset]), numbers)
        if pair.is_compared:
            _side(page, row, PARTNER, float(pair.partners[offset]), bool(used[offset]), numbers)
            _difference(page, row, float(differences[offset]))


def _side(page: Page, row: int, column: int, value: float, is_used: bool, look: Look) -> None:
    """Write a value; words where there is none, or where it has no partner, so that no formula counts it."""
    if is_used:
        page.number(row, column, value, look)
    else:
        page.text(row, column, say("left out") if math.isfinite(value) else say("no value"), NOTE)


def _difference(page: Page, row: int, value: float) -> None:
    own, partner = cell(row, VALUE), cell(row, PARTNER)
    same = f"ABS({own}-{partner})<={_ROUNDING}*MAX(1,ABS({partner}))"
    formula = f'IF(COUNT({own},{partner})<2,"",IF({same},0,{own}-{partner}))'
    page.formula(row, DIFFERENCE, formula, value, Look(colour=FORMULA.colour, number=GENERAL))


def policy_name(policy: str) -> str:
    """Return the name of a policy; of the base in the language of the edition."""
    return translated(BASE) if policy == BASE else policy


def reference_name(reference: str) -> str:
    """Return with which runs a policy is compared."""
    start = f"{BASE}, tiers of "
    if reference.startswith(start):
        return say("base with the tiers of {policy}", policy=reference.removeprefix(start))
    return policy_name(reference)
