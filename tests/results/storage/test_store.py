"""What is written is what is read."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from tests.results.fake_market import VISIBILITY, scenario, simulate

from marketsim.errors import ResultsError
from marketsim.results.columns import to_arrow
from marketsim.results.manifest import build
from marketsim.results.metrics import kpis
from marketsim.results.statistics.checks import check_differences, check_label
from marketsim.results.statistics.compare import summarise
from marketsim.results.storage.csv_tables import write_csv
from marketsim.results.storage.store import Contents, StudyResult, load, write
from marketsim.results.tables import KPIS_TABLE, RUN_TABLES, RUNS, SUMMARY_COLUMNS, Table

KEYS = [("base", 0), ("base", 1), ("lane", 0), ("lane", 1)]


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[StudyResult, Contents]:
    folder, given = tmp_path_factory.mktemp("study"), scenario()
    runs = [simulate(given, world, policy) for policy, world in KEYS]
    found = pd.concat([kpis(run, given) for run in runs], ignore_index=True)
    rows = [(*key, "", f"id {place}", "done", "", 18, 540, 540, "") for place, key in enumerate(KEYS)]
    contents = Contents(
        manifest=build(given, status="complete", policies=("lane",), counts={"done": 4}, command=""),
        runs=pd.DataFrame(rows, columns=RUNS.column_names()),
        timings=pd.DataFrame({"policy": ["base"], "replication": [0], "check": [""], "seconds": [0.5]}),
        summary=summarise(found),
        checks=check_differences({check_label(VISIBILITY, "low"): found}, {VISIBILITY: (0.0, 1.0)}, "Alpha"),
    )
    figures = [{KPIS_TABLE.name: kpis(run, given)} for run in runs]

    def rows_of(table: Table) -> Iterator[pa.Table]:
        for run, own in zip(runs, figures, strict=True):
            yield to_arrow({**run.tables, **own}[table.name], table)

    write(folder, contents, rows_of)
    return load(folder), contents


def test_files(stored: tuple[StudyResult, Contents]) -> None:
    folder = stored[0].folder
    assert sorted(path.name for path in folder.iterdir()) == [
        *("checks.csv", "checksums.sha256", "manifest.json", "runs.parquet", "summary.csv", "tables"),
        "timings.parquet",
    ]
    names = {path.stem for path in (folder / "tables").iterdir()}
    assert names == {table.name for table in (*RUN_TABLES, KPIS_TABLE)}


def test_everything_comes_back(stored: tuple[StudyResult, Contents]) -> None:
    result, contents = stored
    assert result.manifest == contents.manifest
    for found, given in (
        (result.runs, contents.runs),
        (result.timings, contents.timings),
    ):
        labels = dict.fromkeys(found.select_dtypes("category").columns, str)
        pd.testing.assert_frame_equal(found.astype(labels), given.astype(labels), check_exact=True)
    for found, given in ((result.summary, contents.summary), (result.checks, contents.checks)):
        pd.testing.assert_frame_equal(found, given, check_exact=False, rtol=1e-9, check_dtype=False)
    assert list(result.summary.columns) == list(SUMMARY_COLUMNS)
    assert result.summary["n"].dtype == np.int64


def test_key_figures_come_back_when_they_are_asked_for(stored: tuple[StudyResult, Contents]) -> None:
    expected = pd.concat([kpis(simulate(scenario(), world, policy), scenario()) for policy, world in KEYS])
    labels = dict.fromkeys(("policy", "retailer", "segment", "tier", "kpi"), str)
    found = stored[0].kpis.astype(labels)
    pd.testing.assert_frame_equal(found, expected.astype(labels).reset_index(drop=True), check_exact=True)


def test_tables_hold_every_run_in_canonical_order(stored: tuple[StudyResult, Contents]) -> None:
    for table in RUN_TABLES:
        frame = stored[0].table(table.name)
        expected = pd.concat([simulate(scenario(), world, policy).tables[table.name] for policy, world in KEYS])
        labels = dict.fromkeys(frame.select_dtypes("category").columns, str)
        assert list(labels) == [
            name for name in table.key_names() if name not in ("replication", "month", "customers_pct")
        ]
        ordered = expected.sort_values(table.key_names(), ignore_index=True)
        pd.testing.assert_frame_equal(frame.astype(labels), ordered, check_exact=True)


def test_an_unknown_or_a_lost_table_is_said(stored: tuple[StudyResult, Contents], tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="there is no table prices; there are market_month, "):
        stored[0].table("prices")
    elsewhere = StudyResult(tmp_path, {}, *(pd.DataFrame() for _ in range(4)))
    with pytest.raises(ResultsError, match=r"flows\.parquet is missing or broken"):
        elsewhere.table("flows")


def test_a_broken_folder_is_said(stored: tuple[StudyResult, Contents], tmp_path: Path) -> None:
    manifest = (stored[0].folder / "manifest.json").read_text(encoding="utf-8")
    (tmp_path / "manifest.json").write_text(manifest, encoding="utf-8")
    (tmp_path / "runs.parquet").write_bytes(b"not parquet")
    with pytest.raises(ResultsError, match=r"runs\.parquet is missing or broken"):
        load(tmp_path)


def test_csv_has_fixed_digits_and_line_ends(tmp_path: Path) -> None:
    frame = pd.DataFrame({"policy": ["基准", "NA"], "n": [3, 4], "mean": [1 / 3, math.nan], "diff": [-0.0, 1e20]})
    write_csv(frame, tmp_path / "x.csv")
    expected = "policy,n,mean,diff\n基准,3,0.3333333333,0\nNA,4,,1e+20\n"
    assert (tmp_path / "x.csv").read_bytes() == expected.encode("utf-8")


def test_a_retailer_called_na_is_no_missing_value(stored: tuple[StudyResult, Contents], tmp_path: Path) -> None:
    result, contents = stored
    named = contents.summary.assign(retailer="NA")
    for path in result.folder.iterdir():
        if path.is_file():
            (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "kpis.parquet").write_bytes((result.folder / "tables" / "kpis.parquet").read_bytes())
    write_csv(named, tmp_path / "summary.csv")
    assert set(load(tmp_path).summary["retailer"]) == {"NA"}
