"""Studies that are killed at random moments: what finished is never lost, nor computed again, and results are the same."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from tests.experiments import killed_study

from marketsim.experiments.progress import Silent
from marketsim.experiments.study import carry_out
from marketsim.results.storage.folders import PARTS
from marketsim.results.storage.run_store import RunStore
from marketsim.results.storage.store import load

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are killed by a POSIX signal")

ROOT = Path(__file__).parents[2]
RUNS = 54
_LONGEST_SECONDS = 120


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the results of the study when nothing happens to it."""
    folder = tmp_path_factory.mktemp("whole") / "study"
    given, runs = killed_study.study()
    carry_out(given, runs, folder, killed_study.settings("serial", 1), Silent())
    return folder


def start(folder: Path, executor: str, jobs: int, *options: str) -> subprocess.Popen[str]:
    """Start the study as a program of its own."""
    command = [sys.executable, "-m", "tests.experiments.killed_study", str(folder), executor, str(jobs), *options]
    path = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for a program, and return its exit code and what it complained about."""
    _, complaints = process.communicate(timeout=_LONGEST_SECONDS)
    return process.returncode, complaints


def kill(process: subprocess.Popen[str]) -> None:
    """Kill a program, without listening to what its orphans may still say."""
    process.send_signal(signal.SIGKILL)
    process.wait()
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()


def stored(folder: Path) -> set[str]:
    """Return the ids of all runs that are stored."""
    return set(RunStore(folder))


def batches(folder: Path) -> dict[str, set[str]]:
    """Return the runs of each batch by its name."""
    found = {}
    for index in (folder / PARTS).glob("*/batch.json"):
        if not index.parent.name.startswith("."):
            found[index.parent.name] = {run for run, _, _ in json.loads(index.read_text())["runs"]}
    return found


def assert_same(found: Path, expected: Path) -> None:
    """Compare two results: summary byte for byte, all tables in canonical order bit for bit."""
    for name in ("summary.csv", "checks.csv", "manifest.json", "runs.parquet"):
        assert (found / name).read_bytes() == (expected / name).read_bytes(), name
    for path in sorted((expected / "tables").iterdir()):
        assert (found / "tables" / path.name).read_bytes() == path.read_bytes(), path.name
    assert load(found).manifest["status"] == "complete"


def assert_nothing_twice(folder: Path, known: list[tuple[set[str], set[str]]]) -> None:
    """Check that no run that was stored at the start of an attempt is in a batch that was written after it.

    Args:
        folder: the study.
        known: for each attempt the runs and the batches that were there when it began.
    """
    for name, runs in batches(folder).items():
        for finished, present in known:
            assert name in present or not runs & finished


def kill_until_done(folder: Path, executor: str, jobs: int, kills: int, longest: float, seed: int) -> None:
    """Start a study again and again and kill it at a random moment, so many times; then let it finish."""
    chance, known = random.Random(seed), []
    for _ in range(kills):
        known.append((stored(folder), set(batches(folder))))
        process = start(folder, executor, jobs)
        wait_until_it_works(process, folder)
        time.sleep(chance.uniform(0.0, longest))
        children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        kill(process)
        wait_for_the_end(children)
    known.append((stored(folder), set(batches(folder))))
    code, complaints = finish(start(folder, executor, jobs))
    assert code == 0, complaints
    assert_nothing_twice(folder, known)


def wait_until_it_works(process: subprocess.Popen[str], folder: Path) -> None:
    """Wait until a program has claimed its folder; what comes before is the start of Python."""
    end = time.monotonic() + _LONGEST_SECONDS
    while process.poll() is None and time.monotonic() < end:
        if (folder / "work" / "owner.json").exists() and (folder / "work" / "owner.json").read_text().find(
            f'"process": {process.pid},'
        ) >= 0:
            return
        time.sleep(0.01)


def wait_for_the_end(children: list[psutil.Process]) -> None:
    """Wait until orphaned workers have ended by themselves."""
    _, alive = psutil.wait_procs(children, timeout=30)
    assert not alive, "workers outlive the program that started them"


@pytest.mark.parametrize(
    ("executor", "jobs", "kills", "longest"), [("serial", 1, 12, 0.5), ("loky", 2, 8, 3.0), ("dask", 2, 4, 4.0)]
)
def test_killed_and_resumed_equals_uninterrupted(
    tmp_path: Path, whole: Path, executor: str, jobs: int, kills: int, longest: float
) -> None:
    if executor == "dask":
        pytest.importorskip("distributed")
    kill_until_done(tmp_path / "study", executor, jobs, kills, longest, seed=jobs)
    assert_same(tmp_path / "study", whole)


@pytest.mark.parametrize("executor", ["loky", "dask"])
def test_killed_workers_lose_nothing(tmp_path: Path, whole: Path, executor: str) -> None:
    if executor == "dask":
        pytest.importorskip("distributed")
    chance = random.Random(7)
    folder = tmp_path / "study"
    process = start(folder, executor, 2)
    killed = 0
    while process.poll() is None and killed < 4:
        time.sleep(chance.uniform(0.1, 0.5) if stored(folder) else 0.1)
        workers = list(_workers(process.pid)) if stored(folder) else []
        if workers:
            killed += _kill(chance.choice(workers))
    code, complaints = finish(process)
    assert killed
    assert code == 0, complaints  # a run that was hit twice is given up and recorded, and run again when asked
    given, runs = killed_study.study()
    carry_out(given, runs, tmp_path / "study", killed_study.settings("serial", 1, retry_failed=True), Silent())
    assert_same(tmp_path / "study", whole)


def _workers(parent: int) -> Iterator[psutil.Process]:
    """Yield the processes that carry out runs."""
    try:
        for child in psutil.Process(parent).children(recursive=True):
            if not child.children() and not any("resource_tracker" in part for part in child.cmdline()):
                yield child
    except psutil.NoSuchProcess:
        return


def _kill(process: psutil.Process) -> bool:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return False
    return True


def test_another_executor_goes_on(tmp_path: Path, whole: Path) -> None:
    folder = tmp_path / "study"
    process = start(folder, "serial", 1)
    wait_until_it_works(process, folder)
    while len(stored(folder)) < 5 and process.poll() is None:
        time.sleep(0.02)
    kill(process)
    known = [(stored(folder), set(batches(folder)))]
    assert 5 <= len(known[0][0]) < RUNS
    assert finish(start(folder, "loky", 2)) == (0, "")
    assert_nothing_twice(folder, known)
    assert_same(folder, whole)


def test_a_full_disk_ends_the_study_with_advice_and_loses_nothing(tmp_path: Path, whole: Path) -> None:
    folder = tmp_path / "study"
    sizes = sorted(path.stat().st_size for path in (whole / PARTS).glob("*/*"))
    code, complaints = finish(start(folder, "serial", 1, "--largest-file", str(sizes[-2])))
    assert code == 1
    assert "cannot write to" in complaints
    assert "give the same command again" in complaints
    assert not [entry for entry in (folder / PARTS).iterdir() if entry.name.startswith(".")]
    known = [(stored(folder), set(batches(folder)))]
    assert finish(start(folder, "serial", 1)) == (0, "")
    assert_nothing_twice(folder, known)
    assert_same(folder, whole)


@pytest.mark.parametrize("name", ["kpis.parquet", "runs.parquet", "market_month.parquet", "batch.json"])
def test_a_damaged_part_is_computed_again(tmp_path: Path, whole: Path, name: str) -> None:
    folder = tmp_path / "study"
    shutil.copytree(whole, folder)
    given, runs = killed_study.study()
    parts = sorted(path.parent for path in (folder / PARTS).glob(f"*/{name}"))
    with (parts[0] / name).open("r+b") as file:
        file.truncate((parts[0] / name).stat().st_size // 2)
    flipped = parts[-1] / "kpis.parquet"
    content = bytearray(flipped.read_bytes())
    content[len(content) // 2] ^= 1
    flipped.write_bytes(content)
    said: list[str] = []

    class Listening(Silent):
        def say(self, text: str) -> None:
            said.append(text)

    carry_out(given, runs, folder, killed_study.settings("serial", 1), Listening())
    assert sum("is damaged" in text for text in said) == len({parts[0], parts[-1]})
    assert_same(folder, whole)


def test_a_clock_that_jumps_changes_nothing(tmp_path: Path, whole: Path) -> None:
    assert finish(start(tmp_path / "study", "serial", 1, "--clock-jumps")) == (0, "")
    assert_same(tmp_path / "study", whole)


def test_two_programs_on_the_same_study(tmp_path: Path, whole: Path) -> None:
    folder = tmp_path / "study"
    first = start(folder, "serial", 1)
    wait_until_it_works(first, folder)
    code, complaints = finish(start(folder, "loky", 2))
    assert code == 1
    assert f"process {first.pid} on " in complaints
    assert "is at work on" in complaints
    assert finish(first) == (0, "")
    assert_same(folder, whole)
