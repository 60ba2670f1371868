"""Policies that a study does not spell out: all combinations of its factors, and every row with every column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product

from marketsim.errors import Problem
from marketsim.scenario.paths import touches
from marketsim.scenario.yaml_tree import Node

PLUS, BY = "+", " x "
"""What joins the names of factors, and that of a row and a column."""
MOST_FACTORS = 5
_LONGEST_NAME = 60
_Changes = dict[str, Node]
_Part = tuple[str, _Changes]


def combined_name(factors: Sequence[str]) -> str:
    """Return the name of the policy that has these factors; empty for none of them."""
    return PLUS.join(factors)


def cell_name(row: str, column: str) -> str:
    """Return the name of the policy of a cell of the matrix."""
    return f"{row}{BY}{column}"


def with_combinations(tree: Node) -> tuple[Node, list[Problem]]:
    """Return the tree of a scenario with the policies that its factors and its matrix make, and what is wrong.

    Args:
        tree: the merged tree; what is malformed in it is left to the schema, which reports it.
    """
    policies = tree.value.get("policies") if tree.is_mapping else None
    given: _Changes = dict(policies.value) if policies is not None and policies.is_mapping else {}
    made: _Changes = {}
    problems = _too_many(tree)
    for parts, name, origin in (*_of_factors(tree), *_of_matrix(tree)):
        problem = _problem(parts, name, given, origin)
        if problem is not None:
            problems.append(problem)
            continue
        changes = {path: value for _, changes in parts for path, value in changes.items()}
        made[name] = Node(changes, origin.place)
    if not made:
        return tree, problems
    place = policies.place if policies is not None else tree.place
    return Node({**tree.value, "policies": Node({**given, **made}, place)}, tree.place), problems


def _too_many(tree: Node) -> list[Problem]:
    node = tree.value.get("factors") if tree.is_mapping else None
    count = len(_parts(node))
    if node is None or count <= MOST_FACTORS:
        return []
    message = f"{count} factors have {2**count - 1} combinations; there may be at most {MOST_FACTORS} factors"
    return [Problem("factors", message, None, node.place.file, node.place.line)]


def _of_factors(tree: Node) -> Iterator[tuple[tuple[_Part, ...], str, Node]]:
    """Yield the factors of each combination, single ones first, its name, and where it is written."""
    node = tree.value.get("factors")
    parts = _parts(node)
    if node is None or len(parts) > MOST_FACTORS:
        return  # `with_combinations` has said so
    for size in range(1, len(parts) + 1):
        for chosen in combinations(parts, size):
            yield chosen, combined_name([name for name, _ in chosen]), node


def _of_matrix(tree: Node) -> Iterator[tuple[tuple[_Part, ...], str, Node]]:
    node = tree.value.get("matrix")
    if node is None or not node.is_mapping:
        return
    rows, columns = (_parts(node.value.get(side)) for side in ("rows", "columns"))
    for row, column in product(rows, columns):
        yield (row, column), cell_name(row[0], column[0]), node


def _parts(node: Node | None) -> list[_Part]:
    """Return named changes; none of what is malformed."""
    entries: Mapping[str, Node] = node.value if node is not None and node.is_mapping else {}
    return [(name, dict(part.value)) for name, part in entries.items() if part.is_mapping]


def _problem(parts: tuple[_Part, ...], name: str, given: _Changes, origin: Node) -> Problem | None:
    message = _clash(parts)
    if name in given:
        message = "this policy is made from factors or the matrix already; give the other one another name"
    elif len(name) > _LONGEST_NAME:
        message = f"the name of this combination is longer than {_LONGEST_NAME} characters; shorten the names in it"
    place = given[name].place if name in given else origin.place
    return Problem(f"policies.{name}", message, None, place.file, place.line) if message else None


def _clash(parts: tuple[_Part, ...]) -> str:
    """Return what two parts both change, in words; nothing where each changes something of its own."""
    for (one, mine), (other, theirs) in combinations(parts, 2):
        for path in mine:
            if touches(path, theirs):
                return f"{one} and {other} both change {path}, so they cannot be combined"
    return ""
