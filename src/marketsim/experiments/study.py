"""A whole study: every run of its plan, the statistics, and the results on disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from marketsim.errors import RunFailedError, StudyInterruptedError, UnansweredError
from marketsim.experiments.campaign import Campaign
from marketsim.experiments.conclusion import conclude
from marketsim.experiments.enough import run_main
from marketsim.experiments.laboratory import Laboratory
from marketsim.experiments.plan import Plan, plan
from marketsim.experiments.progress import Progress, Silent
from marketsim.experiments.questions import answer_questions, check_figures
from marketsim.experiments.run_log import RunLog, in_order
from marketsim.experiments.runs import Job, ids_of
from marketsim.experiments.settings import Settings
from marketsim.experiments.worker import task_of
from marketsim.experiments.workers import make_workers
from marketsim.experiments.workplace import Workplace
from marketsim.results.manifest import begun
from marketsim.results.storage import store
from marketsim.results.storage.store import StudyResult
from marketsim.scenario.loaded import Scenario

RESULTS = Path("results")


def run_study(
    scenario: Scenario,
    *,
    jobs: int | None = None,
    threads: int = 1,
    out: str | Path | None = None,
    checks: bool = True,
    progress: Progress | None = None,
    policies: Sequence[str] | None = None,
    command: str = "",
    settings: Settings | None = None,
) -> StudyResult:
    """Run base and policies in every world, then the assumption checks, and store the results.

    The results do not depend on the number of jobs or threads, nor on who carries out the runs. A run that is in the
    folder already, or in that of another study beside it, is not run again: a study that was interrupted or killed goes
    on where it was. A run that fails becomes a row of ``runs`` with its error, and the others go on; the statistics
    leave out what has no partner. Where a policy changes who belongs to a tier, the base is run with these tier rules
    as well: figures of tiers are compared with it.

    Args:
        scenario: what to run.
        jobs: runs at a time, each in a process of its own; 1 stays in this process; all cores when None.
        threads: threads of one run.
        out: folder for the results, ``results/<name of the scenario>`` when None.
        checks: whether to repeat everything at both ends of each assumption.
        progress: is told how far the study is; nobody when None.
        policies: the policies to run besides the base; all when None.
        command: the command that makes the results again, for the manifest.
        settings: how it is carried out, in place of jobs, threads and command.

    Returns:
        The results, read from disk.

    Raises:
        ResultsError: the folder holds something else than results, is in use, or cannot be written.
        RunFailedError: no run finished; or a question has no answer, and the other results are stored.
        UnansweredError: a sweep or another question has no answer, as its runs failed; the rest is stored.
        StudyInterruptedError: the user stopped the study; the message says what finished and where it is.
    """
    return carry_out(
        scenario,
        plan(scenario.study, policies=None if policies is None else tuple(policies), checks=checks),
        Path(out) if out is not None else RESULTS / scenario.name,
        settings or Settings(jobs, threads, command),
        progress or Silent(),
    )


def carry_out(scenario: Scenario, runs: Plan, folder: Path, settings: Settings, progress: Progress) -> StudyResult:
    """Do what `run_study` says, with a plan and settings."""
    check_figures(scenario.study)
    with campaign_in(folder, scenario, settings, progress) as campaign:
        log = RunLog(runs, campaign)
        _run_all(log)
        if not log.finished(log.main_keys()):
            raise _nothing_finished(log, folder)
        written = conclude(log, settings.command)
    if log.interrupted:
        raise _interrupted(log, folder, written=written)
    if log.unanswered:
        raise UnansweredError(f"{log.unanswered}\nthe other results are in {folder}", folder)
    return store.load(folder)


@contextmanager
def campaign_in(folder: Path, scenario: Scenario, settings: Settings, progress: Progress) -> Iterator[Campaign]:
    """Claim a folder and get ready to carry out runs of a scenario in it.

    Raises:
        ResultsError: the folder holds something else than results, is in use, or cannot be written.
    """
    with Workplace(folder, begun(scenario, settings.command)) as place:
        place.check(progress.say)
        if settings.simulate is None:
            compile_rules(progress)
        job = Job(scenario, settings.threads, settings.limits, settings.simulate, settings.batch_seconds)
        at = place.place(job)
        with make_workers(task_of(at), settings, at.stop, progress.say) as workers:
            yield Campaign(scenario, folder, place.store, workers, progress, ids_of(job), settings.retry_failed)


def compile_rules(progress: Progress) -> None:
    """Compile the market's rules where they were never run on this machine."""
    from marketsim.simulation.run import is_compiled, warm_up

    if not is_compiled():
        progress.say("compiling the market rules (first run only) ...")
        warm_up()


def _run_all(log: RunLog) -> None:
    """Carry out a plan and answer the questions; an interruption is noted."""
    campaign = log.campaign
    laboratory = Laboratory(campaign, campaign.scenario.study.run.first_worlds())
    try:
        run_main(log)
        campaign.run("assumption checks", log.plan.checks)
        if log.finished(log.main_keys()):
            laboratory.worlds = log.worlds()
            _answer(log, laboratory)
    except KeyboardInterrupt:
        log.interrupted = True
    log.questions = laboratory.other_keys([*log.plan.main, *log.plan.checks])


def _answer(log: RunLog, laboratory: Laboratory) -> None:
    """Answer the questions; one that has no answer is noted."""
    try:
        answer_questions(laboratory, log.plan.policies, log.answers)
    except RunFailedError as error:
        log.unanswered = str(error)


def _nothing_finished(log: RunLog, folder: Path) -> RunFailedError:
    if log.interrupted:
        return StudyInterruptedError(f"interrupted before a run finished; nothing was written to {folder}")
    outcomes = log.campaign.outcomes(in_order(log.plan.main))
    first = next((outcome.error for outcome in outcomes if outcome.error), "none")
    return RunFailedError(
        f"none of {len(log.plan.main)} runs finished; no results were written to {folder}. The first error: {first}"
    )


def _interrupted(log: RunLog, folder: Path, *, written: bool) -> StudyInterruptedError:
    rest = f"they are in {folder}" if written else f"they are stored; the complete results in {folder} stay as they are"
    message = f"interrupted; {log.tally()}; {rest}. The same command goes on from there"
    return StudyInterruptedError(message, folder if written else None)
