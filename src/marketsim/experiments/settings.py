"""How a study is carried out; none of it changes the results."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field

from marketsim.experiments.runs import BATCH_SECONDS, Limits, Simulate


@dataclass(frozen=True)
class Settings:
    """How a study is carried out; none of it changes the results.

    Attributes:
        jobs: runs at a time; all cores when None.
        threads: threads of one run.
        command: the command that makes the results again.
        executor: who carries out runs: ``serial``, ``loky``, ``dask``, ``mpi``, or a function that returns an executor of
            `concurrent.futures`; None is this process for one job, and loky for more.
        scheduler: address of a Dask scheduler.
        limits: what one run may use.
        retry_failed: whether runs that failed before are run again.
        batch_seconds: how long a worker collects runs before it writes them.
        simulate: what runs the model; None for `marketsim.simulation.run.simulate`.
    """

    jobs: int | None = None
    threads: int = 1
    command: str = ""
    executor: str | Callable[[], Executor] | None = None
    scheduler: str | None = None
    limits: Limits = field(default_factory=Limits)
    retry_failed: bool = False
    batch_seconds: float = BATCH_SECONDS
    simulate: Simulate | None = None
