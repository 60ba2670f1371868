"""The command line: all commands by name, and what becomes of errors."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from marketsim import __version__
from marketsim.cli import scenario_commands, stored_commands, study_commands
from marketsim.errors import DataFileError, MarketsimError, ReportError, ScenarioError

app = typer.Typer(
    name="marketsim",
    help="Simulates a competitive electricity retail market, to compare service policies of a retailer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for commands in (study_commands, stored_commands, scenario_commands):
    commands.register(app)


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


def main() -> None:
    """Run the command line; mistakes of the user are printed without a traceback.

    The exit code is 0 if all went well, 1 if runs failed, 2 for bad input, 130 after Ctrl-C.
    """
    try:
        app()
    except (ScenarioError, DataFileError, ReportError) as error:
        _stop(str(error), 2)
    except MarketsimError as error:
        _stop(str(error), 1)
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        _stop(f"{name}{error.strerror or error}", 1)


def _stop(message: str, code: int) -> None:
    print(message, file=sys.stderr)
    sys.exit(code)
