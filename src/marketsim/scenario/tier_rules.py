"""Which policies change who belongs to a tier, and the base with their rules, but without anything else of theirs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from marketsim.scenario.changes import changed_study
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.service import TIERS
from marketsim.scenario.study import Study


@dataclass(frozen=True)
class RuleSet:
    """The tier rules of a policy, where they are not those of the base.

    Attributes:
        policy: the first policy, in the order of the scenario, that has these rules.
        retailers: the retailers whose rules differ from the base.
    """

    policy: str
    retailers: frozenset[str]

    @property
    def name(self) -> str:
        """What the base with these rules is called."""
        return f"base, tiers of {self.policy}"


def rule_sets_by_version(
    study: Study, policies: Sequence[str], versions: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, RuleSet]]:
    """Return the `rule_sets` of a study and of versions of it; those of the study itself have an empty name.

    Args:
        study: the study.
        policies: the policies to look at.
        versions: by name, paths and values of the scenario that are changed, such as the end of an assumption.
    """
    own = rule_sets(study, policies)
    found = {"": own}
    for name, changes in versions.items():
        moved = any(".tiers." in path for path in changes)
        found[name] = rule_sets(changed_study(study, changes, name), policies) if moved else own
    return found


def rule_sets(study: Study, policies: Sequence[str]) -> dict[str, RuleSet]:
    """Return the tier rules of those policies that have others than the base, by policy; equal rules have one name."""
    first: dict[str, str] = {}
    found = {}
    for policy in policies:
        rules = tier_rules(study, policy)
        if rules:
            named = first.setdefault(json.dumps(rules, sort_keys=True), policy)
            found[policy] = RuleSet(named, frozenset(path.split(".")[1] for path in rules))
    return found


def tier_rules(study: Study, policy: str) -> dict[str, Any]:
    """Return what a policy does to the rules of tiers: paths and whole rules; empty where they stay as in the base."""
    changes = study.policies[policy]
    if "tiers" not in {name for path, value in changes.items() for name in _names(path, value)}:
        return {}
    before, after = _rules(study), _rules(changed_study(study, changes, f"policy {policy}"))
    return {path: rule for path, rule in after.items() if rule != before[path]}


def touching_tiers(changes: Iterable[tuple[str, Any]]) -> tuple[tuple[str, Any], ...]:
    """Return those of some changes, paths and values, on which the rules of tiers may depend."""
    return tuple((path, value) for path, value in changes if "tiers" in _names(path, value))


def _names(path: str, value: Any) -> Iterator[str]:
    yield from path.split(".")
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _names(str(key), inner)


def _rules(study: Study) -> dict[str, Any]:
    return {
        f"retailers.{name}.tiers.{tier}.rule": rule.model_dump(mode="json") if rule is not None else None
        for name, retailer in study.retailers.items()
        for tier in TIERS[:-1]
        for rule in [getattr(retailer.tiers, tier).rule]
    }


def with_tier_rules_only(scenario: Scenario, policy: str) -> Scenario:
    """Return a scenario in which a policy changes the rules of tiers, and nothing else."""
    rules = tier_rules(scenario.study, policy)
    policies = {**scenario.study.policies, policy: rules}
    return replace(scenario, study=scenario.study.model_copy(update={"policies": policies}))
