"""`marketsim sensitivity`: what stored results depend on, and which assumptions could overturn them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from marketsim.cli.places import study_folder
from marketsim.cli.screen import console, say
from marketsim.errors import ResultsError

if TYPE_CHECKING:
    from rich.console import Console

    from marketsim.reporting.sensitivity_view import Request, Stored, Told


def sensitivity(
    study: Annotated[str, typer.Argument(metavar="STUDY", help="Folder of results, or its name below results.")],
    sweep: Annotated[str | None, typer.Option(help="Sweep; all, and the assumption checks, by default.")] = None,
    policy: Annotated[str | None, typer.Option(help="Policy; all by default.")] = None,
    kpi: Annotated[str | None, typer.Option(help="Key figure; profit by default.")] = None,
    retailer: Annotated[str | None, typer.Option(help="Whose key figure; the focus retailer by default.")] = None,
    tier: Annotated[str | None, typer.Option(help="Of which tier; all by default.")] = None,
    base: Annotated[bool, typer.Option("--base", help="Of the level in the base, in place of the effect.")] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of tables and charts; STUDY by default.")
    ] = None,
) -> None:
    """Tell what stored results depend on (Morris, Sobol, tornado), and which assumptions could overturn them."""
    from marketsim.reporting.sensitivity_view import Request
    from marketsim.results.sensitivity.outcomes import DIFFERENCE
    from marketsim.results.tables import BASE

    request = Request(sweep, policy, kpi, retailer, tier, BASE if base else DIFFERENCE)
    raise typer.Exit(show_sensitivity(study_folder(study), request, out))


def show_sensitivity(folder: Path, request: Request, out: Path | None) -> int:
    """Tell what the results in a folder depend on, and write tables and charts.

    Args:
        folder: the results.
        request: of which sweep, policy and figure.
        out: where `sensitivity.csv`, `overturning.csv` and `charts/` go; the folder itself when None.

    Returns:
        The exit code, 0.

    Raises:
        ResultsError: the folder holds nothing of this, names are unknown, or files cannot be written.
    """
    from marketsim.reporting.sensitivity_view import tell

    told = tell(_stored(folder), request)
    screen = console()
    _print(told, screen)
    files = _write(told, out or folder)
    say(screen, "", f"tables and charts  {', '.join(files)}  in {out or folder}")
    return 0


def _stored(folder: Path) -> Stored:
    from pandas import DataFrame

    from marketsim.reporting.sensitivity_view import Stored
    from marketsim.results.storage.folders import read_manifest
    from marketsim.results.storage.store import SUMMARY_FILE, load, read_answers

    if (folder / SUMMARY_FILE).exists():
        study = load(folder)
        return Stored(folder, study.manifest, study.answers, study.checks, study.summary)
    return Stored(folder, read_manifest(folder), read_answers(folder), DataFrame(), DataFrame())


def _print(told: Sequence[Told], screen: Console) -> None:
    from marketsim.reporting.sensitivity_terminal import print_told

    for item in told:
        print_told(item.found, screen)


def _write(told: Sequence[Told], out: Path) -> list[str]:
    """Write the tables and charts, each of them whole or not at all, and return what they are called."""
    from marketsim.reporting import style
    from marketsim.reporting.sweep_findings import all_tables
    from marketsim.reporting.writers.pictures import write_pictures
    from marketsim.results.storage.csv_tables import write_csv

    tables = all_tables([item.found for item in told])
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".sensitivity-", dir=out) as name:
            place = Path(name)
            for table, frame in tables.items():
                write_csv(frame, place / f"{table}.csv")
            with style.chart_style():
                charts = [chart for item in told for chart in item.charts()]
            write_pictures(charts, place / "charts")
            return _move(place, out)
    except OSError as error:
        raise ResultsError(f"cannot write to {out}: {error.strerror or error}") from error


def _move(place: Path, out: Path) -> list[str]:
    files = sorted(path.relative_to(place) for path in place.rglob("*") if path.is_file())
    for file in files:
        (out / file).parent.mkdir(exist_ok=True)
        os.replace(place / file, out / file)
    charts = sum(1 for file in files if file.suffix == ".png")
    tables = [str(file) for file in files if len(file.parts) == 1]
    return [*tables, *([f"{charts} charts"] if charts else [])]
