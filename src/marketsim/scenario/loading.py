"""From a YAML file to a scenario that is ready to run, or to the list of all that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from marketsim.errors import Problem, ScenarioError
from marketsim.scenario.changes import apply, validate
from marketsim.scenario.combinations import with_combinations
from marketsim.scenario.data import read_data
from marketsim.scenario.decisions import check_decisions
from marketsim.scenario.layers import read_layers
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.mending import mend
from marketsim.scenario.merging import dump, find, put, settle
from marketsim.scenario.outline import entry
from marketsim.scenario.paths import locate, touches
from marketsim.scenario.study import Study
from marketsim.scenario.sweep_checks import check_sweeps
from marketsim.scenario.yaml_tree import Node, Place, node_of, plain

_SET = Place("--set")
_ROUNDS = 6
"""How often a broken scenario is mended to see what else is wrong with it."""


def load_scenario(path: str | Path, changes: Mapping[str, Any] | None = None) -> Scenario:
    """Read a scenario file, follow what it extends, check everything, and read its data files.

    Policies and both ends of every assumption are checked as well, so that no run stops half-way.

    Args:
        path: the scenario file.
        changes: dotted path to new value, as from --set; applied on top of the file.

    Returns:
        The scenario, with its names in order and its data files read.

    Raises:
        ScenarioError: with all problems that could be found at once.
    """
    source = str(path)
    layers = read_layers(source)
    if layers.text is None or (layers.problems and "retailers" not in layers.tree.value):
        raise ScenarioError(_in_order(layers.problems, source), source)
    tree, problems = _changed(layers.tree, changes or {})
    tree, clashes = with_combinations(tree)
    study, mended, found = _checked(tree)
    problems = [*layers.problems, *problems, *clashes, *found]
    if mended is not None:
        data, more = read_data(mended, tree, Path(source).parent)
        problems += _independent(more, problems)
        problems += check_decisions(mended, tree)
        problems += check_sweeps(mended, tree, data.points, problems)
    if problems or study is None or mended is None:
        raise ScenarioError(_in_order(problems, source), source)
    return Scenario(Path(source).stem, study, data, source, layers.text)


def _changed(tree: Node, changes: Mapping[str, Any]) -> tuple[Node, list[Problem]]:
    nodes = {dotted: node_of(value, _SET) for dotted, value in changes.items()}
    if not nodes:
        return tree, []
    data = _with_defaults(tree)
    return apply(_with_lists(tree, nodes, data), nodes, data)


def _with_lists(tree: Node, changes: Mapping[str, Node], data: Any) -> Node:
    """Return a tree in which every list stands whole of which a change sets a single position."""
    for dotted in changes:
        path = locate(dotted, data)
        whole = data
        for depth, key in enumerate(path):
            if isinstance(key, int) and isinstance(whole, list) and not find(tree, path[:depth])[1]:
                tree = put(tree, path[:depth], node_of(whole, _SET))
            whole = entry(whole, key)
    return tree


def _with_defaults(tree: Node) -> Any:
    """Return a tree as plain data with its defaults; where it is broken, with those of the top-level sections it lacks."""
    study, _ = validate(tree)
    if study is not None:
        return dump(study)
    data = plain(settle(tree))
    for name, field in Study.model_fields.items():
        if name not in data and not field.is_required():
            data[name] = dump(field.get_default(call_default_factory=True))
    return data


def _checked(tree: Node) -> tuple[Study | None, Study | None, list[Problem]]:
    """Return the study of a tree; the study with stand-ins for what is broken; and all problems."""
    study, problems = validate(tree)
    mended, latest = study, problems
    for _ in range(_ROUNDS):
        if not latest or (mended is not None and latest is not problems):
            break
        tree = mend(tree, latest)
        mended, latest = validate(tree)
        problems = [*problems, *_independent(latest, problems)]
    return study, mended, problems


def _independent(problems: list[Problem], known: list[Problem]) -> list[Problem]:
    """Return the problems that cannot merely follow from known ones: none contains or is part of one."""
    broken = [problem.path for problem in known]
    return [problem for problem in problems if not touches(problem.path, broken)]


def _in_order(problems: list[Problem], source: str) -> list[Problem]:
    """Return problems once each, the user's file first, by line."""
    unique = list(dict.fromkeys(problems))
    return sorted(unique, key=lambda p: (p.file not in (None, source), p.file or "", p.line or 0))
