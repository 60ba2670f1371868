"""One question by itself, without the comparison of all policies around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from marketsim.errors import RunFailedError, StudyInterruptedError
from marketsim.experiments.conclusion import is_complete, uninterrupted
from marketsim.experiments.laboratory import Laboratory
from marketsim.experiments.progress import Progress
from marketsim.experiments.questions import check_figures
from marketsim.experiments.run_log import count, in_order, runs_frame, status_of, timings_frame
from marketsim.experiments.settings import Settings
from marketsim.experiments.study import campaign_in
from marketsim.results.manifest import build
from marketsim.results.storage.batches import writing
from marketsim.results.storage.folders import Stage
from marketsim.results.storage.store import write_answers, write_runs
from marketsim.scenario.loaded import Scenario

Answers = dict[str, pd.DataFrame]
Ask = Callable[[Laboratory, Answers], None]
"""Asks a question: runs what it needs in the laboratory, and adds tables by name as it goes on."""


@dataclass(frozen=True)
class Answered:
    """What came of a question.

    Attributes:
        folder: where everything is stored.
        answers: its tables by name.
        runs: a row per run that it took, in the columns of `results.tables.RUNS`.
    """

    folder: Path
    answers: Answers
    runs: pd.DataFrame


def ask_alone(scenario: Scenario, ask: Ask, folder: Path, settings: Settings, progress: Progress) -> Answered:
    """Ask a question about a scenario, and store its answer in a folder of its own.

    Args:
        scenario: the scenario.
        ask: the question.
        folder: for the tables and a manifest; an earlier answer there is replaced, its runs are used.
        settings: how it is carried out.
        progress: is told how far it is.

    Raises:
        ResultsError: the folder holds something else than results, is in use, or cannot be written.
        RunFailedError: no world of a run that it needs finished; answers to other parts of it are stored.
        StudyInterruptedError: the user stopped it; the message says what is stored.
    """
    check_figures(scenario.study)
    answers: Answers = {}
    with campaign_in(folder, scenario, settings, progress) as campaign:
        laboratory = Laboratory(campaign, scenario.study.run.first_worlds())
        interrupted, fault = _asked(ask, laboratory, answers)
        if fault and not answers:
            raise RunFailedError(fault)
        if interrupted and not answers:
            raise StudyInterruptedError(
                f"interrupted before an answer was found; runs that finished are stored in {folder}, and the same command "
                "goes on from there"
            )
        if interrupted and is_complete(folder):
            raise StudyInterruptedError(
                f"interrupted; the runs that finished are stored, and the complete results in {folder} stay as they are; the "
                "same command goes on from there"
            )
        found = Answered(folder, answers, _write(laboratory, answers, settings.command, interrupted=interrupted))
    if interrupted:
        raise StudyInterruptedError(
            f"interrupted; the answers found so far are in {folder}; the same command goes on from there", folder
        )
    if fault:
        raise RunFailedError(f"{fault}\nthe other answers are in {folder}")
    return found


def _asked(ask: Ask, laboratory: Laboratory, answers: Answers) -> tuple[bool, str]:
    """Ask, and return whether the user interrupted it, and why something has no answer."""
    try:
        ask(laboratory, answers)
    except KeyboardInterrupt:
        return True, ""
    except RunFailedError as error:
        return False, str(error)
    return False, ""


def _write(laboratory: Laboratory, answers: Answers, command: str, *, interrupted: bool) -> pd.DataFrame:
    """Write answers and runs; return the table of runs."""
    campaign = laboratory.campaign
    parts = {"questions": campaign.outcomes(in_order(list(laboratory.keys.values())))}
    status = status_of(parts, interrupted=interrupted)
    counts = {name: count(outcomes) for name, outcomes in parts.items()}
    manifest = build(campaign.scenario, status=status, policies=(), counts=counts, command=command)
    runs = runs_frame(parts)
    with uninterrupted(), writing(campaign.folder), Stage(campaign.folder) as stage:
        write_runs(stage.folder, runs, timings_frame(parts))
        write_answers(stage.folder, manifest, answers)
        stage.commit()
    return runs
