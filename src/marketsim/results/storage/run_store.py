"""The runs of a study on disk: which are there, and what they gave; nothing is ever overwritten."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from marketsim.errors import ResultsError
from marketsim.results.columns import arrow_schema
from marketsim.results.storage.batches import STORED, Batch, BatchWriter, Record, read_batch
from marketsim.results.storage.folders import PARTS
from marketsim.results.tables import Table

_OPEN_FILES = 32


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a stored run is, and what became of it."""

    batch: Batch
    status: str
    monthly: bool


class RunStore:
    """The batches in the folder ``parts`` of a study.

    Several processes may add batches at the same time. A run that is stored twice, as two processes had it under way, is
    there once: both copies are equal. A run that was done outweighs one that failed, and a later failure an earlier one.

    Attributes:
        folder: the folder ``parts``.
        damaged: batches that cannot be used, by name, with what is wrong; their runs are not in the store.
    """

    def __init__(self, study: Path) -> None:
        """Read which runs are stored.

        Args:
            study: the folder of the study's results; it need not exist.
        """
        self.folder = study / PARTS
        self.damaged: dict[str, str] = {}
        self._entries: dict[str, Entry] = {}
        self._batches: dict[str, Batch] = {}
        self._seen: set[str] = set()
        self._open: dict[tuple[Path, str], pq.ParquetFile] = {}
        self.refresh()

    def refresh(self) -> None:
        """Read the batches that were added since."""
        if not self.folder.is_dir():
            return
        for place in sorted(self.folder.iterdir()):
            if place.name not in self._seen and not place.name.startswith(".") and place.is_dir():
                self._seen.add(place.name)
                self._read(place)

    def _read(self, place: Path) -> None:
        try:
            batch = read_batch(place)
            fault = batch.fault(deep=False)
        except ValueError as error:
            fault = str(error)
        if fault or place.name in self.damaged:
            self.damaged.setdefault(place.name, fault)
        else:
            self._batches[place.name] = batch
            self._take_in(batch)

    def _take_in(self, batch: Batch) -> None:
        for run, status, monthly in batch.runs:
            known = self._entries.get(run)
            if known is None or (status == "done", monthly) >= (known.status == "done", known.monthly):
                self._entries[run] = Entry(batch, status, monthly)

    def verify(self) -> None:
        """Compare all files with their checksums; batches that differ are noted as damaged and left out."""
        for name, batch in list(self._batches.items()):
            fault = batch.fault()
            if fault:
                self.damaged[name] = fault
                del self._batches[name]
        self._entries.clear()
        for batch in self._batches.values():
            self._take_in(batch)

    def set_damaged_aside(self) -> None:
        """Put damaged batches out of the way; they keep their contents under a hidden name."""
        for name in self.damaged:
            (self.folder / name).rename(self.folder / f".{name}.damaged")

    def batches(self) -> int:
        """Return the number of batches that can be used."""
        return len(self._batches)

    def __len__(self) -> int:
        """Return the number of runs."""
        return len(self._entries)

    def __iter__(self) -> Iterator[str]:
        """Yield the ids of all runs."""
        return iter(self._entries)

    def status(self, run: str, *, monthly: bool = False) -> str:
        """Return done or failed, and empty where a run is not stored, or without the monthly tables that are asked for."""
        entry = self._entries.get(run)
        if entry is None or (monthly and entry.status == "done" and not entry.monthly):
            return ""
        return entry.status

    def records(self, runs: Collection[str]) -> dict[str, Record]:
        """Return what is kept of runs besides their tables, by id."""
        found = {}
        for batch, wanted in self._by_batch(runs).items():
            found.update({record.run: record for record in _records(batch) if record.run in wanted})
        return found

    def rows(self, table: Table, runs: Iterable[str]) -> Iterator[tuple[str, pa.Table]]:
        """Yield the rows of a table for each of some runs, in the order asked for; nothing for those without rows."""
        for run in runs:
            entry = self._entries.get(run)
            group = entry.batch.groups.get(table.name, {}).get(run) if entry is not None else None
            if entry is not None and group is not None:
                yield run, self._group(entry.batch, table, group)

    def _group(self, batch: Batch, table: Table, group: int) -> pa.Table:
        try:
            return self._file(batch, table).read_row_group(group)
        except (OSError, pa.ArrowException) as error:
            raise _broken(batch.folder / f"{table.name}.parquet", error) from error

    def _file(self, batch: Batch, table: Table) -> pq.ParquetFile:
        place = (batch.folder, table.name)
        if place not in self._open:
            while len(self._open) >= _OPEN_FILES:
                self._open.pop(next(iter(self._open))).close()
            path = batch.folder / f"{table.name}.parquet"
            try:
                self._open[place] = pq.ParquetFile(path)
            except (OSError, pa.ArrowException) as error:
                raise _broken(path, error) from error
        return self._open[place]

    def close(self) -> None:
        """Close the files that are open."""
        for file in self._open.values():
            file.close()
        self._open.clear()

    def _by_batch(self, runs: Collection[str]) -> dict[Path, set[str]]:
        places: dict[Path, set[str]] = {}
        for run in runs:
            if run in self._entries:
                places.setdefault(self._entries[run].batch.folder, set()).add(run)
        return places

    def write(self, records: Iterable[Record]) -> None:
        """Add a batch of runs that have no tables, as they failed."""
        with BatchWriter(self.folder) as batch:
            for record in records:
                batch.add(record, {})
            batch.commit()
        self.refresh()

    def adopt(self, other: RunStore, runs: Collection[str]) -> int:
        """Copy runs that were done from another store, those whose files are as they were written; return how many."""
        copied = 0
        for folder, wanted in other._by_batch(runs).items():
            done = [run for run in sorted(wanted) if other.status(run) == "done"]
            batch = other._entries[done[0]].batch if done else None
            if batch is None or batch.fault():
                continue
            records = {record.run: record for record in _records(folder)}
            with BatchWriter(self.folder) as writer:
                for run in done:
                    tables = {table.name: rows for table in STORED for _, rows in other.rows(table, [run])}
                    writer.append(records[run], tables)
                writer.commit()
            copied += len(done)
        other.close()
        self.refresh()
        return copied

    def remove(self, keep: Collection[str]) -> int:
        """Remove all runs but those to keep, and what crashes left behind; return how many runs were removed.

        Batches that hold runs of both kinds are written anew before the old ones go. Damaged ones stay as they are.
        """
        self.verify()
        kept = set(keep)
        going = [run for run in self._entries if run not in kept]
        for batch in list(self._batches.values()):
            staying = [run for run, _, _ in batch.runs if run in kept and self._entries[run].batch is batch]
            if len(staying) < len(batch.runs):
                self._reduce(batch, staying)
        for left in self.left_behind():
            shutil.rmtree(left, ignore_errors=True)
        self._entries.clear()
        self._batches.clear()
        self._seen.clear()
        self.refresh()
        return len(going)

    def _reduce(self, batch: Batch, staying: Collection[str]) -> None:
        """Write some runs of a batch into a new one, then remove the batch at once."""
        records = {record.run: record for record in batch.records()}
        with BatchWriter(self.folder) as writer:
            for run in staying:
                tables = {table.name: rows for table in STORED for _, rows in self.rows(table, [run])}
                writer.append(records[run], tables)
            writer.commit()
        self.close()
        gone = batch.folder.with_name(f".{batch.folder.name}.partial")
        batch.folder.rename(gone)
        shutil.rmtree(gone)

    def left_behind(self) -> list[Path]:
        """Return what is no part of the store: batches that a crash left half-written, and damaged ones set aside."""
        return sorted(self.folder.glob(".*")) if self.folder.is_dir() else []

    def compressed_bytes(self, runs: Iterable[str]) -> int:
        """Return the bytes on disk of the tables of some runs, without what batches have besides."""
        return sum(
            _bytes_of(self._file(entry.batch, table).metadata.row_group(group))
            for run in runs
            for table in STORED
            if (entry := self._entries.get(run)) is not None
            and (group := entry.batch.groups.get(table.name, {}).get(run)) is not None
        )


def _bytes_of(group: pq.RowGroupMetaData) -> int:
    return sum(int(group.column(number).total_compressed_size) for number in range(group.num_columns))


def _records(folder: Path) -> list[Record]:
    try:
        return read_batch(folder).records()
    except (OSError, ValueError, pa.ArrowException) as error:
        raise _broken(folder, error) from error


def _broken(path: Path, error: Exception) -> ResultsError:
    why = " ".join(str(error).split())
    return ResultsError(
        f"{path} is missing or broken: {why}; the command that carried out the study carries out these runs again"
    )


def sibling_stores(study: Path) -> Iterator[Path]:
    """Yield the folders beside a study that hold runs as well, and can be read."""
    places: list[Path] = []
    with suppress(OSError):
        places = sorted(study.parent.iterdir())
    for place in places:
        if place != study and not place.name.startswith(".") and _holds_runs(place):
            yield place


def _holds_runs(folder: Path) -> bool:
    with suppress(OSError):
        next((folder / PARTS).iterdir(), None)
        return True
    return False


def labelled(rows: pa.Table, table: Table, policy: str, replication: int) -> pa.Table:
    """Return rows of a batch in the columns of a study: with its policy and world instead of the run's id."""
    names = pa.DictionaryArray.from_arrays(pa.array([0] * rows.num_rows, pa.int32()), pa.array([policy], pa.string()))
    own = {"policy": names, "replication": pa.array([replication] * rows.num_rows, pa.int64())}
    columns = [own[name] if name in own else rows.column(name) for name in table.column_names()]
    return pa.Table.from_arrays(columns, schema=arrow_schema(table))
