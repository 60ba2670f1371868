"""Dose and response: what happens as one measure grows, for policies that form a numeric series."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart, Subject, whisker_notes
from marketsim.reporting.charts.dose_words import axis_title, finding, heading, key, number_axis
from marketsim.reporting.charts.native import Dash, Lines
from marketsim.reporting.charts.native import Series as NativeSeries
from marketsim.reporting.estimates import Estimate
from marketsim.reporting.language import kpi_title, message, say
from marketsim.reporting.measures import (
    PROFIT,
    Measure,
    Printer,
    has_own_reference,
    printer_for,
    served_tiers,
    tier_people,
    tier_title,
    touched_desks,
    vip_tier,
)
from marketsim.reporting.series import Series, series_of, wants_log_axis
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi
from marketsim.results.tables import BASE

_MOST_SERIES = 3
_LABEL_GAP = 0.09
_TICKETS = {
    "contact": message("tickets, contact desk"),
    "field": message("tickets, field desk"),
    "case": message("tickets, case desk"),
}


@dataclass(frozen=True)
class _Line:
    """One line of a panel: a measure along a series, as a level or as a difference to the base."""

    printer: Printer
    series: Series
    colour: str
    dashes: Any
    marker: str
    hollow: bool
    banded: bool


@dataclass(frozen=True)
class _Panel:
    title: str
    unit: str
    lines: tuple[_Line, ...]
    difference: bool

    @property
    def value_title(self) -> str:
        """Title of the axis of values."""
        return say("{unit}, difference", unit=self.unit) if self.difference else self.unit

    @property
    def is_of_size(self) -> bool:
        """Whether it shows how large a tier is, which nothing is compared with."""
        return any(line.printer.measure.kpi.name == "customer_pct" for line in self.lines)


def dose(subject: Subject) -> Chart | None:
    """Draw the key figures and the lane's width against the number; None without a series."""
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
    number_axis(grid[: len(panels)], found, log=log)
    figure.supxlabel(f"{axis_title(found)}\n\n", fontsize=9, color=style.INK)
    key(figure, found)
    notes = whisker_notes(subject, [Measure(kpi("satisfaction"), tier) for tier in served_tiers(subject.view)])
    footer = f"{subject.footer()}\n{' · '.join(notes)}"
    figure.text(0.006, 0.004, footer, fontsize=7.5, color=style.QUIET, ha="left", va="bottom")
    return Chart(
        "dose_response",
        say("How the effect moves from {first} to {last}", first=found[0].points[0][1], last=found[0].points[-1][1]),
        finding(subject.view, found),
        say(
            "Lines with 95 % intervals against the number in the policies' names: differences of profit and "
            "shares to the base, waits and satisfaction of VIPs and ordinary customers, and the lane's share of "
            "customers and tickets."
        ),
        figure,
        pd.concat(frames, ignore_index=True),
        tuple(_native(panel, frame, axis_title(found)) for panel, frame in zip(panels, frames, strict=True)),
        heading(subject.view, found),
    )


def _native(panel: _Panel, frame: pd.DataFrame, x_title: str) -> Lines:
    """Return a panel for programs that draw charts themselves; levels that are compared with stand beside as dots."""
    places = tuple(sorted({float(number) for number in frame["number"]}))
    series, partners = [], {}
    for line in panel.lines:
        measure = line.printer.measure
        own = frame[(frame["series"] == line.series.prefix) & (frame["kpi"] == measure.kpi.name)]
        own = own[own["tier"] == measure.tier].set_index("number").reindex(list(places))
        values, low, high, partner = (
            tuple(float(v) for v in own[name]) for name in ("value", "low", "high", "partner")
        )
        dash: Dash = "solid" if line.dashes == style.DASHES[0] else "dash"
        name = " ".join(dict.fromkeys((line.series.prefix, _line_name(measure)) if len(panel.lines) > 1 else ("",)))
        series.append(NativeSeries(name, values, low, high, line.colour, dash, strong=not line.hollow))
        partners[partner] = NativeSeries(say("base"), partner, colour=style.QUIET, dash="dot")
    beside = [] if panel.difference or panel.is_of_size else list(partners.values())
    digits = max(
        line.printer.difference_digits if panel.difference else line.printer.level_digits for line in panel.lines
    )
    return Lines(panel.title, places, (*series, *beside), x_title, panel.value_title, digits)


# Panels


def _panels(view: StudyView, found: tuple[Series, ...]) -> list[_Panel]:
    tiers = served_tiers(view)
    wait = f"busy_wait_{touched_desks(view)[0]}_minutes"
    panels = [
        _panel(view, found, [Measure(kpi(name))], difference=True)
        for name in (PROFIT, "share_energy", "share_customers")
    ]
    panels += [
        _panel(view, found, [Measure(kpi(name), tier) for tier in tiers], difference=False)
        for name in (wait, "satisfaction")
    ]
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
            style.policy_colours()[place if several else (order if len(measures) > 1 else 0)],
            style.DASHES[order if len(measures) > 1 else place],
            style.MARKERS[place if several else order],
            order > 0,
            not several,
        )
        for place, series in enumerate(found)
        for order, printer in enumerate(printers)
    )
    scale = printers[0].scale
    return _Panel(_panel_title(measures), scale.difference_unit if difference else scale.unit, lines, difference)


def _panel_title(measures: list[Measure]) -> str:
    names = {measure.kpi.name for measure in measures}
    if "customer_pct" in names:
        return say("The {people}' share of", people=tier_people(measures[0].tier))
    if any(name.startswith("busy_wait") for name in names):
        return say("Mean wait, busiest hours")
    return kpi_title(measures[0].kpi)


def _draw(axes: Axes, panel: _Panel, view: StudyView, log: bool) -> pd.DataFrame:
    frames = [_draw_line(axes, line, view, difference=panel.difference) for line in panel.lines]
    axes.set_title(panel.title)
    axes.set_ylabel(panel.value_title, fontsize=8.5)
    axes.margins(x=0.06, y=0.12)
    if not panel.difference and panel.lines[0].printer.measure.kpi.unit in ("minutes", "%"):
        axes.set_ylim(bottom=0)
    if panel.difference:
        style.zero_line(axes, vertical=False)
    else:
        _base_levels(axes, panel, view)
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
        found = cell.difference if difference else cell.paired_level
        if difference and policy == BASE:
            found = Estimate(cell.level.n, 0.0, 0.0, 0.0)
        if math.isfinite(found.mean):
            rows.append(
                (
                    line.series.prefix,
                    number,
                    policy,
                    line.printer.measure.kpi.name,
                    line.printer.measure.tier,
                    found.n,
                    found.mean / divisor,
                    _low(line, found.low / divisor, difference=difference),
                    found.high / divisor,
                    math.nan if difference else cell.partner_mean / divisor,
                )
            )
    columns = ["series", "number", "policy", "kpi", "tier", "n", "value", "low", "high", "partner"]
    return pd.DataFrame(rows, columns=columns)


def _low(line: _Line, low: float, *, difference: bool) -> float:
    """Return the lower end of a whisker; no wait, share or satisfaction is below zero."""
    never_negative = not difference and line.printer.measure.kpi.unit in ("minutes", "%", "0-100")
    return max(low, 0.0) if never_negative and math.isfinite(low) else low


def _with_base(series: Series) -> list[tuple[float, str]]:
    points = list(series.points)
    if series.base_number is not None and series.base_number not in series.numbers:
        points.append((series.base_number, BASE))
    return sorted(points)


def _draw_line(axes: Axes, line: _Line, view: StudyView, *, difference: bool) -> pd.DataFrame:
    points = _points(line, view, difference=difference)
    face = "white" if line.hollow else line.colour
    axes.plot(
        points["number"],
        points["value"],
        color=line.colour,
        linestyle=line.dashes,
        linewidth=1.5,
        marker=line.marker,
        markersize=4.5,
        markerfacecolor=face,
        zorder=3,
    )
    known = points[points["low"].notna()]
    axes.vlines(known["number"], known["low"], known["high"], color=line.colour, linewidth=1.3, zorder=2)
    if line.banded:
        axes.fill_between(known["number"], known["low"], known["high"], color=line.colour, alpha=0.1, linewidth=0)
    return points


def _base_levels(axes: Axes, panel: _Panel, view: StudyView) -> None:
    """Mark the level of the base, once where the tiers share it; a line where other customers are in a tier each time."""
    levels = {line.printer.measure: line for line in panel.lines}
    if panel.is_of_size:
        return
    look: dict[str, Any] = {"color": style.QUIET, "linewidth": 0.9, "linestyle": (0, (1.5, 2)), "zorder": 1}
    named = []
    for line in panel.lines if any(has_own_reference(view, measure) for measure in levels) else levels.values():
        numbers, values = _partners(line, view)
        if has_own_reference(view, line.printer.measure):
            axes.plot(numbers, values, **look)
        elif values:
            axes.axhline(values[0], **look)
        named += values[-1:]
    low, high = axes.get_ylim()
    for value in _apart(named, _LABEL_GAP * (high - low)):
        style.note(
            axes,
            say("base"),
            (1, value),
            (3, 0),
            xycoords=("axes fraction", "data"),
            ha="left",
            va="center",
            fontsize=7,
            color=style.QUIET,
            annotation_clip=False,
        )


def _partners(line: _Line, view: StudyView) -> tuple[list[float], list[float]]:
    """Return the numbers of a line, and the levels with which it is compared there; just that of the base if always."""
    measure, divisor = line.printer.measure, line.printer.scale.divisor
    points = _with_base(line.series) if has_own_reference(view, measure) else [(0.0, BASE)]
    found = [(number, measure.cell(view, policy).partner_mean / divisor) for number, policy in points]
    known = [(number, value) for number, value in found if math.isfinite(value)]
    return [number for number, _ in known], [value for _, value in known]


def _apart(values: list[float], gap: float) -> list[float]:
    """Leave out values whose labels would touch."""
    kept: list[float] = []
    for value in sorted(values):
        if not kept or value - kept[-1] >= gap:
            kept.append(value)
    return kept


def _name_lines(axes: Axes, panel: _Panel, view: StudyView) -> None:
    """Name the lines of a panel; with several series colours tell the series and dashes the measure."""
    seen: dict[Measure, _Line] = {}
    for line in panel.lines:
        seen.setdefault(line.printer.measure, line)
    several = len({line.series.prefix for line in panel.lines}) > 1
    handles = []
    for measure, line in seen.items():
        colour = style.INK if several else line.colour
        marker, face = ("", "none") if several else (line.marker, "white" if line.hollow else colour)
        handles.append(
            Line2D(
                [],
                [],
                color=colour,
                linestyle=line.dashes,
                marker=marker,
                markersize=4.5,
                markerfacecolor=face,
                label=_line_name(measure),
            )
        )
    axes.legend(handles=handles, loc="best", fontsize=7.5, handlelength=2.4)


def _line_name(measure: Measure) -> str:
    if measure.kpi.name == "customer_pct":
        return say("customers")
    if measure.kpi.name.startswith("ticket_share"):
        return say(_TICKETS[measure.kpi.name.removeprefix("ticket_share_")])
    return tier_title(measure.tier)
