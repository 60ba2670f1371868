"""A scenario file and the files that it extends, merged into one tree."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from marketsim.errors import Problem
from marketsim.scenario.merging import merge
from marketsim.scenario.paths import closest, one_of
from marketsim.scenario.yaml_reading import read_yaml
from marketsim.scenario.yaml_tree import Node, Place, show

LIBRARY = Path(__file__).parent / "library"
"""Folder of what is shipped: levers, segments, load profiles and market presets."""
MARKETS = LIBRARY / "markets"
_SUFFIXES = ("", ".yaml", ".yml")


@dataclass
class Layers:
    """The merged tree of a scenario file, gathered while its files are read.

    Attributes:
        tree: the merged tree, without `extends`.
        problems: what is wrong with the files as YAML and with their `extends`.
        text: the text of the file that the user gave; None if there is no such file.
    """

    tree: Node
    problems: list[Problem] = field(default_factory=list)
    text: str | None = None


def preset_names() -> list[str]:
    """Return the names of the shipped market presets."""
    return sorted(path.stem for path in MARKETS.glob("*.yaml"))


def read_layers(file: str) -> Layers:
    """Return the tree of a scenario file on top of all that it extends and of the shipped levers and tags.

    Args:
        file: path of the scenario file, as the user gave it.
    """
    levers, problems, _ = read_yaml(LIBRARY / "levers.yaml", "marketsim:levers.yaml")
    tags, more, _ = read_yaml(LIBRARY / "tags.yaml", "marketsim:tags.yaml")
    library = merge(levers, tags)
    layers = Layers(library, [*problems, *more])
    path = Path(file)
    if "\x00" in file or not path.is_file():
        layers.problems.append(_no_file(file))
        return layers
    tree = _read(path, file, path.resolve().parent, (), layers)
    layers.tree = merge(library, tree)
    return layers


def _read(path: Path, file: str, home: Path, above: tuple[Path, ...], layers: Layers) -> Node:
    """Return the tree of a file on top of what it extends; `above` are the files that extend it."""
    tree, problems, text = read_yaml(path, file)
    layers.problems += problems
    layers.text = layers.text if above else text
    entries = {key: node for key, node in tree.value.items() if key != "extends"}
    own = _rebase_files(Node(entries, tree.place), path.resolve().parent, home)
    base = Node({}, tree.place)
    for name in _extended(tree.value.get("extends"), layers):
        below = _follow(name, path, home, (*above, path.resolve()), layers)
        base = merge(base, below)
    return merge(base, own)


def _extended(node: Node | None, layers: Layers) -> list[Node]:
    if node is None or node.value is None:
        return []
    names = node.value if isinstance(node.value, list) else [node]
    good = [name for name in names if isinstance(name.value, str) and name.value]
    for name in names:
        if name not in good:
            markets = one_of(preset_names())
            message = f"must be the path of a scenario file or the name of a shipped market ({markets})"
            layers.problems.append(Problem("extends", message, show(name.value), name.place.file, name.place.line))
    return good


def _follow(name: Node, path: Path, home: Path, above: tuple[Path, ...], layers: Layers) -> Node:
    found = _find(name.value, path.parent)
    if found is None:
        layers.problems.append(_extends_problem(name, _not_found(name.value, path.parent)))
    elif found.resolve() in above:
        circle = " -> ".join(member.name for member in (*above[above.index(found.resolve()) :], found))
        layers.problems.append(_extends_problem(name, f"the files extend each other in a circle: {circle}"))
    else:
        return _read(found, _display(found, name.place), home, above, layers)
    return Node({}, Place())


def _find(name: str, folder: Path) -> Path | None:
    if "\x00" in name:
        return None
    for place in (folder, MARKETS, LIBRARY):
        for suffix in _SUFFIXES:
            candidate = place / f"{name}{suffix}"
            if candidate.is_file():
                return candidate
    return None


def _display(path: Path, named_in: Place) -> str:
    """Return what to call an extended file in messages: its path from where the user stands, or shipped."""
    resolved = path.resolve()
    if resolved.is_relative_to(LIBRARY.resolve()):
        return f"marketsim:{resolved.relative_to(LIBRARY.resolve()).as_posix()}"
    if named_in.file is None or (path.is_absolute() and not Path(named_in.file).is_absolute()):
        return str(path)
    return os.path.normpath(path)


def _extends_problem(name: Node, message: str) -> Problem:
    return Problem("extends", message, show(name.value), name.place.file, name.place.line)


def _not_found(name: str, folder: Path) -> str:
    near = closest(name, [*preset_names(), *_yaml_files(folder)])
    hint = f"; did you mean {near[0]}?" if near else ""
    markets = one_of(preset_names())
    return f"there is neither such a file beside this one nor a shipped market of this name ({markets}){hint}"


def _no_file(file: str) -> Problem:
    if "\x00" in file:
        return Problem("", "this is not the path of a file")
    path = Path(file)
    if path.is_dir():
        return Problem("", f"{file} is a folder; give one of its files: {one_of(_yaml_files(path))}")
    near = closest(path.name, _yaml_files(path.parent))
    hint = f"; did you mean {path.parent / near[0]}?" if near else ""
    return Problem("", f"there is no file {file}{hint}")


def _yaml_files(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir() if entry.suffix in (".yaml", ".yml"))
    except OSError:
        return []


_FILES = (
    (("segments", "*"), ("customers_file", "load_profile")),
    (("market", "*"), ("file",)),
    (("sweep", "*"), ("table",)),
    (("retailers", "*", "strategy"), ("file",)),
    (("retailers", "*", "strategy", "by_segment", "*"), ("file",)),
)
"""Where a scenario names files: paths of sections, in which `*` is any name, and the fields there."""


def _rebase_files(tree: Node, folder: Path, home: Path) -> Node:
    """Rewrite the data files that an extended file names, from its own folder to that of the user's file."""
    if folder == home:
        return tree
    for path, names in _FILES:
        tree = _rebase_below(tree, path, names, folder, home)
    return tree


def _rebase_below(tree: Node, path: tuple[str, ...], names: tuple[str, ...], folder: Path, home: Path) -> Node:
    if not path:
        return _rebase_entry(tree, names, folder, home)
    if not tree.is_mapping:
        return tree
    keys = list(tree.value) if path[0] == "*" else [key for key in path[:1] if key in tree.value]
    inner = {key: _rebase_below(tree.value[key], path[1:], names, folder, home) for key in keys}
    return Node({**tree.value, **inner}, tree.place)


def _rebase_entry(node: Node, names: tuple[str, ...], folder: Path, home: Path) -> Node:
    if not node.is_mapping:
        return node
    entries = dict(node.value)
    for name in names:
        value = entries.get(name)
        if value is not None and isinstance(value.value, str) and (folder / value.value).is_file():
            moved = Path(os.path.relpath(folder / value.value, home)).as_posix()
            entries[name] = Node(moved, value.place, value.text)
    return Node(entries, node.place)
