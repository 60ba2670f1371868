"""`marketsim sweep`: the sweeps of a scenario, or one that is asked for by options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from rich.console import Console

from marketsim.cli.arguments import Execution, Scale
from marketsim.cli.forecast import show_sweep_forecast
from marketsim.cli.options import load_with_options
from marketsim.cli.overview import duration, sweep_lines
from marketsim.cli.questions import carry_out
from marketsim.cli.report import Wanted, write_after_runs
from marketsim.cli.screen import console, say
from marketsim.cli.sweep_options import COMMAND, sweep_changes
from marketsim.errors import Problem, ScenarioError
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.paths import no_such

if TYPE_CHECKING:
    from marketsim.experiments.alone import Answers


@dataclass(frozen=True)
class Asked:
    """Which sweep is asked for.

    Attributes:
        names: sweeps of the scenario; all when empty.
        levers: options ``--lever``; with these or uncertainties the sweep is one of the command.
        uncertainties: options ``--uncertainty``.
        design: its design.
        samples: how many points, base samples or trajectories it draws.
        table: CSV of its points.
        policies: its policies; all when empty.
    """

    names: tuple[str, ...] = ()
    levers: tuple[str, ...] = ()
    uncertainties: tuple[str, ...] = ()
    design: str | None = None
    samples: int | None = None
    table: str | None = None
    policies: tuple[str, ...] = ()

    def changes(self) -> dict[str, Any]:
        """Return the sweep that the options describe, as a change of the scenario; nothing if they describe none."""
        settings = {"design": self.design, "samples": self.samples, "table": self.table, "policies": self.policies}
        return sweep_changes(self.levers, self.uncertainties, settings)


def run_sweeps(file: str, changes: Sequence[str], scale: Scale, how: Execution, asked: Asked, wanted: Wanted) -> int:
    """Carry out sweeps and show what came of them.

    Args:
        file: the scenario file.
        changes: `path=value` options.
        scale: how large the study is.
        how: how it is carried out.
        asked: which sweeps.
        wanted: which reports are written.

    Returns:
        The exit code: 0, 1 if runs failed, or 130 if the user interrupted it.

    Raises:
        ScenarioError: the input is not valid, or there is no such sweep.
    """
    wanted.check()
    described = asked.changes()
    try:
        scenario, moved = load_with_options(file, changes, more=described, **scale.options())
    except ScenarioError as error:
        raise _in_words_of_options(error) from None
    wanted.check_study(scenario)
    names = _names(scenario, asked, described=bool(described), file=file)
    folder = how.out or Path("results") / _folder_name(scenario, names)
    if how.dry_run:
        screen = console()
        say(screen, *sweep_lines(scenario, names), *([moved] if moved else []))
        return show_sweep_forecast(scenario, folder, screen, how, names)
    began = perf_counter()

    def ask(laboratory: Any, answers: Answers) -> None:
        from marketsim.experiments.questions import carry_out_sweeps

        carry_out_sweeps(laboratory, names, list(scenario.study.policies), answers)

    def show(answers: Answers, screen: Console, place: Path) -> None:
        _show(answers, screen, place, perf_counter() - began, wanted)

    return carry_out(scenario, ask, show, moved, folder.name, replace(how, out=folder))


def _in_words_of_options(error: ScenarioError) -> ScenarioError:
    """Return an error that names the options where the sweep is theirs, not a change by --set."""
    mine = f"sweep.{COMMAND}."
    problems = [
        replace(problem, file="the options", path=problem.path.removeprefix(mine))
        if problem.path.startswith(mine)
        else problem
        for problem in error.problems
    ]
    return ScenarioError(problems, error.source)


def _names(scenario: Scenario, asked: Asked, *, described: bool, file: str) -> list[str]:
    known = list(scenario.study.sweep)
    if described:
        if asked.names:
            message = "chooses a sweep of the scenario, but other options describe one; give either"
            raise ScenarioError([Problem("--sweep", message)], "the command")
        return [COMMAND]
    unknown = [name for name in asked.names if name not in known]
    if unknown:
        raise ScenarioError([Problem("--sweep", no_such("sweep", name, known)) for name in unknown], "the command")
    if not known:
        message = (
            "the scenario has no sweep; add a section `sweep`, or give --lever or --uncertainty, for example "
            "--lever retailers.Alpha.desks.contact.staff_factor=0.9,1,1.1"
        )
        raise ScenarioError([Problem("sweep", message)], file)
    return [name for name in known if not asked.names or name in asked.names]


def _folder_name(scenario: Scenario, names: Sequence[str]) -> str:
    """Return the name of the folder: that of the study for its own sweeps, another one for a sweep of the command."""
    return f"{scenario.name}-sweep" if names != [COMMAND] else f"{scenario.name}-sweep-command"


def _show(answers: Answers, screen: Console, folder: Path, seconds: float, wanted: Wanted) -> None:
    from marketsim.reporting.stored import results_in
    from marketsim.reporting.sweep_terminal import print_sweeps
    from marketsim.results.storage.folders import read_manifest

    say(screen, "")
    print_sweeps(answers, screen, read_manifest(folder))
    written, failure = write_after_runs(results_in(folder), wanted)
    lines = [f"report  {path}" for path in written]
    say(screen, "", *lines, f"tables  {folder}    {duration(seconds)}")
    if failure is not None:
        raise failure
