"""What a planning paper is made of: sections of texts, tables and charts. Writers turn it into files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from marketsim.reporting.charts.chart import Chart
from marketsim.reporting.edition import Edition
from marketsim.reporting.table import Table

Look = Literal["plain", "finding", "headline", "caution", "note", "lead"]
TableLook = Literal["grouped", "dense", "code", "plain"]


@dataclass(frozen=True)
class Text:
    """A paragraph.

    Attributes:
        text: plain text.
        look: ``finding`` for a sentence that the numbers carry, ``headline`` for the answer in a line, ``caution`` for what
            must be minded first, ``note`` for what stands small under a table or chart, ``lead`` where `title` runs in.
        title: words in bold before it.
    """

    text: str
    look: Look = "plain"
    title: str = ""


@dataclass(frozen=True)
class Bullets:
    """A list of short texts; `below` has lines under each, such as paths and values."""

    items: tuple[str, ...]
    below: tuple[tuple[str, ...], ...] = ()
    title: str = ""
    folded: bool = False


@dataclass(frozen=True)
class TableBlock:
    """A table; a folded one holds details that a page may hide until they are asked for."""

    table: Table
    look: TableLook = "dense"
    folded: bool = False


@dataclass(frozen=True)
class ChartBlock:
    """A chart under its own title; `footer` has worlds, intervals, seed and scenario."""

    chart: Chart
    footer: str


@dataclass(frozen=True)
class Facts:
    """Names and values, such as what identifies the results."""

    caption: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Verbatim:
    """A text as it is, such as the scenario file."""

    title: str
    text: str


@dataclass(frozen=True)
class Heading:
    """A heading inside a section."""

    text: str


Block = Text | Bullets | TableBlock | ChartBlock | Facts | Verbatim | Heading


@dataclass(frozen=True)
class Section:
    """A part of the paper.

    Attributes:
        name: by which a scenario's `report` section chooses it.
        title: its heading.
        message: what it says, in a short sentence fit for the title of a slide; its heading where it has no message.
        blocks: its contents in order.
    """

    name: str
    title: str
    message: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Paper:
    """A planning paper.

    Attributes:
        name: name of the study.
        title: title of the paper; the question where none was given.
        question: the question that it answers.
        kicker: whose decision, and how large the study was.
        author: who hands it in; empty where nobody is named.
        edition: language, currency, units, colours.
        headline: the answer in a line.
        sections: its parts in order.
        footer: worlds, intervals, evaluated months, seed and scenario hash.
        origin: seed and scenario hash.
        method: how numbers came about, as (title, text); for speaker notes.
    """

    name: str
    title: str
    question: str
    kicker: str
    author: str
    edition: Edition
    headline: str
    sections: tuple[Section, ...]
    footer: str
    origin: str
    method: tuple[tuple[str, str], ...]

    @property
    def charts(self) -> tuple[Chart, ...]:
        """All charts in order."""
        blocks = (block for section in self.sections for block in section.blocks)
        return tuple(block.chart for block in blocks if isinstance(block, ChartBlock))

    @property
    def tables(self) -> tuple[Table, ...]:
        """All tables in order."""
        blocks = (block for section in self.sections for block in section.blocks)
        return tuple(block.table for block in blocks if isinstance(block, TableBlock))
