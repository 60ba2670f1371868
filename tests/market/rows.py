"""Single records for worked examples: what is not named is zero."""

from __future__ import annotations

from typing import Any

import numpy as np

from marketsim.market.population import CUSTOMER
from marketsim.market.records import Record, Records
from marketsim.market.tariffs import MAX_BLOCKS, OFFER, PLAN


def row(dtype: np.dtype[np.void], **values: Any) -> Record:
    """Return a record with the values given."""
    return rows(dtype, values)[0]


def rows(dtype: np.dtype[np.void], *records: dict[str, Any]) -> Records:
    """Return records with the values given."""
    result = np.zeros(len(records), dtype=dtype)
    for place, values in enumerate(records):
        for name, value in values.items():
            result[place][name] = value
    return result


def plan(kind: int, **values: Any) -> Record:
    """Return a plan of a year without blocks, unless said otherwise."""
    return row(PLAN, **{"kind": kind, "block_edges": [np.inf] * MAX_BLOCKS, "term_months": 12, **values})


def offer(**values: Any) -> Record:
    """Return an offer."""
    return row(OFFER, **values)


def customer(**values: Any) -> Record:
    """Return a customer who stands for itself, in the ordinary tier."""
    return row(CUSTOMER, **{"weight": 1.0, "energy": 10.0, "tier": 3, **values})
