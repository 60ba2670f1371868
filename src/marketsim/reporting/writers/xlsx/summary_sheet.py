"""The sheet of the whole summary, as the study stored it, and where a figure stands in it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from marketsim.reporting.language import message, say
from marketsim.reporting.writers.xlsx.book import FIRST_ROW, Page
from marketsim.reporting.writers.xlsx.frames import column_widths, fill_frame
from marketsim.reporting.writers.xlsx.names import cell
from marketsim.reporting.writers.xlsx.pairs import Pair

SUMMARY = message("Summary")
"""Name of the sheet."""
_KEYS = ("policy", "retailer", "segment", "tier", "kpi")


@dataclass(frozen=True)
class SummaryRows:
    """Where figures stand in the sheet of the summary.

    Attributes:
        focus: the retailer of figures that name none.
        rows: rows by policy, retailer, segment, tier and key figure, counted from 0.
        columns: columns by name, counted from 0.
    """

    focus: str
    rows: dict[tuple[str, ...], int]
    columns: dict[str, int]

    def cell(self, pair: Pair, column: str) -> str:
        """Return the reference to a column of a figure; empty where the summary has none."""
        measure = pair.measure
        key = (pair.policy, measure.retailer or self.focus, measure.segment, measure.tier, measure.kpi.name)
        if key not in self.rows or column not in self.columns:
            return ""
        return cell(self.rows[key], self.columns[column], say(SUMMARY))


def summary_rows(summary: pd.DataFrame, focus: str) -> SummaryRows:
    """Return where the figures of a summary stand in its sheet."""
    keys = zip(*(summary[name].astype(str) for name in _KEYS), strict=True)
    rows = {key: FIRST_ROW + place for place, key in enumerate(keys)}
    return SummaryRows(focus, rows, {str(name): place for place, name in enumerate(summary.columns)})


def fill_summary(page: Page, summary: pd.DataFrame) -> None:
    """Write the sheet."""
    note = say("All figures of all retailers as the study stored them: one row per policy and figure, money in CNY.")
    page.widths(*column_widths(summary))
    page.head(say(SUMMARY), note)
    fill_frame(page, summary)
