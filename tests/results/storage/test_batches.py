"""Batches of runs: complete or not there, each run readable by itself, and known by its checksums."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.results.fake_market import scenario, simulate

from marketsim.errors import ResultsError
from marketsim.results.columns import arrow_schema
from marketsim.results.metrics import kpis
from marketsim.results.storage.batches import BATCH_FORMAT, INDEX, RUN, BatchWriter, Record, batch_schema, read_batch
from marketsim.results.tables import KPIS_TABLE, RUN_TABLES

NAMES = ["kpis", *(table.name for table in RUN_TABLES)]


def tables_of(world: int, policy: str = "base", *, monthly: bool = True) -> dict[str, pd.DataFrame]:
    """Return the tables of a made-up run."""
    result = simulate(scenario(), world, policy)
    return {"kpis": kpis(result, scenario()), **(result.tables if monthly else {})}


def put(parts: Path, *records: Record) -> Path:
    """Write a batch of made-up runs and return its folder; failed ones have no tables."""
    before = set(parts.glob("*")) if parts.exists() else set()
    with BatchWriter(parts) as batch:
        for record in records:
            done = record.status == "done"
            batch.add(record, tables_of(record.replication, record.policy, monthly=record.monthly) if done else {})
        batch.commit()
    (place,) = set(parts.glob("*")) - before
    return place


def record(run: str, world: int = 0, policy: str = "base", **values: Any) -> Record:
    return Record(run, "done", monthly=True, policy=policy, replication=world, months=8, host="here", **values)


def test_what_is_added_comes_back(tmp_path: Path) -> None:
    given = [record("a"), record("b", 1, "lane", check="x=low", changes='{"x": 1}'), Record("c", "failed", "no luck")]
    place = put(tmp_path / "parts", *given)
    batch = read_batch(place)
    assert batch.records() == given
    assert batch.runs == (("a", "done", True), ("b", "done", True), ("c", "failed", False))
    assert batch.fault() == ""
    assert sorted(path.name for path in place.iterdir()) == sorted(
        [INDEX, "runs.parquet", *(f"{name}.parquet" for name in NAMES)]
    )
    assert set(batch.groups["kpis"]) == {"a", "b"}


def test_every_run_is_a_row_group_of_its_own_with_its_id(tmp_path: Path) -> None:
    place = put(tmp_path / "parts", record("a"), record("b", 1, "lane"))
    for table in (KPIS_TABLE, *RUN_TABLES):
        file = pq.ParquetFile(place / f"{table.name}.parquet")
        assert file.schema_arrow.equals(batch_schema(table))
        assert file.metadata.num_row_groups == 2
        for run, group in read_batch(place).groups[table.name].items():
            rows = file.read_row_group(group).to_pandas()
            assert set(rows[RUN]) == {run}
            given = tables_of(*((0, "base") if run == "a" else (1, "lane")))[table.name]
            keys = [name for name in table.key_names() if name not in ("policy", "replication")]
            expected = given.sort_values(keys, ignore_index=True)[rows.columns[1:].tolist()]
            text = dict.fromkeys(rows.select_dtypes("category").columns.drop(RUN), "str")
            pd.testing.assert_frame_equal(
                rows.drop(columns=RUN).astype(text), expected.astype(text), check_exact=True, check_index_type=False
            )


def test_a_batch_leaves_out_what_a_study_gives_a_run() -> None:
    for table in (KPIS_TABLE, *RUN_TABLES):
        names = batch_schema(table).names
        assert names[0] == RUN
        assert {"policy", "replication"} & set(names) == set()
        assert set(names[1:]) == set(arrow_schema(table).names) - {"policy", "replication"}


def test_without_commit_nothing_is_left(tmp_path: Path) -> None:
    with BatchWriter(tmp_path) as batch:
        batch.add(record("a"), tables_of(0))
        assert [path.name[-8:] for path in tmp_path.iterdir()] == [".partial"]
    assert list(tmp_path.iterdir()) == []


def test_a_batch_without_runs_is_not_written(tmp_path: Path) -> None:
    with BatchWriter(tmp_path / "parts") as batch:
        batch.commit()
    assert not (tmp_path / "parts").exists()


def test_a_run_with_wrong_columns_is_refused_and_the_others_stay(tmp_path: Path) -> None:
    with BatchWriter(tmp_path) as batch:
        batch.add(record("a"), tables_of(0))
        broken = {**tables_of(1), "flows": tables_of(1)["flows"].drop(columns="customers")}
        with pytest.raises(ValueError, match="table flows: missing columns"):
            batch.add(record("b", 1), broken)
        assert len(batch) == 1
        batch.add(record("c", 2), tables_of(2))
        batch.commit()
    (place,) = tmp_path.iterdir()
    assert [run for run, _, _ in read_batch(place).runs] == ["a", "c"]
    assert all(set(groups) == {"a", "c"} for groups in read_batch(place).groups.values())


@pytest.mark.parametrize("name", ["kpis.parquet", "runs.parquet", "market_month.parquet"])
def test_damage_is_found(tmp_path: Path, name: str) -> None:
    place = put(tmp_path, record("a"))
    content = (place / name).read_bytes()
    (place / name).write_bytes(content[:-7])
    assert read_batch(place).fault(deep=False) == f"{name} has {len(content) - 7} bytes instead of {len(content)}"
    for position in (0, len(content) // 2, len(content) - 1):
        flipped = bytearray(content)
        flipped[position] ^= 1
        (place / name).write_bytes(flipped)
        assert read_batch(place).fault(deep=False) == ""
        assert read_batch(place).fault() == f"{name} does not hold what was written"
    (place / name).unlink()
    assert read_batch(place).fault() == f"{name} cannot be read: No such file or directory"


@pytest.mark.parametrize(
    ("index", "message"),
    [
        (None, "cannot be read: No such file"),
        ("", "does not hold what was written"),
        ('{"format": 1, "runs": [["a"', "does not hold what was written"),
        ("\udcff\x00", "does not hold what was written"),
        ("[]", "is of another version"),
        ({"format": BATCH_FORMAT + 1}, "is of another version"),
        ({"format": BATCH_FORMAT, "runs": [], "groups": {}, "files": {}}, "does not hold what was written"),
    ],
)
def test_what_is_wrong_with_an_index_is_said(tmp_path: Path, index: Any, message: str) -> None:
    place = put(tmp_path, record("a"))
    (place / INDEX).unlink()
    if index is not None:
        text = index if isinstance(index, str) else json.dumps(index)
        (place / INDEX).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ValueError, match=f"{INDEX} {message}"):
        read_batch(place)


def test_an_index_that_names_other_row_groups_is_damaged(tmp_path: Path) -> None:
    place = put(tmp_path, record("a"), record("b", 1))
    text = (place / INDEX).read_text()
    (place / INDEX).write_text(text.replace('"kpis":{"a":0,"b":1}', '"kpis":{"a":1,"b":0}'))
    assert (place / INDEX).read_text() != text
    with pytest.raises(ValueError, match="does not hold what was written"):
        read_batch(place)


def write_two(parts: Path) -> None:
    with BatchWriter(parts) as batch:
        batch.add(record("a"), tables_of(0))
        batch.add(record("b", 1), tables_of(1))
        batch.commit()


@pytest.mark.parametrize("place", ["write_table", "ParquetWriter.write_table", "ParquetWriter.close"])
@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
        (pa.ArrowInvalid("cut"), "cut"),
    ],
)
def test_a_full_disk_is_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, error: Exception, reason: str
) -> None:
    def full(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(f"marketsim.results.storage.batches.pq.{place}", full)
    with pytest.raises(ResultsError, match=rf"cannot write to .*: {reason}\. What finished before is stored"):
        write_two(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_was_added_in_part_is_not_committed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = scenario()
    run = simulate(given, 0)

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with BatchWriter(tmp_path) as batch:
        batch.add(Record("a" * 64, "done"), {"kpis": kpis(run, given)})
        monkeypatch.setattr(pq.ParquetWriter, "write_table", interrupted)
        with pytest.raises(KeyboardInterrupt):
            batch.add(Record("b" * 64, "done"), {"kpis": kpis(run, given)})
        batch.commit()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("code", "said"), [(errno.ENOSPC, "make room"), (errno.EIO, "mend that")])
def test_a_disk_that_is_full_when_it_is_flushed_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, said: str
) -> None:
    def refuse(_: int) -> None:
        raise OSError(code, "the disk has not kept it")

    monkeypatch.setattr("marketsim.results.storage.batches.os.fsync", refuse)
    with pytest.raises(ResultsError, match=f"the disk has not kept it.*{said}"):
        put(tmp_path / "parts", record("a"))
    assert list((tmp_path / "parts").iterdir()) == []


def test_a_disk_that_cannot_be_flushed_is_used_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> None:
        raise OSError(errno.EINVAL, "no such thing here")

    monkeypatch.setattr("marketsim.results.storage.batches.os.fsync", refuse)
    assert read_batch(put(tmp_path / "parts", record("a"))).fault() == ""
