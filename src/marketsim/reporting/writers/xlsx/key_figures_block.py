"""The block of key figures and of checks on the first sheet: formulas that lead to the sheets behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from marketsim.reporting.language import message, say, translated
from marketsim.reporting.measures import PROFIT, shown_measures
from marketsim.reporting.view import StudyView
from marketsim.reporting.writers.xlsx.book import Page
from marketsim.reporting.writers.xlsx.effect_cells import EffectCells, EffectRow
from marketsim.reporting.writers.xlsx.effect_lines import DIFF, HIGH, LOW, MEAN, P_BETTER, PARTNER_MEAN
from marketsim.reporting.writers.xlsx.looks import (
    CHANCE,
    FORMULA,
    HEAD,
    NAME,
    NOTE,
    PLAIN,
    RIGHT_HEAD,
    SUBTITLE,
    Look,
    with_digits,
)
from marketsim.reporting.writers.xlsx.names import cell
from marketsim.reporting.writers.xlsx.wording import figure_title
from marketsim.reporting.writers.xlsx.worlds_sheet import policy_name

_LABELS = 3
_CHECK_COLUMN, _WORD_COLUMN = 3, 4
HOLDS, FAILS = message("holds"), message("does not hold")


@dataclass(frozen=True)
class Check:
    """A check of the workbook by itself.

    Attributes:
        text: what is counted.
        formula: what counts how often the check fails.
    """

    text: str
    formula: str


def key_rows(view: StudyView, cells: EffectCells, best: str | None) -> tuple[EffectRow, ...]:
    """Return the profit under every policy, and the other headline figures under the best one."""
    known = [row for row in cells.rows if row.pair.is_compared]
    measures = shown_measures(view)
    profits = [row for row in known if row.pair.measure in measures and row.pair.measure.kpi.name == PROFIT]
    others = [row for row in known if row.pair.measure in measures and row.pair.policy == best and row not in profits]
    return (*profits, *others)


def fill_key_figures(page: Page, row: int, rows: Sequence[EffectRow]) -> int:
    """Write the key figures, and return the next row."""
    if not rows:
        return row
    page.text(row, 0, say("Key figures, by formulas"), SUBTITLE)
    labels = (say("figure"), say("policy"), say("unit"))
    heads = (
        say("compared with (base)"), say("policy"), say("difference"), say("interval: low"), say("interval: high"),
        say("chance better"),
    )  # fmt: skip
    page.row(row + 1, labels, HEAD)
    page.row(row + 1, heads, RIGHT_HEAD, _LABELS)
    page.fit(row + 1, [*labels, *heads])
    for offset, each in enumerate(rows, start=2):
        _figure(page, row + offset, each)
    page.text(row + 2 + len(rows), 0, _note(), NOTE)
    return row + len(rows) + 4


def _note() -> str:
    return say("Each number is taken from the sheet of effects, which computes it from single runs.")


def _figure(page: Page, row: int, figure: EffectRow) -> None:
    pair, printer, values = figure.pair, figure.printer, figure.values
    page.text(row, 0, figure_title(pair.measure), NAME)
    page.text(row, 1, policy_name(pair.policy), PLAIN)
    page.text(row, 2, printer.scale.unit, PLAIN)
    level = with_digits(FORMULA, printer.level_digits)
    signed = with_digits(FORMULA, printer.difference_digits, signed=True)
    found = values.difference
    numbers = (
        (PARTNER_MEAN, values.partner, level), (MEAN, values.mean, level),
        (DIFF, found.mean, replace(signed, bold=True)), (LOW, found.low, signed), (HIGH, found.high, signed),
        (P_BETTER, values.chance, Look(FORMULA.colour, CHANCE)),
    )  # fmt: skip
    for column, (source, value, look) in enumerate(numbers, start=_LABELS):
        page.formula(row, column, figure.at(source), value, look)


def fill_checks(page: Page, row: int, checks: Sequence[Check]) -> int:
    """Write how often the checks of the workbook fail, and return the next row."""
    if not checks:
        return row
    page.text(row, 0, say("Checks of this workbook: how many fail"), SUBTITLE)
    for offset, check in enumerate(checks, start=1):
        page.text(row + offset, 0, check.text, PLAIN)
        page.formula(row + offset, _CHECK_COLUMN, check.formula, 0.0, with_digits(FORMULA, 0))
        formula = f'IF({cell(row + offset, _CHECK_COLUMN)}=0,"{translated(HOLDS)}","{translated(FAILS)}")'
        page.formula(row + offset, _WORD_COLUMN, formula, translated(HOLDS), replace(FORMULA, indent=1))
    return row + len(checks) + 2
