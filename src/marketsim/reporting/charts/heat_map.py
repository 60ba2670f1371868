"""A sweep over two parameters as a heat map of the effect: where it is good, bad, and where that cannot be told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm, to_rgb
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
    level_texts,
    shown_panels,
)
from marketsim.reporting.numbers import MINUS, digits_for, joined, signed
from marketsim.reporting.sweep_view import Swept, finite, under_figure
from marketsim.reporting.sweep_words import map_finding

_BAD, _PALE_BAD, _MIDDLE, _PALE_GOOD = "#B04A00", "#F0B98D", "#FAFAF8", "#9DBEDD"
COLOURS = LinearSegmentedColormap.from_list("effect", [_BAD, _PALE_BAD, _MIDDLE, _PALE_GOOD, style.focus()])
"""From bad (orange) over nothing (white) to good (blue); blue ends darker than orange, for prints in grey."""
_HATCH = "////"
_PALE = 0.4
"""Strength of the colour of what cannot be told from zero."""
_INCHES_PER_LETTER = 0.085
_MOST_TICKS = 14
_MOST_LABELS = 150
"""Largest map whose cells carry their values."""
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
    look = _look(sweep, grids, _MAP_WIDTH / columns / across)
    for pane, grid in zip(panes.flat, grids, strict=False):
        _draw(pane, grid, sweep, layout, look)
    for pane in list(panes.flat)[len(grids) :]:
        pane.set_axis_off()
    _axes(panes, sweep, layout, len(grids), look)
    _colour_bar(figure, panes, sweep, look)
    _key(figure, grids, has_zero=any(_has_zero_line(grid.value, sweep, layout) for grid in grids))
    style.footer(figure, under_figure(sweep.footer, *_notes(sweep, layout, look)))
    scale = sweep.scale
    return Chart(
        f"{sweep.stem}_heat_map",
        f"{sweep.kpi.title} of {sweep.policy} over {layout.across} and {layout.up}",
        map_finding(sweep),
        f"Heat map: the paired difference to base for each {layout.across} and {layout.up}"
        f"{f', a map for each {layout.panels}' if layout.panels else ''}; hatched where the interval includes zero, "
        "a line where the difference is zero.",
        figure,
        cells_frame(found, layout, grids, scale.divisor, scale.difference_unit),
    )


@dataclass(frozen=True)
class _Look:
    """What all maps of a figure share: the value of the strongest colour, what exceeds it, digits, and room for labels."""

    strongest: float
    extend: str
    digits: int
    has_room: bool
    width: float


def _look(sweep: Swept, grids: Sequence[Grid], width: float) -> _Look:
    """Return the look of the maps; a few values far beyond the others do not take the colours away from these."""
    values = np.array([v for grid in grids for v in finite(grid.value)]) / sweep.scale.divisor
    halves = [half for grid in grids for half in finite((grid.high - grid.low) / 2 / sweep.scale.divisor)]
    sizes = np.abs(values)
    largest, usual = (float(sizes.max()), float(np.quantile(sizes, 0.85))) if len(sizes) else (0.0, 0.0)
    strongest = 1.5 * usual if 0 < 2 * usual < largest else largest or 1.0
    good = values * (sweep.kpi.better or 1)
    beyond = (bool((good < -strongest).any()), bool((good > strongest).any()))
    extend = {(True, True): "both", (True, False): "min", (False, True): "max"}.get(beyond, "neither")
    digits = 0 if largest >= 100 else digits_for(halves, sweep.kpi.digits or 1, most=2)
    longest = max((len(signed(value, digits)) for value in values), default=1)
    cells = max((grid.value.size for grid in grids), default=0)
    has_room = width > longest * _INCHES_PER_LETTER and cells <= _MOST_LABELS
    return _Look(strongest, extend, digits, has_room, width)


def _draw(axes: Axes, grid: Grid, sweep: Swept, layout: Layout, look: _Look) -> None:
    values = grid.value / sweep.scale.divisor
    good = values * (sweep.kpi.better or 1)
    norm = TwoSlopeNorm(0.0, -look.strongest, look.strongest)
    strength: Any = np.where(grid.unclear, _PALE, 1.0)
    shown = np.ma.masked_invalid(good)
    axes.pcolormesh(shown, cmap=COLOURS, norm=norm, alpha=strength, edgecolors="white", linewidth=0.6)
    missing = [Rectangle((column, row), 1, 1) for row, column in np.argwhere(~np.isfinite(values))]
    axes.add_collection(PatchCollection(missing, facecolor=style.FAINT, edgecolor="white", linewidth=0.6))
    _hatch(axes, grid)
    _zero_contour(axes, values, sweep, layout)
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


def _zero_contour(axes: Axes, values: Any, sweep: Swept, layout: Layout) -> None:
    """Draw where the difference is zero, by straight lines between cells."""
    if not _has_zero_line(values, sweep, layout):
        return
    rows, columns = values.shape
    axes.contour(
        np.arange(columns) + 0.5,
        np.arange(rows) + 0.5,
        np.ma.masked_invalid(values),
        levels=[0.0],
        colors=[style.INK],
        linewidths=1.6,
        zorder=3,
    )


def _has_zero_line(values: Any, sweep: Swept, layout: Layout) -> bool:
    """Tell whether there is a line of zero: between numbers, and between values of both signs."""
    known = values[np.isfinite(values)]
    numeric = all(is_numeric(sweep.found, name) for name in (layout.across, layout.up))
    return bool(numeric and min(values.shape) > 1 and len(known) and known.min() < 0 < known.max())


def _labels(axes: Axes, values: Any, grid: Grid, sweep: Swept, look: _Look) -> None:
    """Write values into cells that have room for them, signs into smaller ones; a sign where there is no result."""
    for (row, column), value in np.ndenumerate(values):
        place = (column + 0.5, row + 0.5)
        settings: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 4}
        if not math.isfinite(value):
            text = "no run" if look.width > 6 * _INCHES_PER_LETTER else "×"
            axes.text(*place, text, fontsize=6.5, color=style.QUIET, **settings)
            continue
        good = value * (sweep.kpi.better or 1) / look.strongest
        if look.has_room:
            text = "0" if grid.low[row, column] == grid.high[row, column] == 0 else signed(value, look.digits)
            unclear = bool(grid.unclear[row, column])
            colour = _pale(good) if unclear else COLOURS((good + 1) / 2)
            settings["color"] = style.INK if unclear else _ink(good)
            axes.text(*place, text, fontsize=8, bbox={"pad": 0.8, "linewidth": 0, "facecolor": colour}, **settings)
        elif _is_told(grid, row, column):
            axes.text(*place, "+" if value > 0 else MINUS, fontsize=6.5, color=_ink(good), **settings)


def _is_told(grid: Grid, row: int, column: int) -> bool:
    return bool(grid.low[row, column] > 0 or grid.high[row, column] < 0)


def _pale(good: float) -> tuple[float, ...]:
    """Return the colour of a value that cannot be told from zero, as it looks on white."""
    return tuple(_PALE * part + 1 - _PALE for part in to_rgb(COLOURS((good + 1) / 2)))


def _ink(good: float) -> str:
    """Return the colour of a text that can be read on the colour of a value."""
    red, green, blue = to_rgb(COLOURS((good + 1) / 2))
    return "white" if 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.42 else style.INK


def _axes(panes: Any, sweep: Swept, layout: Layout, shown: int, look: _Look) -> None:
    columns, rows = level_texts(sweep.found, layout.across), level_texts(sweep.found, layout.up)
    for pane in panes.flat:
        _ticks(pane.xaxis, columns, max(int(look.width / _INCHES_PER_LETTER), 10))
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


def _colour_bar(figure: Figure, panes: Any, sweep: Swept, look: _Look) -> None:
    from matplotlib.cm import ScalarMappable

    sign, largest = sweep.kpi.better or 1, look.strongest
    mappable = ScalarMappable(TwoSlopeNorm(0.0, -largest, largest), COLOURS)
    bar = figure.colorbar(mappable, ax=list(panes.flat), fraction=0.04, pad=0.02, aspect=28, extend=look.extend)
    bar.outline.set_visible(False)
    ticks = [place for place in bar.get_ticks() if abs(place) <= largest * 1.0001]
    digits = next((d for d in range(4) if np.allclose(np.round(ticks, d), ticks, rtol=1e-6, atol=1e-9)), 3)
    bar.set_ticks(ticks, labels=[signed(sign * place + 0.0, digits) for place in ticks])
    bar.set_label(
        f"{style.folded(sweep.kpi.title, 40)}, {style.folded(sweep.policy, 24)}\nless base, {sweep.scale.difference_unit}",
        fontsize=8,
    )


def _key(figure: Figure, grids: Sequence[Grid], *, has_zero: bool) -> None:
    unclear: dict[str, Any] = {"facecolor": "white", "edgecolor": style.QUIET, "hatch": _HATCH, "linewidth": 0.5}
    handles: list[Any] = [Patch(label="cannot tell: interval includes 0", **unclear)]
    if has_zero:
        handles.append(Line2D([], [], color=style.INK, linewidth=1.6, label="difference is 0"))
    if any(np.isnan(grid.value).any() for grid in grids):
        handles.append(Patch(facecolor=style.FAINT, label="no result"))
    figure.legend(handles=handles, loc="outside upper right", ncols=3, columnspacing=1.2)


def _notes(sweep: Swept, layout: Layout, look: _Look) -> list[str]:
    """Return what else must be known of a map: averages, fixed values, panels left out, and spacing."""
    found, notes = sweep.found, []
    if not look.has_room:
        notes.append(f"+ and {MINUS}: sign of a difference that can be told from zero")
    if layout.averaged:
        notes.append(
            f"mean over {joined(layout.averaged)}, with the widest interval that the chance of the worlds allows"
        )
    notes += [f"{name} = {level}" for name, level in layout.fixed]
    if layout.panels and len(shown_panels(found, layout)) < len(level_texts(found, layout.panels)):
        notes.append(
            f"{len(shown_panels(found, layout))} of {len(level_texts(found, layout.panels))} values of {layout.panels}"
        )
    uneven = [
        name for name in (layout.across, layout.up) if is_numeric(found, name) and not is_evenly_spaced(found, name)
    ]
    if uneven:
        notes.append(f"steps of {joined(uneven)} are unequal: cells are not to scale")
    return [" · ".join(notes)]
