"""Runs handed out to executors: none lost, none twice, whatever happens to workers or when the user stops."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.experiments.fake_tasks import (
    DEADLY,
    DEADLY_ONCE,
    ENDLESS,
    SLOW,
    broken,
    fake_task,
    full_disk,
    idle,
    keys_of,
    times,
)

from marketsim.errors import ResultsError
from marketsim.experiments.backlog import Backlog, TaskSize
from marketsim.experiments.dispatch import Dispatcher
from marketsim.experiments.executors import ExecutorFactory, SerialExecutor, executor_factory
from marketsim.experiments.plan import RunKey
from marketsim.experiments.runs import DONE, FAILED, NOT_RUN, Outcome
from marketsim.experiments.workers import Task

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as a POSIX signal")
STOPPING = "stopping when the runs under way are done; Ctrl-C again leaves them"


class Desk:
    """Where outcomes arrive, and what is said."""

    def __init__(self, at: dict[int, Callable[[], object]] | None = None) -> None:
        """Keep what is done after so many outcomes were shown."""
        self.outcomes: list[Outcome] = []
        self.said: list[str] = []
        self.shown = 0
        self._at = at or {}

    def show(self) -> None:
        self.shown += 1
        self._at.get(self.shown, lambda: None)()

    def statuses(self) -> dict[str, str]:
        return {f"{each.key.policy}-{each.key.replication}": each.status for each in self.outcomes}


def dispatched(
    folder: Path,
    keys: Sequence[RunKey] | Iterator[RunKey],
    factory: ExecutorFactory | str = "loky",
    *,
    task: Task | None = None,
    desk: Desk | None = None,
) -> Desk:
    """Run keys and return what came of them."""
    given = executor_factory(factory, 2) if isinstance(factory, str) else factory
    here = desk or Desk()
    with Dispatcher(task or fake_task(folder), given, jobs=2, stop=folder / "stop", say=here.said.append) as workers:
        workers.run(keys, here.outcomes.append, here.show)
    return here


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


FACTORIES: dict[str, ExecutorFactory | str] = {
    "serial": "serial",
    "loky": "loky",
    "dask": "dask",
    "threads": lambda: ThreadPoolExecutor(2),
    "processes": lambda: ProcessPoolExecutor(2),
}


@pytest.mark.parametrize("name", [*FACTORIES])
def test_every_run_is_carried_out_once_by_any_executor(tmp_path: Path, name: str) -> None:
    keys = keys_of("base", "lane", "club", worlds=40)
    desk = dispatched(tmp_path, keys, FACTORIES[name])
    assert sorted(each.key.replication for each in desk.outcomes) == sorted(key.replication for key in keys)
    assert set(desk.statuses().values()) == {DONE}
    assert all(times(tmp_path, key) == 1 for key in keys)
    assert desk.shown == 120
    processes = {each.months for each in desk.outcomes}
    assert (processes == {os.getpid()}) == (name in ("serial", "threads"))


def test_what_a_task_leaves_over_is_handed_out_again(tmp_path: Path) -> None:
    def one_at_a_time(keys: Sequence[RunKey]) -> list[Outcome]:
        return fake_task(tmp_path)(keys[:1])

    desk = dispatched(tmp_path, keys_of("base", worlds=30), "serial", task=one_at_a_time)
    assert [each.key.replication for each in desk.outcomes] == list(range(30))


def test_keys_are_taken_as_they_are_needed(tmp_path: Path) -> None:
    taken: list[int] = []
    ahead: list[int] = []

    def source() -> Iterator[RunKey]:
        for world in range(3000):
            taken.append(world)
            yield RunKey("base", world)

    desk = Desk()
    done = Desk(dict.fromkeys(range(1, 3001), lambda: ahead.append(len(taken) - done.shown)))
    desk = dispatched(tmp_path, source(), "serial", task=lambda keys: [Outcome(key, DONE) for key in keys], desk=done)
    assert len(desk.outcomes) == 3000
    assert max(ahead) <= 501


@pytest.mark.parametrize("name", ["loky", "dask"])
def test_a_run_that_kills_its_worker_has_failed_and_the_others_finish(tmp_path: Path, name: str) -> None:
    keys = keys_of("base", DEADLY, "lane", worlds=2)
    desk = dispatched(tmp_path, keys, name)
    expected = {f"{key.policy}-{key.replication}": FAILED if key.policy == DEADLY else DONE for key in keys}
    assert desk.statuses() == expected
    assert len(desk.outcomes) == desk.shown == 6
    errors = {each.error for each in desk.outcomes if each.status == FAILED}
    assert all("its worker was lost while this was the only run under way (" in error for error in errors)
    assert sorted(times(tmp_path, RunKey(DEADLY, world)) for world in (0, 1))[-1] == 2


@pytest.mark.parametrize("name", ["loky", "dask"])
def test_a_worker_lost_once_leaves_no_trace(tmp_path: Path, name: str) -> None:
    desk = dispatched(tmp_path, keys_of("base", DEADLY_ONCE, "lane", worlds=4), name)
    assert len(desk.outcomes) == desk.shown == 12
    assert set(desk.statuses().values()) == {DONE}


def test_where_every_run_kills_its_worker_the_rest_is_given_up(tmp_path: Path) -> None:
    desk = dispatched(tmp_path, keys_of(DEADLY, worlds=15))
    counts = {status: [*desk.statuses().values()].count(status) for status in (DONE, FAILED, NOT_RUN)}
    assert counts[DONE] == 0
    assert counts[FAILED] >= 4
    assert counts[FAILED] + counts[NOT_RUN] == len(desk.outcomes) == desk.shown == 15
    assert "(exit EXIT(9))" in desk.outcomes[0].error
    assert "tasks in a row came to nothing; the last one: exit EXIT(9)" in desk.outcomes[-1].error


class Dead(Executor):
    """An executor whose workers never start."""

    def submit(self, *_: Any, **__: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_exception(BrokenExecutor("no process could be started"))
        return future


class DeadAtOnce(Executor):
    """An executor that is lost before it takes a task."""

    def submit(self, *_: Any, **__: Any) -> Future[Any]:
        raise BrokenExecutor("no process could be started")


@pytest.mark.parametrize("factory", [Dead, DeadAtOnce])
def test_where_nothing_starts_everything_is_given_up(tmp_path: Path, factory: ExecutorFactory) -> None:
    desk = dispatched(tmp_path, keys_of("base", worlds=5), factory)
    assert set(desk.statuses().values()) == {NOT_RUN}
    assert len(desk.outcomes) == desk.shown == 5
    assert "workers do not start, or end at once (no process could be started)" in desk.outcomes[0].error
    assert 'call run_study below `if __name__ == "__main__":`' in desk.outcomes[0].error


def test_a_full_disk_stops_everything(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="no space left on the disk"):
        dispatched(tmp_path, keys_of("base", worlds=5), task=full_disk)


def test_an_unforeseen_error_is_that_of_its_runs_until_it_is_that_of_all(tmp_path: Path) -> None:
    desk = dispatched(tmp_path, keys_of("base", worlds=15), task=broken)
    statuses = [each.status for each in desk.outcomes]
    assert statuses.count(FAILED) >= 10
    assert statuses.count(FAILED) + statuses.count(NOT_RUN) == 15
    assert {each.error.split(" (")[0] for each in desk.outcomes if each.status == FAILED} == {
        "LookupError: no such thing"
    }


def test_a_task_that_does_nothing_is_not_repeated_for_ever(tmp_path: Path) -> None:
    desk = dispatched(tmp_path, keys_of("base", worlds=5), "serial", task=idle)
    assert {each.status for each in desk.outcomes} == {NOT_RUN}
    assert "it came back with no run carried out" in desk.outcomes[0].error


def test_what_cannot_be_sent_to_a_worker_has_failed(tmp_path: Path) -> None:
    lock = threading.Lock()

    def task(keys: Sequence[RunKey]) -> list[Outcome]:
        with lock:
            return []

    desk = dispatched(tmp_path, keys_of("base", worlds=3), task=task)
    assert {each.status for each in desk.outcomes} == {FAILED}
    assert "pickle" in desk.outcomes[0].error.lower()


@POSIX
@pytest.mark.parametrize("name", [*FACTORIES])
def test_an_interruption_keeps_what_was_under_way(tmp_path: Path, name: str) -> None:
    keys = keys_of(SLOW, worlds=40)
    desk = Desk({2: interrupt})
    with pytest.raises(KeyboardInterrupt):
        dispatched(tmp_path, keys, FACTORIES[name], desk=desk)
    begun = [key for key in keys if times(tmp_path, key)]
    assert [key for key in begun if f"{SLOW}-{key.replication}" not in desk.statuses()] == []
    assert len(begun) == len(desk.outcomes) < 20
    assert desk.said == [STOPPING]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@POSIX
def test_an_interruption_while_this_process_is_at_a_run_lets_it_finish(tmp_path: Path) -> None:
    timer = threading.Timer(0.45, interrupt)
    timer.start()
    desk = Desk()
    with pytest.raises(KeyboardInterrupt):
        dispatched(tmp_path, keys_of(SLOW, worlds=40), "serial", desk=desk)
    assert [each.key.replication for each in desk.outcomes] == [0, 1]
    assert desk.said == [STOPPING]


def test_an_interruption_from_elsewhere_counts_as_one(tmp_path: Path) -> None:
    def impatient() -> None:
        raise KeyboardInterrupt

    desk = Desk({1: impatient})
    with pytest.raises(KeyboardInterrupt):
        dispatched(tmp_path, keys_of(SLOW, worlds=40), desk=desk)
    assert desk.said == [STOPPING]
    assert 1 <= len(desk.outcomes) < 20


@POSIX
@pytest.mark.parametrize("name", ["serial", "loky", "dask"])
def test_a_second_interruption_leaves_the_runs_under_way(tmp_path: Path, name: str) -> None:
    keys = [*keys_of("base", worlds=2), *keys_of(ENDLESS, worlds=4)]
    timers = [threading.Timer(seconds, interrupt) for seconds in (4.0, 4.5)]
    began = time.monotonic()
    for timer in timers:
        timer.start()
    desk = Desk()
    with pytest.raises(KeyboardInterrupt):
        dispatched(tmp_path, keys, name, desk=desk)
    assert time.monotonic() - began < 30
    assert {each.key.policy for each in desk.outcomes} <= {"base"}
    assert desk.said == [STOPPING]


def test_the_same_workers_run_again_after_an_interruption(tmp_path: Path) -> None:
    def impatient() -> None:
        raise KeyboardInterrupt

    desk, keys = Desk({1: impatient}), keys_of(SLOW, worlds=8)
    factory = executor_factory("loky", 2)
    with Dispatcher(fake_task(tmp_path), factory, jobs=2, stop=tmp_path / "stop", say=desk.said.append) as workers:
        with pytest.raises(KeyboardInterrupt):
            workers.run(keys, desk.outcomes.append, desk.show)
        left = [key for key in keys if not times(tmp_path, key)]
        workers.run(left, desk.outcomes.append, desk.show)
    assert len(desk.outcomes) == 8
    assert all(times(tmp_path, key) == 1 for key in keys)


def test_interruptions_that_are_ignored_stay_ignored(tmp_path: Path) -> None:
    earlier = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        desk = Desk({2: interrupt} if sys.platform != "win32" else {})
        dispatched(tmp_path, keys_of("base", worlds=5), "serial", desk=desk)
    finally:
        signal.signal(signal.SIGINT, earlier)
    assert len(desk.outcomes) == 5


def test_it_works_in_another_thread(tmp_path: Path) -> None:
    found: list[Desk] = []
    thread = threading.Thread(target=lambda: found.append(dispatched(tmp_path, keys_of("base", worlds=5))))
    thread.start()
    thread.join(60)
    assert len(found[0].outcomes) == 5


def test_what_is_returned_comes_first_and_suspects_before_it() -> None:
    backlog = Backlog(keys_of("base", worlds=5))
    first = backlog.take(2)
    assert (len(first.keys), first.again, backlog.left()) == (2, False, 3)
    backlog.put_back(first, done=1)
    assert [key.replication for key in backlog.take(3).keys] == [1, 2, 3]
    backlog.suspect(first)
    assert backlog.has_suspects()
    assert [backlog.take(9).again for _ in range(2)] == [True, True]
    assert [key.replication for key in backlog.rest()] == [4]
    assert backlog.is_empty()


def test_a_task_grows_to_some_seconds_and_shrinks_towards_the_end() -> None:
    size = TaskSize()
    assert size.next(1000, 4) == 1
    for _ in range(20):
        size.learn(10, 0.1)
    assert size.next(10_000, 4) == 300
    assert size.next(None, 4) == 300
    assert size.next(100, 4) == 25
    assert size.next(2, 4) == 1
    size.learn(1, 60.0)
    assert size.next(10_000, 4) == 1


def test_a_serial_executor_raises_what_interrupts_it() -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        SerialExecutor().submit(interrupted)
