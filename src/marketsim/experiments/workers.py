"""Those who carry out runs, and who they are: this process, processes of this machine, or a cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from multiprocessing import current_process
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

from marketsim.errors import RunFailedError
from marketsim.experiments.plan import RunKey
from marketsim.experiments.runs import Outcome

if TYPE_CHECKING:
    from marketsim.experiments.settings import Settings

Receive = Callable[[Outcome], None]
Task = Callable[[Sequence[RunKey]], Sequence[Outcome]]
"""What a worker does: it runs keys in their order, and returns the outcomes of those that it came to."""

GUARD_HINT = (
    'with processes of concurrent.futures or multiprocessing, call run_study below `if __name__ == "__main__":`; the '
    "executors serial and loky need no such line"
)


class Workers(Protocol):
    """Carries out runs; used in a ``with`` statement."""

    def __enter__(self) -> Self:
        """Get ready."""
        ...

    def __exit__(self, *_: object) -> None:
        """Let go of processes."""
        ...

    def run(self, keys: Iterable[RunKey], receive: Receive, show: Callable[[], None]) -> None:
        """Run all keys.

        Args:
            keys: the runs; taken as they are needed.
            receive: is given every outcome, in no particular order.
            show: is called once after every outcome, but no more after an interruption.

        Raises:
            KeyboardInterrupt: the user stopped it; outcomes of runs that finished were received before.
            MarketsimError: runs cannot go on, as when the disk is full or a cluster is gone.
        """
        ...


def make_workers(
    task: Task, settings: Settings, stop: Path, say: Callable[[str], None], runs: int | None = None
) -> Workers:
    """Return who carries out runs.

    Args:
        task: what a worker does with keys; it looks at the stop file between runs.
        settings: which executor, and how many runs at a time.
        stop: the file that tells workers to stop after the run under way.
        say: tells the user something.
        runs: how many runs there are at most, where that is known: more workers are of no use.

    Raises:
        RunFailedError: there is no such executor.
    """
    from marketsim.experiments.dispatch import Dispatcher
    from marketsim.experiments.executors import executor_factory

    refuse_in_starting_worker()
    wanted = available_cores() if settings.jobs is None else settings.jobs
    jobs = max(1, wanted if runs is None else min(wanted, runs))
    factory = settings.executor
    if factory is None or isinstance(factory, str):
        name = factory or _usual(jobs, settings)
        factory = executor_factory(name, jobs, threads=settings.threads, scheduler=settings.scheduler, say=say)
    return Dispatcher(task, factory, jobs=jobs, stop=stop, say=say)


def _usual(jobs: int, settings: Settings) -> str:
    """Return the executor of those who name none."""
    if settings.scheduler is not None:
        return "dask"
    return "loky" if jobs > 1 else "serial"


def available_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def refuse_in_starting_worker() -> None:
    """Raise RunFailedError in a worker that runs its parent's script from the top: it would start workers."""
    if getattr(current_process(), "_inheriting", False):
        raise RunFailedError(f"a worker process has begun to run the whole study again: {GUARD_HINT}")
