"""What a report needs of a study's results, wherever they come from."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import pandas as pd


class StudyData(Protocol):
    """What a report needs of a study's results; `results.storage.store.StudyResult` is one."""

    @property
    def folder(self) -> Path:
        """Directory of the results."""
        ...

    @property
    def manifest(self) -> dict[str, Any]:
        """Contents of manifest.json."""
        ...

    @property
    def runs(self) -> pd.DataFrame:
        """A row per run: policy, replication, check, status, error, months, customers, agents."""
        ...

    @property
    def timings(self) -> pd.DataFrame:
        """How long runs took."""
        ...

    @property
    def kpis(self) -> pd.DataFrame:
        """The KPIs of every run."""
        ...

    @property
    def summary(self) -> pd.DataFrame:
        """Means, intervals and paired differences."""
        ...

    @property
    def checks(self) -> pd.DataFrame:
        """The paired differences at the ends of the starred assumptions."""
        ...

    @property
    def answers(self) -> dict[str, pd.DataFrame]:
        """The tables of further questions, by name."""
        ...

    def table(self, name: str) -> pd.DataFrame:
        """Return a monthly table of all runs."""
        ...
