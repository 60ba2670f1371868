"""Interactive bars of the web page: bars, dots and steps for categories, with whiskers for intervals."""

from __future__ import annotations

import math
from typing import Any

from marketsim.reporting import style
from marketsim.reporting.charts.native import Bars, Series, Waterfall
from marketsim.reporting.numbers import plain, signed
from marketsim.reporting.writers.html_plot import (
    HOVER,
    Plot,
    Trace,
    at,
    category_axis,
    label,
    mark,
    named,
    shown,
    value_axis,
    whiskers,
)

_HEIGHT = 340
_UPRIGHT_LABEL = 12
_LYING_LABEL = 20
_MOST_LABELLED = 14
_SPREAD = 0.7
"""Part of a category's room over which the dots of its series stand."""


def bars_plot(panel: Bars) -> Plot:
    """Return bars, or dots with whiskers, as a plot."""
    traces = [_bars(panel, series, number) for number, series in enumerate(panel.series)]
    names = category_axis(panel.categories, _LYING_LABEL if panel.horizontal else _UPRIGHT_LABEL)
    names["showgrid"] = panel.dots
    values = value_axis(**({"rangemode": "tozero"} if panel.dots and panel.shows_zero else {}))
    layout: dict[str, Any] = {"barmode": "relative" if panel.stacked else "group", "bargap": 0.3}
    if panel.horizontal:
        names["range"] = names["range"][::-1]
        layout |= {"xaxis": values, "yaxis": names, "height": _lying_height(panel)}
        return Plot(panel.title, "", panel.value_title, traces, layout)
    layout |= {"xaxis": names, "yaxis": values, "height": _HEIGHT}
    return Plot(panel.title, panel.value_title, "", traces, layout)


def _lying_height(panel: Bars) -> int:
    beside = 1 if panel.stacked else len(panel.series)
    return 70 + len(panel.categories) * max(30, 13 * beside + 12)


def _bars(panel: Bars, series: Series, number: int) -> Trace:
    return _dots(panel, series, number) if panel.dots else _solid(panel, series, number)


def _solid(panel: Bars, series: Series, number: int) -> Trace:
    places: list[float] = [float(index) for index in range(len(panel.categories))]
    trace = _common(panel, series, places) | {"type": "bar", "orientation": "h" if panel.horizontal else "v"}
    trace["offsetgroup"] = "0" if panel.stacked else str(number)
    if not series.low and len(panel.categories) * len(panel.series) <= _MOST_LABELLED:
        trace |= {"text": [_printed(value, panel.digits) for value in series.values], "textposition": "auto"}
    return trace


def _printed(value: float, digits: int) -> str:
    return plain(value, digits) if math.isfinite(value) else ""


def _dots(panel: Bars, series: Series, number: int) -> Trace:
    count = len(panel.series)
    shift = _SPREAD * ((number + 0.5) / count - 0.5)
    trace = _common(panel, series, [index + shift for index in range(len(panel.categories))])
    trace["marker"] |= {"size": 10 if series.strong else 8}
    return trace | {"type": "scatter", "mode": "markers"}


def _common(panel: Bars, series: Series, places: list[float]) -> Trace:
    across, along = ("y", "x") if panel.horizontal else ("x", "y")
    marks = [_mark(panel, series, index) for index in range(len(panel.categories))]
    colour: Any = list(panel.colours) if panel.colours and len(panel.series) == 1 else series.colour
    trace: Trace = {
        "name": label(series.name, 40),
        "showlegend": len(panel.series) > 1,
        across: places,
        along: list(series.values),
        "customdata": marks,
        "hovertemplate": HOVER,
        "marker": {"color": colour},
    }
    if series.low:
        ends = series.colour if panel.dots and isinstance(colour, str) else style.INK
        trace[f"error_{along}"] = whiskers(series.values, series.low, series.high, ends)
    return trace


def _mark(panel: Bars, series: Series, index: int) -> list[Any]:
    low, high = at(series.low, index), at(series.high, index)
    number = named(panel.value_title, shown(series.values[index], low, high, panel.digits))
    return mark([panel.categories[index], series.name if len(panel.series) > 1 else "", number], low, high)


# Steps from a start to a total


def waterfall_plot(panel: Waterfall) -> Plot:
    """Return a waterfall as a plot: bars that hang in the air, and thin lines from each to the next.

    They are bars and not the waterfall of plotly.js, as that has no whiskers.
    """
    layout = {
        "xaxis": _step_axis(panel),
        "yaxis": value_axis(),
        "height": _HEIGHT,
        "bargap": 0.35,
        "showlegend": False,
    }
    return Plot(panel.title, panel.value_title, "", [_links(panel), _steps(panel)], layout)


def _step_axis(panel: Waterfall) -> dict[str, Any]:
    """Return the names of the steps, each over its number, which has no room in small bars."""
    axis = category_axis(panel.steps, _UPRIGHT_LABEL)
    numbers = [signed(change, panel.digits) for change in panel.changes]
    return axis | {"ticktext": [f"{name}<br><b>{n}</b>" for name, n in zip(axis["ticktext"], numbers, strict=True)]}


def _starts(panel: Waterfall) -> list[float]:
    """Return where each step begins; the last, the total, at zero."""
    starts, height = [], 0.0
    for change in panel.changes[:-1]:
        starts.append(height)
        height += change if math.isfinite(change) else 0.0
    return [*starts, 0.0]


def _steps(panel: Waterfall) -> Trace:
    last = len(panel.changes) - 1
    colours = [style.focus() if change >= 0 else style.WARM for change in panel.changes[:-1]]
    trace: Trace = {
        "type": "bar",
        "x": list(range(last + 1)),
        "y": list(panel.changes),
        "base": _starts(panel),
        "customdata": [_step_mark(panel, index) for index in range(last + 1)],
        "hovertemplate": HOVER,
        "marker": {"color": [*colours, style.QUIET]},
    }
    return trace | ({"error_y": whiskers(panel.changes, panel.low, panel.high, style.INK)} if panel.low else {})


def _step_mark(panel: Waterfall, index: int) -> list[Any]:
    low, high = at(panel.low, index), at(panel.high, index)
    number = named(panel.value_title, shown(panel.changes[index], low, high, panel.digits))
    return mark([panel.steps[index], number], low, high)


def _links(panel: Waterfall) -> Trace:
    """Return the lines at the heights that the steps reach."""
    across: list[float | None] = []
    heights: list[float | None] = []
    for index, (start, change) in enumerate(zip(_starts(panel)[:-1], panel.changes[:-1], strict=True)):
        reached = start + (change if math.isfinite(change) else 0.0)
        across += [index, index + 1, None]
        heights += [reached, reached, None]
    line = {"color": style.QUIET, "width": 1, "dash": "dot"}
    return {"type": "scatter", "mode": "lines", "x": across, "y": heights, "hoverinfo": "skip", "line": line}
