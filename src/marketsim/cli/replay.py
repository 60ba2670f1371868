"""`marketsim replay`: one stored run again, by itself, with its error in full."""

from __future__ import annotations

import json

from marketsim.cli.places import study_folder
from marketsim.cli.screen import console, say


def replay_run(study: str, run: str) -> int:
    """Carry out a stored run again in this process.

    What it raises is not caught: a traceback is what is asked for here.

    Args:
        study: folder of the study, or its name below ``results``.
        run: id of the run, or its first digits.

    Returns:
        The exit code.

    Raises:
        ResultsError: there is no such study or run, or what it needs is not stored any more.
    """
    from marketsim.experiments.plan import RunKey
    from marketsim.experiments.replay import find_run, job_of
    from marketsim.experiments.runs import Runner
    from marketsim.results.tables import ALL

    folder = study_folder(study)
    record = find_run(folder, run)
    changes = tuple(json.loads(record.changes).items())
    key = RunKey(record.policy, record.replication, record.check, changes, record.tiers_of, record.run)
    job = job_of(folder, key)
    screen = console()
    say(
        screen,
        f"{record.run[:12]}: {record.policy} in world {record.replication}" + _what(record.check, record.changes),
    )
    say(screen, f"stored as {record.status}" + (f": {record.error}" if record.error else ""))
    result, tables = Runner(job).simulated(key)
    figures = tables["kpis"]
    focus = job.scenario.study.focus
    rows = figures[(figures["retailer"] == focus) & (figures["segment"] == ALL) & (figures["tier"] == ALL)]
    say(screen, f"it finished: {result.months} months, {result.agents} agents; key figures of {focus}:")
    for row in rows.itertuples():
        say(screen, f"  {row.kpi}  {row.value:.6g}")
    return 0


def _what(check: str, changes: str) -> str:
    return f", {check} {changes}" if check else ""
