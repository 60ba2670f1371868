"""`marketsim results list`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from filelock import FileLock
from tests.stored.calls import kill, listed, refused, rewrite_manifest, said


def test_one_row_per_study(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "list").splitlines()
    assert [line.split()[0] for line in lines] == ["study", "alone", "broken", "whole"]
    assert "Does it pay?" in lines[3]
    assert "complete" in lines[3]
    assert "32 of 32" in lines[3]
    assert "17 of 18" in lines[2]
    assert said(capsys, "list", results / "whole").splitlines()[1].split()[0] == "whole"


def test_as_json(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = listed(capsys)
    manifest = json.loads((results / "whole" / "manifest.json").read_text(encoding="utf-8"))
    size = sum(path.stat().st_size for path in (results / "whole").rglob("*") if path.is_file())
    expected = {"name": "made_up", "question": "Does it pay?", "status": "complete", "planned": 32, "done": 32}
    expected |= {"failed": 0, "stored": 32, "hash": manifest["short_hash"], "seed": 1, "bytes": size, "note": ""}
    assert {key: rows["whole"][key] for key in expected} == expected
    assert rows["broken"] | {"status": "failed", "done": 17, "failed": 1, "stored": 18, "seed": 2} == rows["broken"]
    assert rows["alone"] | {"status": "complete", "done": 36, "stored": 36} == rows["alone"]


def test_what_was_not_finished(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kill(results / "whole")
    (results / "broken" / "manifest.json").unlink()
    rewrite_manifest(results / "alone", format_version=99)
    (results / "notes").mkdir()
    rows = listed(capsys)
    assert {name: row["status"] for name, row in rows.items()} == {
        "whole": "unfinished",
        "broken": "half-written",
        "alone": "other version",
    }
    assert rows["whole"] | {"planned": None, "done": 32, "failed": 0, "name": "made_up", "seed": None} == rows["whole"]
    (results / "alone" / "manifest.json").write_text("{")
    assert listed(capsys)["alone"]["status"] == "half-written"


def test_who_is_at_work_and_what_is_damaged(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    batch = next((results / "alone" / "parts").iterdir())
    (batch / "kpis.parquet").write_bytes(b"")
    (results / "broken" / "work" / "study.json").write_text('{"hash": "other"}')
    with FileLock(results / "whole" / ".lock"):
        lines = said(capsys, "list").splitlines()
    assert "complete, at work" in lines[3]
    assert any("alone: 1 damaged batches of runs" in line for line in lines)
    assert any("broken: another study was begun here since, and is not finished" in line for line in lines)


def test_nothing_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "list", tmp_path) == f"there are no studies in {tmp_path}\n"
    assert refused(capsys, "list", tmp_path / "nowhere") == f"there is no folder {tmp_path / 'nowhere'}\n"
