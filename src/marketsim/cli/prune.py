"""`marketsim results prune`: what the results of studies do not need is removed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from marketsim.cli.places import study_folder
from marketsim.cli.screen import console, say, size_text

if TYPE_CHECKING:
    from marketsim.experiments.pruning import Pruning, What


def prune_studies(studies: Sequence[str], what: What, *, yes: bool, dry_run: bool) -> int:
    """Remove from studies what they do not need, after asking.

    Args:
        studies: folders of studies, or names below ``results``.
        what: what is to go.
        yes: whether nothing is asked.
        dry_run: whether nothing is removed.

    Returns:
        The exit code, 0.

    Raises:
        ResultsError: there is no such study, or a process is at work on it.
    """
    from marketsim.experiments.workplace import Claim

    screen = console()
    for folder in [study_folder(study) for study in studies]:
        with nullcontext() if dry_run else Claim(folder):
            _prune(folder, what, screen, yes=yes, dry_run=dry_run)
    return 0


def _prune(folder: Path, what: What, screen: Console, *, yes: bool, dry_run: bool) -> None:
    from marketsim.experiments.pruning import pruning

    found = pruning(folder, what)
    say(screen, *(f"{folder}: {note}" for note in found.notes))
    if not found.runs and not found.files:
        say(screen, f"{folder}: nothing to remove")
        return
    say(screen, f"{folder}: {_described(found)}, about {size_text(found.bytes)}")
    if what.parts:
        say(
            screen,
            "its results stay; but to extend the study, or to replay a run, all runs have to be carried out again",
        )
    if dry_run:
        say(screen, "nothing was removed")
    elif yes or typer.confirm("remove them?"):
        found.carry_out()
        say(screen, "removed")


def _described(found: Pruning) -> str:
    jobs = sum(path.suffix == ".job" for path in found.files)
    batches = len(found.files) - jobs
    counts = {
        f"of {len(found.store)} runs": len(found.runs),
        "half-written or damaged batches": batches,
        "jobs that workers no longer need": jobs,
    }
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count)
