"""The CSV of a sweep whose points are written out: a column for every label, a row for every point."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from marketsim.scenario.datafiles import CsvTable, Faults, read_csv
from marketsim.scenario.loaded import PointRow
from marketsim.scenario.merging import dump
from marketsim.scenario.outline import shape_at
from marketsim.scenario.paths import fault, locate
from marketsim.scenario.study import Study
from marketsim.scenario.sweep import MOST_POINTS, Sweep, is_number
from marketsim.scenario.yaml_reading import parse_value

_PLAIN = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,20})?")


def read_points(sweep: Sweep, study: Study, path: Path) -> tuple[PointRow, ...]:
    """Return the points of a table.

    Args:
        sweep: the sweep; its labels are the columns.
        study: the study, which tells where numbers belong.
        path: where the table is.

    Raises:
        DataFileError: it cannot be read, lacks columns, or holds values that are none.
    """
    table = read_csv(path, sweep.table or "", tuple(sweep.axes()))
    faults = Faults(table.file)
    if len(table.rows) > MOST_POINTS:
        faults.add(None, "", None, f"{len(table.rows):,} points; there may be at most {MOST_POINTS:,}")
        faults.check()
    numbers = _numbers(sweep, study)
    rows = tuple(PointRow(line, _values(row, line, numbers, faults)) for line, row in table.rows)
    _find_twins(table, faults)
    faults.check()
    return rows


def _numbers(sweep: Sweep, study: Study) -> frozenset[str]:
    """Return the labels whose values are numbers and nothing else."""
    data = dump(study)
    return frozenset(
        label
        for label, axis in sweep.axes().items()
        if axis.scaled is not None or any(_takes_numbers(path, data) for path in axis.factors())
    )


def _takes_numbers(path: str, data: Any) -> bool:
    parts = locate(path, data)
    shape = None if fault(parts, data) else shape_at(parts, data)
    return shape is not None and shape.kind in ("number", "whole") and not shape.choices


def _values(row: Mapping[str, str], line: int, numbers: frozenset[str], faults: Faults) -> dict[str, Any]:
    values = {}
    for label, text in row.items():
        try:
            values[label] = _value(text, label in numbers)
        except ValueError as error:
            faults.add(line, label, text, str(error))
    return values


def _value(text: str, must_be_number: bool) -> Any:
    if not text:
        raise ValueError("missing; every point needs a value for every label")
    value = _plain_number(text) or parse_value(text)
    if must_be_number and not is_number(value):
        raise ValueError("must be a number")
    return value


def _plain_number(text: str) -> int | float | None:
    """Return a number written in the usual way, without the YAML reader, which is slow over a long table."""
    if not _PLAIN.fullmatch(text):
        return None
    return float(text) if "." in text else int(text)


def _find_twins(table: CsvTable, faults: Faults) -> None:
    first: dict[tuple[str, ...], int] = {}
    for line, row in table.rows:
        key = tuple(row.values())
        if first.setdefault(key, line) != line:
            faults.add(line, "", None, f"the same point as row {first[key]}")
