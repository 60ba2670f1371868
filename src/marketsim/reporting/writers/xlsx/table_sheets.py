"""The tables of the paper as sheets: numbers where the table gives them, and what is printed beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from marketsim.reporting.language import say
from marketsim.reporting.numbers import NO_BREAK, per_cent
from marketsim.reporting.table import Entry, Table
from marketsim.reporting.writers.xlsx.book import FIRST_ROW, HEAD_ROW, LINE_POINTS, Page
from marketsim.reporting.writers.xlsx.effect_cells import Source
from marketsim.reporting.writers.xlsx.looks import (
    FORMULA,
    HEAD,
    NAME,
    NOTE,
    PLAIN,
    RESULT,
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
_BELOW = re.compile(r"^<0\.\d+$")
"""A p-value that is too small to be printed."""
_WIDEST, _NARROWEST = 46, 9
_NUMBER_WIDTH = 14.0


def fill_table(page: Page, table: Table, sources: Mapping[tuple[int, int], Source] = MappingProxyType({})) -> None:
    """Write a table of the paper with its notes.

    Args:
        page: an empty sheet.
        table: the table.
        sources: the cells of the sheet of effects from which numbers are taken, by row and column of the table.
    """
    columns = [
        _Column(head, entries, {row: source for (row, at), source in sources.items() if at == place})
        for place, (head, entries) in enumerate(zip(table.heads, _columns(table), strict=True))
    ]
    page.widths(*(width for column in columns for width in column.widths))
    page.head(table.caption, _origin(table, bool(sources)))
    place = 0
    for number, column in enumerate(columns):
        column.write(page, place, NAME if number == 0 else PLAIN)
        place += column.count
    page.sheet.ignore_errors({"number_stored_as_text": f"A{FIRST_ROW + 1}:XFD{FIRST_ROW + len(table.rows) + 1}"})
    _set_heights(page, columns, len(table.rows))
    page.freeze(FIRST_ROW, 1)
    _notes(page, table.notes, FIRST_ROW + len(table.rows) + 1)


def _origin(table: Table, has_sources: bool) -> str:
    """Return which numbers of the sheet follow those of other sheets."""
    if has_sources:
        return say(
            "Black numbers are taken by formula from the sheet of effects; violet numbers and all texts are copies of the "
            "report."
        )
    has_numbers = any(entry.value is not None for row in table.rows for entry in row)
    return say("The numbers of this sheet are copies of the report, not formulas.") if has_numbers else ""


def _columns(table: Table) -> list[list[Entry]]:
    rows = [(*row, *(Entry("") for _ in range(len(table.heads) - len(row)))) for row in table.rows]
    return [[row[place] for row in rows] for place in range(len(table.heads))]


def _notes(page: Page, notes: Sequence[str], row: int) -> None:
    for offset, note in enumerate(notes):
        page.paragraph(row + offset, note, NOTE)


def _set_heights(page: Page, columns: Sequence[_Column], rows: int) -> None:
    page.fit(HEAD_ROW, [head for column in columns for head in column.heads])
    for place in range(rows):
        lines = max(lines_of(column.printed(place), column.width) for column in columns)
        page.height(FIRST_ROW + place, LINE_POINTS * lines + 1.5)


class _Column:
    """A column of a table: of texts, or of numbers with what is printed beside them where that says more."""

    def __init__(self, head: str, entries: Sequence[Entry], sources: Mapping[int, Source]) -> None:
        self.head, self._entries, self._sources = head, entries, sources
        self._has_numbers = any(entry.value is not None for entry in entries)
        self._has_texts = not self._has_numbers or any(not _says_no_more(entry) for entry in entries)
        longest = max((width_of(_printed(entry)) for entry in entries), default=0)
        word = max((width_of(part) for part in head.split()), default=0)
        self.width = float(min(max(longest + 2, word + 2, min(width_of(head) + 2, 26), _NARROWEST), _WIDEST))

    @property
    def heads(self) -> tuple[str, ...]:
        """The heads of its columns in the sheet."""
        text = say("{head}: as printed", head=self.head) if self._has_numbers else self.head
        return (*((self.head,) if self._has_numbers else ()), *((text,) if self._has_texts else ()))

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
            for place, entry in enumerate(self._entries):
                _write_number(page, FIRST_ROW + place, column, entry, self._sources.get(place))
            column += 1
        if self._has_texts:
            indent = int(column > 0)
            page.text(HEAD_ROW, column, self.heads[-1], replace(HEAD, indent=indent))
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
    return not entry.below and (is_number or _PER_CENT.match(entry.text) is not None or bool(_BELOW.match(entry.text)))


def _share_format(share: re.Match[str]) -> str:
    """Return the format of a number in per cent; ``<1 %`` and ``>99 %`` stay what they are."""
    if share.group(1):
        return '"' + share.group(0).replace(NO_BREAK, " ") + '"'
    sign = per_cent("").replace(NO_BREAK, " ")
    return number_format(len(share.group(2) or "")) + '"' + sign + '"'


def _write_number(page: Page, row: int, column: int, entry: Entry, source: Source | None) -> None:
    if entry.value is None:
        look = replace(PLAIN, colour=colour_of(entry.look), align="right")
        page.text(row, column, entry.text if not _NUMBER.match(entry.text) else "", look)
    elif source is None:
        page.number(row, column, entry.value, _look_of(entry.text, RESULT))
    else:
        page.formula(row, column, source.formula, source.value, _look_of(entry.text, FORMULA))


def _look_of(text: str, look: Look) -> Look:
    """Return the look of a number that is printed so."""
    share, below = _PER_CENT.match(text), _BELOW.match(text)
    if share or below:
        number = _share_format(share) if share else _below_format(text)
        return replace(look, number=number, align="right")
    found = _NUMBER.match(text)
    digits = len(found.group(2) or "") if found else 2
    return with_digits(look, digits, signed=bool(found and found.group(1)))


def _below_format(text: str) -> str:
    """Return the format of a number that is printed as ``<0.001``."""
    return f'[<{text[1:]}]"{text}";{number_format(len(text.partition(".")[2]))}'
