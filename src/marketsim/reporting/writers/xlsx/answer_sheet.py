"""The first sheet: question, answer, what must be minded, what colours mean, and links to all other sheets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from marketsim.reporting.language import message, say
from marketsim.reporting.paper.model import Bullets, Paper, Text
from marketsim.reporting.writers.xlsx.book import LINE_POINTS, Page
from marketsim.reporting.writers.xlsx.effect_cells import EffectRow
from marketsim.reporting.writers.xlsx.key_figures_block import Check, fill_checks, fill_key_figures
from marketsim.reporting.writers.xlsx.looks import (
    CAUTION,
    FORMULA,
    INPUT,
    NOTE,
    RESULT,
    SUBTITLE,
    TITLE,
    WRAPPED,
    Look,
)

ANSWER = message("Answer")
"""Name of the sheet."""
_WIDTHS = (46, 16, 20, *([12] * 6))
_SECTIONS = ("question", "answer")


@dataclass(frozen=True)
class Listed:
    """A sheet in the contents: its name, and what it shows."""

    name: str
    shows: str


def fill_answer(
    page: Page, paper: Paper, sheets: Sequence[Listed], figures: Sequence[EffectRow] = (), checks: Sequence[Check] = ()
) -> None:
    """Write the sheet.

    Args:
        page: an empty sheet.
        paper: the paper.
        sheets: all other sheets in order.
        figures: the key figures in the sheet of effects.
        checks: the checks of the workbook by itself.
    """
    page.widths(*_WIDTHS)
    page.text(0, 0, paper.kicker, NOTE)
    row = _paragraph(page, 1, paper.title, TITLE, 20.0)
    if paper.author:
        row = _paragraph(page, row, paper.author, NOTE)
    if paper.question != paper.title:
        row = _paragraph(page, row, paper.question, replace(WRAPPED, italic=True))
    row = _paragraph(page, row + 1, paper.headline, replace(SUBTITLE, wrap=True), 16.0)
    for text, look in _paragraphs(paper):
        row = _paragraph(page, row, text, look)
    row = fill_key_figures(page, row + 1, figures)
    row = fill_checks(page, row, checks)
    row = _legend(page, row)
    row = _contents(page, row + 1, sheets)
    _paragraph(page, row + 1, paper.origin, NOTE)


def _paragraph(page: Page, row: int, text: str, look: Look, line: float = LINE_POINTS) -> int:
    """Write a text over the whole width in as many lines as it needs, and return the next row."""
    page.paragraph(row, text, look, line)
    return row + 1


def _paragraphs(paper: Paper) -> Iterator[tuple[str, Look]]:
    """Yield the texts of question and answer; cautions stand out."""
    said = {paper.title, paper.question, paper.headline}
    for section in paper.sections:
        for block in section.blocks if section.name in _SECTIONS else ():
            if isinstance(block, Text) and block.text not in said:
                yield (
                    _with_title(block),
                    CAUTION if block.look == "caution" else NOTE if block.look == "note" else WRAPPED,
                )
            elif isinstance(block, Bullets):
                yield from ((f"• {item}", WRAPPED) for item in block.items)


def _with_title(block: Text) -> str:
    return say("{title}: {text}", title=block.title, text=block.text) if block.title else block.text


def _contents(page: Page, row: int, sheets: Sequence[Listed]) -> int:
    page.text(row, 0, say("Contents"), SUBTITLE)
    for offset, sheet in enumerate(sheets, start=1):
        page.link(row + offset, 0, sheet.name, sheet.name)
        page.text(row + offset, 1, sheet.shows, replace(WRAPPED, wrap=False))
    return row + len(sheets) + 1


def _legend(page: Page, row: int) -> int:
    page.text(row, 0, say("Colours of numbers"), SUBTITLE)
    looks = (
        (INPUT, say("blue"), say("given: by the scenario, or chosen for this report")),
        (
            RESULT,
            say("violet"),
            say(
                "given by a run of the simulation, or by statistics over runs, as stored; in tables copied from the report"
            ),
        ),
        (FORMULA, say("black"), say("computed by a formula in this workbook")),
    )
    for offset, (look, colour, meaning) in enumerate(looks, start=1):
        page.text(row + offset, 0, colour, replace(look, bold=True))
        page.text(row + offset, 1, meaning, replace(look, bold=False))
    return row + len(looks) + 1
