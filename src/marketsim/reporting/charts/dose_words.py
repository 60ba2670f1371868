"""The axis, the key and the finding of the dose-response chart."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator

from marketsim.reporting import style
from marketsim.reporting.charts.headings import fitting, in_a_row
from marketsim.reporting.estimates import Verdict, estimate, verdict
from marketsim.reporting.language import parameter_text, parameter_unit, say
from marketsim.reporting.measures import PROFIT, Measure, printer_for
from marketsim.reporting.numbers import joined
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
        return style.drawable(say("number in the name of the policies ({names})", names=names))
    unit = "%" if found[0].factor == _PER_CENT else parameter.unit
    meaning = parameter_text(parameter.meaning).rstrip(".。")
    return meaning if unit == "1" else say("{meaning} ({unit})", meaning=meaning, unit=parameter_unit(unit))


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
    return in_a_row(_shape(view, series) for series in found)


def heading(view: StudyView, found: tuple[Series, ...]) -> str:
    """Return what the first series says in a few words."""
    series, peak = found[0], _peak(view, found[0])
    first, last = series.points[0][1], series.points[-1][1]
    if peak in (first, last):
        return fitting(
            say("Mean profit is highest at {peak}, at the lower end", peak=peak)
            if peak == first
            else say("Mean profit is highest at {peak}, at the upper end", peak=peak),
            say("Mean profit is highest at an end of the series"),
        )
    if _behind(view, series, peak):
        return say("Whether profit has its peak inside the series cannot be told")
    return fitting(
        say("Mean profit rises and then falls again, highest at {peak}", peak=peak),
        say("Mean profit rises and then falls again"),
    )


def _peak(view: StudyView, series: Series) -> str:
    """Return the policy with the highest profit."""
    means = {policy: view.cell(policy, PROFIT).difference.mean for _, policy in series.points}
    return max(means, key=lambda policy: means[policy] if math.isfinite(means[policy]) else -math.inf)


def _behind(view: StudyView, series: Series, peak: str) -> list[str]:
    """Return the ends of a series that cannot be told from its peak."""
    profits, ends = view.worlds(PROFIT), (series.points[0][1], series.points[-1][1])
    return [end for end in ends if verdict(estimate(profits[peak] - profits[end])) != Verdict.UP]


def _shape(view: StudyView, series: Series) -> str:
    """Say whether profit has its peak inside the series, as far as paired differences to both ends tell."""
    peak, (first, last) = _peak(view, series), (series.points[0][1], series.points[-1][1])
    printer = printer_for(view, Measure(kpi(PROFIT)))
    difference = printer.difference_with_unit(view.cell(peak, PROFIT))
    text = say("Mean profit is highest at {peak}, {difference} against base", peak=peak, difference=difference)
    if peak == first:
        return say("{text}, at the lower end of the series {series}.", text=text, series=series.prefix)
    if peak == last:
        return say("{text}, at the upper end of the series {series}.", text=text, series=series.prefix)
    unclear = _behind(view, series, peak)
    if unclear:
        return say(
            "{text}; it cannot be told apart from {ends}, nor whether profit turns inside the series.",
            text=text,
            ends=joined(unclear),
        )
    return say(
        "{text}; it rises and then falls again: {peak} is ahead of {first} and of {last} beyond the intervals.",
        text=text,
        peak=peak,
        first=first,
        last=last,
    )
