"""Changes to a scenario by dotted paths: the command line's --set, policies, and the ends of assumptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from marketsim.errors import Problem, ScenarioError
from marketsim.scenario.checks import check_study
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.merging import dump, put, settle
from marketsim.scenario.outline import Segments, shape_at
from marketsim.scenario.paths import fault, locate, no_such
from marketsim.scenario.problems import problems_of
from marketsim.scenario.study import Study
from marketsim.scenario.user_code import python_rules
from marketsim.scenario.yaml_tree import Node, node_of, plain

BASE = "base"
"""Name of the market without any policy."""
_DATA_FIELDS = ("customers_file", "load_profile")


def with_changes(scenario: Scenario, changes: Mapping[str, Any], label: str) -> Scenario:
    """Return a copy of a scenario with some values changed, checked anew.

    Args:
        scenario: the scenario to start from; it is left as it is.
        changes: dotted path to new value. A mapping is merged, `None` removes, anything else replaces.
        label: what to call the changes in messages.

    Raises:
        ScenarioError: a path leads nowhere, or the changed scenario is not valid.
    """
    study = changed_study(scenario.study, changes, label)
    if data_part(study) != data_part(scenario.study):
        message = (
            "data files, strategies in Python, load profiles and time bands are read when a scenario is loaded: "
            "pass this change to load_scenario"
        )
        raise ScenarioError([Problem(path, message) for path in changes], label)
    return replace(scenario, study=study)


def with_policy(scenario: Scenario, policy: str) -> Study:
    """Return the study with a policy's changes applied; ``base`` is the study itself.

    Raises:
        ScenarioError: there is no such policy, or what it makes is not valid.
    """
    if policy == BASE:
        return scenario.study
    if policy not in scenario.study.policies:
        raise ScenarioError([Problem("policies", no_such("policy", policy, [BASE, *scenario.study.policies]))])
    return changed_study(scenario.study, scenario.study.policies[policy], f"policy {policy}")


def changed_study(study: Study, changes: Mapping[str, Any], label: str) -> Study:
    """Return a study with some values changed and checked; ScenarioError if it is not valid then."""
    data = dump(study)
    tree, problems = apply(node_of(data), {path: node_of(value) for path, value in changes.items()}, data)
    changed, more = validate(tree)
    if changed is None or problems or more:
        raise ScenarioError([*problems, *more], label)
    return changed


def apply(tree: Node, changes: Mapping[str, Node], data: Any) -> tuple[Node, list[Problem]]:
    """Return a tree with values put in at dotted paths, and what is wrong with the paths.

    Args:
        tree: the tree to change; it is left as it is.
        changes: dotted path to value; shorter paths are applied first.
        data: the scenario as plain data with its defaults, to tell which names exist.
    """
    problems = []
    for dotted in sorted(changes, key=lambda path: (path.count("."), path)):
        value = changes[dotted]
        path = locate(dotted, data)
        message = fault(path, data)
        if message is not None:
            problems.append(Problem(dotted, message, value.shown, value.place.file, value.place.line))
            continue
        tree = put(tree, path, _whole(value, path, data))
    return tree, problems


def validate(tree: Node) -> tuple[Study | None, list[Problem]]:
    """Return the study of a tree, or None, and all that is wrong with it but its policies and assumptions."""
    try:
        study = Study.model_validate(sort_names(plain(settle(tree))))
    except ValidationError as error:
        return None, problems_of(error, tree)
    return study, check_study(study, tree)


def sort_names(data: Any) -> Any:
    """Return plain data with retailers, segments, offers, regions and levers in the order of their names."""
    if not isinstance(data, dict):
        return data
    ordered = {key: _sorted(value) for key, value in data.items()}
    for key in ("policies", "assumptions", "events", "factors", "matrix", "break_even", "budget", "sweep"):
        if key in data:
            ordered[key] = data[key]
    return ordered


def _sorted(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _sorted(data[key]) for key in sorted(data, key=str)}
    return data


def _whole(value: Node, path: Segments, data: Any) -> Node:
    """Return 3 for 3.0 where the schema wants a whole number: ends of assumptions are stored with a point."""
    shape = shape_at(path, data)
    number = value.value
    if shape is not None and shape.kind == "whole" and isinstance(number, float) and number.is_integer():
        return Node(int(number), value.place, value.text)
    return value


def data_part(study: Study) -> Any:
    """Return all that decides what is read from data files."""
    spot = study.market.spot
    segments = {name: [getattr(segment, field) for field in _DATA_FIELDS] for name, segment in study.segments.items()}
    names = (sorted(study.retailers), sorted(study.market.regions))
    code = {rule.file for retailer in study.retailers.values() for _, rule in python_rules(retailer.strategy)}
    return segments, study.market.time_bands, spot if spot.kind == "history" else None, names, code
