"""`marketsim compare` as a user meets it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from tests.markets import DATA
from tests.test_cli import call

from marketsim.experiments.study import run_study
from marketsim.scenario.loading import load_scenario

LIVELY = str(DATA / "lively.yaml")
PROFIT = ["--kpi", "profit_cny_per_year"]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which results/ holds two studies of the same worlds, and one of others."""
    folder = tmp_path_factory.mktemp("studies")
    for name, changes in (("one", {}), ("two", {"market.spot.innovation_sd": 0.01}), ("three", {"run.seed": 2})):
        run_study(load_scenario(LIVELY, changes), jobs=1, checks=False, out=folder / "results" / name)
    return folder


@pytest.fixture(autouse=True)
def _there(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)


def test_a_study_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("compare", "one", *PROFIT) == 0
    shown = capsys.readouterr().out
    assert "difference to base, 95 % interval" in shown
    assert "cheaper" in shown
    assert "is not the same study" not in shown


def test_two_studies_and_their_files(capsys: pytest.CaptureFixture[str], root: Path) -> None:
    assert call("compare", "results/one:cheaper", "two:cheaper", "three", *PROFIT, "--out", root / "out") == 0
    shown = capsys.readouterr().out
    assert "two is not the same study as results/one: other scenario hash" in " ".join(shown.split())
    assert "market.spot.innovation_sd: " in shown
    assert "three:cheaper (unpaired)" in shown
    with (root / "out" / "comparison.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["side"] for row in rows][:2] == ["one:cheaper", "two:cheaper"]
    assert {row["pairing"] for row in rows} == {"reference", "paired", "unpaired"}
    assert {path.name for path in (root / "out").iterdir()} == {"comparison.csv", "comparison.png", "comparison.svg"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["four"], "four: there is no results folder of that name; below results there are: one, three, two"),
        (["one", "two:chaper"], "two:chaper: there is no policy chaper; there are base, nothing"),
        (["one", "two", "--kpi", "profits"], "--kpi profits: there is no key figure profits"),
        (["one", "--retailer", "Alfa"], "there is no retailer Alfa"),
        (["one:base"], "name another study, or another policy"),
        (["one", *PROFIT, "--out", "results/one/manifest.json"], "cannot write to results/one/manifest.json"),
    ],
)
def test_mistakes(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("compare", *arguments) == 1
    assert words in capsys.readouterr().err
