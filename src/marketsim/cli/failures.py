"""What is said of runs that failed, and how they are carried out again."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from marketsim.errors import RunFailedError

if TYPE_CHECKING:
    from pandas import DataFrame

SHORT = 12
"""Digits of a run's id that are shown."""


def raise_for_failures(folder: Path, runs: DataFrame) -> None:
    """Raise RunFailedError if runs of a study failed, with the first error and how to make it again.

    Args:
        folder: the folder of the study.
        runs: its runs, in the columns of `results.tables.RUNS`.
    """
    failed = runs[runs["status"] != "done"]
    if len(failed):
        first = failed.iloc[0]
        raise RunFailedError(
            f"{len(failed)} of {len(runs)} runs did not finish; the first: {first['error']}\n"
            f"make it again:        {replay_command(folder, str(first['run']))}\n"
            "run all failed again: the same command with --retry-failed"
        )


def replay_command(folder: Path, run: str) -> str:
    """Return the command that carries out a stored run again, by itself."""
    return shlex.join(["marketsim", "replay", str(folder), run[:SHORT]])
