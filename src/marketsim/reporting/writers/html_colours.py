"""Colours of the web page that come from the edition, made dark or light enough to be read."""

from __future__ import annotations

import re

_HEX = re.compile(r"#[0-9A-Fa-f]{6}")
_READABLE = 4.8
"""Contrast of coloured text; a little more than the 4.5 that accessibility guidelines ask for."""
_STEPS = 20


def readable(colour: str, paper: str) -> str:
    """Return a colour, mixed with black or white until text in it can be read on the paper.

    Args:
        colour: the colour, ``#RRGGBB``.
        paper: what it is printed on.
    """
    toward = "#000000" if luminance(paper) > 0.5 else "#FFFFFF"
    for step in range(_STEPS + 1):
        mixed = blend(colour, toward, step / _STEPS)
        if contrast(mixed, paper) >= _READABLE:
            return mixed
    return toward


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2)."""
    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, from 0 to 1 (WCAG 2)."""
    red, green, blue = (_linear(part / 255) for part in channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def blend(colour: str, other: str, share: float) -> str:
    """Return a colour with a share of another one mixed in."""
    pairs = zip(channels(colour), channels(other), strict=True)
    return "#" + "".join(f"{round(own + (theirs - own) * share):02X}" for own, theirs in pairs)


def veiled(colour: str, opacity: float) -> str:
    """Return a colour that lets through what lies below it, as style sheets write it."""
    return f"rgba({', '.join(str(part) for part in channels(colour))}, {opacity:g})"


def channels(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue of a colour, 0 to 255.

    Raises:
        ValueError: it is not written as ``#RRGGBB``.
    """
    if not _HEX.fullmatch(colour):
        raise ValueError(f"{colour!r} is not a colour like #0B4F8A")
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _linear(part: float) -> float:
    return float(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
