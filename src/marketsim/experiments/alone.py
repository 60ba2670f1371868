"""One question by itself, without the comparison of all policies around it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from marketsim.errors import ResultsError, StudyInterruptedError
from marketsim.experiments.laboratory import Laboratory
from marketsim.experiments.progress import Progress
from marketsim.experiments.questions import check_figures
from marketsim.experiments.runs import Job
from marketsim.experiments.study import Settings, compile_rules, workers_for
from marketsim.experiments.workers import refuse_in_starting_worker
from marketsim.results.folders import Stage, check_target
from marketsim.results.manifest import build
from marketsim.results.store import write_answers
from marketsim.scenario.loaded import Scenario

Answers = dict[str, pd.DataFrame]
Ask = Callable[[Laboratory, Answers], None]
"""Asks a question: runs what it needs in the laboratory, and adds tables by name as it goes on."""


def ask_alone(scenario: Scenario, ask: Ask, folder: Path, settings: Settings, progress: Progress) -> Answers:
    """Ask a question about a scenario, and store its answer in a folder of its own.

    Args:
        scenario: the scenario.
        ask: the question.
        folder: for the tables and a manifest; earlier results there are replaced.
        settings: jobs and threads.
        progress: is told how far it is.

    Raises:
        ResultsError: the folder holds something else than results, or cannot be written.
        RunFailedError: no world of a run that it needs finished.
        StudyInterruptedError: the user stopped it; the message says what is stored.
    """
    refuse_in_starting_worker()
    check_figures(scenario.study)
    check_target(folder)
    if settings.simulate is None:
        compile_rules(progress)
    answers: Answers = {}
    with Stage(folder) as stage:
        job = Job(scenario, settings.threads, stage.spool, settings.simulate)
        interrupted = not _asked(ask, job, settings, progress, answers)
        if interrupted and not answers:
            raise StudyInterruptedError(f"interrupted before an answer was found; nothing was written to {folder}")
        _write(stage, scenario, answers, settings.command, "interrupted" if interrupted else "complete")
    if interrupted:
        raise StudyInterruptedError(f"interrupted; the answers found so far are in {folder}", folder)
    return answers


def _asked(ask: Ask, job: Job, settings: Settings, progress: Progress, answers: Answers) -> bool:
    """Ask, and return whether the user let it finish."""
    wanted = job.scenario.study.run.replications * 2
    try:
        with workers_for(job, settings.jobs, wanted, progress) as workers:
            ask(Laboratory(job.scenario, workers, progress), answers)
    except KeyboardInterrupt:
        return False
    return True


def _write(stage: Stage, scenario: Scenario, answers: Answers, command: str, status: str) -> None:
    manifest = build(scenario, status=status, policies=(), counts={}, command=command)
    try:
        write_answers(stage.folder, manifest, answers)
        stage.commit()
    except OSError as error:
        raise ResultsError(f"cannot write the results: {error}") from error
