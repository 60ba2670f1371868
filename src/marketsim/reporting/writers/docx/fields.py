"""Fields of Word: page numbers, numbers of figures and tables, bookmarks and references to them."""

from __future__ import annotations

from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn


def add_field(paragraph: Any, code: str, shown: str) -> None:
    """Add a field to a paragraph.

    Args:
        paragraph: of python-docx.
        code: what Word computes, such as ``PAGE``.
        shown: the text until it does.
    """
    for element in (_mark("begin"), _instruction(code), _mark("separate")):
        paragraph.add_run()._r.append(element)
    paragraph.add_run(shown)
    end_field(paragraph)


def _instruction(code: str) -> Any:
    element = OxmlElement("w:instrText")
    element.set(qn("xml:space"), "preserve")
    element.text = f" {code} "
    return element


def _mark(kind: str) -> Any:
    element = OxmlElement("w:fldChar")
    element.set(qn("w:fldCharType"), kind)
    return element


def begin_field(paragraph: Any, code: str) -> None:
    """Begin a field that ends in a later paragraph, and that Word is to compute when it opens the document."""
    begin = _mark("begin")
    begin.set(qn("w:dirty"), "true")
    for element in (begin, _instruction(code), _mark("separate")):
        paragraph.add_run()._r.append(element)


def end_field(paragraph: Any) -> None:
    """End a field that began in an earlier paragraph."""
    paragraph.add_run()._r.append(_mark("end"))


def bookmark(paragraph: Any, name: str, number: int) -> None:
    """Make a paragraph the goal of references."""
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for element in (start, end):
        element.set(qn("w:id"), str(number))
    start.set(qn("w:name"), name)
    properties = paragraph._p.pPr
    if properties is None:
        paragraph._p.insert(0, start)
    else:
        properties.addnext(start)
    paragraph._p.append(end)


def link_inside(paragraph: Any, text: str, goal: str) -> Any:
    """Add a link to a bookmark of the same document, and return its element."""
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), goal)
    link.set(qn("w:history"), "1")
    run = paragraph.add_run(text)
    paragraph._p.append(link)
    link.append(run._r)
    return link
