"""Rows of the table of sensitivities."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from marketsim.results.sensitivity.outcomes import Outcome
from marketsim.results.statistics.estimates import FloatArray
from marketsim.results.tables import BASE

SENSITIVITY = "sensitivity"
SENSITIVITY_COLUMNS = (
    *("name", "policy", "retailer", "tier", "kpi", "unit"),
    *("method", "parameter", "index", "value", "low", "high", "n"),
)
_TYPES = {"value": "float64", "low": "float64", "high": "float64", "n": "int64"}
NOISE = "noise"
"""Index of what the chance of the worlds adds; it belongs to no parameter."""


@dataclass(frozen=True)
class Row:
    """One index of one parameter, with its 95 % interval; the method where a table mixes several."""

    parameter: str
    index: str
    value: float
    low: float = math.nan
    high: float = math.nan
    n: int = 0
    unit: str = "1"
    method: str = ""


def tidy(found: Outcome, method: str, rows: Iterable[Row]) -> pd.DataFrame:
    """Return rows as a frame in `SENSITIVITY_COLUMNS`; outcomes of the base's level have ``base`` for a policy."""
    choice = found.choice
    labels = {
        "name": choice.name,
        "policy": BASE if choice.of == BASE else choice.policy,
        "retailer": choice.retailer,
        "tier": choice.tier,
        "kpi": choice.kpi,
    }
    table = [
        labels
        | {"unit": row.unit, "method": row.method or method, "parameter": row.parameter, "index": row.index}
        | {"value": row.value, "low": row.low, "high": row.high, "n": row.n}
        for row in rows
    ]
    return pd.DataFrame(table, columns=list(SENSITIVITY_COLUMNS)).astype(_TYPES)


def no_rows() -> pd.DataFrame:
    """Return the table without any row."""
    return pd.DataFrame(columns=list(SENSITIVITY_COLUMNS)).astype(_TYPES)


def share_of_noise(errors: FloatArray, values: FloatArray) -> float:
    """Return which share of the variance between points the chance of the worlds can make up at most.

    It is the mean squared standard error over the variance between points: what independent worlds at every point
    would add. Points that share their worlds err alike, so that less of it stands between them.
    """
    variance = float(np.var(values))
    return float(np.mean(errors**2) / variance) if variance > 0 else math.nan
