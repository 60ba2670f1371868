"""The planning paper as a deck for a board: the answer first, a message per slide, an appendix for what is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from marketsim.reporting.edition import is_chinese
from marketsim.reporting.language import say
from marketsim.reporting.paper.model import (
    Block,
    Bullets,
    ChartBlock,
    Facts,
    Heading,
    Paper,
    Section,
    TableBlock,
    Text,
    Verbatim,
)
from marketsim.reporting.table import Table
from marketsim.reporting.writers.archive import settled
from marketsim.reporting.writers.pptx.fitting import clean, shortened
from marketsim.reporting.writers.pptx.native_chart import is_native
from marketsim.reporting.writers.pptx.order import ordered
from marketsim.reporting.writers.pptx.sheet import CREATED
from marketsim.reporting.writers.pptx.slides import (
    Writer,
    answer_slide,
    chart_slides,
    further_table_slides,
    numbers_slide,
    table_pages,
    table_room,
    table_slides,
    text_slides,
)
from marketsim.reporting.writers.pptx.stage import add_cover, stage_from
from marketsim.reporting.writers.pptx.text import QUIET_TEXT, Paragraph, Run, plain, titled

Later = list[tuple[str, Callable[[], None]]]
"""What the appendix has: the title of a section, and what adds its slides."""
_OF_THE_APPENDIX = ("method", "provenance")
"""Sections that nobody reads to a board."""
_MANY_CHARTS = 10
_MOST_TABLES = 4
"""Tables of a section of which all have slides; of more only the first has one outside the appendix."""
_DETAILS = ("segments_and_tiers", "customers_kept", "margin_concentration", "service_frontier", "flows")
"""Charts that go to the appendix where a section has many; of the waits, all but those of the first desk do."""
_LONGEST_PROPERTY = 255
_MOST_SENTENCES = 4


def write_pptx(paper: Paper, path: Path, template: Path | None = None) -> None:
    """Write a planning paper as a PowerPoint file; call it inside `printed_in(paper.edition)`.

    Args:
        paper: the paper.
        path: the file to write.
        template: a .pptx or .potx file whose size, layouts, fonts and colours are used; None for our own design.

    Raises:
        ReportError: the template cannot be used.
        OSError: the file cannot be written.
    """
    writer = Writer(paper, stage_from(template))
    _cover(writer)
    later: Later = []
    for section in _joined(paper.sections):
        if section.name == "answer":
            _answer(writer, section)
        elif section.name in _OF_THE_APPENDIX:
            later.append((section.title, _Walk(writer, section, later).go))
        else:
            _Walk(writer, section, later).go()
    _appendix(writer, later)
    _set_properties(writer)
    content = BytesIO()
    writer.stage.deck.save(content)
    path.write_bytes(settled(content.getvalue()))


def _joined(sections: Sequence[Section]) -> list[Section]:
    """Return the sections; what could overturn the answer joins the assumptions where it is no more than a few words."""
    made: list[Section] = []
    for section in sections:
        before = made[-1] if made else None
        if section.name == "assumptions" and before is not None and before.name == "sensitivity" and _is_short(before):
            made[-1] = replace(section, blocks=(*before.blocks, *section.blocks))
        else:
            made.append(section)
    return made


def _is_short(section: Section) -> bool:
    return all(isinstance(block, Text) for block in section.blocks)


def _appendix(writer: Writer, later: Later) -> None:
    """Add the appendix behind a slide that says what is in it."""
    if not later:
        return
    said = plain(say("Details: charts and tables that continue, the method, and the numbers behind pictures."))
    names = [plain(name, bullet=True) for name in dict.fromkeys(name for name, _ in later)]
    text_slides(writer, "appendix", say("Appendix"), [said, *names])
    for _, add in later:
        add()


def _cover(writer: Writer) -> None:
    paper = writer.paper
    below = [plain(paper.kicker)]
    below += [Paragraph((Run(paper.author, bold=True),))] if paper.author else []
    below.append(Paragraph((Run(paper.origin, colour=QUIET_TEXT),), scale=0.8))
    add_cover(
        writer.stage, clean(paper.title), below, "\n\n".join([paper.title, paper.kicker, paper.headline, paper.footer])
    )


def _set_properties(writer: Writer) -> None:
    """Set title, author, language and fixed dates."""
    found = writer.stage.deck.core_properties
    found.title = clean(writer.paper.title)[:_LONGEST_PROPERTY]
    found.author = clean(writer.paper.author)[:_LONGEST_PROPERTY] or "marketsim"
    found.subject = clean(writer.paper.name)[:_LONGEST_PROPERTY]
    found.language = "zh-CN" if is_chinese() else "en-GB"
    found.keywords = found.comments = found.last_modified_by = ""
    found.created = found.modified = found.last_printed = CREATED
    found.revision = 1


def _answer(writer: Writer, section: Section) -> None:
    """Add the answer, and why it came out so."""
    texts = [block for block in section.blocks if isinstance(block, Text)]
    headlines = [text.text for text in texts if text.look == "headline"]
    sentences = [*headlines[1:], *(text.text for text in texts if text.look == "lead")]
    cautions = [text for text in texts if text.look == "caution"]
    title, said = shortened(section.message, most=160), sentences or _findings(writer.paper, headlines)
    reasons = [block for block in section.blocks if isinstance(block, Bullets)]
    words = [paragraph for block in reasons for paragraph in _reasons(block)]
    if answer_slide(writer, title, said, cautions, words):
        return
    for block in reasons:
        text_slides(writer, section.name, block.title or section.title, _bullets(block))


def _reasons(block: Bullets) -> list[Paragraph]:
    head = [Paragraph((Run(block.title, bold=True),), gap=0.25)] if block.title else []
    return [*head, *_bullets(block)]


def _findings(paper: Paper, headlines: Sequence[str]) -> list[str]:
    """Return what the sweeps found besides the headlines, for an answer that has no sentences of its own."""
    found = [
        block.text
        for section in paper.sections
        if section.name == "sweeps"
        for block in section.blocks
        if isinstance(block, Text) and block.look == "finding" and block.text not in headlines
    ]
    return found[:_MOST_SENTENCES] or list(headlines[:1])


class _Walk:
    """Goes through the blocks of a section and makes slides of them; short texts wait for the table that they lead to."""

    def __init__(self, writer: Writer, section: Section, later: Later) -> None:
        self.writer = writer
        self.section = section
        self.later = later
        self.words: list[Paragraph] = []
        self.heading = ""
        self.said: list[str] = []
        self.details = _details(section)
        self.tables = 0
        self.many_tables = sum(isinstance(block, TableBlock) for block in section.blocks) > _MOST_TABLES

    def go(self) -> None:
        """Make the slides."""
        for block in ordered(self.section):
            self._take(block)
        self._flush()

    def _take(self, block: Block) -> None:
        match block:
            case Text():
                self._take_text(block)
            case Heading():
                self._flush()
                self.heading, self.said = block.text, []
            case Bullets():
                self._take_bullets(block)
            case Facts():
                self.words += [titled(name, value, gap=0.25) for name, value in block.rows]
            case TableBlock():
                self._take_table(block)
            case ChartBlock():
                self._flush()
                self._take_chart(block)
            case Verbatim():
                self.words.append(plain(say("{title}: in the other formats of this report.", title=block.title)))

    def _later(self, add: Callable[[], None]) -> None:
        self.later.append((self.section.title, add))

    def _take_chart(self, block: ChartBlock) -> None:
        if block.chart.name in self.details:
            self._later(lambda: chart_slides(self.writer, self.section.name, block.chart, block.footer))
        else:
            chart_slides(self.writer, self.section.name, block.chart, block.footer)
        self._numbers_later(block)

    def _take_text(self, block: Text) -> None:
        if block.look == "finding":
            self.said.append(block.text)
        if block.look == "note" and block.text.startswith(self.writer.paper.footer):
            return
        self.words.append(
            titled(block.title, block.text) if block.title else plain(block.text, bullet=block.look == "finding")
        )

    def _take_bullets(self, block: Bullets) -> None:
        if not block.folded:
            self.words += _bullets(block)
            return
        title = block.title or self.section.title
        self._later(lambda: text_slides(self.writer, self.section.name, title, _bullets(block)))

    def _take_table(self, block: TableBlock) -> None:
        grouped = block.look == "grouped"
        if block.folded:
            if self.section.name != "assumptions":
                self._table_later(block.table, grouped=grouped)
            return
        self.tables += 1
        if self.tables > 1 and (self.section.name == "assumptions" or self.many_tables):
            self._table_later(block.table, grouped=grouped)
            return
        if not table_room(self.writer, block.table, self.words, grouped=grouped):
            self._flush()
        title = self.title if self.words else self._table_title(block.table)
        above, self.words = self.words, []
        rest = table_slides(self.writer, self.section.name, title, block.table, above=above, grouped=grouped)
        if rest:
            self._later(lambda: further_table_slides(self.writer, self.section.name, rest))

    def _table_title(self, table: Table) -> str:
        if table.message:
            return table.message
        if self.heading or not table.caption:
            return table.caption or self.heading or self.section.title
        return say("{title}: {caption}", title=self.section.title, caption=table.caption)

    def _table_later(self, table: Table, *, grouped: bool) -> None:
        title = self._table_title(table)
        self._later(lambda: table_pages(self.writer, self.section.name, title, table, grouped=grouped))

    def _numbers_later(self, block: ChartBlock) -> None:
        if not is_native(block.chart):
            self._later(lambda: numbers_slide(self.writer, self.section.name, block.chart, block.footer))

    @property
    def title(self) -> str:
        """What the words that wait say: the first finding, else the heading."""
        about = self.heading or self.section.title
        return shortened(self.said[0], about) if self.said and not self.heading else about

    def _flush(self) -> None:
        """Make a slide of the words that wait."""
        title = self.title
        others = [paragraph for paragraph in self.words if clean(paragraph.text).rstrip(".。") != title]
        if self.words:
            text_slides(self.writer, self.section.name, title, others or self.words)
            self.words = []


def _details(section: Section) -> set[str]:
    """Return the names of charts that go to the appendix."""
    names = [block.chart.name for block in section.blocks if isinstance(block, ChartBlock)]
    if len(names) < _MANY_CHARTS:
        return set()
    return {*_DETAILS, *[name for name in names if name.startswith("waits")][1:]}


def _bullets(block: Bullets) -> list[Paragraph]:
    made: list[Paragraph] = []
    for number, item in enumerate(block.items):
        below = block.below[number] if number < len(block.below) else ()
        made.append(Paragraph((Run(item, bold=bool(below)),), bullet=True, gap=0.1 if below else 0.45))
        made += [Paragraph((Run(line, colour=QUIET_TEXT),), gap=0.05, scale=0.85) for line in below]
    return made
