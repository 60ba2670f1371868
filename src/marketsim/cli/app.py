"""The commands of marketsim: run, break-even, ladder, check, new, schema, explain."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from marketsim import __version__
from marketsim.errors import DataFileError, MarketsimError, ScenarioError

app = typer.Typer(
    name="marketsim",
    help="Simulates a competitive electricity retail market, to compare service policies of a retailer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

File = Annotated[str, typer.Argument(metavar="FILE", help="Scenario file (YAML).")]
Agents = Annotated[str | None, typer.Option(metavar="NUMBER|all", help="Simulated customers.")]
Replications = Annotated[int | None, typer.Option(help="Worlds in which base and policies are compared.")]
Months = Annotated[int | None, typer.Option(help="Length of a run.")]
Seed = Annotated[int | None, typer.Option(help="Seed of all draws.")]
Jobs = Annotated[int | None, typer.Option(min=1, help="Runs at the same time; all cores by default.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Change a value of the scenario; repeatable."),
]
NoChecks = Annotated[bool, typer.Option("--no-checks", help="Do not repeat the runs at the ends of assumptions.")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"marketsim {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


@app.command()
def run(
    file: File,
    agents: Agents = None,
    replications: Replications = None,
    months: Months = None,
    seed: Seed = None,
    jobs: Jobs = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of one run.")] = None,
    settings: Settings = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of the results.")] = None,
    no_checks: NoChecks = False,
    profile: Annotated[bool, typer.Option("--profile", help="Show the time of each phase of the month.")] = False,
) -> None:
    """Run base and policies of a scenario, compare them, and write a report."""
    from marketsim.cli.run import run_scenario

    raise typer.Exit(
        run_scenario(
            file,
            settings or [],
            {"agents": agents, "replications": replications, "months": months, "seed": seed},
            jobs=jobs,
            threads=threads,
            out=out,
            checks=not no_checks,
            profile=profile,
        )
    )


@app.command(name="break-even")
def break_even(
    file: File,
    policy: Annotated[str | None, typer.Option(help="Policy that is compared with the base.")] = None,
    path: Annotated[str | None, typer.Option(metavar="PATH", help="Number that is varied.")] = None,
    kpi: Annotated[str | None, typer.Option(help="Key figure; profit by default.")] = None,
    span: Annotated[
        tuple[float, float] | None, typer.Option("--range", metavar="LOW HIGH", help="Values tried, from and to.")
    ] = None,
    retailer: Annotated[str | None, typer.Option(help="Whose key figure; the focus retailer by default.")] = None,
    tier: Annotated[str | None, typer.Option(help="Of which tier; all by default.")] = None,
    agents: Agents = None,
    replications: Replications = None,
    months: Months = None,
    seed: Seed = None,
    jobs: Jobs = None,
    settings: Settings = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of the results.")] = None,
) -> None:
    """Find the value of a number at which a policy is worth as much as the base."""
    from marketsim.cli.questions import ask_break_even

    low, high = span or (None, None)
    asked = {"policy": policy, "path": path, "kpi": kpi, "retailer": retailer, "tier": tier, "low": low, "high": high}
    options = {"agents": agents, "replications": replications, "months": months, "seed": seed}
    raise typer.Exit(ask_break_even(file, settings or [], options, asked, jobs=jobs, out=out))


@app.command()
def ladder(
    file: File,
    policy: Annotated[str | None, typer.Option(help="Policy whose answer is followed; the first by default.")] = None,
    agents: Agents = None,
    replications: Replications = None,
    months: Months = None,
    seed: Seed = None,
    jobs: Jobs = None,
    settings: Settings = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder of the results.")] = None,
) -> None:
    """Show what each mechanism adds to the answer: switched on one by one, and left out of the whole."""
    from marketsim.cli.questions import climb_ladder

    options = {"agents": agents, "replications": replications, "months": months, "seed": seed}
    raise typer.Exit(climb_ladder(file, settings or [], options, policy, jobs=jobs, out=out))


@app.command()
def check(
    file: File,
    agents: Agents = None,
    replications: Replications = None,
    months: Months = None,
    seed: Seed = None,
    jobs: Jobs = None,
    settings: Settings = None,
    no_checks: NoChecks = False,
) -> None:
    """Validate a scenario; show what will be run and about how long it takes."""
    from marketsim.cli.check import check_scenario

    options = {"agents": agents, "replications": replications, "months": months, "seed": seed}
    check_scenario(file, settings or [], options, jobs=jobs, checks=not no_checks)


@app.command()
def new(
    file: Annotated[str, typer.Argument(metavar="FILE", help="File to write; it must not exist.")],
    market: Annotated[str, typer.Option(help="Shipped market to build on.")] = "cn_guangdong",
) -> None:
    """Write a short commented scenario to start from."""
    from marketsim.scenario.starter import write_starter

    try:
        write_starter(file, market)
    except ScenarioError as error:
        _stop(_messages(error), 2)
    typer.echo(f"{file} is ready; run it:  marketsim run {file}")


@app.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for completion and checks in an editor."""
    from marketsim.scenario.editor_schema import editor_schema

    typer.echo(json.dumps(editor_schema(), indent=2, ensure_ascii=False))


@app.command()
def explain(
    path: Annotated[str, typer.Argument(metavar="PATH", help="For example retailers.desks.contact.")] = "",
) -> None:
    """Say what a parameter means: unit, range, default, source."""
    from marketsim.scenario.reference import explain as explain_path

    try:
        typer.echo(explain_path(path))
    except ScenarioError as error:
        _stop(f"{path}: {_messages(error)}", 2)


def main() -> None:
    """Run the command line; mistakes of the user are printed without a traceback.

    The exit code is 0 if all went well, 1 if runs failed, 2 for bad input, 130 after Ctrl-C.
    """
    try:
        app()
    except (ScenarioError, DataFileError) as error:
        _stop(str(error), 2)
    except MarketsimError as error:
        _stop(str(error), 1)
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        _stop(f"{name}{error.strerror or error}", 1)


def _messages(error: ScenarioError) -> str:
    """Return what is wrong where no scenario is run."""
    return "; ".join(problem.message for problem in error.problems)


def _stop(message: str, code: int) -> NoReturn:
    print(message, file=sys.stderr)
    sys.exit(code)
