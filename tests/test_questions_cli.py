"""`marketsim break-even` and `marketsim ladder` as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from tests.markets import DATA
from tests.test_cli import call

LIVELY = str(DATA / "lively.yaml")
PRICE = "retailers.Alpha.offers.year.price_cny_per_mwh"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--policy", "chaper", "--path", PRICE, "--range", "470", "490"], "there is no policy chaper"),
        (["--policy", "cheaper", "--path", f"{PRICE}s", "--range", "470", "490"], "did you mean price_cny_per_mwh?"),
        (["--policy", "cheaper", "--path", PRICE, "--range", "470", "1e9"], "must be between"),
        (
            ["--policy", "cheaper", "--path", PRICE, "--range", "490", "470"],
            "the low value must be less than the high one",
        ),
        (["--policy", "cheaper", "--path", PRICE], "--range\n         is missing"),
        (["--policy", "cheaper"], "--path\n         is missing"),
        (["--policy", "cheaper", "--path", "focus", "--range", "0", "1"], "is not a number"),
        (
            ["--policy", "cheaper", "--path", "retailers.Alpha.tier_review_months", "--range", "1", "3"],
            "whole numbers only",
        ),
        (
            ["--policy", "cheaper", "--path", PRICE, "--range", "470", "490", "--kpi", "profits"],
            "no key figure profits",
        ),
        (["--policy", "cheaper", "--path", PRICE, "--range", "470", "490", "--retailer", "Alfa"], "no retailer Alfa"),
        ([], "the scenario asks for no break-even value"),
    ],
)
def test_mistakes_are_told_before_anything_runs(
    arguments: list[str],
    words: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("break-even", LIVELY, *arguments) == 2
    assert words in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--policy", "chaper"], "there is no policy chaper"),
        (
            ["--set", "behaviour.fairness.enabled=false", "--set", "behaviour.complaints.enabled=false"],
            "none of the mechanisms is on",
        ),
    ],
)
def test_mistakes_on_a_ladder(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert call("ladder", LIVELY, *arguments, "--jobs", "1", "--out", tmp_path / "x") == 2
    assert words in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_a_break_even_of_the_real_market(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    question = ["--policy", "cheaper", "--path", PRICE, "--range", "470", "500"]
    assert call("break-even", LIVELY, *question, "--jobs", "1", "--out", tmp_path / "x") == 0
    shown = capsys.readouterr().out
    row = pd.read_csv(tmp_path / "x" / "break_even.csv").iloc[0]
    points = pd.read_csv(tmp_path / "x" / "break_even_points.csv")
    assert {470.0, 477.5, 485.0, 492.5, 500.0} <= set(points["value"])
    assert (row["policy"], row["path"], row["worlds"]) == ("cheaper", PRICE, 2)
    assert "Profit of Alpha, cheaper against base" in shown
    assert json.loads((tmp_path / "x" / "manifest.json").read_text(encoding="utf-8"))["status"] == "complete"
    nearest = points.iloc[(points["value"] - 490.0).abs().argmin()]
    assert abs(nearest["diff"]) < points["diff"].abs().max(), "490 is the price of the base"


def test_a_ladder_of_the_real_market(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert call("ladder", LIVELY, "--policy", "lane", "--jobs", "1", "--out", tmp_path / "x") == 0
    found = pd.read_csv(tmp_path / "x" / "ladder.csv")
    assert list(found["mechanism"].dropna().unique()) == ["fairness", "complaints"]
    assert {path.name for path in (tmp_path / "x").iterdir()} == {
        *("ladder.csv", "ladder.png", "ladder.svg", "manifest.json", "checksums.sha256"),
        *("runs.parquet", "timings.parquet", "parts", "work", ".lock"),
    }
    whole = found[(found["rung"] == 2)].set_index("kpi")
    without = found[(found["rung"] == 4)].set_index("kpi")
    assert (whole["diff"] - without["diff"]).to_numpy() == pytest.approx(without["adds"].to_numpy(), rel=1e-6, abs=1e-6)
    assert "+ complaints" in capsys.readouterr().out
