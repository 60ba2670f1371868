"""Values of YAML files as trees in which each value knows the file and the line where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Place:
    """Where a value stands: file as the user named it, and line; neither for a value set in Python."""

    file: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class Node:
    """A value of a YAML tree.

    Attributes:
        value: a mapping of names to nodes, a list of nodes, or a scalar.
        place: where it stands; for an entry of a mapping the line of its name.
        text: the scalar as the user wrote it; empty for mappings, lists, and values set in Python.
    """

    value: Any
    place: Place = Place()
    text: str = ""

    @property
    def is_mapping(self) -> bool:
        """Return whether this is a mapping of names to nodes."""
        return isinstance(self.value, dict)

    @property
    def shown(self) -> str | None:
        """Return the value for a message, as the user wrote it and shortened; None for a mapping."""
        if self.is_mapping:
            return None
        return self.text if self.text and len(self.text) <= 60 else show(plain(self))


def node_of(value: Any, place: Place = Place()) -> Node:
    """Return the tree of a plain Python value, all of it at the given place."""
    if isinstance(value, Mapping):
        return Node({str(key): node_of(inner, place) for key, inner in value.items()}, place)
    if isinstance(value, list | tuple):
        return Node([node_of(inner, place) for inner in value], place)
    return Node(value, place)


def plain(node: Node) -> Any:
    """Return the plain Python value of a tree."""
    if isinstance(node.value, dict):
        return {key: plain(inner) for key, inner in node.value.items()}
    if isinstance(node.value, list):
        return [plain(inner) for inner in node.value]
    return node.value


def show(value: Any, length: int = 60) -> str:
    """Return a value as a user would write it in YAML, shortened to a length."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, Mapping):
        entries = ", ".join(f"{key}: {show(inner)}" for key, inner in list(value.items())[:length])
        return shorten(f"{{{entries}}}", length)
    if isinstance(value, list | tuple):
        return shorten(f"[{', '.join(show(inner) for inner in value[:length])}]", length)
    return shorten(str(value), length)


def shorten(text: str, length: int = 60) -> str:
    """Return a text on one line, cut to a length."""
    flat = " ".join(text.split())
    return flat if len(flat) <= length else f"{flat[: length - 4]} ..."
