"""The tables of the paper as sheets: numbers where the table gives them, and what is printed beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from marketsim.reporting.language import say
from marketsim.reporting.numbers import NO_BREAK, per_cent
from marketsim.reporting.table import Entry, Table
from marketsim.reporting.writers.xlsx.book import FIRST_ROW, HEAD_ROW, LINE_POINTS, Page
from marketsim.reporting.writers.xlsx.looks import (
    HEAD,
    NAME,
    NOTE,
    PLAIN,
    RIGHT_HEAD,
    Look,
    colour_of,
    number_format,
    with_digits,
)
from marketsim.reporting.writers.xlsx.names import lines_of, width_of

_PER_CENT = re.compile(r"^([<>]?)[+\-−]?\d+(?:\.(\d+))?[\s\u00a0]?%$")
"""A chance or a share as tables print them, with what keeps it from being told exactly."""
_NUMBER = re.compile(r"^([+\-−]?)[\d,]*\d(?:\.(\d+))?")
_WIDEST, _NARROWEST = 46, 9
_NUMBER_WIDTH = 14.0


def fill_table(page: Page, table: Table) -> None:
    """Write a table of the paper with its notes."""
    columns = [_Column.of(head, entries) for head, entries in zip(table.heads, _columns(table), strict=True)]
    page.widths(*(width for column in columns for width in column.widths))
    page.head(table.caption)
    place = 0
    for number, column in enumerate(columns):
        column.write(page, place, NAME if number == 0 else PLAIN)
        place += column.count
    page.sheet.ignore_errors({"number_stored_as_text": f"A{FIRST_ROW + 1}:XFD{FIRST_ROW + len(table.rows) + 1}"})
    _set_heights(page, columns, len(table.rows))
    page.freeze(FIRST_ROW, 1)
    _notes(page, table.notes, FIRST_ROW + len(table.rows) + 1)


def _columns(table: Table) -> list[list[Entry]]:
    rows = [(*row, *(Entry("") for _ in range(len(table.heads) - len(row)))) for row in table.rows]
    return [[row[place] for row in rows] for place in range(len(table.heads))]


def _notes(page: Page, notes: Sequence[str], row: int) -> None:
    for offset, note in enumerate(notes):
        page.paragraph(row + offset, note, NOTE)


def _set_heights(page: Page, columns: Sequence[_Column], rows: int) -> None:
    page.height(HEAD_ROW, LINE_POINTS * max(lines_of(column.head, column.width) for column in columns) + 2)
    for place in range(rows):
        lines = max(lines_of(column.printed(place), column.width) for column in columns)
        page.height(FIRST_ROW + place, LINE_POINTS * lines + 1.5)


class _Column:
    """A column of a table: of texts, or of numbers with what is printed beside them where that says more."""

    def __init__(self, head: str, entries: Sequence[Entry]) -> None:
        self.head, self._entries = head, entries
        self._has_numbers = any(entry.value is not None for entry in entries)
        self._has_texts = not self._has_numbers or any(not _says_no_more(entry) for entry in entries)
        longest = max((width_of(_printed(entry)) for entry in entries), default=0)
        word = max((width_of(part) for part in head.split()), default=0)
        self.width = float(min(max(longest + 2, word + 2, min(width_of(head) + 2, 26), _NARROWEST), _WIDEST))

    @classmethod
    def of(cls, head: str, entries: Sequence[Entry]) -> _Column:
        """Return the column of entries."""
        return cls(head, entries)

    @property
    def widths(self) -> tuple[float, ...]:
        """The widths of its columns in the sheet."""
        return (*((_NUMBER_WIDTH,) if self._has_numbers else ()), *((self.width,) if self._has_texts else ()))

    @property
    def count(self) -> int:
        """How many columns of the sheet it takes."""
        return len(self.widths)

    def printed(self, row: int) -> str:
        """Return what is printed in a row."""
        return _printed(self._entries[row]) if self._has_texts else ""

    def write(self, page: Page, column: int, look: Look) -> None:
        """Write head and entries."""
        if self._has_numbers:
            page.text(HEAD_ROW, column, self.head, RIGHT_HEAD)
            for row, entry in enumerate(self._entries, start=FIRST_ROW):
                _write_number(page, row, column, entry)
            column += 1
        if self._has_texts:
            head = say("{head}: as printed", head=self.head) if self._has_numbers else self.head
            indent = int(column > 0)
            page.text(HEAD_ROW, column, head, replace(HEAD, indent=indent))
            base = replace(look, wrap=True, indent=indent)
            for row, entry in enumerate(self._entries, start=FIRST_ROW):
                page.text(row, column, _printed(entry), replace(base, colour=colour_of(entry.look)))


def _printed(entry: Entry) -> str:
    return "\n".join([entry.text, *entry.below])


def _says_no_more(entry: Entry) -> bool:
    """Tell whether a number says all that is printed: nothing but that number, or nothing at all."""
    if entry.value is None:
        return not _printed(entry).strip("–— ")
    found = _NUMBER.match(entry.text)
    is_number = found is not None and found.end() == len(entry.text)
    return not entry.below and (is_number or _PER_CENT.match(entry.text) is not None)


def _share_format(share: re.Match[str]) -> str:
    """Return the format of a number in per cent; ``<1 %`` and ``>99 %`` stay what they are."""
    if share.group(1):
        return '"' + share.group(0).replace(NO_BREAK, " ") + '"'
    sign = per_cent("").replace(NO_BREAK, " ")
    return number_format(len(share.group(2) or "")) + '"' + sign + '"'


def _write_number(page: Page, row: int, column: int, entry: Entry) -> None:
    look = replace(PLAIN, colour=colour_of(entry.look))
    if entry.value is None:
        page.text(row, column, entry.text if not _NUMBER.match(entry.text) else "", replace(look, align="right"))
        return
    share = _PER_CENT.match(entry.text)
    if share:
        page.number(row, column, entry.value, replace(look, number=_share_format(share), align="right"))
        return
    found = _NUMBER.match(entry.text)
    digits = len(found.group(2) or "") if found else 2
    page.number(row, column, entry.value, with_digits(look, digits, signed=bool(found and found.group(1) == "+")))
