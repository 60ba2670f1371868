"""The last sheet: what identifies the results, how the numbers came about, and the scenario file."""

from __future__ import annotations

from dataclasses import replace

from marketsim.reporting.language import message, say
from marketsim.reporting.paper.model import Facts, Paper, Verbatim
from marketsim.reporting.view import StudyData
from marketsim.reporting.writers.xlsx.book import HEAD_ROW, Page
from marketsim.reporting.writers.xlsx.looks import NAME, PLAIN, SUBTITLE, WRAPPED
from marketsim.reporting.writers.xlsx.names import width_of

PROVENANCE = message("Provenance")
"""Name of the sheet."""
_WIDTHS = (30, 120)
_LINE = 13.5


def fill_provenance(page: Page, paper: Paper, results: StudyData) -> None:
    """Write the sheet."""
    page.widths(*_WIDTHS)
    page.head(say("Provenance"))
    row = HEAD_ROW
    for name, value in _facts(paper, results):
        row = _pair(page, row, name, value)
    page.text(row + 1, 0, say("How the numbers came about"), SUBTITLE)
    row += 2
    for title, text in paper.method:
        row = _pair(page, row, title, text)
    for title, text in _verbatim(paper):
        page.text(row + 1, 0, title, SUBTITLE)
        row += 2
        for line in text.splitlines():
            page.text(row, 0, line, replace(PLAIN, size=9))
            row += 1


def _facts(paper: Paper, results: StudyData) -> tuple[tuple[str, str], ...]:
    """Return what identifies the results, as the paper has it; what the manifest says where the paper leaves it out."""
    blocks = [block for section in paper.sections for block in section.blocks]
    found = tuple(row for block in blocks if isinstance(block, Facts) for row in block.rows)
    if found:
        return found
    manifest = results.manifest
    return (
        (say("study"), paper.name),
        (say("scenario hash (SHA-256)"), str(manifest.get("hash", ""))),
        (say("seed"), str(manifest.get("seed", ""))),
    )


def _verbatim(paper: Paper) -> list[tuple[str, str]]:
    blocks = [block for section in paper.sections for block in section.blocks]
    return [(block.title, block.text) for block in blocks if isinstance(block, Verbatim)]


def _pair(page: Page, row: int, name: str, value: str) -> int:
    page.text(row, 0, name, replace(NAME, wrap=True))
    page.text(row, 1, value, WRAPPED)
    lines = max(-(-width_of(name) // (_WIDTHS[0] - 1)), -(-width_of(value) // (_WIDTHS[1] - 6)), 1)
    page.height(row, _LINE * lines + 2)
    return row + 1
