"""Texts that any office file can hold, without characters that XML forbids, and with places for the ends of lines."""

from __future__ import annotations

import re

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufdd0-\ufdef\ufffe\uffff]|[\ud800-\udfff]")
SEAM = "\u200b"
"""A space of no width, at which a line may end."""
_LIST_MARK = re.compile(r"[，、；](?=[!-~])")


def clean(text: str) -> str:
    """Return a text without the characters that XML 1.0 forbids: control characters, halves of surrogate pairs."""
    return _FORBIDDEN.sub("", text)


def breakable(text: str) -> str:
    """Return a Chinese list of Latin words with places where a line may end, which not all programs see by themselves."""
    return _LIST_MARK.sub(rf"\g<0>{SEAM}", text)
