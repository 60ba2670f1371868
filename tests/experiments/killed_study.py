"""A study that can be killed at any moment, as a program: python -m tests.experiments.killed_study FOLDER EXECUTOR JOBS."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from tests.experiments.fake_models import momentary
from tests.results.fake_market import scenario

from marketsim.errors import MarketsimError
from marketsim.experiments.plan import Plan, plan
from marketsim.experiments.progress import Silent
from marketsim.experiments.settings import Settings
from marketsim.experiments.study import carry_out
from marketsim.scenario.loaded import Scenario


def study() -> tuple[Scenario, Plan]:
    """Return the study: 30 main runs and 24 at the ends of assumptions."""
    given = scenario({"replications": 10, "check_replications": 2})
    return given, plan(given.study)


def settings(executor: str, jobs: int, **more: Any) -> Settings:
    """Return how it is carried out: batches are small, so that there are many moments between two."""
    return Settings(jobs, executor=executor or None, simulate=momentary, batch_seconds=0.1, **more)


def main() -> int:
    """Carry out the study, and return the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("executor")
    parser.add_argument("jobs", type=int)
    parser.add_argument("--largest-file", type=int)
    parser.add_argument("--clock-jumps", action="store_true")
    given = parser.parse_args()
    if given.largest_file:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (given.largest_file, given.largest_file))
    if given.clock_jumps:
        _let_the_clock_jump()
    scenario_given, runs = study()
    try:
        carry_out(scenario_given, runs, given.folder, settings(given.executor, given.jobs), Silent())
    except MarketsimError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _let_the_clock_jump() -> None:
    """Set the time of day back by an hour with every look at it; it is the day of a change to winter time, over and over."""
    true_time, looks = time.time, [0]

    def jumping() -> float:
        looks[0] += 1
        return true_time() - 3600 * looks[0]

    time.time = jumping


if __name__ == "__main__":
    sys.exit(main())
