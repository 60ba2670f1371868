"""The page of docs that lists every result table and key figure."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from marketsim.results.key_figures import KPIS
from marketsim.results.tables import KPIS_TABLE, RUN_TABLES, RUNS

_LEVELS = (
    "Every figure is computed for each retailer, its tiers, its segments, the tiers of the focus retailer by segment, and "
    "the market, wherever the quantities of its formula are known. Sums are over the evaluated months and contestable "
    "customers. Figures of a mechanism that is off are left out. Figures of the first 1, 3 and 5 years count from the "
    "month in which policies begin, and are left out where the run is shorter."
)


def describe() -> str:
    """Return docs/tables.md: every table and KPI, from their schema."""
    lines = ["# Result tables", "", "Generated from `marketsim.results` by `make docs`.", ""]
    for table in (*RUN_TABLES, KPIS_TABLE, RUNS):
        lines += [f"## {table.name}", "", f"A row is {table.row}.", ""]
        columns = [
            (f"`{c.name}`", "key" if c in table.keys else c.unit, c.meaning) for c in (*table.keys, *table.values)
        ]
        lines += [*_markdown_table(("column", "unit", "meaning"), columns), ""]
    lines += ["## KPIs", "", _LEVELS, ""]
    lines += ["`better` is +1 where more is good, -1 where less is, 0 where neither is.", ""]
    header = ("kpi", "title", "unit", "better", "meaning", "formula")
    rows = [
        (f"`{k.name}`", k.title, k.unit, f"{k.better:+d}" if k.better else "0", k.meaning, k.formula.text) for k in KPIS
    ]
    return "\n".join([*lines, *_markdown_table(header, rows), ""])


def _markdown_table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    return [*lines, *("| " + " | ".join(row) + " |" for row in rows)]


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(describe(), encoding="utf-8")
