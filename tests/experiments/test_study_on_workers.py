"""Whole studies in worker processes: same results, lost workers, interruptions."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest
from tests.experiments.fake_models import (
    Impatient,
    VeryImpatient,
    deadly,
    deadly_once,
    endless,
    failing,
    slow,
)
from tests.results.fake_market import MONTHS, scenario

from marketsim.errors import StudyInterruptedError
from marketsim.experiments.plan import plan
from marketsim.experiments.progress import Silent
from marketsim.experiments.runs import Simulate
from marketsim.experiments.settings import Settings
from marketsim.experiments.study import carry_out
from marketsim.results.storage.store import StudyResult, load

NOT_ON_WINDOWS = pytest.mark.skipif(sys.platform == "win32", reason="processes are killed by a POSIX signal")


def carried_out(
    folder: Path,
    model: Simulate,
    jobs: int = 2,
    *,
    source: str = "",
    checks: bool = False,
    progress: Silent | None = None,
) -> StudyResult:
    given = replace(scenario(), source=source)
    settings = Settings(jobs=jobs, simulate=model)
    return carry_out(given, plan(given.study, checks=checks), folder, settings, progress or Silent())


def assert_same(found: Path, expected: Path) -> None:
    """Compare two results byte for byte."""
    for name in ("summary.csv", "checks.csv", "manifest.json", "runs.parquet"):
        assert (found / name).read_bytes() == (expected / name).read_bytes(), name
    for path in (expected / "tables").iterdir():
        assert (found / "tables" / path.name).read_bytes() == path.read_bytes(), path.name


def test_two_jobs_give_the_same_bytes_as_one(tmp_path: Path) -> None:
    for jobs in (1, 2):
        found = carried_out(tmp_path / str(jobs), failing, jobs, checks=True)
        assert found.manifest["runs"]["main"]["failed"] == 2
    assert_same(tmp_path / "2", tmp_path / "1")
    assert len(load(tmp_path / "2").timings) == 36


@NOT_ON_WINDOWS
def test_a_run_that_kills_its_worker_has_failed_and_the_others_finish(tmp_path: Path) -> None:
    found = carried_out(tmp_path / "study", deadly)
    lost = found.runs[found.runs["status"] != "done"]
    assert lost[["policy", "replication", "status"]].to_numpy().tolist() == [["lane", 1, "failed"]]
    assert "its worker was lost while this was the only run under way" in str(lost["error"].iloc[0])
    assert found.manifest["status"] == "failed"


@NOT_ON_WINDOWS
def test_a_worker_lost_once_leaves_no_trace(tmp_path: Path) -> None:
    marker = str(tmp_path / "killed")
    found = carried_out(tmp_path / "lost", deadly_once, source=marker)
    assert Path(marker).exists()
    assert found.manifest["status"] == "complete"
    carried_out(tmp_path / "whole", deadly_once, jobs=1, source=marker)
    assert_same(tmp_path / "lost", tmp_path / "whole")


def test_an_interruption_keeps_what_came_back_and_what_was_under_way(tmp_path: Path) -> None:
    impatient = Impatient(2)
    with pytest.raises(StudyInterruptedError, match="of 12 runs finished"):
        carried_out(tmp_path / "study", slow, progress=impatient)
    assert impatient.said[0] == "stopping when the runs under way are done; Ctrl-C again leaves them"
    found = load(tmp_path / "study")
    done = found.manifest["runs"]["main"]["done"]
    assert 2 <= done < 12
    assert found.manifest["status"] == "interrupted"
    runs = found.table("market_month").groupby(["policy", "replication"], observed=True).size()
    assert len(runs) == done
    assert set(runs) == {MONTHS}


def test_a_second_interruption_does_not_wait_for_runs_under_way(tmp_path: Path) -> None:
    began = monotonic()
    with pytest.raises(StudyInterruptedError, match="1 of 12 runs finished"):
        carried_out(tmp_path / "study", endless, progress=VeryImpatient(1))
    assert monotonic() - began < 50
    assert load(tmp_path / "study").manifest["runs"]["main"]["done"] == 1
