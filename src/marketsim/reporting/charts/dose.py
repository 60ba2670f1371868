"""Dose and response: what happens as one measure grows, for policies that form a numeric series."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullFormatter, NullLocator

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart, Subject
from marketsim.reporting.measures import (
    PROFIT,
    Measure,
    Printer,
    printer_for,
    served_tiers,
    tier_people,
    tier_title,
    touched_desks,
    vip_tier,
)
from marketsim.reporting.parameters import described
from marketsim.reporting.series import Series, series_of, wants_log_axis
from marketsim.reporting.view import Estimate, StudyView, Verdict, estimate, verdict
from marketsim.results.tables import ALL, BASE, kpi

_MOST_SERIES = 3


@dataclass(frozen=True)
class _Line:
    """One line of a panel: a measure along a series, as a level or as a difference to the base."""

    printer: Printer
    series: Series
    colour: str
    dashes: Any
    marker: str
    hollow: bool


@dataclass(frozen=True)
class _Panel:
    title: str
    unit: str
    lines: tuple[_Line, ...]
    difference: bool


def dose(subject: Subject) -> Chart | None:
    """Draw profit, shares, waits, satisfaction and the lane's width against the number; None without a series."""
    found = series_of(subject.view)[:_MOST_SERIES]
    if not found:
        return None
    log = wants_log_axis(found)
    panels = _panels(subject.view, found)
    figure = style.new_figure(6.3)
    grid = figure.subplots(2, 3, sharex=True).flatten()
    frames = [_draw(axes, panel, subject.view, log) for axes, panel in zip(grid, panels, strict=False)]
    for axes in grid[len(panels) :]:
        axes.set_visible(False)
    _number_axis(grid[: len(panels)], found, log)
    figure.supxlabel(f"{_axis_title(found)}\n", fontsize=9, color=style.INK)
    _key(figure, subject.view, found)
    figure.text(0.006, 0.006, subject.footer(), fontsize=7.5, color=style.QUIET, ha="left", va="bottom")
    return Chart(
        "dose_response",
        f"How the effect moves from {found[0].points[0][1]} to {found[0].points[-1][1]}",
        _finding(subject.view, found),
        "Lines with 95 % intervals against the number in the policies' names: differences of profit and shares to the base, "
        "waits and satisfaction of VIPs and ordinary customers, and the lane's share of customers and tickets.",
        figure,
        pd.concat(frames, ignore_index=True),
    )


# Panels


def _panels(view: StudyView, found: tuple[Series, ...]) -> list[_Panel]:
    tiers = served_tiers(view)
    wait = f"busy_wait_{touched_desks(view)[0]}_minutes"
    panels = [_panel(view, found, [Measure(kpi(name))], difference=True) for name in (PROFIT, "share_energy", "share_customers")]
    panels += [_panel(view, found, [Measure(kpi(name), tier) for tier in tiers], difference=False) for name in (wait, "satisfaction")]
    tier = vip_tier(view)
    if tier is not None:
        names = ("customer_pct", f"ticket_share_{touched_desks(view)[0]}")
        panels.append(_panel(view, found, [Measure(kpi(name), tier) for name in names], difference=False))
    return panels


def _panel(view: StudyView, found: tuple[Series, ...], measures: list[Measure], *, difference: bool) -> _Panel:
    printers = [printer_for(view, measure) for measure in measures]
    several = len(found) > 1
    lines = tuple(
        _Line(
            printer,
            series,
            style.POLICY_COLOURS[place if several else (order if len(measures) > 1 else 0)],
            style.DASHES[order if len(measures) > 1 else place],
            style.MARKERS[place if several else order],
            order > 0,
        )
        for place, series in enumerate(found)
        for order, printer in enumerate(printers)
    )
    scale = printers[0].scale
    return _Panel(_panel_title(measures), scale.difference_unit if difference else scale.unit, lines, difference)


def _panel_title(measures: list[Measure]) -> str:
    names = {measure.kpi.name for measure in measures}
    if "customer_pct" in names:
        return f"The {tier_people(measures[0].tier)}' share of"
    if any(name.startswith("busy_wait") for name in names):
        return "Mean wait, busiest hours"
    return measures[0].kpi.title


def _draw(axes: Axes, panel: _Panel, view: StudyView, log: bool) -> pd.DataFrame:
    frames = [_draw_line(axes, line, view, difference=panel.difference) for line in panel.lines]
    if panel.difference:
        style.zero_line(axes, vertical=False)
    else:
        _base_levels(axes, panel, view)
    axes.set_title(panel.title)
    axes.set_ylabel(f"{panel.unit}{', difference' if panel.difference else ''}", fontsize=8.5)
    axes.margins(x=0.06, y=0.12)
    if panel.unit in ("min", "%"):
        axes.set_ylim(bottom=0)
    if len({line.printer.measure for line in panel.lines}) > 1:
        _name_lines(axes, panel, view)
    if log:
        axes.set_xscale("log")
    return pd.concat(frames, ignore_index=True).assign(panel=panel.title, unit=panel.unit)


def _points(line: _Line, view: StudyView, *, difference: bool) -> pd.DataFrame:
    divisor = line.printer.scale.divisor
    rows = []
    for number, policy in _with_base(line.series):
        cell = line.printer.measure.cell(view, policy)
        found = cell.difference if difference else cell.level
        if difference and policy == BASE:
            found = Estimate(cell.level.n, 0.0, 0.0, 0.0)
        if math.isfinite(found.mean):
            rows.append((line.series.prefix, number, policy, line.printer.measure.kpi.name, line.printer.measure.tier, found.n, found.mean / divisor, found.low / divisor, found.high / divisor))  # fmt: skip
    return pd.DataFrame(rows, columns=["series", "number", "policy", "kpi", "tier", "n", "value", "low", "high"])


def _with_base(series: Series) -> list[tuple[float, str]]:
    points = list(series.points)
    if series.base_number is not None and series.base_number not in series.numbers:
        points.append((series.base_number, BASE))
    return sorted(points)


def _draw_line(axes: Axes, line: _Line, view: StudyView, *, difference: bool) -> pd.DataFrame:
    points = _points(line, view, difference=difference)
    face = "white" if line.hollow else line.colour
    axes.plot(points["number"], points["value"], color=line.colour, linestyle=line.dashes, linewidth=1.5, marker=line.marker, markersize=4.5, markerfacecolor=face, zorder=3)  # fmt: skip
    known = points[points["low"].notna()]
    axes.vlines(known["number"], known["low"], known["high"], color=line.colour, linewidth=1.3, zorder=2)
    axes.fill_between(known["number"], known["low"], known["high"], color=line.colour, alpha=0.1, linewidth=0)
    return points


def _base_levels(axes: Axes, panel: _Panel, view: StudyView) -> None:
    """Mark the level of the base, once where the tiers share it."""
    levels = {line.printer.measure: line for line in panel.lines}
    if any(measure.kpi.name == "customer_pct" for measure in levels):
        return
    for measure, line in levels.items():
        value = measure.cell(view, BASE).level.mean / line.printer.scale.divisor
        if math.isfinite(value):
            axes.axhline(value, color=style.QUIET, linewidth=0.9, linestyle=(0, (1.5, 2)), zorder=1)
            axes.annotate("base", (1, value), (-2, 2), xycoords=("axes fraction", "data"), textcoords="offset points", ha="right", va="bottom", fontsize=7, color=style.QUIET)  # fmt: skip


def _name_lines(axes: Axes, panel: _Panel, view: StudyView) -> None:
    """Name the lines of a panel in its legend; with several series colours tell the series, dashes the measure."""
    seen: dict[Measure, _Line] = {}
    for line in panel.lines:
        seen.setdefault(line.printer.measure, line)
    several = len({line.series.prefix for line in panel.lines}) > 1
    handles = []
    for measure, line in seen.items():
        colour = style.INK if several else line.colour
        marker, face = ("", "none") if several else (line.marker, "white" if line.hollow else colour)
        handles.append(Line2D([], [], color=colour, linestyle=line.dashes, marker=marker, markersize=4.5, markerfacecolor=face, label=_line_name(measure)))  # fmt: skip
    axes.legend(handles=handles, loc="best", fontsize=7.5, handlelength=2.4)


def _line_name(measure: Measure) -> str:
    if measure.kpi.name == "customer_pct":
        return "customers"
    if measure.kpi.name.startswith("ticket_share"):
        return f"tickets, {measure.kpi.name.removeprefix('ticket_share_')} desk"
    return tier_title(measure.tier)


# Axis and words


def _number_axis(grid: Any, found: tuple[Series, ...], log: bool) -> None:
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


def _axis_title(found: tuple[Series, ...]) -> str:
    paths = {series.path for series in found}
    path = paths.pop() if len(paths) == 1 else ""
    parameter = described(path) if path else None
    if parameter is None:
        return f"number in the name of the policies ({', '.join(f'{series.prefix}_…' for series in found)})"
    return f"{parameter.meaning.rstrip('.')} ({parameter.unit if parameter.unit != '1' else 'x 100'})"


def _key(figure: Figure, view: StudyView, found: tuple[Series, ...]) -> None:
    if len(found) < 2:
        return
    handles = [
        Line2D([], [], color=style.POLICY_COLOURS[place], marker=style.MARKERS[place], markersize=4.5, label=series.prefix)
        for place, series in enumerate(found)
    ]
    figure.legend(handles=handles, loc="outside upper right", ncols=len(handles))


def _finding(view: StudyView, found: tuple[Series, ...]) -> str:
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
        return f"{text}; it rises and then falls again: {peak} is ahead of {first} and of {last} beyond the intervals."
    unclear = [end for end, gap in zip((first, last), gaps, strict=True) if gap != Verdict.UP]
    return f"{text}; it cannot be told apart from {' and '.join(unclear)}, so whether profit turns inside the series cannot be told."
