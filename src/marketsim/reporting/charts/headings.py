"""The short texts over charts: the first of several wordings that fits, as the title of a slide must be short."""

from __future__ import annotations

import re
from collections.abc import Iterable

from marketsim.reporting.edition import CHINESE, ENGLISH, current, is_chinese

MOST_LETTERS = {ENGLISH: 90, CHINESE: 40}
"""Longest text that stands on one line of a slide, by language."""
_BLANK = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
"""A blank between Chinese characters, as is left where a name stands that is Chinese itself."""


def fitting(*wordings: str) -> str:
    """Return the first wording that is short enough; the last one, cut, where none is.

    Args:
        wordings: texts in the language of the edition that say the same, from long to short.
    """
    most, texts = MOST_LETTERS[current().language], [_BLANK.sub("", text) for text in wordings]
    found = next((text for text in texts if len(text) <= most), texts[-1])
    return found if len(found) <= most else f"{found[: most - 1].rstrip()}…"


def in_a_row(sentences: Iterable[str]) -> str:
    """Return sentences one after the other; Chinese sets no blank after a full stop."""
    return ("" if is_chinese() else " ").join(text for text in sentences if text)
