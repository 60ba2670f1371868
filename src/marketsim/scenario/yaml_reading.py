"""Reading YAML files as trees with the place of every value, and all that is wrong with them as YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from marketsim.errors import Problem
from marketsim.scenario.yaml_tree import Node, Place, plain, shorten

MAX_NODES = 100_000
"""Largest size of a file after its anchors are expanded; guards against files that explode."""
_TAG = "tag:yaml.org,2002:"


class _Loader(yaml.SafeLoader):
    """Resolves scalars as YAML 1.2 does: `no` and `on` are words, `1e5` is a number, dates stay text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own protocol


_Loader.add_implicit_resolver(f"{_TAG}null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_Loader.add_implicit_resolver(f"{_TAG}bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
_Loader.add_implicit_resolver(f"{_TAG}int", re.compile(r"^[-+]?[0-9][0-9_]*$"), list("-+0123456789"))
_Loader.add_implicit_resolver(
    f"{_TAG}float",
    re.compile(
        r"^(?:[-+]?(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
    ),
    list("-+.0123456789"),
)
_Loader.add_implicit_resolver(f"{_TAG}merge", re.compile(r"^<<$"), ["<"])


class _Builder:
    """Turns the nodes of PyYAML into ours and gathers what is wrong on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._open: set[int] = set()
        self._count = 0

    def build(self, raw: yaml.Node, path: str, place: Place) -> Node:
        self._count += 1
        if self._count > MAX_NODES or id(raw) in self._open:
            return self._too_much(raw, path, place)
        self._open.add(id(raw))
        try:
            return self._build_kind(raw, path, place)
        finally:
            self._open.discard(id(raw))

    def _build_kind(self, raw: yaml.Node, path: str, place: Place) -> Node:
        if isinstance(raw, yaml.MappingNode):
            return Node(self._mapping(raw, path), place)
        if isinstance(raw, yaml.SequenceNode):
            items = (self.build(item, f"{path}.{i}", self._place(item)) for i, item in enumerate(raw.value))
            return Node(list(items), place)
        return Node(self._scalar(raw, path, place), place, str(raw.value))

    def _too_much(self, raw: yaml.Node, path: str, place: Place) -> Node:
        if self._count <= MAX_NODES + 1:
            what = "an anchor that contains itself" if id(raw) in self._open else "too many values behind anchors"
            self._problem(path, place, f"{what}; write the values out")
        self._count = MAX_NODES + 2 if self._count > MAX_NODES else self._count
        return Node(None, place)

    def _mapping(self, raw: yaml.MappingNode, path: str) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        for key, value in self._pairs(raw, path):
            name = str(key.value)
            inner = f"{path}.{name}" if path else name
            place = self._place(key)
            if name in entries:
                first = entries[name].place.line
                self._problem(inner, place, f"given twice; the first is in line {first}. Names must differ.")
            entries[name] = self.build(value, inner, place)
        return self._with_merged(raw, path, entries)

    def _pairs(self, raw: yaml.MappingNode, path: str) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
        for key, value in raw.value:
            if not isinstance(key, yaml.ScalarNode):
                self._problem(path, self._place(key), "a name must be a word or a number, not a list or a mapping")
            elif key.tag != f"{_TAG}merge":
                yield key, value

    def _with_merged(self, raw: yaml.MappingNode, path: str, entries: dict[str, Node]) -> dict[str, Node]:
        """Add the entries of `<<: *anchor` that are not given outright."""
        for key, value in raw.value:
            if key.tag != f"{_TAG}merge":
                continue
            for source in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                merged = self.build(source, path, self._place(key))
                if not merged.is_mapping:
                    self._problem(path, self._place(key), "<< must be followed by *anchors of mappings")
                    continue
                entries = {**merged.value, **entries}
        return entries

    def _scalar(self, raw: yaml.Node, path: str, place: Place) -> Any:
        kind, text = raw.tag.removeprefix(_TAG), str(raw.value)
        try:
            return _SCALARS[kind](text)
        except KeyError:
            self._problem(path, place, f"the tag {raw.tag} is not known; write the plain value")
        except ValueError:
            self._problem(path, place, f"{shorten(text)} cannot be read as {kind}")
        return None

    def _place(self, raw: yaml.Node) -> Place:
        return Place(self.file, raw.start_mark.line + 1)

    def _problem(self, path: str, place: Place, message: str) -> None:
        self.problems.append(Problem(path, message, None, place.file, place.line))


def _integer(text: str) -> int | float:
    digits = text.replace("_", "")
    return int(digits) if len(digits) < 400 else float(digits)


def _boolean(text: str) -> bool:
    return {"true": True, "false": False}.get(text.lower(), False)


def _float(text: str) -> float:
    return float(
        text.replace("_", "")
        .replace(".inf", "inf")
        .replace(".Inf", "inf")
        .replace(".INF", "inf")
        .replace(".n", "n")
        .replace(".N", "n")
    )


_SCALARS: Mapping[str, Any] = {
    "str": str,
    "null": lambda text: None,
    "bool": _boolean,
    "int": _integer,
    "float": _float,
}


def parse_yaml(text: str, file: str) -> tuple[Node, list[Problem]]:
    """Return the tree of a YAML text and what is wrong with it as YAML.

    Args:
        text: the YAML.
        file: what to call it in messages.

    Returns:
        The tree (an empty mapping if the text cannot be parsed at all) and its problems.
    """
    try:
        loader = _Loader(text)
        raw = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        return Node({}, Place(file, 1)), [_syntax_problem(error, file)]
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        message = f"the character U+{error.character:04X} is not allowed in YAML; remove it"
        return Node({}, Place(file, 1)), [Problem("", message, None, file, line)]
    except RecursionError:
        return Node({}, Place(file, 1)), [Problem("", "nested too deeply", None, file, 1)]
    if raw is None:
        return Node(None, Place(file, 1)), []
    builder = _Builder(file)
    return builder.build(raw, "", Place(file, raw.start_mark.line + 1)), builder.problems


def read_yaml(path: Path, file: str) -> tuple[Node, list[Problem], str]:
    """Return the tree of a YAML file that holds a mapping, its problems, and its text.

    Args:
        path: where the file is.
        file: what to call it in messages.
    """
    empty = Node({}, Place(file, 1))
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        return empty, [Problem("", "not UTF-8 text; save the file as UTF-8", None, file, line)], ""
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return empty, [Problem("", f"cannot be read: {reason}", None, file)], ""
    tree, problems = parse_yaml(text, file)
    if not tree.is_mapping:
        what = "the file is empty" if tree.value is None else "the file holds no `name: value` lines"
        message = f"{what}; `marketsim new my_study.yaml` writes one to start from"
        return empty, [*problems, Problem("", message, None, file, 1)], text
    return tree, problems, text


def parse_value(text: str) -> Any:
    """Return the plain value of a short YAML text, as of `--set path=value`; ValueError if it is not YAML."""
    node, problems = parse_yaml(text, "")
    if problems:
        raise ValueError(problems[0].message)
    return plain(node)


def _syntax_problem(error: yaml.MarkedYAMLError, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    what = " ".join(part for part in (error.problem, error.context) if part)
    column = f" (column {mark.column + 1})" if mark else ""
    hint = _syntax_hint(what)
    return Problem("", f"not valid YAML: {what}{column}{hint}", None, file, mark.line + 1 if mark else None)


def _syntax_hint(what: str) -> str:
    if "cannot start any token" in what:
        return "; indent with spaces, not tabs, and put quotes around texts that begin with %, @ or `"
    if "mapping values are not allowed" in what:
        return "; check the indentation, and put quotes around texts that contain a colon"
    if "expected a single document" in what:
        return "; a scenario file holds one document, without a line `---` in its middle"
    return "; check indentation, colons and brackets there and in the line before"
