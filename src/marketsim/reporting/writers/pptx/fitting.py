"""Texts that fit: cleaned of what XML forbids, measured, wrapped, and shortened at a clause."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise

from marketsim.reporting.edition import is_chinese
from marketsim.reporting.writers.clean import SEAM, breakable
from marketsim.reporting.writers.clean import clean as without_forbidden

LINE = 1.25
"""Height of a line in sizes of its font; lines are set to exactly this, whatever font draws them."""
_DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LONGEST_NAME = 48
_SAFETY = 1.03
_BOLD = 1.07
_WIDTHS: dict[int, str] = {
    222: "ijl'‘’",
    278: "fIt.,:;/!| []\\·\N{NO-BREAK SPACE}",
    333: "r()-`",
    390: '*"“”',
    500: "cksvxyzJ",
    584: "+=<>~−±_",
    611: "FTZ",
    667: "ABEKPSVXY&",
    722: "CDHNRUw",
    778: "GOQ",
    833: "mM",
    889: "%",
    960: "W@—…▲▼●",
}
"""Widths of characters in thousandths of the size, near those of Arial; 556 for all others that are not wide."""
_USUAL, _WIDE = 556, 1000
_LEAST_PART = 0.4
_FIRST_WIDE = 0x2E80
_SEAM = 0.2
"""Space between a Latin letter and a Chinese character, in sizes of the font."""
_OPEN, _CLOSE = "（“‘《〈「『【", "，。；：、！？）”’》〉」』】"
_BLANK = r"[^\S\u00a0]"
"""A space at which a line may end."""
_WIDE_LETTER = rf"[^\s\u0000-\u2e7f{_OPEN}{_CLOSE}]"
_LETTER = rf"(?:\u00a0|[^\s\u2e80-\U0010ffff{_OPEN}{_CLOSE}])"
_REST = rf"(?:(?:{_LETTER}|[{_OPEN}{_CLOSE}])*(?:{_LETTER}|[{_CLOSE}]))?"
_UNITS = re.compile(
    rf"[{_OPEN}]*(?:{_LETTER}+{_REST}|{_WIDE_LETTER}(?:[{_CLOSE}]{_REST})?){_BLANK}*|[{_OPEN}{_CLOSE}]+{_BLANK}*|{_BLANK}+"
)
"""What stays on one line: a Chinese character, or Latin letters with the Chinese marks beside them, as LibreOffice has it."""
_CLAUSES = ("; ", "；", "。", ": ", "：")
"""Where a sentence may end early; before a comma or a bracket stands what may be no sentence, or say something else."""


def clean(text: str) -> str:
    """Return a text without characters that XML forbids or that turn the direction of the text around them."""
    return _DIRECTIONS.sub("", without_forbidden(text)).replace("\r\n", "\n").replace("\r", "\n")


def folded(text: str, most: int = _LONGEST_NAME) -> str:
    """Return a clean name; the middle of one longer than `most` characters is left out."""
    text = clean(text).replace("\n", " ")
    if len(text) <= most:
        return text
    return f"{text[: (most - 1) * 2 // 3]}…{text[-((most - 1) // 3) :]}"


@cache
def _narrow() -> dict[str, int]:
    return {character: width for width, characters in _WIDTHS.items() for character in characters}


@cache
def _character(character: str) -> float:
    wide = ord(character) > 0x2E80 or unicodedata.east_asian_width(character) in "WF"
    return (_WIDE if wide else _narrow().get(character, _USUAL)) / 1000


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Return about how wide a line of text is, in points."""
    return sum(_character(character) for character in text) * size * _SAFETY * (_BOLD if bold else 1.0)


def wrapped(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Return the lines that a text takes in a width; words longer than it are broken."""
    return [line for part in breakable(text).split("\n") for line in _wrapped_line(part, width, size, bold)]


def units(text: str) -> list[str]:
    """Return the parts of a line that programs do not break."""
    return [unit for part in text.split(SEAM) for unit in _UNITS.findall(part)]


def _wrapped_line(text: str, width: float, size: float, bold: bool) -> list[str]:
    lines, line, filled = [], "", 0.0
    for word in units(text) or [""]:
        for piece in _pieces(word, width, size, bold):
            needed = width_of(piece.rstrip(" "), size, bold=bold) + _seams(line[-1:] + piece, size)
            if line and filled + needed > width:
                lines.append(line)
                line, filled = "", 0.0
            filled += width_of(piece, size, bold=bold) + _seams(line[-1:] + piece, size)
            line += piece
    return [*lines, line]


def _seams(text: str, size: float) -> float:
    """Return how much wider a text is drawn as programs keep Latin letters and Chinese characters apart."""
    pairs = pairwise(text)
    return sum(_is_latin(one) != _is_latin(other) for one, other in pairs if " " not in (one, other)) * _SEAM * size


def _is_latin(character: str) -> bool:
    return ord(character) < _FIRST_WIDE


def _pieces(word: str, width: float, size: float, bold: bool) -> list[str]:
    if width_of(word.rstrip(), size, bold=bold) <= width:
        return [word]
    parts = re.findall(r"[^_./+-]+[_./+-]*|[_./+-]+", word)
    if len(parts) > 1:
        return [piece for part in _joined_parts(parts, width, size, bold) for piece in _pieces(part, width, size, bold)]
    most = max(int(len(word) * width / width_of(word, size, bold=bold)), 1)
    return [word[start : start + most] for start in range(0, len(word), most)]


def _joined_parts(parts: Sequence[str], width: float, size: float, bold: bool) -> list[str]:
    """Return the parts of a word that fit into lines, as many in each as fit."""
    found = [""]
    for part in parts:
        if found[-1] and width_of((found[-1] + part).rstrip(), size, bold=bold) > width:
            found.append("")
        found[-1] += part
    return found


def height_of(texts: Iterable[str], width: float, size: float, *, bold: bool = False, gap: float = 0.0) -> float:
    """Return about how high paragraphs are in a width, in points, each with a gap under it."""
    return sum(len(wrapped(text, width, size, bold=bold)) * size * LINE + gap for text in texts)


def largest_size(
    texts: Sequence[str], room: tuple[float, float], sizes: Sequence[float], *, bold: bool = False, gap: float = 0.0
) -> float:
    """Return the largest of some sizes (in falling order) at which paragraphs fit into (width, height); else the last."""
    width, height = room
    fits = (size for size in sizes if height_of(texts, width, size, bold=bold, gap=gap) <= height)
    return next(fits, sizes[-1])


def shortened(text: str, otherwise: str = "", most: int | None = None) -> str:
    """Return a sentence cut at the end of a clause so that it fits a title.

    Args:
        text: the sentence.
        otherwise: what is returned where no clause ends in time; the first sentence of the text when empty.
        most: how many characters are wanted at most; as titles of slides can show when None.
    """
    wanted = most or (44 if is_chinese() else 100)
    text = clean(text).strip()
    if len(text) <= wanted:
        return text.rstrip(".。")
    cuts = [found.start() for mark in _CLAUSES for found in re.finditer(re.escape(mark), text) if _may_cut(text, found)]
    early = [cut for cut in cuts if _LEAST_PART * wanted <= cut <= wanted]
    return text[: max(early)] if early else clean(otherwise) or _first_sentence(text)


def _may_cut(text: str, found: re.Match[str]) -> bool:
    """Tell whether a sentence may end before a mark: no bracket is left open, and what is left is no mere name."""
    before = text[: found.start()]
    if is_chinese() and all(_is_latin(character) for character in before):
        return False
    pairs = (("(", ")"), ("[", "]"), ("（", "）"))
    return all(before.count(first) == before.count(last) for first, last in pairs)


def _first_sentence(text: str) -> str:
    found = re.search(r"\.\s|。", text)
    return (text[: found.start()] if found else text).rstrip(".。")
