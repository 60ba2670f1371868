"""`marketsim results verify`."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from tests.results.studies import SMALL, SWEEP, study
from tests.stored.calls import flip, kill, rewrite_manifest, said

from marketsim.results.columns import to_arrow, write_parquet
from marketsim.results.tables import MARKET_MONTH


def test_what_is_whole(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "verify", "whole", "broken", "alone").splitlines()
    assert [line.rsplit(": ", 1)[1] for line in lines] == ["as they were written"] * 3
    assert "32 runs" in lines[0]


def test_runs_that_were_removed_are_no_damage(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(results / "whole" / "parts")
    assert "its runs are not stored any more" in said(capsys, "verify", "whole")


def test_an_unfinished_study_is_no_damage(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kill(results / "whole")
    assert "it has no results yet; the same command goes on" in said(capsys, "verify", "whole")


@pytest.mark.parametrize(
    "name",
    ["summary.csv", "runs.parquet", "tables/kpis.parquet", "tables/flows.parquet", "sweep.csv", "timings.parquet"],
)
@pytest.mark.parametrize("how", ["flipped", "truncated", "lost"])
def test_damaged_files(results: Path, capsys: pytest.CaptureFixture[str], name: str, how: str) -> None:
    path = results / "whole" / name
    if how == "flipped":
        flip(path)
    elif how == "truncated":
        path.write_bytes(path.read_bytes()[:-20])
    else:
        path.unlink()
    shown = said(capsys, "verify", "whole", code=1)
    assert f"damaged  results/whole/{name}: " in shown
    assert "the same command puts the results together again" in shown


def test_tables_are_compared_with_the_runs_themselves(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where somebody has written other checksums as well."""
    folder = results / "whole"
    (folder / "checksums.sha256").unlink()
    table = pd.read_parquet(folder / "tables" / "market_month.parquet")

    plain = table.astype({"policy": "str"})
    changed = plain.assign(hhi=plain["hhi"].where(plain.index != 3, -1.0))
    without = plain[plain["policy"] != "lane"]
    for frame, words in (
        (changed, "the rows of base in world 0 are not those of the run"),
        (without, "lacks lane in world"),
        (pd.concat([plain, plain.assign(policy="more")]), "has rows of more in world"),
    ):
        write_parquet([to_arrow(frame, MARKET_MONTH)], MARKET_MONTH, folder / "tables" / "market_month.parquet")
        assert words in said(capsys, "verify", "whole", code=1)


def test_a_damaged_batch(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = min((results / "whole" / "parts").iterdir())
    count = len(pd.read_parquet(place / "runs.parquet"))
    flip(place / "kpis.parquet")
    shown = said(capsys, "verify", "whole", code=1)
    assert f"parts/{place.name}: kpis.parquet does not hold what was written; the runs in it are carried out" in shown
    assert f"parts: {count} runs of the results are not there; the same command runs them again" in shown


def test_a_lost_batch(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = min((results / "whole" / "parts").iterdir())
    count = len(pd.read_parquet(place / "runs.parquet"))
    shutil.rmtree(place)
    assert f"parts: {count} runs of the results are not there" in said(capsys, "verify", "whole", code=1)


def test_a_changed_manifest(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = json.loads((results / "whole" / "manifest.json").read_text(encoding="utf-8"))
    rewrite_manifest(results / "whole", scenario={**manifest["scenario"], "title": "other"})
    (results / "whole" / "checksums.sha256").unlink()
    shown = said(capsys, "verify", "whole", code=1)
    assert "manifest.json does not hold the scenario that its hash names" in shown
    rewrite_manifest(results / "whole", format_version=99)
    assert "in another format; run the study again" in said(capsys, "verify", "whole", code=1)


def test_half_written_results(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (results / "whole" / "manifest.json").unlink()
    assert "its results are half-written; the same command puts" in said(capsys, "verify", "whole", code=1)


def test_damage_is_mended_by_the_same_command(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (results / "whole" / "summary.csv").read_bytes()
    flip(next((results / "whole" / "parts").iterdir()) / "kpis.parquet")
    flip(results / "whole" / "summary.csv")
    said(capsys, "verify", "whole", code=1)
    study(results / "whole", sweep=SWEEP, run=SMALL, question="Does it pay?")
    assert "set aside as damaged" in said(capsys, "verify", "whole")
    assert (results / "whole" / "summary.csv").read_bytes() == before
