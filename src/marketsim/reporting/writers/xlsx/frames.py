"""Data frames as sheets: heads that filter, texts as texts, numbers as numbers with sensible formats."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from marketsim.reporting.language import say
from marketsim.reporting.writers.xlsx.book import FIRST_ROW, HEAD_ROW, Page
from marketsim.reporting.writers.xlsx.column_titles import column_title, words_for
from marketsim.reporting.writers.xlsx.looks import HEAD, INDENTED, PLAIN, RESULT, RIGHT_HEAD, Look, of_size
from marketsim.reporting.writers.xlsx.names import width_of

_MOST_ROWS = 1_000_000
_WIDEST, _NARROWEST = 44, 9
_SAMPLE = 300
_HEAD = 16
"""Width from which heads are broken into lines."""


def fill_frame(page: Page, frame: pd.DataFrame, head_row: int = HEAD_ROW, heads: Sequence[str] = ()) -> int:
    """Write a frame with its heads; further rows than Excel has are left out.

    Args:
        page: the sheet.
        frame: the table.
        head_row: row of the heads.
        heads: other heads than the names of the columns.

    Returns:
        The last row.
    """
    shown = frame.head(_MOST_ROWS)
    names = list(heads) or [column_title(str(name)) for name in frame.columns]
    page.fit(head_row, names)
    for column, name in enumerate(frame.columns):
        is_number = pd.api.types.is_numeric_dtype(frame[name])
        page.text(head_row, column, names[column], RIGHT_HEAD if is_number else replace(HEAD, indent=int(column > 0)))
        words = words_for(str(name))
        values = shown[name].tolist() if is_number else [_said(value, words) for value in shown[name].tolist()]
        _fill_column(page, column, values, head_row + 1)
    last = head_row + len(shown)
    if head_row == HEAD_ROW:
        page.freeze(FIRST_ROW, 1)
        page.filter(head_row, last, len(names))
    return last


def _said(value: Any, words: Callable[[str], str]) -> Any:
    """Return a text in words; numbers, truth values and nothing stay what they are."""
    return words(value) if isinstance(value, str) and value else value


def _fill_column(page: Page, column: int, values: Sequence[Any], first: int) -> None:
    for row, value in enumerate(values, start=first):
        fill_value(page, row, column, value, RESULT)


def fill_value(page: Page, row: int, column: int, value: Any, look: Look) -> None:
    """Write any value: numbers in a format that suits their size, all else as text."""
    if isinstance(value, bool):
        page.text(row, column, say("yes") if value else say("no"), INDENTED if column else PLAIN)
    elif not isinstance(value, int | float):
        page.text(row, column, "" if value is None else str(value), INDENTED if column else PLAIN)
    elif math.isfinite(value):
        page.number(row, column, value, of_size(look, value))


def column_widths(frame: pd.DataFrame) -> list[float]:
    """Return how wide columns are, by their heads and first rows."""
    sample = frame.head(_SAMPLE)
    return [
        min(max(_NARROWEST, _width_of_head(str(name)), *_lengths(str(name), sample[name].tolist())), _WIDEST)
        for name in frame.columns
    ]


def _width_of_head(name: str) -> int:
    """Return the width that a head needs: its name in the files in one line, words before it in others."""
    return max(width_of(name) + 3, min(width_of(column_title(name)) + 3, _HEAD))


def _lengths(name: str, values: Sequence[Any]) -> list[int]:
    words = words_for(name)
    return [len_of(_said(value, words)) for value in values]


def len_of(value: Any) -> int:
    """Return how many characters a value takes."""
    if isinstance(value, float):
        return len(f"{value:,.0f}") + 3 if math.isfinite(value) else 0
    return width_of(str(value)) + 2
