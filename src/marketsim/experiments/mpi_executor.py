"""Tasks for the processes of an MPI job, started with ``mpiexec -n 16 python -m mpi4py.futures -m marketsim ...``."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from marketsim.errors import RunFailedError
from marketsim.experiments.executors import interruptions_held_back, worker_environment

_MISSING = (
    "the executor mpi needs mpi4py 4 or later and an MPI library that it finds; install them with: "
    "pip install 'marketsim[mpi]' (and, for example, pip install mpich)"
)
_LAUNCHER = "mpi4py.futures"
_HOW = "mpiexec -n 16 python -m mpi4py.futures -m marketsim ... --executor mpi"


class MpiExecutor(Executor):
    """The processes that mpiexec started, but for the one that hands out the tasks."""

    def __init__(self, threads: int = 1) -> None:
        """Find the processes.

        Raises:
            RunFailedError: mpi4py or an MPI library is missing, or there are no processes.
        """
        try:
            from mpi4py import MPI
            from mpi4py.futures import MPIPoolExecutor
        except (ImportError, RuntimeError) as error:
            raise RunFailedError(f"{_MISSING} ({error})") from None
        if MPI.COMM_WORLD.Get_size() < 2 or _LAUNCHER not in sys.orig_argv:
            raise RunFailedError(f"the executor mpi finds no other processes; start it with: {_HOW}")
        environment = worker_environment(threads)
        self._pool = MPIPoolExecutor(main=False, initializer=start_mpi_worker, initargs=(environment,))

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand a task to the processes."""
        with interruptions_held_back():
            future: Future[Any] = self._pool.submit(fn, *args, **kwargs)
        return future

    def room(self) -> int:
        """Return how many tasks to hand out at a time."""
        return 2 * int(self._pool.num_workers)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let go of the processes."""
        self._pool.shutdown(wait=wait, cancel_futures=cancel_futures)


def start_mpi_worker(environment: dict[str, str]) -> None:
    """Get a process ready; what mpiexec started has the environment of its user."""
    os.environ.update(environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
