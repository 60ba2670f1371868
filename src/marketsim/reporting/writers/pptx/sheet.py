"""The workbook inside a chart or beside a picture: plain columns of texts and numbers, the same bytes every time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO

import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from marketsim.reporting.writers.pptx.fitting import clean

CREATED = datetime(2020, 1, 1)
"""Stands for the time at which files were made, as the time of day would make two of them differ."""
NAME = "Sheet1"
Value = str | float
_SETTINGS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}


@dataclass(frozen=True)
class Column:
    """A column of the workbook, as a chart refers to it."""

    letter: str
    head: str
    values: tuple[Value, ...]

    @property
    def head_place(self) -> str:
        """Where its head is."""
        return f"{NAME}!${self.letter}$1"

    @property
    def place(self) -> str:
        """Where its values are."""
        return f"{NAME}!${self.letter}$2:${self.letter}${len(self.values) + 1}"


@dataclass
class Sheet:
    """Columns that are being put together.

    Attributes:
        columns: the columns so far.
        length: number of rows to which all columns are filled up with empty cells, as some programs draw nothing where
            the series of a chart differ in length.
    """

    columns: list[Column] = field(default_factory=list)
    length: int = 0

    def add(self, head: str, values: Iterable[Value]) -> Column:
        """Add a column, and return it."""
        held = tuple(clean(value) if isinstance(value, str) else float(value) for value in values)
        held = (*held, *[math.nan] * (self.length - len(held)))
        column = Column(xl_col_to_name(len(self.columns)), clean(head), held)
        self.columns.append(column)
        return column

    def workbook(self) -> bytes:
        """Return the columns as a workbook."""
        return _written([column.head for column in self.columns], [column.values for column in self.columns])


def workbook_of(table: pd.DataFrame) -> bytes:
    """Return the numbers of a chart as a workbook: texts stay texts, whatever they begin with."""
    columns = [[_plain(value) for value in table[name]] for name in table.columns]
    return _written([clean(str(name)) for name in table.columns], columns)


def _plain(value: object) -> Value:
    if isinstance(value, str):
        return clean(value)
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return clean(str(value))


def _written(heads: Sequence[str], columns: Sequence[Sequence[Value]]) -> bytes:
    target = BytesIO()
    with Workbook(target, _SETTINGS) as book:
        book.set_properties({"created": CREATED})
        sheet = book.add_worksheet(NAME)
        for number, (head, values) in enumerate(zip(heads, columns, strict=True)):
            sheet.write_string(0, number, head)
            for row, value in enumerate(values, start=1):
                if isinstance(value, str):
                    sheet.write_string(row, number, value)
                elif math.isfinite(value):
                    sheet.write_number(row, number, value)
    return target.getvalue()
