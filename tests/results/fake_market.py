"""A made-up market for tests: a small scenario, and runs whose tables come from numpy, not from the model."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from marketsim.results.run_result import RunResult
from marketsim.results.tables import (
    BASE,
    DEFAULT_SUPPLIER,
    DESK_MONTH,
    FLOWS,
    MARGIN_CURVE,
    MARKET_MONTH,
    RELATIONS,
    RETAILER_MONTH,
    SEGMENT_MONTH,
    Table,
)
from marketsim.scenario.customers import DIMENSIONS
from marketsim.scenario.loaded import Scenario, ScenarioData
from marketsim.scenario.service import DESKS
from marketsim.scenario.study import Study

WEIGHTS = dict.fromkeys(DIMENSIONS, 1 / 6)
MONTHS = 8
SUPPLIERS = ("Alpha", "Beta", DEFAULT_SUPPLIER)
SEGMENTS = ("home", "large", "small")
VISIBILITY = "behaviour.fairness.visibility"
HANDLING = "retailers.Alpha.desks.contact.handle_minutes"

LABELS: dict[Table, tuple[tuple[str, tuple[str, ...]], ...]] = {
    MARKET_MONTH: (),
    RETAILER_MONTH: (("retailer", SUPPLIERS),),
    SEGMENT_MONTH: (("retailer", SUPPLIERS), ("segment", SEGMENTS), ("tier", ("key", "ordinary"))),
    DESK_MONTH: (
        *(("retailer", SUPPLIERS[:2]), ("desk", DESKS)),
        *(("region", ("east", "west")), ("tier", ("key", "ordinary"))),
    ),
    FLOWS: (("segment", SEGMENTS[1:]), ("from_retailer", ("Alpha",)), ("to_retailer", ("Beta",))),
    RELATIONS: (("retailer", SUPPLIERS[:2]), ("segment", SEGMENTS[1:]), ("tier", ("key", "ordinary"))),
}
"""The labels of each table besides policy, world and month."""


def segment(**values: Any) -> dict[str, Any]:
    """Return a segment, with the few fields that have no default."""
    fields = {
        "customers": 100,
        "energy_mwh_per_month": 10.0,
        "quality_weights": WEIGHTS,
        "price_sensitivity": 50.0,
        "search_rate": 0.5,
        "switching_cost": 1.0,
        "service_sensitivity": 4.0,
        "tickets_per_month": 0.5,
    }
    return {**fields, **values}


def retailer(**values: Any) -> dict[str, Any]:
    """Return a retailer with one offer."""
    return {
        "initial_share": 0.5,
        "offers": {"standard": {"kind": "fixed", "price_cny_per_mwh": 475.0}},
        **values,
    }


def scenario(run: Mapping[str, Any] | None = None, **changes: Any) -> Scenario:
    """Return the study: Alpha and Beta, two contestable segments and homes that are not, two policies."""
    settings = {
        "months": MONTHS,
        "warmup_months": 2,
        "evaluate_from_month": 4,
        "replications": 4,
        "check_replications": 2,
    }
    contents = {
        "focus": "Alpha",
        "run": {**settings, **(run or {})},
        "segments": {
            "home": segment(contestable=False),
            "large": segment(customers=40),
            "small": segment(customers=400),
        },
        "levers": {},
        "retailers": {"Alpha": retailer(), "Beta": retailer()},
        "policies": {
            "lane": {"retailers.Alpha.desks.contact.discipline": "priority"},
            "staff": {"retailers.Alpha.desks.contact.staff_factor": 1.1},
        },
        "assumptions": {VISIBILITY: [0.0, 1.0], HANDLING: [15.0, 45.0]},
    }
    study = Study.model_validate({**contents, **changes})
    bands = dict.fromkeys(study.segments, (0.4, 0.4, 0.2))
    return Scenario("made_up", study, ScenarioData(bands), "made_up.yaml", "focus: Alpha\n")


def simulate(given: Scenario, replication: int, policy: str = BASE, threads: int = 1) -> RunResult:
    """Return made-up tables: the world decides the noise, the policy and one assumption the effect."""
    effects = {BASE: 0.0, "lane": 1.0, "staff": 2.0}
    effect = effects[policy] * (1.0 - 1.5 * given.study.behaviour.fairness.visibility)
    months = given.study.run.months
    tables = {}
    for table, labels in LABELS.items():
        rows = _rows(months, labels)
        values = _values(rows, table, replication, effect)
        named = pd.concat([rows, values], axis=1).assign(policy=policy, replication=replication)
        tables[table.name] = named[table.column_names()]
    curve = _curve(replication, effect) if given.study.run.first_evaluated_month() < months else _curve(0, 0.0)[:0]
    named = curve.assign(policy=policy, replication=replication, month=months - 1)
    tables[MARGIN_CURVE.name] = named[MARGIN_CURVE.column_names()]
    return RunResult(policy, replication, tables, months, 540, 540, {"serve": 0.001 * (1 + replication)})


def _curve(replication: int, effect: float) -> pd.DataFrame:
    """Return a curve of margins: the more the policy does, the more equal they are."""
    share = np.arange(0, 101, 10) / 100
    margin = (1.0 + replication) * 1e6 * share ** (3.0 - 0.5 * effect)
    points = {"customers_pct": np.arange(0, 101, 10), "customers": 540 * share, "margin_cny": margin}
    return pd.DataFrame({"retailer": "Alpha", **points})


@lru_cache
def _rows(months: int, labels: tuple[tuple[str, tuple[str, ...]], ...]) -> pd.DataFrame:
    """Return the labels of a table: every combination in every month."""
    names = [name for name, _ in labels]
    combinations = list(product(range(months), *(values for _, values in labels)))
    return pd.DataFrame(combinations, columns=["month", *names])


def _values(rows: pd.DataFrame, table: Table, replication: int, effect: float) -> pd.DataFrame:
    draws = np.random.default_rng([replication, zlib.crc32(table.name.encode())])
    own = (rows["retailer"] == "Alpha").to_numpy() if "retailer" in rows else np.zeros(len(rows), dtype=bool)
    noise = draws.random((2, len(rows), len(table.values)))
    values = 1.0 + noise[0] + effect * own[:, np.newaxis] * (1 + 0.1 * noise[1])
    return pd.DataFrame(values, columns=[column.name for column in table.values])
