"""Results of a study on disk: writing them all at once, and reading them again."""

from __future__ import annotations

import json
from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from marketsim.errors import ResultsError
from marketsim.results.columns import STORED_TABLES, read_parquet, to_arrow, write_parquet
from marketsim.results.folders import MANIFEST, read_manifest
from marketsim.results.spool import Place, read_places
from marketsim.results.tables import KPIS_TABLE, MONTHLY_TABLES, RUNS

TABLES = "tables"
RUNS_FILE = "runs.parquet"
TIMINGS_FILE = "timings.parquet"
ANSWERS = ("break_even", "break_even_points", "budget", "ladder")
"""Tables of questions beyond the comparison of policies; a study has those that it asks for."""
SUMMARY_FILE = "summary.csv"
CHECKS_FILE = "checks.csv"
_LABELS = (
    *("policy", "retailer", "segment", "tier", "kpi", "unit", "reference", "assumption", "end", "direction"),
    *("name", "path", "verdict", "cost", "best", "series", "mechanism"),
)


@dataclass(frozen=True)
class StudyResult:
    """The results of a study.

    Attributes:
        folder: where they are stored.
        manifest: scenario, hash, seed, versions, status and numbers of runs.
        runs: a row per run, in the columns of `results.tables.RUNS`.
        timings: a row per run: seconds, host and what else differs from one execution to the next.
        kpis: KPIs of every main run (those of reference runs are not kept), in the columns of `results.tables.KPIS_TABLE`.
        summary: means, intervals and paired differences, in `results.tables.SUMMARY_COLUMNS`.
        checks: differences at the ends of the assumptions, in `results.checks.CHECK_COLUMNS`.
        answers: those of the tables `ANSWERS` that the study has, by name.
    """

    folder: Path
    manifest: dict[str, Any]
    runs: pd.DataFrame
    timings: pd.DataFrame
    kpis: pd.DataFrame
    summary: pd.DataFrame
    checks: pd.DataFrame
    answers: dict[str, pd.DataFrame] = field(default_factory=dict)

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of `results.tables.MONTHLY_TABLES` over all finished main runs, read from disk.

        Raises:
            ResultsError: there is no such table, or its file is missing.
        """
        if name not in STORED_TABLES:
            raise ResultsError(f"there is no table {name}; there are {', '.join(STORED_TABLES)}")
        return _read(self.folder / TABLES / f"{name}.parquet")


@dataclass(frozen=True)
class Contents:
    """Everything that is written, besides the monthly tables, which wait in a spool."""

    manifest: dict[str, Any]
    runs: pd.DataFrame
    timings: pd.DataFrame
    kpis: pd.DataFrame
    summary: pd.DataFrame
    checks: pd.DataFrame
    answers: dict[str, pd.DataFrame] = field(default_factory=dict)


def write(folder: Path, contents: Contents, spool: Path, places: list[dict[str, Place]]) -> None:
    """Write all results into a folder.

    Args:
        folder: an existing folder that is not yet in its place.
        contents: what is written.
        spool: folder of the spool files.
        places: the places of the tables of every run, in the order of policy and replication.
    """
    (folder / TABLES).mkdir()
    for table in MONTHLY_TABLES:
        tables = read_places(spool, [run[table.name] for run in places])
        write_parquet(tables, table, folder / TABLES / f"{table.name}.parquet")
    kpis = to_arrow(contents.kpis, KPIS_TABLE)
    write_parquet([kpis], KPIS_TABLE, folder / TABLES / f"{KPIS_TABLE.name}.parquet")
    write_parquet([to_arrow(contents.runs, RUNS)], RUNS, folder / RUNS_FILE)
    contents.timings.to_parquet(folder / TIMINGS_FILE, index=False, compression="zstd")
    write_csv(contents.summary, folder / SUMMARY_FILE)
    write_csv(contents.checks, folder / CHECKS_FILE)
    write_answers(folder, contents.manifest, contents.answers)


def write_answers(folder: Path, manifest: dict[str, Any], answers: dict[str, pd.DataFrame]) -> None:
    """Write the manifest and the tables of questions; without anything else they are results of their own."""
    for name, answer in answers.items():
        write_csv(answer, folder / f"{name}.csv")
    text = json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame with ten significant digits, so that equal values give equal bytes everywhere."""
    numbers = frame.select_dtypes("float")
    plain = frame.assign(**{str(name): numbers[name] + 0.0 for name in numbers})
    plain.to_csv(path, index=False, float_format="%.10g", lineterminator="\n", encoding="utf-8")


def load(folder: str | Path) -> StudyResult:
    """Return the results that are stored in a folder.

    Raises:
        ResultsError: the folder holds no results, or a file of them is missing or broken.
    """
    place = Path(folder)
    manifest = read_manifest(place)
    return StudyResult(
        folder=place,
        manifest=manifest,
        runs=_read(place / RUNS_FILE),
        timings=_read(place / TIMINGS_FILE),
        kpis=_read(place / TABLES / f"{KPIS_TABLE.name}.parquet"),
        summary=_read_csv(place / SUMMARY_FILE),
        checks=_read_csv(place / CHECKS_FILE),
        answers=read_answers(place),
    )


def read_answers(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables of questions that a folder of results holds, by name."""
    files = {name: folder / f"{name}.csv" for name in ANSWERS}
    return {name: _read_csv(file) for name, file in files.items() if file.exists()}


def _read(path: Path) -> pd.DataFrame:
    try:
        return read_parquet(path)
    except (OSError, pa.ArrowException) as error:
        raise ResultsError(f"{path} is missing or broken: {error}") from error


def _read_csv(path: Path) -> pd.DataFrame:
    """Read a CSV in which only numbers can be missing: a retailer may well be called NA."""
    try:
        header = pd.read_csv(path, nrows=0, encoding="utf-8").columns
        types: dict[Hashable, str] = {name: "str" if name in _LABELS else "float64" for name in header}
        types |= {name: "int64" for name in header if name == "n"}
        missing = {str(name): [""] for name in header if name not in _LABELS}
        return pd.read_csv(path, dtype=types, keep_default_na=False, na_values=missing, encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ResultsError(f"{path} is missing or broken: {error}") from error
