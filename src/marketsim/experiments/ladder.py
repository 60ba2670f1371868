"""What each mechanism adds to an answer: all are switched on one by one, and each is left out of the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from marketsim.errors import Problem, ScenarioError
from marketsim.experiments.laboratory import Laboratory, Trial, trial_of
from marketsim.results.statistics.estimates import mean_over_worlds, without_rounding
from marketsim.results.statistics.pairs import UNITS, described
from marketsim.results.tables import ALL
from marketsim.scenario.changes import with_changes
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.merging import dump
from marketsim.scenario.strategy import Strategy
from marketsim.scenario.study import Study

MECHANISMS: dict[str, tuple[str, ...]] = {
    "fairness": ("behaviour.fairness.enabled",),
    "complaints": ("behaviour.complaints.enabled",),
    "information": ("information.enabled",),
    "reliability": ("reliability.enabled",),
    "demand": ("demand.enabled",),
    "word of mouth": ("word_of_mouth.enabled",),
    "credit": ("credit.enabled",),
    "settlement": ("settlement.enabled",),
    "adaptation": ("adaptation.entry.enabled", "adaptation.exit.enabled", "adaptation.imitation.enabled"),
}
"""The mechanisms that can be switched off, in the order in which they are switched on, with their switches.

Adaptation also holds the retailers' strategies: without it every retailer keeps what the scenario gives it.
"""
_ADAPTATION = "adaptation"
FIGURES = (
    ("profit_cny_per_year", ALL),
    ("share_energy", ALL),
    ("share_customers", ALL),
    ("satisfaction", ALL),
    ("satisfaction_gap", ALL),
)
"""KPI and tier of the figures whose answer is followed."""
LADDER = "ladder"
ONE_BY_ONE, LEFT_OUT = "switched on one by one", "left out of the whole"


@dataclass(frozen=True)
class Rung:
    """One version of the scenario.

    Attributes:
        series: to which of the two series it belongs.
        mechanism: the mechanism that is switched on, or left out; empty where there is none.
        changes: what is changed in the scenario.
    """

    series: str
    mechanism: str
    changes: dict[str, Any]


def rungs(scenario: Scenario) -> list[Rung]:
    """Return the versions of a scenario: none of its mechanisms, one more at a time, and all but one.

    Raises:
        ScenarioError: no mechanism of the scenario is on.
    """
    off = off_switches(scenario.study)
    if not off:
        message = f"none of the mechanisms is on: {', '.join(MECHANISMS)}"
        raise ScenarioError([Problem("", message)], scenario.source or scenario.name)
    names = list(off)
    climbing = [(names[count:], names[count - 1] if count else "") for count in range(len(names) + 1)]
    found = [(ONE_BY_ONE, name, missing) for missing, name in climbing] + [(LEFT_OUT, name, [name]) for name in names]
    return [
        Rung(
            series,
            name,
            _without_idle_events(scenario, {path: value for m in missing for path, value in off[m].items()}),
        )
        for series, name, missing in found
    ]


def off_switches(study: Study) -> dict[str, dict[str, Any]]:
    """Return the mechanisms of a study that are on, each with the changes that switch it off."""
    data = dump(study)
    off: dict[str, dict[str, Any]] = {
        name: {path: False for path in paths if _is_on(data, path)} for name, paths in MECHANISMS.items()
    }
    strategists = [name for name, retailer in study.retailers.items() if retailer.strategy != Strategy()]
    off[_ADAPTATION] |= {f"retailers.{name}.strategy": None for name in strategists}
    return {name: changes for name, changes in off.items() if changes}


def _is_on(data: Any, path: str) -> bool:
    for key in path.split("."):
        data = data.get(key, {}) if isinstance(data, dict) else {}
    return data is True


def _without_idle_events(scenario: Scenario, changes: dict[str, Any]) -> dict[str, Any]:
    """Return changes that also take out the events that need a mechanism which they switch off."""
    try:
        with_changes(scenario, changes, "ladder")
    except ScenarioError as error:
        idle = {int(p.path.split(".")[1]) for p in error.problems if p.path.startswith("events.")}
        if not idle:
            raise
        events = [event for place, event in enumerate(dump(scenario.study)["events"]) if place not in idle]
        return {**changes, "events": events}
    return changes


def climb(policy: str, laboratory: Laboratory) -> pd.DataFrame:
    """Return what each mechanism adds to the effect of a policy.

    Args:
        policy: the policy.
        laboratory: where runs are carried out.

    Returns:
        A row per version of the scenario and figure of the focus retailer: the paired difference of the policy to the
        base (``diff``), and what the mechanism adds to it (``adds``): against the rung below, or the whole against
        the version without it. Both with 95 % intervals over the same worlds.
    """
    steps = rungs(laboratory.scenario)
    trials = [_trial(policy, rung) for rung in steps]
    measured = laboratory.effects("mechanisms", trials, by_tier=True)
    wide = [_figures(frame, policy, laboratory.scenario.study.focus) for frame in measured]
    whole = wide[[rung.series for rung in steps].index(LEFT_OUT) - 1]
    parts = []
    for place, rung in enumerate(steps):
        before, after = (wide[place - 1], wide[place]) if rung.series == ONE_BY_ONE else (wide[place], whole)
        added = None if rung.series == ONE_BY_ONE and place == 0 else (before, after)
        parts.append(_described(rung, place, wide[place], added))
    return pd.concat(parts, ignore_index=True)


def _trial(policy: str, rung: Rung) -> Trial:
    label = f"{rung.series}: {rung.mechanism or 'none'}"
    return trial_of(policy, label if rung.changes else "", rung.changes)


def _figures(effects: pd.DataFrame, policy: str, focus: str) -> pd.DataFrame:
    keys = pd.MultiIndex.from_tuples(
        [(policy, focus, ALL, tier, kpi) for kpi, tier in FIGURES], names=effects.index.names
    )
    return effects.reindex(keys)


def _described(
    rung: Rung, place: int, wide: pd.DataFrame, added: tuple[pd.DataFrame, pd.DataFrame] | None
) -> pd.DataFrame:
    rows = described(mean_over_worlds(wide.to_numpy()), wide.index).drop(columns=["segment", "p_better"])
    before, after = (frame.to_numpy() for frame in added) if added else (wide.to_numpy() * float("nan"),) * 2
    adds = mean_over_worlds(without_rounding(after - before, before))
    return rows.assign(
        rung=place,
        series=rung.series,
        mechanism=rung.mechanism,
        unit=[UNITS[name] for name in rows["kpi"]],
        adds=adds.mean,
        adds_low=adds.low,
        adds_high=adds.high,
    )[
        [
            *("rung", "series", "mechanism", "policy", "retailer", "tier", "kpi", "unit", "n"),
            *("diff", "diff_low", "diff_high", "adds", "adds_low", "adds_high"),
        ]
    ]
