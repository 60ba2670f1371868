"""A pool of worker processes that survives the loss of a worker, and keeps what finished when stopped."""

from __future__ import annotations

import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from typing import Self

from marketsim.experiments.plan import RunKey
from marketsim.experiments.runs import FAILED, NOT_RUN, Job, Outcome, Runner, describe_error
from marketsim.experiments.workers import GUARD_HINT, Receive

_LARGEST_TASK = 8
_TASK_SECONDS = 1.0
_POLL_SECONDS = 0.5
_MOST_PROCESSES = 61
"""Windows cannot wait for more."""
_ATTEMPTS = 2
_MOST_POOLS_IN_VAIN = 10
_KILLED = "worker processes were killed during this run, twice; perhaps out of memory"
_NOT_STARTED = f"worker processes do not start; {GUARD_HINT}"


class ProcessWorkers:
    """Runs in worker processes, each of which has the scenario and is handed a few keys at a time.

    When a worker is killed, its pool is lost. The runs that were under way are then tried once more, each
    alone; the one with which the next pool is lost too is given up as not run. If no worker can even
    start, or pool after pool is lost in vain, everything that is left is given up.
    """

    def __init__(self, job: Job, jobs: int, say: Callable[[str], None]) -> None:
        """Keep the job, and what tells the user something; processes start with the first runs."""
        self._job, self._jobs, self._say = job, min(jobs, _MOST_PROCESSES), say
        self._context = get_context("spawn")
        self._stop, self._started = self._context.Event(), self._context.Event()
        self._pool: ProcessPoolExecutor | None = None
        self._todo: deque[RunKey] = deque()
        self._tasks: dict[Future[list[Outcome]], list[RunKey]] = {}
        self._losses: dict[RunKey, int] = {}
        self._pools_in_vain = 0

    def __enter__(self) -> Self:
        """Return the workers themselves."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the worker processes."""
        self._stop.set()
        self._close()

    def run(self, keys: Sequence[RunKey], receive: Receive, show: Callable[[], None]) -> None:
        """Run all keys, as `Workers.run` says."""
        self._todo.extend(keys)
        try:
            while self._todo or self._tasks:
                try:
                    self._hand_out()
                    self._collect(receive, show)
                except BrokenProcessPool:
                    self._recover(receive, show)
        except KeyboardInterrupt:
            self._wind_up(receive)
            raise

    def _hand_out(self) -> None:
        """Give every worker a task, and one to go on with; a run that may have killed a worker goes alone."""
        alone = self._has_suspects()
        while self._todo and len(self._tasks) < (1 if alone else 2 * self._jobs):
            share = len(self._todo) // (2 * self._jobs)
            size = 1 if alone else max(1, min(_LARGEST_TASK, share))
            keys = [self._todo[place] for place in range(size)]
            with _interruptions_held_back():
                self._tasks[self._processes().submit(run_task, keys)] = keys
            for _ in keys:
                self._todo.popleft()

    def _has_suspects(self) -> bool:
        waiting = (key for keys in self._tasks.values() for key in keys)
        return bool(self._losses) and any(key in self._losses for key in (*self._todo, *waiting))

    def _processes(self) -> ProcessPoolExecutor:
        if self._pool is None:
            setting = (self._job, self._stop, self._started)
            self._pool = ProcessPoolExecutor(self._jobs, self._context, initializer=start_worker, initargs=setting)
        return self._pool

    def _collect(self, receive: Receive, show: Callable[[], None]) -> None:
        """Take in the tasks that have come back; BrokenProcessPool if the pool is lost."""
        done, _ = wait(self._tasks, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
        broken = [error for task in done if isinstance(error := task.exception(), BrokenProcessPool)]
        for task in done:
            self._take_in(task, receive, show)
        if broken:
            raise broken[0]

    def _take_in(self, task: Future[list[Outcome]], receive: Receive, show: Callable[[], None]) -> None:
        """Receive the outcomes of a task that is done; what it left over goes to the front of the queue."""
        error = task.exception()
        if isinstance(error, BrokenProcessPool):
            return
        keys = self._tasks[task]
        failures = [Outcome(key, FAILED, describe_error(error)) for key in keys] if error else []
        outcomes = failures or task.result()
        for outcome in outcomes:
            receive(outcome)
            self._losses.pop(outcome.key, None)
        self._todo.extendleft(reversed(keys[len(outcomes) :]))
        del self._tasks[task]
        self._pools_in_vain = 0
        for _ in outcomes:
            show()

    def _recover(self, receive: Receive, show: Callable[[], None]) -> None:
        """Throw away a lost pool; queue the runs that were under way again, or give them up."""
        self._close()
        for task in [task for task in self._tasks if task.done()]:
            self._take_in(task, receive, show)
        lost = [key for keys in self._tasks.values() for key in keys]
        self._tasks.clear()
        started = self._started.is_set()
        for key in lost if started else []:
            self._losses[key] = self._losses.get(key, 0) + 1
        given_up = [key for key in lost if self._losses.get(key, 0) >= _ATTEMPTS]
        self._todo.extendleft(reversed([key for key in lost if key not in given_up]))
        self._pools_in_vain += 1
        if not started or self._pools_in_vain >= _MOST_POOLS_IN_VAIN:
            given_up += self._todo
            self._todo.clear()
        self._give_up(given_up, _KILLED if started else _NOT_STARTED, receive, show)

    def _give_up(self, keys: list[RunKey], why: str, receive: Receive, show: Callable[[], None]) -> None:
        for key in keys:
            self._losses.pop(key, None)
            receive(Outcome(key, NOT_RUN, why))
            show()

    def _wind_up(self, receive: Receive) -> None:
        """Receive the runs that workers still finish; a second interruption leaves them."""
        self._stop.set()
        for task in self._tasks:
            task.cancel()
        try:
            self._say("stopping when the runs under way are done; Ctrl-C again leaves them")
            for task in self._tasks:
                if not task.cancelled() and task.exception() is None:
                    for outcome in task.result():
                        receive(outcome)
        except KeyboardInterrupt:
            self._kill()
        self._tasks.clear()
        self._todo.clear()

    def _kill(self) -> None:
        processes = getattr(self._pool, "_processes", None) or {}
        for process in list(processes.values()):
            process.kill()

    def _close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


@contextmanager
def _interruptions_held_back() -> Iterator[None]:
    """Let Ctrl-C wait for a moment; processes that start meanwhile never notice it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    earlier = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, earlier)


# What follows runs in the worker processes; a pool offers no other place than a module for what they keep.

_runner: Runner | None = None
_stopped: Event | None = None


def start_worker(job: Job, stop: Event, started: Event) -> None:
    """Get a worker process ready: it leaves interruptions to its parent and uses the threads of one run."""
    global _runner, _stopped
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["NUMBA_NUM_THREADS"] = str(job.threads)
    _runner, _stopped = Runner(job, f"runs-{os.getpid()}"), stop
    started.set()


def run_task(keys: list[RunKey]) -> list[Outcome]:
    """Run keys in a worker process until all are done, a second has passed, or the study is stopped."""
    if _runner is None or _stopped is None:
        raise RuntimeError("the worker process was not started by start_worker")
    outcomes: list[Outcome] = []
    end = time.monotonic() + _TASK_SECONDS
    for key in keys:
        if _stopped.is_set() or (outcomes and time.monotonic() > end):
            break
        outcomes.append(_runner.run(key))
    return outcomes
