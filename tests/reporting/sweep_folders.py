"""Sweeps as charts and reports take them, and folders that hold nothing but sweeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from tests import sweeps
from tests.reporting.synthetic import LANES, study_of

from marketsim.reporting.sweep_view import Swept
from marketsim.results.manifest import build
from marketsim.results.sensitivity.outcomes import LEVER
from marketsim.results.storage.store import write_answers
from marketsim.scenario.loaded import Scenario, ScenarioData

LEVELS = {"width": [1, 2, 5, 10, 20, 50, 100], "staff": [0.9, 1.0, 1.1, 1.2], "envy": [0, 0.25, 0.5, 0.75, 1.0]}
SEVEN_FOUR_FIVE = sweeps.grid(LEVELS, width=LEVER, staff=LEVER)
TWO_TWO = sweeps.grid({"width": [1, 5], "staff": [1, 1.1]}, width=LEVER, staff=LEVER)
TWENTY_TWENTY = sweeps.grid({"width": list(range(1, 21)), "staff": [round(0.8 + 0.02 * i, 2) for i in range(20)]})
WORDS = sweeps.grid({"discipline": ["fifo", "priority", "aged"], "who": ["large industrial", "commercial", "true"]})
RANGES = {"legitimacy": (0.0, 1.0), "sensitivity": (2.0, 8.0), "visibility": (0.0, 1.0)}


def lane(width: float, staff: float, envy: float = 0.3) -> float:
    """Best for narrow lanes with some staff; envy takes it away."""
    return 1e6 * (0.2 + min(width, 20) * 0.2 * (1 - 2 * envy) - 0.004 * width**1.5 - 150 * (staff - 1.05) ** 2)


def words(discipline: str, who: str) -> float:
    return 1e6 * (len(discipline) - 5) * (2 if who == "true" else -0.5)


def drawn(legitimacy: float, sensitivity: float, visibility: float) -> float:
    return 1e6 * (2 - 4 * legitimacy * visibility + 0.3 * (sensitivity - 5))


def swept(plan: sweeps.Plan, effect: Callable[..., float], **settings: Any) -> Swept:
    given = {"chance": 1e6, **settings}
    return Swept("sweep_1", sweeps.found(plan, effect, **given), False, 1, "seed 1 · scenario 0123456789ab")


def tables(plans: Mapping[str, tuple[sweeps.Plan, Callable[..., float], dict[str, Any]]]) -> sweeps.Tables:
    made: sweeps.Tables = {}
    for name, (plan, effect, settings) in plans.items():
        own = sweeps.tables(plan, effect, name=name, **{"chance": 1e6, "policies": ("lane_5",), **settings})
        made = sweeps.both(made, own) if made else own
    return made


def manifest_of(designs: Mapping[str, str]) -> dict[str, Any]:
    study = study_of(LANES, months=36, replications=8)
    scenario = Scenario("lanes", study, ScenarioData({}), "scenarios/lanes.yaml", "question: ...")
    manifest = build(
        scenario, status="complete", policies=tuple(LANES), counts={}, command="marketsim sweep lanes.yaml"
    )
    paths = {"width": {"path": "retailers.Alpha.tiers.key.rule.value_pct"}}
    manifest["scenario"]["sweep"] = {name: {"design": design, "levers": paths} for name, design in designs.items()}
    return manifest


def write_folder(place: Path, made: Mapping[str, pd.DataFrame], designs: Mapping[str, str]) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    write_answers(place, manifest_of(designs), dict(made))
    return place
