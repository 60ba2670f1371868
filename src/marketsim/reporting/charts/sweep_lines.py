"""A sweep along its parameters as lines with bands: point by point, or mean by mean over everything else."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart
from marketsim.reporting.charts.heat_cells import Grid, Layout, grids_of, is_numeric, layout_of, level_texts
from marketsim.reporting.charts.native import Dash, Lines, Series
from marketsim.reporting.language import kpi_title, message, say
from marketsim.reporting.measures import with_unit
from marketsim.reporting.numbers import joined
from marketsim.reporting.sweep_view import Swept, parameter_title, under_figure
from marketsim.reporting.sweep_words import map_finding, map_message
from marketsim.results.sensitivity.profiles import MOST_LEVELS, profile, sorted_levels

_MOST_LINES = 6
_MOST_PANELS = 12
_BANDS = message("bands: 95 % intervals")
_DASHES: tuple[Dash, ...] = ("solid", "dash", "dot")
_LOG_FROM = 20.0
"""Ratio of the largest to the smallest positive value from which an axis is logarithmic."""


def sweep_lines(sweep: Swept) -> Chart | None:
    """Draw the effect along the first parameter, a line for each level of the second, a panel for each of the third.

    None where the points fill no grid, the first parameter is not of numbers, or there are too many lines.
    """
    found = sweep.found
    if len(found.parameters) == 1:
        return _single(sweep)
    layout = layout_of(found)
    if layout is None or not is_numeric(found, layout.across) or len(level_texts(found, layout.up)) > _MOST_LINES:
        return None
    grids = grids_of(found, layout)
    columns = min(len(grids), 3)
    rows = math.ceil(len(grids) / columns)
    figure = style.new_figure(1.5 + 2.6 * rows)
    panes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    parts = [_panel(pane, grid, sweep, layout) for pane, grid in zip(panes.flat, grids, strict=False)]
    for pane in list(panes.flat)[len(grids) :]:
        pane.set_axis_off()
    for place, pane in enumerate(list(panes.flat)[: len(grids)]):
        _value_axis(pane, sweep, layout.across)
        if place % columns == 0:
            pane.set_ylabel(_difference(sweep), fontsize=8)
        if place + columns >= len(grids):
            pane.set_xlabel(style.folded(layout.across, 34))
            pane.tick_params(labelbottom=True)
    handles, labels = panes.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=min(len(labels), 4), columnspacing=1.2)
    notes = [say(_BANDS)]
    notes += [say("mean over {names}", names=joined(layout.averaged))] if layout.averaged else []
    style.footer(figure, under_figure(sweep.footer, " · ".join(notes)))
    return Chart(
        f"{sweep.stem}_lines",
        say(
            "{figure} of {policy} along {across}",
            figure=kpi_title(sweep.kpi),
            policy=sweep.policy,
            across=layout.across,
        ),
        map_finding(sweep),
        say(
            "Lines with bands: the paired difference to base along {across}, a line for each {up}.",
            across=layout.across,
            up=layout.up,
        ),
        figure,
        pd.concat(parts, ignore_index=True),
        tuple(_native(part, sweep, layout) for part in parts),
        map_message(sweep),
    )


def _native(part: pd.DataFrame, sweep: Swept, layout: Layout) -> Lines:
    """Return a panel for programs that draw charts themselves."""
    series = []
    for place, (line, rows) in enumerate(part.groupby("line", sort=False)):
        colour = style.policy_colours()[place % len(style.policy_colours())]
        series.append(
            Series(f"{layout.up} = {line}", *_columns(rows), colour=colour, dash=_DASHES[place % len(_DASHES)])
        )
    places = tuple(float(value) for value in part.loc[part["line"] == part["line"].iloc[0], "value"])
    title = str(part["panel"].iloc[0])
    return Lines(title, places, tuple(series), layout.across, _value_title(sweep), sweep.digits)


def _columns(rows: pd.DataFrame) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    mean, low, high = (tuple(float(value) for value in rows[name]) for name in ("mean", "low", "high"))
    return mean, low, high


def _panel(axes: Axes, grid: Grid, sweep: Swept, layout: Layout) -> pd.DataFrame:
    style.zero_line(axes, vertical=False)
    if grid.title:
        axes.set_title(style.folded(grid.title, 34), fontsize=9)
    across = sorted_levels(sweep.found, layout.across)
    parts = []
    for row, (text, _) in enumerate(sorted_levels(sweep.found, layout.up)):
        rows = pd.DataFrame({"value": [number for _, number in across]})
        for name, array in (("mean", grid.value), ("low", grid.low), ("high", grid.high)):
            rows[name] = array[row] / sweep.scale.divisor
        _line(axes, rows, row, style.folded(f"{layout.up} = {text}", 30))
        labels = {"policy": sweep.policy, "unit": sweep.scale.difference_unit, "panel": grid.title, "line": text}
        parts.append(rows.assign(**labels))
    return pd.concat(parts, ignore_index=True)


def _line(axes: Axes, rows: pd.DataFrame, place: int, label: str | None = None) -> None:
    """Draw a line with its band; points that cannot be told from zero are hollow."""
    rows = rows[np.isfinite(rows["mean"])]
    colour = style.policy_colours()[place % len(style.policy_colours())]
    look: dict[str, Any] = {"color": colour, "linestyle": style.DASHES[place % len(style.DASHES)], "label": label}
    marker = style.MARKERS[place % len(style.MARKERS)]
    axes.plot(rows["value"], rows["mean"], linewidth=1.6, marker=marker, markersize=4.5, zorder=3, **look)
    axes.fill_between(rows["value"], rows["low"], rows["high"], color=colour, alpha=0.15, linewidth=0, zorder=1)
    unclear = rows[~((rows["low"] > 0) | (rows["high"] < 0))]
    if len(unclear):
        hollow: dict[str, Any] = {"marker": marker, "markerfacecolor": "white", "markeredgecolor": colour}
        axes.plot(unclear["value"], unclear["mean"], linestyle="none", markersize=4.5, zorder=4, **hollow)


def _value_axis(axes: Axes, sweep: Swept, parameter: str) -> None:
    """Put the values of a parameter on the axis, to scale; logarithmic where they span orders of magnitude."""
    numbers = np.array([number for _, number in sorted_levels(sweep.found, parameter)])
    if len(numbers) <= MOST_LEVELS and numbers.min() > 0 and numbers.max() / numbers.min() > _LOG_FROM:
        axes.set_xscale("log")
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xticks(numbers, [f"{number:g}" for number in numbers])


def _difference(sweep: Swept) -> str:
    title = style.folded(kpi_title(sweep.kpi), 34)
    return say("{figure} less base,\n{unit}", figure=title, unit=sweep.scale.difference_unit)


def _value_title(sweep: Swept) -> str:
    """Return the same on one line."""
    return with_unit(say("{figure} less base", figure=kpi_title(sweep.kpi)), sweep.scale.difference_unit)


def _single(sweep: Swept) -> Chart | None:
    """Draw a sweep of one parameter; None where its values are words, as a table tells these better."""
    name = sweep.found.parameters[0]
    return _profiles(sweep, (name,), "lines") if is_numeric(sweep.found, name) else None


def profile_lines(sweep: Swept) -> Chart | None:
    """Draw the mean effect along each parameter, a panel each; None where no parameter is of numbers."""
    names = tuple(name for name in sweep.found.parameters if is_numeric(sweep.found, name))
    return _profiles(sweep, names[:_MOST_PANELS], "profiles") if names else None


def _profiles(sweep: Swept, names: tuple[str, ...], kind: str) -> Chart:
    columns = min(len(names), 3)
    rows = math.ceil(len(names) / columns)
    figure = style.new_figure(1.2 + 2.3 * rows)
    panes = figure.subplots(rows, columns, sharey=True, squeeze=False)
    parts = []
    for place, (pane, name) in enumerate(zip(panes.flat, names, strict=False)):
        own = profile(sweep.found, name)
        own[["mean", "low", "high"]] /= sweep.scale.divisor
        style.zero_line(pane, vertical=False)
        _line(pane, own, 0)
        _value_axis(pane, sweep, name)
        pane.set_xlabel(style.folded(parameter_title(sweep.found, name), 34))
        if place % columns == 0:
            pane.set_ylabel(_difference(sweep), fontsize=8)
        parts.append(own.assign(policy=sweep.policy, unit=sweep.scale.difference_unit))
    for pane in list(panes.flat)[len(names) :]:
        pane.set_axis_off()
    several = len(sweep.found.parameters) > 1
    notes = [say("mean over all other parameters")] if several else []
    notes += [say(_BANDS), say("hollow: cannot be told from zero")]
    style.footer(figure, under_figure(sweep.footer, " · ".join(notes)))
    return Chart(
        f"{sweep.stem}_{kind}",
        _profiles_title(sweep, names),
        map_finding(sweep),
        say(
            "Lines with bands: the mean paired difference to base along each parameter, over all values of the others."
        ),
        figure,
        pd.concat(parts, ignore_index=True),
        tuple(_native_profile(part, sweep, name) for part, name in zip(parts, names, strict=True)),
        map_message(sweep),
    )


def _profiles_title(sweep: Swept, names: tuple[str, ...]) -> str:
    if len(names) > 1:
        return say("Mean effect along each parameter: {policy}", policy=sweep.policy)
    return say(
        "{figure} along {parameter}: {policy}", figure=kpi_title(sweep.kpi), parameter=names[0], policy=sweep.policy
    )


def _native_profile(part: pd.DataFrame, sweep: Swept, name: str) -> Lines:
    """Return a panel for programs that draw charts themselves."""
    places = tuple(float(value) for value in part["value"])
    series = Series(sweep.policy, *_columns(part), colour=style.focus(), strong=True)
    title = name if len(sweep.found.parameters) > 1 else ""
    return Lines(title, places, (series,), parameter_title(sweep.found, name), _value_title(sweep), sweep.digits)
