"""Strategies that users write in Python: their files, read and checked without being run."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from pathlib import Path

from marketsim.errors import DataFileError
from marketsim.scenario.paths import closest, one_of
from marketsim.scenario.strategy import PricingRule, Strategy


def python_rules(strategy: Strategy) -> Iterator[tuple[tuple[str, ...], PricingRule]]:
    """Yield the rules of a strategy that name a user's file, each with its path below the strategy.

    The file is read whatever the kind is now, so that a sweep may change the kind to `python`.
    """
    named = [(("by_segment", name), rule) for name, rule in strategy.by_segment.items()]
    rules: list[tuple[tuple[str, ...], PricingRule]] = [((), strategy), *named]
    for path, rule in rules:
        if rule.file is not None:
            yield path, rule


def read_code(rule: PricingRule, folder: Path) -> tuple[str, str]:
    """Return the text of the file that a rule names, and its SHA-256.

    Raises:
        DataFileError: there is no such file, it is not Python, or it lacks the function or one of its parameters.
    """
    file = rule.file or ""
    content = _content(folder / file, file)
    try:
        text = content.decode("utf-8-sig")
        tree = ast.parse(text, file)
    except UnicodeDecodeError:
        raise DataFileError(f"{file} is not UTF-8 text") from None
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise DataFileError(
            f"{file}{f', line {line}' if line else ''}: not Python: {getattr(error, 'msg', error)}"
        ) from None
    _check(rule, tree, file)
    return text, hashlib.sha256(content).hexdigest()


def _content(path: Path, file: str) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        folder = path.parent
        near = closest(path.name, [entry.name for entry in folder.iterdir()] if folder.is_dir() else [])
        hint = f"; did you mean {near[0]}?" if near else ""
        raise DataFileError(
            f"there is no file {file} (looked for relative to the scenario file that names it){hint}"
        ) from None
    except (OSError, ValueError) as error:
        raise DataFileError(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _check(rule: PricingRule, tree: ast.Module, file: str) -> None:
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    if rule.function not in functions:
        raise DataFileError(f"{file} defines no function {rule.function}; its functions are {one_of(functions)}")
    arguments = functions[rule.function].args
    where = f"{file}, line {functions[rule.function].lineno}"
    if not (arguments.posonlyargs or arguments.args or arguments.vararg):
        raise DataFileError(f"{where}: {rule.function} must take what the retailer sees: def {rule.function}(view)")
    accepted = [argument.arg for argument in (*arguments.args, *arguments.kwonlyargs)]
    for name in rule.parameters:
        if name not in accepted and arguments.kwarg is None:
            raise DataFileError(f"{where}: {rule.function} takes no parameter {name}; it takes {one_of(accepted)}")
