"""A whole study: every run of its plan, the statistics, and the results on disk."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import current_thread, main_thread

from marketsim.errors import ResultsError, RunFailedError, StudyInterruptedError
from marketsim.experiments.laboratory import Laboratory
from marketsim.experiments.plan import Plan, RunKey, plan
from marketsim.experiments.processes import ProcessWorkers
from marketsim.experiments.progress import Progress, Silent
from marketsim.experiments.questions import answer_questions, check_figures
from marketsim.experiments.run_log import RunLog, count
from marketsim.experiments.runs import DONE, Job, Simulate
from marketsim.experiments.workers import SerialWorkers, Workers, available_cores, refuse_in_starting_worker
from marketsim.results import store
from marketsim.results.checks import check_differences
from marketsim.results.folders import Stage, check_target
from marketsim.results.manifest import build
from marketsim.results.returns import with_returns
from marketsim.results.store import Contents, StudyResult
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
) -> StudyResult:
    """Run base and policies in every world, then the assumption checks, and store the results.

    The results do not depend on the number of jobs or threads. A run that fails becomes a row of ``runs``
    with its error, and the others go on; the statistics leave out what has no partner. Where a policy changes who
    belongs to a tier, the base is run with these tier rules as well: figures of tiers are compared with it.

    Args:
        scenario: what to run.
        jobs: runs at a time, each in a process of its own; 1 stays in this process; all cores when None.
        threads: threads of one run.
        out: folder for the results, ``results/<name of the scenario>`` when None; earlier ones are replaced.
        checks: whether to repeat everything at both ends of each assumption.
        progress: is told how far the study is; nobody when None.
        policies: the policies to run besides the base; all when None.
        command: the command that makes the results again, for the manifest.

    Returns:
        The results, read from disk.

    Raises:
        ResultsError: the folder holds something else than results, or cannot be written.
        RunFailedError: no run finished; nothing was written.
        StudyInterruptedError: the user stopped the study; the message says what finished and where it is.
    """
    return carry_out(
        scenario,
        plan(scenario.study, policies=None if policies is None else tuple(policies), checks=checks),
        Path(out) if out is not None else RESULTS / scenario.name,
        Settings(jobs, threads, command),
        progress or Silent(),
    )


@dataclass(frozen=True)
class Settings:
    """How a study is carried out; none of it changes the results.

    Attributes:
        jobs: runs at a time; all cores when None.
        threads: threads of one run.
        command: the command that makes the results again.
        simulate: what runs the model; None for `marketsim.simulation.run.simulate`.
    """

    jobs: int | None = None
    threads: int = 1
    command: str = ""
    simulate: Simulate | None = None


def carry_out(scenario: Scenario, runs: Plan, folder: Path, settings: Settings, progress: Progress) -> StudyResult:
    """Do what `run_study` says, with a plan and settings."""
    refuse_in_starting_worker()
    check_figures(scenario.study)
    check_target(folder)
    if settings.simulate is None:
        compile_rules(progress)
    with Stage(folder) as stage:
        job = Job(scenario, settings.threads, stage.spool, settings.simulate)
        workers = workers_for(job, settings.jobs, len(runs.main) + len(runs.checks), progress)
        log = _run_all(scenario, runs, workers, progress)
        if not count(log.main())[DONE]:
            raise _nothing_finished(log, folder)
        with _uninterrupted():
            progress.say("writing results")
            _write(stage, scenario, log, settings.command)
    if log.interrupted:
        raise StudyInterruptedError(f"interrupted; {log.tally()}; they are in {folder}", folder)
    return store.load(folder)


def compile_rules(progress: Progress) -> None:
    """Compile the market's rules where they were never run on this machine."""
    from marketsim.simulation.run import is_compiled, warm_up

    if not is_compiled():
        progress.say("compiling the market rules (first run only) ...")
        warm_up()


def workers_for(job: Job, jobs: int | None, runs: int, progress: Progress) -> Workers:
    """Return who carries out so many runs: this process, or as many others as are of use."""
    wanted = available_cores() if jobs is None else jobs
    useful = min(wanted, runs)
    return SerialWorkers(job) if useful <= 1 else ProcessWorkers(job, useful, progress.say)


def _run_all(scenario: Scenario, runs: Plan, workers: Workers, progress: Progress) -> RunLog:
    log = RunLog(runs)
    try:
        with workers:
            _run_part("runs", runs.main, workers, log, progress)
            _run_part("assumption checks", runs.checks, workers, log, progress)
            if count(log.main())[DONE]:
                answer_questions(
                    Laboratory(scenario, workers, progress, dict(log.outcomes)), runs.policies, log.answers
                )
    except KeyboardInterrupt:
        log.interrupted = True
    return log


def _run_part(what: str, keys: Sequence[RunKey], workers: Workers, log: RunLog, progress: Progress) -> None:
    if not keys:
        return
    progress.begin(what, len(keys))
    try:
        workers.run(keys, log.receive, progress.advance)
    finally:
        progress.end()


def _nothing_finished(log: RunLog, folder: Path) -> RunFailedError:
    if log.interrupted:
        return StudyInterruptedError(f"interrupted before a run finished; nothing was written to {folder}")
    count, error = len(log.plan.main), log.first_error()
    message = f"none of {count} runs finished; nothing was written to {folder}. The first error: {error}"
    return RunFailedError(message)


def _write(stage: Stage, scenario: Scenario, log: RunLog, command: str) -> None:
    kpis, partners = log.kpis(), log.partners()
    contents = Contents(
        manifest=build(
            scenario,
            status=log.status(),
            policies=log.plan.policies,
            counts=log.counts(),
            command=command,
        ),
        runs=log.runs_frame(),
        timings=log.timings_frame(),
        kpis=kpis,
        summary=with_returns(kpis, partners.get("")),
        checks=check_differences(log.check_kpis(), scenario.study.assumptions, scenario.study.focus, kpis, partners),
        answers=log.answers,
    )
    places = [outcome.places for outcome in log.main() if outcome.status == DONE]
    try:
        store.write(stage.folder, contents, stage.spool, places)
        stage.commit()
    except OSError as error:
        raise ResultsError(f"cannot write the results: {error}") from error


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Leave interruptions aside for the moment it takes to write what has been computed."""
    if current_thread() is not main_thread():
        yield
        return
    earlier = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, earlier)
