"""Printing to the terminal, and the number of cores."""

from __future__ import annotations

import os
import shlex
import sys

from rich.console import Console
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
