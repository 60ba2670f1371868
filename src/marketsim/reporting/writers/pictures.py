"""Charts as files of their own: PNG, SVG, and the numbers drawn as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from marketsim.reporting import style
from marketsim.reporting.charts.catalogue import numbers_file
from marketsim.reporting.charts.chart import Chart
from marketsim.reporting.paper.model import Paper


def write_pictures(paper: Paper, folder: Path, forms: Sequence[str]) -> None:
    """Write every chart of a paper into a folder, in each of the forms.

    Args:
        paper: the paper.
        folder: where the files go, named after their charts; it is made if need be.
        forms: of ``png``, ``svg`` and ``csv``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with style.chart_style():
        for chart in paper.charts:
            for form in forms:
                _write(chart, folder / f"{chart.name}.{form}", form)


def _write(chart: Chart, path: Path, form: str) -> None:
    path.write_bytes(numbers_file(chart) if form == "csv" else style.picture(chart.figure, form))
