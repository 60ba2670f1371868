"""Finds every text of the reporting layer that is marked for translation, by reading the sources.

`python -m tests.reporting.messages` lists what has no translation yet, `... FILE...` only that of these source files.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import marketsim.reporting
from marketsim.reporting.language import COUNTED, catalogue

SOURCES = Path(marketsim.reporting.__file__).parent
_MARKS = {"say": (0, ""), "message": (0, ""), "counted": (1, COUNTED)}


def marked(file: Path) -> Iterator[tuple[str, str]]:
    """Yield (context, text) of all literals in a source file that are marked."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _MARKS:
            place, context = _MARKS[node.func.id]
            for text in _literals(node.args[place]) if len(node.args) > place else ():
                yield context, text


def _literals(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    if isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)
    if isinstance(node, ast.JoinedStr):
        raise AssertionError(
            f"line {node.lineno}: an f-string cannot be translated; use places: say('{{name}}', name=...)"
        )


def missing(language: str, files: list[Path] | None = None) -> list[tuple[str, str, str]]:
    """Return (file, context, text) of what has no translation."""
    known = catalogue(language)
    return [
        (file.name, context, text)
        for file in files or sorted(SOURCES.rglob("*.py"))
        for context, text in dict.fromkeys(marked(file))
        if text and (context, text) not in known
    ]


def places(text: str) -> set[str]:
    """Return the names of the places in a template."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


if __name__ == "__main__":
    for file, context, text in missing("zh", [Path(name) for name in sys.argv[1:]] or None):
        print(f"{file}  {context}  {text}")
