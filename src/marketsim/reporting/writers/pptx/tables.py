"""Native tables: columns as wide as their words need, rows in pages that fit, colours of verdicts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pptx.oxml import parse_xml
from pptx.util import Pt

from marketsim.reporting import style
from marketsim.reporting.language import say
from marketsim.reporting.numbers import MISSING
from marketsim.reporting.table import Entry, Table
from marketsim.reporting.writers.clean import breakable
from marketsim.reporting.writers.pptx.fitting import LINE, clean, units, width_of, wrapped
from marketsim.reporting.writers.pptx.frame import Box
from marketsim.reporting.writers.pptx.native_chart import describe
from marketsim.reporting.writers.pptx.text import QUIET_TEXT, Paragraph, Run, add_part, write

_SIZES = (13.0, 12.0, 11.0, 10.0)
_SMALLER = 0.9
_PAD_X, _PAD_Y = 5.0, 3.0
_WIDEST = 260.0
_NARROWEST = 36.0
_LONGEST_WORDS = (240.0, 130.0)
_HEAD_LINES = (1, 3)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_PALE = 0.5
_NOTHING = ("", MISSING)
_HEAD_FILL = (
    f'<a:solidFill xmlns:a="{_A}"><a:schemeClr val="tx1"><a:lumMod val="10000"/><a:lumOff val="90000"/></a:schemeClr>'
    "</a:solidFill>"
)


@dataclass(frozen=True)
class Grid:
    """A table, or a part of it, as it is laid out: widths of columns, heights of the head and of rows, size of letters."""

    table: Table
    widths: tuple[float, ...]
    head: float
    heights: tuple[float, ...]
    size: float
    grouped: bool

    @property
    def height(self) -> float:
        """Its whole height."""
        return self.head + sum(self.heights)


def pages_of(table: Table, box: Box, *, grouped: bool = False) -> list[Grid]:
    """Return a table in parts of which each fits into a box; columns that do not fit side by side follow each other."""
    table = _with_entries(table)
    for size in _SIZES:
        whole = _laid_out(table, box.width, size, grouped)
        if _fits_across(table, box.width, size) and whole.height <= box.height:
            return [whole]
    size = next((size for size in _SIZES[1:] if _fits_across(table, box.width, size)), _SIZES[-1])
    parts = [_laid_out(part, box.width, size, grouped) for part in _column_parts(table, box.width, size)]
    return [page for part in parts for page in _row_pages(part, box.height)]


def _with_entries(table: Table) -> Table:
    """Return a table without columns in which every entry is missing."""
    kept = [n for n in range(len(table.heads)) if n == 0 or any(row[n].text not in _NOTHING for row in table.rows)]
    return _some_columns(table, kept) if table.rows else table


def _row_pages(grid: Grid, height: float) -> list[Grid]:
    """Return pages of nearly the same number of rows."""
    starts, filled = [0], grid.head
    for number, own in enumerate(grid.heights):
        if filled + own > height and number > starts[-1]:
            starts.append(number)
            filled = grid.head
        filled += own
    ends = [*starts[1:], len(grid.heights)]
    return [_rows(grid, start, end) for start, end in zip(starts, ends, strict=True)]


def _rows(grid: Grid, start: int, end: int) -> Grid:
    table = replace(grid.table, rows=grid.table.rows[start:end])
    return Grid(table, grid.widths, grid.head, grid.heights[start:end], grid.size, grid.grouped)


def _column_parts(table: Table, width: float, size: float) -> list[Table]:
    """Return tables of some of the columns, each with the first one, where not all fit side by side."""
    least = _least_widths(table, size, width)
    groups: list[list[int]] = [[0]]
    for number in range(1, len(table.heads)):
        if len(groups[-1]) > 1 and sum(least[n] for n in groups[-1]) + least[number] > width:
            groups.append([0])
        groups[-1].append(number)
    return [_some_columns(table, group) for group in groups]


def _some_columns(table: Table, columns: Sequence[int]) -> Table:
    rows = tuple(tuple(row[number] for number in columns) for row in table.rows)
    return replace(table, heads=tuple(table.heads[number] for number in columns), rows=rows)


def _fits_across(table: Table, width: float, size: float) -> bool:
    return sum(_least_widths(table, size, width)) <= width


def _least_widths(table: Table, size: float, width: float) -> list[float]:
    """Return the width of the longest word of each column; words are broken beyond a limit, a lower one in want of room."""
    longest = [
        max(width_of(unit, size * scale, bold=bold) for text, scale, bold in lines for unit in _units(text))
        for lines in _lines(table)
    ]
    tried = [[min(word, most) + 2 * _PAD_X for word in longest] for most in _LONGEST_WORDS]
    return next((widths for widths in tried if sum(widths) <= width), tried[-1])


def _units(text: str) -> list[str]:
    """Return what stays on one line, an interval with its brackets for instance; of a line without any, an empty text."""
    return [unit.rstrip(" ") for unit in units(breakable(text))] or [""]


def _lines(table: Table) -> list[list[tuple[str, float, bool]]]:
    """Return the lines of each column: their text, how large it is beside that of the table, and whether it is bold."""
    made = []
    for number, head in enumerate(table.heads):
        own = [row[number] for row in table.rows]
        first = [(clean(head), 1.0, True), *((clean(entry.text), 1.0, True) for entry in own)]
        made.append([*first, *((clean(line), _SMALLER, False) for entry in own for line in entry.below)])
    return made


def _laid_out(table: Table, width: float, size: float, grouped: bool) -> Grid:
    widths = _widths(table, width, size)
    head = _height([Entry(text) for text in table.heads], widths, size, bold=True)
    heights = tuple(_height(row, widths, size) for row in table.rows)
    return Grid(table, widths, head, heights, size, grouped)


def _widths(table: Table, width: float, size: float) -> tuple[float, ...]:
    """Return the widths of columns: what their words need, narrowed or widened to the width of the table."""
    least = _least_widths(table, size, width)
    tried = [_wanted_widths(table, least, size, head_lines) for head_lines in _HEAD_LINES]
    wanted = next((widths for widths in tried if sum(widths) <= width), tried[-1])
    spare = width - sum(wanted)
    if spare >= 0:
        return tuple(own + min(spare * own / sum(wanted), 0.6 * own) for own in wanted)
    give = [own - low for own, low in zip(wanted, least, strict=True)]
    part = min(-spare / sum(give), 1.0) if sum(give) > 0 else 0.0
    narrowed = [own - part * loss for own, loss in zip(wanted, give, strict=True)]
    scale = min(width / sum(narrowed), 1.0)
    return tuple(own * scale for own in narrowed)


def _wanted_widths(table: Table, least: Sequence[float], size: float, head_lines: int) -> list[float]:
    """Return the widths at which every line of each column stays whole, its head in so many lines."""
    found = []
    for lines, low in zip(_lines(table), least, strict=True):
        head, *others = (width_of(text, size * scale, bold=bold) for text, scale, bold in lines)
        longest = max(head / head_lines, *others, 0.0)
        found.append(max(min(longest, _WIDEST) + 2 * _PAD_X + 2, low, _NARROWEST))
    return found


def _height(row: Sequence[Entry], widths: Sequence[float], size: float, *, bold: bool = False) -> float:
    heights = [
        len(wrapped(clean(entry.text), width - 2 * _PAD_X, size, bold=bold)) * size * LINE
        + sum(len(wrapped(clean(line), width - 2 * _PAD_X, size * _SMALLER)) for line in entry.below)
        * size
        * _SMALLER
        * LINE
        for entry, width in zip(row, widths, strict=True)
    ]
    return max(heights) + 2 * _PAD_Y


def add_table(slide: Any, box: Box, grid: Grid, east: str) -> float:
    """Put a table at the top of a box, and return its height."""
    rows, columns = len(grid.table.rows) + 1, len(grid.table.heads)
    place = Box(box.left, box.top, sum(grid.widths), grid.height)
    frame = slide.shapes.add_table(rows, columns, *place.lengths)
    frame._element.graphic.graphicData.tbl.tblPr.find(f"{{{_A}}}tableStyleId").text = _NO_STYLE
    table = frame.table
    table.horz_banding = False
    for number, width in enumerate(grid.widths):
        table.columns[number].width = Pt(width)
    for number, height in enumerate((grid.head, *grid.heights)):
        table.rows[number].height = Pt(height)
    _fill(table, grid, east)
    describe(frame, grid.table.caption or grid.table.heads[0], _alt(grid.table))
    return grid.height


def _alt(table: Table) -> str:
    return f"{table.caption}: {', '.join(head for head in table.heads if head)}"


def _fill(table: Any, grid: Grid, east: str) -> None:
    right = [_is_number_column(grid.table, number) for number in range(len(grid.table.heads))]
    for column, head in enumerate(grid.table.heads):
        words = [Paragraph((Run(head, bold=True, colour="tx1"),), gap=0, align="r" if right[column] else "l")]
        _write_cell(table.cell(0, column), words, grid.size, east, line="accent", head=True, anchor="b")
    for number, row in enumerate(grid.table.rows):
        again = grid.grouped and number > 0 and row[0].text == grid.table.rows[number - 1][0].text
        ends = number + 1 == len(grid.table.rows) or (
            grid.grouped and grid.table.rows[number + 1][0].text != row[0].text
        )
        for column, entry in enumerate(row):
            words = [] if again and column == 0 else _paragraphs(entry, first=column == 0, right=right[column])
            _write_cell(
                table.cell(number + 1, column),
                words,
                grid.size,
                east,
                line="strong" if ends and grid.grouped else "faint",
            )


def _paragraphs(entry: Entry, *, first: bool, right: bool) -> list[Paragraph]:
    colour = {"good": _good(), "bad": style.WARM, "unclear": QUIET_TEXT}.get(entry.look, "tx1")
    if not entry.text and not entry.below:
        return []
    align = "r" if right else "l"
    bold = first or entry.look in ("good", "bad")
    main = Paragraph((Run(entry.text, bold=bold, colour=colour),), gap=0, align=align)
    below = [Paragraph((Run(line, colour=QUIET_TEXT),), gap=0, scale=_SMALLER, align=align) for line in entry.below]
    return [main, *below]


def _is_number_column(table: Table, number: int) -> bool:
    """Tell whether most entries of a column begin as a number does."""
    nothing = (*_NOTHING, say("no change"))
    texts = [row[number].text for row in table.rows if row[number].text not in nothing]
    numbers = [
        text for text in texts if text[0] in "+−<>≈0123456789[" and "," not in _THOUSANDS.sub("", text.split("[")[0])
    ]
    return number > 0 and len(texts) > 0 and len(numbers) >= 0.8 * len(texts)


def _write_cell(
    cell: Any, words: list[Paragraph], size: float, east: str, *, line: str, head: bool = False, anchor: str = "t"
) -> None:
    if words:
        write(cell.text_frame, words, size, east=east, inset=None)
    else:
        add_part(cell.text_frame.paragraphs[0]._p, "a:endParaRPr", sz=str(round(size * 100)))
    properties = cell._tc.get_or_add_tcPr()
    for name, pad in (("marL", _PAD_X), ("marR", _PAD_X), ("marT", _PAD_Y), ("marB", _PAD_Y)):
        properties.set(name, str(int(Pt(pad))))
    properties.set("anchor", anchor)
    for child in list(properties):
        properties.remove(child)
    properties.append(_border(line))
    properties.append(parse_xml(_HEAD_FILL if head else f'<a:noFill xmlns:a="{_A}"/>'))


def _border(kind: str) -> Any:
    """Return the line under a cell: faint, strong, or in the leading colour under the head."""
    width, colour = {
        "faint": (6350, '<a:schemeClr val="tx1"><a:lumMod val="15000"/><a:lumOff val="85000"/></a:schemeClr>'),
        "strong": (12700, '<a:schemeClr val="tx1"><a:lumMod val="50000"/><a:lumOff val="50000"/></a:schemeClr>'),
        "accent": (28575, '<a:schemeClr val="accent1"/>'),
    }[kind]
    return parse_xml(f'<a:lnB xmlns:a="{_A}" w="{width}"><a:solidFill>{colour}</a:solidFill></a:lnB>')


def _good() -> str:
    """Return the colour of what is good: the leading one, or that of text where it is too pale to read."""
    channels = (int(style.focus()[place : place + 2], 16) / 255 for place in (1, 3, 5))
    lightness = sum(part * weight for part, weight in zip(channels, (0.21, 0.72, 0.07), strict=True))
    return style.focus() if lightness < _PALE else "tx1"
