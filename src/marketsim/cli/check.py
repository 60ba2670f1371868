"""`marketsim check`: what a scenario will run, on what its answer rests, and how long it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from marketsim.cli.options import load_with_options
from marketsim.cli.overview import (
    COMPILE_SECONDS,
    assumption_table,
    duration,
    head,
    notes,
    segment_table,
    size_of,
    sweep_lines,
)
from marketsim.cli.screen import console, cores, say


def check_scenario(
    file: str, settings: Sequence[str], options: Mapping[str, Any], *, jobs: int | None, checks: bool
) -> None:
    """Validate a scenario and print what it will run.

    Args:
        file: the scenario file.
        settings: `path=value` options.
        options: agents, replications, months and seed, None where not given.
        jobs: runs at the same time; all cores when None.
        checks: whether runs are repeated at the ends of assumptions.

    Raises:
        ScenarioError: the scenario is not valid.
    """
    scenario, moved = load_with_options(file, settings, **options)
    size = size_of(scenario, checks=checks)
    screen: Console = console()
    say(screen, *head(scenario, size), *([moved] if moved else []), "")
    screen.print(segment_table(scenario, size))
    say(screen, *notes(scenario, size), "", *sweep_lines(scenario), *([""] if scenario.study.sweep else []))
    if scenario.study.assumptions:
        screen.print(assumption_table(scenario.study))
        say(screen, "")
    processes = jobs or cores()
    time = duration(size.seconds(scenario.study.run.months, processes))
    say(
        screen,
        f"{file} is valid. It takes about {time} on {processes} {'core' if processes == 1 else 'cores'}, "
        f"and {COMPILE_SECONDS} s more to compile the market rules if they were never run on this machine.",
    )
