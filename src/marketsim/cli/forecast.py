"""What ``--dry-run`` shows: how many runs, how many of them are stored, about how long, and how much disk."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from marketsim.cli.arguments import Execution
from marketsim.cli.overview import duration, seconds_per_run, size_of
from marketsim.cli.screen import cores, say
from marketsim.scenario.loaded import Scenario

if TYPE_CHECKING:
    from marketsim.experiments.forecast import Forecast


def show_study_forecast(scenario: Scenario, folder: Path, screen: Console, how: Execution, *, checks: bool) -> int:
    """Show what `marketsim run` would run; return the exit code."""
    from marketsim.experiments.forecast import forecast_study

    found = forecast_study(scenario, folder, checks=checks, retry_failed=how.retry_failed)
    _show(found, scenario, folder, screen, how)
    asked = {"break-even values": scenario.study.break_even, "comparisons at equal money": scenario.study.budget}
    more = " and ".join(name for name, part in asked.items() if part)
    if more:
        say(screen, f"not counted: the runs that are needed to find {more}")
    return 0


def show_sweep_forecast(scenario: Scenario, folder: Path, screen: Console, how: Execution, names: Sequence[str]) -> int:
    """Show what `marketsim sweep` would run; return the exit code."""
    from marketsim.experiments.forecast import forecast_sweeps

    found = forecast_sweeps(scenario, folder, names, retry_failed=how.retry_failed)
    _show(found, scenario, folder, screen, how)
    return 0


def _show(found: Forecast, scenario: Scenario, folder: Path, screen: Console, how: Execution) -> None:
    jobs = how.jobs or cores()
    one = found.seconds or seconds_per_run(size_of(scenario, checks=False), scenario.study.run.months)
    measured = "as long as those stored took" if found.seconds else "estimated"
    say(
        screen,
        f"{found.runs:,} runs: {found.stored:,} stored in {folder}, {found.elsewhere:,} in other studies beside it, "
        + (f"{found.failed:,} failed before, " if found.failed else "")
        + f"{found.missing:,} to be carried out",
        f"about {duration(found.missing * one / jobs)} on {jobs} {'core' if jobs == 1 else 'cores'} "
        f"({one:.2g} s a run, {measured}), and {_size(found.disk_bytes)} of disk ({_free(folder)} free)",
        *_worlds(scenario),
        "nothing was run",
    )


def _worlds(scenario: Scenario) -> list[str]:
    run = scenario.study.run
    if run.stopping() is None:
        return []
    return [f"counted with {run.first_worlds()} worlds; up to {run.most_worlds()} are run until enough is known"]


def _size(count: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} TB"


def _free(folder: Path) -> str:
    place = folder.resolve()
    while not place.exists():
        place = place.parent
    return _size(shutil.disk_usage(place).free)
