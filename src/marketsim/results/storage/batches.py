"""Batches of runs on disk: each is a folder that appears complete or not at all, with its own checksums."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from marketsim.errors import ResultsError
from marketsim.results.columns import arrow_schema, text_columns, to_arrow
from marketsim.results.tables import KPIS_TABLE, RUN_TABLES, Table

INDEX = "batch.json"
BATCH_FORMAT = 1
RUN = "run"
"""Column that holds the id of a run in every file of a batch."""
_OF_STUDY = ("policy", "replication")
"""Columns that a study gives a run, not the run itself; in a batch they are left out."""
STORED = (KPIS_TABLE, *RUN_TABLES)
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_NOT_WRITTEN = (errno.ENOSPC, errno.EDQUOT, errno.EIO)
"""What a disk says that has not kept what it was given; network file systems say so only when it is flushed."""


@dataclass(frozen=True)
class Record:
    """What a batch keeps of a run besides its tables.

    Attributes:
        run: its id.
        status: done or failed.
        error: why it failed; empty when done.
        months: months simulated.
        customers: customers in the market.
        agents: agents that stood for them.
        monthly: whether its monthly tables are kept as well.
        policy: what the policy was called in the study that ran it.
        replication: the world.
        check: what was changed, in words, in that study; empty for a main run.
        tiers_of: of a reference run the policy whose tier rules held.
        changes: paths and values that were changed, as JSON.
        seconds: how long it took.
        started: when it began, UTC, ISO 8601.
        host: name of the machine.
        phases: seconds spent in each phase of the month, as JSON.
    """

    run: str
    status: str
    error: str = ""
    months: int = 0
    customers: int = 0
    agents: int = 0
    monthly: bool = False
    policy: str = ""
    replication: int = 0
    check: str = ""
    tiers_of: str = ""
    changes: str = "{}"
    seconds: float = 0.0
    started: str = ""
    host: str = ""
    phases: str = "{}"


_RECORD_TYPES = {"str": pa.string(), "int": pa.int64(), "bool": pa.bool_(), "float": pa.float64()}
RECORDS = pa.schema([(name, _RECORD_TYPES[str(kind)]) for name, kind in Record.__annotations__.items()])
"""Columns of ``runs.parquet`` in a batch."""


def batch_schema(table: Table) -> pa.Schema:
    """Return the columns of a table in a batch: the run's id first, those that a study gives it left out."""
    own = [entry for entry in arrow_schema(table) if entry.name not in _OF_STUDY]
    return pa.schema([pa.field(RUN, pa.dictionary(pa.int32(), pa.string())), *own])


class BatchWriter:
    """Writes some runs into a batch; used in a ``with`` statement.

    Every run is a row group of its own in each file, so that one run can be read without the others. Nothing is seen of
    the batch until `commit` has renamed its folder; what was not committed is removed.
    """

    def __init__(self, parts: Path) -> None:
        """Think of a name that no other batch has, and that comes after earlier ones; nothing is written yet.

        Args:
            parts: the folder of a study's batches.
        """
        self._name = f"{time.time_ns():016x}{uuid.uuid4().hex[:8]}"
        self._place, self._target = parts / f".{self._name}.partial", parts / self._name
        self._records: list[Record] = []
        self._groups: dict[str, dict[str, int]] = {table.name: {} for table in STORED}
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._is_whole = True

    def __enter__(self) -> Self:
        """Return the writer itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Remove what was not committed."""
        for writer in self._writers.values():
            with suppress(OSError, pa.ArrowException):  # the disk may be full; the file is thrown away
                writer.close()
        shutil.rmtree(self._place, ignore_errors=True)

    def __len__(self) -> int:
        """Return the number of runs added."""
        return len(self._records)

    def add(self, record: Record, tables: Mapping[str, pd.DataFrame]) -> None:
        """Add a run.

        Args:
            record: what is kept of it besides its tables.
            tables: its KPIs and perhaps its monthly tables, by name, with the columns of a study.

        Raises:
            ValueError: a table lacks a column, or has one too many; nothing of the run is added.
            ResultsError: it cannot be written.
        """
        self.append(
            record,
            {
                table.name: _without_study(to_arrow(tables[table.name], table), table, record.run)
                for table in STORED
                if table.name in tables
            },
        )

    def append(self, record: Record, tables: Mapping[str, pa.Table]) -> None:
        """Add a run from tables as they lie in another batch."""
        self._is_whole = False
        with writing(self._target.parent):
            for table in STORED:
                rows = tables.get(table.name)
                if rows is not None and rows.num_rows:
                    self._groups[table.name][record.run] = len(self._groups[table.name])
                    self._writer(table).write_table(rows, row_group_size=rows.num_rows)
        self._records.append(record)
        self._is_whole = True

    def _writer(self, table: Table) -> pq.ParquetWriter:
        if table.name not in self._writers:
            self._place.mkdir(parents=True, exist_ok=True)
            labels = [RUN, *(name for name in text_columns(table) if name not in _OF_STUDY)]
            self._writers[table.name] = pq.ParquetWriter(
                self._place / f"{table.name}.parquet", batch_schema(table), compression="zstd", use_dictionary=labels
            )
        return self._writers[table.name]

    def commit(self) -> None:
        """Make the batch part of the store; nothing where no run was added, or one only in part as Ctrl-C came between.

        Raises:
            ResultsError: it cannot be written.
        """
        if not self._records or not self._is_whole:
            return
        with writing(self._target.parent):
            self._place.mkdir(parents=True, exist_ok=True)
            for writer in self._writers.values():
                writer.close()
            self._writers.clear()
            rows = pa.Table.from_pylist([asdict(record) for record in self._records], schema=RECORDS)
            pq.write_table(rows, self._place / "runs.parquet", compression="zstd")
            _write_index(self._place, self._records, self._groups)
            os.replace(self._place, self._target)
            _flush(self._target.parent)


class writing:  # noqa: N801  (reads as a word in a with statement)
    """Turns what the disk refuses into a ResultsError that says what to do."""

    def __init__(self, folder: Path) -> None:
        """Keep the folder for the message."""
        self._folder = folder

    def __enter__(self) -> None:
        """Do nothing."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Raise ResultsError for errors of the disk."""
        if isinstance(error, OSError | pa.ArrowException):
            reason = getattr(error, "strerror", None) or str(error)
            is_full = getattr(error, "errno", None) in (None, *_NO_ROOM)
            raise ResultsError(
                f"cannot write to {self._folder}: {reason}. What finished before is stored; "
                f"{'make room' if is_full else 'mend that'} and give the same command again to go on"
            ) from error


def _without_study(rows: pa.Table, table: Table, run: str) -> pa.Table:
    """Return rows in the columns of a batch."""
    ids = pa.DictionaryArray.from_arrays(pa.array([0] * rows.num_rows, pa.int32()), pa.array([run], pa.string()))
    kept = rows.drop_columns(list(_OF_STUDY))
    return pa.Table.from_arrays([ids, *kept.columns], schema=batch_schema(table))


def _write_index(place: Path, records: list[Record], groups: Mapping[str, Mapping[str, int]]) -> None:
    names = sorted(path.name for path in place.glob("*.parquet"))
    index = {
        "format": BATCH_FORMAT,
        "runs": [[record.run, record.status, record.monthly] for record in records],
        "groups": {name: found for name, found in groups.items() if found},
        "files": {name: [(place / name).stat().st_size, checksum(place / name)] for name in names},
    }
    for name in names:
        _flush(place / name)
    path = place / INDEX
    path.write_text(_compact({**index, "checksum": _checksum_of(index)}), encoding="utf-8")
    _flush(path)


def _compact(index: Mapping[str, Any]) -> str:
    return json.dumps(index, separators=(",", ":"))


def _checksum_of(index: Mapping[str, Any]) -> str:
    """Return the SHA-256 of an index besides its own checksum, in hex."""
    entries = {name: value for name, value in index.items() if name != "checksum"}
    return hashlib.sha256(_compact(entries).encode()).hexdigest()


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(path: Path) -> None:
    """Have the machine write a file or folder to the disk now; without effect where that cannot be asked for.

    Raises:
        OSError: the disk has not kept it.
    """
    try:
        handle = os.open(path, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno in _NOT_WRITTEN:
            raise
    finally:
        os.close(handle)


@dataclass(frozen=True)
class Batch:
    """A batch that was committed.

    Attributes:
        folder: where it is.
        runs: its runs in their order: id, status, and whether monthly tables are kept.
        groups: the row group of each run in each table where it has rows, by table and id.
        files: size and checksum of each file.
    """

    folder: Path
    runs: tuple[tuple[str, str, bool], ...]
    groups: Mapping[str, Mapping[str, int]] = field(repr=False, default_factory=dict)
    files: Mapping[str, tuple[int, str]] = field(repr=False, default_factory=dict)

    def fault(self, *, deep: bool = True) -> str:
        """Return what is wrong with its files, empty if nothing is.

        Args:
            deep: whether the contents are compared with their checksums, not only the sizes.
        """
        for name, (size, digest) in self.files.items():
            path = self.folder / name
            try:
                found = path.stat().st_size
                if found != size:
                    return f"{name} has {found} bytes instead of {size}"
                if deep and checksum(path) != digest:
                    return f"{name} does not hold what was written"
            except OSError as error:
                return f"{name} cannot be read: {error.strerror}"
        return ""

    def records(self) -> list[Record]:
        """Return what is kept of its runs besides their tables."""
        rows: list[dict[str, Any]] = pq.read_table(self.folder / "runs.parquet").to_pylist()
        return [Record(**row) for row in rows]


def read_batch(folder: Path) -> Batch:
    """Return a batch.

    Raises:
        ValueError: the folder holds none, or one of another version.
    """
    try:
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{INDEX} cannot be read: {error.strerror}") from None
    except ValueError:
        raise ValueError(f"{INDEX} does not hold what was written") from None
    if not isinstance(index, dict) or index.get("format") != BATCH_FORMAT:
        raise ValueError(f"{INDEX} is of another version")
    if index.get("checksum") != _checksum_of(index):
        raise ValueError(f"{INDEX} does not hold what was written")
    return Batch(
        folder,
        tuple((str(run), str(status), bool(monthly)) for run, status, monthly in index["runs"]),
        index["groups"],
        {name: (int(size), str(digest)) for name, (size, digest) in index["files"].items()},
    )
