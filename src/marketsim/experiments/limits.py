"""Limits on the time and the memory of one run, enforced in the process in which it runs."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import psutil

from marketsim.errors import RunFailedError
from marketsim.experiments.amounts import describe_duration, describe_size

WORKER_MARK = "MARKETSIM_WORKER"
"""Set in the environment of processes that do nothing but carry out runs, and may be ended."""
_OVER_LIMIT_EXIT = 75
_GRACE_SECONDS = 15.0
"""ASSUMPTION: compiled code cannot be interrupted, and a month of a very large market takes some seconds."""
_AGAIN_SECONDS = 1.0
_LOOK_SECONDS = 0.1
_SLACK_BYTES = 2**29
"""ASSUMPTION: address space that threads and libraries reserve without using it, beyond what a run is allowed."""

_process_wide = threading.Lock()
"""Held by the one run that has those guards of which a process has one only."""

Result = TypeVar("Result")


class TimeLimitError(RunFailedError):
    """A run took longer than it may."""


class MemoryLimitError(RunFailedError):
    """A run took more memory than it may."""


class _OverLimitError(BaseException):
    """Ends a run from outside; no ``except Exception`` of a strategy or a library takes it for its own."""


def limited(
    call: Callable[[], Result],
    *,
    seconds: float | None = None,
    memory_bytes: int | None = None,
    grace_seconds: float = _GRACE_SECONDS,
) -> Result:
    """Call something that may take so much time and memory, and return what it returns.

    It is a function, not a context manager: what the watchdog raises may arrive a moment after the call has ended, and
    only a function that surrounds it can catch it there.

    Args:
        call: what is called, in the thread of the caller.
        seconds: time that it may take; None is as long as it likes.
        memory_bytes: memory that it may use beyond what the process uses already; None is all there is.
        grace_seconds: how long a call over its limit has to end; after that a worker process is ended, and any other
            process goes on waiting.

    Raises:
        TimeLimitError: it took longer.
        MemoryLimitError: it took more memory.
    """
    if seconds is None and memory_bytes is None:
        return call()
    watchdog = _Watchdog(seconds, memory_bytes, grace_seconds)
    backstop = _Backstop(seconds, memory_bytes, grace_seconds)
    try:
        try:
            watchdog.start()
            backstop.start()
            result = call()
        finally:
            watchdog.stop()
            backstop.stop()
    except BaseException as error:
        watchdog.stop()
        backstop.stop()
        verdict = watchdog.verdict or (_too_much(memory_bytes) if isinstance(error, MemoryError) else None)
        if verdict is None or isinstance(error, KeyboardInterrupt):
            raise
        raise verdict from None
    if watchdog.verdict is not None:
        raise watchdog.verdict
    return result


class _Watchdog:
    """Looks at a running thread from another one, and raises an exception in it when it is over a limit."""

    def __init__(self, seconds: float | None, memory_bytes: int | None, grace_seconds: float) -> None:
        self.verdict: RunFailedError | None = None
        self._runner = threading.get_ident()
        self._seconds, self._memory_bytes, self._grace_seconds = seconds, memory_bytes, grace_seconds
        self._process = psutil.Process()
        self._before, self._began = self._used(), time.monotonic()
        self._over, self._turn = threading.Event(), threading.Lock()

    def start(self) -> None:
        """Begin to watch."""
        threading.Thread(target=self._watch, name="limits of a run", daemon=True).start()

    def stop(self) -> None:
        """Stop watching: what was not raised in the thread until now never will be."""
        with self._turn:
            self._over.set()
        _raise_in(self._runner, None)

    def _used(self) -> int:
        return int(self._process.memory_info().rss)

    def _watch(self) -> None:
        while not self._over.wait(self._pause()):
            self.verdict = self._judge()
            if self.verdict is not None:
                self._end()
                return

    def _pause(self) -> float:
        left = float("inf") if self._seconds is None else self._began + self._seconds - time.monotonic()
        look = float("inf") if self._memory_bytes is None else _LOOK_SECONDS
        return max(0.0, min(left, look, threading.TIMEOUT_MAX))

    def _judge(self) -> RunFailedError | None:
        if self._seconds is not None and time.monotonic() - self._began >= self._seconds:
            return TimeLimitError(f"the run took longer than its limit of {describe_duration(self._seconds)}")
        if self._memory_bytes is not None and self._used() - self._before > self._memory_bytes:
            return _too_much(self._memory_bytes)
        return None

    def _end(self) -> None:
        """Raise in the thread, and again if it goes on regardless; at last end a worker process."""
        last = time.monotonic() + self._grace_seconds
        while time.monotonic() < last:
            with self._turn:
                if self._over.is_set():
                    return
                _raise_in(self._runner, _OverLimitError)
            if self._over.wait(min(_AGAIN_SECONDS, self._grace_seconds)):
                return
        if is_worker():
            with self._turn:
                if not self._over.is_set():
                    os._exit(_OVER_LIMIT_EXIT)


class _Backstop:
    """Guards against what a watchdog cannot see in time, of which a process has one only.

    On Linux a single allocation far beyond the limit fails at once. A worker process that never lets its watchdog run is
    ended some seconds after the grace period. Where several threads carry out runs, one of them has these guards.
    """

    def __init__(self, seconds: float | None, memory_bytes: int | None, grace_seconds: float) -> None:
        self._memory_bytes = memory_bytes
        self._last = seconds + grace_seconds + 2 * _AGAIN_SECONDS if seconds is not None and is_worker() else None
        self._held = False
        self._earlier: tuple[int, int] | None = None

    def start(self) -> None:
        """Put up the guards."""
        self._held = _process_wide.acquire(blocking=False)
        if not self._held:
            return
        if self._memory_bytes is not None and sys.platform == "linux":
            self._earlier = _lower_address_space(self._memory_bytes + _SLACK_BYTES)
        if self._last is not None:
            faulthandler.dump_traceback_later(self._last, exit=True)

    def stop(self) -> None:
        """Take them away, if they are there."""
        if not self._held:
            return
        if self._last is not None:
            faulthandler.cancel_dump_traceback_later()
        if self._earlier is not None and sys.platform == "linux":
            import resource

            resource.setrlimit(resource.RLIMIT_AS, self._earlier)
        self._held = False
        _process_wide.release()


def _lower_address_space(further: int) -> tuple[int, int]:
    """Let this process reserve so much more address space, and return the limits that it had."""
    if sys.platform != "linux":
        raise NotImplementedError("the limit of address space is used on Linux only")
    import resource

    earlier = resource.getrlimit(resource.RLIMIT_AS)
    wanted = int(psutil.Process().memory_info().vms) + further
    ends = [limit for limit in earlier if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min([wanted, *ends]), earlier[1]))
    return earlier


def is_worker() -> bool:
    """Tell whether this process does nothing but carry out runs, so that it may be ended."""
    if os.environ.get(WORKER_MARK):
        return True
    distributed = sys.modules.get("distributed")
    if distributed is None:
        return False
    with suppress(ValueError):
        return distributed.get_worker() is not None
    return False


def _raise_in(thread: int, kind: type[BaseException] | None) -> None:
    """Have an exception raised in a thread as soon as it runs Python code; None takes back one that was not yet."""
    what = None if kind is None else ctypes.py_object(kind)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), what)


def _too_much(allowed: int | None) -> MemoryLimitError:
    limit = f"its limit of {describe_size(allowed)}" if allowed is not None else "there is"
    return MemoryLimitError(f"the run took more memory than {limit}")
