"""Clauses and sentences put together as the language of the edition does."""

from __future__ import annotations

from collections.abc import Iterable

from marketsim.reporting.edition import is_chinese
from marketsim.reporting.language import message, say

_BETWEEN_CLAUSES = message("; ")


def clauses(parts: Iterable[str]) -> str:
    """Return clauses as one: a; b."""
    return say(_BETWEEN_CLAUSES).join(part for part in parts if part)


def sentence_of(parts: Iterable[str]) -> str:
    """Return clauses as a sentence with its full stop."""
    return say("{clauses}.", clauses=clauses(parts))


def opening(text: str) -> str:
    """Return the beginning of a sentence: with a capital in English only, as elsewhere names alone could get one."""
    return text if is_chinese() else f"{text[:1].upper()}{text[1:]}"


def paragraph(sentences: Iterable[str]) -> str:
    """Return whole sentences one after the other."""
    return ("" if is_chinese() else " ").join(sentence for sentence in sentences if sentence)
