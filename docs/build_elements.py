"""Writes docs/elements.md, the table of what service practice names and where the simulator has it, from docs/elements.csv."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path

SOURCE = Path(__file__).parent / "elements.csv"
COVERAGE = ("modelled", "partly", "context", "not modelled")
"""How far an element is in the simulator."""
KINDS = {
    "actor": "Actors",
    "customer": "Customers",
    "dimension/need": "Dimensions and needs",
    "lever": "Levers",
    "number/SLA": "Numbers and service standards",
    "mechanism": "Mechanisms",
    "environment": "Environment",
    "problem": "Problems",
    "KPI/goal": "Figures and goals",
}
"""Headings by kind of element, in the order of the page."""
LISTS = ("mechanism", "parameters", "state", "metrics")
"""Columns with several entries, divided by semicolons."""

Row = dict[str, str]
INTRODUCTION = """\
# Elements of differentiated service, and where they are

Generated from `docs/elements.csv` by `make docs`. What practitioners of electricity sales write about differentiated
service comes to {count} elements: actors, customers, needs, levers, service standards, mechanisms, problems and goals.
This page says for each of them where the simulator has it. A test holds every entry to the code.

- **mechanism** M1 to M14, as in [model.md](model.md); results stands for what only the tables show.
- **parameters** are paths of a scenario ([parameters.md](parameters.md)): `*` is a name of your own, `path=value` one of
  the values of a choice, `levers.NAME` and `tags.NAME` are entries of the shipped catalogues, `events.TYPE` is an event.
- **state**: `customer` is a field of every customer, `known` what its retailer has on record of it, `site` a desk as a
  tier meets it in a month, `lever` a lever in use; names with a capital are classes of `marketsim`.
- **metrics** are key figures or `table.column` ([tables.md](tables.md)); `report` names a chart, `command` a command. Key
  figures are given by retailer, tier and segment wherever they can be.
- **coverage**: *modelled*; *partly*, with what is missing; *context*, which no number stands for, with the reason; *not
  modelled*, with the reason. Mechanisms that can be switched off act where they are on.
"""


def read_elements() -> list[Row]:
    """Return the elements, a row each with all columns of the file as text."""
    with SOURCE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def entries(row: Row, column: str) -> list[str]:
    """Return the entries of a column that holds several."""
    return [entry for entry in row[column].split("; ") if entry]


def page() -> str:
    """Return docs/elements.md."""
    rows = read_elements()
    lines = [INTRODUCTION.format(count=len(rows)), *_summary(rows)]
    for kind, heading in KINDS.items():
        lines += ["", f"## {heading}", "", *_table([row for row in rows if row["kind"] == kind])]
    return "\n".join([*lines, ""])


def _summary(rows: list[Row]) -> list[str]:
    counts = Counter((row["kind"], row["coverage"]) for row in rows)
    lines = [_line(("elements", *COVERAGE, "all")), _line(["---"] + ["---:"] * (len(COVERAGE) + 1))]
    for kind, heading in KINDS.items():
        numbers = [counts[kind, coverage] for coverage in COVERAGE]
        lines.append(_line((heading, *map(str, numbers), str(sum(numbers)))))
    totals = [sum(counts[kind, coverage] for kind in KINDS) for coverage in COVERAGE]
    return [*lines, _line(("all", *map(str, totals), str(sum(totals))))]


def _table(rows: list[Row]) -> list[str]:
    header = ("id", "element", "", "mechanism", "parameters", "state", "metrics", "coverage")
    return [_line(header), _line(["---"] * len(header)), *(_line(_cells(row)) for row in rows)]


def _cells(row: Row) -> list[str]:
    coded = [", ".join(f"`{entry}`" for entry in entries(row, column)) for column in LISTS[1:]]
    remark = f"{row['coverage']}. {row['note']}" if row["note"] else row["coverage"]
    return [row["id"], row["chinese"], row["english"], ", ".join(entries(row, "mechanism")), *coded, remark]


def _line(cells: list[str] | tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
