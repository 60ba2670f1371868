"""`marketsim compare`: policies of any stored studies side by side, on the screen and on disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from marketsim.cli.screen import console
from marketsim.errors import ResultsError

if TYPE_CHECKING:
    from pandas import DataFrame


def compare_results(
    arguments: Sequence[str], kpis: Sequence[str], retailer: str | None, tier: str | None, out: Path | None
) -> int:
    """Compare policies of stored studies with the first one named.

    Args:
        arguments: folders of studies, or names below ``results``, each with or without ``:policy``.
        kpis: key figures; the headline figures when empty.
        retailer: whose; the focus retailer of the first study when None.
        tier: of which tier; those of the headline figures, or all, when None.
        out: folder for the table and the chart; nothing is written when None.

    Returns:
        The exit code, 0.

    Raises:
        ResultsError: an argument names nothing that could be compared, or the folder cannot be written.
    """
    from marketsim.reporting.comparison import print_comparison
    from marketsim.results.statistics.comparison import Asked, compare, figures_asked
    from marketsim.results.statistics.sides import sides_of

    sides = sides_of(arguments)
    table = compare(sides, figures_asked(Asked(tuple(dict.fromkeys(kpis)), retailer, tier), sides))
    if out is not None:
        _write(table, out)
    print_comparison(table, sides, console(), out)
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
