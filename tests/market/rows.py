"""Single records for worked examples: what is not named is zero."""

from __future__ import annotations

from typing import Any

import numpy as np

from marketsim.market.contracts import Prices
from marketsim.market.draws import name_key
from marketsim.market.population import CUSTOMER
from marketsim.market.records import Record, Records
from marketsim.market.search import Standing
from marketsim.market.tariffs import MAX_BLOCKS, OFFER, PLAN


def row(dtype: np.dtype[np.void], **values: Any) -> Record:
    """Return a record with the values given."""
    return rows(dtype, values)[0]


def rows(dtype: np.dtype[np.void], *records: dict[str, Any]) -> Records:
    """Return records with the values given."""
    result = np.zeros(len(records), dtype=dtype)
    for place, values in enumerate(records):
        for name, value in {**_usual(dtype, values), **values}.items():
            result[place][name] = value
    return result


def _usual(dtype: np.dtype[np.void], values: dict[str, Any]) -> dict[str, Any]:
    """What every customer is unless said otherwise: in business, understood, and using what it is said to."""
    if dtype is not CUSTOMER:
        return {}
    energy = values.get("energy", 0.0)
    return {"alive": 1, "match": 1.0, "former": -1, "use": energy, "usual_use": energy, "contracted": energy}


def plan(kind: int, **values: Any) -> Record:
    """Return a plan of a year without blocks, unless said otherwise."""
    return row(PLAN, **{"kind": kind, "block_edges": [np.inf] * MAX_BLOCKS, "term_months": 12, **values})


def offer(**values: Any) -> Record:
    """Return an offer."""
    return row(OFFER, **values)


def prices(retailers: int, offers: Records, plans: Records, **values: Any) -> Prices:
    """Return what is on sale in a market of one segment and region, without discounts unless said otherwise."""
    suppliers = retailers + 1
    nothing = np.zeros((suppliers, 1))
    usual = {
        "for_segment": np.ones((len(offers), 1), dtype=np.bool_),
        "discount": np.zeros((suppliers, 4)),
        "best_discount": np.zeros(suppliers),
        "cut_off": np.full((suppliers, 4, 1, 1, 4), np.inf),
        "forward": np.zeros(121),
        "expected_spot": 450.0,
        **dict.fromkeys(("concession", "concession_from", "renewal_markup", "retention", "winback"), nothing),
        "rebate": np.zeros(suppliers),
        "appeal": np.zeros((len(offers), 1, 4)),
        "default_price": 520.0,
        "voluntary_default": False,
        "yearly_sd": 0.0,
        "calendar_year": False,
        "default_supplier": retailers,
    }
    return Prices(offers=offers, plans=plans, **{**usual, **values})


def standing(suppliers: int, **values: Any) -> Standing:
    """Return suppliers without names that matter, the last of them the default supplier."""
    usual = {
        "brand": np.zeros((suppliers, 1)),
        "advertising": np.ones(suppliers),
        "rating": np.full((suppliers, 1), 0.6),
        "keys": np.array([name_key(f"retailer {number}") for number in range(suppliers)], dtype=np.uint64),
        "awareness": np.zeros((0, 0), dtype=np.uint8),
        "beliefs": np.zeros((0, 0), dtype=np.float32),
    }
    return Standing(**{**usual, **values})


def customer(**values: Any) -> Record:
    """Return a customer who stands for itself, in the ordinary tier."""
    return row(CUSTOMER, **{"weight": 1.0, "energy": 10.0, "tier": 3, **values})
