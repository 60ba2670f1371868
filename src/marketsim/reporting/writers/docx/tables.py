"""Tables of a paper as tables of Word: heads that repeat on every page, verdicts in colour, wide ones in parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from marketsim.reporting import style
from marketsim.reporting.style import width_of
from marketsim.reporting.table import Entry, Table
from marketsim.reporting.writers.clean import breakable, clean
from marketsim.reporting.writers.docx.styles import TEXT_CM

_COLOURS = {"good": "0B6E4F", "bad": "A63A00", "unclear": "5A6672"}
_LETTERS_OF_A_LINE = 104.0
"""Letters of the size of cells that stand side by side on a page."""
_MARGIN, _LONGEST_PIECE, _LONGEST_LINE = 3.0, 22, 60
_CHINESE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")
_TOGETHER = 4
"""Rows at the top of a table that stay with the one below them, so that no table begins at the foot of a page."""
_RULE, _HEAD_FILL = "9AA5B1", "EEF2F6"


def add_table(document: Any, content: Table) -> None:
    """Add a table; one with many columns in several parts, each with the first column."""
    for part in _parts(content):
        heads = [content.heads[column] for column in part]
        rows = [[row[column] if column < len(row) else Entry("") for column in part] for row in content.rows]
        _add(document, heads, rows)


def add_facts(document: Any, rows: Sequence[tuple[str, str]]) -> None:
    """Add a table of names and values."""
    _add(document, (), [[Entry(name), Entry(value)] for name, value in rows])


def _parts(content: Table) -> Iterator[list[int]]:
    """Yield the columns of each part: as many as fit the width of the page without breaking a number."""
    needed = [_least(_entries(content, column)) for column in range(len(content.heads))]
    part = [0]
    for column in range(1, len(needed)):
        if len(part) > 1 and sum(needed[one] for one in part) + needed[column] > _LETTERS_OF_A_LINE:
            yield part
            part = [0]
        part.append(column)
    yield part


def _entries(content: Table, column: int) -> list[Entry]:
    return [Entry(content.heads[column]), *(row[column] for row in content.rows if column < len(row))]


def _add(document: Any, heads: Sequence[str], rows: Sequence[Sequence[Entry]]) -> None:
    columns = len(heads) or (len(rows[0]) if rows else 1)
    table = document.add_table(rows=0, cols=columns)
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.LEFT, False
    heading = [[Entry(head)] for head in heads] or [[] for _ in range(columns)]
    widths = _widths([[*heading[place], *(row[place] for row in rows)] for place in range(columns)])
    if heads:
        added = table.add_row()
        _repeat(added)
        for cell, head in zip(added.cells, heads, strict=True):
            _fill(cell, _HEAD_FILL)
            _write(cell, Entry(head), bold=True)
    for row in rows:
        added = table.add_row()
        _keep(added)
        for number, (cell, entry) in enumerate(zip(added.cells, row, strict=True)):
            _write(cell, entry, bold=number == 0)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Cm(width)
    for row in table.rows[: min(_TOGETHER, len(table.rows) - 1)]:
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.keep_with_next = True
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    _rules(table)
    document.add_paragraph(style="Cell")


def _widths(columns: Sequence[Sequence[Entry]]) -> list[float]:
    """Return the width of each column in cm: what its longest piece needs; the rest goes to short lines first."""
    needed = [_least(entries) for entries in columns]
    liked = [max(_most(entries) - least, 0.0) for entries, least in zip(columns, needed, strict=True)]
    spare = max(_LETTERS_OF_A_LINE - sum(needed), 0.0)
    for left, column in zip(range(len(liked), 0, -1), sorted(range(len(liked)), key=liked.__getitem__), strict=True):
        liked[column] = min(liked[column], spare / left)
        spare -= liked[column]
    letters = [least + more for least, more in zip(needed, liked, strict=True)]
    return [width * TEXT_CM / max(sum(letters), _LETTERS_OF_A_LINE) for width in letters]


def _least(entries: Sequence[Entry]) -> float:
    """Return how many letters wide a column must be so that no number or word is broken; a long name may be."""
    pieces = (piece for entry in entries for line in (entry.text, *entry.below) for piece in line.split(" "))
    return min(max((_unbroken(piece) for piece in pieces), default=0), _LONGEST_PIECE) + _MARGIN


def _unbroken(piece: str) -> int:
    """Return how wide the widest part of a text is that must stay on a line: Chinese may be broken anywhere."""
    return max((len(part) for part in _CHINESE.split(piece)), default=0)


def _most(entries: Sequence[Entry]) -> float:
    lines = (line for entry in entries for line in (entry.text, *entry.below))
    return min(max((width_of(line) for line in lines), default=0), _LONGEST_LINE) + _MARGIN


def _write(cell: Any, entry: Entry, *, bold: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.style = "Cell"
    run = paragraph.add_run(breakable(clean(entry.text)))
    run.bold = bold
    if entry.look in _COLOURS:
        run.font.color.rgb = RGBColor.from_string(_COLOURS[entry.look])
    for line in entry.below:
        below = cell.add_paragraph(style="Cell").add_run(breakable(clean(line)))
        below.font.size = Pt(7)
        below.font.color.rgb = RGBColor.from_string(style.QUIET.removeprefix("#"))


def _repeat(row: Any) -> None:
    """Let a row stand on top of every page of the table."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)
    _keep(row)


def _keep(row: Any) -> None:
    """Keep a row on one page."""
    mark = OxmlElement("w:cantSplit")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().insert(0, mark)


def _fill(cell: Any, colour: str) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(qn(f"w:{name}"), value)
    cell._tc.get_or_add_tcPr().append(shade)


def _rules(table: Any) -> None:
    """Draw quiet lines between rows."""
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", _RULE)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    table._tbl.tblPr.append(borders)
