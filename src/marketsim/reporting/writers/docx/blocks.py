"""The blocks of a paper as paragraphs, pictures and tables of Word."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm

from marketsim.reporting import style
from marketsim.reporting.language import say
from marketsim.reporting.paper.model import (
    Block,
    Bullets,
    ChartBlock,
    Facts,
    Heading,
    TableBlock,
    Text,
    Verbatim,
)
from marketsim.reporting.writers.clean import clean
from marketsim.reporting.writers.docx.contents import goal_of
from marketsim.reporting.writers.docx.fields import add_field, bookmark
from marketsim.reporting.writers.docx.styles import TEXT_CM
from marketsim.reporting.writers.docx.tables import add_facts, add_table

_STYLES = {
    "plain": "Normal",
    "finding": "Finding",
    "headline": "Headline",
    "caution": "Caution",
    "note": "Footnote",
    "lead": "Lead",
}
_HIGHEST_CM = 21.0


class Body:
    """The document's text as it grows; it numbers sections, figures and tables."""

    def __init__(self, document: Any) -> None:
        """Begin with nothing numbered."""
        self._document = document
        self._sections, self._figures, self._tables = 0, 0, 0

    def heading(self, text: str, *, new_page: bool = False) -> None:
        """Begin a section."""
        self._sections += 1
        added = self.paragraph(text, "Heading 1")
        added.paragraph_format.page_break_before = new_page or self._sections == 1
        bookmark(added, goal_of(self._sections), self._sections)

    def paragraph(self, text: str, look: str) -> Any:
        """Add a paragraph in a style, and return it."""
        return self._document.add_paragraph(clean(text), style=look)

    def add(self, block: Block) -> None:
        """Add a block."""
        match block:
            case Text():
                self._text(block)
            case Bullets():
                self._bullets(block)
            case Heading():
                self.paragraph(block.text, "Heading 2")
            case ChartBlock():
                self._chart(block)
            case TableBlock():
                self._table(block)
            case Facts():
                self._facts(block)
            case Verbatim():
                self._verbatim(block)

    def _text(self, block: Text) -> None:
        added = self._document.add_paragraph(style=_STYLES[block.look])
        if block.title:
            end = (
                say("{title}: ", title=block.title) if block.look == "caution" else say("{title}. ", title=block.title)
            )
            added.add_run(clean(end)).bold = True
        added.add_run(clean(block.text))
        if block.look == "caution":
            _border(added, style.WARM)
        if block.look == "headline":
            _border(added, style.focus())

    def _bullets(self, block: Bullets) -> None:
        if block.title:
            self.paragraph(block.title, "Normal").runs[0].bold = True
        for number, item in enumerate(block.items):
            added = self.paragraph(item, "List Bullet")
            for line in block.below[number] if block.below else ():
                added.add_run().add_break(WD_BREAK.LINE)
                run = added.add_run(clean(line))
                run.font.size = self._document.styles["Code text"].font.size

    def _chart(self, block: ChartBlock) -> None:
        chart = block.chart
        self.paragraph(chart.title, "Heading 2")
        self.paragraph(chart.finding, "Finding").paragraph_format.keep_with_next = True
        holder = self._document.add_paragraph()
        holder.paragraph_format.keep_with_next = True
        shape = holder.add_run().add_picture(BytesIO(chart.png), width=Cm(TEXT_CM))
        if shape.height > Cm(_HIGHEST_CM):
            shape.width = int(shape.width * Cm(_HIGHEST_CM) / shape.height)
            shape.height = Cm(_HIGHEST_CM)
        shape._inline.docPr.set("descr", clean(f"{chart.alt} {chart.finding}"))
        shape._inline.docPr.set("name", clean(chart.name))
        self._figures += 1
        self._caption(say("Figure"), "Figure", self._figures, chart.title).paragraph_format.keep_with_next = False

    def _table(self, block: TableBlock) -> None:
        self._tables += 1
        self._caption(say("Table"), "Table", self._tables, block.table.caption)
        add_table(self._document, block.table)
        for note in block.table.notes:
            self.paragraph(note, "Footnote")

    def _facts(self, block: Facts) -> None:
        self._tables += 1
        self._caption(say("Table"), "Table", self._tables, block.caption)
        add_facts(self._document, block.rows)

    def _verbatim(self, block: Verbatim) -> None:
        self.paragraph(block.title, "Heading 2")
        for line in block.text.splitlines():
            self.paragraph(line, "Code text")

    def _caption(self, word: str, counter: str, number: int, text: str) -> Any:
        added = self._document.add_paragraph(style="Caption")
        added.add_run(f"{word} ").bold = True
        add_field(added, f"SEQ {counter} \\* ARABIC", str(number))
        added.add_run(f"  {clean(text)}")
        return added


def _border(paragraph: Any, colour: str) -> None:
    """Draw a line to the left of a paragraph."""
    borders, left = OxmlElement("w:pBdr"), OxmlElement("w:left")
    for name, value in (("val", "single"), ("sz", "24"), ("space", "8"), ("color", colour.removeprefix("#"))):
        left.set(qn(f"w:{name}"), value)
    borders.append(left)
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )
