"""Stand-ins for broken values, so that a scenario with one mistake can be searched for others."""

from __future__ import annotations

from typing import Any

from marketsim.errors import Problem
from marketsim.scenario.merging import find, put
from marketsim.scenario.outline import Segments, Shape, shape_at
from marketsim.scenario.paths import locate
from marketsim.scenario.yaml_tree import Node, node_of, plain


def mend(tree: Node, problems: list[Problem]) -> Node:
    """Return the tree with the places of problems removed, or filled with something valid where they are required."""
    for problem in problems:
        data = plain(tree)
        tree = _mended(tree, locate(problem.path, data), data)
    return tree


def _mended(tree: Node, path: Segments, data: Any) -> Node:
    _, exists = find(tree, path)
    if not path or not isinstance(path[-1], str):
        return tree
    shape = shape_at(path, data)
    is_required = shape is not None and shape.field is not None and shape.field.is_required()
    stand_in = _stand_in(shape) if shape is not None else None
    if exists and not is_required:
        return put(tree, path, Node(None))
    if stand_in is None or not find(tree, path[:-1])[1]:
        return tree
    return put(tree, path, node_of(stand_in))


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
