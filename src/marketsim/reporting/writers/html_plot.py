"""What an interactive chart of the web page is made of: marks, axes, and the texts that stand on and around them."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from marketsim.reporting.language import say
from marketsim.reporting.numbers import interval, plain

Trace = dict[str, Any]
HOVER = "%{customdata[0]}<extra></extra>"
"""Prints the finished text that each mark carries, so that no name is ever read as a template."""
NO_WHISKER = "none"
"""Stands for the length of a whisker where there is no interval."""
LABEL_WIDTH = 22
"""Width of a line of a label on an axis, in Latin characters."""
_LABEL_LINES = 3
_BLANKS = re.compile(r"[ \t\r\n]+")


@dataclass(frozen=True)
class Plot:
    """A panel as plotly.js draws it, with the texts that the page sets around it.

    Attributes:
        title: what the panel shows; may be empty.
        above: title of the upright axis, set over the plot; may be empty.
        below: title of the level axis, set under it; may be empty.
        traces: what is drawn.
        layout: axes and height; the colours of axes and texts come from the page.
    """

    title: str
    above: str
    below: str
    traces: list[Trace]
    layout: dict[str, Any] = field(default_factory=dict)

    @property
    def specification(self) -> dict[str, Any]:
        """What plotly.js takes; numbers that are none become null."""
        return {"data": finite(self.traces), "layout": finite(self.layout)}


def finite(value: Any) -> Any:
    """Return nested lists and mappings with None for every number that is none, as JSON wants it."""
    if isinstance(value, dict):
        return {key: finite(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [finite(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def at(values: Sequence[float], index: int) -> float:
    """Return a value, or NaN where a series has none, as ends of intervals that were not given."""
    return float(values[index]) if index < len(values) else math.nan


def shown(value: float, low: float, high: float, digits: int) -> str:
    """Return a number with its interval, as far as there is one."""
    return " ".join(part for part in (plain(value, digits), interval(low, high, digits)) if part)


def named(title: str, text: str) -> str:
    """Return a text behind what it is of, or the text alone."""
    return say("{title}: {text}", title=title, text=text) if title else text


def mark(lines: Iterable[str], *numbers: float) -> list[Any]:
    """Return what a mark carries: the text that appears over it, then its numbers as they are."""
    return ["<br>".join(label(line, 60) for line in lines if line), *numbers]


def label(text: str, width: int = LABEL_WIDTH) -> str:
    """Return a text for plotly.js: in lines, and with nothing in it that could be read as a tag."""
    lines = _lines(_BLANKS.sub(" ", text).strip(), width)
    if len(lines) > _LABEL_LINES:
        lines = [*lines[: _LABEL_LINES - 1], f"{lines[_LABEL_LINES - 1][:-1]}…"]
    return "<br>".join(escape(line, quote=False) for line in lines)


def _lines(text: str, width: int) -> list[str]:
    """Return a text in lines of a width, broken behind blanks and signs where it can be."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(text, width):
        if line and columns(line + piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str, width: int) -> list[str]:
    """Return the parts of a text between which a line may end."""
    pieces, piece = [], ""
    for character in text:
        piece += character
        if character in " _-/.+、，" or _is_wide(character) or columns(piece) >= width:
            pieces.append(piece)
            piece = ""
    return [*pieces, piece] if piece else pieces


def columns(text: str) -> int:
    """Return how wide a text is in Latin characters; Chinese ones are twice as wide."""
    return sum(2 if _is_wide(character) else 1 for character in text)


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def category_axis(names: Sequence[str], width: int = LABEL_WIDTH) -> dict[str, Any]:
    """Return an axis with a name at each whole number.

    Names are labels of numbers, not places themselves: two that look the same would else fall together.
    """
    places = list(range(len(names)))
    return {
        "tickmode": "array",
        "tickvals": places,
        "ticktext": [label(name, width) for name in names],
        "range": [-0.6, len(names) - 0.4],
        "showgrid": False,
        "zeroline": False,
        "automargin": True,
    }


def value_axis(**settings: Any) -> dict[str, Any]:
    """Return an axis of values, numbered without powers of ten."""
    return {"automargin": True, "exponentformat": "none", "separatethousands": True, "zeroline": True, **settings}


def whiskers(values: Sequence[float], low: Sequence[float], high: Sequence[float], colour: str) -> dict[str, Any]:
    """Return intervals as plotly.js takes them: how far each reaches from its value."""
    places = range(len(values))
    return {
        "type": "data",
        "symmetric": False,
        "array": [_reach(at(high, i) - at(values, i)) for i in places],
        "arrayminus": [_reach(at(values, i) - at(low, i)) for i in places],
        "color": colour,
        "thickness": 1.5,
        "width": 4,
    }


def _reach(length: float) -> float | str:
    """Return the length of a whisker; of none a word, as plotly.js takes null for zero and would draw its cap."""
    return length if math.isfinite(length) else NO_WHISKER
