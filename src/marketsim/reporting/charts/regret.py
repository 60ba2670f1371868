"""Which decision stands the uncertainties best: mean, worst case and largest regret of each."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart
from marketsim.reporting.numbers import joined, plain, scale_for
from marketsim.reporting.sweep_view import under_figure
from marketsim.results.key_figures import kpi
from marketsim.results.tables import BASE

_MOST_ROWS = 14
_PANELS = (
    ("mean", "mean difference to base"),
    ("worst", "worst point"),
    ("regret_max", "largest regret"),
)


def regret_chart(rows: pd.DataFrame, stem: str, footer: str) -> Chart | None:
    """Draw mean, worst case and largest regret of every decision; None with less than two decisions.

    Args:
        rows: the rows of the table `regret` of one sweep and figure.
        stem: beginning of the name of its files.
        footer: worlds, seed and scenario.
    """
    if len(rows) < 2:
        return None
    figure_of = kpi(str(rows["kpi"].iloc[0]))
    ordered = rows.assign(label=[_label(p, v) for p, v in zip(rows["policy"], rows["levers"], strict=True)])
    ordered = ordered.sort_values(["regret_max", "mean"], kind="stable").head(_MOST_ROWS)
    scale = scale_for(figure_of, rows["worst"])
    panels = [panel for panel in _PANELS if np.isfinite(ordered[panel[0]]).any()]
    figure = style.new_figure(1.7 + 0.34 * len(ordered))
    panes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axes, (column, title) in zip(panes, panels, strict=True):
        _dots(axes, ordered[column].to_numpy(dtype=np.float64) / scale.divisor, column)
        axes.set_title(title, fontsize=9)
        axes.set_xlabel(scale.difference_unit, fontsize=8)
    panes[0].set_yticks(range(len(ordered)), [style.folded(label, 30) for label in ordered["label"]])
    panes[0].set_ylim(len(ordered) - 0.5, -0.5)
    cut = f" · {_MOST_ROWS} of {len(rows)} decisions with the least regret" if len(rows) > _MOST_ROWS else ""
    chance = float(rows["half_width"].median()) / scale.divisor
    known = f" · regrets up to about {plain(chance, 2)} may be chance" if math.isfinite(chance) else ""
    note = f"regret: what the best decision of each state of the world does better{cut}{known}"
    style.footer(figure, under_figure(footer, note))
    numbers = ["mean", "worst", "best", "half_width", "regret_mean", "regret_max"]
    return Chart(
        f"{stem}_regret",
        f"Which decision stands the uncertainties best: {figure_of.title.lower()}",
        _finding(rows, figure_of.title.lower()),
        "Dots: mean difference to base, worst point and largest regret of each decision, the least regret at the top.",
        figure,
        ordered.drop(columns="label").assign(
            unit=scale.difference_unit, **{n: ordered[n] / scale.divisor for n in numbers}
        ),
    )


def _label(policy: str, levers: str) -> str:
    return f"{policy}: {levers}" if levers else str(policy)


def _dots(axes: Axes, values: np.ndarray, column: str) -> None:
    for place, value in enumerate(values):
        bad = value < 0 and column != "regret_max"
        axes.plot([0, value], [place, place], color=style.FAINT, linewidth=1.6, zorder=1)
        axes.plot(
            [value],
            [place],
            marker="D" if bad else "o",
            color=style.WARM if bad else style.focus(),
            markersize=5.5,
            zorder=3,
        )
    style.zero_line(axes, vertical=True)
    axes.grid(axis="y", visible=False)
    axes.margins(x=0.12)


def _finding(rows: pd.DataFrame, title: str) -> str:
    """Name the decision with the least regret, and those whose regret is not larger by more than chance may make."""
    known = rows[np.isfinite(rows["regret_max"])].sort_values("regret_max", kind="stable")
    if known.empty:
        return "Regret is not told here, as a policy changes who is compared."
    least = known.iloc[0]
    chance = float(known["half_width"].median())
    near = known.iloc[1:]
    near = near[~(near["regret_max"] - least["regret_max"] > chance)]
    name = _label(least["policy"], least["levers"]) if least["policy"] != BASE else "doing nothing"
    text = f"In {title}, {name} has the least largest regret over {int(least['points'])} states of the world"
    if near.empty:
        return f"{text}."
    if len(near) > 3:
        return f"{text}; that of {len(near)} other decisions is not larger by more than chance may make."
    others = joined(_label(policy, levers) for policy, levers in zip(near["policy"], near["levers"], strict=True))
    return f"{text}; that of {others} is not larger by more than chance may make."
