"""The runs of a study on disk: found again, never lost to damage, shared and removed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from tests.results.storage.test_batches import put, record, tables_of

from marketsim.errors import ResultsError
from marketsim.results.columns import to_arrow
from marketsim.results.storage.batches import Record
from marketsim.results.storage.run_store import RunStore, labelled, sibling_stores
from marketsim.results.tables import FLOWS, KPIS_TABLE, MARKET_MONTH, RUN_TABLES

PLAIN = replace(record("c", 2), monthly=False)


def kpi_rows(store: RunStore, run: str) -> int:
    return sum(rows.num_rows for _, rows in store.rows(KPIS_TABLE, [run]))


def same(one: pa.Table, other: pa.Table) -> bool:
    """Return whether tables are equal bit for bit, missing values included."""
    assert one.schema.equals(other.schema)
    return bool(one.to_pandas().astype("str").equals(other.to_pandas().astype("str")))


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_store_need_not_exist(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "study")
    assert (len(store), list(store), store.status("a"), store.batches(), store.left_behind()) == (0, [], "", 0, [])
    assert store.remove([]) == 0
    assert list(tmp_path.iterdir()) == []


def test_what_is_stored(tmp_path: Path) -> None:
    put(tmp_path / "parts", record("a"), record("b", 1, "lane"))
    put(tmp_path / "parts", PLAIN, Record("d", "failed", "no luck"))
    store = RunStore(tmp_path)
    assert (sorted(store), len(store), store.batches()) == (["a", "b", "c", "d"], 4, 2)
    assert [store.status(run) for run in "abcdx"] == ["done", "done", "done", "failed", ""]
    assert [store.status(run, monthly=True) for run in "abcdx"] == ["done", "done", "", "failed", ""]
    assert store.records(["b", "d", "x"]) == {"b": record("b", 1, "lane"), "d": Record("d", "failed", "no luck")}


def test_rows_of_runs_in_the_order_asked_for(tmp_path: Path) -> None:
    put(tmp_path / "parts", record("a"), record("b", 1, "lane"))
    put(tmp_path / "parts", PLAIN)
    store = RunStore(tmp_path)
    found = dict(store.rows(KPIS_TABLE, ["c", "x", "b", "a"]))
    assert list(found) == ["c", "b", "a"]
    assert [run for run, _ in store.rows(MARKET_MONTH, ["c", "b"])] == ["b"]
    for run, (world, policy) in {"a": (0, "base"), "b": (1, "lane"), "c": (2, "base")}.items():
        expected = to_arrow(tables_of(world, policy)["kpis"], KPIS_TABLE).to_pandas()
        rows = labelled(found[run], KPIS_TABLE, policy, world).to_pandas()
        pd.testing.assert_frame_equal(
            rows.astype({"kpi": "str"}), expected.astype({"kpi": "str"}), check_categorical=False
        )


def test_more_files_than_are_kept_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marketsim.results.storage.run_store._OPEN_FILES", 2)
    for world in range(4):
        put(tmp_path / "parts", record(str(world), world))
    store = RunStore(tmp_path)
    order = ["0", "1", "2", "3", "0", "2"]
    rows = [rows.drop_columns("run") for _, rows in store.rows(KPIS_TABLE, order)]
    assert [[same(one, other) for other in rows].count(True) for one in rows] == [2, 1, 2, 1, 2, 2]


def test_batches_that_are_added_later_are_seen_on_refresh(tmp_path: Path) -> None:
    put(tmp_path / "parts", record("a"))
    store = RunStore(tmp_path)
    put(tmp_path / "parts", record("b", 1))
    assert store.status("b") == ""
    store.refresh()
    assert store.status("b") == "done"


@pytest.mark.parametrize("order", ["first", "second"])
def test_done_outweighs_failed_and_monthly_tables_outweigh_none(tmp_path: Path, order: str) -> None:
    batches = [[Record("a", "failed", "no luck"), replace(record("b"), monthly=False)], [record("a"), record("b")]]
    for number, records in enumerate(batches if order == "first" else batches[::-1]):
        put(tmp_path / "parts", *records).rename(tmp_path / "parts" / f"batch{number}")
    store = RunStore(tmp_path)
    assert [store.status(run, monthly=True) for run in "ab"] == ["done", "done"]
    assert store.records(["a"])["a"].error == ""
    assert store.remove(["a", "b"]) == 0
    assert (store.batches(), sorted(store)) == (1, ["a", "b"]), "what is outweighed goes with the next clean-up"


def test_a_run_that_is_stored_twice_is_there_once(tmp_path: Path) -> None:
    put(tmp_path / "parts", record("a"), record("b", 1))
    put(tmp_path / "parts", record("b", 1), record("c", 2))
    store = RunStore(tmp_path)
    assert sorted(store) == ["a", "b", "c"]
    assert len(dict(store.rows(KPIS_TABLE, ["b"]))) == 1
    rows = kpi_rows(store, "b")
    assert store.remove(["a", "c"]) == 1
    assert sorted(store) == ["a", "c"], "no copy comes back"
    assert sorted(RunStore(tmp_path)) == ["a", "c"]
    assert kpi_rows(store, "a") == rows


@pytest.mark.parametrize("damaged", ["first", "second"])
def test_a_copy_in_a_damaged_batch_does_not_cost_the_other(tmp_path: Path, damaged: str) -> None:
    for name in ("first", "second"):
        put(tmp_path / "parts", record("a")).rename(tmp_path / "parts" / name)
    flip(tmp_path / "parts" / damaged / "kpis.parquet")
    store = RunStore(tmp_path)
    store.verify()
    assert store.status("a", monthly=True) == "done"
    assert list(store.damaged) == [damaged]
    assert kpi_rows(store, "a") > 0


def test_damage_is_left_out_then_set_aside(tmp_path: Path) -> None:
    truncated, flipped, other, lost, whole = (put(tmp_path / "parts", record(run)) for run in "abcde")
    (truncated / "kpis.parquet").write_bytes((truncated / "kpis.parquet").read_bytes()[:100])
    flip(flipped / "flows.parquet")
    (other / "batch.json").write_text('{"format": 99}')
    (lost / "batch.json").unlink()
    store = RunStore(tmp_path)
    assert sorted(store) == ["b", "e"], "a flipped byte shows only when contents are compared"
    store.verify()
    assert list(store) == ["e"]
    assert {name: fault.split(" ", 1)[1][:20] for name, fault in store.damaged.items()} == {
        truncated.name: "has 100 bytes instea",
        flipped.name: "does not hold what w",
        other.name: "is of another versio",
        lost.name: "cannot be read: No s",
    }
    store.refresh()
    assert list(store) == ["e"]
    store.set_damaged_aside()
    assert {path.name for path in (tmp_path / "parts").iterdir()} == {
        whole.name,
        *(f".{name}.damaged" for name in store.damaged),
    }
    again = RunStore(tmp_path)
    assert (list(again), again.damaged, len(again.left_behind())) == (["e"], {}, 4)


def test_a_file_that_goes_while_it_is_read_is_said(tmp_path: Path) -> None:
    place = put(tmp_path / "parts", record("a"))
    store = RunStore(tmp_path)
    (place / "kpis.parquet").unlink()
    with pytest.raises(ResultsError, match=r"kpis\.parquet is missing or broken"):
        kpi_rows(store, "a")


def test_failures_can_be_written_without_tables(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    store.write([Record("a", "failed", "killed"), Record("b", "failed", "killed")])
    assert [store.status(run, monthly=True) for run in "ab"] == ["failed", "failed"]
    store.write([])
    assert store.batches() == 1


def test_runs_of_another_store_are_taken_over(tmp_path: Path) -> None:
    put(tmp_path / "one" / "parts", record("a"), record("b", 1), Record("d", "failed", "no luck"))
    put(tmp_path / "one" / "parts", PLAIN)
    broken = put(tmp_path / "one" / "parts", record("e", 3))
    flip(broken / "kpis.parquet")
    one, other = RunStore(tmp_path / "one"), RunStore(tmp_path / "other")
    assert other.adopt(one, ["b", "c", "d", "e", "x"]) == 2
    assert sorted(other) == ["b", "c"], "neither failed nor damaged runs are taken over"
    assert other.records(["b"]) == one.records(["b"])
    assert (other.status("b", monthly=True), other.status("c", monthly=True)) == ("done", "")
    for table in (KPIS_TABLE, *RUN_TABLES):
        for run in "bc":
            given, taken = (list(store.rows(table, [run])) for store in (one, other))
            assert all(same(rows, copy) for (_, rows), (_, copy) in zip(given, taken, strict=True))
    other.verify()
    assert other.damaged == {}


def test_removing_runs_keeps_the_others_as_they_are(tmp_path: Path) -> None:
    put(tmp_path / "parts", record("a"), record("b", 1, "lane"), PLAIN)
    put(tmp_path / "parts", record("d", 3))
    whole = put(tmp_path / "parts", record("e", 4))
    store = RunStore(tmp_path)
    before = {table: dict(store.rows(table, "abcde")) for table in (KPIS_TABLE, FLOWS)}
    assert store.remove(["b", "e", "unknown"]) == 3
    assert sorted(store) == ["b", "e"]
    assert whole.is_dir(), "a batch that stays whole is not touched"
    assert len(list((tmp_path / "parts").iterdir())) == 2
    for table, rows in before.items():
        assert {run: same(part, rows[run]) for run, part in store.rows(table, "be")} == {"b": True, "e": True}
    assert store.records("be") == {"b": record("b", 1, "lane"), "e": record("e", 4)}
    store.verify()
    assert store.damaged == {}


def test_removing_does_not_give_damage_new_checksums(tmp_path: Path) -> None:
    place = put(tmp_path / "parts", record("a"), record("b", 1))
    flip(place / "kpis.parquet")
    store = RunStore(tmp_path)
    store.remove(["a"])
    assert (list(store), list(store.damaged)) == ([], [place.name])
    assert place.is_dir()


def test_removing_takes_away_what_crashes_left(tmp_path: Path) -> None:
    put(tmp_path / "parts", record("a"))
    for name in (".x.partial", ".y.damaged"):
        (tmp_path / "parts" / name).mkdir()
        (tmp_path / "parts" / name / "kpis.parquet").write_bytes(b"half")
    store = RunStore(tmp_path)
    assert [path.name for path in store.left_behind()] == [".x.partial", ".y.damaged"]
    assert store.remove(["a"]) == 0
    assert store.left_behind() == []
    assert list(store) == ["a"]


def test_the_room_that_runs_take(tmp_path: Path) -> None:
    place = put(tmp_path / "parts", record("a"), record("b", 1))
    store = RunStore(tmp_path)
    one, both = store.compressed_bytes(["a"]), store.compressed_bytes(["a", "b", "x"])
    on_disk = sum(path.stat().st_size for path in place.glob("*.parquet") if path.name != "runs.parquet")
    assert 0 < one < both < on_disk
    assert both > 0.5 * on_disk


def test_neighbours_are_folders_with_runs(tmp_path: Path) -> None:
    for name in ("a", "b", ".hidden"):
        put(tmp_path / name / "parts", record("a"))
    (tmp_path / "c").mkdir()
    (tmp_path / "file").write_text("")
    assert list(sibling_stores(tmp_path / "b")) == [tmp_path / "a"]
    assert list(sibling_stores(tmp_path / "new")) == [tmp_path / "a", tmp_path / "b"]
    assert list(sibling_stores(tmp_path / "nowhere" / "new")) == []
    shutil.rmtree(tmp_path / "a")
    assert list(sibling_stores(tmp_path / "new")) == [tmp_path / "b"]


def test_a_later_failure_outweighs_an_earlier_one(tmp_path: Path) -> None:
    for number in range(8):
        put(tmp_path / "parts", Record("a", "failed", f"error {number}"))
        assert RunStore(tmp_path).records(["a"])["a"].error == f"error {number}"
    store = RunStore(tmp_path)
    store.write([Record("a", "failed", "the last")])
    assert store.records(["a"])["a"].error == "the last"
    put(tmp_path / "parts", record("a"))
    put(tmp_path / "parts", Record("a", "failed", "after all"))
    assert RunStore(tmp_path).status("a") == "done"


@pytest.mark.parametrize("name", ["kpis.parquet", "runs.parquet"])
def test_damage_that_sizes_do_not_show_is_said_when_it_is_read(tmp_path: Path, name: str) -> None:
    file = put(tmp_path / "parts", record("a")) / name
    file.write_bytes(bytes(file.stat().st_size))
    store = RunStore(tmp_path)
    with pytest.raises(ResultsError, match=r"is missing or broken: .*carries out these runs again"):
        store.records(["a"]) if name == "runs.parquet" else list(store.rows(KPIS_TABLE, ["a"]))
    rows = put(tmp_path / "parts", record("b")) / name
    content = bytearray(rows.read_bytes())
    content[4:-500] = bytes(len(content) - 504)
    rows.write_bytes(content)
    store = RunStore(tmp_path)
    with pytest.raises(ResultsError, match=r"is missing or broken: .*carries out these runs again"):
        store.records(["b"]) if name == "runs.parquet" else list(store.rows(KPIS_TABLE, ["b"]))


def test_neighbours_that_may_not_be_read_are_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("mine", "private", "theirs"):
        put(tmp_path / name / "parts", record("a"))
    whole = Path.iterdir

    def guarded(path: Path) -> Iterator[Path]:
        if "private" in path.parts:
            raise PermissionError(13, "Permission denied", str(path))
        return whole(path)

    monkeypatch.setattr(Path, "iterdir", guarded)
    assert list(sibling_stores(tmp_path / "mine")) == [tmp_path / "theirs"]
