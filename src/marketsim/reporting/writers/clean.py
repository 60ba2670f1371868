"""Texts that any office file can hold: characters that XML forbids are left out."""

from __future__ import annotations

import re

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufdd0-\ufdef\ufffe\uffff]|[\ud800-\udfff]")


def clean(text: str) -> str:
    """Return a text without the characters that XML 1.0 forbids: control characters, halves of surrogate pairs."""
    return _FORBIDDEN.sub("", text)
