"""`marketsim results verify`: whether stored studies are as they were written."""

from __future__ import annotations

from collections.abc import Sequence

from marketsim.cli.places import study_folder
from marketsim.cli.screen import console, say


def verify_studies(studies: Sequence[str]) -> int:
    """Check studies and say what is damaged, and what to do.

    Args:
        studies: folders of studies, or names below ``results``.

    Returns:
        The exit code: 0, or 1 if anything is damaged.

    Raises:
        ResultsError: there is no such study.
    """
    from marketsim.experiments.workplace import at_work
    from marketsim.results.storage.audit import audit

    screen, damaged = console(), False
    for folder in [study_folder(study) for study in studies]:
        if at_work(folder):
            say(screen, f"{folder}: a process is at work on it; what it has not finished may look damaged")
        found = audit(folder)
        damaged = damaged or bool(found.faults)
        rows = sum(found.tables.values())
        what = f"{found.runs:,} runs in {found.batches:,} batches, {rows:,} rows in {len(found.tables)} tables"
        say(screen, f"{folder}: {what}: {'damaged' if found.faults else 'as they were written'}")
        say(screen, *(f"  damaged  {fault}" for fault in found.faults), *(f"  note     {note}" for note in found.notes))
    return int(damaged)
