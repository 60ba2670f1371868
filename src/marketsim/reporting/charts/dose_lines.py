"""How the dose-response chart draws a panel: lines with intervals, the level of the base, and the names of lines."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from marketsim.reporting import style
from marketsim.reporting.charts.dose_panels import Line, Panel, base_name, line_name, points_of, with_base
from marketsim.reporting.measures import Measure, has_own_reference
from marketsim.reporting.view import StudyView
from marketsim.results.tables import BASE

_LABEL_GAP = 0.09
_HEADROOM = 0.14
"""Part of the height that the names of lines need above them."""
_LABEL_WIDTH = 9
"""Width of a line beside a panel, in Latin letters."""


def draw_panel(axes: Axes, panel: Panel, view: StudyView, log: bool) -> pd.DataFrame:
    """Draw a panel and return the numbers that it shows.

    Args:
        axes: where it is drawn.
        panel: its lines.
        view: the study.
        log: whether the numbers of the series stand on a logarithmic axis.
    """
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


def _draw_line(axes: Axes, line: Line, view: StudyView, *, difference: bool) -> pd.DataFrame:
    points = points_of(line, view, difference=difference)
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


def _base_levels(axes: Axes, panel: Panel, view: StudyView) -> None:
    """Mark the level of the base, once where the tiers share it; a line where other customers are in a tier each time."""
    if panel.is_of_size:
        return
    look: dict[str, Any] = {"color": style.QUIET, "linewidth": 0.9, "linestyle": (0, (1.5, 2)), "zorder": 1}
    ends: list[tuple[float, Line]] = []
    for line in _with_own_base(panel, view):
        numbers, values = _partners(line, view)
        if has_own_reference(view, line.printer.measure):
            axes.plot(numbers, values, **look)
        elif values:
            axes.axhline(values[0], **look)
        ends += [(value, line) for value in values[-1:]]
    low, high = axes.get_ylim()
    for group in _apart(ends, _LABEL_GAP * (high - low)):
        lines = [line for _, line in group]
        _label_base(axes, style.folded(base_name(lines, panel), _LABEL_WIDTH), sum(y for y, _ in group) / len(group))


def _with_own_base(panel: Panel, view: StudyView) -> list[Line]:
    """Return the lines with a level of the base of their own: one of each measure where all policies share it."""
    if any(has_own_reference(view, line.printer.measure) for line in panel.lines):
        return list(panel.lines)
    return list({line.printer.measure: line for line in panel.lines}.values())


def _label_base(axes: Axes, text: str, height: float) -> None:
    """Write what a level of the base is called to the right of the panel."""
    look: dict[str, Any] = {"ha": "left", "va": "center", "fontsize": 7, "color": style.QUIET, "annotation_clip": False}
    style.note(axes, text, (1, height), (3, 0), xycoords=("axes fraction", "data"), **look)


def _partners(line: Line, view: StudyView) -> tuple[list[float], list[float]]:
    """Return the numbers of a line, and the levels with which it is compared there; just that of the base if always."""
    measure, divisor = line.printer.measure, line.printer.scale.divisor
    points = with_base(line.series) if has_own_reference(view, measure) else [(0.0, BASE)]
    found = [(number, measure.cell(view, policy).partner_mean / divisor) for number, policy in points]
    known = [(number, value) for number, value in found if math.isfinite(value)]
    return [number for number, _ in known], [value for _, value in known]


def _apart(ends: list[tuple[float, Line]], gap: float) -> list[list[tuple[float, Line]]]:
    """Group levels whose labels would touch."""
    groups: list[list[tuple[float, Line]]] = []
    for end in sorted(ends, key=lambda end: end[0]):
        if groups and end[0] - groups[-1][0][0] < gap:
            groups[-1].append(end)
        else:
            groups.append([end])
    return groups


def _name_lines(axes: Axes, panel: Panel, view: StudyView) -> None:
    """Name the lines of a panel; with several series colours tell the series and dashes the measure."""
    seen: dict[Measure, Line] = {}
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
                label=line_name(measure),
            )
        )
    low, high = axes.get_ylim()
    axes.set_ylim(top=high + _HEADROOM * (high - low))
    axes.legend(handles=handles, loc="upper center", ncols=len(handles), fontsize=7.5, handlelength=2.4, borderpad=0)
