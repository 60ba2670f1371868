"""Interactive lines of the web page: values over a numeric axis, with bands or whiskers for intervals."""

from __future__ import annotations

import math
from itertools import groupby, pairwise
from typing import Any

from marketsim.reporting.charts.native import Lines, Series
from marketsim.reporting.numbers import plain
from marketsim.reporting.writers.html_colours import veiled
from marketsim.reporting.writers.html_plot import (
    HOVER,
    Plot,
    Trace,
    at,
    label,
    mark,
    named,
    shown,
    value_axis,
    whiskers,
)

_FEW_PLACES = 12
"""With no more places, intervals are whiskers, and every place has its number on the axis."""
_UNEVEN = 8.0
"""Widest gap between places over the narrowest from which a logarithmic axis keeps them apart."""
_HEIGHT = 330


def lines_plot(panel: Lines) -> Plot:
    """Return lines as a plot."""
    few = len(panel.places) <= _FEW_PLACES
    traces: list[Trace] = []
    for number, series in enumerate(panel.series):
        if not few:
            traces += _bands(panel, series, number)
        traces.append(_line(panel, series, number, few=few))
    layout = {"xaxis": _axis(panel, few=few), "yaxis": value_axis(), "height": _HEIGHT, "hovermode": "closest"}
    return Plot(panel.title, panel.y_title, panel.x_title, traces, layout)


def _line(panel: Lines, series: Series, number: int, *, few: bool) -> Trace:
    trace: Trace = {
        "type": "scatter",
        "mode": "lines+markers" if few else "lines",
        "name": label(series.name, 40),
        "legendgroup": f"series {number}",
        "showlegend": len(panel.series) > 1,
        "x": list(panel.places),
        "y": list(series.values),
        "customdata": [_mark(panel, series, index) for index in range(len(panel.places))],
        "hovertemplate": HOVER,
        "line": {"color": series.colour, "dash": series.dash, "width": 3 if series.strong else 1.8},
        "marker": {"color": series.colour, "size": 8 if series.strong else 6},
    }
    return trace | ({"error_y": whiskers(series.values, series.low, series.high, series.colour)} if few else {})


def _mark(panel: Lines, series: Series, index: int) -> list[Any]:
    place, value = panel.places[index], series.values[index]
    low, high = at(series.low, index), at(series.high, index)
    where = named(panel.x_title, plain(place, _digits_of(place)))
    return mark([series.name, where, named(panel.y_title, shown(value, low, high, panel.digits))], low, high)


def _bands(panel: Lines, series: Series, number: int) -> list[Trace]:
    """Return the interval of a line as areas, one for each stretch without a gap."""
    places = range(len(panel.places))
    known = [math.isfinite(at(series.low, i)) and math.isfinite(at(series.high, i)) for i in places]
    stretches = [list(group) for has, group in groupby(places, key=lambda i: known[i]) if has]
    return [_band(panel, series, number, stretch) for stretch in stretches if len(stretch) > 1]


def _band(panel: Lines, series: Series, number: int, stretch: list[int]) -> Trace:
    back = stretch[::-1]
    return {
        "type": "scatter",
        "mode": "lines",
        "legendgroup": f"series {number}",
        "showlegend": False,
        "hoverinfo": "skip",
        "x": [panel.places[i] for i in stretch] + [panel.places[i] for i in back],
        "y": [series.high[i] for i in stretch] + [series.low[i] for i in back],
        "fill": "toself",
        "fillcolor": veiled(series.colour, 0.18),
        "line": {"width": 0},
    }


def _axis(panel: Lines, *, few: bool) -> dict[str, Any]:
    places = list(panel.places)
    if not few:
        return value_axis(zeroline=False, showgrid=False)
    ticks = {"tickmode": "array", "tickvals": places, "ticktext": [plain(p, _digits_of(p)) for p in places]}
    gaps = [after - before for before, after in pairwise(places)]
    uneven = bool(gaps) and min(places) > 0 and min(gaps) > 0 and max(gaps) / min(gaps) > _UNEVEN
    return value_axis(zeroline=False, showgrid=False, **ticks, **({"type": "log"} if uneven else {}))


def _digits_of(place: float) -> int:
    """Return how many digits a place on an axis needs."""
    text = f"{place:.6g}"
    return len(text.partition(".")[2]) if "e" not in text else 0
