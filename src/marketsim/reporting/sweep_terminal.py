"""The sweeps of a study on the terminal: sentences, and a table of how the policies do over the points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from rich.console import Console

from marketsim.reporting.language import say
from marketsim.reporting.measures import PROFIT
from marketsim.reporting.overturning_words import sweep_sentences
from marketsim.reporting.screen import Screen
from marketsim.reporting.sweep_findings import findings
from marketsim.reporting.sweep_tables import policy_table
from marketsim.reporting.sweep_view import Manifest, Swept, sweeps_of
from marketsim.reporting.table import Table


def print_sweeps(
    answers: Mapping[str, pd.DataFrame], console: Console, manifest: Manifest | None = None, figure: str = PROFIT
) -> None:
    """Print what came of the sweeps of a folder.

    Args:
        answers: tables by name.
        console: where to print.
        manifest: that of the folder; without it the design is taken from the points, and the first retailer is followed.
        figure: the key figure that is told.
    """
    screen = Screen(console)
    by_name: dict[str, list[Swept]] = {}
    for sweep in sweeps_of(answers, manifest or {}, figure):
        by_name.setdefault(sweep.name, []).append(sweep)
    if not by_name:
        screen.sentence(say("No run of a sweep finished, so there is nothing to tell."))
    for sweeps in by_name.values():
        print_table(policy_table(sweeps), screen)
        for sweep in sweeps:
            for sentence in sweep_lines_of(sweep):
                screen.sentence(sentence)
        screen.console.print()


def sweep_lines_of(sweep: Swept) -> Sequence[str]:
    """Return the sentences on a sweep under one policy, cautions last."""
    found = findings(sweep)
    return [*sweep_sentences(sweep, found.overturn), *found.cautions]


def print_table(content: Table, screen: Screen) -> None:
    """Print a table of the report."""
    table = screen.table(content.heads, 3)
    for row in content.rows:
        table.add_row(*(screen.text(entry.text, _STYLES.get(entry.look, "")) for entry in row))
    screen.line(content.caption)
    screen.console.print(table)
    for note in content.notes:
        screen.sentence(note, style="dim")


_STYLES = {"good": "green", "bad": "red", "unclear": "dim"}
