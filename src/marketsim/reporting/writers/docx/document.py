"""The planning paper as a Word document: cover, contents, sections with numbered figures and tables, an appendix."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document

from marketsim.reporting.edition import is_chinese
from marketsim.reporting.language import say
from marketsim.reporting.paper.model import Paper, TableBlock, Text, Verbatim
from marketsim.reporting.writers.archive import settled
from marketsim.reporting.writers.clean import clean
from marketsim.reporting.writers.docx.blocks import Body
from marketsim.reporting.writers.docx.contents import add_contents
from marketsim.reporting.writers.docx.fields import add_field
from marketsim.reporting.writers.docx.styles import set_page, set_styles

_NO_TIME = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def write_docx(paper: Paper, path: Path) -> None:
    """Write a paper as a Word document.

    Args:
        paper: the paper; call this inside `printed_in(paper.edition)`.
        path: the file.
    """
    document = Document()
    set_page(document)
    set_styles(document)
    _properties(document, paper)
    _running_heads(document, paper)
    body = Body(document)
    _cover(body, paper)
    headings = [section.title for section in paper.sections]
    has_appendix = any(_in_appendix(block) for section in paper.sections for block in section.blocks)
    add_contents(document, [*headings, *([say("Appendix: details")] if has_appendix else [])])
    for section in paper.sections:
        body.heading(section.title)
        for block in section.blocks:
            if not _in_appendix(block):
                body.add(block)
    if has_appendix:
        _appendix(body, paper)
    content = BytesIO()
    document.save(content)
    path.write_bytes(settled(content.getvalue()))


def _in_appendix(block: object) -> bool:
    """Tell whether a block holds details that a reader of the paper looks up, not reads."""
    return isinstance(block, Verbatim) or (isinstance(block, TableBlock) and block.folded)


def _appendix(body: Body, paper: Paper) -> None:
    body.heading(say("Appendix: details"), new_page=True)
    for section in paper.sections:
        for block in section.blocks:
            if _in_appendix(block):
                body.add(block)


def _cover(body: Body, paper: Paper) -> None:
    body.paragraph(paper.title, "Title")
    body.paragraph(paper.kicker, "Subtitle")
    if paper.author:
        body.paragraph(paper.author, "Author")
    if paper.headline:
        body.add(Text(paper.headline, "headline"))
    body.paragraph(paper.footer, "Footnote")


def _properties(document: Any, paper: Paper) -> None:
    core = document.core_properties
    core.title, core.author = clean(paper.title)[:255], clean(paper.author or "marketsim")[:255]
    core.subject, core.comments, core.keywords = clean(paper.name)[:255], clean(paper.origin)[:255], ""
    core.language = "zh-CN" if is_chinese() else "en-GB"
    core.created = core.modified = _NO_TIME
    core.last_modified_by, core.revision = clean(paper.author or "marketsim")[:255], 1


def _running_heads(document: Any, paper: Paper) -> None:
    """Write the name of the study above every page, and below it its origin and the page's number."""
    section = document.sections[0]
    section.header.paragraphs[0].add_run(clean(paper.name))
    section.header.paragraphs[0].style = document.styles["Header"]
    below = section.footer.paragraphs[0]
    below.style = document.styles["Footer"]
    below.add_run(clean(f"{paper.origin}\t\t"))
    add_field(below, "PAGE", "1")
