"""`marketsim results prune`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from filelock import FileLock
from tests.results.storage.test_batches import put, record
from tests.results.studies import FAILS, SMALL, study
from tests.stored.calls import kill, refused, said
from tests.test_cli import call

from marketsim.results.storage.batches import Record
from marketsim.results.storage.run_store import RunStore


def test_nothing_to_remove(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "prune", "whole", "broken", "alone")
    assert shown.splitlines() == [f"results/{name}: nothing to remove" for name in ("whole", "broken", "alone")]


def test_what_the_results_do_not_use_goes(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = results / "whole"
    study(folder, run=SMALL)
    (folder / "parts" / ".x.partial").mkdir()
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.parent.name == "tables"}
    assert said(capsys, "prune", "whole", "--dry-run").startswith(
        "results/whole: 14 of 32 runs, 1 half-written or damaged batches, 1 jobs that workers no longer need, about "
    )
    assert len(RunStore(folder)) == 32
    assert said(capsys, "prune", "whole", "--yes").endswith("removed\n")
    assert len(RunStore(folder)) == 18
    assert [path.name for path in (folder / "parts").glob(".*")] == []
    assert len(list((folder / "work").glob("*.job"))) == 1
    assert {path: path.read_bytes() for path in before} == before
    assert "as they were written" in said(capsys, "verify", "whole")
    assert "nothing to remove" in said(capsys, "prune", "whole")


def test_only_what_is_asked_for(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = results / "whole"
    put(folder / "parts", record("unused"))
    (folder / "parts" / ".x.damaged").mkdir()
    said(capsys, "prune", "whole", "--leftovers", "--yes")
    assert not (folder / "parts" / ".x.damaged").exists()
    assert "unused" in list(RunStore(folder))


def test_a_damaged_batch_goes_when_asked(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = put(results / "whole" / "parts", record("unused"))
    (place / "batch.json").write_text("{")
    assert "1 half-written or damaged batches" in said(capsys, "prune", "whole", "--leftovers", "--yes")
    assert not place.exists()


def test_all_runs_of_a_finished_study(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "prune", "whole", "--parts", "--yes")
    assert "all runs have to be carried out again" in shown
    assert len(RunStore(results / "whole")) == 0
    assert "its runs are not stored any more" in said(capsys, "verify", "whole")
    assert "Does it pay?" in said(capsys, "show", "whole")
    kill(results / "broken")
    assert "without its runs nothing would be left of the work" in refused(
        capsys, "prune", "broken", "--parts", "--yes"
    )
    assert len(RunStore(results / "broken")) == 18


def test_work_that_is_not_finished_stays(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(results / "whole" / "parts", record("new"))
    (results / "whole" / "work" / "study.json").write_text('{"hash": "other"}')
    kill(results / "broken")
    shown = said(capsys, "prune", "whole", "broken", "--yes")
    assert "results/whole: another study was begun here since, and is not finished; all runs stay" in shown
    assert "results/broken: it has no table of runs" in shown
    assert (len(RunStore(results / "whole")), len(RunStore(results / "broken"))) == (33, 18)


def test_a_study_that_runs_is_left_alone(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(results / "whole" / "parts", record("unused"))
    with FileLock(results / "whole" / ".lock"):
        assert "is at work on results/whole; nothing was done" in refused(capsys, "prune", "whole", "--yes")
    assert "unused" in list(RunStore(results / "whole"))


def test_it_asks(results: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    put(results / "whole" / "parts", Record("unused", "failed", "no luck"))
    asked: list[str] = []
    monkeypatch.setattr("typer.confirm", lambda text: bool(asked.append(text)))
    said(capsys, "prune", "whole")
    assert asked == ["remove them?"]
    assert "unused" in list(RunStore(results / "whole"))
    monkeypatch.setattr("typer.confirm", lambda text: True)
    said(capsys, "prune", "whole")
    assert "unused" not in list(RunStore(results / "whole"))


def test_the_commands_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("results", "--help") == 0
    shown = capsys.readouterr().out
    assert all(f"\n  {name} " in shown for name in ("list", "show", "export", "verify", "prune"))
    for command in ("compare", "sensitivity"):
        assert call(command, "--help") == 0
    assert os.environ.get(FAILS) is None
