"""Tasks for the workers of a Dask cluster: a running one, or one that is started here for the time of a study."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from marketsim.errors import RunFailedError
from marketsim.experiments.executors import TaskLostError, interruptions_held_back, worker_environment

_CONNECT_SECONDS = 10
_COUNT_SECONDS = 5.0
_STARTS = 3
"""How often a cluster is tried to be started."""
_SILENT = 60
"""A level above all levels of `logging`."""
_LEAVE_INTERRUPTIONS = """
import signal

def dask_setup(worker):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
"""
_OWN_SETTINGS = {
    "distributed.worker.multiprocessing-method": "loky",  # processes that start from nothing need no main guard
    "distributed.scheduler.allowed-failures": 0,  # that a task was lost with its worker is told to us at once
}
_MISSING = "the executor dask needs a package that is not installed; install it with: pip install 'marketsim[cluster]'"


def start_cluster(jobs: int, threads: int = 1) -> Executor:
    """Return an executor with a cluster of its own: processes on this machine that nobody else can reach.

    Args:
        jobs: how many processes.
        threads: threads of one run; a process does one run at a time.

    Raises:
        RunFailedError: Dask is not installed, or its workers do not start.
    """
    dask, distributed = _packages()
    for _ in range(_STARTS):
        try:
            return _started(dask, distributed, jobs, threads)
        except Exception as error:  # Dask raises many kinds, as when a worker is killed while it starts
            reason = " ".join(str(error).split())
    raise RunFailedError(
        f"no Dask cluster could be started on this machine ({reason}); the executor loky needs none: --executor loky"
    )


def _started(dask: Any, distributed: Any, jobs: int, threads: int) -> Executor:
    with interruptions_held_back(), ExitStack() as opening:
        opening.enter_context(dask.config.set(_OWN_SETTINGS))
        cluster = distributed.LocalCluster(
            n_workers=jobs,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",  # no page is made; without it a second cluster would complain of a taken port
            silence_logs=_SILENT,
            memory_limit=None,
            env=worker_environment(threads),
            preload=_LEAVE_INTERRUPTIONS,
        )
        opening.callback(_close, cluster)
        client = opening.enter_context(distributed.Client(cluster, set_as_default=False))
        return DaskExecutor(client, opening.pop_all(), cluster)


def connect(address: str, say: Callable[[str], None]) -> Executor:
    """Return an executor that uses all workers of a running scheduler.

    Args:
        address: its address, such as ``tcp://10.0.0.5:8786``, or its scheduler file, whose name ends in ``.json``.
        say: tells the user something.

    Raises:
        RunFailedError: Dask is not installed, or the scheduler cannot be reached.
    """
    _, distributed = _packages()
    where = _address(address) if address.endswith(".json") else address
    try:
        _knock(where)
        client = distributed.Client(where, timeout=_CONNECT_SECONDS, set_as_default=False)
    except Exception as error:
        why = " ".join(str(error).split()) or type(error).__name__
        message = f"the Dask scheduler {where} cannot be reached: {why}. An address looks like tcp://10.0.0.5:8786"
        raise RunFailedError(message) from None
    opened = ExitStack()
    opened.enter_context(client)
    executor = DaskExecutor(client, opened)
    if not executor.workers():
        say(f"the Dask scheduler {address} has no workers yet; waiting for them")
    return executor


def _address(file: str) -> str:
    """Return the address in a scheduler file."""
    try:
        return str(json.loads(Path(file).read_text(encoding="utf-8"))["address"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"{file} is not a scheduler file such as `dask scheduler --scheduler-file` writes: {error}"
        raise RunFailedError(message) from None


def _knock(address: str) -> None:
    """Find out at once whether somebody answers; a client that cannot connect is slow to go away."""
    scheme, _, place = address.rpartition("://")
    host, _, port = place.rpartition(":")
    if scheme not in ("", "tcp", "tls"):
        return
    if not host or not port.isdigit():
        raise ValueError("it has no host or no port")
    socket.create_connection((host.strip("[]"), int(port)), timeout=_CONNECT_SECONDS).close()


def _packages() -> tuple[Any, Any]:
    try:
        import dask
        import distributed
        import loky  # noqa: F401  (it brings the way to start processes that is named in the settings)
    except ImportError:
        raise RunFailedError(_MISSING) from None
    return dask, distributed


class DaskExecutor(Executor):
    """Hands tasks to a scheduler, and says of a task whether it was lost with its worker or with the scheduler."""

    def __init__(self, client: Any, opened: ExitStack, cluster: Any = None) -> None:
        """Keep a client, all that was opened for it, and the cluster if it was started here."""
        self._client, self._opened, self._cluster = client, opened, cluster
        self._executor = client.get_executor(pure=False)
        self._workers, self._counted = 0, float("-inf")

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand a task to the scheduler."""
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        try:
            inner = self._executor.submit(fn, *args, **kwargs)
        except Exception as error:
            raise BrokenExecutor(f"the Dask scheduler is lost: {error}") from error
        inner.add_done_callback(partial(_hand_on, future))
        return future

    def workers(self) -> int:
        """Return how many runs the cluster can carry out at a time, as of some seconds ago."""
        if time.monotonic() - self._counted > _COUNT_SECONDS:
            try:
                self._workers = sum(self._client.nthreads().values())
            except Exception as error:
                raise BrokenExecutor(f"the Dask scheduler is lost: {error}") from error
            self._counted = time.monotonic()
        return self._workers

    def room(self) -> int:
        """Return how many tasks to hand out at a time."""
        return 2 * max(1, self.workers())

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Close the connection, and the cluster if it was started here."""
        if wait and not cancel_futures and self._client.status == "running":
            self._executor.shutdown(wait=True)
        self._opened.close()

    def kill_workers(self) -> None:
        """Close without waiting for tasks; workers of a running scheduler end the run that they are at."""
        if self._cluster is not None:
            _kill(self._cluster)
        self._opened.close()


def _close(cluster: Any) -> None:
    try:
        cluster.close()
    except Exception:  # a worker did not end in time, and processes started in this way cannot be killed by Dask
        _kill(cluster)


def _kill(cluster: Any) -> None:
    """Kill the worker processes of a cluster, which are not to be started again."""
    for nanny in list(cluster.workers.values()):
        process = nanny.pid
        nanny.close_gracefully()
        with suppress(psutil.Error):
            if process:
                psutil.Process(process).kill()


def _hand_on(future: Future[Any], inner: Future[Any]) -> None:
    """Give a future what another one has, with the errors of Dask in the words of `concurrent.futures`."""
    if inner.cancelled():
        future.set_exception(BrokenExecutor("the Dask scheduler is lost"))
        return
    error = inner.exception()
    if error is None:
        future.set_result(inner.result())
    elif type(error).__name__ == "KilledWorker":
        future.set_exception(TaskLostError("the Dask worker was lost"))
    elif type(error).__name__ in ("CancelledError", "FutureCancelledError", "CommClosedError"):
        future.set_exception(BrokenExecutor(f"the Dask scheduler is lost: {error}"))
    else:
        future.set_exception(error)
