"""Carrying out runs: one after the other in this process, or in a pool of worker processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from multiprocessing import current_process
from typing import Protocol, Self

from marketsim.errors import RunFailedError
from marketsim.experiments.plan import RunKey
from marketsim.experiments.runs import Job, Outcome, Runner

Receive = Callable[[Outcome], None]
GUARD_HINT = 'in a script of your own, call run_study below `if __name__ == "__main__":`, or pass jobs=1'


class Workers(Protocol):
    """Carries out runs; used in a ``with`` statement."""

    def __enter__(self) -> Self:
        """Get ready."""
        ...

    def __exit__(self, *_: object) -> None:
        """Let go of processes."""
        ...

    def run(self, keys: Sequence[RunKey], receive: Receive, show: Callable[[], None]) -> None:
        """Run all keys.

        Args:
            keys: the runs.
            receive: is given every outcome, in no particular order; after an interruption perhaps one twice.
            show: is called once after every outcome, but no more after an interruption.

        Raises:
            KeyboardInterrupt: the user stopped it; outcomes of runs that finished were received before.
        """
        ...


def available_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def refuse_in_starting_worker() -> None:
    """Raise RunFailedError in a worker that runs its parent's script from the top: it would start workers."""
    if getattr(current_process(), "_inheriting", False):
        raise RunFailedError(f"a worker process has begun to run the whole study again: {GUARD_HINT}")


class SerialWorkers:
    """Runs one after the other in this process."""

    def __init__(self, job: Job) -> None:
        """Keep the job."""
        self._runner = Runner(job, "runs")

    def __enter__(self) -> Self:
        """Return the workers themselves."""
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing."""

    def run(self, keys: Sequence[RunKey], receive: Receive, show: Callable[[], None]) -> None:
        """Run all keys, as `Workers.run` says."""
        for key in keys:
            receive(self._runner.run(key))
            show()
