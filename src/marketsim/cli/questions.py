"""`marketsim break-even` and `marketsim ladder`: one question by itself, its answer on the screen and on disk."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from marketsim.cli.arguments import Execution, Scale
from marketsim.cli.failures import raise_for_failures
from marketsim.cli.options import load_with_options
from marketsim.cli.overview import worlds_phrase
from marketsim.cli.screen import console, say
from marketsim.errors import Problem, ScenarioError, StudyInterruptedError
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.merging import dump
from marketsim.scenario.outline import shape_at
from marketsim.scenario.paths import fault, locate

if TYPE_CHECKING:
    from marketsim.experiments.alone import Answers, Ask

    Show = Callable[[Answers, Console, Path], None]

COMMAND = "question"
"""Name of the question that is asked by options."""
INTERRUPTED = 130
"""Exit code after Ctrl-C."""


def ask_break_even(
    file: str,
    changes: Sequence[str],
    scale: Scale,
    how: Execution,
    asked: Mapping[str, Any],
) -> int:
    """Find break-even values: that of the options, or those that the scenario asks for.

    Args:
        file: the scenario file.
        changes: `path=value` options.
        scale: how large the study is.
        how: how it is carried out.
        asked: policy, path, kpi, retailer, tier, low and high, None where not given.

    Returns:
        The exit code: 0, or 130 if the user interrupted it.

    Raises:
        ScenarioError: the input is not valid, or nothing is asked.
    """
    scenario, moved = _with_question(file, changes, scale.options(), {k: v for k, v in asked.items() if v is not None})
    names = [COMMAND] if COMMAND in scenario.study.break_even else list(scenario.study.break_even)
    if not names:
        raise _nothing_asked(file)

    def ask(laboratory: Any, answers: Answers) -> None:
        from marketsim.experiments.questions import find_break_evens

        find_break_evens(laboratory, names, answers)

    def show(answers: Answers, screen: Console, folder: Path) -> None:
        from marketsim.reporting.question_tables import print_points
        from marketsim.reporting.questions import question_sentences

        print_points(answers, screen)
        say(screen, "", *question_sentences(answers), "", f"tables  {folder}")

    return carry_out(scenario, ask, show, moved, f"{scenario.name}-break-even", how)


def _with_question(
    file: str, settings: Sequence[str], options: Mapping[str, Any], asked: Mapping[str, Any]
) -> tuple[Scenario, str]:
    """Return the scenario with the question of the options in it, so that it is checked like any other."""
    if not asked:
        return load_with_options(file, settings, **options)
    missing = [name for name in ("policy", "path") if name not in asked]
    if missing:
        raise ScenarioError(
            [Problem(f"--{name}", "is missing; a question needs --policy and --path") for name in missing],
            "the command",
        )
    plain, _ = load_with_options(file, settings, **options)
    question = {**_plausible_range(plain, str(asked["path"])), **asked}
    if "low" not in question:
        raise ScenarioError(
            [Problem("--range", "is missing: the values between which to look, LOW HIGH")], "the command"
        )
    return load_with_options(file, settings, more={f"break_even.{COMMAND}": question}, **options)


def _plausible_range(scenario: Scenario, path: str) -> dict[str, float]:
    """Return the range in which a number is plausible, where the schema knows one."""
    data = dump(scenario.study)
    parts = locate(path, data)
    shape = None if fault(parts, data) else shape_at(parts, data)
    known = shape.extra("plausible") if shape is not None else None
    return dict(zip(("low", "high"), map(float, known), strict=True)) if known else {}


def _nothing_asked(file: str) -> ScenarioError:
    message = (
        "the scenario asks for no break-even value; add a section `break_even`, or give --policy, --path and --range, "
        "for example --policy discount --path retailers.Alpha.tiers.key.discount_cny_per_mwh --range 0 12"
    )
    return ScenarioError([Problem("break_even", message)], file)


def climb_ladder(
    file: str,
    changes: Sequence[str],
    scale: Scale,
    how: Execution,
    policy: str | None,
) -> int:
    """Show what each mechanism adds to the answer of a policy, the first one when None.

    Raises:
        ScenarioError: the input is not valid, there is no such policy, or no mechanism is on.
    """
    scenario, moved = load_with_options(file, changes, **scale.options())
    chosen = _chosen(scenario, policy)

    def ask(laboratory: Any, answers: Answers) -> None:
        from marketsim.experiments.ladder import LADDER, climb

        answers[LADDER] = climb(chosen, laboratory)

    def show(answers: Answers, screen: Console, folder: Path) -> None:
        from marketsim.reporting.charts.ladder import write_ladder
        from marketsim.reporting.question_tables import print_ladder

        write_ladder(answers["ladder"], scenario, folder)
        print_ladder(answers["ladder"], screen)
        say(screen, "", f"table and chart  {folder}")

    return carry_out(scenario, ask, show, moved, f"{scenario.name}-ladder", how)


def _chosen(scenario: Scenario, policy: str | None) -> str:
    from marketsim.scenario.paths import no_such

    policies = scenario.study.policies
    if not policies:
        raise ScenarioError([Problem("policies", "there is no policy whose answer could be followed")], scenario.source)
    if policy is not None and policy not in policies:
        raise ScenarioError([Problem("--policy", no_such("policy", policy, policies))], "the command")
    return policy or next(iter(policies))


def carry_out(scenario: Scenario, ask: Ask, show: Show, moved: str, name: str, how: Execution) -> int:
    """Ask a question by itself and show its answer.

    Args:
        scenario: the scenario.
        ask: the question.
        show: prints the answer, given its tables, the screen and the folder.
        moved: what options moved, in words; perhaps empty.
        name: name of the folder below ``results``, if the options name none.
        how: how it is carried out.

    Returns:
        The exit code: 0, or 130 if the user interrupted it.

    Raises:
        RunFailedError: runs failed; the answer is shown and stored.
    """
    from marketsim.experiments.alone import ask_alone
    from marketsim.experiments.progress import standard_progress

    screen, run = console(), scenario.study.run
    worlds = f"{worlds_phrase(run)} worlds, {run.months} months"
    title = f"{scenario.name}: {scenario.study.question or scenario.study.title} ({worlds})"
    say(screen, title, *([moved] if moved else []))
    folder = how.out or Path("results") / name
    try:
        found = ask_alone(scenario, ask, folder, how.settings(), standard_progress())
    except StudyInterruptedError as error:
        print(error, file=sys.stderr)
        return INTERRUPTED
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    try:
        show(found.answers, screen, folder)
    except KeyboardInterrupt:
        print(f"interrupted; all results are in {folder}, but they were not shown to the end", file=sys.stderr)
        return INTERRUPTED
    raise_for_failures(folder, found.runs)
    return 0
