"""The result of a study on the terminal: a table of policies, a few sentences, and where the files are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from marketsim.reporting.answer import answer
from marketsim.reporting.claims import Claim
from marketsim.reporting.policy_table import print_policies
from marketsim.reporting.questions import question_sentences
from marketsim.reporting.ranking_table import ranking_sentence
from marketsim.reporting.replications import replication_sentences
from marketsim.reporting.screen import Screen
from marketsim.reporting.sweep_terminal import print_sweeps
from marketsim.reporting.view import StudyData, StudyView
from marketsim.results.sensitivity.outcomes import SWEEP


def print_result(
    result: StudyData, console: Console | None = None, reports: Sequence[Path] = (), *, seconds: float | None = None
) -> None:
    """Print the result of a study.

    Args:
        result: the study's results.
        console: where to print; the standard output when left out.
        reports: reports that were written.
        seconds: how long the study took, printed when given.
    """
    view, screen = StudyView(result), Screen(console or Console())
    found = answer(view)
    for caution in found.cautions:
        screen.sentence(f"! {caution}", style="bold yellow")
    if found.claim != Claim.NO_RESULTS:
        print_policies(view, screen)
    screen.console.print()
    screen.sentence(" ".join(found.sentences))
    if found.diagnosis:
        screen.sentence(" ".join(found.diagnosis), style="dim")
    ranking = ranking_sentence(result.answers)
    if ranking:
        screen.sentence(f"Ranking: {ranking}")
    for sentence in [*replication_sentences(result.answers), *question_sentences(result.answers)]:
        screen.sentence(sentence)
    if SWEEP in result.answers:
        screen.console.print()
        print_sweeps(result.answers, screen.console, result.manifest)
    screen.console.print()
    took = f"    {_duration(seconds)}" if seconds is not None else ""
    for path in reports:
        screen.line(f"report  {path}")
    screen.line(f"tables  {result.folder / 'tables'}{took}")


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"
