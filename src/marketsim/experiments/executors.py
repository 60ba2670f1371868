"""Who carries out tasks: executors of `concurrent.futures`, made by factories that have names.

An executor may be lost with its workers; its factory then makes another one. The executors of marketsim have two methods
besides those of `concurrent.futures.Executor`: ``room`` says how many tasks to hand out at a time, and ``kill_workers``
leaves the tasks under way.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager
from functools import partial
from typing import Any

import psutil

from marketsim.errors import RunFailedError
from marketsim.experiments.limits import WORKER_MARK

ExecutorFactory = Callable[[], Executor]
"""Makes an executor, ready to be used; is called again when that is lost."""

SERIAL, LOKY, DASK, MPI = "serial", "loky", "dask", "mpi"
EXECUTORS = (SERIAL, LOKY, DASK, MPI)
_WATCH_SECONDS = 1.0
_MOST_WINDOWS_PROCESSES = 61
"""Windows cannot wait for more."""


class TaskLostError(BrokenExecutor):
    """A task was lost with its worker; the executor itself goes on."""


def executor_factory(
    name: str, jobs: int, *, threads: int = 1, scheduler: str | None = None, say: Callable[[str], None] = print
) -> ExecutorFactory:
    """Return what makes the executor of a name.

    Args:
        name: one of `EXECUTORS`.
        jobs: runs at a time; an executor that finds its workers running uses all of them.
        threads: threads of one run.
        scheduler: for dask the address of a running scheduler, or its scheduler file; None starts a cluster here.
        say: tells the user something.

    Raises:
        RunFailedError: there is no such executor, or it has no scheduler.
    """
    if name not in EXECUTORS:
        raise RunFailedError(f"there is no executor {name!r}; there are {', '.join(EXECUTORS)}")
    if scheduler is not None and name != DASK:
        raise RunFailedError(f"the executor {name} has no scheduler; --scheduler goes with the executor {DASK}")
    if name == SERIAL:
        return SerialExecutor
    if name == LOKY:
        return partial(LokyExecutor, jobs, threads)
    if name == MPI:
        return partial(_mpi, threads)
    return partial(_dask, jobs, threads, scheduler, say)


def _mpi(threads: int) -> Executor:
    from marketsim.experiments.mpi_executor import MpiExecutor

    return MpiExecutor(threads)


def _dask(jobs: int, threads: int, scheduler: str | None, say: Callable[[str], None]) -> Executor:
    from marketsim.experiments.dask_executor import connect, start_cluster

    return start_cluster(jobs, threads) if scheduler is None else connect(scheduler, say)


def tasks_at_once(executor: Executor, jobs: int) -> int:
    """Return how many tasks to hand out at a time: one for each worker, and one to go on with."""
    room = getattr(executor, "room", None)
    return max(1, int(room())) if room is not None else 2 * jobs


def leave(executor: Executor) -> None:
    """Close an executor without waiting for its tasks."""
    kill = getattr(executor, "kill_workers", None)
    if kill is not None:
        kill()
    else:
        executor.shutdown(wait=False)


class SerialExecutor(Executor):
    """Does each task in this process, in the moment in which it is submitted."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do a task, and return a future that is done; what interrupts it is raised here."""
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future

    def room(self) -> int:
        """Return 1."""
        return 1


class LokyExecutor(Executor):
    """Worker processes that start from nothing, so that a script needs no main guard, on any platform."""

    def __init__(self, jobs: int, threads: int = 1) -> None:
        """Make the pool; its processes start with the first task."""
        from loky import ProcessPoolExecutor

        self._jobs = min(jobs, _MOST_WINDOWS_PROCESSES) if sys.platform == "win32" else jobs
        parent = (os.getpid(), psutil.Process().create_time())
        self._pool = ProcessPoolExecutor(
            self._jobs, env=worker_environment(threads), initializer=start_worker, initargs=parent
        )

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand a task to the workers."""
        with interruptions_held_back():
            future: Future[Any] = self._pool.submit(fn, *args, **kwargs)
        return future

    def room(self) -> int:
        """Return how many tasks to hand out at a time."""
        return 2 * self._jobs

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes when their tasks are done."""
        self._pool.shutdown(wait=wait, kill_workers=cancel_futures)

    def kill_workers(self) -> None:
        """End the processes at once."""
        self._pool.shutdown(wait=True, kill_workers=True)


@contextmanager
def interruptions_held_back() -> Iterator[None]:
    """Let Ctrl-C wait for a moment; processes that start meanwhile never notice it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    earlier = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, earlier)


def worker_environment(threads: int) -> dict[str, str]:
    """Return what the environment of a worker process holds before it imports anything."""
    return {"NUMBA_NUM_THREADS": str(threads), WORKER_MARK: "1"}


def start_worker(parent: int, created: float) -> None:
    """Get a worker process ready: it leaves interruptions to its parent, and does not live longer than that.

    Args:
        parent: the id of the parent process.
        created: when that was created, as psutil has it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch, args=(parent, created), name="watch the parent", daemon=True).start()


def _watch(parent: int, created: float) -> None:
    while _is_alive(parent, created):
        time.sleep(_WATCH_SECONDS)
    os._exit(1)


def _is_alive(parent: int, created: float) -> bool:
    if sys.platform != "win32":
        return os.getppid() == parent
    try:
        return bool(psutil.Process(parent).create_time() == created)
    except psutil.Error:
        return False
