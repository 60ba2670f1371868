"""Values put into the places of a Chinese template: blanks stand beside Latin letters and digits only."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any
from unicodedata import east_asian_width

_WIDE = "WF"


def filled(template: str, values: Mapping[str, Any]) -> str:
    """Return a template with its places filled.

    A blank of the template beside a place is dropped where it would stand between two Chinese characters: templates set
    names off with blanks, which a name in Chinese does not need. Blanks inside values stay.

    Args:
        template: the text, with places as ``{name}``.
        values: what stands in the places.
    """
    text, after_value = "", False
    for literal, place, spec, _ in Formatter().parse(template):
        text += _without_blank(literal, text[-1:]) if after_value else literal
        after_value = place is not None
        if place is not None:
            value = format(values[place], spec or "")
            text = (_without_blank(text[::-1], value[:1])[::-1] if literal.endswith(" ") else text) + value
    return text


def _without_blank(text: str, neighbour: str) -> str:
    """Return a text without the blank at its start, where that would stand between two Chinese characters."""
    rest = text.removeprefix(" ")
    return rest if _is_wide(neighbour) and _is_wide(rest[:1]) else text


def _is_wide(character: str) -> bool:
    return bool(character) and east_asian_width(character) in _WIDE
