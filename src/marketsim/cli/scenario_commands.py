"""Commands about scenario files: check, new, schema, explain."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from marketsim.cli.arguments import Agents, Changes, File, Jobs, Months, NoChecks, Replications, Scale, Seed
from marketsim.errors import ScenarioError


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (check, new, schema, explain):
        app.command()(command)


def check(
    file: File,
    agents: Agents = None,
    replications: Replications = None,
    months: Months = None,
    seed: Seed = None,
    jobs: Jobs = None,
    changes: Changes = None,
    no_checks: NoChecks = False,
) -> None:
    """Validate a scenario; show what will be run and about how long it takes."""
    from marketsim.cli.check import check_scenario

    scale = Scale(agents, replications, months, seed)
    check_scenario(file, changes or [], scale.options(), jobs=jobs, checks=not no_checks)


def new(
    file: Annotated[str, typer.Argument(metavar="FILE", help="File to write; it must not exist.")],
    market: Annotated[str, typer.Option(help="Shipped market to build on.")] = "cn_guangdong",
) -> None:
    """Write a short commented scenario to start from."""
    from marketsim.scenario.starter import write_starter

    try:
        write_starter(file, market)
    except ScenarioError as error:
        _refuse(_messages(error))
    typer.echo(f"{file} is ready; run it:  marketsim run {file}")


def schema() -> None:
    """Print the JSON Schema of scenario files, for completion and checks in an editor."""
    from marketsim.scenario.editor_schema import editor_schema

    typer.echo(json.dumps(editor_schema(), indent=2, ensure_ascii=False))


def explain(
    path: Annotated[str, typer.Argument(metavar="PATH", help="For example retailers.desks.contact.")] = "",
) -> None:
    """Say what a parameter means: unit, range, default, source."""
    from marketsim.scenario.reference import explain as explain_path

    try:
        typer.echo(explain_path(path))
    except ScenarioError as error:
        _refuse(f"{path}: {_messages(error)}")


def _messages(error: ScenarioError) -> str:
    """Return what is wrong where no scenario is run."""
    return "; ".join(problem.message for problem in error.problems)


def _refuse(message: str) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(2)
