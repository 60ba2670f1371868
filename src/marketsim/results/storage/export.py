"""Tables of a study as files for other programs: CSV, Parquet, or one Excel workbook; written whole or not at all."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from marketsim.errors import ResultsError
from marketsim.results.key_figures import KPIS
from marketsim.results.storage.inventory import is_study, manifest_or_none
from marketsim.results.storage.study_tables import PROVENANCE, StudyTable, provenance, short_tables, tables_of
from marketsim.results.tables import KPIS_TABLE
from marketsim.scenario.paths import no_such

CSV, XLSX, PARQUET = "csv", "xlsx", "parquet"
FORMATS = (CSV, XLSX, PARQUET)
_ROWS_PER_GROUP = 100_000


@dataclass(frozen=True)
class Asked:
    """What is exported.

    Attributes:
        format: one of `FORMATS`.
        tables: names of tables; none are those whose size does not grow with the months, and the key figures of single
            runs if some are named.
        kpis: names of key figures; none are all.
        out: the file or folder; one named after the study when None.
        force: whether files that are there are replaced.
    """

    format: str
    tables: tuple[str, ...] = ()
    kpis: tuple[str, ...] = ()
    out: Path | None = None
    force: bool = False


def export(folder: Path, asked: Asked) -> list[Path]:
    """Write tables of a study, and return the files.

    Raises:
        ResultsError: there is no such format, table or key figure, a file exists, or one cannot be written.
    """
    if asked.format not in FORMATS:
        raise ResultsError(f"--format {asked.format}: must be {', '.join(FORMATS[:-1])} or {FORMATS[-1]}")
    tables = _chosen(folder, asked)
    out = asked.out or Path(_default_name(folder, asked.format))
    _check_place(out)
    single = asked.format == XLSX or out.suffix == f".{asked.format}"
    if single and asked.format != XLSX and len(tables) != 1:
        raise ResultsError(f"{out} can hold one table, not {len(tables)}; name one with --table, or give a folder")
    if single:
        return [_write_file(folder, tables, out, asked)]
    return _write_folder(folder, tables, out, asked)


def _chosen(folder: Path, asked: Asked) -> list[StudyTable]:
    known = tables_of(folder)
    for name in asked.tables:
        if name not in known:
            raise ResultsError(f"--table {name}: {no_such('table', name, list(known))}")
    names = [kpi.name for kpi in KPIS]
    for name in asked.kpis:
        if name not in names:
            raise ResultsError(f"--kpi {name}: {no_such('key figure', name, names)}")
    usual = [*short_tables(folder), *([KPIS_TABLE.name] if asked.kpis else [])]
    return [known[name] for name in dict.fromkeys(asked.tables or usual)]


def _default_name(folder: Path, form: str) -> str:
    name = str((manifest_or_none(folder) or {}).get("name") or folder.resolve().name)
    return f"{name}.xlsx" if form == XLSX else f"{name}-{form}"


def _check_place(out: Path) -> None:
    place = next(
        (place for place in (out.resolve(), *out.resolve().parents) if place.is_dir() and is_study(place)), None
    )
    if place is not None:
        raise ResultsError(f"{out} lies in {place}, whose contents the study replaces; choose another place with --out")


def _write_file(folder: Path, tables: Sequence[StudyTable], out: Path, asked: Asked) -> Path:
    if out.is_dir():
        raise ResultsError(f"{out} is a folder; give a file with --out")
    _refuse([out] if out.exists() else [], asked)
    with _writing(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        new = out.with_name(f".{uuid.uuid4().hex[:12]}.partial")
        try:
            _write(folder, tables, new, asked)
            os.replace(new, out)
        finally:
            new.unlink(missing_ok=True)
    return out


def _write(folder: Path, tables: Sequence[StudyTable], path: Path, asked: Asked) -> None:
    if asked.format == XLSX:
        from marketsim.results.storage.workbook import write_workbook

        write_workbook(path, [(table.name, table.parts(asked.kpis)) for table in tables], provenance(folder))
    else:
        _write_table(tables[0].parts(asked.kpis), path, asked.format)


def _write_folder(folder: Path, tables: Sequence[StudyTable], out: Path, asked: Asked) -> list[Path]:
    """Write a file per table beside the folder, then move them all into it."""
    if out.exists() and not out.is_dir():
        raise ResultsError(f"{out} is a file; give a folder with --out")
    names = [f"{table.name}.{asked.format}" for table in tables] + [f"{PROVENANCE}.{asked.format}"]
    _refuse([out / name for name in names if (out / name).exists()], asked)
    with _writing(out):
        new = out.with_name(f".{uuid.uuid4().hex[:12]}.partial")
        try:
            new.mkdir(parents=True)
            for table, name in zip(tables, names, strict=False):
                _write_table(table.parts(asked.kpis), new / name, asked.format)
            _write_table(iter([provenance(folder)]), new / names[-1], asked.format)
            out.mkdir(exist_ok=True)
            for name in names:
                os.replace(new / name, out / name)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    return [out / name for name in names]


def _refuse(existing: Collection[Path], asked: Asked) -> None:
    if existing and not asked.force:
        names = ", ".join(str(path) for path in existing)
        raise ResultsError(f"{names}: exists already; nothing was written. Choose another place with --out, or --force")


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ResultsError(f"cannot write {out}: {error.strerror or error}; nothing was exported") from error


def _write_table(parts: Iterator[pa.Table], path: Path, form: str) -> None:
    if form == PARQUET:
        _write_parquet(parts, path)
        return
    header = True
    with path.open("w", encoding="utf-8", newline="") as file:
        for part in parts:
            part.to_pandas().to_csv(file, index=False, header=header, lineterminator="\n")
            header = False


def _write_parquet(parts: Iterator[pa.Table], path: Path) -> None:
    """Write parts into row groups of a good size, one of which is in memory at a time."""
    waiting = [next(parts)]
    with pq.ParquetWriter(path, waiting[0].schema, compression="zstd") as writer:
        for part in parts:
            waiting.append(part)
            if sum(each.num_rows for each in waiting) >= _ROWS_PER_GROUP:
                writer.write_table(pa.concat_tables(waiting))
                waiting = []
        if waiting:
            writer.write_table(pa.concat_tables(waiting))
