"""The stored form of tables: types, order of rows, and Parquet files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from tests.results.fake_market import scenario, simulate

from marketsim.results.columns import read_parquet, to_arrow, write_parquet
from marketsim.results.tables import FLOWS, RUNS, SEGMENT_MONTH


@pytest.fixture
def tables() -> dict[str, pd.DataFrame]:
    return simulate(scenario(), 0, "lane").tables


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with text instead of categories."""
    labels = frame.select_dtypes("category").columns
    return frame.astype(dict.fromkeys(labels, str))


def test_rows_are_sorted_by_key_whatever_their_order(tables: dict[str, pd.DataFrame]) -> None:
    frame = tables["segment_month"]
    shuffled = frame.sample(frac=1, random_state=2).astype({"tier": "category"})
    assert to_arrow(shuffled, SEGMENT_MONTH).equals(to_arrow(frame, SEGMENT_MONTH))
    keys = SEGMENT_MONTH.key_names()
    found = plain(to_arrow(shuffled, SEGMENT_MONTH).to_pandas())
    pd.testing.assert_frame_equal(found, plain(found.sort_values(keys, ignore_index=True)))


def test_a_table_without_rows_keeps_its_types(tables: dict[str, pd.DataFrame]) -> None:
    empty = pd.DataFrame(columns=FLOWS.column_names())
    assert to_arrow(empty, FLOWS).schema == to_arrow(tables["flows"], FLOWS).schema


def test_a_missing_or_unknown_column_is_named(tables: dict[str, pd.DataFrame]) -> None:
    with pytest.raises(ValueError, match=r"table flows: missing columns \['energy_mwh'\], unknown columns \['x'\]"):
        to_arrow(tables["flows"].rename(columns={"energy_mwh": "x"}), FLOWS)


def test_runs_hold_whole_numbers() -> None:
    frame = pd.DataFrame([("base", 0, "", "an id", "done", "", 60, 540, 500, "")], columns=RUNS.column_names())
    found = to_arrow(frame, RUNS).to_pandas()
    assert [str(found[name].dtype) for name in ("replication", "months", "customers", "agents")] == ["int64"] * 4


def test_parquet_keeps_values_and_sorts_categories(tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    frame = tables["segment_month"]
    write_parquet([to_arrow(frame, SEGMENT_MONTH)], SEGMENT_MONTH, tmp_path / "x.parquet")
    found = read_parquet(tmp_path / "x.parquet")
    pd.testing.assert_frame_equal(
        plain(found), frame.sort_values(SEGMENT_MONTH.key_names(), ignore_index=True), check_exact=True
    )
    assert list(found["retailer"].cat.categories) == ["Alpha", "Beta", "default supplier"]
    column = pq.ParquetFile(tmp_path / "x.parquet").metadata.row_group(0).column(0)
    assert column.compression == "ZSTD"


def test_row_groups_of_many_small_runs_are_joined(tmp_path: Path) -> None:
    parts = [to_arrow(simulate(scenario(), world).tables["flows"], FLOWS) for world in range(5)]
    write_parquet(iter(parts), FLOWS, tmp_path / "flows.parquet")
    file = pq.ParquetFile(tmp_path / "flows.parquet")
    assert (file.num_row_groups, file.metadata.num_rows) == (1, sum(part.num_rows for part in parts))
