"""Differences of any sides to a reference as a forest plot: a panel a key figure, a row a side, whiskers for intervals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from marketsim.reporting import style
from marketsim.reporting.charts import dots
from marketsim.reporting.charts.wrapping import joined_lines, wrapped
from marketsim.reporting.comparison import range_text, scale_of, title
from marketsim.reporting.figure_files import save
from marketsim.reporting.language import say, translated
from marketsim.reporting.numbers import digits_for, signed
from marketsim.reporting.questions import Row
from marketsim.results.key_figures import kpi
from marketsim.results.statistics.comparison import HIGHER, LOWER, OTHER_MEMBERS, UNPAIRED

NAME = "comparison"
"""Name of its files."""
_MOST_COLUMNS = 4
_TITLE_WIDTH = 24


def write_forest(table: pd.DataFrame, folder: Path) -> None:
    """Draw a comparison and write it as PNG and SVG.

    Args:
        table: what `results.statistics.comparison.compare` returns.
        folder: an existing folder.
    """
    with style.chart_style():
        save(draw(table), folder / NAME)


def draw(table: pd.DataFrame) -> Figure:
    """Return the forest plot of a comparison."""
    panels = [rows for _, rows in table.groupby(["tier", "kpi"], sort=False)]
    sides = list(dict.fromkeys(table["side"]))
    columns = min(len(panels), _MOST_COLUMNS)
    rows = math.ceil(len(panels) / columns)
    figure = style.new_figure(0.9 + rows * (1.1 + 0.34 * (len(sides) - 1)))
    grid = figure.subplots(rows, columns, sharey=True, squeeze=False)
    for axes, panel in zip(grid.flat, panels, strict=False):
        _panel(axes, panel)
    for axes in grid.flat[len(panels) :]:
        axes.set_visible(False)
    names = style.label_names(sides[1:], "side")
    for first in grid[:, 0]:
        dots.rows_axis(first, [style.folded(names[side]) for side in sides[1:]])
    reference = style.drawable(sides[0])
    dots.key(figure, say("better than {side}", side=reference), say("worse than {side}", side=reference))
    style.footer(figure, _footer(table, reference))
    return figure


def _footer(table: pd.DataFrame, reference: str) -> str:
    compared = table[table["diff"].notna()]
    counts: Sequence[int] = sorted({int(n) for n in compared["n"]})
    parts = [
        say("differences to {side}", side=reference),
        f"n = {range_text(counts)}",
        say("95 % intervals, each for itself"),
        say("filled: can be told after Holm's correction"),
        say("dashed: unpaired (Welch)") if (compared["pairing"] == UNPAIRED).any() else say("paired by world"),
    ]
    return "\n".join(joined_lines(parts))


def _panel(axes: Axes, rows: pd.DataFrame) -> None:
    scale = scale_of(rows)
    digits = digits_for(
        (rows["diff_high"] - rows["diff_low"]) / 2 / scale.divisor, kpi(str(rows["kpi"].iloc[0])).digits
    )
    records = rows.to_dict("records")
    for place, row in enumerate(records[1:]):
        _dot(axes, row, place, scale.divisor, digits)
    heading = wrapped(style.drawable(title(records[0])), _TITLE_WIDTH)
    means = [float(row["diff"]) for row in records[1:]]
    dots.finish_panel(axes, heading, scale.difference_unit, means)


def _dot(axes: Axes, row: Row, place: int, divisor: float, digits: int) -> None:
    if math.isnan(row["diff"]):
        words = translated(OTHER_MEMBERS) if row["verdict"] == OTHER_MEMBERS else say("no value")
        look: dict[str, Any] = {"fontsize": 7.5, "color": style.QUIET, "va": "center", "ha": "center"}
        style.note(axes, words, (0.5, place), (0, 0), xycoords=("axes fraction", "data"), **look)
        return
    low, mean, high = (row[name] / divisor for name in ("diff_low", "diff", "diff_high"))
    shown = dots.look_of({HIGHER: 1, LOWER: -1}.get(row["verdict"], 0), kpi(row["kpi"]).better)
    dashes = (0, (3, 1.2)) if row["pairing"] == UNPAIRED else "-"
    axes.plot([low, high], [place, place], color=shown["color"], linewidth=1.8, linestyle=dashes, zorder=2)
    axes.plot([mean], [place], markersize=5.5, linestyle="none", zorder=3, **shown)
    text = "0" if low == high == 0 else signed(mean, digits)
    style.note(axes, text, (mean, place), (0, 5), ha="center", va="bottom", fontsize=7.5, color=shown["color"])
