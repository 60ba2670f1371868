"""A row of the sheet of effects: its columns, where it stands, and where its numbers come from."""

from __future__ import annotations

from dataclasses import dataclass

from marketsim.reporting.language import say
from marketsim.reporting.measures import Printer
from marketsim.reporting.writers.xlsx.book import Page
from marketsim.reporting.writers.xlsx.effect_values import Values
from marketsim.reporting.writers.xlsx.looks import Look
from marketsim.reporting.writers.xlsx.names import cell, column_range
from marketsim.reporting.writers.xlsx.pairs import Pair
from marketsim.reporting.writers.xlsx.summary_sheet import SummaryRows
from marketsim.reporting.writers.xlsx.wording import Factor
from marketsim.reporting.writers.xlsx.worlds_sheet import WORLDS

FIGURE, UNIT, FACTOR, POLICY, AGAINST, N, PARTNER_MEAN, MEAN, HALF = range(9)
DIFF, SD, LOW, HIGH, BETTER, P_BETTER, VERDICT, CHECK = range(9, 17)
"""Columns of the sheet."""


@dataclass(frozen=True)
class Line:
    """A row of the sheet that is being written: where it stands, what it shows, and where its numbers come from."""

    page: Page
    row: int
    pair: Pair
    printer: Printer
    factor: Factor
    values: Values
    rows: tuple[int, int] | None
    summary: SummaryRows

    def at(self, column: int) -> str:
        """Return the cell of a column of this row."""
        return cell(self.row, column)

    def worlds(self, column: int) -> str:
        """Return the cells of single worlds."""
        assert self.rows is not None
        return column_range(say(WORLDS), column, self.rows)

    def stored(self, column: str) -> str:
        """Return the cell of the summary, as a number in the unit of this row."""
        reference = self.summary.cell(self.pair, column)
        return f'IF(ISNUMBER({reference}),{reference}*{self.at(FACTOR)},"")' if reference else '""'

    def put(self, column: int, formula: str, value: float | str, look: Look) -> None:
        """Write a formula with its value."""
        self.page.formula(self.row, column, formula, value, look)


def heads() -> tuple[str, ...]:
    """Return the heads of the columns."""
    return (
        say("figure"),
        say("unit"),
        say("factor from the unit of runs"),
        say("policy"),
        say("compared with"),
        say("n, replications"),
        say("mean of what it is compared with"),
        say("mean of the policy"),
        say("± half of its interval"),
        say("mean paired difference"),
        say("standard deviation of differences"),
        say("interval: low"),
        say("interval: high"),
        say("better: more (1) or less (−1)"),
        say("chance that it is better"),
        say("verdict"),
        say("stored summary"),
    )
