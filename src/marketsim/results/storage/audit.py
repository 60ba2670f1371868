"""Whether a stored study is as it was written: its runs, its tables, and that they belong together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from marketsim.errors import ResultsError
from marketsim.results.columns import STORED_TABLES, arrow_schema
from marketsim.results.manifest import recomputed_hash
from marketsim.results.storage.checksums import CHECKSUMS, checksum_faults
from marketsim.results.storage.folders import NEW, read_manifest
from marketsim.results.storage.inventory import begun_of, manifest_or_none
from marketsim.results.storage.kpis_of_runs import stored_runs
from marketsim.results.storage.run_store import RunStore
from marketsim.results.storage.store import RUNS_FILE, TABLES
from marketsim.results.tables import BASE, Table

_RUNS = "the runs in it are carried out again by the same command"
_RESULTS = "the same command puts the results together again from the stored runs"


@dataclass
class Audit:
    """What was found.

    Attributes:
        batches: number of batches that are as they were written.
        runs: number of runs in them.
        tables: rows of each table that was read, by name.
        faults: what is damaged, and what to do.
        notes: what is worth knowing, but no damage.
    """

    batches: int = 0
    runs: int = 0
    tables: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def audit(folder: Path) -> Audit:
    """Compare everything in the folder of a study with its checksums, and its parts with each other."""
    found, store = Audit(), RunStore(folder)
    _check_batches(store, found)
    manifest = _check_manifest(folder, found)
    if manifest is not None:
        _check_results(folder, manifest, store, found)
    store.close()
    return found


def _check_batches(store: RunStore, found: Audit) -> None:
    store.verify()
    found.batches, found.runs = store.batches(), len(store)
    found.faults += [
        f"{store.folder / name}: {fault}; {_RUNS}, which sets the batch aside" for name, fault in store.damaged.items()
    ]
    left = store.left_behind()
    if left:
        found.notes.append(
            f"{len(left)} batches that crashes left half-written, or that were set aside as damaged, are in "
            f"{store.folder}; marketsim results prune removes them"
        )


def _check_manifest(folder: Path, found: Audit) -> dict[str, Any] | None:
    """Return the manifest of results that can be read; None where there are none."""
    try:
        manifest = read_manifest(folder)
    except ResultsError as error:
        other = manifest_or_none(folder)
        if other is not None or not begun_of(folder):
            found.faults.append(str(error))
        elif (folder / NEW).exists() or (folder / CHECKSUMS).exists():
            found.faults.append(f"{folder}: its results are half-written; {_RESULTS}")
        else:
            found.notes.append("it has no results yet; the same command goes on from the stored runs")
        return None
    if recomputed_hash(manifest) != manifest["hash"]:
        found.faults.append(f"{folder}: manifest.json does not hold the scenario that its hash names; {_RESULTS}")
    return manifest


def _check_results(folder: Path, manifest: dict[str, Any], store: RunStore, found: Audit) -> None:
    faults = checksum_faults(folder)
    found.faults += [f"{folder / name}: {fault}; {_RESULTS}" for name, fault in faults.items()]
    if not (folder / CHECKSUMS).exists():
        found.notes.append(f"it has no {CHECKSUMS}: what is not Parquet cannot be checked")
    if not (folder / RUNS_FILE).exists():
        if manifest.get("runs"):
            found.faults.append(f"{folder / RUNS_FILE}: is missing; {_RESULTS}")
        return
    try:
        runs = stored_runs(folder)
    except ResultsError as error:
        found.faults.append(f"{error}; {_RESULTS}")
        return
    _check_runs(folder, manifest, runs, store, found)
    if "main" not in manifest["runs"]:
        return  # a question by itself has no tables of main runs
    for table in STORED_TABLES.values():
        name = f"{TABLES}/{table.name}.parquet"
        if name not in faults:
            wrong = _table_faults(folder / name, table, _expected(runs, manifest), store, found)
            found.faults += [f"{folder / name}: {fault}; {_RESULTS}" for fault in wrong]


def _check_runs(folder: Path, manifest: dict[str, Any], runs: pd.DataFrame, store: RunStore, found: Audit) -> None:
    planned = sum(part["planned"] for part in manifest["runs"].values() if isinstance(part, dict))
    if planned != len(runs):
        found.faults.append(f"{folder / RUNS_FILE}: has {len(runs)} runs, and manifest.json {planned}; {_RESULTS}")
    carried_out = runs[runs["status"].astype(str).isin(["done", "failed"])]
    lost = sum(store.status(run) != status for run, status in _pairs(carried_out, "run", "status"))
    if lost and not len(store) and not store.damaged:
        found.notes.append("its runs are not stored any more; a larger study would carry them out again")
    elif lost:
        found.faults.append(
            f"{store.folder}: {lost} runs of the results are not there; the same command runs them again"
        )


def _pairs(frame: pd.DataFrame, one: str, other: str) -> Iterator[tuple[str, str]]:
    yield from zip(frame[one].astype(str), frame[other].astype(str), strict=True)


def _table_faults(
    path: Path, table: Table, expected: dict[tuple[str, int], str], store: RunStore, found: Audit
) -> Iterator[str]:
    """Yield what is wrong with a table: it must hold the rows of each main run that is done, as they are stored."""
    try:
        with pq.ParquetFile(path) as file:
            if not file.schema_arrow.equals(arrow_schema(table)):
                yield "has other columns than it should"
                return
            found.tables[table.name] = file.metadata.num_rows
            yield from _rows_faults(_by_run(file), table, expected, store)
    except (OSError, pa.ArrowException) as error:
        yield f"is missing or broken: {error}"


def _expected(runs: pd.DataFrame, manifest: dict[str, Any]) -> dict[tuple[str, int], str]:
    """Return the ids of the main runs that are done, by policy and world."""
    main = runs[(runs["check"].astype(str) == "") & (runs["status"].astype(str) == "done")]
    worlds, policies = _main_worlds(manifest), {BASE, *manifest["policies"]}
    labels = zip(main["policy"].astype(str), main["replication"].tolist(), main["run"].astype(str), strict=True)
    return {(policy, world): run for policy, world, run in labels if policy in policies and world < worlds}


def _main_worlds(manifest: dict[str, Any]) -> int:
    """Return the number of worlds of the main runs: sweeps may have more."""
    return int(manifest["runs"]["main"]["planned"]) // (1 + len(manifest["policies"]))


def _by_run(file: pq.ParquetFile) -> Iterator[tuple[tuple[str, int], pa.Table]]:
    """Yield the rows of each run of a table, whose rows are in the order of runs."""
    label: tuple[str, int] | None = None
    waiting: list[pa.Table] = []
    for batch in file.iter_batches():
        rows = pa.Table.from_batches([batch])
        for found, part in _pieces(rows):
            if found != label and label is not None:
                yield label, pa.concat_tables(waiting)
                waiting = []
            label = found
            waiting.append(part)
    if label is not None:
        yield label, pa.concat_tables(waiting)


def _pieces(rows: pa.Table) -> Iterator[tuple[tuple[str, int], pa.Table]]:
    policies, worlds = rows.column("policy").to_pylist(), rows.column("replication").to_pylist()
    labels = list(zip(policies, worlds, strict=True))
    starts = [place for place in range(len(labels)) if place == 0 or labels[place] != labels[place - 1]]
    for start, end in zip(starts, [*starts[1:], len(labels)], strict=True):
        yield labels[start], rows.slice(start, end - start)


def _rows_faults(
    parts: Iterator[tuple[tuple[str, int], pa.Table]],
    table: Table,
    expected: dict[tuple[str, int], str],
    store: RunStore,
) -> Iterator[str]:
    seen: set[tuple[str, int]] = set()
    for label, rows in parts:
        if label not in expected or label in seen:
            yield f"has rows of {label[0]} in world {label[1]} that are not of one run that is done"
        elif not _is_stored(rows, table, expected[label], store):
            yield f"the rows of {label[0]} in world {label[1]} are not those of the run {expected[label][:12]}"
        seen.add(label)
    for label in expected.keys() - seen:
        if any(True for _ in store.rows(table, [expected[label]])):
            yield f"lacks {label[0]} in world {label[1]}"


def _is_stored(rows: pa.Table, table: Table, run: str, store: RunStore) -> bool:
    """Return whether rows are those of a stored run; also where it is not stored any more."""
    if not store.status(run):
        return True
    names = [name for name in table.column_names() if name not in ("policy", "replication")]
    stored = pa.concat_tables([part for _, part in store.rows(table, [run])] or [rows.slice(0, 0)])
    return _plain(stored, names).equals(_plain(rows, names))


def _plain(rows: pa.Table, names: list[str]) -> pd.DataFrame:
    frame: pd.DataFrame = rows.select(names).to_pandas()
    labels = frame.select_dtypes("category").columns
    return frame.astype(dict.fromkeys(labels, "object")).reset_index(drop=True)
