"""Texts, sheet names and references that a workbook can hold, whatever users call their things."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from marketsim.reporting import style

_FORBIDDEN_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_FORBIDDEN_IN_NAMES = re.compile(r"[\[\]:*?/\\\s]+")
_RESERVED = "history"
_MOST_LETTERS = 32_000
"""Excel takes 32,767 UTF-16 units in a cell."""
LONGEST_NAME = 31
"""Most UTF-16 units in the name of a sheet (limit of Excel)."""


def clean(text: str) -> str:
    """Return a text without what XML forbids, and not longer than a cell can be."""
    plain = _FORBIDDEN_IN_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _shortened(plain, _MOST_LETTERS)


def sheet_names(wanted: Iterable[str]) -> tuple[str, ...]:
    """Return names of sheets that Excel accepts, no two alike, in the order of what is wanted."""
    names: list[str] = []
    taken = {_RESERVED}
    for text in wanted:
        name = _unlike(_acceptable(text), taken)
        taken.add(name.casefold())
        names.append(name)
    return tuple(names)


def _acceptable(text: str) -> str:
    plain = _FORBIDDEN_IN_NAMES.sub(" ", clean(text)).strip(" '")
    return _shortened(plain, LONGEST_NAME).strip(" '") or "_"


def _unlike(name: str, taken: set[str]) -> str:
    number, found = 1, name
    while found.casefold() in taken:
        number += 1
        ending = f" ({number})"
        found = f"{_shortened(name, LONGEST_NAME - len(ending)).rstrip()}{ending}"
    return found


def _units(text: str) -> int:
    return len(text) + sum(ord(character) > 0xFFFF for character in text)


def _shortened(text: str, units: int) -> str:
    """Return a text in at most so many UTF-16 units, with an ellipsis where something is left out."""
    return text if _units(text) <= units else f"{_cut(text, units - 1).rstrip()}…"


def _cut(text: str, units: int) -> str:
    """Return the beginning of a text in at most so many UTF-16 units."""
    if _units(text) <= units:
        return text
    used, kept = 0, []
    for character in text:
        used += 2 if ord(character) > 0xFFFF else 1
        if used > units:
            break
        kept.append(character)
    return "".join(kept)


def quoted(sheet: str) -> str:
    """Return the name of a sheet as formulas have it."""
    return "'" + sheet.replace("'", "''") + "'"


def column_letters(column: int) -> str:
    """Return the letters of a column, counted from 0."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def cell(row: int, column: int, sheet: str = "") -> str:
    """Return the reference to a cell, counted from 0; an absolute one where it is of another sheet."""
    if sheet:
        return f"{quoted(sheet)}!${column_letters(column)}${row + 1}"
    return f"{column_letters(column)}{row + 1}"


def column_range(sheet: str, column: int, rows: tuple[int, int]) -> str:
    """Return the absolute reference to the cells of a column from the first to the last row, both counted from 0."""
    letters = column_letters(column)
    return f"{quoted(sheet)}!${letters}${rows[0] + 1}:${letters}${rows[1] + 1}"


def lines_of(text: str, width: float) -> int:
    """Return in how many lines a text is broken that is so many characters wide, about."""
    return sum(max(1, math.ceil(width_of(line) / max(width, 1.0))) for line in text.split("\n"))


def width_of(text: str) -> int:
    """Return how wide a text is in characters of a column; Chinese ones count twice."""
    return max(style.width_of(line) for line in text.split("\n"))
