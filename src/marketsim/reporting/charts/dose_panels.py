"""What the dose-response chart shows: its panels, and the lines with their points in each."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from marketsim.reporting import style
from marketsim.reporting.estimates import Estimate
from marketsim.reporting.language import kpi_title, message, say, translated
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
from marketsim.reporting.numbers import joined
from marketsim.reporting.series import Series
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi
from marketsim.results.tables import BASE

_TICKETS = {
    "contact": message("tickets, contact desk"),
    "field": message("tickets, field desk"),
    "case": message("tickets, case desk"),
}


@dataclass(frozen=True)
class Line:
    """One line of a panel: a measure along a series, as a level or as a difference to the base."""

    printer: Printer
    series: Series
    colour: str
    dashes: Any
    marker: str
    hollow: bool
    banded: bool


@dataclass(frozen=True)
class Panel:
    """One panel: measures of one unit along the series, as levels or as differences to the base."""

    title: str
    unit: str
    lines: tuple[Line, ...]
    difference: bool

    @property
    def value_title(self) -> str:
        """Title of the axis of values."""
        return say("{unit}, difference", unit=self.unit) if self.difference else self.unit

    @property
    def is_of_size(self) -> bool:
        """Whether it shows how large a tier is, which nothing is compared with."""
        return any(line.printer.measure.kpi.name == "customer_pct" for line in self.lines)


def panels_of(view: StudyView, found: tuple[Series, ...]) -> list[Panel]:
    """Return the panels: profit and shares against the base, waits and satisfaction by tier, and the size of the best tier."""
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


def _panel(view: StudyView, found: tuple[Series, ...], measures: list[Measure], *, difference: bool) -> Panel:
    printers = [printer_for(view, measure) for measure in measures]
    several = len(found) > 1
    lines = tuple(
        Line(
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
    return Panel(_panel_title(measures), scale.difference_unit if difference else scale.unit, lines, difference)


def _panel_title(measures: list[Measure]) -> str:
    names = {measure.kpi.name for measure in measures}
    if "customer_pct" in names:
        return say("The {people}' share of", people=tier_people(measures[0].tier))
    if any(name.startswith("busy_wait") for name in names):
        return say("Mean wait, busiest hours")
    return kpi_title(measures[0].kpi)


def points_of(line: Line, view: StudyView, *, difference: bool) -> pd.DataFrame:
    """Return the points of a line with their intervals, and the level with which each is compared."""
    divisor = line.printer.scale.divisor
    rows = []
    for number, policy in with_base(line.series):
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


def _low(line: Line, low: float, *, difference: bool) -> float:
    """Return the lower end of a whisker; no wait, share or satisfaction is below zero."""
    never_negative = not difference and line.printer.measure.kpi.unit in ("minutes", "%", "0-100")
    return max(low, 0.0) if never_negative and math.isfinite(low) else low


def with_base(series: Series) -> list[tuple[float, str]]:
    """Return (number, policy) of a series in order, with the base where it has a number."""
    points = list(series.points)
    if series.base_number is not None and series.base_number not in series.numbers:
        points.append((series.base_number, BASE))
    return sorted(points)


def line_name(measure: Measure) -> str:
    """Return what a line is called beside others of its panel."""
    if measure.kpi.name == "customer_pct":
        return say("customers")
    if measure.kpi.name.startswith("ticket_share"):
        return say(_TICKETS[measure.kpi.name.removeprefix("ticket_share_")])
    return tier_title(measure.tier)


def base_name(lines: Iterable[Line], panel: Panel) -> str:
    """Return what the level of the base is called to which lines of a panel are compared: with its tier, unless all share it."""
    tiers = dict.fromkeys(line.printer.measure.tier for line in lines)
    if len(tiers) == len({line.printer.measure.tier for line in panel.lines}):
        return translated(BASE)
    return say("base, {tier}", tier=joined(tier_title(tier) for tier in tiers))
