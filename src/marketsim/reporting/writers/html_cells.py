"""Interactive tables of coloured cells of the web page: heat maps, and matrices of policies."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from marketsim.reporting import style
from marketsim.reporting.charts.native import Cells
from marketsim.reporting.language import say
from marketsim.reporting.numbers import plain
from marketsim.reporting.writers.html_colours import blend
from marketsim.reporting.writers.html_plot import HOVER, Plot, Trace, category_axis, label, mark, named

_MOST_PRINTED_CELLS = 160
_COLOURED = 0.9
"""Part of the cells whose values lie within the reach of the colours."""
_LEAST_CELLS, _MOST_CELLS = 170, 640
"""Least and most height of a table of cells."""
_MIDDLE = "#F4F2EE"
"""Colour of cells near zero: nearly white, so that the colours on both sides of it part from it."""


def reach_of(panels: Iterable[Cells]) -> tuple[float, float]:
    """Return the values at the ends of the colours: all but the largest tenth by size lie between them.

    One cell far from all others would else leave all others pale; it has the colour of the end, and its number.
    """
    values = [value for panel in panels for row in panel.values for value in row if math.isfinite(value)]
    sizes = sorted(abs(value) for value in values)
    if not sizes:
        return 0.0, 1.0
    reach = sizes[math.ceil(_COLOURED * len(sizes)) - 1] or sizes[-1] or 1.0
    return max(min(values), -reach), min(max(values), reach)


def cells_plot(panel: Cells, reach: tuple[float, float]) -> Plot:
    """Return a table of coloured cells as a plot; what cannot be told is hatched.

    Args:
        panel: the table.
        reach: values at the ends of the colours; those that part at zero reach as far on both sides.
    """
    rows, columns = len(panel.rows), len(panel.columns)
    wide = max((len(name) for name in panel.rows), default=0) > 8
    layout: dict[str, Any] = {
        "xaxis": category_axis(panel.columns, 12) | {"range": [-0.5, columns - 0.5]},
        "yaxis": category_axis(panel.rows, 18 if wide else 10) | {"range": [rows - 0.5, -0.5]},
        "height": min(max(110 + 34 * rows, _LEAST_CELLS), _MOST_CELLS),
    }
    traces = [_cells(panel, reach)]
    places = [(r, c) for r in range(rows) for c in range(columns) if _is_unclear(panel, r, c)]
    if places:
        layout["shapes"] = [_hatch(places)]
        traces.append(_hatch_in_legend())
    below = " · ".join(part for part in (panel.x_title, say("colour: {what}", what=panel.value_title)) if part)
    return Plot(panel.title, panel.y_title, below, traces, layout)


def _cells(panel: Cells, reach: tuple[float, float]) -> Trace:
    rows, columns = range(len(panel.rows)), range(len(panel.columns))
    trace: Trace = {
        "type": "heatmap",
        "x": list(columns),
        "y": list(rows),
        "z": [list(row) for row in panel.values],
        "customdata": [[_cell_mark(panel, row, column) for column in columns] for row in rows],
        "hovertemplate": HOVER,
        "hoverongaps": False,
        "xgap": 1,
        "ygap": 1,
        "colorbar": {
            "title": {"text": label(panel.value_title, 16), "side": "top"},
            "thickness": 12,
            "outlinewidth": 0,
        },
    }
    if len(panel.rows) * len(panel.columns) <= _MOST_PRINTED_CELLS:
        trace |= {"text": [[_printed(panel, v) for v in row] for row in panel.values], "texttemplate": "%{text}"}
    return trace | _scale(panel, *reach)


def _printed(panel: Cells, value: float) -> str:
    return plain(value, panel.digits) if math.isfinite(value) else ""


def _scale(panel: Cells, least: float, most: float) -> dict[str, Any]:
    """Return the colours: parted at zero, or from pale to the leading colour."""
    leading = style.focus()
    if not panel.diverging:
        return {"colorscale": [[0.0, _MIDDLE], [1.0, leading]], "zmin": least, "zmax": most}
    reach = max(abs(least), abs(most))
    half = [[0.0, style.WARM], [0.25, blend(style.WARM, _MIDDLE, 0.5)], [0.5, _MIDDLE]]
    scale = [*half, [0.75, blend(leading, _MIDDLE, 0.5)], [1.0, leading]]
    return {"colorscale": scale, "zmin": -reach, "zmax": reach}


def _is_unclear(panel: Cells, row: int, column: int) -> bool:
    return bool(panel.unclear) and panel.unclear[row][column] and math.isfinite(panel.values[row][column])


def _cell_mark(panel: Cells, row: int, column: int) -> list[Any]:
    lines = [
        named(panel.y_title, panel.rows[row]),
        named(panel.x_title, panel.columns[column]),
        named(panel.value_title, plain(panel.values[row][column], panel.digits)),
        say("cannot be told from zero") if _is_unclear(panel, row, column) else "",
    ]
    return mark(lines)


def _hatch(places: list[tuple[int, int]]) -> dict[str, Any]:
    """Return slanted lines over the cells at these places (row, column), all in one shape."""
    return {
        "type": "path",
        "path": " ".join(_slants(row, column) for row, column in places),
        "line": {"color": style.QUIET, "width": 1.2},
        "layer": "above",
    }


def _slants(row: int, column: int) -> str:
    """Return slanted lines across two corners of a cell as a path, which leave its number free."""
    left, right, top, low = column - 0.49, column + 0.49, row - 0.49, row + 0.49
    near, far = column - 0.2, column + 0.2
    return (
        f"M {left} {row - 0.2} L {near} {top} M {left} {row + 0.2} L {far} {top} "
        f"M {near} {low} L {right} {row - 0.2} M {far} {low} L {right} {row + 0.2}"
    )


def _hatch_in_legend() -> Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": label(say("hatched: cannot tell"), 60),
        "x": [None],
        "y": [None],
        "showlegend": True,
        "hoverinfo": "skip",
        "marker": {"symbol": "line-ne", "size": 12, "line": {"color": style.QUIET, "width": 1.5}},
    }
