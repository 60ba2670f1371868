"""The key figures of all runs of a study, those of sweeps and checks as well, with labels and changed values."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from marketsim.errors import ResultsError
from marketsim.results.columns import read_parquet
from marketsim.results.key_figures import KPIS
from marketsim.results.storage.inventory import manifest_or_none
from marketsim.results.storage.run_store import RunStore
from marketsim.results.storage.store import RUNS_FILE, TABLES
from marketsim.results.tables import BASE, KPIS_TABLE, RUNS

_LABELS = ("policy", "replication", "check", "run")
_FIGURES = ("retailer", "segment", "tier", "kpi")
_PLACE = "place"
_REFERENCE = "base, tiers of "
_ROWS_AT_ONCE = 50_000
_UNITS = {kpi.name: kpi.unit for kpi in KPIS}


def stored_runs(folder: Path) -> pd.DataFrame:
    """Return the runs of a study in the columns of `results.tables.RUNS`: those of its results, or those that are stored.

    Where there are no results yet, runs carry the labels under which they were carried out.
    """
    if (folder / RUNS_FILE).exists():
        try:
            return read_parquet(folder / RUNS_FILE)
        except (OSError, pa.ArrowException) as error:
            raise ResultsError(f"{folder / RUNS_FILE} is missing or broken: {error}") from error
    store = RunStore(folder)
    records = [vars(record) for record in store.records(list(store)).values()]
    frame = pd.DataFrame(records, columns=RUNS.column_names())
    frame["changes"] = frame["changes"].where(frame["changes"] != "{}", "")
    return frame.sort_values(RUNS.key_names(), ignore_index=True)


def kpis_of_runs(folder: Path, kpis: Collection[str] = ()) -> Iterator[pa.Table]:
    """Yield the key figures of all runs that are done and stored, some runs at a time; first a table without rows.

    Besides the columns of a run's key figures there are its labels, the unit, and a column for each path that is changed
    in any run, with the value in this one, changed or not. A lever that is set under a policy has the path of what it
    changes there.

    Args:
        folder: the folder of the study.
        kpis: names of key figures; all when empty.
    """
    runs = stored_runs(folder)
    done = runs[runs["status"].astype(str) == "done"].reset_index(drop=True)
    columns = _columns_of(done, (manifest_or_none(folder) or {}).get("scenario", {}))
    yield _table(columns, _no_rows(), ())
    stored = set()
    for rows in _of_main_runs(folder, done):
        stored |= set(rows.column(_PLACE).unique().to_pylist())
        yield _table(columns, rows, kpis)
    store = RunStore(folder)
    for place, run in enumerate(done["run"].astype(str)):
        if place not in stored:
            for _, rows in store.rows(KPIS_TABLE, [run]):
                yield _table(columns, rows.append_column(_PLACE, pa.array([place] * rows.num_rows)), kpis)
    store.close()


def _of_main_runs(folder: Path, runs: pd.DataFrame) -> Iterator[pa.Table]:
    """Yield the rows of the table of main runs, if there is one, with the place of each run in the table of runs."""
    path = folder / TABLES / f"{KPIS_TABLE.name}.parquet"
    if not path.exists():
        return
    main = runs[runs["check"].astype(str) == ""]
    labels = zip(main["policy"].astype(str), main["replication"].tolist(), strict=True)
    places = dict(zip(labels, main.index.tolist(), strict=True))
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_ROWS_AT_ONCE):
                rows = pa.Table.from_batches([batch])
                found = zip(rows.column("policy").to_pylist(), rows.column("replication").to_pylist(), strict=True)
                yield rows.append_column(_PLACE, pa.array([places.get(label) for label in found], pa.int64()))
    except (OSError, pa.ArrowException) as error:
        raise ResultsError(f"{path} is missing or broken: {error}") from error


def _no_rows() -> pa.Table:
    names = {**dict.fromkeys(_FIGURES, pa.string()), "value": pa.float64(), _PLACE: pa.int64()}
    return pa.schema(list(names.items())).empty_table()


def _columns_of(runs: pd.DataFrame, scenario: Mapping[str, Any]) -> pa.Table:
    """Return the labels of runs and the values of what is changed in any of them, a row per run."""
    columns = {name: pa.array(runs[name].astype(str), pa.string()) for name in _LABELS if name != "replication"}
    columns["replication"] = pa.array(runs["replication"], pa.int64())
    changes = [_changes(text) for text in runs["changes"].astype(str)]
    paths = sorted({path for values in changes for path in values})
    own = {
        policy: {path: _value_under(policy, path, scenario) for path in paths}
        for policy in runs["policy"].astype(str).unique()
    }
    known = [own[policy] | values for policy, values in zip(runs["policy"].astype(str), changes, strict=True)]
    values = {path: _array([each[path] for each in known]) for path in paths}
    return pa.table({name: columns[name] for name in _LABELS} | values)


def _value_under(policy: str, path: str, scenario: Mapping[str, Any]) -> Any:
    """Return what stands at a path of a scenario under a policy; None where nothing does."""
    if policy.startswith(_REFERENCE):
        policy = policy.removeprefix(_REFERENCE) if "tiers" in path.split(".") else BASE
    for changed, value in scenario.get("policies", {}).get(policy, {}).items():
        if path == changed or path.startswith(f"{changed}."):
            return _at(value, path[len(changed) + 1 :])
    return _at(scenario, path)


def _at(value: Any, path: str) -> Any:
    for key in path.split(".") if path else ():
        entries = dict(enumerate(value)) if isinstance(value, list) else value if isinstance(value, Mapping) else {}
        value = entries.get(int(key) if isinstance(value, list) and key.isdigit() else key)
    return value


def _array(values: list[Any]) -> pa.Array:
    """Return values as numbers where all are numbers, else as text."""
    known = [value for value in values if value is not None]
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in known):
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    texts = [value if isinstance(value, str | None) else json.dumps(value, ensure_ascii=False) for value in values]
    return pa.array(texts, pa.string())


def _table(columns: pa.Table, rows: pa.Table, kpis: Collection[str]) -> pa.Table:
    """Return rows of key figures with the columns of their runs."""
    if kpis:
        names = rows.column("kpi").cast(pa.string())
        rows = rows.filter(pc.is_in(names, value_set=pa.array(sorted(kpis), pa.string())))
    found = columns.take(rows.column(_PLACE).combine_chunks())
    for name in _FIGURES:
        found = found.append_column(name, rows.column(name).cast(pa.string()))
    units = pa.array([_UNITS.get(name, "") for name in rows.column("kpi").to_pylist()], pa.string())
    return found.append_column("unit", units).append_column("value", rows.column("value"))


def _changes(text: str) -> dict[str, Any]:
    """Return the values that are changed in a run by path; that of a lever without its policy."""
    values: dict[str, Any] = json.loads(text) if text else {}
    return {_without_policy(path): value for path, value in values.items()}


def _without_policy(path: str) -> str:
    parts = path.split(".", 2)
    return parts[2] if parts[0] == "policies" and len(parts) == 3 else path
