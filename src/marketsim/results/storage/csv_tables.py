"""Tables as CSV: written with fixed digits, and read again with the types that they had."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path

import pandas as pd

from marketsim.errors import ResultsError

_LABELS = (
    *("policy", "retailer", "segment", "tier", "kpi", "unit", "reference", "assumption", "end", "direction"),
    *("name", "path", "verdict", "cost", "best", "series", "mechanism", "ties", "levers"),
    *("parameter", "kind", "method", "index", "low_at", "high_at", "worst_at"),
)
_LABELS_OF = {"sweep_points": ("value",)}
"""Columns that hold labels in one table, and numbers elsewhere."""
_NUMBERS_OF = {"regret": ("best",)}
"""Columns that hold numbers in one table, and labels elsewhere."""
_COUNTS = ("n", "point")
_FLAGS = ("reached",)


def is_label(table: str, column: str) -> bool:
    """Return whether a column of a table holds labels, not numbers."""
    return column in _LABELS_OF.get(table, ()) or (column in _LABELS and column not in _NUMBERS_OF.get(table, ()))


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame with ten significant digits, so that equal values give equal bytes everywhere."""
    numbers = frame.select_dtypes("float")
    plain = frame.assign(**{str(name): numbers[name] + 0.0 for name in numbers})
    plain.to_csv(path, index=False, float_format="%.10g", lineterminator="\n", encoding="utf-8")


def read_csv(path: Path) -> pd.DataFrame:
    """Return a table in which only numbers can be missing: a retailer may well be called NA.

    Raises:
        ResultsError: it is missing or broken.
    """
    try:
        header = [str(name) for name in pd.read_csv(path, nrows=0, encoding="utf-8").columns]
        missing = {name: [""] for name in header if not is_label(path.stem, name)}
        types: dict[Hashable, str] = {name: _type_of(path.stem, name) for name in header}
        return pd.read_csv(path, dtype=types, keep_default_na=False, na_values=missing, encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path} is missing or broken: {error}") from error


def _type_of(table: str, column: str) -> str:
    if is_label(table, column):
        return "str"
    if column in _FLAGS:
        return "bool"
    return "int64" if column in _COUNTS else "float64"
