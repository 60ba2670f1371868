"""Hands out runs to any executor, survives the loss of workers, and keeps what finished when it is stopped."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from marketsim.errors import MarketsimError, ResultsError, RunFailedError
from marketsim.experiments.backlog import Backlog, Share, TaskSize
from marketsim.experiments.executors import ExecutorFactory, TaskLostError, leave, tasks_at_once
from marketsim.experiments.interruption import Interruption
from marketsim.experiments.plan import RunKey
from marketsim.experiments.runs import FAILED, NOT_RUN, Outcome, describe_error
from marketsim.experiments.workers import GUARD_HINT, Receive, Task

_POLL_SECONDS = 0.5
_START_SECONDS = 120.0
_MOST_IN_VAIN = 10
"""Tasks in a row that were lost or failed, before a run has finished at all."""
_MOST_LOST = 100
"""The same, after a run has finished."""
_MOST_WORDS = 300
_EXIT_CODES = re.compile(r"exit codes of the workers are \{(.*?)\}")
_KILLED = (
    "its worker was lost while this was the only run under way ({}); perhaps it was killed because memory ran out, or the "
    "run did not react to a limit"
)
_NOT_STARTED = f"workers do not start, or end at once ({{}}); {GUARD_HINT}"
_IN_VAIN = "given up after {} tasks in a row came to nothing; the last one: {}"


@dataclass(frozen=True)
class Returned:
    """What comes back from a worker; all of it can be sent between processes, whatever went wrong.

    Attributes:
        outcomes: of the runs that were carried out.
        seconds: how long they took.
        error: why the task failed; empty where it did not.
        fatal: the same for a fault that would meet every other task as well, such as a full disk.
        of_results: whether the fatal fault is one of the stored results.
    """

    outcomes: Sequence[Outcome] = ()
    seconds: float = 0.0
    error: str = ""
    fatal: str = ""
    of_results: bool = False


def do_task(task: Task, keys: Sequence[RunKey]) -> Returned:
    """Do a task in a worker, and return what came of it."""
    began = time.monotonic()
    try:
        outcomes = task(keys)
    except MarketsimError as error:
        return Returned(fatal=str(error), of_results=isinstance(error, ResultsError))
    except Exception as error:
        return Returned(error=describe_error(error))
    return Returned(outcomes, time.monotonic() - began)


class Dispatcher:
    """Workers of any executor.

    When workers are lost, the runs that were under way are tried once more, each by itself; one with which its worker is
    lost again has failed. If no worker starts, or task after task comes to nothing, everything that is left is given up.
    """

    def __init__(
        self, task: Task, factory: ExecutorFactory, *, jobs: int, stop: Path, say: Callable[[str], None]
    ) -> None:
        """Prepare; no executor is made yet.

        Args:
            task: what workers do with keys; sent to them with every task.
            factory: makes the executor.
            jobs: how many workers an executor is thought to have that does not say it.
            stop: file that tells workers to stop after the run under way.
            say: tells the user something.
        """
        self._task, self._factory, self._jobs = task, factory, jobs
        self._stop, self._say = stop, say
        self._executor: Executor | None = None
        self._size = TaskSize()
        self._flight: dict[Future[Returned], Share] = {}
        self._one_at_a_time = self._worked = False
        self._in_vain, self._last_error = 0, ""

    def __enter__(self) -> Self:
        """Make the executor, so that a cluster that cannot be reached is known at once."""
        self._made()
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the executor."""
        self._let_go()

    def run(self, keys: Iterable[RunKey], receive: Receive, show: Callable[[], None]) -> None:
        """Run all keys, as `Workers.run` says; they are taken from an iterable as they are needed."""
        self._backlog, self._receive, self._show = Backlog(keys), receive, show
        with Interruption(self._stop, self._say) as interruption:
            try:
                self._carry_out(interruption)
            except BaseException:
                self._leave()
                raise
        if interruption.asked:
            raise KeyboardInterrupt

    def _carry_out(self, interruption: Interruption) -> None:
        try:
            while not interruption.asked and (self._flight or not self._backlog.is_empty()):
                self._hand_out(interruption)
                self._collect()
        except KeyboardInterrupt:
            if interruption.asked:
                raise
            interruption.ask()
        except MarketsimError:
            interruption.stop_workers()
            self._wind_up()
            raise
        if interruption.asked:
            self._wind_up()

    def _hand_out(self, interruption: Interruption) -> None:
        """Hand out tasks while there is room for them; BrokenExecutor makes room for a new executor."""
        try:
            while (
                not interruption.asked and len(self._flight) < (most := self._most()) and not self._backlog.is_empty()
            ):
                self._submit(self._backlog.take(self._size.next(self._backlog.left(), most)))
        except BrokenExecutor as error:
            self._recover(error)

    def _most(self) -> int:
        """Return how many tasks there may be at a time: with suspects only one, as others would be lost with them."""
        if self._one_at_a_time:
            self._one_at_a_time = self._backlog.has_suspects() or any(share.again for share in self._flight.values())
        return 1 if self._one_at_a_time else tasks_at_once(self._made(), self._jobs)

    def _submit(self, share: Share) -> None:
        try:
            future = self._made().submit(do_task, self._task, share.keys)
        except BrokenExecutor:
            self._backlog.put_back(share)
            raise
        self._flight[future] = share

    def _made(self) -> Executor:
        if self._executor is None:
            self._executor = self._factory()
        return self._executor

    def _collect(self) -> None:
        """Take in the tasks that have come back; make a new executor if this one is lost."""
        done, _ = wait(self._flight, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
        broken = [error for future in done if (error := self._take_in(future)) is not None]
        if broken:
            self._recover(broken[0])
        if self._in_vain >= (_MOST_LOST if self._worked else _MOST_IN_VAIN):
            self._give_up(_IN_VAIN.format(self._in_vain, self._last_error))

    def _take_in(self, future: Future[Returned]) -> BrokenExecutor | None:
        """Receive what a task has given, and return the error of an executor that is lost."""
        share, error = self._flight.pop(future), _error_of(future)
        if isinstance(error, BrokenExecutor):
            self._lose(share, error)
            return None if isinstance(error, TaskLostError) else error
        self._accept(share, Returned(error=describe_error(error)) if error else future.result())
        return None

    def _accept(self, share: Share, returned: Returned) -> None:
        if returned.fatal:
            raise (ResultsError if returned.of_results else RunFailedError)(returned.fatal)
        failures = [Outcome(key, FAILED, returned.error) for key in share.keys] if returned.error else []
        outcomes = failures or returned.outcomes
        self._backlog.put_back(share, len(outcomes))
        for outcome in outcomes:
            self._receive(outcome)
        self._count(returned)
        for _ in outcomes:
            self._show()

    def _count(self, returned: Returned) -> None:
        if returned.outcomes:
            self._size.learn(len(returned.outcomes), returned.seconds)
            self._in_vain, self._worked = 0, True
        else:
            self._in_vain, self._last_error = (
                self._in_vain + 1,
                returned.error or "it came back with no run carried out",
            )

    def _lose(self, share: Share, error: BrokenExecutor) -> None:
        """Try the runs of a task that is lost once more, each alone; give up one that was alone."""
        self._in_vain, self._last_error, self._one_at_a_time = self._in_vain + 1, _short(error), True
        if not share.again:
            self._backlog.suspect(share)
            return
        for key in share.keys:
            self._receive(Outcome(key, FAILED, _KILLED.format(_short(error))))
            self._show()

    def _recover(self, error: BrokenExecutor) -> None:
        """Throw away an executor that is lost; give up if its successor does not start either."""
        self._let_go()
        for future in list(self._flight):
            if future.done():
                self._take_in(future)
            else:
                self._lose(self._flight.pop(future), error)
        if not self._worked and not self._starts():
            self._give_up(_NOT_STARTED.format(_short(error)))

    def _starts(self) -> bool:
        """Tell whether a new executor does anything at all."""
        try:
            self._made().submit(os.getpid).result(_START_SECONDS)
        except (BrokenExecutor, CancelledError, TimeoutError):
            self._let_go()
            return False
        return True

    def _give_up(self, why: str) -> None:
        for key in self._backlog.rest():
            self._receive(Outcome(key, NOT_RUN, why))
            self._show()

    def _wind_up(self) -> None:
        """Receive the runs that workers still finish; what they leave over is not run."""
        while self._flight:
            done, _ = wait(self._flight, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                del self._flight[future]
                for outcome in () if _error_of(future) else future.result().outcomes:
                    self._receive(outcome)

    def _leave(self) -> None:
        """Do not wait for the tasks under way."""
        executor, self._executor = self._executor, None
        if executor is not None:
            leave(executor) if self._flight else executor.shutdown()
        self._flight.clear()

    def _let_go(self) -> None:
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.shutdown()


def _error_of(future: Future[Returned]) -> BaseException | None:
    """Return the error of a future that is done; one that somebody cancelled is lost with its executor."""
    return BrokenExecutor("its tasks were cancelled") if future.cancelled() else future.exception()


def _short(error: BaseException) -> str:
    """Return what an error says, or how processes ended where loky says that among much else."""
    text = " ".join(str(error).split())
    ended = _EXIT_CODES.search(text)
    return f"exit {ended.group(1)}" if ended else text[:_MOST_WORDS] or type(error).__name__
