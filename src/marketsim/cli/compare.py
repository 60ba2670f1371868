"""`marketsim compare`: policies of any stored studies side by side, on the screen and on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from marketsim.cli.report import Wanted, show_files
from marketsim.cli.screen import console
from marketsim.errors import ReportError, ResultsError

if TYPE_CHECKING:
    from pandas import DataFrame

    from marketsim.results.statistics.sides import Side


@dataclass(frozen=True)
class Figures:
    """The key figures that are compared; the headline figures of the focus retailer where nothing is asked for.

    Attributes:
        kpis: names.
        retailer: whose; the focus retailer of the first study when None.
        tier: of which tier; those of the headline figures, or all, when None.
    """

    kpis: tuple[str, ...] = ()
    retailer: str | None = None
    tier: str | None = None


def compare_results(arguments: Sequence[str], figures: Figures, out: Path | None, wanted: Wanted) -> int:
    """Compare policies of stored studies with the first one named.

    Args:
        arguments: folders of studies, or names below ``results``, each with or without ``:policy``.
        figures: what is compared.
        out: folder for the table, the chart and the reports; nothing is written when None.
        wanted: which reports are written.

    Returns:
        The exit code, 0.

    Raises:
        ResultsError: an argument names nothing that could be compared, or the folder cannot be written.
        ReportError: a report was asked for that cannot be, or no folder was named for it.
    """
    from marketsim.reporting.comparison import print_comparison
    from marketsim.results.statistics.comparison import Asked, compare, figures_asked
    from marketsim.results.statistics.sides import sides_of

    wanted.check()
    if wanted.names() and out is None:
        raise ReportError("--format needs --out DIR, the folder into which the reports go")
    sides = sides_of(arguments)
    asked = Asked(tuple(dict.fromkeys(figures.kpis)), figures.retailer, figures.tier)
    table = compare(sides, figures_asked(asked, sides))
    if out is not None:
        _write(table, out)
    print_comparison(table, sides, console(), out)
    if out is not None and wanted.names():
        show_files(_reports(table, sides, out, wanted))
    return 0


def _write(table: DataFrame, folder: Path) -> None:
    from marketsim.reporting.charts.forest import NAME, write_forest
    from marketsim.results.storage.csv_tables import write_csv

    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_csv(table, folder / f"{NAME}.csv")
        write_forest(table, folder)
    except OSError as error:
        raise ResultsError(f"cannot write to {folder}: {error.strerror or error}") from error


def _reports(table: DataFrame, sides: Sequence[Side], folder: Path, wanted: Wanted) -> tuple[Path, ...]:
    from marketsim.reporting.paper.comparison import comparison_paper
    from marketsim.reporting.paper.material import Wishes
    from marketsim.reporting.write import Files, write_paper

    wishes = wanted.over(Wishes())
    return write_paper(comparison_paper(table, sides, wishes), None, wishes, Files(wanted.names(), folder))
