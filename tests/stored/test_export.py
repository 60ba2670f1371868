"""`marketsim results export` as CSV and Parquet."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from tests.results.fake_market import VISIBILITY
from tests.results.studies import PROFIT, STAFF
from tests.stored.calls import kill, refused, rewrite_manifest, said


def test_csv_of_all_that_is_short(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "export", "whole", "--format", "csv", "--out", "out")
    names = {"summary", "checks", "ranking", "regret", "sweep", "sweep_points", "runs", "provenance"}
    assert {path.name for path in Path("out").iterdir()} == {f"{name}.csv" for name in names}
    for name in names - {"runs", "provenance"}:
        found, given = (pd.read_csv(place / f"{name}.csv") for place in (Path("out"), results / "whole"))
        pd.testing.assert_frame_equal(found, given)
    provenance = pd.read_csv("out/provenance.csv").set_index("item")["value"]
    manifest = json.loads((results / "whole" / "manifest.json").read_text(encoding="utf-8"))
    assert provenance["hash"] == manifest["hash"]
    assert provenance["seed"] == "1"


@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize("pruned", [False, True])
def test_key_figures_of_all_runs(results: Path, capsys: pytest.CaptureFixture[str], form: str, pruned: bool) -> None:
    if pruned:
        shutil.rmtree(results / "whole" / "parts")
    out = f"figures.{form}"
    said(capsys, "export", "whole", "--format", form, "--table", "kpis", "--kpi", PROFIT, "--out", out)
    frame = pd.read_csv(out, keep_default_na=False, na_values={"value": ""}) if form == "csv" else pd.read_parquet(out)
    assert set(frame["kpi"]) == {PROFIT}
    assert set(frame["unit"]) == {"CNY/year"}
    assert not frame.duplicated(["run", "policy", "check", "retailer", "segment", "tier"]).any()
    runs = pd.read_parquet(results / "whole" / "runs.parquet")
    assert frame["run"].nunique() == (6 if pruned else len(runs))
    own = frame[(frame[["retailer", "segment", "tier"]] == ["Alpha", "all", "all"]).all(axis=1)]
    main = own[own["check"].isin(["", None])].groupby("policy")["value"].mean()
    summary = pd.read_csv(results / "whole" / "summary.csv")
    rows = summary[(summary[["retailer", "segment", "tier"]] == ["Alpha", "all", "all"]).all(axis=1)]
    expected = rows[rows["kpi"] == PROFIT].set_index("policy")["mean"]
    pd.testing.assert_series_equal(main, expected, check_names=False, check_index_type=False, rtol=1e-9)


@pytest.mark.parametrize("name", ["alone", "whole"])
def test_key_figures_of_a_sweep_have_its_values(results: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """Also at the points whose runs are main runs of the study, as nothing differs there."""
    said(capsys, "export", name, "--format", "parquet", "--kpi", PROFIT, "--out", "out")
    frame = pd.read_parquet("out/kpis.parquet")
    own = frame[(frame[["retailer", "segment", "tier"]] == ["Alpha", "all", "all"]).all(axis=1)]
    own = own[~own["check"].str.endswith(("=low", "=high"))]
    lane = own[own["policy"] == "lane"].set_index([STAFF, VISIBILITY, "replication"])["value"].sort_index()
    base = own[own["policy"] == "base"].set_index([VISIBILITY, "replication"])["value"].sort_index()
    worlds = 4 if name == "alone" else 2
    assert (len(lane), len(base)) == (2 * 3 * worlds, 3 * worlds)
    points, effects = (pd.read_csv(results / name / f"{table}.csv") for table in ("sweep_points", "sweep"))
    values = points.pivot(index="point", columns="parameter", values="number")
    rows = effects[(effects["kpi"] == PROFIT) & (effects["tier"] == "all")].set_index("point")
    for point, (staff, visibility) in values[["staff", "visibility"]].iterrows():
        diff = (lane[staff, visibility] - base[visibility]).mean()
        assert rows.loc[point, "diff"] == pytest.approx(diff, rel=1e-9)


def test_values_under_policies(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What a policy sets itself is its value, whether or not a sweep changes it."""
    said(capsys, "export", "whole", "--format", "parquet", "--kpi", PROFIT, "--out", "out")
    frame = pd.read_parquet("out/kpis.parquet")
    values = {policy: set(rows[STAFF]) for policy, rows in frame.groupby("policy")}
    assert values == {"base": {1.0}, "lane": {1.0, 1.2}, "staff": {1.1}}


def test_monthly_tables(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "export", "whole", "--format", "parquet", "--table", "flows", "--table", "runs", "--out", "out")
    for name, given in {"flows": "tables/flows.parquet", "runs": "runs.parquet"}.items():
        expected = pd.read_parquet(results / "whole" / given)
        text = dict.fromkeys(expected.select_dtypes("category").columns, "str")
        pd.testing.assert_frame_equal(pd.read_parquet(f"out/{name}.parquet").astype(text), expected.astype(text))


def test_mistakes_write_nothing(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("out").mkdir()
    Path("out/summary.csv").write_text("mine")
    Path("x.csv").write_text("mine")
    for arguments, words in {
        ("--format", "xls"): "--format xls: must be csv, xlsx or parquet",
        ("--format", "csv", "--table", "prices"): "--table prices: there is no table prices",
        ("--format", "csv", "--kpi", "profits"): "--kpi profits: there is no key figure profits",
        ("--format", "csv", "--out", "out"): "out/summary.csv: exists already; nothing was written",
        ("--format", "csv", "--out", "x.csv"): "x.csv can hold one table, not",
        ("--format", "csv", "--table", "runs", "--out", "x.csv"): "x.csv: exists already",
        ("--format", "xlsx", "--out", "out"): "out is a folder; give a file",
        ("--format", "parquet", "--out", "x.csv"): "x.csv is a file; give a folder",
        ("--format", "csv", "--out", "results/whole/csv"): "whose contents the study replaces",
        ("--format", "csv", "--out", "x.csv/y"): "cannot write x.csv/y",
    }.items():
        assert words in refused(capsys, "export", "whole", *arguments)
    assert sorted(path.name for path in Path().iterdir()) == ["out", "results", "x.csv"]
    assert [path.name for path in Path("out").iterdir()] == ["summary.csv"]
    said(capsys, "export", "whole", "--format", "csv", "--out", "out", "--force")
    assert Path("out/summary.csv").read_bytes().startswith(b"policy,")


def test_broken_tables_leave_nothing_behind(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (results / "whole" / "tables" / "flows.parquet").write_bytes(b"PAR1")
    for form, out in (("csv", "out"), ("xlsx", "x.xlsx"), ("parquet", "x.parquet")):
        arguments = ("--format", form, "--table", "flows", "--out", out)
        assert "flows.parquet is missing or broken" in refused(capsys, "export", "whole", *arguments)
    assert [path.name for path in Path().iterdir()] == ["results"]


def test_results_of_another_version_are_refused(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rewrite_manifest(results / "whole", format_version=99)
    assert "in another format; run the study again" in refused(capsys, "export", "whole", "--format", "csv")


def test_runs_of_an_unfinished_study(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kill(results / "whole")
    said(capsys, "export", "whole", "--format", "parquet", "--kpi", PROFIT, "--out", "out")
    assert {path.stem for path in Path("out").iterdir()} == {"runs", "kpis", "provenance"}
    assert pd.read_parquet("out/kpis.parquet")["run"].nunique() == 32
