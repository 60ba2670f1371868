"""Where the numbers of the report stand in the sheet of effects, so that other sheets take them from there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from marketsim.reporting.language import say
from marketsim.reporting.measures import Measure, Printer, printer_for
from marketsim.reporting.table import Entry, Table
from marketsim.reporting.view import StudyView
from marketsim.reporting.writers.xlsx.book import FIRST_ROW
from marketsim.reporting.writers.xlsx.effect_lines import DIFF, HIGH, LOW, MEAN, P_BETTER, PARTNER_MEAN
from marketsim.reporting.writers.xlsx.effect_values import Values, values_of
from marketsim.reporting.writers.xlsx.effects_sheet import EFFECTS
from marketsim.reporting.writers.xlsx.names import cell
from marketsim.reporting.writers.xlsx.pairs import Pair
from marketsim.reporting.writers.xlsx.wording import factor_of
from marketsim.reporting.writers.xlsx.worlds_sheet import policy_name

_SAME = 1e-9
"""Part of a number by which the ten digits of the summary may stand apart from what formulas give."""
_TOLD = 3
"""Numbers with no more digits than these after the point are too common to tell whose they are."""


@dataclass(frozen=True)
class Source:
    """A cell of the sheet of effects.

    Attributes:
        row: its row, counted from 0.
        formula: what another sheet writes to show its number in the unit of the report.
        value: that number.
        policy: the policy of its row as it is printed.
        is_chance: whether it is a chance in per cent.
    """

    row: int
    formula: str
    value: float
    policy: str
    is_chance: bool = False


@dataclass(frozen=True)
class EffectRow:
    """A row of the sheet of effects: where it stands, whose figure it is, and what its formulas give."""

    row: int
    pair: Pair
    printer: Printer
    values: Values

    def at(self, column: int) -> str:
        """Return the reference to one of its cells."""
        return cell(self.row, column, say(EFFECTS))

    def sources(self) -> list[Source]:
        """Return its numbers that tables of the report show too."""
        values, policy = self.values, policy_name(self.pair.policy)
        found = {MEAN: values.mean}
        if self.pair.is_compared:
            difference = values.difference
            found |= {DIFF: difference.mean, LOW: difference.low, HIGH: difference.high, PARTNER_MEAN: values.partner}
        sources = [Source(self.row, self.at(column), value, policy) for column, value in found.items()]
        chance = Source(self.row, f"{self.at(P_BETTER)}*100", values.chance * 100, policy, is_chance=True)
        return [source for source in (*sources, chance) if math.isfinite(source.value)]


class EffectCells:
    """All rows of the sheet of effects."""

    def __init__(self, view: StudyView, pairs: Sequence[Pair]) -> None:
        """Find where figures stand; they are in the order of the sheet."""
        self.rows = tuple(_row(view, FIRST_ROW + place, pair) for place, pair in enumerate(pairs))
        self._sources = [source for row in self.rows for source in row.sources()]

    def of(self, measure: Measure, policy: str) -> EffectRow | None:
        """Return the row of a figure under a policy."""
        return next((row for row in self.rows if (row.pair.measure, row.pair.policy) == (measure, policy)), None)

    def sources(self, table: Table) -> dict[tuple[int, int], Source]:
        """Return from which cells the numbers of a table are taken, by row and column; only where that is certain."""
        found: dict[tuple[int, int], Source] = {}
        for place, row in enumerate(table.rows):
            fitting = {column: self._fitting(entry, table, row, column) for column, entry in enumerate(row)}
            rows = {sources[0].row for sources in fitting.values() if len(sources) == 1 and not sources[0].is_chance}
            for column, sources in fitting.items():
                chosen = [source for source in sources if source.row in rows]
                if len(chosen) == 1:
                    found[place, column] = chosen[0]
        return found

    def _fitting(self, entry: Entry, table: Table, row: Sequence[Entry], column: int) -> list[Source]:
        """Return the cells with the number of an entry; those of a policy that row or head name, where there are any."""
        value, head = entry.value, table.heads[column]
        is_chance = head == say("chance better")
        if value is None or not math.isfinite(value) or (not is_chance and value == round(value, _TOLD)):
            return []
        same = [source for source in self._sources if abs(source.value - value) <= _SAME * abs(value)]
        same = [source for source in same if source.is_chance == is_chance]
        named = {head, *(other.text for other in row)}
        return [source for source in same if source.policy in named] or same


def _row(view: StudyView, row: int, pair: Pair) -> EffectRow:
    printer = printer_for(view, pair.measure)
    return EffectRow(row, pair, printer, values_of(pair, factor_of(printer).value))
