"""Results of a study on disk: writing them all at once, and reading them again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from marketsim.errors import ResultsError
from marketsim.results.columns import STORED_TABLES, read_parquet, to_arrow, write_parquet
from marketsim.results.storage.checksums import write_checksums
from marketsim.results.storage.csv_tables import read_csv, write_csv
from marketsim.results.storage.folders import MANIFEST, read_manifest
from marketsim.results.tables import KPIS_TABLE, RUNS, Table

TABLES = "tables"
RUNS_FILE = "runs.parquet"
TIMINGS_FILE = "timings.parquet"
ANSWERS = (
    *("break_even", "break_even_points", "budget", "ladder", "ranking", "replications"),
    *("sweep", "sweep_points", "regret", "sensitivity", "overturning"),
)
"""Tables of questions beyond the comparison of policies; a study has those that it asks for."""
SUMMARY_FILE = "summary.csv"
CHECKS_FILE = "checks.csv"


@dataclass(frozen=True)
class StudyResult:
    """The results of a study.

    Attributes:
        folder: where they are stored.
        manifest: scenario, hash, seed, versions, status and numbers of runs.
        runs: a row per run, in the columns of `results.tables.RUNS`.
        timings: a row per run: seconds, host and what else differs from one execution to the next.
        summary: means, intervals and paired differences, in `results.tables.SUMMARY_COLUMNS`.
        checks: differences at the ends of the assumptions, in `results.statistics.checks.CHECK_COLUMNS`.
        answers: those of the tables `ANSWERS` that the study has, by name.
    """

    folder: Path
    manifest: dict[str, Any]
    runs: pd.DataFrame
    timings: pd.DataFrame
    summary: pd.DataFrame
    checks: pd.DataFrame
    answers: dict[str, pd.DataFrame] = field(default_factory=dict)

    @cached_property
    def kpis(self) -> pd.DataFrame:
        """KPIs of every main run (those of reference runs are not kept), in the columns of `results.tables.KPIS_TABLE`.

        They are read when they are first asked for.
        """
        return self.table(KPIS_TABLE.name)

    def table(self, name: str) -> pd.DataFrame:
        """Return a table of `results.tables.RUN_TABLES` or the KPIs over all finished main runs, read from disk.

        Raises:
            ResultsError: there is no such table, or its file is missing.
        """
        if name not in STORED_TABLES:
            raise ResultsError(f"there is no table {name}; there are {', '.join(STORED_TABLES)}")
        return _read(self.folder / TABLES / f"{name}.parquet")


@dataclass(frozen=True)
class Contents:
    """Everything that is written, besides the tables of the runs."""

    manifest: dict[str, Any]
    runs: pd.DataFrame
    timings: pd.DataFrame
    summary: pd.DataFrame
    checks: pd.DataFrame
    answers: dict[str, pd.DataFrame] = field(default_factory=dict)


def write(folder: Path, contents: Contents, tables: Callable[[Table], Iterable[pa.Table]]) -> None:
    """Write all results into a folder.

    Args:
        folder: an existing folder that is not yet in its place.
        contents: what is written.
        tables: gives the rows of a table, run by run in the order of policy and world.
    """
    (folder / TABLES).mkdir()
    for table in STORED_TABLES.values():
        write_parquet(tables(table), table, folder / TABLES / f"{table.name}.parquet")
    write_runs(folder, contents.runs, contents.timings)
    write_csv(contents.summary, folder / SUMMARY_FILE)
    write_csv(contents.checks, folder / CHECKS_FILE)
    write_answers(folder, contents.manifest, contents.answers)


def write_runs(folder: Path, runs: pd.DataFrame, timings: pd.DataFrame) -> None:
    """Write the table of runs, and beside it what differs from one execution to the next."""
    write_parquet([to_arrow(runs, RUNS)], RUNS, folder / RUNS_FILE)
    timings.to_parquet(folder / TIMINGS_FILE, index=False, compression="zstd")


def write_answers(folder: Path, manifest: dict[str, Any], answers: dict[str, pd.DataFrame]) -> None:
    """Write the tables of questions, the manifest, and checksums; without anything else they are results of their own."""
    for name, answer in answers.items():
        write_csv(answer, folder / f"{name}.csv")
    text = json.dumps(manifest, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")
    write_checksums(folder)


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
        summary=read_csv(place / SUMMARY_FILE),
        checks=read_csv(place / CHECKS_FILE),
        answers=read_answers(place),
    )


def read_answers(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables of questions that a folder of results holds, by name."""
    files = {name: folder / f"{name}.csv" for name in ANSWERS}
    return {name: read_csv(file) for name, file in files.items() if file.exists()}


def _read(path: Path) -> pd.DataFrame:
    try:
        return read_parquet(path)
    except (OSError, pa.ArrowException) as error:
        raise ResultsError(f"{path} is missing or broken: {error}") from error
