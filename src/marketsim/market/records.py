"""Structured arrays: one record a customer, a plan, an offer, a lever; rules of the market read and write single records.

A record is handed to a compiled rule as a pointer, so that a rule costs no more than its arithmetic.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Record = Any
"""One record of a structured array, inside compiled rules: fields are attributes."""
Records = NDArray[np.void]
"""A structured array."""


def record_type(**fields: str | tuple[str, tuple[int, ...]]) -> np.dtype[np.void]:
    """Return an aligned structured type: ``name="f8"`` or ``name=("f8", (6,))``."""
    entries = [(name, *(kind if isinstance(kind, tuple) else (kind,))) for name, kind in fields.items()]
    return np.dtype(entries, align=True)


def one_record(dtype: np.dtype[np.void], values: dict[str, Any]) -> Record:
    """Return a single record with these values; every field must be given."""
    row = np.zeros(1, dtype=dtype)
    assert dtype.names is not None
    for name in dtype.names:
        row[name] = values[name]
    return row[0]


def unwritten(dtype: np.dtype[np.void], count: int) -> Records:
    """Return records in which floats are NaN and integers -1, so that a state that nobody wrote shows."""
    rows = np.zeros(count, dtype=dtype)
    assert dtype.names is not None
    assert dtype.fields is not None
    for name in dtype.names:
        kind = dtype.fields[name][0].base.kind
        if kind == "f":
            rows[name] = np.nan
        elif kind == "i":
            rows[name] = -1
    return rows
