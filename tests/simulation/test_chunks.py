"""Work in chunks: every row once, results in the order of the rows, whatever the threads."""

from __future__ import annotations

import threading
import time

import pytest

from marketsim.simulation import chunks
from marketsim.simulation.chunks import Chunks


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_every_row_once_and_in_order(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK", 10)
    pool = Chunks(threads)
    bounds = pool.over(range(7, 41), lambda low, high: (low, high))
    assert bounds == [(7, 17), (17, 27), (27, 37), (37, 41)]
    assert pool.over(range(5, 5), lambda low, high: (low, high)) == []
    pool.close()


def test_slow_chunks_do_not_change_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK", 1)
    pool = Chunks(2)

    def work(low: int, high: int) -> int:
        time.sleep(0.02 if low == 0 else 0.0)
        return low

    assert pool.over(range(5), work) == [0, 1, 2, 3, 4]
    pool.close()


def test_two_threads_work_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK", 1)
    pool = Chunks(2)
    both = threading.Barrier(2, timeout=10)
    names = pool.over(range(2), lambda low, high: (both.wait(), threading.current_thread().name)[1])
    assert len(set(names)) == 2
    pool.close()


def test_one_thread_is_the_callers_own() -> None:
    pool = Chunks(1)
    assert pool.over(range(3), lambda low, high: threading.current_thread()) == [threading.current_thread()]
    pool.close()


def test_a_failure_reaches_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "CHUNK", 1)
    pool = Chunks(2)
    with pytest.raises(ZeroDivisionError):
        pool.over(range(3), lambda low, high: 1 // low)
    pool.close()
