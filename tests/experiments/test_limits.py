"""Limits of time and memory: they hold, they say why, and nothing of them reaches the next run."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from marketsim.errors import ScenarioError
from marketsim.experiments.amounts import describe_duration, describe_size, parse_duration, parse_size
from marketsim.experiments.limits import MemoryLimitError, TimeLimitError, limited

ROOT = Path(__file__).parents[2]
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the limit of address space is used on Linux only")


def spin(seconds: float) -> str:
    """Be busy in Python for some time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
    return "done"


def test_what_stays_within_its_limits_is_returned() -> None:
    assert limited(lambda: spin(0.01), seconds=20, memory_bytes=10**9) == "done"
    assert limited(lambda: spin(0.0)) == "done"


def test_an_error_of_the_run_itself_is_kept() -> None:
    with pytest.raises(ZeroDivisionError):
        limited(lambda: 1 // 0, seconds=20, memory_bytes=10**9)


def test_a_run_is_ended_at_its_time_limit() -> None:
    began = time.monotonic()
    with pytest.raises(TimeLimitError, match=r"longer than its limit of 0\.2 s"):
        limited(lambda: spin(30), seconds=0.2)
    assert 0.2 <= time.monotonic() - began < 5


def swallow() -> str:
    """Take every exception for one's own, as a careless strategy does."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            spin(30)
        except Exception:
            return "swallowed"
        except BaseException:
            return "swallowed even this"
    return "done"


def test_a_run_that_swallows_the_exception_has_failed_nevertheless() -> None:
    with pytest.raises(TimeLimitError):
        limited(swallow, seconds=0.1)


def stubborn() -> str:
    """Swallow the exception the first time, and go on."""
    try:
        spin(30)
    except BaseException:
        spin(30)
    return "done"


def test_a_run_that_goes_on_is_ended_again() -> None:
    began = time.monotonic()
    with pytest.raises(TimeLimitError):
        limited(stubborn, seconds=0.1)
    assert time.monotonic() - began < 10


def grow() -> int:
    """Take more and more memory, in small pieces."""
    kept = []
    for _ in range(400):
        kept.append(np.ones(500_000))
        time.sleep(0.005)
    return len(kept)


def test_a_run_is_ended_when_it_takes_too_much_memory_bit_by_bit() -> None:
    with pytest.raises(MemoryLimitError, match="more memory than its limit of 100 MB"):
        limited(grow, memory_bytes=100_000_000)


@ON_LINUX
def test_one_huge_allocation_fails_at_once_and_the_limit_is_lifted_again() -> None:
    import resource

    earlier = resource.getrlimit(resource.RLIMIT_AS)
    with pytest.raises(MemoryLimitError):
        limited(lambda: np.ones(1_000_000_000), memory_bytes=100_000_000)
    assert resource.getrlimit(resource.RLIMIT_AS) == earlier
    assert limited(lambda: np.zeros(200_000_000).size, seconds=20) == 200_000_000


@pytest.fixture
def _threads_that_take_turns_often() -> Iterator[None]:
    earlier = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(earlier)


@pytest.mark.usefixtures("_threads_that_take_turns_often")
def test_nothing_arrives_after_the_run_however_close_to_its_limit_it_ends() -> None:
    ended = 0
    for attempt in range(400):
        length = 0.002 + attempt % 100 * 5e-6
        try:
            limited(partial(spin, length), seconds=0.002)
        except TimeLimitError:
            ended += 1
        spin(0.0005)
    spin(0.2)
    assert 10 < ended <= 400
    assert not [thread for thread in threading.enumerate() if thread.name == "limits of a run"]


def test_limits_hold_in_other_threads() -> None:
    found: list[object] = []

    def run() -> None:
        try:
            found.append(limited(lambda: spin(30), seconds=0.2, memory_bytes=10**9))
        except TimeLimitError as error:
            found.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert [type(each) for each in found] == [TimeLimitError, TimeLimitError]


UNRESPONSIVE = """
import os, sys, time
from marketsim.experiments.limits import limited
print("begun", flush=True)
limited({call}, seconds=0.2, grace_seconds=0.5)
"""
IN_PYTHON = "lambda: time.sleep(60)"
IN_C = "lambda: sum(range(10**12))"


@pytest.mark.parametrize(("call", "code"), [(IN_PYTHON, 75), (IN_C, 1)])
def test_a_worker_that_does_not_react_is_ended(call: str, code: int) -> None:
    environment = {"PYTHONPATH": str(ROOT / "src"), "MARKETSIM_WORKER": "1"}
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", UNRESPONSIVE.format(call=call)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("begun\n", code)
    assert time.monotonic() - began < 30


def test_any_other_process_goes_on_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MARKETSIM_WORKER", raising=False)
    with pytest.raises(TimeLimitError):
        limited(lambda: time.sleep(1.5), seconds=0.1, grace_seconds=0.2)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("5min", 300), ("2h", 7200), ("90", 90), (" 1.5 H ", 5400), ("1d", 86400)]
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    ("text", "size"), [("2GB", 2 * 10**9), ("500 MB", 5 * 10**8), ("1.5GiB", 3 * 2**29), ("800kb", 800_000)]
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "0s", "-5s", "5 parsecs", "s", "nan", "inf", "1e400s", "5GB"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(
        ScenarioError, match=r"(?s)--time-limit = .*must be a time above zero, such as 90s, 5min or 2h"
    ) as error:
        parse_duration(text)
    assert "the command has 1 problem" in str(error.value)


@pytest.mark.parametrize("text", ["", "500", "0GB", "2 apples", "-1GB", "0.1B"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ScenarioError, match=r"(?s)--memory-limit = .*must be a size with its unit"):
        parse_size(text)


def test_words() -> None:
    assert [describe_duration(seconds) for seconds in (0.5, 90, 300, 7200, 5400)] == [
        "0.5 s",
        "90 s",
        "5 min",
        "2 h",
        "90 min",
    ]
    assert [describe_size(size) for size in (900, 512_000_000, 2 * 10**9)] == ["900 B", "512 MB", "2 GB"]
