"""Sensitivities on the terminal: indices, what could overturn the effect, and the sentences on both."""

from __future__ import annotations

from rich.console import Console

from marketsim.reporting.language import say
from marketsim.reporting.overturning_words import overturning_sentences
from marketsim.reporting.screen import Screen
from marketsim.reporting.sensitivity_reasons import reason_text
from marketsim.reporting.sensitivity_words import index_finding, tornado_finding
from marketsim.reporting.sweep_findings import Findings
from marketsim.reporting.sweep_tables import index_table, overturning_table
from marketsim.reporting.sweep_terminal import print_table


def print_told(found: Findings, console: Console) -> None:
    """Print what is found out about a sweep, or about the assumption checks, under one policy."""
    screen = Screen(console)
    for caution in [*found.cautions, *([say("{text}.", text=reason_text(found.refused))] if found.refused else [])]:
        screen.sentence(f"! {caution}", style="bold yellow")
    for table in (index_table(found), overturning_table(found.sweep, found.overturn)):
        if table is not None:
            print_table(table, screen)
            console.print()
    if len(found.indices):
        screen.sentence(index_finding(found.sweep, found.indices))
    if len(found.overturn):
        screen.sentence(tornado_finding(found.sweep, found.overturn))
        for sentence in overturning_sentences(found.sweep, found.overturn):
            screen.sentence(sentence)
    console.print()
