"""Markets in which something goes to its extreme, and a look at whether their tables still hold numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from tests.markets import EVERYTHING, Tables, base_market, plain

from marketsim.results.tables import DEFAULT_SUPPLIER

MARKET = EVERYTHING[1]
RETAILERS = ("Alpha", "Beta", "Delta", "Gamma")
SEGMENTS = tuple(sorted(base_market(MARKET).study.segments))
NO_CURE = {f"credit.{mode}.{kind}": 0 for mode in ("flexible", "strict") for kind in ("cannot_pay", "will_not_pay")}


def closures(month: int) -> list[dict[str, Any]]:
    """Return the events that close all customers down, but for three segments that follow a month later."""
    return [
        {"type": "closure", "month": month + number % 2, "segment": name, "standard": 0, "notice_months": 1}
        for number, name in enumerate(SEGMENTS)
    ]


def scaled(value: Any, factor: float, name: str = "") -> Any:
    """Return plain data of an offer with every price and fee per MWh multiplied."""
    if isinstance(value, dict):
        return {key: scaled(inner, factor, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [scaled(inner, factor, name) for inner in value]
    return factor * value if name in ("price_cny_per_mwh", "fee_cny_per_mwh") else value


def offers(factor: float) -> dict[str, Any]:
    """Return the changes that multiply all list prices and fees per MWh."""
    retailers = base_market(MARKET).study.model_dump(mode="json")["retailers"]
    return {f"retailers.{name}.offers": scaled(retailer["offers"], factor) for name, retailer in retailers.items()}


COLLAPSES: dict[str, dict[str, Any]] = {
    "all retailers leave": {
        "events": [{"type": "exit", "month": 4, "retailer": name} for name in RETAILERS],
        "adaptation.entry.enabled": False,
        "retailers.Epsilon": None,
    },
    "all segments close": {"events": closures(4), "segments.commercial.contestable": True},
    "nobody ever pays": {**{f"credit.late_logits.{grade}": 50 for grade in "ABCD"}, **NO_CURE},
    "wholesale prices times ten": {"events": [{"type": "price_shock", "month": 3, "size": 9, "duration_months": 5}]},
    "list prices times ten": {**offers(10), "market.rules": None},
    "energy for nothing": {**offers(3e-5), "market.spot.mean_cny_per_mwh": 0.01},
    "hardly any agents": {"run.agents": 6},
    "one customer in a segment": {f"segments.{name}.customers": 1 for name in ("high_tech", "large_industrial")},
    "nobody sells to a segment": {
        f"retailers.{name}.offers": {"only": {"kind": "fixed", "price_cny_per_mwh": 490, "segments": ["sme_industrial"]}}
        for name in (*RETAILERS, "Epsilon")
    },
    "hardly any staff": {
        f"retailers.{name}.desks.{desk}.heads": 0.1 for name in RETAILERS for desk in ("contact", "field", "case")
    },
    "supply always fails": {
        "reliability.other_outages_per_year": 1000,
        "reliability.outages_per_year": {"urban": 1000, "suburban": 1000, "rural": 1000},
        "reliability.repair_hours": 100,
    },
    "demand all but vanishes": {"events": [{"type": "demand_shock", "month": 3, "size": -0.99, "duration_months": 7}]},
    "everybody begins with the default supplier": {
        "market.default_supplier.initial_share": 1,
        **{f"retailers.{name}.initial_share": 0 for name in RETAILERS},
        **{f"retailers.{name}.initial_share_by_segment": None for name in RETAILERS},
    },
}
