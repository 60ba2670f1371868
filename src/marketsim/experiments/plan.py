"""The runs of a study: base and policies in every world, then the same at the ends of its assumptions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from marketsim.errors import Problem, ScenarioError
from marketsim.results.statistics.checks import ENDS, check_label
from marketsim.results.tables import BASE
from marketsim.scenario.study import Study
from marketsim.scenario.tier_rules import RuleSet, rule_sets_by_version


@dataclass(frozen=True)
class RunKey:
    """What names a run within a study.

    Attributes:
        policy: the policy, or ``base``; of a reference run what it is called.
        replication: the world, counted from 0.
        check: what is changed, such as the end of an assumption ``path=low``; empty for a main run.
        changes: the paths that it changes and the values there.
        tiers_of: of a reference run the policy whose tier rules hold in it, without anything else that it changes; else
            empty.
        run: the id of the run in the store; empty until somebody asks for it.
    """

    policy: str
    replication: int
    check: str = ""
    changes: tuple[tuple[str, Any], ...] = field(default=(), hash=False)
    tiers_of: str = ""
    run: str = field(default="", compare=False)

    @property
    def monthly(self) -> bool:
        """Whether its monthly tables are kept: those of main runs are."""
        return not self.check and not self.tiers_of


@dataclass(frozen=True)
class Plan:
    """All runs of a study.

    Attributes:
        policies: the policies, without the base, in the order of the scenario.
        main: the main runs: world by world, the base first, then the reference runs of policies that change tier rules.
        checks: the runs at the ends of assumptions.
        rules: the tier rules of those policies that change them: by check (the main runs under the empty one) and
            policy.
    """

    policies: tuple[str, ...]
    main: tuple[RunKey, ...]
    checks: tuple[RunKey, ...]
    rules: Mapping[str, Mapping[str, RuleSet]] = field(default_factory=dict)


def plan(study: Study, *, policies: list[str] | tuple[str, ...] | None = None, checks: bool = True) -> Plan:
    """Return the runs of a study.

    Args:
        study: the study.
        policies: the policies to run besides the base; all when None.
        checks: whether to repeat base and policies at both ends of each assumption.

    Raises:
        ScenarioError: a policy named here is not in the study.
    """
    chosen = _chosen(study, policies)
    run = study.run
    changes = _changes(study) if checks and chosen and run.check_replications else {}
    rules = rule_sets_by_version(study, chosen, changes)
    ends = [
        runs(chosen, run.check_replications, check, change, rules[check].values()) for check, change in changes.items()
    ]
    return Plan(
        policies=chosen,
        main=runs(chosen, run.first_worlds(), rules=rules[""].values()),
        checks=tuple(key for end in ends for key in end),
        rules=rules,
    )


def _chosen(study: Study, policies: list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    if policies is None:
        return tuple(study.policies)
    unknown = sorted(set(policies) - set(study.policies) - {BASE})
    if unknown:
        known = ", ".join([BASE, *study.policies])
        message = "there is no such policy; there are {}"
        raise ScenarioError([Problem("policies", message.format(known), name) for name in unknown])
    return tuple(name for name in study.policies if name in policies)


def _changes(study: Study) -> dict[str, dict[str, Any]]:
    return {
        check_label(path, end): {path: float(value)}
        for path, values in study.assumptions.items()
        for end, value in zip(ENDS, values, strict=True)
    }


def runs(
    policies: tuple[str, ...],
    replications: int,
    check: str = "",
    changes: Mapping[str, Any] | None = None,
    rules: Iterable[RuleSet] = (),
) -> tuple[RunKey, ...]:
    """Return the runs of the base and some policies in every world, with some values of the scenario changed.

    Args:
        policies: the policies.
        replications: the number of worlds.
        check: the label of the changes.
        changes: paths and values of the scenario that are changed.
        rules: tier rules with which the base is run as well.
    """
    changed = tuple((changes or {}).items())
    references = {each.name: each.policy for each in rules}
    names = {BASE: "", **references, **dict.fromkeys(policies, "")}
    return tuple(
        RunKey(name, world, check, changed, tiers_of)
        for world in range(replications)
        for name, tiers_of in names.items()
    )
