"""Texts under and beside figures in lines that fit: Chinese characters are twice as wide as Latin ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from unicodedata import east_asian_width

from marketsim.reporting.style import width_of

FOOTER_WIDTH = 135
"""Widest line under a figure, in Latin letters."""
_WIDE = ("W", "F")
_NO_START = "，。；：、！？）】》”’·,.;:!?)"
"""What may not stand at the beginning of a line."""


def wrapped(text: str, width: int = FOOTER_WIDTH) -> str:
    """Return a text in lines of at most a width, broken at blanks and between Chinese characters."""
    lines = [""]
    for piece in _pieces(text):
        fits = width_of(lines[-1] + piece.rstrip()) <= width
        if fits or piece[0] in _NO_START:
            lines[-1] += piece
        else:
            lines.append(piece)
    return "\n".join(line.rstrip() for line in lines if line.strip())


def _pieces(text: str) -> Iterable[str]:
    """Yield what may not be broken: words with the blank behind them, and single Chinese characters."""
    word = ""
    for character in text:
        if east_asian_width(character) in _WIDE:
            if word:
                yield word
            yield character
            word = ""
            continue
        word += character
        if character == " ":
            yield word
            word = ""
    if word:
        yield word


def joined_lines(parts: Sequence[str], width: int = FOOTER_WIDTH) -> list[str]:
    """Return texts joined by dots to lines that are no wider than a figure."""
    lines: list[str] = []
    for part in parts:
        if lines and width_of(lines[-1]) + width_of(part) + 3 <= width:
            lines[-1] += f" · {part}"
        else:
            lines.append(part)
    return lines
