"""What each mechanism adds to the answer of a policy, drawn from the ladder."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from marketsim.reporting import style
from marketsim.reporting.figure_files import save
from marketsim.reporting.language import say
from marketsim.reporting.measures import PROFIT
from marketsim.reporting.numbers import Scale, counted, scale_for
from marketsim.reporting.question_tables import mechanism_title
from marketsim.results.key_figures import kpi
from marketsim.results.manifest import SHORT_HASH_DIGITS, scenario_hash
from marketsim.scenario.loaded import Scenario

_SERIES = ("switched on one by one", "left out of the whole")


def write_ladder(ladder: pd.DataFrame, scenario: Scenario, folder: Path) -> list[Path]:
    """Write the chart of a ladder as PNG and SVG into a folder, and return the files."""
    with style.chart_style():
        figure = _draw(ladder, scenario)
        save(figure, folder / "ladder")
    return [folder / f"ladder.{kind}" for kind in ("png", "svg")]


def _draw(ladder: pd.DataFrame, scenario: Scenario) -> Figure:
    rows = ladder[ladder["kpi"] == PROFIT]
    scale = scale_for(kpi(PROFIT), rows["diff"])
    figure = style.new_figure(1.8 + 0.3 * len(rows))
    effect, added = figure.subplots(1, 2, sharey=True)
    _dots(effect, rows, ("diff", "diff_low", "diff_high"), scale)
    _dots(added, rows, ("adds", "adds_low", "adds_high"), scale)
    effect.set_yticks(range(len(rows)), [_title(*pair) for pair in zip(rows["series"], rows["mechanism"], strict=True)])
    effect.set_ylim(len(rows) - 0.5, -0.5)
    first = rows.iloc[0]
    effect.set_xlabel(say("profit of {policy} less base, {unit}", policy=first["policy"], unit=scale.unit))
    added.set_xlabel(say("what the mechanism adds to that, {unit}", unit=scale.unit))
    parts = (
        f"n = {counted(int(first['n']), 'replication')}",
        say("95 % intervals"),
        say(
            "seed {seed} · scenario {hash}",
            seed=scenario.study.run.seed,
            hash=scenario_hash(scenario)[:SHORT_HASH_DIGITS],
        ),
    )
    style.footer(figure, " · ".join(parts))
    return figure


def _title(series: str, mechanism: str) -> str:
    if not mechanism:
        return say("no mechanism")
    name = mechanism_title(mechanism)
    return f"+ {name}" if series == _SERIES[0] else say("all but {mechanism}", mechanism=name)


def _dots(axes: Axes, rows: pd.DataFrame, columns: tuple[str, str, str], scale: Scale) -> None:
    """Draw a value with its interval in each row: vermilion below zero, hollow and grey where that cannot be told."""
    for place, (value, low, high) in enumerate(rows[list(columns)].itertuples(index=False)):
        cannot_tell = math.isfinite(low) and low <= 0.0 <= high
        colour = style.QUIET if cannot_tell else style.WARM if value < 0 else style.focus()
        if math.isfinite(low):
            axes.plot([low / scale.divisor, high / scale.divisor], [place, place], color=colour, linewidth=1.4)
        axes.plot(
            [value / scale.divisor],
            [place],
            marker="o",
            markersize=5,
            color=colour,
            markerfacecolor="white" if cannot_tell else colour,
        )
    style.zero_line(axes, vertical=True)
    axes.grid(axis="y", visible=False)
