"""Calling `marketsim results`, and what may happen to a stored study."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.test_cli import call


def said(capsys: pytest.CaptureFixture[str], *arguments: str | Path, code: int = 0) -> str:
    assert call("results", *arguments) == code
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    assert call("results", *arguments) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err


def listed(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> dict[str, dict[str, object]]:
    return {Path(row["folder"]).name: row for row in json.loads(said(capsys, "list", "--json", *arguments))}


def kill(folder: Path) -> None:
    """Leave a study as a process does that is killed before its results are written."""
    for entry in folder.iterdir():
        if entry.name not in ("parts", "work", ".lock"):
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def rewrite_manifest(folder: Path, **values: object) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | values), encoding="utf-8")
