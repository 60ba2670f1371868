"""Policies in two ways as a heat map: the focus retailer's profit, and the price that the market pays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart, Subject
from marketsim.reporting.estimates import Estimate, Verdict, estimate, verdict, without_rounding
from marketsim.reporting.measures import PROFIT, Measure
from marketsim.reporting.numbers import Scale, digits_for, interval, joined, plain, scale_for, signed
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi
from marketsim.results.tables import MARKET
from marketsim.scenario.combinations import cell_name

_COLOURS = LinearSegmentedColormap.from_list("matrix", ["#FFFFFF", "#9DB8D2", style.focus()])
_SAME = "≈"
"""Marks a cell whose difference to the best cannot be told."""


@dataclass(frozen=True)
class _Panel:
    """One heat map: a measure, whether the largest or the smallest value is meant by best, and its numbers."""

    title: str
    measure: Measure
    best_is: int
    scale: Scale
    digits: int
    rows: pd.DataFrame

    @property
    def best(self) -> Mapping[str, Any]:
        """The row of the best cell."""
        rows = self.rows.to_dict("records")
        return {str(name): value for row in rows if row["mark"] == "best" for name, value in row.items()}

    @property
    def tied(self) -> pd.DataFrame:
        """The rows of the other cells that cannot be told from the best."""
        return self.rows[self.rows["mark"] == _SAME]


def matrix(subject: Subject) -> Chart | None:
    """Draw profit and market price for every row and column; None where the study has no matrix with results."""
    view = subject.view
    rows, columns = _sides(view)
    cells = [(row, column) for row, column in product(rows, columns) if cell_name(row, column) in view.policies]
    if len(cells) < 2:
        return None
    wanted = (
        (f"Profit of {subject.retailer_labels[view.focus]}", Measure(kpi(PROFIT)), 1),
        ("Mean price paid in the market", Measure(kpi("price_cny_per_mwh"), retailer=MARKET), -1),
    )
    panels = [
        _panel(view, title, measure, best_is, cells) for title, measure, best_is in wanted if measure.exists(view)
    ]
    figure = style.new_figure(1.7 + 0.62 * len(rows))
    grid = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axes, panel in zip(grid, panels, strict=True):
        _draw(axes, panel, rows, columns)
    style.footer(figure, subject.footer(f"frame: highest profit, lowest price; {_SAME} cannot be told from it"))
    return Chart(
        "matrix",
        "Every row with every column",
        _finding(view, panels[0]),
        "Heat maps with the values printed in the cells: profit of the focus retailer and mean price of the market; the "
        "best cell is framed, and a sign marks those that cannot be told from it.",
        figure,
        pd.concat([panel.rows for panel in panels], ignore_index=True),
    )


def _sides(view: StudyView) -> tuple[list[str], list[str]]:
    found: Mapping[str, Any] = view.study.get("matrix") or {}
    return list(found.get("rows") or ()), list(found.get("columns") or ())


def _panel(view: StudyView, title: str, measure: Measure, best_is: int, cells: list[tuple[str, str]]) -> _Panel:
    worlds = measure.worlds(view)
    found = {cell: measure.cell(view, cell_name(*cell)) for cell in cells}
    scale = scale_for(measure.kpi, [cell.level.mean for cell in found.values()])
    best = max(cells, key=lambda cell: _rank(best_is * found[cell].level.mean))
    rows = []
    for cell in cells:
        behind = _behind(worlds[cell_name(*best)], worlds[cell_name(*cell)], found[best].level.mean)
        level, shift = found[cell].level, found[cell].difference
        rows.append(
            {
                "kpi": measure.kpi.name,
                "unit": scale.unit,
                "row": cell[0],
                "column": cell[1],
                "n": level.n,
                "value": level.mean / scale.divisor,
                "diff": shift.mean / scale.divisor,
                "diff_low": shift.low / scale.divisor,
                "diff_high": shift.high / scale.divisor,
                "behind_best": behind.mean / scale.divisor,
                "mark": "best" if cell == best else _mark(behind, best_is),
            }
        )
    frame = pd.DataFrame(rows)
    digits = digits_for((frame["diff_high"] - frame["diff_low"]) / 2, 1, most=2)
    return _Panel(title, measure, best_is, scale, digits, frame)


def _rank(value: float) -> float:
    return value if math.isfinite(value) else -math.inf


def _behind(best: pd.Series, other: pd.Series, level: float) -> Estimate:
    return without_rounding(estimate(best - other), level)


def _mark(behind: Estimate, best_is: int) -> str:
    """Return the sign of a cell that cannot be told from the best one; nothing for one that can."""
    return "" if verdict(behind) == (Verdict.UP if best_is > 0 else Verdict.DOWN) else _SAME


def _draw(axes: Axes, panel: _Panel, rows: list[str], columns: list[str]) -> None:
    wide = panel.rows.pivot(index="row", columns="column", values="value").reindex(index=rows, columns=columns)
    values = wide.to_numpy(dtype=np.float64)
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    axes.imshow(values, cmap=_COLOURS, vmin=low, vmax=high if high > low else low + 1, aspect="auto")
    for item in panel.rows.to_dict("records"):
        place = (columns.index(item["column"]), rows.index(item["row"]))
        dark = item["value"] > low + 0.6 * (high - low) and high > low
        mark = f" {_SAME}" if item["mark"] == _SAME else ""
        text = f"{plain(item['value'], panel.digits)}{mark}\n({signed(item['diff'], panel.digits)})"
        axes.text(*place, text, ha="center", va="center", fontsize=8, color="white" if dark else style.INK)
        if item["mark"] == "best":
            frame = Rectangle(
                (place[0] - 0.47, place[1] - 0.46), 0.94, 0.92, fill=False, edgecolor=style.WARM, linewidth=2.2
            )
            axes.add_patch(frame)
    axes.set_xticks(range(len(columns)), [style.folded(name, 14) for name in columns], fontsize=8)
    axes.set_yticks(range(len(rows)), [style.folded(name, 18) for name in rows], fontsize=8.5)
    axes.set_title(f"{panel.title}\n{panel.scale.unit} (difference to base)", fontsize=9)
    axes.grid(visible=False)


def _finding(view: StudyView, panel: _Panel) -> str:
    """Name the cell with the highest profit, and those that cannot be told from it."""
    best = panel.best
    ends = interval(best["diff_low"], best["diff_high"], panel.digits)
    text = (
        f"Profit of {view.focus} is highest at {best['row']} x {best['column']}: {plain(best['value'], panel.digits)} "
        f"{panel.scale.unit}, {signed(best['diff'], panel.digits)} {ends} against base"
    )
    tied = [f"{item.row} x {item.column}" for item in panel.tied.itertuples()]
    if not tied:
        return f"{text}; every other cell is below it beyond the interval."
    if len(tied) > 4:
        return f"{text}; {len(tied)} of the other {len(panel.rows) - 1} cells cannot be told from it."
    return f"{text}; it cannot be told apart from {joined(tied)}."
