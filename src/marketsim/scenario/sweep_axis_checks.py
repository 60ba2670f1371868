"""Checks of what a sweep varies: every path exists, may be varied, takes the values, and is varied once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from marketsim.scenario.decisions import Base, leaf_paths, refusal
from marketsim.scenario.outline import Segments, Shape, shape_at
from marketsim.scenario.paths import fault, join, locate, touches
from marketsim.scenario.sweep import Axis, Sweep, is_number
from marketsim.scenario.sweep_design_checks import Fault, axes_with_places
from marketsim.scenario.yaml_tree import show

_NOT_THE_MARKET = ("title", "question", "expectation", "report", "focus", "show", "factors", "matrix", "assumptions")
_QUESTIONS = ("break_even", "budget", "sweep")
_WORLDS = ("seed", "replications", "check_replications")


def axis_faults(sweep: Sweep, policies: tuple[str, ...], base: Base) -> Iterator[Fault]:
    """Yield what is wrong with the paths of a sweep, and with values that no check of the whole would find.

    Args:
        sweep: the sweep.
        policies: its policies, as far as they exist.
        base: the scenario.
    """
    for place, axis in axes_with_places(sweep):
        is_lever = place[0] == "levers"
        for path in axis.factors():
            message = _path_fault(path, is_lever, axis, base) or _policy_fault(path, is_lever, policies, base)
            if message:
                yield place, f"{path}: {message}" if len(axis.factors()) > 1 else message
                break
    yield from _overlaps(sweep)


def _path_fault(path: str, is_lever: bool, axis: Axis, base: Base) -> str | None:
    parts = locate(path, base.data)
    allowed = _lever_fault if is_lever else _uncertainty_fault
    message = allowed(path, base) or fault(parts, base.data)
    if message:
        return message
    return _value_fault(parts, shape_at(parts, base.data), axis)


def _lever_fault(path: str, base: Base) -> str | None:
    if path.split(".")[0] not in ("retailers", "levers"):
        return "this is nobody's decision; put it under uncertainties"
    message = refusal(path, list(base.study.retailers))
    return f"{message}, for example under uncertainties" if message and "base scenario" in message else message


def _uncertainty_fault(path: str, base: Base) -> str | None:
    root, *rest = path.split(".")
    if root == "policies":
        return "what a policy sets is varied under levers, by its path without policies.<name>"
    if root in _NOT_THE_MARKET or root in _QUESTIONS:
        return f"{root} is no part of the market, so nothing can be uncertain about it"
    if root == "run" and (not rest or rest[0] in _WORLDS):
        return "all points of a sweep are compared in the same worlds; these are set under run or in the sweep itself"
    if root in ("retailers", "segments", "levers") and not rest:
        return "name what varies below it"
    return None


def _value_fault(parts: Segments, shape: Shape | None, axis: Axis) -> str | None:
    numeric = shape is not None and shape.kind in ("number", "whole")
    whole = shape is not None and shape.kind == "whole"
    if shape is not None and shape.kind == "any" and not axis.values:
        numeric = True  # such as a parameter of the user's own strategy
    if axis.range is not None and not numeric:
        return f"{join(parts)} is not a number, so it has no range; give values: [...]"
    if axis.range is not None and whole:
        low, high = axis.range
        some = show(sorted({round(low), round((low + high) / 2), round(high)}))
        return f"takes whole numbers only, and a range has others between; give values: {some}"
    if axis.scaled is not None and not numeric:
        return f"{join(parts)} is not a number, so it cannot be scaled; write paths"
    return next(filter(None, (_fits(value, join(parts), whole, axis) for value in axis.values or ())), None)


def written_faults(
    sweep: Sweep, written: Sequence[tuple[Segments, str, Mapping[str, Any]]], base: Base
) -> Iterator[Fault]:
    """Yield which of the points that are written out have a value that cannot be scaled, or is not whole.

    Args:
        sweep: the sweep.
        written: place, note and values of each point.
        base: the scenario.
    """
    for label, axis in sweep.axes().items():
        for path in axis.factors():
            shape = shape_at(locate(path, base.data), base.data)
            whole = shape is not None and shape.kind == "whole"
            for place, note, values in written if whole or axis.scaled else ():
                message = _fits(values[label], path, whole, axis)
                if message:
                    yield place, f"{label}{note}: {message}"


def _fits(value: Any, path: str, whole: bool, axis: Axis) -> str | None:
    """Return why a value cannot be set at a path, as far as that can be told by itself."""
    factor = axis.factors()[path]
    if not is_number(value):
        return None if factor is None else f"{show(value)} is not a number, so it cannot be scaled"
    if whole and not float(value * (1 if factor is None else factor)).is_integer():
        scaled = "" if factor is None else f" x {show(factor)}"
        return f"takes whole numbers only, not {show(value)}{scaled}"
    return None


def _overlaps(sweep: Sweep) -> Iterator[Fault]:
    axes = list(axes_with_places(sweep))
    for (_, one), (place, other) in combinations(axes, 2):
        shared = [path for path in other.factors() if touches(path, one.factors())]
        if shared:
            yield place, f"changes {shared[0]}, which another label changes as well"
    for place, axis in axes:
        for one_path, other_path in combinations(axis.factors(), 2):
            if touches(one_path, [other_path]):
                yield place, f"changes both {one_path} and {other_path}, of which one is part of the other"


def _policy_fault(path: str, is_lever: bool, policies: tuple[str, ...], base: Base) -> str | None:
    """Return which policy would override a value, so that it would be without effect there."""
    for policy in policies:
        for own in _set_by(base.study.policies[policy]):
            if is_lever and own.startswith(f"{path}."):
                return f"policy {policy} sets {own}, which is part of this, and would override it; vary {own} instead"
            if not is_lever and touches(path, [own]):
                return (
                    f"policy {policy} sets {own}, so that this would be without effect under it; put it under levers, "
                    "or name the policies to compare without this one"
                )
    return None


def _set_by(changes: Mapping[str, Any]) -> list[str]:
    return [leaf for path, value in changes.items() for leaf in leaf_paths(path, value)]
