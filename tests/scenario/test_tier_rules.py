"""Which policies change who belongs to a tier."""

from __future__ import annotations

from typing import Any

import pytest
from tests.markets import lively

from marketsim.scenario.changes import with_policy
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.tier_rules import rule_sets, rule_sets_by_version, tier_rules, with_tier_rules_only

TIERS = "retailers.Alpha.tiers"
ONLY_ALPHA = frozenset({"Alpha"})


def market(**policies: dict[str, Any]) -> Scenario:
    return lively({"policies": policies})


@pytest.mark.parametrize(
    ("changes", "tiers"),
    [
        ({f"{TIERS}.key.rule.value_pct": 20}, ["key"]),
        ({f"{TIERS}.key.rule": {"tenure_months": 12}}, ["key"]),
        ({f"{TIERS}.key": {"rule": {"value_pct": 20}, "discount_cny_per_mwh": 9}}, ["key"]),
        ({TIERS: {"quality": {"rule": {"credit": "A"}}, "loyal": {"rule": None}}}, ["quality", "loyal"]),
        ({f"{TIERS}.quality.rule": None}, ["quality"]),
        ({f"{TIERS}.key.rule.value_pct": 10}, []),
        ({f"{TIERS}.key.discount_cny_per_mwh": 9}, []),
        ({"retailers.Alpha.levers.care": {"tiers": ["key"]}}, []),
        ({"retailers.Alpha.desks.contact.priority_tiers": ["quality"]}, []),
        ({}, []),
    ],
)
def test_rules_that_differ_from_the_base(changes: dict[str, Any], tiers: list[str]) -> None:
    assert list(tier_rules(market(policy=changes).study, "policy")) == [f"{TIERS}.{tier}.rule" for tier in tiers]


def test_equal_rules_have_one_name_whatever_else_the_policies_change() -> None:
    wide = {f"{TIERS}.key.rule.value_pct": 20}
    study = market(
        first=wide,
        second={f"{TIERS}.key": {"rule": {"value_pct": 20.0}, "discount_cny_per_mwh": 9}},
        rival={"retailers.Beta.tiers.key.rule.value_pct": 20},
        both={**wide, "retailers.Beta.tiers.key.rule.value_pct": 20},
    ).study
    found = rule_sets(study, ["first", "second", "rival", "both", "nothing"])
    assert {policy: (rules.policy, rules.retailers) for policy, rules in found.items()} == {
        "first": ("first", ONLY_ALPHA),
        "second": ("first", ONLY_ALPHA),
        "rival": ("rival", frozenset({"Beta"})),
        "both": ("both", frozenset({"Alpha", "Beta"})),
    }
    assert found["second"].name == "base, tiers of first"
    assert rule_sets(study, ["second"])["second"].policy == "second"


def test_versions_of_a_study() -> None:
    study = market(wide={f"{TIERS}.key.rule.value_pct": 20}).study
    ends = {"same": {f"{TIERS}.key.rule.value_pct": 20}, "else": {"behaviour.fairness.visibility": 0.0}}
    found = rule_sets_by_version(study, ["wide"], ends)
    assert {name: list(sets) for name, sets in found.items()} == {"": ["wide"], "same": [], "else": ["wide"]}


@pytest.mark.parametrize("rule", [{"value_pct": 20}, {"tenure_months": 12, "regions": ["town"]}, None])
def test_the_base_with_the_rules_has_nothing_else_of_the_policy(rule: dict[str, Any] | None) -> None:
    changes = {f"{TIERS}.key": {"rule": rule, "discount_cny_per_mwh": 9}, "retailers.Alpha.levers.app": None}
    scenario = market(policy=changes)
    alone = with_policy(with_tier_rules_only(scenario, "policy"), "policy").retailers["Alpha"]
    whole, base = with_policy(scenario, "policy").retailers["Alpha"], scenario.study.retailers["Alpha"]
    assert alone.tiers.key.rule == whole.tiers.key.rule != base.tiers.key.rule
    tiers = base.tiers.model_copy(update={"key": base.tiers.key.model_copy(update={"rule": whole.tiers.key.rule})})
    assert alone == base.model_copy(update={"tiers": tiers})
