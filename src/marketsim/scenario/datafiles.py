"""The data files that a scenario names, read as tables, with all that is wrong in them."""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from marketsim.errors import DataFileError
from marketsim.scenario.paths import closest, one_of

MOST_SHOWN = 20
"""How many problems of one file are listed."""
_LARGEST_FILE = 2_000_000_000


@dataclass
class Faults:
    """What is wrong with a data file, row by row."""

    file: str
    lines: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, row: int | None, column: str, value: str | None, message: str) -> None:
        """Note one fault.

        Args:
            row: line of the file, counted from 1 with the header; None for the whole file.
            column: name of the column; empty for the whole row.
            value: what stands there; None where nothing does.
            message: what would be right.
        """
        self.count += 1
        place = ", ".join(part for part in (f"row {row}" if row else "", f"column {column}" if column else "") if part)
        shown = f" = {value[:40]}" if value is not None else ""
        if self.count <= MOST_SHOWN:
            self.lines.append(f"{place}{shown}: {message}" if place else message)

    def check(self) -> None:
        """Raise DataFileError with all faults noted, if there are any."""
        if self.count:
            more = [f"and {self.count - MOST_SHOWN} more"] if self.count > MOST_SHOWN else []
            problems = "a problem" if self.count == 1 else f"{self.count} problems"
            raise DataFileError("\n         ".join([f"{self.file} has {problems}:", *self.lines, *more]))


@dataclass(frozen=True)
class CsvTable:
    """A CSV as text: its rows by column name, each with its line in the file."""

    file: str
    columns: tuple[str, ...]
    rows: list[tuple[int, dict[str, str]]]
    digest: str

    def column(self, name: str) -> list[str]:
        """Return the values of a column in the order of the rows."""
        return [row[name] for _, row in self.rows]


def read_csv(path: Path, file: str, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> CsvTable:
    """Return the rows of a CSV; lines that start with # are comments.

    Args:
        path: where it is.
        file: what the scenario calls it.
        required: columns that it must have.
        optional: columns that it may have; any other is an error.

    Raises:
        DataFileError: it cannot be read, or lacks columns or rows.
    """
    content = _content(path, file)
    rows = list(_lines(content, file))
    if not rows:
        raise DataFileError(f"{file} is empty; its first line must name the columns {', '.join(required)}")
    header = tuple(name.strip() for name in rows[0][1])
    faults = Faults(file)
    _check_header(header, required, optional, rows[0][0], faults)
    faults.check()
    table = [(line, _row(header, cells, line, faults)) for line, cells in rows[1:]]
    if not table:
        faults.add(None, "", None, "there are no rows below the line of column names")
    faults.check()
    return CsvTable(file, header, table, hashlib.sha256(content).hexdigest())


def _content(path: Path, file: str) -> bytes:
    try:
        if path.is_dir():
            raise DataFileError(f"{file} is a folder, not a CSV file")
        if not path.is_file():
            raise DataFileError(_missing(path, file))
        if path.stat().st_size > _LARGEST_FILE:
            raise DataFileError(f"{file} is larger than {_LARGEST_FILE / 1e9:g} GB")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise DataFileError(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _missing(path: Path, file: str) -> str:
    try:
        near = closest(path.name, [entry.name for entry in path.parent.iterdir()])
    except (OSError, ValueError):
        near = []
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"there is no file {file} (looked for relative to the scenario file that names it){hint}"


def _lines(content: bytes, file: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of each line that is neither empty nor a comment, with its number."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise DataFileError(f"{file}, row {line}: not UTF-8 text; save the file as CSV UTF-8") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells) and not cells[0].lstrip().startswith("#"):
                yield reader.line_num, cells
    except csv.Error as error:
        raise DataFileError(f"{file}, row {reader.line_num}: not a CSV: {error}") from None


def _check_header(
    header: tuple[str, ...], required: tuple[str, ...], optional: tuple[str, ...], line: int, faults: Faults
) -> None:
    known = (*required, *optional)
    for name in required:
        if name not in header:
            near = closest(name, [other for other in header if other not in known])
            hint = f"; is it {near[0]}?" if near else f"; the columns are {one_of(header)}"
            faults.add(line, "", None, f"there is no column {name}{hint}")
    for name in header:
        if name not in known and optional is not ANY:
            faults.add(line, name or "(no name)", None, f"unknown column; the columns may be {', '.join(known)}")
        if header.count(name) > 1:
            faults.add(line, name, None, "two columns of the same name")


ANY: tuple[str, ...] = ("",)
"""Pass as `optional` to accept further columns."""


def _row(header: tuple[str, ...], cells: list[str], line: int, faults: Faults) -> dict[str, str]:
    if len(cells) != len(header):
        faults.add(line, "", None, f"{len(cells)} values, but there are {len(header)} columns")
    padded = [cell.strip() for cell in cells] + [""] * len(header)
    return dict(zip(header, padded, strict=False))


def to_number(text: str, fits: Callable[[float], bool], what: str) -> float:
    """Return a number from a cell; ValueError with what would be right if it is none or does not fit."""
    if not text:
        raise ValueError(f"missing; must be {what}")
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"must be {what}") from None
    if not math.isfinite(value) or not fits(value):
        raise ValueError(f"must be {what}")
    return value
