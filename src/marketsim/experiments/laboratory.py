"""Runs of changed scenarios in the worlds of a study: the effect of a policy, with anything set to anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from marketsim.errors import RunFailedError
from marketsim.experiments.plan import RunKey
from marketsim.experiments.progress import Progress
from marketsim.experiments.runs import DONE, Outcome
from marketsim.experiments.workers import Workers
from marketsim.results.pairs import effects
from marketsim.results.partners import Partners
from marketsim.results.tables import BASE
from marketsim.scenario.changes import changed_study
from marketsim.scenario.decisions import is_decision
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.tier_rules import RuleSet, rule_sets

Changes = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Trial:
    """A policy and its base, each with some values of the scenario changed.

    Attributes:
        policy: the policy.
        label: what is changed, in messages.
        changes: paths and values for the runs of the policy.
        base_changes: the same for those of the base.
    """

    policy: str
    label: str
    changes: Changes
    base_changes: Changes

    def keys(self, worlds: int) -> list[RunKey]:
        """Return its runs, world by world, the base first."""
        base_label = self.label if self.base_changes else ""
        return [
            key
            for world in range(worlds)
            for key in (
                RunKey(BASE, world, base_label, self.base_changes),
                RunKey(self.policy, world, self.label, self.changes),
            )
        ]


def trial(policy: str, path: str, value: float) -> Trial:
    """Return the trial of a policy with a number set: a decision only under the policy, else in the base as well."""
    label = f"{policy}: {path} = {value:.10g}"
    if is_decision(path):
        return Trial(policy, label, ((f"policies.{policy}.{path}", value),), ())
    return trial_of(policy, label, {path: value})


def trial_of(policy: str, label: str, changes: Mapping[str, Any]) -> Trial:
    """Return the trial of a policy in a scenario of which some values are changed."""
    return Trial(policy, label, tuple(changes.items()), tuple(changes.items()))


@dataclass
class Laboratory:
    """Carries out trials, all in the same worlds; what was run once is not run again.

    Attributes:
        scenario: the study.
        workers: who carries out runs.
        progress: is told how far it is.
        outcomes: what came of every run so far.
    """

    scenario: Scenario
    workers: Workers
    progress: Progress
    outcomes: dict[RunKey, Outcome] = field(default_factory=dict)

    def effects(self, what: str, trials: Sequence[Trial], *, by_tier: bool = False) -> list[pd.DataFrame]:
        """Return the paired differences of each trial, as `results.pairs.effects` has them.

        Args:
            what: what is measured, for the progress bar.
            trials: the trials.
            by_tier: whether figures of tiers are asked for: where a policy changes who belongs to them, they are compared
                with the base under the policy's tier rules, which takes runs of its own.

        Raises:
            RunFailedError: no world of a trial finished.
        """
        worlds = self.scenario.study.run.replications
        rules = [self._rules(each) if by_tier else {} for each in trials]
        references = [self._references(each, own, worlds) for each, own in zip(trials, rules, strict=True)]
        wanted = [[*each.keys(worlds), *keys] for each, keys in zip(trials, references, strict=True)]
        self._run(what, [key for keys in wanted for key in keys])
        partners = [
            Partners(own, self._kpis(keys)) if keys else Partners() for own, keys in zip(rules, references, strict=True)
        ]
        return [self._of(each, worlds, found) for each, found in zip(trials, partners, strict=True)]

    def _rules(self, each: Trial) -> dict[str, RuleSet]:
        study, changes = self.scenario.study, dict(each.changes)
        return rule_sets(changed_study(study, changes, each.label) if changes else study, [each.policy])

    @staticmethod
    def _references(each: Trial, rules: dict[str, RuleSet], worlds: int) -> list[RunKey]:
        return [
            RunKey(own.name, world, each.label if each.changes else "", each.changes, own.policy)
            for own in rules.values()
            for world in range(worlds)
        ]

    def _run(self, what: str, keys: Sequence[RunKey]) -> None:
        missing = [key for key in dict.fromkeys(keys) if key not in self.outcomes]
        if not missing:
            return
        self.progress.begin(what, len(missing))
        try:
            self.workers.run(missing, self._receive, self.progress.advance)
        finally:
            self.progress.end()

    def _receive(self, outcome: Outcome) -> None:
        self.outcomes[outcome.key] = outcome

    def _kpis(self, keys: Sequence[RunKey]) -> pd.DataFrame | None:
        found = [self.outcomes[key] for key in keys if key in self.outcomes]
        frames = [outcome.kpis for outcome in found if outcome.status == DONE and outcome.kpis is not None]
        return pd.concat(frames, ignore_index=True) if frames else None

    def _of(self, each: Trial, worlds: int, partners: Partners) -> pd.DataFrame:
        found = [self.outcomes[key] for key in each.keys(worlds) if key in self.outcomes]
        names = {outcome.key.policy for outcome in found if outcome.status == DONE}
        kpis = self._kpis(each.keys(worlds))
        if kpis is None or names != {BASE, each.policy}:
            error = next((outcome.error for outcome in found if outcome.error), "it was not run")
            raise RunFailedError(f"no world of {each.label} finished; the first error: {error}")
        return effects(kpis, partners=partners)
