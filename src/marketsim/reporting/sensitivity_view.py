"""What `marketsim sensitivity` tells of a folder: the sweeps it holds, or the assumption checks of its study."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from marketsim.errors import ResultsError
from marketsim.reporting.charts.chart import Chart
from marketsim.reporting.charts.sensitivity import morris_chart, sweep_tornado, variance_bars
from marketsim.reporting.charts.sweep_lines import profile_lines
from marketsim.reporting.language import say
from marketsim.reporting.measures import PROFIT
from marketsim.reporting.sweep_findings import Findings, findings
from marketsim.reporting.sweep_view import CHECKS_DESIGN, Manifest, Swept, swept
from marketsim.results.key_figures import kpi
from marketsim.results.sensitivity.check_profiles import check_profiles, overturning_by_checks
from marketsim.results.sensitivity.outcomes import (
    DIFFERENCE,
    SWEEP,
    SWEEP_POINTS,
    UNCERTAINTY,
    Choice,
    Outcome,
    in_order,
    names_in,
)
from marketsim.results.sensitivity.overturning import CHECKS, concerned
from marketsim.results.sensitivity.profiles import mean_effect
from marketsim.results.sensitivity.rows import no_rows
from marketsim.results.tables import ALL, BASE
from marketsim.scenario.paths import no_such


@dataclass(frozen=True)
class Request:
    """What is asked for; None where it is left to the folder: all sweeps and policies, profit, the focus retailer."""

    sweep: str | None = None
    policy: str | None = None
    kpi: str | None = None
    retailer: str | None = None
    tier: str | None = None
    of: str = DIFFERENCE


@dataclass(frozen=True)
class Stored:
    """What a folder of results holds of it.

    Attributes:
        folder: the folder.
        manifest: its manifest.
        answers: its tables of questions.
        checks: its assumption checks; empty where it has none.
        summary: its main results; empty where it has none.
    """

    folder: Path
    manifest: Manifest
    answers: Mapping[str, pd.DataFrame]
    checks: pd.DataFrame
    summary: pd.DataFrame


@dataclass(frozen=True)
class Told:
    """What is found out, with the line at the centre of its tornado."""

    found: Findings
    centre: tuple[float, float, float]

    def charts(self) -> Iterator[Chart]:
        """Yield its charts."""
        sweep = self.found.sweep
        drawn = [
            sweep_tornado(sweep, self.found.overturn, self.centre) if sweep.found.choice.of == DIFFERENCE else None,
            morris_chart(sweep, self.found.indices),
            variance_bars(sweep, self.found.indices),
            profile_lines(sweep) if sweep.found.parameters and sweep.found.design != CHECKS_DESIGN else None,
        ]
        yield from (chart for chart in drawn if chart is not None)


def tell(stored: Stored, request: Request) -> list[Told]:
    """Return what a folder tells about what its results depend on.

    Raises:
        ResultsError: it has neither a sweep nor checks, nothing of the names asked for, or no design that allows it.
    """
    sweeps = stored.answers.get(SWEEP)
    has_sweeps = sweeps is not None and SWEEP_POINTS in stored.answers
    if request.sweep is not None and not has_sweeps:
        raise ResultsError(f"{stored.folder} holds no sweep; there are {_what_there_is(stored)}")
    told = list(_of_sweeps(stored, request)) if has_sweeps else []
    if request.sweep is None and request.of == DIFFERENCE and len(stored.checks):
        told += list(_of_checks(stored, request, strict=not told))
    if not told:
        raise ResultsError(
            f"{stored.folder} holds neither a sweep nor assumption checks; carry out `marketsim sweep FILE`, or a study whose "
            "scenario lists assumptions"
        )
    reasons = [item.found.refused for item in told]
    if all(reasons) and all(item.found.overturn.empty for item in told):
        raise ResultsError("; ".join(dict.fromkeys(reasons)))
    return told


def _what_there_is(stored: Stored) -> str:
    return "assumption checks, which need no --sweep" if len(stored.checks) else "no assumption checks either"


def _of_sweeps(stored: Stored, request: Request) -> Iterator[Told]:
    sweep = stored.answers[SWEEP]
    names = names_in(stored.answers[SWEEP_POINTS], "name")
    if request.sweep is not None and request.sweep not in names:
        raise ResultsError(f"{stored.folder}: {no_such('sweep', request.sweep, names)}")
    number = 0
    for name in names if request.sweep is None else [request.sweep]:
        rows = sweep[sweep["name"] == name]
        if rows.empty:
            raise ResultsError(f"{stored.folder}: no run of the sweep {name} finished")
        policies = in_order(names_in(rows, "policy"), stored.manifest["scenario"].get("policies", {}))
        wanted = [request.policy] if request.policy is not None else policies
        for policy in wanted if request.of == DIFFERENCE else [BASE]:
            number += 1
            choice = Choice(name, policy, request.kpi or PROFIT, *_where(stored, request), of=request.of)
            item = swept(stored.answers, stored.manifest, choice, f"sensitivity_{number}")
            yield _told(item)


def _where(stored: Stored, request: Request) -> tuple[str, str]:
    return request.retailer or str(stored.manifest["scenario"]["focus"]), request.tier or ALL


def _told(item: Swept) -> Told:
    found = findings(item)
    if item.found.choice.of != DIFFERENCE:
        found = Findings(item, found.overturn.iloc[:0], found.indices, found.refused, found.cautions)
    return Told(found, mean_effect(concerned(item.found)[0]))


def _of_checks(stored: Stored, request: Request, *, strict: bool) -> Iterator[Told]:
    """Yield what the checks tell of each policy; names that they do not have are an error only where nothing else is told."""
    policies = in_order(names_in(stored.checks, "policy"), stored.manifest["scenario"].get("policies", {}))
    for number, policy in enumerate([request.policy] if request.policy is not None else policies, start=1):
        choice = Choice(CHECKS, policy, request.kpi or PROFIT, *_where(stored, request))
        try:
            yield _checked(stored, choice, f"sensitivity_checks_{number}")
        except ResultsError:
            if strict:
                raise


def _checked(stored: Stored, choice: Choice, stem: str) -> Told:
    main = _main_effect(stored.summary, choice)
    used = used_values(stored.manifest["scenario"], list(dict.fromkeys(stored.checks["assumption"])))
    profiles = check_profiles(stored.checks, choice, main, used)
    overturn = overturning_by_checks(profiles, choice)
    manifest = stored.manifest
    origin = say("seed {seed} · scenario {hash}", seed=manifest["seed"], hash=manifest["short_hash"])
    worlds = int(stored.checks["n"].max())
    item = Swept(stem, _as_outcome(profiles, choice, worlds), False, int(manifest["seed"]), origin)
    return Told(Findings(item, overturn, no_rows(), "", ()), main)


def _as_outcome(profiles: pd.DataFrame, choice: Choice, worlds: int) -> Outcome:
    """Return the ends of checks as the points of an outcome."""
    ends = profiles[profiles["points"] > 0].reset_index(drop=True)
    nothing = pd.DataFrame(index=ends.index)
    kinds = dict.fromkeys(ends["parameter"], UNCERTAINTY)
    values, low, high = (ends[name].to_numpy(dtype=np.float64) for name in ("mean", "low", "high"))
    counts = np.full(len(ends), worlds)
    unit = kpi(choice.kpi).unit
    return Outcome(choice, unit, CHECKS_DESIGN, kinds, nothing, nothing, nothing, values, low, high, counts)


def _main_effect(summary: pd.DataFrame, choice: Choice) -> tuple[float, float, float]:
    """Return the effect in the main runs with its interval; NaN where there is none."""
    if summary.empty:
        return math.nan, math.nan, math.nan
    labels = {
        "policy": choice.policy,
        "retailer": choice.retailer,
        "segment": ALL,
        "tier": choice.tier,
        "kpi": choice.kpi,
    }
    rows = summary
    for column, wanted in labels.items():
        rows = rows[rows[column] == wanted]
    if rows.empty:
        return math.nan, math.nan, math.nan
    diff, low, high = (float(rows[column].iloc[0]) for column in ("diff", "diff_low", "diff_high"))
    return diff, low, high


def used_values(scenario: Mapping[str, Any], paths: list[str]) -> dict[str, float]:
    """Return the number that stands at each path of a scenario; paths that lead to none are left out."""
    found = {}
    for path in paths:
        value: Any = scenario
        for part in str(path).split("."):
            if isinstance(value, Mapping):
                value = value.get(part)
            elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
                value = value[int(part)]
            else:
                value = None
        if isinstance(value, int | float) and not isinstance(value, bool):
            found[str(path)] = float(value)
    return found
