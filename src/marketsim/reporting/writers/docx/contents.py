"""The table of contents: a field with its entries filled in; Word adds their pages when it opens the document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docx.shared import Cm

from marketsim.reporting.language import say
from marketsim.reporting.writers.clean import clean
from marketsim.reporting.writers.docx.fields import begin_field, end_field, link_inside

ENTRY = "toc 1"
"""Style of an entry, by the name that Word gives it."""
_CODE = r'TOC \o "1-1" \h \z \u'


def goal_of(number: int) -> str:
    """Return the name of the bookmark of a heading, counted from 1."""
    return f"_section_{number}"


def add_contents(document: Any, headings: Sequence[str]) -> None:
    """Add a heading and an entry for each section, a link until Word adds its page.

    Args:
        document: of python-docx.
        headings: the headings, in the order in which `goal_of` numbers them.
    """
    title = document.add_paragraph(say("Contents"), style="Contents title")
    title.paragraph_format.space_before = Cm(0.8)
    entry = None
    for number, heading in enumerate(headings, start=1):
        entry = document.add_paragraph(style=ENTRY)
        if number == 1:
            begin_field(entry, _CODE)
        link_inside(entry, clean(heading), goal_of(number))
    if entry is not None:
        end_field(entry)
