"""What came of the runs of a plan, in an order that does not depend on who finished first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from marketsim.experiments.campaign import Campaign, Wanted
from marketsim.experiments.plan import Plan, RunKey
from marketsim.experiments.runs import DONE, FAILED, NOT_RUN, Outcome
from marketsim.results.statistics.partners import Partners
from marketsim.results.tables import RUNS

_INTERRUPTED = "the study was interrupted"


@dataclass
class RunLog:
    """What came of a study so far.

    Attributes:
        plan: what was to be run.
        campaign: what is stored of it.
        interrupted: whether the user stopped the study.
        questions: the runs of questions beyond the comparison of policies.
        answers: tables of these questions, by name.
        unanswered: why questions have no answer; empty if none failed.
    """

    plan: Plan
    campaign: Campaign
    interrupted: bool = False
    questions: Sequence[RunKey] = ()
    answers: dict[str, pd.DataFrame] = field(default_factory=dict)
    unanswered: str = ""

    def main_keys(self) -> list[RunKey]:
        """Return the main runs, by policy and world; not reference runs."""
        return in_order([key for key in self.plan.main if not key.tiers_of])

    def reference_keys(self) -> list[RunKey]:
        """Return the reference runs in the main worlds, by rules and world."""
        return in_order([key for key in self.plan.main if key.tiers_of])

    def parts(self) -> dict[str, list[Outcome]]:
        """Return the outcomes of all runs by kind: main, references if any, checks, questions if any."""
        keys = {
            "main": self.main_keys(),
            "references": self.reference_keys(),
            "checks": in_order(self.plan.checks),
            "questions": in_order(self.questions),
        }
        always = ("main", "checks")
        return {name: self._outcomes(part) for name, part in keys.items() if part or name in always}

    def _outcomes(self, keys: Sequence[RunKey]) -> list[Outcome]:
        why = {NOT_RUN: _INTERRUPTED} if self.interrupted else {}
        found = self.campaign.outcomes(keys)
        return [Outcome(each.key, NOT_RUN, why[NOT_RUN]) if each.status in why else each for each in found]

    def worlds(self) -> int:
        """Return the number of worlds of the main runs."""
        return 1 + max(key.replication for key in self.plan.main)

    def finished(self, keys: Sequence[RunKey]) -> int:
        """Return how many of some runs are done."""
        return len(self.campaign.done(keys))

    def tally(self) -> str:
        """Return in words how many runs finished."""
        text = f"{self.finished(self.plan.main)} of {len(self.plan.main)} runs"
        if self.plan.checks:
            text += f" and {self.finished(self.plan.checks)} of {len(self.plan.checks)} assumption checks"
        return f"{text} finished"

    def check_kpis(self, wanted: Wanted) -> dict[str, pd.DataFrame]:
        """Return key figures of the finished runs of each assumption check that has any, by its label."""
        by_check: dict[str, list[RunKey]] = {}
        for key in in_order(self.plan.checks):
            if not key.tiers_of:
                by_check.setdefault(key.check, []).append(key)
        found = {check: self.campaign.kpis(keys, wanted) for check, keys in by_check.items()}
        return {check: kpis for check, kpis in found.items() if kpis is not None}

    def partners(self, check: str, wanted: Wanted) -> Partners:
        """Return with whom figures of tiers are compared at an end of an assumption; in the main runs if it is empty."""
        rules = self.plan.rules.get(check, {})
        keys = [key for key in (*self.plan.main, *self.plan.checks) if key.tiers_of and key.check == check]
        return Partners(rules, self.campaign.kpis(in_order(keys), wanted))


def in_order(keys: Sequence[RunKey]) -> list[RunKey]:
    """Return runs by policy, world and what is changed in them."""
    return sorted(keys, key=lambda key: (key.policy, key.replication, key.check))


def count(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """Return the number of runs planned, and of those done, failed and not run."""
    statuses = [outcome.status for outcome in outcomes]
    return {"planned": len(statuses), **{name: statuses.count(name) for name in (DONE, FAILED, NOT_RUN)}}


def status_of(parts: dict[str, list[Outcome]], *, interrupted: bool) -> str:
    """Return complete, failed (a run did not finish) or interrupted."""
    if interrupted:
        return "interrupted"
    finished = all(outcome.status == DONE for outcomes in parts.values() for outcome in outcomes)
    return "complete" if finished else "failed"


def runs_frame(parts: dict[str, list[Outcome]]) -> pd.DataFrame:
    """Return the table of runs."""
    values = [column.name for column in RUNS.values if column.name != "changes"]
    rows = [
        {**_labels(outcome.key), **{name: getattr(outcome, name) for name in values}, "changes": _changes(outcome.key)}
        for outcomes in parts.values()
        for outcome in outcomes
    ]
    return pd.DataFrame(rows)[RUNS.column_names()]


def timings_frame(parts: dict[str, list[Outcome]]) -> pd.DataFrame:
    """Return a row per run that was begun; the time of a phase stands in ``phase_<name>_seconds``."""
    return pd.DataFrame(
        [
            {
                **_labels(outcome.key),
                "seconds": timing.seconds,
                "started": timing.started,
                "host": timing.host,
                **{f"phase_{name}_seconds": value for name, value in timing.phase_seconds.items()},
            }
            for outcomes in parts.values()
            for outcome in outcomes
            if (timing := outcome.timing) is not None
        ]
    )


def _labels(key: RunKey) -> dict[str, Any]:
    return {"policy": key.policy, "replication": key.replication, "check": key.check, "run": key.run}


def _changes(key: RunKey) -> str:
    return json.dumps(dict(key.changes), ensure_ascii=False) if key.changes else ""
