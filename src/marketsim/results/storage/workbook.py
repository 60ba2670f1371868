"""Tables as an Excel workbook: a sheet per table, text as text and numbers as numbers, rows written one at a time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from marketsim.errors import ResultsError
from marketsim.results.storage.study_tables import PROVENANCE

MOST_ROWS = 1_048_576
"""Rows of a sheet, the header among them (limit of Excel)."""
MOST_SHEETS = 10
"""Sheets of a table. ASSUMPTION: Excel opens ten million rows in minutes, and more not at all."""
_MOST_LETTERS = 32_767
_EXACT = 2**53
_WIDEST = 60
_SAMPLE = 200
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_workbook(path: Path, tables: Sequence[tuple[str, Iterable[pa.Table]]], provenance: pa.Table) -> None:
    """Write tables into a workbook.

    A table that is too long for a sheet goes on in the next one. Memory does not grow with the number of rows.

    Args:
        path: the file; the folder that holds it is used for temporary files as well.
        tables: name and parts of each table.
        provenance: what identifies the results, for a sheet of its own at the end.

    Raises:
        ResultsError: a table is too long for `MOST_SHEETS` sheets.
        OSError: the file cannot be written.
    """
    with TemporaryDirectory(prefix=".", dir=path.parent, ignore_cleanup_errors=True) as place:
        book: Workbook = xlsxwriter.Workbook(str(path), {**_OPTIONS, "tmpdir": place})
        formats = _formats(book)
        for name, parts in (*tables, (PROVENANCE, [provenance])):
            _Sheets(book, name, formats).write(parts)
        try:
            book.close()
        except xlsxwriter.exceptions.FileCreateError as error:
            raise OSError(str(error)) from error


def _formats(book: Workbook) -> dict[str, Format]:
    number_formats = {"whole": "0", "large": "#,##0", "middle": "#,##0.00", "small": "0.0000", "tiny": "0.00E+00"}
    formats: dict[str, Format] = {name: book.add_format({"num_format": code}) for name, code in number_formats.items()}
    return {**formats, "header": book.add_format({"bold": True, "bottom": 1})}


class _Sheets:
    """The sheets of one table, begun one after the other as they fill up."""

    def __init__(self, book: Workbook, name: str, formats: dict[str, Format]) -> None:
        self._book, self._name, self._formats = book, name, formats
        self._sheet: Worksheet | None = None
        self._count, self._row = 0, MOST_ROWS

    def write(self, parts: Iterable[pa.Table]) -> None:
        """Write all rows; a table without rows is a sheet with a header."""
        for part in _with_rows_first(parts):
            if self._sheet is None:
                self._begin(part)
            for row in _rows(part):
                if self._row == MOST_ROWS:
                    self._begin(part)
                self._write_row(row)

    def _begin(self, part: pa.Table) -> None:
        self._count += 1
        if self._count > MOST_SHEETS:
            raise ResultsError(
                f"table {self._name} has more rows than {MOST_SHEETS} sheets of Excel hold ({MOST_ROWS:,} each); choose "
                "key figures with --kpi, or use --format parquet or csv"
            )
        title = self._name if self._count == 1 else f"{self._name} ({self._count})"
        sheet = self._book.add_worksheet(title)
        for place, (name, width) in enumerate(_widths(part).items()):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, name, self._formats["header"])
        sheet.freeze_panes(1, 0)
        self._sheet, self._row = sheet, 1

    def _write_row(self, row: tuple[Any, ...]) -> None:
        assert self._sheet is not None
        for place, value in enumerate(row):
            if isinstance(value, str):
                if value:
                    self._sheet.write_string(self._row, place, _shortened(value))
            elif value is not None:
                self._write_number(place, value)
        self._row += 1

    def _write_number(self, place: int, value: float) -> None:
        assert self._sheet is not None
        if isinstance(value, bool) or math.isinf(value) or abs(value) > _EXACT:
            self._sheet.write_string(self._row, place, str(value))
        elif not math.isnan(value):
            self._sheet.write_number(self._row, place, value, self._formats[_format_of(value)])


def _with_rows_first(parts: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Yield parts, those without rows only if nothing follows: widths are taken from rows."""
    empty = None
    for part in parts:
        if part.num_rows:
            empty = None
            yield part
        elif empty is None:
            empty = part
    if empty is not None:
        yield empty


def _rows(part: pa.Table) -> Iterator[tuple[Any, ...]]:
    return zip(*(column.to_pylist() for column in part.columns), strict=True)


def _format_of(value: float) -> str:
    if isinstance(value, int):
        return "whole"
    size = abs(value)
    if size >= 1000:
        return "large"
    if size >= 1:
        return "middle"
    return "small" if size >= 1e-3 or size == 0 else "tiny"


def _widths(part: pa.Table) -> dict[str, int]:
    """Return how wide columns are, in characters, by their header and first rows."""
    return {
        name: min(
            _WIDEST, 2 + max(len(name), *(len(_shown(value)) for value in column.slice(0, _SAMPLE).to_pylist()), 6)
        )
        for name, column in zip(part.column_names, part.columns, strict=True)
    }


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) >= 1 else f"{value:.4f}"
    return "" if value is None else str(value)


def _shortened(text: str) -> str:
    return text if len(text) <= _MOST_LETTERS else f"{text[: _MOST_LETTERS - 1]}…"
