"""One run of a study, from its key to what is kept of it; a run that fails is kept as a failure."""

from __future__ import annotations

import json
import socket
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from marketsim.errors import RunFailedError
from marketsim.experiments.limits import limited
from marketsim.experiments.plan import RunKey
from marketsim.results.metrics import kpis
from marketsim.results.run_result import RunResult
from marketsim.results.storage.batches import BatchWriter, Record
from marketsim.results.storage.run_id import RunIds, model_version
from marketsim.results.tables import KPIS_TABLE
from marketsim.scenario.changes import with_changes
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.tier_rules import with_tier_rules_only

Simulate = Callable[[Scenario, int, str, int], RunResult]
"""Runs a scenario: (scenario, replication, policy, threads)."""

DONE, FAILED, NOT_RUN = "done", "failed", "not_run"
NAMED_MODEL = "what runs the model must be a function that a module defines, as worker processes import it"
BATCH_SECONDS = 5.0
"""How long a worker collects runs before it writes them: at most this much is lost with it, and the run under way."""


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
    """What came of a run; its tables lie in the store.

    Attributes:
        key: which run.
        status: done, failed or not_run.
        error: why it failed or was not run; empty when done.
        months: months simulated.
        customers: customers in the market.
        agents: agents that stood for them.
        timing: seconds and host; None when it was not run.
    """

    key: RunKey
    status: str
    error: str = ""
    months: int = 0
    customers: int = 0
    agents: int = 0
    timing: Timing | None = None


@dataclass(frozen=True)
class Limits:
    """What one run may use at most; None is as much as there is.

    Attributes:
        seconds: time.
        memory_bytes: memory beyond what its process used before.
    """

    seconds: float | None = None
    memory_bytes: int | None = None


@dataclass(frozen=True)
class Job:
    """All that a process must know to run any key of a study.

    Attributes:
        scenario: the base scenario.
        threads: threads for one run.
        limits: what one run may use.
        simulate: what runs the model; None for `marketsim.simulation.run.simulate`.
        batch_seconds: how long a worker collects runs before it writes them.
        version: the version of the model that the runs' ids stand for.
    """

    scenario: Scenario
    threads: int = 1
    limits: Limits = Limits()
    simulate: Simulate | None = None
    batch_seconds: float = BATCH_SECONDS
    version: str = field(default_factory=model_version)


def ids_of(job: Job) -> RunIds:
    """Return what gives the runs of a job their ids.

    Raises:
        RunFailedError: what runs the model has no name by which worker processes could import it.
    """
    model = job.simulate
    if model is not None and not hasattr(model, "__qualname__"):
        raise RunFailedError(f"{NAMED_MODEL}: {model!r}")
    return RunIds(job.scenario, f"{model.__module__}.{model.__qualname__}" if model is not None else "")


class Runner:
    """Runs keys one after the other in this process."""

    def __init__(self, job: Job) -> None:
        """Find the model; nothing is run yet."""
        self.job = job
        self._simulate = job.simulate or _model()
        self._changed: tuple[tuple[tuple[str, Any], ...], Scenario] = ((), job.scenario)

    def run(self, key: RunKey, batch: BatchWriter) -> Outcome:
        """Run a key and add what it gave to a batch; whatever goes wrong in the run becomes a failed outcome.

        Raises:
            ResultsError: the batch cannot be written.
        """
        started, clock = datetime.now(UTC).isoformat(timespec="seconds"), time.perf_counter()
        tables: Mapping[str, pd.DataFrame] = {}
        phases: Mapping[str, float] = {}
        try:
            limits = self.job.limits
            result, tables = limited(
                lambda: self.simulated(key), seconds=limits.seconds, memory_bytes=limits.memory_bytes
            )
            outcome, phases = (
                Outcome(key, DONE, "", result.months, result.customers, result.agents),
                result.phase_seconds,
            )
        except Exception as error:
            outcome, tables = Outcome(key, FAILED, describe_error(error)), {}
        timing = Timing(time.perf_counter() - clock, started, socket.gethostname(), phases)
        return self._kept(replace(outcome, timing=timing), tables, batch)

    def _kept(self, outcome: Outcome, tables: Mapping[str, pd.DataFrame], batch: BatchWriter) -> Outcome:
        try:
            batch.add(record_of(outcome), tables)
        except ValueError as error:  # the tables are not what they should be
            outcome = Outcome(outcome.key, FAILED, describe_error(error), timing=outcome.timing)
            batch.add(record_of(outcome), {})
        return outcome

    def simulated(self, key: RunKey) -> tuple[RunResult, Mapping[str, pd.DataFrame]]:
        """Run a key, and return what it gave with the tables that are kept of it."""
        scenario = self._scenario(key)
        try:
            result = self._simulate(scenario, key.replication, key.tiers_of or key.policy, self.job.threads)
        except SystemExit as error:  # a user's strategy may call sys.exit; the study goes on
            raise RunFailedError(f"the run wanted to end Python: {describe_error(error)}") from error
        figures = kpis(replace(result, policy=key.policy), scenario)
        monthly = result.tables if key.monthly else {}
        return result, {KPIS_TABLE.name: figures, **monthly}

    def _scenario(self, key: RunKey) -> Scenario:
        """Return the scenario of a key; the changed one is kept, as the runs of a version follow each other."""
        changes, scenario = self._changed  # one look at both: other threads may carry out runs as well
        if key.changes != changes:
            whole = self.job.scenario
            scenario = with_changes(whole, dict(key.changes), key.check) if key.changes else whole
            self._changed = (key.changes, scenario)
        return with_tier_rules_only(scenario, key.tiers_of) if key.tiers_of else scenario


def record_of(outcome: Outcome) -> Record:
    """Return what the store keeps of a run besides its tables."""
    key, timing = outcome.key, outcome.timing or Timing(0.0, "", "")
    return Record(
        run=key.run,
        status=outcome.status,
        error=outcome.error,
        months=outcome.months,
        customers=outcome.customers,
        agents=outcome.agents,
        monthly=key.monthly and outcome.status == DONE,
        policy=key.policy,
        replication=key.replication,
        check=key.check,
        tiers_of=key.tiers_of,
        changes=json.dumps(dict(key.changes), ensure_ascii=False),
        seconds=timing.seconds,
        started=timing.started,
        host=timing.host,
        phases=json.dumps(dict(timing.phase_seconds)),
    )


def outcome_of(key: RunKey, record: Record) -> Outcome:
    """Return what came of a run as the store has it, under the name that a study gives it."""
    timing = Timing(record.seconds, record.started, record.host, json.loads(record.phases))
    counts = (record.months, record.customers, record.agents)
    return Outcome(key, record.status, record.error, *counts, timing if record.host else None)


def _model() -> Simulate:
    from marketsim.simulation.run import simulate

    return simulate


def describe_error(error: BaseException) -> str:
    """Return type and message of an error, and the place where it was raised, without folders."""
    text = " ".join(str(error).split())
    frames = traceback.extract_tb(error.__traceback__)
    place = f" (in {frames[-1].name}, {Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {text}{place}" if text else f"{type(error).__name__}{place}"
