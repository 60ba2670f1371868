"""`marketsim run`: base and policies in every world, the comparison on the screen, the report on disk."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from marketsim.cli.arguments import Execution, Scale
from marketsim.cli.failures import raise_for_failures
from marketsim.cli.forecast import show_study_forecast
from marketsim.cli.options import load_with_options
from marketsim.cli.overview import head, size_of, sweep_lines
from marketsim.cli.report import Wanted, write_after_runs
from marketsim.cli.screen import console, say
from marketsim.errors import RunFailedError, StudyInterruptedError, UnansweredError
from marketsim.scenario.loaded import Scenario

if TYPE_CHECKING:
    from pandas import DataFrame

    from marketsim.results.storage.store import StudyResult

INTERRUPTED = 130
"""Exit code after Ctrl-C."""


def run_scenario(
    file: str,
    changes: Sequence[str],
    scale: Scale,
    how: Execution,
    wanted: Wanted,
    *,
    checks: bool,
    profile: bool,
) -> int:
    """Run a study and show its results.

    Args:
        file: the scenario file.
        changes: `path=value` options.
        scale: how large it is.
        how: how it is carried out.
        wanted: which reports are written.
        checks: whether to repeat the runs at the ends of assumptions.
        profile: whether to show the time of each phase of the month.

    Returns:
        The exit code: 0, 1 if a question has no answer, or 130 if the user interrupted it.

    Raises:
        ScenarioError: the input is not valid; nothing is written.
        RunFailedError: runs failed; what finished is shown and stored.
    """
    try:
        settings = how.settings()
        wanted.check()
        scenario, moved = load_with_options(file, changes, **scale.options())
        wanted.check_study(scenario)
        screen = console()
        size = size_of(scenario, checks=checks)
        say(screen, *head(scenario, size), *sweep_lines(scenario, with_run=True), *([moved] if moved else []))
        folder = how.out or Path("results") / scenario.name
        if how.dry_run:
            return show_study_forecast(scenario, folder, screen, how, checks=checks)
        began = perf_counter()
        result = _study(scenario, out=folder, checks=checks, settings=settings)
    except StudyInterruptedError as error:
        return _interrupted(str(error) + _report_of(error.folder, wanted))
    except UnansweredError as error:
        print(str(error) + _report_of(error.folder, wanted), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return _interrupted("interrupted; nothing was written")
    try:
        _show(result, screen, began, wanted, profile=profile)
    except KeyboardInterrupt:
        return _interrupted(f"interrupted; all runs are in {result.folder}, but the report is not complete")
    return 0


def _interrupted(message: str) -> int:
    print(message, file=sys.stderr)
    return INTERRUPTED


def _report_of(folder: Path | None, wanted: Wanted) -> str:
    """Report what an interrupted study has; return how the message goes on."""
    from marketsim.results.storage.store import load

    if folder is None:
        return ""
    try:
        written, failure = write_after_runs(load(folder), wanted)
    except KeyboardInterrupt:
        return f"\nthe report is not complete; what finished is in {folder}"
    return "".join(f"\nreport of what finished  {path}" for path in written) + (f"\n{failure}" if failure else "")


def _study(scenario: Scenario, **settings: Any) -> StudyResult:
    from marketsim.experiments.progress import standard_progress
    from marketsim.experiments.study import run_study

    return run_study(scenario, progress=standard_progress(), **settings)


def _show(result: StudyResult, screen: Console, began: float, wanted: Wanted, *, profile: bool) -> None:
    """Write the reports and print the answer; MarketsimError if any run failed, or a report could not be written."""
    from marketsim.reporting.terminal import print_result

    written, failure = write_after_runs(result, wanted)
    say(screen, "")
    print_result(result, screen, written, seconds=perf_counter() - began)
    if profile:
        screen.print(phase_table(result.timings))
    try:
        raise_for_failures(result.folder, result.runs)
    except RunFailedError as error:
        raise RunFailedError("\n".join(str(fault) for fault in (error, failure) if fault)) from error
    if failure is not None:
        raise failure


def phase_table(timings: DataFrame) -> Table:
    """Return a table of the time that all runs together spent in each phase of the month.

    Args:
        timings: the timings of a study: a row per run, with columns ``phase_<name>_seconds``.
    """
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("phase of the month")
    table.add_column("seconds", justify="right")
    table.add_column("share", justify="right")
    columns = [name for name in timings.columns if name.startswith("phase_")]
    seconds = {name.removeprefix("phase_").removesuffix("_seconds"): timings[name].sum() for name in columns}
    total = sum(seconds.values()) or 1.0
    for phase, spent in seconds.items():
        table.add_row(phase, f"{spent:.2f}", f"{100 * spent / total:.0f} %")
    return table
