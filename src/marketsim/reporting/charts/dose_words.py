"""The axis, the key and the finding of the dose-response chart."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator

from marketsim.reporting import style
from marketsim.reporting.estimates import Verdict, estimate, verdict
from marketsim.reporting.measures import PROFIT, Measure, printer_for
from marketsim.reporting.parameters import described
from marketsim.reporting.series import Series
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi

_PER_CENT = 100.0


def number_axis(grid: Any, found: tuple[Series, ...], *, log: bool) -> None:
    """Label the axes at the numbers of the series."""
    numbers = sorted({number for series in found for number in series.numbers})
    shown = _apart(numbers, log)
    for axes in grid:
        axes.xaxis.set_major_locator(FixedLocator(shown))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.tick_params(labelbottom=True)


def _apart(numbers: list[float], log: bool) -> list[float]:
    """Leave out numbers whose labels would touch."""
    places = [math.log(number) if log else number for number in numbers]
    gap = 0.07 * (places[-1] - places[0])
    kept: list[int] = []
    for index, place in enumerate(places):
        if not kept or place - places[kept[-1]] >= gap:
            kept.append(index)
    return [numbers[index] for index in kept]


def axis_title(found: tuple[Series, ...]) -> str:
    """Return what the number means and its unit, from the schema where the policies change one path."""
    paths = {series.path for series in found}
    path = paths.pop() if len(paths) == 1 else ""
    parameter = described(path) if path else None
    if parameter is None:
        names = ", ".join(f"{series.prefix}_…" for series in found)
        return style.drawable(f"number in the name of the policies ({names})")
    unit = "%" if found[0].factor == _PER_CENT else parameter.unit
    return f"{parameter.meaning.rstrip('.')}{f' ({unit})' if unit != '1' else ''}"


def key(figure: Figure, found: tuple[Series, ...]) -> None:
    """Name the series where there are several."""
    if len(found) < 2:
        return
    handles = [
        Line2D(
            [],
            [],
            color=style.policy_colours()[place],
            marker=style.MARKERS[place],
            markersize=4.5,
            label=style.drawable(series.prefix),
        )
        for place, series in enumerate(found)
    ]
    figure.legend(handles=handles, loc="outside upper right", ncols=len(handles))


def finding(view: StudyView, found: tuple[Series, ...]) -> str:
    """Say for each series where profit is highest, and whether it turns inside the series."""
    return " ".join(_shape(view, series) for series in found)


def _shape(view: StudyView, series: Series) -> str:
    """Say whether profit has its peak inside the series, as far as paired differences to both ends tell."""
    profits = view.worlds(PROFIT)
    policies = [policy for _, policy in series.points]
    means = {policy: view.cell(policy, PROFIT).difference.mean for policy in policies}
    peak = max(policies, key=lambda policy: means[policy] if math.isfinite(means[policy]) else -math.inf)
    printer = printer_for(view, Measure(kpi(PROFIT)))
    text = f"Profit is highest at {peak}, {printer.difference_with_unit(view.cell(peak, PROFIT))} against base"
    first, last = policies[0], policies[-1]
    if peak in (first, last):
        return f"{text}, at the {'lower' if peak == first else 'upper'} end of the series {series.prefix}."
    gaps = [verdict(estimate(profits[peak] - profits[end])) for end in (first, last)]
    if gaps == [Verdict.UP, Verdict.UP]:
        ends = f"{peak} is ahead of {first} and of {last} beyond the intervals"
        return f"{text}; it rises and then falls again: {ends}."
    unclear = " and ".join(end for end, gap in zip((first, last), gaps, strict=True) if gap != Verdict.UP)
    return f"{text}; it cannot be told apart from {unclear}, nor whether profit turns inside the series."
