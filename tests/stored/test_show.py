"""`marketsim results show`."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from tests.results.studies import PROFIT
from tests.stored.calls import kill, refused, rewrite_manifest, said


def test_a_study_in_short(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "show", "whole")
    manifest = json.loads((results / "whole" / "manifest.json").read_text(encoding="utf-8"))
    for words in ("made_up: Does it pay?", "complete", "made_up.yaml", manifest["hash"], "32 runs", "numpy"):
        assert words in shown
    rows = {line.rsplit(maxsplit=4)[0].strip(): line.split()[-4:] for line in shown.splitlines() if "  " in line}
    assert rows["main"] == ["6", "6", "0", "0"]
    assert rows["assumption checks"] == ["12", "12", "0", "0"]
    assert rows["sweeps and questions"] == ["14", "14", "0", "0"]
    runs = pd.read_parquet(results / "whole" / "tables" / "kpis.parquet")
    assert any(line.split()[:2] == ["tables/kpis.parquet", f"{len(runs):,}"] for line in shown.splitlines())
    assert "failed:" not in shown


def test_what_failed_and_how_to_make_it_again(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "show", "broken", "--failed")
    runs = pd.read_parquet(results / "broken" / "runs.parquet")
    failed = runs[runs["status"] == "failed"]
    assert len(failed) == 1
    for run in failed["run"]:
        assert f"marketsim replay results/broken {run[:12]}" in shown
    assert "ZeroDivisionError: =1/0 customers" in shown
    assert "tables/" not in shown
    assert said(capsys, "show", "whole", "--failed") == "no run failed\n"
    assert said(capsys, "show", "broken", "--failed", "--policy", "staff") == "no run failed\n"


def test_key_figures(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys, "show", "whole", "--kpi", PROFIT)
    summary = pd.read_csv(results / "whole" / "summary.csv")
    own = summary[(summary[["retailer", "segment", "tier"]] == ["Alpha", "all", "all"]).all(axis=1)]
    for row in own[own["kpi"] == PROFIT].itertuples():
        (line,) = (line for line in shown.splitlines() if line.startswith(PROFIT) and f"  {row.policy} " in line)
        assert f"{row.mean:,.6g}" in line
        assert row.policy == "base" or f"{row.diff:,.6g}" in line
    assert "  staff " not in said(capsys, "show", "whole", "--kpi", PROFIT, "--policy", "lane").split("figures of")[1]


def test_an_unfinished_study(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kill(results / "broken")
    shown = said(capsys, "show", "broken")
    assert "unfinished" in shown
    assert "made_up.yaml" in shown
    assert "ZeroDivisionError" in shown


def test_mistakes(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (results / "notes").mkdir()
    rewrite_manifest(results / "alone", format_version=99)
    for arguments, words in {
        ("hole",): "there is no results folder hole, neither here nor in results",
        ("notes",): "results/notes holds no marketsim results",
        ("whole", "--kpi", "profits"): "--kpi profits: there is no key figure profits",
        ("whole", "--policy", "lame"): "there is no policy lame",
        ("alone",): "was written by marketsim 0.1.0 in another format",
    }.items():
        assert words in refused(capsys, "show", *arguments)
