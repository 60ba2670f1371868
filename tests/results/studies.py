"""Small stored studies, made by the fake market."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from tests.results.fake_market import VISIBILITY, scenario, simulate

from marketsim.experiments.alone import ask_alone
from marketsim.experiments.plan import plan
from marketsim.experiments.progress import Silent
from marketsim.experiments.questions import carry_out_sweeps
from marketsim.experiments.settings import Settings
from marketsim.experiments.study import carry_out
from marketsim.results.run_result import RunResult
from marketsim.results.storage.store import StudyResult
from marketsim.results.tables import BASE
from marketsim.scenario.loaded import Scenario

STAFF = "retailers.Alpha.desks.contact.staff_factor"
SWEEP = {
    "envy": {
        "design": "grid",
        "policies": ["lane"],
        "levers": {"staff": {"path": STAFF, "values": [1.0, 1.2]}},
        "uncertainties": {"visibility": {"path": VISIBILITY, "values": [0.25, 0.5, 0.75]}},
    }
}
"""A lever with two values under a policy, and an uncertainty with three: six points, three bases."""
SMALL = {"replications": 2, "check_replications": 1}
PROFIT = "profit_cny_per_year"
FAILS = "FAKE_MARKET_FAILS"
"""Variable of the environment: with it, some runs of `moody` fail."""


class Quiet(Silent):
    """Tells nobody."""

    def begin(self, what: str, total: int, already: int = 0) -> None:
        """Do nothing."""


def moody(given: Scenario, replication: int, policy: str = BASE, threads: int = 1) -> RunResult:
    """Fail in world 1 of the lane, where the variable of the environment says so."""
    if os.environ.get(FAILS) and (policy, replication) == ("lane", 1):
        raise ZeroDivisionError("=1/0 customers")
    return simulate(given, replication, policy, threads)


def study(folder: Path, **changes: Any) -> StudyResult:
    """Run a study of the fake market in this process."""
    given = scenario(**changes)
    return carry_out(given, plan(given.study), folder, Settings(jobs=1, simulate=moody), Quiet())


def sweep(folder: Path) -> None:
    """Run a sweep by itself."""
    given = scenario(sweep=SWEEP)
    settings = Settings(jobs=1, simulate=moody)
    ask_alone(
        given,
        lambda lab, out: carry_out_sweeps(lab, ["envy"], list(given.study.policies), out),
        folder,
        settings,
        Quiet(),
    )
