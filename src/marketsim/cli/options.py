"""What the options of `run` and `check` change in a scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marketsim.errors import Problem, ScenarioError
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.loading import load_scenario
from marketsim.scenario.study import RunSettings
from marketsim.scenario.yaml_reading import parse_value

_YEAR = 12


def parse_settings(settings: Sequence[str]) -> dict[str, Any]:
    """Return the changes that `--set path=value` options ask for; values are read as YAML.

    Raises:
        ScenarioError: an option is not of this form, or its value is not YAML.
    """
    changes: dict[str, Any] = {}
    problems = []
    for setting in settings:
        path, equals, text = setting.partition("=")
        try:
            if not equals or not path.strip():
                raise ValueError("must be path=value, for example retailers.Alpha.desks.contact.staff_factor=1.1")
            changes[path.strip()] = parse_value(text)
        except ValueError as error:
            problems.append(Problem(f"--set {setting}", str(error)))
    if problems:
        raise ScenarioError(problems, "the command")
    return changes


def load_with_options(
    file: str,
    settings: Sequence[str],
    *,
    agents: str | None = None,
    replications: int | None = None,
    months: int | None = None,
    seed: int | None = None,
    more: Mapping[str, Any] | None = None,
) -> tuple[Scenario, str]:
    """Return the scenario of a file with the options of the command line, and what moved with them, in words.

    Args:
        file: the scenario file.
        settings: `path=value` options.
        agents: number of agents, or ``all``.
        replications: number of worlds.
        months: length of a run; the start of policies and of the results moves with it where it must.
        seed: seed of all draws.
        more: further changes by dotted path.

    Raises:
        ScenarioError: with all problems of the options and of the file.
    """
    changes = parse_settings(settings) | dict(more or {})
    options = {"run.replications": replications, "run.seed": seed, "run.agents": _agents(agents)}
    changes |= {path: value for path, value in options.items() if value is not None}
    scenario = load_scenario(file, changes)
    if months is None:
        return scenario, ""
    moved = shortened(scenario.study.run, months)
    moved = {path: value for path, value in moved.items() if path not in changes}
    return load_scenario(file, {**changes, "run.months": months, **moved}), _describe(moved, scenario.study.run, months)


def shortened(run: RunSettings, months: int) -> dict[str, int]:
    """Return where policies begin and results count in a run of another length, if they must move.

    They move, in proportion to the length, when less than a year would be left to evaluate.
    """
    if months >= run.months or months >= run.first_evaluated_month() + _YEAR:
        return {}
    warmup = run.warmup_months * months // run.months
    evaluate = max(run.first_evaluated_month() * months // run.months, warmup)
    return {"run.warmup_months": warmup, "run.evaluate_from_month": evaluate}


def _agents(text: str | None) -> int | str | None:
    if text is None or text == "all":
        return text
    try:
        return int(text.replace("_", ""))
    except ValueError:
        raise ScenarioError([Problem("--agents", "must be a whole number or all", text)], "the command") from None


def _describe(moved: dict[str, int], run: RunSettings, months: int) -> str:
    if not moved:
        return ""
    warmup = moved.get("run.warmup_months", run.warmup_months)
    evaluate = moved.get("run.evaluate_from_month", run.first_evaluated_month())
    return (
        f"--months {months}: policies begin in month {warmup + 1} and results count from month {evaluate + 1}, "
        f"in proportion (of {run.months} months: {run.warmup_months + 1} and {run.first_evaluated_month() + 1})"
    )
