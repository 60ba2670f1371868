"""One run of a study, from its key to what is kept of it; a run that fails is kept as a failure."""

from __future__ import annotations

import socket
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from marketsim.experiments.plan import RunKey
from marketsim.results.metrics import kpis
from marketsim.results.partners import about_tiers
from marketsim.results.run_result import RunResult
from marketsim.results.spool import Place, Spool
from marketsim.results.tables import ALL
from marketsim.scenario.changes import with_changes
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.study import Study
from marketsim.scenario.tier_rules import with_tier_rules_only

Simulate = Callable[[Scenario, int, str, int], RunResult]
"""Runs a scenario: (scenario, replication, policy, threads)."""

DONE, FAILED, NOT_RUN = "done", "failed", "not_run"


@dataclass(frozen=True)
class Timing:
    """What differs from one execution of a run to the next.

    Attributes:
        seconds: how long the run took.
        started: when it began, UTC, ISO 8601.
        host: name of the machine.
        phase_seconds: time spent in each phase of the month.
    """

    seconds: float
    started: str
    host: str
    phase_seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What is kept of a run.

    Attributes:
        key: which run.
        status: done, failed or not_run.
        error: why it failed or was not run; empty when done.
        months: months simulated.
        customers: customers in the market.
        agents: agents that stood for them.
        kpis: all KPIs of a main run; of a check those that may be asked for, of a reference run those about tiers; None
            unless done.
        places: where the tables of a main run lie in the spool.
        timing: seconds and host; None when it was not run.
    """

    key: RunKey
    status: str
    error: str = ""
    months: int = 0
    customers: int = 0
    agents: int = 0
    kpis: pd.DataFrame | None = None
    places: dict[str, Place] = field(default_factory=dict)
    timing: Timing | None = None


@dataclass(frozen=True)
class Job:
    """All that a process must know to run any key of a study.

    Attributes:
        scenario: the base scenario.
        threads: threads for one run.
        spool_folder: where the tables of main runs wait.
        simulate: what runs the model; None for `marketsim.simulation.run.simulate`.
    """

    scenario: Scenario
    threads: int
    spool_folder: Path
    simulate: Simulate | None = None


class Runner:
    """Runs keys one after the other in this process."""

    def __init__(self, job: Job, spool_file: str) -> None:
        """Find the model; nothing is run yet."""
        self._job = job
        self._simulate = job.simulate or _model()
        self._spool = Spool(job.spool_folder, spool_file)
        self._changed: tuple[tuple[tuple[str, Any], ...], Scenario] = ((), job.scenario)

    def run(self, key: RunKey) -> Outcome:
        """Run a key; whatever goes wrong but an interruption becomes a failed outcome."""
        started, clock = datetime.now(UTC).isoformat(timespec="seconds"), time.perf_counter()
        try:
            outcome, phases = self._try(key)
        except Exception as error:
            outcome, phases = Outcome(key, FAILED, describe_error(error)), {}
        timing = Timing(time.perf_counter() - clock, started, socket.gethostname(), phases)
        return replace(outcome, timing=timing)

    def _try(self, key: RunKey) -> tuple[Outcome, Mapping[str, float]]:
        scenario = self._scenario(key)
        result = self._simulate(scenario, key.replication, key.tiers_of or key.policy, self._job.threads)
        figures = kpis(replace(result, policy=key.policy), scenario)
        places = {} if key.check or key.tiers_of else self._spool.append(result.tables)
        kept = _asked(figures, scenario.study) if key.check else figures
        kept = about_tiers(kept) if key.tiers_of else kept
        counts = (result.months, result.customers, result.agents)
        return Outcome(key, DONE, "", *counts, kpis=kept, places=places), result.phase_seconds

    def _scenario(self, key: RunKey) -> Scenario:
        """Return the scenario of a key; the changed one is kept, as the runs of a check follow each other."""
        if key.changes != self._changed[0]:
            whole = self._job.scenario
            changed = with_changes(whole, dict(key.changes), key.check) if key.changes else whole
            self._changed = (key.changes, changed)
        scenario = self._changed[1]
        return with_tier_rules_only(scenario, key.tiers_of) if key.tiers_of else scenario


def _asked(kpis: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Return what checks and questions may ask for: the retailers that they are about, as a whole and by tier."""
    retailers = {study.focus, *(question.retailer for question in study.break_even.values())}
    return kpis[kpis["retailer"].isin(retailers) & (kpis["segment"] == ALL)]


def _model() -> Simulate:
    from marketsim.simulation.run import simulate

    return simulate


def describe_error(error: BaseException) -> str:
    """Return type and message of an error, and the place where it was raised, without folders."""
    text = " ".join(str(error).split())
    frames = traceback.extract_tb(error.__traceback__)
    place = f" (in {frames[-1].name}, {Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {text}{place}" if text else f"{type(error).__name__}{place}"
