"""What is stored can be read without marketsim: DuckDB and pandas get the numbers of the summary."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest
from tests.results.studies import PROFIT, SWEEP, study

MEANS = """
    SELECT r.policy, k.retailer, k.segment, k.tier, k.kpi, count(k.value) AS n, avg(k.value) AS mean
    FROM runs r JOIN (SELECT DISTINCT * FROM kpis) k USING (run)
    WHERE r."check" = '' AND NOT isnan(k.value)
    GROUP BY ALL
"""
DIFFERENCES = """
    SELECT p.policy, avg(p.value - b.value) AS diff
    FROM kpis p JOIN kpis b USING (replication, retailer, segment, tier, kpi)
    WHERE b.policy = 'base' AND p.policy <> 'base'
      AND kpi = ? AND retailer = 'Alpha' AND segment = 'all' AND tier = 'all'
    GROUP BY ALL
"""
KEYS = ["policy", "retailer", "segment", "tier", "kpi"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results") / "study"
    study(folder, sweep=SWEEP, run={"replications": 3, "check_replications": 1})
    return folder


@pytest.fixture(scope="module")
def summary(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "summary.csv", keep_default_na=False, na_values=[""])


def check_means(found: pd.DataFrame, summary: pd.DataFrame) -> None:
    """Check counts and means of every key figure that has a value in some world."""
    expected = summary[summary["mean"].notna()].set_index(KEYS)[["n", "mean"]].sort_index()
    computed = found.astype(dict.fromkeys(KEYS, "str")).set_index(KEYS)[["n", "mean"]].sort_index()
    expected = expected[expected.index.isin(computed.index)]
    assert len(expected) > 2000
    pd.testing.assert_frame_equal(computed.loc[expected.index], expected, check_dtype=False, rtol=1e-9, atol=1e-9)


def test_duckdb_reads_the_runs_as_they_are_stored(folder: Path, summary: pd.DataFrame) -> None:
    base = duckdb.connect()
    base.execute(f"CREATE VIEW runs AS SELECT * FROM '{folder}/runs.parquet'")
    base.execute(f"CREATE VIEW kpis AS SELECT * FROM '{folder}/parts/*/kpis.parquet'")
    check_means(base.execute(MEANS).df(), summary)


def test_duckdb_reads_batches_by_themselves(folder: Path, summary: pd.DataFrame) -> None:
    """The runs of a batch have the labels under which they were carried out."""
    base = duckdb.connect()
    base.execute(f"CREATE VIEW runs AS SELECT * FROM '{folder}/parts/*/runs.parquet' WHERE tiers_of = ''")
    base.execute(f"CREATE VIEW kpis AS SELECT * FROM '{folder}/parts/*/kpis.parquet'")
    check_means(base.execute(MEANS).df(), summary)


def test_pandas_reads_the_runs_as_they_are_stored(folder: Path, summary: pd.DataFrame) -> None:
    kpis, runs = (
        pd.concat([pd.read_parquet(path) for path in folder.glob(f"parts/*/{name}.parquet")])
        for name in ("kpis", "runs")
    )
    rows = runs[runs["check"] == ""].merge(kpis.astype({"run": "str"}), on="run")
    check_means(rows.groupby(KEYS, observed=True)["value"].agg(n="count", mean="mean").reset_index(), summary)


def test_duckdb_reads_the_tables(folder: Path, summary: pd.DataFrame) -> None:
    base = duckdb.connect()
    base.execute(f"CREATE VIEW kpis AS SELECT * FROM '{folder}/tables/kpis.parquet'")
    found = base.execute(DIFFERENCES, [PROFIT]).df().set_index("policy")["diff"]
    rows = summary[(summary["kpi"] == PROFIT) & (summary["retailer"] == "Alpha") & (summary["tier"] == "all")]
    expected = rows[(rows["segment"] == "all") & (rows["policy"] != "base")].set_index("policy")["diff"]
    assert found.to_dict() == pytest.approx(expected.to_dict(), rel=1e-9)


def test_duckdb_finds_the_points_of_a_sweep(folder: Path) -> None:
    """What is changed in a run stands in the table of runs; where nothing is, as at .5, the run is a main run."""
    query = """
        SELECT json_extract(r.changes, '$."behaviour.fairness.visibility"')::DOUBLE AS visibility, avg(k.value) AS mean
        FROM runs r JOIN kpis k USING (run)
        WHERE r."check" LIKE 'envy %' AND r.policy = 'base' AND k.kpi = ?
          AND k.retailer = 'Alpha' AND k.segment = 'all' AND k.tier = 'all'
        GROUP BY ALL ORDER BY visibility
    """
    base = duckdb.connect()
    base.execute(f"CREATE VIEW runs AS SELECT * FROM '{folder}/runs.parquet'")
    base.execute(f"CREATE VIEW kpis AS SELECT * FROM '{folder}/parts/*/kpis.parquet'")
    found = base.execute(query, [PROFIT]).df().set_index("visibility")["mean"]
    sweep, points = (pd.read_csv(folder / f"{name}.csv") for name in ("sweep", "sweep_points"))
    values = points[points["parameter"] == "visibility"].set_index("point")["number"]
    rows = sweep[(sweep["kpi"] == PROFIT) & (sweep["tier"] == "all")]
    expected = rows.assign(visibility=rows["point"].map(values)).groupby("visibility")["base"].mean().drop(0.5)
    assert found.to_dict() == pytest.approx(expected.to_dict(), rel=1e-9)


@pytest.mark.parametrize("number", [0, 1])
def test_the_queries_of_the_documentation(folder: Path, number: int) -> None:
    text = (Path(__file__).parents[2] / "docs" / "results.md").read_text(encoding="utf-8")
    query = text.split("```sql")[1 + number].split("```")[0].replace("results/vip_lane", str(folder))
    found = duckdb.sql(query).df()
    assert set(found["policy"]) >= {"lane", "staff"}
    assert found.select_dtypes("float")[["diff" if number == 0 else "mean"]].notna().all().all()
