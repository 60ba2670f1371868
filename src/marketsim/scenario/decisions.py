"""Checks of policies, assumptions and questions: each is applied to the base, and what it makes is checked whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from marketsim.errors import Problem
from marketsim.scenario.changes import BASE, apply, validate
from marketsim.scenario.merging import dump, find
from marketsim.scenario.outline import shape_at
from marketsim.scenario.paths import fault, join, locate, no_such, touches
from marketsim.scenario.questions import Range
from marketsim.scenario.study import Study
from marketsim.scenario.yaml_tree import Node, Place, node_of

START_FIELDS = ("kind", "initial_share", "initial_share_by_segment")
"""Fields of a retailer that describe the start of the run."""
START_COSTS = (["costs", "payment_lag_months"], ["costs", "bond_cny_per_annual_mwh"])
"""Costs that open the books and are not read again."""


@dataclass(frozen=True)
class Base:
    """The scenario to which changes are applied.

    Attributes:
        study: the scenario; where it is broken, with stand-ins.
        tree: all its values, defaults included.
        data: the same as plain data.
        known: problems that it has without any change, as pairs of path and message.
        source: where the user wrote policies and assumptions.
    """

    study: Study
    tree: Node
    data: Any
    known: frozenset[tuple[str, str]]
    source: Node


def check_decisions(study: Study, source: Node) -> list[Problem]:
    """Return what is wrong with the policies, the assumptions and the questions of a study.

    Args:
        study: the study; where it is broken, with stand-ins for what is broken.
        source: the tree of the scenario file, for the places.
    """
    base = base_of(study, source)
    return [*_policies(base), *_assumptions(base), *_questions(base)]


def base_of(study: Study, source: Node) -> Base:
    """Return a study as that to which changes are applied; `source` is the tree of the scenario file."""
    data = dump(study)
    tree = node_of(data)
    known = frozenset((problem.path, problem.message) for problem in validate(tree)[1])
    return Base(study, tree, data, known, source)


def _policies(base: Base) -> Iterator[Problem]:
    for name, changes in base.study.policies.items():
        if name == BASE:
            place = find(base.source, ("policies", name))[0].place
            message = f"`{BASE}` is the market without any policy; choose another name"
            yield Problem(f"policies.{name}", message, None, place.file, place.line)
        nodes = {path: find(base.source, ("policies", name, path))[0] for path in changes}
        refused = {path: _refusals(path, changes[path], base.study) for path in changes}
        for path, messages in refused.items():
            yield from (problem_of(nodes[path], f"policies.{name} changes {path}", message) for message in messages)
        allowed = {path: node for path, node in nodes.items() if not refused[path]}
        yield from made_by(allowed, base, f"policies.{name} changes ")


def problem_of(node: Node, path: str, message: str) -> Problem:
    """Return a problem with the value and the place of a node."""
    return Problem(path, message, node.shown, node.place.file, node.place.line)


def _refusals(path: str, value: Any, study: Study) -> list[str]:
    faults = (refusal(leaf, list(study.retailers)) for leaf in leaf_paths(path, value))
    return list(dict.fromkeys(message for message in faults if message))


def refusal(path: str, retailers: list[str]) -> str | None:
    """Return why a policy may not change a path, or None if it may."""
    parts = path.split(".")
    if parts[0] == "levers":
        return None
    if parts[0] != "retailers":
        return (
            "a policy is a decision of retailers: it may change `retailers.<name>...` and `levers...` only; "
            "what happens to the market belongs into the base scenario or under `events`"
        )
    if len(parts) < 3:
        return "a policy changes fields of a retailer: write retailers.<name>.<field>"
    if parts[1] not in retailers:
        return no_such("retailer", parts[1], retailers)
    if parts[2:4] in START_COSTS:
        return f"{parts[3]} is read when the run begins, before any policy; change it in the base scenario"
    if parts[2] in START_FIELDS:
        return f"{parts[2]} describes the start of the run, before any policy; change it in the base scenario"
    return None


def leaf_paths(path: str, value: Any) -> list[str]:
    """Return the paths of the single values that a change sets."""
    if not isinstance(value, Mapping) or not value:
        return [path]
    return [leaf for key, inner in value.items() for leaf in leaf_paths(f"{path}.{key}", inner)]


def made_by(changes: Mapping[str, Node], base: Base, label: str) -> list[Problem]:
    """Return the problems that changes bring, placed at the lines of the changes."""
    tree, problems = apply(base.tree, changes, base.data)
    _, found = validate(tree)
    fresh = [problem for problem in found if (problem.path, problem.message) not in base.known]
    placed = [_placed(problem, changes) for problem in fresh]
    return [replace(problem, path=f"{label}{problem.path}") for problem in [*problems, *placed]]


def _placed(problem: Problem, changes: Mapping[str, Node]) -> Problem:
    causes = [path for path in changes if touches(problem.path, [path])] or list(changes)
    place = changes[causes[0]].place if causes else Place()
    return replace(problem, file=problem.file or place.file, line=problem.line or place.line)


def _assumptions(base: Base) -> Iterator[Problem]:
    for path, (low, high) in base.study.assumptions.items():
        node = find(base.source, ("assumptions", path))[0]
        message = _assumption_fault(path, low, high, base.data)
        if message:
            value = f"[{low:g}, {high:g}]"
            yield Problem(f"assumptions.{path}", message, value, node.place.file, node.place.line)
            continue
        for end in (low, high):
            yield from made_by({path: Node(end, node.place, f"{end:g}")}, base, "assumptions: ")


def _assumption_fault(path: str, low: float, high: float, data: Any) -> str | None:
    parts = locate(path, data)
    message = fault(parts, data)
    if message:
        return message
    shape = shape_at(parts, data)
    if shape is None or shape.kind not in ("number", "whole"):
        return f"{join(parts)} is not a number; only numbers can have a low and a high value"
    return None if low < high else "the low value must be less than the high one"


def is_decision(path: str) -> bool:
    """Return whether a path is what a policy may change; anything else changes in the base as well."""
    return path.split(".")[0] in ("retailers", "levers")


def _questions(base: Base) -> Iterator[Problem]:
    for name, question in base.study.break_even.items():
        place = ("break_even", name)
        yield from _question(place, question.policy, question, base)
        if question.retailer is not None and question.retailer not in base.study.retailers:
            message = no_such("retailer", question.retailer, base.study.retailers)
            yield problem_of(find(base.source, (*place, "retailer"))[0], f"{join(place)}.retailer", message)
    for name, budget in base.study.budget.items():
        for policy, scale in budget.scale.items():
            yield from _question(("budget", name, "scale", policy), policy, scale, base)


def _question(place: tuple[str, ...], policy: str, scale: Range, base: Base) -> Iterator[Problem]:
    """Yield what is wrong with a number that is to be varied under a policy, at either end of its range."""
    node = find(base.source, place)[0]
    if policy not in base.study.policies:
        yield problem_of(node, join(place), no_such("policy", policy, base.study.policies))
        return
    decision = is_decision(scale.path)
    message = _assumption_fault(scale.path, scale.low, scale.high, base.data) or _whole_fault(scale.path, base.data)
    message = message or (refusal(scale.path, list(base.study.retailers)) if decision else None)
    if message:
        yield Problem(f"{join(place)}.path", message, scale.path, node.place.file, node.place.line)
        return
    own = base.study.policies[policy] if decision else {}
    for end in (scale.low, scale.high):
        changes = {path: node_of(value, node.place) for path, value in own.items()}
        yield from made_by({**changes, scale.path: Node(end, node.place, f"{end:g}")}, base, f"{join(place)}: ")


def _whole_fault(path: str, data: Any) -> str | None:
    shape = shape_at(locate(path, data), data)
    counts = shape is not None and shape.kind == "whole"
    return "takes whole numbers only; a value is sought that can be anything between low and high" if counts else None
