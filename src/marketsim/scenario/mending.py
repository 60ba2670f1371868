"""Stand-ins for broken values, so that a scenario with one mistake can be searched for others."""

from __future__ import annotations

from typing import Any

from marketsim.errors import Problem
from marketsim.scenario.merging import find, put, remove
from marketsim.scenario.outline import Segments, Shape, shape_at
from marketsim.scenario.paths import locate
from marketsim.scenario.problems import meant_field
from marketsim.scenario.yaml_tree import Node, node_of, plain


def mend(tree: Node, problems: list[Problem]) -> Node:
    """Return the tree with the places of problems removed, or filled with something valid where required.

    An unknown field that is probably meant to be another one is renamed to it.
    """
    for problem in sorted(problems, key=lambda problem: problem.path, reverse=True):
        data = plain(tree)
        path = locate(problem.path, data)
        if path and "*" not in path:
            tree = _mended(tree, path, data)
    return tree


def _mended(tree: Node, path: Segments, data: Any) -> Node:
    node, exists = find(tree, path)
    shape = shape_at(path, data)
    if shape is None and exists:
        return _renamed(tree, path, node, data)
    is_required = shape is not None and shape.field is not None and shape.field.is_required()
    stand_in = _stand_in(shape) if shape is not None else None
    if exists and not is_required:
        return remove(tree, path)
    if stand_in is None or not find(tree, path[:-1])[1]:
        return tree
    return put(tree, path, node_of(stand_in))


def _renamed(tree: Node, path: Segments, node: Node, data: Any) -> Node:
    meant, factor = meant_field(path, data)
    tree, place = remove(tree, path), (*path[:-1], meant)
    if not meant or find(tree, place)[1]:
        return tree
    is_number = isinstance(node.value, int | float) and not isinstance(node.value, bool)
    return put(tree, place, node_of(node.value * factor) if is_number and factor != 1 else node)


def _stand_in(shape: Shape) -> Any:
    """Return a valid value of a required field, or None for one that has no simple one."""
    least = shape.bounds[0] or 0
    values = {
        "number": float(least),
        "whole": int(least),
        "switch": True,
        "text": "text",
        "choice": next(iter(shape.choices), None),
    }
    return values.get(shape.kind)
