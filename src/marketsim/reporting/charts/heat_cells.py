"""The cells of a heat map over two parameters of a sweep: values, intervals, and how they are arranged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketsim.results.sensitivity.outcomes import LEVER, UNCERTAINTY, Outcome, short_value
from marketsim.results.sensitivity.profiles import MOST_LEVELS, mean_effect, sorted_levels
from marketsim.results.statistics.estimates import FloatArray

MOST_PANELS = 6
_MOST_CELLS = 40
"""Most levels along a side."""
_LEAST_FILLED = 0.5


@dataclass(frozen=True)
class Layout:
    """Which parameters span a heat map, and which are averaged over.

    Attributes:
        across: parameter from left to right.
        up: parameter from bottom to top.
        panels: parameter of which each level has a map of its own; None for one map.
        averaged: parameters over which the values are means.
        fixed: parameters of which only one level is looked at, with that level.
    """

    across: str
    up: str
    panels: str | None = None
    averaged: tuple[str, ...] = ()
    fixed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Grid:
    """One map: a value with its interval for each level across and up; NaN where there is no result."""

    title: str
    value: FloatArray
    low: FloatArray
    high: FloatArray
    points: FloatArray

    @property
    def unclear(self) -> NDArray[np.bool_]:
        """Where the interval includes zero."""
        return (self.low <= 0) & (self.high >= 0)


def layout_of(found: Outcome) -> Layout | None:
    """Return the layout for a sweep: levers first, up to three parameters; None where its points fill no grid."""
    varied = [name for kind in (LEVER, UNCERTAINTY) for name in found.of_kind(kind) if _levels(found, name) > 1]
    if len(varied) < 2 or any(_levels(found, name) > _MOST_CELLS for name in varied):
        return None
    cells = len(found.texts[varied].drop_duplicates())
    if cells < _LEAST_FILLED * float(np.prod([_levels(found, name) for name in varied])):
        return None
    across, up, *others = varied
    panels = next((name for name in others if _levels(found, name) <= MOST_LEVELS), None)
    return Layout(across, up, panels, tuple(name for name in others if name != panels))


def _levels(found: Outcome, name: str) -> int:
    return int(found.texts[name].nunique())


def level_texts(found: Outcome, name: str) -> list[str]:
    """Return the levels of a parameter in their order."""
    return [text for text, _ in sorted_levels(found, name)]


def level_names(found: Outcome, name: str) -> list[str]:
    """Return what the levels of a parameter are called in a picture: drawn numbers without all their digits."""
    return [short_value(text, number) for text, number in sorted_levels(found, name)]


def is_numeric(found: Outcome, name: str) -> bool:
    """Tell whether all levels of a parameter are numbers."""
    return all(np.isfinite(number) for _, number in sorted_levels(found, name))


def is_evenly_spaced(found: Outcome, name: str) -> bool:
    """Tell whether the levels of a parameter are numbers at equal distances."""
    numbers = np.array([number for _, number in sorted_levels(found, name)])
    steps = np.diff(numbers)
    return bool(np.isfinite(numbers).all() and (len(steps) < 2 or np.ptp(steps) <= 1e-6 * steps.max()))


def shown_panels(found: Outcome, layout: Layout) -> list[str]:
    """Return the levels of the panels that are drawn: all, or some from the lowest to the highest."""
    if layout.panels is None:
        return []
    levels = level_texts(found, layout.panels)
    if len(levels) <= MOST_PANELS:
        return levels
    places = np.unique(np.linspace(0, len(levels) - 1, MOST_PANELS).round().astype(int))
    return [levels[place] for place in places]


def grids_of(found: Outcome, layout: Layout) -> list[Grid]:
    """Return the maps of a layout."""
    for name, level in layout.fixed:
        found = found.only((found.texts[name] == level).to_numpy())
    if layout.panels is None:
        return [_grid(found, found, layout, "")]
    maps = []
    names = {text: short_value(text, number) for text, number in sorted_levels(found, layout.panels)}
    for level in shown_panels(found, layout):
        own = found.only((found.texts[layout.panels] == level).to_numpy())
        maps.append(_grid(found, own, layout, f"{layout.panels} = {names[level]}"))
    return maps


def _grid(whole: Outcome, own: Outcome, layout: Layout, title: str) -> Grid:
    columns, rows = level_texts(whole, layout.across), level_texts(whole, layout.up)
    arrays = np.full((4, len(rows), len(columns)), np.nan)
    across, up = own.texts[layout.across].to_numpy(), own.texts[layout.up].to_numpy()
    for column, left in enumerate(columns):
        for row, bottom in enumerate(rows):
            cell = own.only((across == left) & (up == bottom))
            if cell.known.any():
                arrays[:, row, column] = (*mean_effect(cell), cell.known.sum())
    return Grid(title, *arrays)


def cells_frame(found: Outcome, layout: Layout, grids: Sequence[Grid], divisor: float, unit: str) -> pd.DataFrame:
    """Return the numbers drawn: a row per cell, also those without a result."""
    columns, rows = level_texts(found, layout.across), level_texts(found, layout.up)
    panels = shown_panels(found, layout) or [""]
    table = [
        {
            **{"policy": found.choice.policy, "kpi": found.choice.kpi, "unit": unit},
            **({layout.panels: panel} if layout.panels else {}),
            **{layout.up: rows[row], layout.across: columns[column]},
            **{"points": int(np.nan_to_num(grid.points[row, column])), "diff": grid.value[row, column] / divisor},
            **{"diff_low": grid.low[row, column] / divisor, "diff_high": grid.high[row, column] / divisor},
            "cannot_tell": bool(grid.unclear[row, column]),
        }
        for panel, grid in zip(panels, grids, strict=True)
        for row in range(len(rows))
        for column in range(len(columns))
    ]
    return pd.DataFrame(table)
