"""What came of the runs of a plan, in an order that does not depend on who finished first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from marketsim.experiments.plan import Plan, RunKey
from marketsim.experiments.runs import DONE, FAILED, NOT_RUN, Outcome
from marketsim.results.partners import Partners
from marketsim.results.tables import RUNS


@dataclass
class RunLog:
    """The outcomes of a plan's runs so far.

    Attributes:
        plan: what was to be run.
        outcomes: what came of each run; a run that is missing was not run.
        interrupted: whether the user stopped the study.
        answers: tables of questions beyond the comparison of policies, by name.
    """

    plan: Plan
    outcomes: dict[RunKey, Outcome] = field(default_factory=dict)
    interrupted: bool = False
    answers: dict[str, pd.DataFrame] = field(default_factory=dict)

    def receive(self, outcome: Outcome) -> None:
        """Keep an outcome; the same one twice is no harm."""
        self.outcomes[outcome.key] = outcome

    def main(self) -> list[Outcome]:
        """Return the outcomes of the main runs, by policy and world; not those of reference runs."""
        return [outcome for outcome in self._of(self.plan.main) if not outcome.key.tiers_of]

    def references(self) -> list[Outcome]:
        """Return the outcomes of the reference runs in the main worlds, by rules and world."""
        return [outcome for outcome in self._of(self.plan.main) if outcome.key.tiers_of]

    def checks(self) -> list[Outcome]:
        """Return the outcomes of the assumption checks, reference runs included, by policy, world and check."""
        return self._of(self.plan.checks)

    def every_run(self) -> list[Outcome]:
        """Return the outcomes of all runs: main, reference, checks."""
        return [*self.main(), *self.references(), *self.checks()]

    def counts(self) -> dict[str, dict[str, int]]:
        """Return how many runs were planned, done, failed and not run, by kind; reference runs where there are any."""
        references = self.references()
        parts = {"main": self.main(), **({"references": references} if references else {}), "checks": self.checks()}
        return {name: count(outcomes) for name, outcomes in parts.items()}

    def _of(self, keys: Sequence[RunKey]) -> list[Outcome]:
        ordered = sorted(keys, key=lambda key: (key.policy, key.replication, key.check))
        return [self.outcomes.get(key, Outcome(key, NOT_RUN, "the study was interrupted")) for key in ordered]

    def status(self) -> str:
        """Return complete, failed (a run did not finish) or interrupted."""
        if self.interrupted:
            return "interrupted"
        finished = all(outcome.status == DONE for outcome in self.every_run())
        return "complete" if finished else "failed"

    def first_error(self) -> str:
        """Return the error of the first main run that has one."""
        return next((outcome.error for outcome in self.main() if outcome.error), "none")

    def tally(self) -> str:
        """Return in words how many runs finished."""
        text = f"{count([*self.main(), *self.references()])[DONE]} of {len(self.plan.main)} runs"
        if self.plan.checks:
            text += f" and {count(self.checks())[DONE]} of {len(self.plan.checks)} assumption checks"
        return f"{text} finished"

    def kpis(self) -> pd.DataFrame:
        """Return the KPIs of all finished main runs, sorted by key."""
        return _kpis(self.main())

    def check_kpis(self) -> dict[str, pd.DataFrame]:
        """Return the KPIs of the finished runs of each assumption check that has any, by its label."""
        by_check: dict[str, list[Outcome]] = {}
        for outcome in self.checks():
            if outcome.status == DONE and not outcome.key.tiers_of:
                by_check.setdefault(outcome.key.check, []).append(outcome)
        return {check: _kpis(outcomes) for check, outcomes in by_check.items()}

    def partners(self) -> dict[str, Partners]:
        """Return with whom figures of tiers are compared, by check; those of the main runs under the empty one."""
        done: dict[str, list[Outcome]] = {}
        for outcome in [*self.references(), *self.checks()]:
            if outcome.key.tiers_of and outcome.status == DONE:
                done.setdefault(outcome.key.check, []).append(outcome)
        return {
            check: Partners(rules, _kpis(done[check]) if check in done else None)
            for check, rules in self.plan.rules.items()
        }

    def runs_frame(self) -> pd.DataFrame:
        """Return the table of runs."""
        values = [column.name for column in RUNS.values]
        rows = [
            {**_key_columns(outcome.key), **{name: getattr(outcome, name) for name in values}}
            for outcome in self.every_run()
        ]
        return pd.DataFrame(rows)[RUNS.column_names()]

    def timings_frame(self) -> pd.DataFrame:
        """Return a row per run that was begun; the time of a phase stands in ``phase_<name>_seconds``."""
        return pd.DataFrame(
            [
                {
                    **_key_columns(outcome.key),
                    "seconds": timing.seconds,
                    "started": timing.started,
                    "host": timing.host,
                    **{f"phase_{name}_seconds": value for name, value in timing.phase_seconds.items()},
                }
                for outcome in self.every_run()
                if (timing := outcome.timing) is not None
            ]
        )


def count(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """Return the number of runs planned, and of those done, failed and not run."""
    statuses = [outcome.status for outcome in outcomes]
    return {"planned": len(statuses), **{name: statuses.count(name) for name in (DONE, FAILED, NOT_RUN)}}


def _kpis(outcomes: Sequence[Outcome]) -> pd.DataFrame:
    frames = [outcome.kpis for outcome in outcomes if outcome.kpis is not None]
    return pd.concat(frames, ignore_index=True)


def _key_columns(key: RunKey) -> dict[str, str | int]:
    return {"policy": key.policy, "replication": key.replication, "check": key.check}
