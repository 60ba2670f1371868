"""How cells look: colours say where a number comes from, number formats say how exactly it is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from marketsim.reporting import style
from marketsim.reporting.edition import is_chinese

INPUT_COLOUR = "#0000FF"
"""Numbers that the scenario gives, as is usual in finance."""
FORMULA_COLOUR = "#000000"
"""What this workbook computes."""
RESULT_COLOUR = "#5B21B6"
"""What a run of the simulation gave."""
_LINK = "#0B62C4"
_HEAD_FILL = "#E8EDF2"
_KEY_FILL = "#F4F6F8"


@dataclass(frozen=True)
class Look:
    """How a cell looks.

    Attributes:
        colour: of the text.
        number: number format of Excel; empty for texts.
        size: of the font in points; 0 for the usual one.
        bold: whether it is bold.
        italic: whether it is italic.
        fill: colour behind it; empty for none.
        wrap: whether long texts are broken into lines.
        align: ``left``, ``right``, ``center``, or empty for what suits the value.
        top: whether a line stands above it.
        bottom: whether a line stands below it.
        underline: whether it is underlined.
        indent: how far texts stand from the edge of the cell.
    """

    colour: str = style.INK
    number: str = ""
    size: float = 0.0
    bold: bool = False
    italic: bool = False
    fill: str = ""
    wrap: bool = False
    align: str = ""
    top: bool = False
    bottom: bool = False
    underline: bool = False
    indent: int = 0

    def properties(self) -> dict[str, Any]:
        """Return the properties of a format of XlsxWriter."""
        found: dict[str, Any] = {"font_color": self.colour, "valign": "top"}
        found |= {"num_format": self.number} if self.number else {}
        found |= {"font_size": self.size} if self.size else {}
        found |= {"bg_color": self.fill, "pattern": 1} if self.fill else {}
        found |= {"align": self.align} if self.align else {}
        found |= {"indent": self.indent, "align": self.align or "left"} if self.indent else {}
        flags = {"bold": self.bold, "italic": self.italic, "text_wrap": self.wrap, "underline": self.underline}
        lines = {"top": self.top, "bottom": self.bottom}
        return found | {name: 1 for name, is_set in (flags | lines).items() if is_set}


PLAIN = Look()
WRAPPED = Look(wrap=True)
TITLE = Look(size=15, bold=True)
SUBTITLE = Look(size=11.5, bold=True)
HEAD = Look(bold=True, fill=_HEAD_FILL, wrap=True, bottom=True)
RIGHT_HEAD = replace(HEAD, align="right")
INDENTED = Look(indent=1)
NAME = Look(bold=True)
NOTE = Look(colour=style.QUIET, size=9)
LINK = Look(colour=_LINK, underline=True)
CAUTION = Look(colour=style.WARM, bold=True, wrap=True)
INPUT = Look(colour=INPUT_COLOUR)
RESULT = Look(colour=RESULT_COLOUR)
FORMULA = Look(colour=FORMULA_COLOUR)
TOTAL = Look(colour=FORMULA_COLOUR, bold=True, top=True, fill=_KEY_FILL)


def number_format(digits: int, *, signed: bool = False) -> str:
    """Return the number format with so many digits after the point, with a sign where it is of differences."""
    plain = f"#,##0.{'0' * digits}" if digits > 0 else "#,##0"
    return f"+{plain};-{plain};0" if signed else plain


def with_digits(look: Look, digits: int, *, signed: bool = False) -> Look:
    """Return a look for numbers."""
    return replace(look, number=number_format(digits, signed=signed))


PER_CENT = "0.0%"
CHANCE = '[>0.99]">99%";[<0.01]"<1%";0%'
"""Chances are never shown as certain, as in the report."""
GENERAL = "General"


def of_size(look: Look, value: float) -> Look:
    """Return a look for a number of which nothing but its size is known."""
    size = abs(value)
    if value == int(value) and size < 1e15:
        return replace(look, number="#,##0" if size >= 1e4 else "0")
    if size >= 1000:
        return replace(look, number="#,##0")
    return replace(look, number="#,##0.00" if size >= 1 else "0.0000" if size >= 1e-3 else "0.00E+00")


def colour_of(entry_look: str) -> str:
    """Return the colour of the words of a verdict: good, bad, unclear or none."""
    known = {"good": style.focus(), "bad": style.WARM, "unclear": style.QUIET}
    return known.get(entry_look, style.INK)


def font_name() -> str:
    """Return the font of a workbook in the language of the edition; spreadsheets replace one that is not there."""
    return "Microsoft YaHei" if is_chinese() else "Calibri"
