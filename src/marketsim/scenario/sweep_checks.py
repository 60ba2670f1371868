"""Checks of sweeps: their design, what they vary, and whether its values are valid in the base and under each policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from marketsim.errors import Problem
from marketsim.scenario.changes import apply, data_part, validate
from marketsim.scenario.decisions import Base, base_of, made_by, problem_of
from marketsim.scenario.loaded import PointRow
from marketsim.scenario.merging import find
from marketsim.scenario.outline import Segments
from marketsim.scenario.paths import join, no_such, touches
from marketsim.scenario.problems import problem_at
from marketsim.scenario.replications import stopping
from marketsim.scenario.study import Study
from marketsim.scenario.sweep import Sweep
from marketsim.scenario.sweep_axis_checks import axis_faults, written_faults
from marketsim.scenario.sweep_design_checks import Fault, design_faults
from marketsim.scenario.sweep_values import Tried, values_tried, written_points
from marketsim.scenario.yaml_tree import Node, Place, node_of

Points = Mapping[str, Sequence[PointRow]]


def check_sweeps(study: Study, source: Node, points: Points, known: Sequence[Problem] = ()) -> list[Problem]:
    """Return what is wrong with the sweeps of a study, and with the policy by which a study decides that it knows enough.

    Args:
        study: the study; where it is broken, with stand-ins for what is broken.
        source: the tree of the scenario file, for the places.
        points: rows of the table of each sweep that has one, by its name.
        known: problems found before; sweeps and policies that have any are not tried again.
    """
    problems = _worlds(("run", "replications"), study.run.stopping(), study, source)
    if not study.sweep:
        return problems
    base = base_of(study, source)
    broken = {name for name in study.policies if any(each.path.startswith(f"policies.{name} ") for each in known)}
    for name, sweep in study.sweep.items():
        if any(touches(f"sweep.{name}", [each.path]) for each in known):
            continue  # what stands in its place is a stand-in
        problems += _of_sweep(name, sweep, points, base, broken)
    return problems


def _of_sweep(name: str, sweep: Sweep, points: Points, base: Base, broken: set[str]) -> list[Problem]:
    place: Segments = ("sweep", name)
    rows = points.get(name, ())
    policies = chosen_policies(sweep, base.study)
    faults = [
        *_policies(sweep, base.study),
        *design_faults(sweep, len(rows)),
        *axis_faults(sweep, policies, base),
    ]
    problems = [_placed((*place, *below), message, base.source) for below, message in faults]
    if sweep.replications is not None:
        problems += _worlds((*place, "replications"), stopping(sweep.replications), base.study, base.source)
    if problems or (sweep.design == "table" and not rows):
        return problems
    written = written_points(sweep, rows)
    problems = [
        _placed((*place, *below), message, base.source) for below, message in written_faults(sweep, written, base)
    ]
    if problems:
        return problems
    sound = [policy for policy in policies if policy not in broken]
    return list(dict.fromkeys(_values(name, sweep, rows, sound, base)))


def chosen_policies(sweep: Sweep, study: Study) -> tuple[str, ...]:
    """Return the policies of a sweep that exist, in the order of the scenario."""
    named = study.policies if sweep.policies is None else sweep.policies
    return tuple(policy for policy in study.policies if policy in named)


def _policies(sweep: Sweep, study: Study) -> Iterator[Fault]:
    if not study.policies:
        yield (), "there is no policy to compare with the base; add one under policies"
        return
    for policy in sweep.policies or ():
        if policy not in study.policies:
            yield ("policies",), no_such("policy", policy, study.policies)


def _worlds(place: Segments, until: Any, study: Study, source: Node) -> list[Problem]:
    if until is None or until.policy is None or until.policy in study.policies:
        return []
    message = no_such("policy", until.policy, study.policies)
    return [problem_at((*place, "until", "policy"), message, source)]


def _placed(path: Segments, message: str, source: Node) -> Problem:
    node, exists = find(source, path)
    found = problem_of(node, join(path), message)
    return found if exists and not node.is_mapping else replace(found, value=None)


def _values(name: str, sweep: Sweep, rows: Sequence[PointRow], policies: list[str], base: Base) -> Iterator[Problem]:
    """Yield what is wrong with the values of a sweep, each tried in the base and under every policy."""
    for tried in values_tried(sweep, rows):
        node = find(base.source, ("sweep", name, *tried.place))[0]
        where = f"{join(('sweep', name, *tried.place))}{tried.note}: "
        uncertain = _nodes(tried.changes, node.place)
        found = [*_files(tried, where, base, node), *made_by(uncertain, base, where)] if uncertain else []
        yield from found
        if found:
            continue
        levers = _nodes(tried.lever_changes, node.place)
        for policy in policies:
            own = _nodes(base.study.policies[policy], node.place)
            found = made_by({**uncertain, **own, **levers}, base, where)
            yield from (replace(each, message=f"{each.message} (under policy {policy})") for each in found)
            if found:
                break


def _nodes(changes: Mapping[str, Any], place: Place) -> dict[str, Node]:
    return {path: node_of(value, place) for path, value in changes.items()}


def _files(tried: Tried, where: str, base: Base, node: Node) -> list[Problem]:
    """Return a problem if a value would make other data files be read: they are read when a scenario is loaded."""
    tree, _ = apply(base.tree, _nodes(tried.changes, node.place), base.data)
    changed, _ = validate(tree)
    if changed is None or data_part(changed) == data_part(base.study):
        return []
    message = "data files, load profiles, time bands and strategies in Python are read once, so they cannot vary"
    return [problem_of(node, where.removesuffix(": "), message)]
