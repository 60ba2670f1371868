"""Commands about stored studies: report, results, compare, sensitivity."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from marketsim.cli.arguments import Author, Formats, Language, Template, Title, View
from marketsim.cli.sensitivity import sensitivity

Study = Annotated[str, typer.Argument(metavar="STUDY", help="Folder of a study, or its name below results.")]
Studies = Annotated[list[str], typer.Argument(metavar="STUDY...", help="Folders of studies, or names below results.")]
Kpis = Annotated[list[str] | None, typer.Option("--kpi", metavar="NAME", help="Key figure; repeatable.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    results = typer.Typer(
        no_args_is_help=True, rich_markup_mode=None, help="List, show, export, verify, prune studies."
    )
    results.command("list")(list_results)
    for command in (show, export, verify, prune):
        results.command()(command)
    app.add_typer(results, name="results")
    app.command()(report)
    app.command()(compare)
    app.command()(sensitivity)


def list_results(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Folder that holds studies.")] = Path("results"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the studies of a folder: status, runs, hash, seed, size."""
    from marketsim.cli.studies import list_studies

    raise typer.Exit(list_studies(folder, as_json=as_json))


def show(
    study: Study,
    failed: Annotated[bool, typer.Option("--failed", help="Show the runs that failed, all of them.")] = False,
    policy: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Of this policy only; repeatable.")] = None,
    kpi: Kpis = None,
) -> None:
    """Show what a study is, its runs and tables, and key figures that are asked for."""
    from marketsim.cli.show_study import Asked, show_study

    raise typer.Exit(show_study(study, Asked(failed, tuple(policy or ()), tuple(kpi or ()))))


def export(
    study: Study,
    form: Annotated[str, typer.Option("--format", metavar="csv|xlsx|parquet", help="Form of the files.")],
    table: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Table; repeatable; by default those that do not grow with the months."),
    ] = None,
    kpi: Kpis = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE|DIR", help="Where to; named after the study here.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
) -> None:
    """Write tables of a study for other programs: CSV, Excel or Parquet."""
    from marketsim.cli.export import export_study
    from marketsim.results.storage.export import Asked

    raise typer.Exit(export_study(study, Asked(form, tuple(table or ()), tuple(kpi or ()), out, force)))


def verify(studies: Studies) -> None:
    """Check that studies are as they were written; the exit code is 1 if anything is damaged."""
    from marketsim.cli.verify import verify_studies

    raise typer.Exit(verify_studies(studies))


def prune(
    studies: Studies,
    unused: Annotated[bool, typer.Option("--unused", help="Runs that the results do not use.")] = False,
    leftovers: Annotated[bool, typer.Option("--leftovers", help="What crashes left, and damaged batches.")] = False,
    parts: Annotated[bool, typer.Option("--parts", help="All runs; the results stay, but cannot be extended.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
) -> None:
    """Remove what the results of studies do not need; by default unused runs and leftovers."""
    from marketsim.cli.prune import prune_studies
    from marketsim.experiments.pruning import What

    default = not (unused or leftovers or parts)
    what = What(unused or default, leftovers or default, parts)
    raise typer.Exit(prune_studies(studies, what, yes=yes, dry_run=dry_run))


def report(
    study: Study,
    form: Formats = None,
    lang: Language = None,
    template: Template = None,
    title: Title = None,
    author: Author = None,
    view: View = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder of the reports; that of the study by default.")
    ] = None,
) -> None:
    """Write the planning paper of a study: web page, PowerPoint, Excel, Word, charts; in English or Chinese."""
    from marketsim.cli.report import Wanted, report_study

    wanted = Wanted(tuple(form or ()), lang, template, title, author, view)
    raise typer.Exit(report_study(study, wanted, out))


def compare(
    studies: Annotated[
        list[str],
        typer.Argument(metavar="STUDY[:POLICY]...", help="Stored studies or policies; the first is the reference."),
    ],
    kpi: Kpis = None,
    retailer: Annotated[str | None, typer.Option(help="Whose figures; the focus retailer by default.")] = None,
    tier: Annotated[str | None, typer.Option(help="Of which tier.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder for the table, a chart and reports.")] = None,
    form: Formats = None,
    lang: Language = None,
    template: Template = None,
    title: Title = None,
    author: Author = None,
) -> None:
    """Compare any stored studies or policies: paired where they share worlds, and with all of them in mind."""
    from marketsim.cli.compare import Figures, compare_results
    from marketsim.cli.report import Wanted

    wanted = Wanted(tuple(form or ()), lang, template, title, author)
    raise typer.Exit(compare_results(studies, Figures(tuple(kpi or ()), retailer, tier), out, wanted))
