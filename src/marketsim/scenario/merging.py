"""How one layer of a scenario overrides another: deep merges, removals, and values set at a path."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from marketsim.scenario.outline import ROOT, Segments, Shape, child, entry, tag_name
from marketsim.scenario.yaml_tree import Node, node_of, plain


def merge(base: Node, over: Node, shape: Shape | None = ROOT) -> Node:
    """Return the base with the overriding layer put on it.

    Mappings merge entry by entry, and everything else is replaced. `null` removes an entry. A section that
    comes in variants (an offer, the spot price) is replaced as a whole when the layer names another `kind`.

    Args:
        base: the lower layer.
        over: the layer that wins.
        shape: what stands at this place of the schema; None where the schema ends.
    """
    if not (base.is_mapping and over.is_mapping) or _other_variant(base, over, shape):
        return over
    merged = dict(base.value)
    for key, value in over.value.items():
        if value.value is None and key in merged and not _is_patch(shape):
            del merged[key]
        else:
            merged[key] = _merge_entry(merged.get(key), value, key, shape)
    return Node(merged, over.place)


def _merge_entry(old: Node | None, new: Node, key: str, shape: Shape | None) -> Node:
    if old is None or _is_patch(shape):
        return new
    inner = child(shape, key) if shape is not None else None
    return merge(old, new, inner)


def _is_patch(shape: Shape | None) -> bool:
    """Return whether this is the mapping of a policy: null is an instruction there, and values stay whole."""
    return shape is not None and shape.kind == "names" and shape.inner is Any


def _other_variant(base: Node, over: Node, shape: Shape | None) -> bool:
    if shape is None or shape.kind != "variants":
        return False
    tag = tag_name(shape)
    old, new = base.value.get(tag), over.value.get(tag)
    return old is not None and new is not None and old.value != new.value


def settle(node: Node, shape: Shape | None = ROOT) -> Node:
    """Return the tree without `null` for known fields: they take their defaults.

    A `null` that should have removed a user's name which does not exist, or that stands for an unknown field,
    stays and is reported when the scenario is validated.
    """
    if shape is None or not node.is_mapping or _is_patch(shape):
        return node
    kept = {}
    for key, value in node.value.items():
        if value.value is not None and not value.is_mapping:
            kept[key] = value
            continue
        inner = child(shape, key)
        if value.value is not None or inner is None or shape.kind == "names":
            kept[key] = settle(value, inner)
    return Node(kept, node.place)


def put(tree: Node, path: Segments, value: Node, shape: Shape | None = ROOT) -> Node:
    """Return the tree with a value merged in at a path; what is missing on the way is made from the defaults.

    Args:
        tree: the tree to change; it is left as it is.
        path: field names, users' names and positions in lists.
        value: what to put there; `null` removes what is there.
        shape: what stands at this place of the schema.
    """
    if not path:
        return merge(tree, value, shape)
    key, rest = path[0], path[1:]
    data = plain(tree) if shape is not None and shape.kind == "variants" else None
    inner = child(shape, key, data) if shape is not None else None
    if isinstance(tree.value, list) and isinstance(key, int):
        items = list(tree.value)
        items[key] = put(items[key], rest, value, inner)
        return Node(items, tree.place)
    entries = dict(tree.value) if tree.is_mapping else {}
    if not rest and value.value is None:
        entries.pop(str(key), None)
        return Node(entries, tree.place)
    old = entries.get(str(key)) or _default(inner, value)
    entries[str(key)] = value if old is None else put(old, rest, value, inner)
    return Node(entries, tree.place)


def remove(tree: Node, path: Segments) -> Node:
    """Return the tree without what stands at a path; the same tree if nothing stands there."""
    key, rest = path[0], path[1:]
    inner = entry(tree.value, key)
    if inner is None:
        return tree
    if isinstance(tree.value, list):
        kept = [
            remove(item, rest) if rest and i == key else item for i, item in enumerate(tree.value) if rest or i != key
        ]
        return Node(kept, tree.place)
    others = {name: item for name, item in tree.value.items() if name != key}
    return Node({**tree.value, key: remove(inner, rest)} if rest else others, tree.place)


def _default(shape: Shape | None, value: Node) -> Node | None:
    """Return the default of a field as a tree, or None where it has none that could be merged with."""
    default = shape.field.get_default(call_default_factory=True) if shape is not None and shape.field else None
    whole = dump(default)
    if isinstance(whole, dict | list) and whole:
        return node_of(whole, value.place)
    return Node({}, value.place) if shape is None or shape.kind in ("section", "variants", "names") else None


def dump(value: Any) -> Any:
    """Return schema objects as plain data, all defaults included."""
    if isinstance(value, BaseModel):
        return {name: dump(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, dict):
        return {key: dump(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [dump(inner) for inner in value]
    return value


def find(node: Node, path: Segments) -> tuple[Node, bool]:
    """Return the node at a path and True, or the deepest one on the way to it and False."""
    for key in path:
        following = entry(node.value, key)
        if following is None:
            return node, False
        node = following
    return node, True
