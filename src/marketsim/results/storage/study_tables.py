"""Every table of a stored study as a stream of parts, so that memory does not grow with its size."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from marketsim.errors import ResultsError
from marketsim.results.columns import STORED_TABLES
from marketsim.results.storage.csv_tables import is_label
from marketsim.results.storage.folders import read_manifest
from marketsim.results.storage.inventory import manifest_or_none
from marketsim.results.storage.kpis_of_runs import kpis_of_runs, stored_runs
from marketsim.results.storage.store import CHECKS_FILE, RUNS_FILE, SUMMARY_FILE, TABLES, TIMINGS_FILE
from marketsim.results.tables import KPIS_TABLE

PROVENANCE = "provenance"
_ROWS_AT_ONCE = 50_000
_NAMES = ("name", "policy", "retailer", "segment", "tier", "kpi", "parameter", "levers", "reference")
"""Columns of text even where all of it looks like numbers: a policy may well be called 5."""


@dataclass(frozen=True)
class StudyTable:
    """A table of a study.

    Attributes:
        name: its name.
        parts: gives its rows in parts, each with the same columns, those of some key figures only if any are named.
    """

    name: str
    parts: Callable[[Collection[str]], Iterator[pa.Table]]


def tables_of(folder: Path) -> dict[str, StudyTable]:
    """Return all tables that a study has, by name, the short ones first.

    Raises:
        ResultsError: the results are of another version.
    """
    if manifest_or_none(folder) is not None:
        read_manifest(folder)
    first = (Path(SUMMARY_FILE).stem, Path(CHECKS_FILE).stem)
    files = sorted(folder.glob("*.csv"), key=lambda path: (path.stem not in first, path.stem == first[1], path.stem))
    found = {path.stem: partial(_of_csv, path) for path in files}
    found["runs"] = partial(_of_runs, folder)
    if (folder / TIMINGS_FILE).exists():
        found["timings"] = partial(_of_parquet, folder / TIMINGS_FILE)
    found[KPIS_TABLE.name] = partial(kpis_of_runs, folder)
    for name in STORED_TABLES:
        if name != KPIS_TABLE.name and (folder / TABLES / f"{name}.parquet").exists():
            found[name] = partial(_of_parquet, folder / TABLES / f"{name}.parquet")
    return {name: StudyTable(name, parts) for name, parts in found.items()}


def short_tables(folder: Path) -> list[str]:
    """Return the names of the tables whose size does not grow with the months."""
    return [name for name in tables_of(folder) if name not in STORED_TABLES and name != "timings"]


def provenance(folder: Path) -> pa.Table:
    """Return what identifies the results: name, hash, seed, versions and command, in two columns of text."""
    manifest = manifest_or_none(folder) or {}
    counts = {f"runs, {kind}": _counted(part) for kind, part in manifest.get("runs", {}).items()}
    names = ("name", "status", "hash", "seed", "command", "source", "marketsim", "python")
    entries = {
        **{name: manifest[name] for name in names if name in manifest},
        **counts,
        **manifest.get("libraries", {}),
        **{f"data file {name}": digest for name, digest in manifest.get("data_files", {}).items()},
        "folder": folder,
    }
    columns = {"item": [*entries], "value": [str(value) for value in entries.values()]}
    return pa.table(columns, schema=pa.schema([("item", pa.string()), ("value", pa.string())]))


def _counted(part: object) -> str:
    if not isinstance(part, dict):
        return str(part)
    return ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in part.items())


def _of_runs(folder: Path, kpis: Collection[str] = ()) -> Iterator[pa.Table]:
    if (folder / RUNS_FILE).exists():
        yield from _of_parquet(folder / RUNS_FILE)
    else:
        yield pa.Table.from_pandas(stored_runs(folder), preserve_index=False)


def _of_parquet(path: Path, kpis: Collection[str] = ()) -> Iterator[pa.Table]:
    try:
        with pq.ParquetFile(path) as file:
            yield _plain_text(file.schema_arrow.empty_table())
            for batch in file.iter_batches(_ROWS_AT_ONCE):
                yield _plain_text(pa.Table.from_batches([batch]))
    except (OSError, pa.ArrowException) as error:
        raise ResultsError(f"{path} is missing or broken: {error}") from error


def _plain_text(rows: pa.Table) -> pa.Table:
    """Return rows with labels as plain text instead of dictionaries."""
    fields = [
        pa.field(entry.name, entry.type.value_type if pa.types.is_dictionary(entry.type) else entry.type)
        for entry in rows.schema
    ]
    return rows.cast(pa.schema(fields)).replace_schema_metadata(None)


def _of_csv(path: Path, kpis: Collection[str] = ()) -> Iterator[pa.Table]:
    try:
        frame = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path} is missing or broken: {error}") from error
    if kpis and "kpi" in frame.columns:
        frame = frame[frame["kpi"].isin(list(kpis))]
    numbers = {str(name): _number(frame[name]) for name in frame.columns if not is_label(path.stem, str(name))}
    typed = frame.assign(**{name: column for name, column in numbers.items() if column is not None})
    yield pa.Table.from_pandas(typed, preserve_index=False).replace_schema_metadata(None)


def _number(column: pd.Series[str]) -> pd.Series[float] | None:
    """Return a column as numbers, missing where nothing stands; None where it holds text."""
    try:
        return pd.to_numeric(column.mask(column == ""))
    except ValueError:
        return None
