"""Tables of finished runs on their way to the result files, kept on disk and not in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from marketsim.results.columns import to_arrow
from marketsim.results.tables import MONTHLY_TABLES


@dataclass(frozen=True)
class Place:
    """Where a table of a run lies in a spool file: name of the file, first byte and number of bytes."""

    file: str
    offset: int
    size: int


@dataclass(frozen=True)
class Spool:
    """A file to which one process appends the tables of its runs.

    Each table is an Arrow stream of its own, so that what a process wrote before it was killed stays
    readable.

    Attributes:
        folder: folder that all processes of a study share.
        file: name of this process's file.
    """

    folder: Path
    file: str

    def append(self, tables: Mapping[str, pd.DataFrame]) -> dict[str, Place]:
        """Write the monthly tables of a run, sorted by key, and return the place of each by its name."""
        streams = {table.name: _stream(to_arrow(tables[table.name], table)) for table in MONTHLY_TABLES}
        places = {}
        with (self.folder / self.file).open("ab") as file:
            for name, stream in streams.items():
                places[name] = Place(self.file, file.tell(), len(stream))
                file.write(stream)
        return places


def _stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def read_places(folder: Path, places: list[Place]) -> Iterator[pa.Table]:
    """Yield the tables that lie at the given places, in that order, one at a time."""
    files = {name: (folder / name).open("rb") for name in sorted({place.file for place in places})}
    try:
        for place in places:
            file = files[place.file]
            file.seek(place.offset)
            yield pa.ipc.open_stream(file.read(place.size)).read_all()
    finally:
        for file in files.values():
            file.close()
