"""Stored results as a report reads them: a study, or a folder that holds sweeps only."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from marketsim.errors import ResultsError
from marketsim.reporting.view import StudyData
from marketsim.results.statistics.checks import CHECK_COLUMNS
from marketsim.results.storage.folders import read_manifest
from marketsim.results.storage.store import SUMMARY_FILE, load, read_answers
from marketsim.results.tables import KPIS_TABLE, RUNS, SUMMARY_COLUMNS


@dataclass(frozen=True)
class SweepsOnly:
    """The results of a folder without main runs: empty tables in place of those that a study has."""

    folder: Path
    manifest: dict[str, Any]
    answers: dict[str, pd.DataFrame]
    runs: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(RUNS.column_names())))
    timings: pd.DataFrame = field(default_factory=pd.DataFrame)
    kpis: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(KPIS_TABLE.column_names())))
    summary: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(SUMMARY_COLUMNS)))
    checks: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(CHECK_COLUMNS)))

    def table(self, name: str) -> pd.DataFrame:
        """Refuse: there are no monthly tables."""
        raise ResultsError(f"there is no table {name}: {self.folder} holds sweeps only")


def results_in(folder: str | Path) -> StudyData:
    """Return the results in a folder.

    Args:
        folder: of a study, or of sweeps.

    Raises:
        ResultsError: the folder holds no results, or a table of it is broken.
    """
    place = Path(folder)
    if (place / SUMMARY_FILE).exists():
        return load(place)
    return SweepsOnly(place, read_manifest(place), read_answers(place))
