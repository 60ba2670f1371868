"""The workbook: sheets that print well, the same bytes every time, formats that are made once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from marketsim.reporting.language import say
from marketsim.reporting.writers.xlsx.looks import LINK, NOTE, TITLE, Look, font_name
from marketsim.reporting.writers.xlsx.names import clean, lines_of, quoted

_CREATED = datetime(2000, 1, 1)
"""A fixed date makes equal papers equal files."""
_OPTIONS: Mapping[str, Any] = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}
_PAPER_A4 = 9
_PAGE_POINTS, _ROW_POINTS = 480.0, 15.5
"""Height of what is printed on a page, and of a row of a table."""
_STACK_SCALE = 72
"""Per cent of its size in which blocks are printed that must not be cut."""
_MOST_IN_HEADER = 60
_USUAL_WIDTH = 9.0
_TEXT_WIDTH = 110.0
_PAGE_WIDTH = 230.0
"""Characters side by side on a page that can still be read."""
_WRAPPED = 0.93
"""Part of a line that words fill before the next one is begun."""
HEAD_ROW = 3
"""Row of the heads of a table, counted from 0: above it stand title, link and a note."""
_TITLE_POINTS = 23.0
LINE_POINTS = 13.5
"""Height of a line of text."""
FIRST_ROW = HEAD_ROW + 1
"""First row below the heads."""
BACK = "\N{LEFTWARDS ARROW}"


@dataclass(frozen=True)
class Mark:
    """What stands on every printed page.

    Attributes:
        study: name of the study.
        origin: what identifies the results: seed and scenario hash.
        title: title of the paper.
        author: who hands it in; may be empty.
    """

    study: str
    origin: str
    title: str
    author: str


class Book:
    """A workbook that is being written."""

    def __init__(self, path: Path, mark: Mark) -> None:
        """Begin a workbook; nothing is written before it is closed.

        Args:
            path: the file.
            mark: what stands on every printed page.
        """
        font = {"font_name": font_name(), "font_size": 10}
        self._book: Any = xlsxwriter.Workbook(str(path), {**_OPTIONS, "default_format_properties": font})
        self._mark = mark
        self._font = font
        self._formats: dict[Look, Any] = {}
        facts = {"title": clean(mark.title)[:255], "author": clean(mark.author)[:255], "comments": clean(mark.origin)}
        self._book.set_properties({**facts, "created": _CREATED})
        self._book.set_calc_mode("auto")

    def add(self, name: str, contents: str) -> Page:
        """Add a sheet.

        Args:
            name: its name, one that Excel accepts.
            contents: name of the sheet with the contents.
        """
        sheet = self._book.add_worksheet(name)
        sheet.hide_gridlines(2)
        self._print_setup(sheet)
        return Page(self, sheet, name, contents)

    def _print_setup(self, sheet: Any) -> None:
        sheet.set_landscape()
        sheet.set_paper(_PAPER_A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.75, bottom=0.75)
        study, origin = (
            clean(text)[:_MOST_IN_HEADER].replace("&", "&&") for text in (self._mark.study, self._mark.origin)
        )
        sheet.set_header(f"&L&9{study} &R&9&A")
        sheet.set_footer(f"&L&9{origin} &R&9&P / &N")

    def name_cell(self, name: str, reference: str) -> None:
        """Give a cell a name that formulas use."""
        self._book.define_name(name, f"={reference}")

    def format(self, look: Look) -> Any:
        """Return the format of a look."""
        if look not in self._formats:
            self._formats[look] = self._book.add_format({**self._font, **look.properties()})
        return self._formats[look]

    def raw_format(self, properties: Mapping[str, Any]) -> Any:
        """Return a format of its own, as conditional formatting needs it."""
        return self._book.add_format(dict(properties))

    def chart(self, options: Mapping[str, str]) -> Any:
        """Return a new chart that belongs to no sheet yet."""
        return self._book.add_chart(dict(options))

    def close(self) -> None:
        """Write the file.

        Raises:
            OSError: it cannot be written.
        """
        try:
            self._book.close()
        except xlsxwriter.exceptions.FileCreateError as error:
            raise OSError(str(error)) from error


class Page:
    """A sheet that is being written; rows and columns are counted from 0."""

    def __init__(self, book: Book, sheet: Any, name: str, contents: str) -> None:
        """Take over an empty sheet."""
        self.book, self.sheet, self.name, self._contents = book, sheet, name, contents
        self._widths: tuple[float, ...] = (_USUAL_WIDTH,)

    def head(self, title: str, note: str = "") -> None:
        """Write the title, the way back to the contents, and what must be known about the sheet; set widths first."""
        self.text(0, 0, title, TITLE)
        self.height(0, _TITLE_POINTS)
        self.link(1, 0, self._contents, say("{arrow} Contents", arrow=BACK))
        if note:
            self.paragraph(2, note, NOTE)

    def text(self, row: int, column: int, text: str, look: Look) -> None:
        """Write a text as it is: never a formula, a number or an address."""
        if text:
            self.sheet.write_string(row, column, clean(text), self.book.format(look))

    def blank(self, row: int, column: int, look: Look) -> None:
        """Give an empty cell a look."""
        self.sheet.write_blank(row, column, None, self.book.format(look))

    def number(self, row: int, column: int, value: float, look: Look) -> None:
        """Write a number; nothing where there is none."""
        if math.isfinite(value):
            self.sheet.write_number(row, column, value, self.book.format(look))

    def formula(self, row: int, column: int, formula: str, value: float | str, look: Look) -> None:
        """Write a formula with its value; an empty text where it has none.

        Args:
            row: the row.
            column: the column.
            formula: without the sign of equality.
            value: what it gives, for programs that do not compute.
            look: how it looks.
        """
        shown = value if isinstance(value, str) or math.isfinite(value) else ""
        self.sheet.write_formula(row, column, f"={formula}", self.book.format(look), shown)

    def link(self, row: int, column: int, sheet: str, text: str) -> None:
        """Write a link to another sheet of the workbook."""
        target = f"internal:{quoted(sheet)}!A1"
        self.sheet.write_url(row, column, target, self.book.format(LINK), string=clean(text))

    def row(self, row: int, texts: Iterable[str], look: Look, first: int = 0) -> None:
        """Write texts side by side."""
        for column, text in enumerate(texts, start=first):
            self.text(row, column, text, look)

    def fit(self, row: int, texts: Sequence[str]) -> None:
        """Make a row as high as heads need that are broken into lines in the first columns."""
        pairs = zip(texts, self._widths, strict=False)
        self.height(row, LINE_POINTS * max(lines_of(text, width * _WRAPPED - 1) for text, width in pairs) + 2.5)

    def widths(self, *widths: float) -> None:
        """Set the widths of the first columns in characters."""
        self._widths = widths
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)

    def paragraph(self, row: int, text: str, look: Look, line: float = LINE_POINTS) -> None:
        """Write a text over the first columns of a row, in as many lines as it needs.

        Args:
            row: the row.
            text: the text.
            look: how it looks.
            line: height of a line in points.
        """
        columns, letters = self._columns_of_text()
        wrapped = replace(look, wrap=True)
        if columns > 1:
            self.sheet.merge_range(row, 0, row, columns - 1, "", self.book.format(wrapped))
        self.text(row, 0, text, wrapped)
        self.height(row, line * lines_of(clean(text), letters * LINE_POINTS / line) + 2.5)

    def _columns_of_text(self) -> tuple[int, float]:
        """Return over how many columns texts go, and how many characters fit into a line of them."""
        letters, columns = 0.0, 0
        while columns < len(self._widths) and letters < _TEXT_WIDTH:
            letters += self._widths[columns]
            columns += 1
        while letters < _TEXT_WIDTH:
            letters += _USUAL_WIDTH
            columns += 1
        return columns, letters * _WRAPPED

    def spread(self, width: float) -> None:
        """Print a sheet that is so many characters wide over as many pages as keep it legible."""
        self.sheet.fit_to_pages(max(1, round(width / _PAGE_WIDTH)), 0)

    def height(self, row: int, points: float) -> None:
        """Set the height of a row in points."""
        self.sheet.set_row(row, points)

    def print_area(self, rows: int, columns: int) -> None:
        """Print only the first rows and columns."""
        self.sheet.print_area(0, 0, rows - 1, columns - 1)

    def stack(self, starts: Sequence[int], end: int) -> None:
        """Print blocks of rows one below another, as many on a page as fit there, so that none is cut by its end.

        Args:
            starts: the first row of each block.
            end: the row below the last block.
        """
        self.sheet.set_print_scale(_STACK_SCALE)
        room = _PAGE_POINTS * 100 / _STACK_SCALE / _ROW_POINTS
        breaks, begin = [], 0
        for start, following in zip(starts, (*starts[1:], end), strict=True):
            if following - begin > room and start > begin:
                breaks.append(start)
                begin = start
        self.sheet.set_h_pagebreaks([each for each in breaks if each > starts[0]])

    def freeze(self, row: int, column: int, *, repeat: bool = True) -> None:
        """Keep rows above and columns left of a cell in sight, and print the row above it on every page."""
        self.sheet.freeze_panes(row, column)
        if row and repeat:
            self.sheet.repeat_rows(row - 1)

    def filter(self, row: int, last_row: int, columns: int) -> None:
        """Let the reader filter a table by its heads."""
        self.sheet.autofilter(row, 0, max(last_row, row), columns - 1)
