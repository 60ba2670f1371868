"""A made-up market for tests: a small scenario, and runs whose tables come from numpy, not from the model."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from marketsim.results.run_result import RunResult
from marketsim.results.tables import (
    BASE,
    DEFAULT_SUPPLIER,
    DESK_MONTH,
    FLOWS,
    MARKET_MONTH,
    RETAILER_MONTH,
    SEGMENT_MONTH,
    Table,
)
from marketsim.scenario.loaded import Scenario, ScenarioData
from marketsim.scenario.service import DESKS
from marketsim.scenario.study import Study

WEIGHTS = dict.fromkeys(DIMENSIONS, 1 / 6)

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
        "months": 18,
        "warmup_months": 3,
        "evaluate_from_month": 6,
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
    study = given.study
    effects = {BASE: 0.0, "lane": 1.0, "staff": 2.0}
    effect = effects[policy] * (1.0 - 1.5 * study.behaviour.fairness.visibility)
    rows = {
        "market_month": _market(study.run.months),
        "retailer_month": _grid(study.run.months, retailer=SUPPLIERS),
        "segment_month": _grid(
            study.run.months, retailer=SUPPLIERS, segment=SEGMENTS, tier=("key", "ordinary")
        ),
        "desk_month": _grid(
            study.run.months,
            retailer=SUPPLIERS[:2],
            desk=DESKS,
            region=("east", "west"),
            tier=("key", "ordinary"),
        ),
        "flows": _grid(
            study.run.months, segment=SEGMENTS[1:], from_retailer=("Alpha",), to_retailer=("Beta",)
        ),
    }
    schemas = (MARKET_MONTH, RETAILER_MONTH, SEGMENT_MONTH, DESK_MONTH, FLOWS)
    tables = {table.name: _filled(rows[table.name], table, replication, effect) for table in schemas}
    named = {name: table.assign(policy=policy, replication=replication) for name, table in tables.items()}
    ordered = {table.name: named[table.name][table.column_names()] for table in schemas}
    return RunResult(
        policy, replication, ordered, study.run.months, 540, 540, {"serve": 0.001 * (1 + replication)}
    )


def _market(months: int) -> pd.DataFrame:
    return pd.DataFrame({"month": np.arange(months)})


def _grid(months: int, **labels: tuple[str, ...]) -> pd.DataFrame:
    index = pd.MultiIndex.from_product([range(months), *labels.values()], names=["month", *labels])
    return index.to_frame(index=False)


def _filled(rows: pd.DataFrame, table: Table, replication: int, effect: float) -> pd.DataFrame:
    draws = np.random.default_rng([replication, zlib.crc32(table.name.encode())])
    own = (rows["retailer"] == "Alpha").to_numpy() if "retailer" in rows else np.zeros(len(rows), dtype=bool)
    values = {
        column.name: 1.0 + draws.random(len(rows)) + effect * own * (1 + 0.1 * draws.random(len(rows)))
        for column in table.values
    }
    return rows.assign(**values)
