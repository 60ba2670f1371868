"""What workers say they have done is in the store, and what is said of a run is what came of it last."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.experiments.fake_models import moody
from tests.experiments.test_study_on_workers import NOT_ON_WINDOWS
from tests.results.fake_market import scenario, simulate

from marketsim.errors import ResultsError
from marketsim.experiments import campaign
from marketsim.experiments.plan import RunKey, plan
from marketsim.experiments.progress import Silent
from marketsim.experiments.settings import Settings
from marketsim.experiments.study import campaign_in, carry_out
from marketsim.results.storage import batches

BASES = [RunKey("base", world) for world in range(3)]


def moved_by(monkeypatch: pytest.MonkeyPatch, move: Callable[[Any, Any], None]) -> None:
    """Have batches put in place by somebody else, and nothing removed of them."""
    monkeypatch.setattr(batches.os, "replace", move)
    monkeypatch.setattr(batches.shutil, "rmtree", lambda *_, **__: None)


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign, "_LOOK_SECONDS", 0.05)


@pytest.mark.usefixtures("brief")
def test_batches_that_are_seen_late_are_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename, timers = os.replace, list[threading.Timer]()

    def late(source: Any, target: Any) -> None:
        timers.append(threading.Timer(0.4, rename, (source, target)))
        timers[-1].start()

    given = scenario()
    with campaign_in(tmp_path / "study", given, Settings(jobs=1, simulate=simulate), Silent()) as found:
        moved_by(monkeypatch, late)
        found.run("runs", BASES)
        assert len(found.done(BASES)) == 3
    for timer in timers:
        timer.join()


@pytest.mark.usefixtures("brief")
def test_batches_that_are_never_seen_are_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campaign, "_SEEN_SECONDS", 0.2)
    elsewhere = tmp_path / "elsewhere"
    with campaign_in(tmp_path / "study", scenario(), Settings(jobs=1, simulate=simulate), Silent()) as found:
        moved_by(monkeypatch, lambda source, _: shutil.move(source, elsewhere))
        with pytest.raises(
            ResultsError, match=r"3 runs that workers have finished are not in .* see under the same name"
        ):
            found.run("runs", BASES)


def test_a_run_without_the_tables_that_are_asked_for_is_not_called_done(tmp_path: Path) -> None:
    points = [replace(key, check="x 0") for key in BASES]
    with campaign_in(tmp_path / "study", scenario(), Settings(jobs=1, simulate=simulate), Silent()) as found:
        found.run("points", points)
        assert [outcome.status for outcome in found.outcomes(points)] == ["done"] * 3
        assert [outcome.status for outcome in found.outcomes(BASES)] == ["not_run"] * 3
        found.run("runs", BASES)
        assert [outcome.status for outcome in found.outcomes([*points, *BASES])] == ["done"] * 6


@NOT_ON_WINDOWS
def test_what_is_told_of_a_failure_is_the_last_attempt(tmp_path: Path) -> None:
    given = replace(scenario(), source=str(tmp_path / "reason"))

    def error_of(reason: str, jobs: int = 1) -> str:
        (tmp_path / "reason").write_text(reason)
        settings = Settings(jobs=jobs, simulate=moody, retry_failed=True)
        runs = carry_out(given, plan(given.study, checks=False), tmp_path / "study", settings, Silent()).runs
        (error,) = runs.loc[runs["status"] == "failed", "error"].astype(str)
        return error

    for number in range(3):
        assert error_of(f"reason {number}").startswith(f"ValueError: reason {number}")
    assert error_of("kill", jobs=2).startswith("its worker was lost")
    assert error_of("reason 4").startswith("ValueError: reason 4")
