"""In which order a deck shows the blocks of a section, and what of it only the other formats have."""

from __future__ import annotations

from collections.abc import Sequence

from marketsim.reporting.language import say
from marketsim.reporting.numbers import counted
from marketsim.reporting.paper.model import Block, Bullets, Heading, Section, TableBlock, Text

_MOST_SENTENCES = 4
"""Sentences on ranks outside the appendix."""


def ordered(section: Section) -> Sequence[Block]:
    """Return the blocks as slides want them: of checks and assumptions the words first, then the tables."""
    if section.name == "sensitivity":
        return sorted(section.blocks, key=lambda block: isinstance(block, TableBlock))
    if section.name == "ranking":
        return _ranking(section)
    return _assumptions(section) if section.name == "assumptions" else section.blocks


def _ranking(section: Section) -> list[Block]:
    """Return the ranks by profit with the first sentences; the appendix has the others, and says where the other ranks are."""
    found = [block for block in section.blocks if isinstance(block, Text) and block.look == "finding"]
    more = found[_MOST_SENTENCES:]
    folded = [block for block in section.blocks if isinstance(block, TableBlock) and block.folded]
    kept = [block for block in section.blocks if block not in more and block not in folded]
    said = [*(text.text for text in more), *([_ranks_elsewhere(len(folded))] if folded else [])]
    return [*kept, Bullets(tuple(said), title=section.title, folded=True)] if said else kept


def _assumptions(section: Section) -> list[Block]:
    tables = [block for block in section.blocks if isinstance(block, TableBlock)]
    words: list[Block] = []
    for number, block in enumerate(section.blocks):
        following = section.blocks[number + 1] if number + 1 < len(section.blocks) else None
        heading = block.text if isinstance(block, Heading) else ""
        if heading and isinstance(following, Bullets) and not following.folded:
            words.append(Text(heading, "lead"))
        elif isinstance(block, Text) and number and isinstance(before := section.blocks[number - 1], Heading):
            words.append(Text(block.text, title=before.text))
        elif not isinstance(block, TableBlock | Heading):
            words.append(block)
    folded = sum(table.folded for table in tables)
    more: list[Block] = [Text(_elsewhere(folded))] if folded else []
    return [*words, *more, *tables]


def _elsewhere(count: int) -> str:
    return say(
        "They are in {tables} of the web page, the Word and the Excel file of this report.",
        tables=counted(count, "table"),
    )


def _ranks_elsewhere(count: int) -> str:
    return say(
        "The ranks by other figures are in {tables} of the web page, the Word and the Excel file of this report.",
        tables=counted(count, "table"),
    )
