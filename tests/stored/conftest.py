"""Stored studies to be listed, shown, exported, verified and pruned."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.results.studies import FAILS, SMALL, SWEEP, study, sweep


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with three studies: one with a sweep, one of which runs failed, a sweep by itself."""
    folder = tmp_path_factory.mktemp("made")
    study(folder / "whole", sweep=SWEEP, run=SMALL, question="Does it pay?")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FAILS, "1")
        study(folder / "broken", run={**SMALL, "seed": 2})
    sweep(folder / "alone")
    return folder


@pytest.fixture
def results(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of these studies as the folder ``results`` of the current folder."""
    shutil.copytree(made, tmp_path / "results")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "results"
