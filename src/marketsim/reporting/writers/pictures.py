"""Charts as files of their own: PNG, SVG, and the numbers drawn as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from marketsim.reporting.charts.chart import Chart

FORMS = ("png", "svg", "csv")
"""What a chart can be written as."""


def write_pictures(charts: Sequence[Chart], folder: Path, forms: Sequence[str] = FORMS) -> None:
    """Write charts into a folder, in each of the forms.

    Args:
        charts: the charts.
        folder: where the files go, named after their charts; it is made if need be.
        forms: of `FORMS`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for chart in charts:
        for form in forms:
            (folder / f"{chart.name}.{form}").write_bytes(_file(chart, form))


def _file(chart: Chart, form: str) -> bytes:
    if form == "csv":
        return chart.csv
    return chart.png if form == "png" else chart.svg
