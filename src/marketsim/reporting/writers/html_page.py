"""The planning paper as the web page shows it: sections with anchors, numbered figures and tables, plots."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from marketsim.reporting.paper.model import Block, ChartBlock, Paper, Section, TableBlock, Text
from marketsim.reporting.table import Entry, Table
from marketsim.reporting.writers.html_figures import Drawn, drawn
from marketsim.reporting.writers.html_words import figure_label, table_label

_ANSWER = "answer"
_SHORT_LOOKS = ("headline", "lead")
_FEWEST_SORTED = 3
_MANY_COLUMNS = 9
_JUDGED = {"good": "▲", "bad": "▼"}


@dataclass(frozen=True)
class Piece:
    """A block of the page.

    Attributes:
        kind: name of the macro that prints it.
        block: the block of the paper.
        label: by which the text calls a figure or table.
        anchor: its place in the page; empty where nothing refers to it.
        drawn: picture and plots of a chart.
    """

    kind: str
    block: Block
    label: str = ""
    anchor: str = ""
    drawn: Drawn | None = None


@dataclass(frozen=True)
class Part:
    """A section of the page.

    Attributes:
        anchor: its place in the page.
        title: its heading.
        message: what it says, where none of its blocks does.
        pieces: its blocks in order.
    """

    anchor: str
    title: str
    message: str
    pieces: tuple[Piece, ...]

    @property
    def entries(self) -> list[tuple[str, str]]:
        """Places inside it that the table of contents names: (anchor, title) of its figures."""
        return [(piece.anchor, piece.drawn.chart.title) for piece in self.pieces if piece.drawn]


@dataclass(frozen=True)
class Page:
    """The page.

    Attributes:
        cautions: what must be minded first.
        short: the headline, and the sentences under it.
        answer: what else the answer says; None where the paper has no such section.
        parts: the other sections.
    """

    cautions: tuple[Piece, ...]
    short: tuple[Piece, ...]
    answer: Part | None
    parts: tuple[Part, ...]

    @property
    def all_parts(self) -> tuple[Part, ...]:
        """All sections in order, the answer first."""
        return (*([self.answer] if self.answer else []), *self.parts)

    @property
    def figures(self) -> list[Drawn]:
        """All figures in order."""
        return [piece.drawn for part in self.all_parts for piece in part.pieces if piece.drawn]

    @property
    def plots(self) -> dict[str, list[dict[str, Any]]]:
        """What plotly.js draws, by the anchor of each figure that has an interactive chart."""
        return {found.anchor: [plot.specification for plot in found.plots] for found in self.figures if found.plots}


def page_of(paper: Paper) -> Page:
    """Return the page of a paper: the answer first, and the other sections in their order."""
    ordered = sorted(paper.sections, key=lambda section: section.name != _ANSWER)
    numbers = (count(1), count(1))
    parts = [_part(section, *numbers) for section in ordered]
    if not parts or parts[0].anchor != _ANSWER:
        return Page((), (), None, tuple(parts))
    cautions, short, rest = _split(parts[0].pieces)
    return Page(cautions, short, replace(parts[0], pieces=rest), tuple(parts[1:]))


def _split(pieces: tuple[Piece, ...]) -> tuple[tuple[Piece, ...], ...]:
    """Return the cautions, the headline with its sentences, and the rest of the answer."""
    looks = [piece.block.look if isinstance(piece.block, Text) else "" for piece in pieces]
    pairs = list(zip(pieces, looks, strict=True))
    return (
        tuple(piece for piece, look in pairs if look == "caution"),
        tuple(piece for piece, look in pairs if look in _SHORT_LOOKS),
        tuple(piece for piece, look in pairs if look not in ("caution", *_SHORT_LOOKS)),
    )


def _part(section: Section, figures: Iterator[int], tables: Iterator[int]) -> Part:
    pieces = tuple(_piece(block, figures, tables) for block in section.blocks)
    said = {section.title, *(text for block in section.blocks for text in _said(block))}
    return Part(section.name, section.title, "" if section.message in said else section.message, pieces)


def _said(block: Block) -> tuple[str, ...]:
    """Return the sentences of a block that a section's message may repeat."""
    if isinstance(block, ChartBlock):
        return (block.chart.finding, block.chart.message)
    return (block.text,) if isinstance(block, Text) else ()


def _piece(block: Block, figures: Iterator[int], tables: Iterator[int]) -> Piece:
    kind = type(block).__name__.lower()
    if isinstance(block, ChartBlock):
        number = next(figures)
        anchor, name = f"figure-{number}", figure_label(number)
        return Piece(kind, block, name, anchor, drawn(block.chart, block.footer, name, anchor))
    if isinstance(block, TableBlock):
        number = next(tables)
        return Piece(kind, block, table_label(number), f"table-{number}")
    return Piece(kind, block)


def title_of_tab(paper: Paper) -> str:
    """Return what the window of a browser is called."""
    return f"{paper.name}: {paper.title}"


# Tables


def is_sortable(block: TableBlock) -> bool:
    """Tell whether the rows of a table may change places: not where some belong together, nor where there are few."""
    return block.look != "grouped" and len(block.table.rows) >= _FEWEST_SORTED


def repeats(block: TableBlock, index: int) -> bool:
    """Tell whether a row of a grouped table belongs to what the row above is of."""
    rows = block.table.rows
    return block.look == "grouped" and index > 0 and rows[index][0].text == rows[index - 1][0].text


def sign_of(entry: Entry) -> str:
    """Return the sign that says what the colour of an entry says; empty where it has one in its text, or no colour."""
    sign = _JUDGED.get(entry.look, "")
    return "" if entry.text.startswith(tuple(_JUDGED.values())) else sign


def has_signs(table: Table) -> bool:
    """Tell whether signs were set in a table, which then needs to be told what they mean."""
    return any(sign_of(entry) for row in table.rows for entry in row)


def has_many_columns(table: Table) -> bool:
    """Tell whether a table has so many columns that paper needs small letters for them."""
    return len(table.heads) > _MANY_COLUMNS
