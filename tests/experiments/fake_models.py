"""Models that misbehave, in ways that worker processes can import."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from tests.results.fake_market import simulate

from marketsim.experiments.progress import Silent
from marketsim.results.run_result import RunResult
from marketsim.results.tables import BASE
from marketsim.scenario.loaded import Scenario


def failing(given: Scenario, replication: int, policy: str = BASE, threads: int = 1) -> RunResult:
    """Fail in two worlds: with the base in world 1, with the lane in world 2."""
    if (policy, replication) in ((BASE, 1), ("lane", 2)):
        raise ZeroDivisionError(f"no customers\nin world {replication}")
    return simulate(given, replication, policy, threads)


def always_failing(given: Scenario, replication: int, policy: str = BASE, threads: int = 1) -> RunResult:
    """Fail whatever is asked."""
    raise ValueError("nothing works")


def deadly(given: Scenario, replication: int, policy: str = BASE, threads: int = 1) -> RunResult:
    """Kill the process in one run."""
    if (policy, replication) == ("lane", 1):
        os.kill(os.getpid(), signal.SIGKILL)
    return simulate(given, replication, policy, threads)


def deadly_once(given: Scenario, replication: int, policy: str = BASE, threads: int = 1) -> RunResult:
    """Kill the process in one run, the first time; the file named as the scenario's source remembers it."""
    if (policy, replication) == ("lane", 1) and not Path(given.source).exists():
        Path(given.source).write_text("killed")
        os.kill(os.getpid(), signal.SIGKILL)
    return simulate(given, replication, policy, threads)


def slow(given: Scenario, replication: int, policy: str = BASE, threads: int = 1) -> RunResult:
    """Take a moment."""
    time.sleep(0.3)
    return simulate(given, replication, policy, threads)


def momentary(given: Scenario, replication: int, policy: str = BASE, threads: int = 1) -> RunResult:
    """Take as long as a small run."""
    time.sleep(0.02)
    return simulate(given, replication, policy, threads)


def endless(given: Scenario, replication: int, policy: str = BASE, threads: int = 1) -> RunResult:
    """Take a minute in all worlds but one."""
    time.sleep(60 if replication else 0)
    return simulate(given, replication, policy, threads)


def wrong_tables(given: Scenario, replication: int, policy: str = BASE, threads: int = 1) -> RunResult:
    """Leave out a column in one world."""
    result = simulate(given, replication, policy, threads)
    if replication == 3:
        result.tables["market_month"] = result.tables["market_month"].drop(columns="spot_cny_per_mwh")
    return result


def quitting(given: Scenario, replication: int, policy: str = BASE, threads: int = 1) -> RunResult:
    """End Python in one world, as a user's strategy may."""
    if replication == 1:
        sys.exit(0)
    return simulate(given, replication, policy, threads)


def moody(given: Scenario, replication: int, policy: str = BASE, threads: int = 1) -> RunResult:
    """Fail in one run for the reason that stands in the file named as the scenario's source, or kill the process."""
    reason = Path(given.source).read_text()
    if (policy, replication) == ("lane", 1):
        if reason == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        raise ValueError(reason)
    return simulate(given, replication, policy, threads)


def only_references(given: Scenario, replication: int, policy: str = BASE, threads: int = 1) -> RunResult:
    """Fail in all runs but those of the base with a policy's tier rules."""
    if policy == BASE or len(given.study.policies[policy]) > 1:
        raise ValueError("nothing else works")
    return simulate(given, replication, policy, threads)


def failing_when_visible(given: Scenario, replication: int, policy: str = BASE, threads: int = 1) -> RunResult:
    """Fail where customers see everything."""
    if given.study.behaviour.fairness.visibility == 1.0:
        raise ValueError("too visible")
    return simulate(given, replication, policy, threads)


class Impatient(Silent):
    """A user who presses Ctrl-C after some runs."""

    def __init__(self, patience: int) -> None:
        """Say after how many runs."""
        self.patience = patience
        self.parts: list[tuple[str, int]] = []
        self.said: list[str] = []

    def begin(self, what: str, total: int, already: int = 0) -> None:
        """Note what begins, and how many runs it takes."""
        self.parts.append((what, total - already))

    def say(self, text: str) -> None:
        """Note what is said."""
        self.said.append(text)

    def advance(self) -> None:
        """Press Ctrl-C when patience is at its end."""
        self.patience -= 1
        if self.patience <= 0:
            raise KeyboardInterrupt


class VeryImpatient(Impatient):
    """A user who presses Ctrl-C again when told to wait."""

    def say(self, text: str) -> None:
        """Press Ctrl-C the first time that something is said."""
        super().say(text)
        if len(self.said) == 1:
            raise KeyboardInterrupt
