"""Data frames as sheets: heads that filter, texts as texts, numbers as numbers with sensible formats."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from marketsim.reporting.writers.xlsx.book import FIRST_ROW, HEAD_ROW, Page
from marketsim.reporting.writers.xlsx.looks import HEAD, INDENTED, PLAIN, RESULT, RIGHT_HEAD, Look, of_size
from marketsim.reporting.writers.xlsx.names import width_of

_MOST_ROWS = 1_000_000
_WIDEST, _NARROWEST = 44, 9
_SAMPLE = 300


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
    names = list(heads) or [str(name) for name in frame.columns]
    for column, name in enumerate(frame.columns):
        is_number = pd.api.types.is_numeric_dtype(frame[name])
        page.text(head_row, column, names[column], RIGHT_HEAD if is_number else replace(HEAD, indent=int(column > 0)))
        _fill_column(page, column, shown[name].tolist(), head_row + 1)
    last = head_row + len(shown)
    if head_row == HEAD_ROW:
        page.freeze(FIRST_ROW, 1)
        page.filter(head_row, last, len(names))
    return last


def _fill_column(page: Page, column: int, values: Sequence[Any], first: int) -> None:
    for row, value in enumerate(values, start=first):
        fill_value(page, row, column, value, RESULT)


def fill_value(page: Page, row: int, column: int, value: Any, look: Look) -> None:
    """Write any value: numbers in a format that suits their size, all else as text."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        page.text(row, column, "" if value is None else str(value), INDENTED if column else PLAIN)
    elif math.isfinite(value):
        page.number(row, column, value, of_size(look, value))


def column_widths(frame: pd.DataFrame) -> list[float]:
    """Return how wide columns are, by their heads and first rows."""
    sample = frame.head(_SAMPLE)
    return [
        min(max(width_of(str(name)) + 3, _NARROWEST, *(len_of(value) for value in sample[name].tolist())), _WIDEST)
        for name in frame.columns
    ]


def len_of(value: Any) -> int:
    """Return how many characters a value takes."""
    if isinstance(value, float):
        return len(f"{value:,.0f}") + 3 if math.isfinite(value) else 0
    return width_of(str(value)) + 2
