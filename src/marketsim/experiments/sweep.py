"""Sweeps: policies compared with the base at every point of a design, all points in the same worlds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from marketsim.errors import RunFailedError
from marketsim.experiments.campaign import Wanted
from marketsim.experiments.design import Point, design, points_frame
from marketsim.experiments.laboratory import Laboratory, Setting, Trial
from marketsim.results.sensitivity.outcomes import SWEEP, SWEEP_COLUMNS, SWEEP_POINTS
from marketsim.results.statistics.compare import summarise
from marketsim.results.statistics.figures import Figure, ranked_figures
from marketsim.results.statistics.stopping import differences_asked, next_worlds
from marketsim.results.tables import ALL, BASE
from marketsim.scenario.replications import AsManyAsNeeded, Until, first_worlds, stopping
from marketsim.scenario.sweep import Sweep

_RUNS_AT_ONCE = 20_000
"""Runs that are planned at the same time; the next points are planned when these are done."""


@dataclass
class PointTrial:
    """A policy at a point.

    Attributes:
        point: the point.
        setting: its runs so far.
    """

    point: Point
    setting: Setting


def point_trials(
    name: str, sweep: Sweep, points: Sequence[Point], policies: Sequence[str]
) -> list[tuple[Point, Trial]]:
    """Return each policy at each point: uncertainties change base and policy, levers the policy alone."""
    return [
        (
            point,
            Trial(
                policy,
                f"{name} {point.number}",
                (*point.changes, *((f"policies.{policy}.{path}", value) for path, value in point.lever_changes)),
                point.changes,
            ),
        )
        for point in points
        for policy in (sweep.policies or policies)
        if policy in policies
    ]


def carry_out_sweep(name: str, laboratory: Laboratory, policies: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Carry out a sweep.

    Args:
        name: its name.
        laboratory: where runs are carried out.
        policies: the policies that are run at all.

    Returns:
        The tables `SWEEP` (a row per point, policy and figure; none for a point of which no world finished) and
        `SWEEP_POINTS`. An interruption is raised as ``KeyboardInterrupt``; what finished is stored.
    """
    sweep, points, replications = _planned(name, laboratory)
    parts = []
    for chunk in _chunks(point_trials(name, sweep, points, policies), first_worlds(replications)):
        trials = [
            PointTrial(point, laboratory.setting(each, first_worlds(replications), by_tier=True))
            for point, each in chunk
        ]
        laboratory.run(name, [each.setting for each in trials])
        if (until := stopping(replications)) is not None:
            _add_worlds(name, trials, laboratory, until)
        parts += [rows.assign(name=name) for each in trials for rows in _effects(each, laboratory)]
    if not parts:
        raise RunFailedError(f"no run of the sweep {name} finished; the first error: {laboratory.first_error()}")
    effects = pd.concat(parts, ignore_index=True)[list(SWEEP_COLUMNS)]
    return {SWEEP: effects, SWEEP_POINTS: points_frame(name, points)}


def _planned(name: str, laboratory: Laboratory) -> tuple[Sweep, Sequence[Point], int | AsManyAsNeeded]:
    """Return a sweep, its points, and the worlds in which they are carried out."""
    study, rows = laboratory.scenario.study, laboratory.scenario.data.points.get(name, ())
    sweep = study.sweep[name]
    replications = sweep.replications if sweep.replications is not None else study.run.replications
    return sweep, design(sweep, study.run.seed, rows), replications


def planned_settings(name: str, laboratory: Laboratory) -> Iterator[Setting]:
    """Yield the trials of a sweep with the runs that are certain; worlds may be added to them."""
    sweep, points, replications = _planned(name, laboratory)
    for _, each in point_trials(name, sweep, points, tuple(laboratory.scenario.study.policies)):
        yield laboratory.setting(each, first_worlds(replications), by_tier=True)


def _chunks(trials: Sequence[tuple[Point, Trial]], worlds: int) -> Iterator[Sequence[tuple[Point, Trial]]]:
    size = max(1, _RUNS_AT_ONCE // (3 * worlds))
    for start in range(0, len(trials), size):
        yield trials[start : start + size]


def _add_worlds(name: str, trials: Sequence[PointTrial], laboratory: Laboratory, until: Until) -> None:
    """Add worlds to those trials whose difference is not known well enough, until none is left."""
    open_trials = list(trials)
    while open_trials:
        going_on = []
        for each in open_trials:
            worlds = _next(each.setting, laboratory, until)
            if worlds > each.setting.worlds:
                each.setting = laboratory.setting(each.setting.trial, worlds, by_tier=True)
                going_on.append(each)
        if going_on:
            laboratory.run(f"{name}, more worlds for {len(going_on)} of {len(trials)}", [t.setting for t in going_on])
        open_trials = going_on


def _next(setting: Setting, laboratory: Laboratory, until: Until) -> int:
    if until.policy not in (None, setting.trial.policy):
        return setting.worlds
    focus = laboratory.scenario.study.focus
    try:
        kpis, partners = laboratory.figures(setting, Wanted(frozenset({focus}), frozenset({until.kpi}), segments=False))
    except RunFailedError:
        return setting.worlds
    _, found = differences_asked(kpis, until, focus, partners)
    return next_worlds(found, until, setting.worlds)


def _effects(each: PointTrial, laboratory: Laboratory) -> Iterator[pd.DataFrame]:
    """Yield the figures of a policy at a point; nothing where no world finished."""
    study = laboratory.scenario.study
    figures = [figure for figure in ranked_figures(study.focus, study.show) if figure.segment == ALL]
    wanted = Wanted(
        frozenset(figure.retailer for figure in figures), frozenset(figure.kpi for figure in figures), segments=False
    )
    try:
        kpis, partners = laboratory.figures(each.setting, wanted)
    except RunFailedError:
        return
    summary = summarise(kpis, partners=partners)
    labels = summary[["retailer", "segment", "tier", "kpi"]].itertuples(index=False)
    asked = pd.Series([Figure(*map(str, row)) in figures for row in labels], index=summary.index)
    rows = summary[asked & (summary["policy"] != BASE) & summary["diff"].notna()]
    yield rows.rename(columns={"reference_mean": "base"}).drop(columns=["reference"]).assign(point=each.point.number)
