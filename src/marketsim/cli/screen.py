"""Printing to the terminal: lines, tables and sizes; and the number of cores."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable

from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

_WIDE = 140


def console(*, errors: bool = False) -> Console:
    """Return a console; where the output is no terminal its lines are wide enough for the tables."""
    stream = sys.stderr if errors else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else _WIDE, highlight=False)


def say(screen: Console, *lines: str) -> None:
    """Print lines as they are: names of users are never read as markup."""
    for line in lines:
        screen.print(Text(line), soft_wrap=True)


def cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def command_line() -> str:
    """Return the command that was typed, so that results can say how to make them again."""
    return shlex.join(["marketsim", *sys.argv[1:]])


def size_text(count: float) -> str:
    """Return a number of bytes in words, such as 3.2 MB."""
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def plain_table(columns: Iterable[tuple[str, JustifyMethod]]) -> Table:
    """Return an empty table without lines: columns by name, with the side on which their text stands."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name, side in columns:
        table.add_column(name, justify=side)
    return table
