"""Runs of changed scenarios in the worlds of a study: the effect of a policy, with anything set to anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from marketsim.errors import RunFailedError
from marketsim.experiments.campaign import Campaign, Wanted
from marketsim.experiments.plan import RunKey
from marketsim.results.statistics.pairs import effects
from marketsim.results.statistics.partners import Partners
from marketsim.results.tables import BASE
from marketsim.scenario.changes import changed_study
from marketsim.scenario.decisions import is_decision
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.tier_rules import RuleSet, rule_sets, touching_tiers

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


@dataclass(frozen=True)
class Setting:
    """A trial with all its runs.

    Attributes:
        trial: the trial.
        worlds: in how many worlds it is carried out.
        rules: the tier rules of its policy where figures of tiers are asked for, and it changes them.
        keys: runs of the policy and its base.
        references: runs of the base with these rules.
    """

    trial: Trial
    worlds: int
    rules: Mapping[str, RuleSet]
    keys: Sequence[RunKey]
    references: Sequence[RunKey]

    @property
    def all_keys(self) -> list[RunKey]:
        """All its runs."""
        return [*self.keys, *self.references]


@dataclass
class Laboratory:
    """Carries out trials, all in the same worlds.

    Attributes:
        campaign: who carries out runs, and what is stored of them.
        worlds: number of worlds.
        keys: the runs of all trials so far, by id.
    """

    campaign: Campaign
    worlds: int
    keys: dict[str, RunKey] = field(default_factory=dict)
    _known_rules: dict[tuple[str, str], dict[str, RuleSet]] = field(default_factory=dict, repr=False)

    @property
    def scenario(self) -> Scenario:
        """The study."""
        return self.campaign.scenario

    def effects(self, what: str, trials: Sequence[Trial], *, by_tier: bool = False) -> list[pd.DataFrame]:
        """Return the paired differences of each trial, as `results.statistics.pairs.effects` has them.

        They are those of the retailers that the study asks about, as a whole and by tier.

        Args:
            what: what is measured, for the progress bar.
            trials: the trials.
            by_tier: whether figures of tiers are asked for: where a policy changes who belongs to them, they are compared
                with the base under the policy's tier rules, which takes runs of its own.

        Raises:
            RunFailedError: no world of a trial finished.
        """
        settings = [self.setting(each, self.worlds, by_tier=by_tier) for each in trials]
        self.run(what, settings)
        return [self.measured(setting) for setting in settings]

    def setting(self, each: Trial, worlds: int, *, by_tier: bool = False) -> Setting:
        """Return a trial with all its runs."""
        rules = self._rules(each) if by_tier else {}
        keys, references = each.keys(worlds), self._references(each, rules, worlds)
        return Setting(each, worlds, rules, self.campaign.named(keys), self.campaign.named(references))

    def _rules(self, each: Trial) -> dict[str, RuleSet]:
        version = (each.policy, repr(touching_tiers(each.changes)))
        if version not in self._known_rules:
            study, changes = self.scenario.study, dict(each.changes)
            changed = changed_study(study, changes, each.label) if changes else study
            self._known_rules[version] = rule_sets(changed, [each.policy])
        return self._known_rules[version]

    @staticmethod
    def _references(each: Trial, rules: Mapping[str, RuleSet], worlds: int) -> list[RunKey]:
        return [
            RunKey(own.name, world, each.label if each.changes else "", each.changes, own.policy)
            for own in rules.values()
            for world in range(worlds)
        ]

    def run(self, what: str, settings: Sequence[Setting]) -> None:
        """Carry out what is missing of some trials."""
        keys = [key for setting in settings for key in setting.all_keys]
        for key in keys:
            self.keys.setdefault(key.run, key)
        self.campaign.run(what, keys)

    def measured(self, setting: Setting) -> pd.DataFrame:
        """Return the paired differences of a trial that was carried out.

        Raises:
            RunFailedError: no world of it finished.
        """
        kpis, partners = self.figures(setting, Wanted(asked_retailers(self.scenario), segments=False))
        return effects(kpis, partners=partners)

    def figures(self, setting: Setting, wanted: Wanted) -> tuple[pd.DataFrame, Partners]:
        """Return key figures of a trial that was carried out, and with whom those of tiers are compared.

        Raises:
            RunFailedError: no world of it finished.
        """
        kpis = self.campaign.kpis(setting.keys, wanted)
        if kpis is None or set(kpis["policy"].unique()) != {BASE, setting.trial.policy}:
            error = self.first_error(setting.keys)
            raise RunFailedError(f"no world of {setting.trial.label} finished; the first error: {error}")
        references = self.campaign.kpis(setting.references, wanted)
        return kpis, Partners(setting.rules, references) if setting.references else Partners()

    def first_error(self, keys: Sequence[RunKey] | None = None) -> str:
        """Return the error of the first run that failed, of some runs or of all so far."""
        found = self.campaign.outcomes(list(self.keys.values()) if keys is None else keys)
        return next((outcome.error for outcome in found if outcome.error), "none")

    def other_keys(self, known: Sequence[RunKey]) -> list[RunKey]:
        """Return the runs of all trials so far but those known."""
        ids = {key.run for key in self.campaign.named(known)}
        return [key for run, key in self.keys.items() if run not in ids]


def asked_retailers(scenario: Scenario) -> frozenset[str]:
    """Return the retailers that the study and its questions are about."""
    study = scenario.study
    named = {question.retailer for question in study.break_even.values() if question.retailer is not None}
    return frozenset({study.focus, *named})
