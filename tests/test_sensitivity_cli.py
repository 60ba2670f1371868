"""`marketsim sensitivity`: on sweeps, on assumption checks, and on folders that have neither."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
import typer
from tests import sweeps
from tests.reporting import sweep_folders as made
from tests.reporting.synthetic import LANES, result_of, study_of
from typer.testing import CliRunner

from marketsim.cli.sensitivity import sensitivity, show_sensitivity
from marketsim.errors import ResultsError
from marketsim.reporting.sensitivity_view import Request, Stored, tell, used_values
from marketsim.results.sensitivity.outcomes import LEVER


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    width = sweeps.grid({"width": [1, 5], "envy": [0, 0.5, 1]}, width=LEVER)
    plans = {
        "sobol": (sweeps.sobol(16, made.RANGES), made.drawn, {}),
        "grid": (width, lambda w, e: made.lane(w, 1.0, e), {"policies": ("lane_5", "lane_20")}),
    }
    place = tmp_path_factory.mktemp("results") / "sweeps"
    return made.write_folder(place, made.tables(plans), {name: plan.design for name, (plan, _, _) in plans.items()})


def test_tables_and_charts_are_written_and_told(folder: Path, tmp_path: Path) -> None:
    app = typer.Typer()
    app.command()(sensitivity)
    done = CliRunner().invoke(app, [str(folder), "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    table = pd.read_csv(tmp_path / "sensitivity.csv", keep_default_na=False)
    assert set(table["name"]) == {"sobol", "grid"}
    assert set(table["method"]) == {"sobol", "variance"}
    overturn = pd.read_csv(tmp_path / "overturning.csv")
    assert list(overturn.loc[overturn["name"] == "grid", "policy"]) == ["lane_5", "lane_20"]
    assert (tmp_path / "charts" / "sensitivity_1_variance.png").exists()
    assert "share of the differences" in done.output or "explains most" in done.output
    assert not list(tmp_path.glob(".sensitivity-*")), "nothing half-written is left"


def test_what_is_asked_for_is_all_that_is_told(folder: Path, tmp_path: Path) -> None:
    show_sensitivity(folder, Request(sweep="grid", policy="lane_20"), tmp_path)
    table = pd.read_csv(tmp_path / "sensitivity.csv", keep_default_na=False)
    assert set(zip(table["name"], table["policy"], strict=True)) == {("grid", "lane_20")}


def test_the_level_of_the_base_has_no_tornado(folder: Path, tmp_path: Path) -> None:
    show_sensitivity(folder, Request(sweep="sobol", of="base"), tmp_path)
    assert set(pd.read_csv(tmp_path / "sensitivity.csv")["policy"]) == {"base"}
    assert not (tmp_path / "overturning.csv").exists()


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (Request(sweep="gird"), "there is no sweep gird; there are"),
        (Request(sweep="grid", policy="lane_7"), "there is no policy lane_7; there are"),
        (Request(kpi="profit"), "there is no key figure profit"),
        (Request(retailer="Omega"), "there is no retailer Omega"),
        (Request(tier="key"), "there is no tier key"),
    ],
)
def test_unknown_names_are_said_and_nothing_is_written(
    folder: Path, tmp_path: Path, request_: Request, words: str
) -> None:
    with pytest.raises(ResultsError, match=words):
        show_sensitivity(folder, request_, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_design_that_tells_nothing_is_refused(tmp_path: Path) -> None:
    plan = sweeps.sobol(4, made.RANGES)
    few = sweeps.Plan("sobol", plan.values, dict.fromkeys(made.RANGES, LEVER), plan.coordinates)
    place = made.write_folder(tmp_path / "few", made.tables({"few": (few, made.drawn, {})}), {"few": "sobol"})
    with pytest.raises(ResultsError, match="few has 4 complete blocks of 4; Sobol indices need at least 16"):
        show_sensitivity(place, Request(), None)


def test_a_folder_that_cannot_be_written_is_said(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ResultsError, match="cannot write to"):
        show_sensitivity(folder, Request(sweep="grid"), tmp_path / "file")


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Stored:
    study = study_of(LANES, months=36, replications=5)
    result = result_of(study, LANES, Path(tmp_path_factory.mktemp("checked")))
    return Stored(result.folder, result.manifest, {}, result.checks, result.summary)


def test_the_checks_of_a_study_are_a_tornado(checked: Stored) -> None:
    told = tell(checked, Request(policy="lane_5"))
    assert len(told) == 1
    rows = told[0].found.overturn
    assert list(rows["parameter"]) == list(study_of(LANES).assumptions)
    main = checked.summary
    main = main[(main["policy"] == "lane_5") & (main["retailer"] == "Alpha") & (main["kpi"] == sweeps.PROFIT)]
    assert told[0].centre[0] == main[(main["segment"] == "all") & (main["tier"] == "all")]["diff"].item()
    charts = list(told[0].charts())
    assert [chart.name for chart in charts] == ["sensitivity_checks_1_tornado"]
    assert "assumption checks" in charts[0].figure.get_supxlabel()


def test_all_policies_of_the_checks_are_told_by_default(checked: Stored) -> None:
    assert [item.found.sweep.policy for item in tell(checked, Request())] == list(LANES)
    with pytest.raises(ResultsError, match="there is no policy lane_7"):
        tell(checked, Request(policy="lane_7"))
    with pytest.raises(ResultsError, match="holds no sweep; there are assumption checks, which need no --sweep"):
        tell(checked, Request(sweep="grid"))


def test_a_folder_with_neither_is_refused(checked: Stored) -> None:
    empty = Stored(checked.folder, checked.manifest, {}, checked.checks.iloc[:0], checked.summary)
    with pytest.raises(ResultsError, match="neither a sweep nor assumption checks"):
        tell(empty, Request())


def test_the_value_of_an_assumption_is_read_from_the_scenario() -> None:
    scenario = json.loads('{"a": {"b": [{"c": 2.5}], "d": true, "e": "x"}}')
    assert used_values(scenario, ["a.b.0.c", "a.d", "a.e", "a.x", "a.b.7.c", "z"]) == {"a.b.0.c": 2.5}
