"""A sweep over two parameters as a heat map of the effect: where it is good, bad, and where that cannot be told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.colors import TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart
from marketsim.reporting.charts.heat_cells import (
    Grid,
    Layout,
    cells_frame,
    grids_of,
    is_evenly_spaced,
    is_numeric,
    layout_of,
    level_names,
    level_texts,
    shown_panels,
)
from marketsim.reporting.charts.heat_lines import digits_of, draw_contours, has_zero_line
from marketsim.reporting.charts.heat_look import INCHES_PER_LETTER, PALE, Look, effect_colours, ink_on, look_of, pale_of
from marketsim.reporting.charts.native import Cells
from marketsim.reporting.language import kpi_title, say
from marketsim.reporting.measures import with_unit
from marketsim.reporting.numbers import MINUS, joined, signed
from marketsim.reporting.sweep_view import Swept, under_figure
from marketsim.reporting.sweep_words import map_finding, map_message

_HATCH = "////"
_MOST_TICKS = 14
_MAP_WIDTH = style.WIDTH_INCHES - 2.2


def heat_map(sweep: Swept, layout: Layout | None = None) -> Chart | None:
    """Draw the effect over two parameters, a map for each level of a third; None where the points fill no grid.

    Args:
        sweep: the sweep.
        layout: which parameters span the map; by default levers first (`heat_cells.layout_of`).
    """
    found = sweep.found
    layout = layout or layout_of(found)
    if layout is None:
        return None
    grids = grids_of(found, layout)
    columns = min(len(grids), 3)
    rows = math.ceil(len(grids) / columns)
    across, up = len(level_texts(found, layout.across)), len(level_texts(found, layout.up))
    figure = style.new_figure(1.75 + rows * (0.55 + min(max(0.4 * up, 1.5), 5.0 / rows + 0.6)))
    panes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    look = look_of(sweep, grids, _MAP_WIDTH / columns / across)
    for pane, grid in zip(panes.flat, grids, strict=False):
        _draw(pane, grid, sweep, layout, look)
    for pane in list(panes.flat)[len(grids) :]:
        pane.set_axis_off()
    _axes(panes, sweep, layout, len(grids), look)
    _colour_bar(figure, panes, sweep, look)
    _key(figure, grids, has_zero=any(has_zero_line(grid.value, sweep, layout) for grid in grids))
    style.footer(figure, under_figure(sweep.footer, *_notes(sweep, layout, look)))
    scale = sweep.scale
    return Chart(
        f"{sweep.stem}_heat_map",
        say(
            "{figure} of {policy} over {across} and {up}",
            figure=kpi_title(sweep.kpi),
            policy=sweep.policy,
            across=layout.across,
            up=layout.up,
        ),
        map_finding(sweep),
        _alt(layout),
        figure,
        cells_frame(found, layout, grids, scale.divisor, scale.difference_unit),
        tuple(_panel(grid, sweep, layout, look) for grid in grids),
        map_message(sweep),
    )


def _alt(layout: Layout) -> str:
    if layout.panels:
        return say(
            "Heat map: the paired difference to base for each {across} and {up}, a map for each {panels}; hatched where the "
            "interval includes zero, a line where the difference is zero.",
            across=layout.across,
            up=layout.up,
            panels=layout.panels,
        )
    return say(
        "Heat map: the paired difference to base for each {across} and {up}; hatched where the interval includes zero, "
        "a line where the difference is zero.",
        across=layout.across,
        up=layout.up,
    )


def _panel(grid: Grid, sweep: Swept, layout: Layout, look: Look) -> Cells:
    """Return a map for programs that draw charts themselves: rows from top to bottom."""
    values, found = grid.value[::-1] / sweep.scale.divisor, sweep.found
    return Cells(
        grid.title,
        tuple(level_names(found, layout.across)),
        tuple(reversed(level_names(found, layout.up))),
        tuple(tuple(float(value) for value in row) for row in values),
        tuple(tuple(bool(value) for value in row) for row in grid.unclear[::-1]),
        layout.across,
        layout.up,
        _value_title(sweep),
        look.digits,
    )


def _value_title(sweep: Swept) -> str:
    title = say("{figure}, {policy} less base", figure=kpi_title(sweep.kpi), policy=sweep.policy)
    return with_unit(title, sweep.scale.difference_unit)


def _draw(axes: Axes, grid: Grid, sweep: Swept, layout: Layout, look: Look) -> None:
    values = grid.value / sweep.scale.divisor
    good = values * (sweep.kpi.better or 1)
    norm = TwoSlopeNorm(0.0, -look.strongest, look.strongest)
    strength: Any = np.where(grid.unclear, PALE, 1.0)
    shown = np.ma.masked_invalid(good)
    axes.pcolormesh(shown, cmap=effect_colours(), norm=norm, alpha=strength, edgecolors="white", linewidth=0.6)
    missing = [Rectangle((column, row), 1, 1) for row, column in np.argwhere(~np.isfinite(values))]
    axes.add_collection(PatchCollection(missing, facecolor=style.FAINT, edgecolor="white", linewidth=0.6))
    _hatch(axes, grid)
    draw_contours(axes, values, sweep, layout, look)
    _labels(axes, values, grid, sweep, look)
    if grid.title:
        axes.set_title(style.folded(grid.title, 34), fontsize=9)
    axes.grid(visible=False)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def _hatch(axes: Axes, grid: Grid) -> None:
    """Hatch the cells whose interval includes zero."""
    boxes = [Rectangle((column, row), 1, 1) for row, column in np.argwhere(grid.unclear)]
    if boxes:
        look: dict[str, Any] = {"facecolor": "none", "edgecolor": style.QUIET, "hatch": _HATCH, "linewidth": 0.0}
        axes.add_collection(PatchCollection(boxes, match_original=False, zorder=2, gid="cannot tell", **look))


def _labels(axes: Axes, values: Any, grid: Grid, sweep: Swept, look: Look) -> None:
    """Write values into cells that have room for them, signs into smaller ones; a sign where there is no result."""
    for (row, column), value in np.ndenumerate(values):
        place = (column + 0.5, row + 0.5)
        settings: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 4}
        if not math.isfinite(value):
            text = say("no run") if look.width > 6 * INCHES_PER_LETTER else "×"
            axes.text(*place, text, fontsize=6.5, color=style.QUIET, **settings)
            continue
        good = value * (sweep.kpi.better or 1) / look.strongest
        if look.has_room:
            text = "0" if grid.low[row, column] == grid.high[row, column] == 0 else signed(value, look.digits)
            unclear = bool(grid.unclear[row, column])
            colour = pale_of(good) if unclear else effect_colours()((good + 1) / 2)
            settings["color"] = style.INK if unclear else ink_on(good)
            axes.text(
                *place, text, fontsize=look.letters, bbox={"pad": 0.8, "linewidth": 0, "facecolor": colour}, **settings
            )
        elif _is_told(grid, row, column):
            axes.text(*place, "+" if value > 0 else MINUS, fontsize=6.5, color=ink_on(good), **settings)


def _is_told(grid: Grid, row: int, column: int) -> bool:
    return bool(grid.low[row, column] > 0 or grid.high[row, column] < 0)


def _axes(panes: Any, sweep: Swept, layout: Layout, shown: int, look: Look) -> None:
    columns, rows = level_names(sweep.found, layout.across), level_names(sweep.found, layout.up)
    for pane in panes.flat:
        _ticks(pane.xaxis, columns, max(int(look.width / INCHES_PER_LETTER), 10))
        _ticks(pane.yaxis, rows, 16)
    lowest = {place % panes.shape[1]: place for place in range(shown)}
    for place, pane in enumerate(panes.flat):
        if place in lowest.values():
            pane.set_xlabel(style.folded(layout.across, 34))
            pane.tick_params(labelbottom=True)
        if place % panes.shape[1] == 0:
            pane.set_ylabel(style.folded(layout.up, 26))


def _ticks(axis: Any, levels: Sequence[str], width: int) -> None:
    """Label the middle of each cell; of many levels every second, third ..."""
    places = range(0, len(levels), math.ceil(len(levels) / _MOST_TICKS))
    axis.set_ticks([place + 0.5 for place in places], [style.folded(levels[place], width) for place in places])
    long = max(len(levels[place]) for place in places) > 6 and len(places) > 4
    if axis.axis_name == "x" and long:
        axis.set_tick_params(labelrotation=45, labelsize=7.5)


def _colour_bar(figure: Figure, panes: Any, sweep: Swept, look: Look) -> None:
    from matplotlib.cm import ScalarMappable

    sign, largest = sweep.kpi.better or 1, look.strongest
    mappable = ScalarMappable(TwoSlopeNorm(0.0, -largest, largest), effect_colours())
    bar = figure.colorbar(mappable, ax=list(panes.flat), fraction=0.04, pad=0.02, aspect=28, extend=look.extend)
    bar.outline.set_visible(False)
    ticks = [place for place in bar.get_ticks() if abs(place) <= largest * 1.0001]
    digits = digits_of(ticks)
    bar.set_ticks(ticks, labels=[signed(sign * place + 0.0, digits) for place in ticks])
    label = say(
        "{figure}, {policy}\nless base, {unit}",
        figure=style.folded(kpi_title(sweep.kpi), 40),
        policy=style.folded(sweep.policy, 24),
        unit=sweep.scale.difference_unit,
    )
    bar.set_label(label, fontsize=8)


def _key(figure: Figure, grids: Sequence[Grid], *, has_zero: bool) -> None:
    unclear: dict[str, Any] = {"facecolor": "white", "edgecolor": style.QUIET, "hatch": _HATCH, "linewidth": 0.5}
    handles: list[Any] = [Patch(label=say("cannot tell: interval includes 0"), **unclear)]
    if has_zero:
        handles.append(Line2D([], [], color=style.INK, linewidth=1.6, label=say("difference is 0")))
    if any(np.isnan(grid.value).any() for grid in grids):
        handles.append(Patch(facecolor=style.FAINT, label=say("no result")))
    figure.legend(handles=handles, loc="outside upper right", ncols=3, columnspacing=1.2)


def _notes(sweep: Swept, layout: Layout, look: Look) -> list[str]:
    """Return what else must be known of a map: averages, fixed values, panels left out, and spacing."""
    found, notes = sweep.found, []
    if not look.has_room:
        notes.append(say("+ and {minus}: sign of a difference that can be told from zero", minus=MINUS))
    if layout.averaged:
        names = joined(layout.averaged)
        notes.append(
            say("mean over {names}, with the widest interval that the chance of the worlds allows", names=names)
        )
    notes += [f"{name} = {level}" for name, level in layout.fixed]
    if layout.panels and len(shown_panels(found, layout)) < len(level_texts(found, layout.panels)):
        shown, there = len(shown_panels(found, layout)), len(level_texts(found, layout.panels))
        notes.append(say("{shown} of {there} values of {name}", shown=shown, there=there, name=layout.panels))
    uneven = [
        name for name in (layout.across, layout.up) if is_numeric(found, name) and not is_evenly_spaced(found, name)
    ]
    if uneven:
        notes.append(say("steps of {names} are unequal: cells are not to scale", names=joined(uneven)))
    return [" · ".join(notes)]
