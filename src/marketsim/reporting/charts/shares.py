"""Shares of energy and customers over time: the focus retailer and its rivals, base and best policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from marketsim.reporting import style
from marketsim.reporting.charts import monthly
from marketsim.reporting.charts.chart import Chart, Subject
from marketsim.reporting.charts.labels import policy_label, policy_name, put_footer
from marketsim.reporting.charts.monthly import Band, band
from marketsim.reporting.charts.monthly_lines import end_labels, months_axis, native_line, native_lines
from marketsim.reporting.charts.native import Dash, Lines
from marketsim.reporting.charts.shares_words import shares_finding, shares_message
from marketsim.reporting.language import message, say
from marketsim.reporting.numbers import unit_text
from marketsim.results.tables import BASE, DEFAULT_SUPPLIER

_MOST_RIVALS = 6
_DASHED = (0, (4, 2))


@dataclass(frozen=True)
class _Quantity:
    """What shares are of: its column, and the texts of its panels."""

    column: str
    title: str
    unit: str
    difference: str


_QUANTITIES = (
    _Quantity(
        "energy_mwh",
        message("Share of energy"),
        message("% of contestable energy"),
        message("difference of share of energy"),
    ),
    _Quantity(
        "customers",
        message("Share of customers"),
        message("% of contestable customers"),
        message("difference of share of customers"),
    ),
)


@dataclass(frozen=True)
class _Line:
    """One line of a panel."""

    policy: str
    retailer: str
    found: Band
    colour: str


def shares(subject: Subject) -> Chart | None:
    """Draw shares of energy and customers: the focus and its rivals, base against the best policy; None without results."""
    policy, all_lines = subject.best, [_lines(subject, quantity) for quantity in _QUANTITIES]
    if not any(all_lines):
        return None
    figure = style.new_figure(6.2 if policy else 3.6)
    grid = figure.subplots(2 if policy else 1, 2, squeeze=False, sharex=True, height_ratios=[3, 2] if policy else [1])
    frames, panels = [], []
    for column, (quantity, lines) in enumerate(zip(_QUANTITIES, all_lines, strict=True)):
        _share_panel(grid[0][column], subject, quantity, lines)
        frames += [_frame(line, f"share of {_word(quantity)}", "%") for line in lines]
        panels.append(_native(subject, quantity, lines))
    for column, quantity in enumerate(_QUANTITIES if policy else ()):
        line = _difference(subject, quantity, policy or "")
        _difference_panel(grid[1][column], subject, line)
        frames.append(_frame(line, f"difference of share of {_word(quantity)}", "pp"))
        series = native_line(line.retailer, line.found, line.colour, strong=True)
        panels.append(native_lines(say(quantity.difference), [(line.found, series)], unit_text("pp")))
    for axes in grid[-1]:
        axes.set_xlabel(say("month"))
    _share_key(figure, subject)
    put_footer(figure, subject)
    return Chart(
        "share_over_time",
        say("Share over time of {retailer} and its rivals", retailer=subject.view.focus),
        shares_finding(subject),
        say(
            "Lines over months with 95 % bands: shares of energy and of customers, dashed in the base and solid "
            "under the best policy; below, the paired difference of the focus retailer."
        ),
        figure,
        pd.concat(frames, ignore_index=True),
        tuple(panels),
        shares_message(subject),
    )


def _word(quantity: _Quantity) -> str:
    return "energy" if quantity.column == "energy_mwh" else "customers"


def _frame(line: _Line, panel: str, unit: str) -> pd.DataFrame:
    return line.found.frame(panel=panel, policy=line.policy, retailer=line.retailer, unit=unit)


def _share_key(figure: Figure, subject: Subject) -> None:
    """Explain dashes and shading."""
    looks: list[Any] = [Patch(facecolor=style.FAINT, alpha=0.5, label=say("months evaluated"))]
    if subject.best:
        looks.insert(0, Line2D([], [], color=style.INK, linestyle=_DASHED, label=say("base")))
        looks.insert(1, Line2D([], [], color=style.INK, label=policy_label(subject, subject.best, 40)))
    figure.legend(handles=looks, loc="outside upper right", ncols=3, handlelength=2.6)


def _lines(subject: Subject, quantity: _Quantity) -> list[_Line]:
    """Return the lines of a panel, the focus last, so that it is on top; rivals have no band in the base, to keep them apart."""
    view = subject.view
    policies = [BASE] + ([subject.best] if subject.best else [])
    paths = {policy: monthly.shares(view, policy, quantity.column) for policy in policies}
    colours, found = style.retailer_colours(view.retailers, view.focus), []
    for supplier in _shown_suppliers(subject, paths[BASE]):
        for policy in policies:
            if supplier in paths[policy]:
                drawn = _possible(band(paths[policy][supplier]))
                has_band = supplier == view.focus or policy == policies[-1]
                found.append(
                    _Line(policy, supplier, drawn if has_band else drawn.without_interval(), colours[supplier])
                )
    return found


def _possible(found: Band) -> Band:
    """Return a band of shares without what no share can be: less than none or more than all."""
    return Band(found.months, found.mean, np.clip(found.low, 0.0, 100.0), np.clip(found.high, 0.0, 100.0))


def _shown_suppliers(subject: Subject, paths: dict[str, pd.DataFrame]) -> list[str]:
    """Return the largest rivals, then the focus."""
    focus = subject.view.focus
    rivals = [name for name in paths if name not in (focus, DEFAULT_SUPPLIER)]
    largest = sorted(rivals, key=lambda name: -float(np.nanmean(paths[name].to_numpy())))[:_MOST_RIVALS]
    return [*sorted(largest), focus]


def _share_panel(axes: Axes, subject: Subject, quantity: _Quantity, lines: list[_Line]) -> None:
    last = subject.best or BASE
    for line in lines:
        _draw(axes, line, dashed=line.policy != last, strong=line.retailer == subject.view.focus)
    axes.set_title(say(quantity.title))
    axes.set_ylabel(say(quantity.unit))
    months_axis(axes, subject, words=True)
    labels = subject.retailer_labels
    ends = [(labels.get(e.retailer, e.retailer), float(e.found.mean[-1]), e.colour) for e in lines if e.policy == last]
    end_labels(axes, ends, subject.view.months)


def _draw(axes: Axes, line: _Line, *, dashed: bool, strong: bool) -> None:
    """Draw a line with its band."""
    months, found = line.found.months + 1, line.found
    look: dict[str, Any] = {"color": line.colour, "linestyle": _DASHED if dashed else "-", "zorder": 3 if strong else 2}
    axes.plot(months, found.mean, linewidth=2.2 if strong else 1.4, alpha=1.0 if strong or not dashed else 0.6, **look)
    axes.fill_between(months, found.low, found.high, color=line.colour, alpha=0.14 if strong else 0.08, linewidth=0)
    for ends in (found.low, found.high):
        axes.plot(months, ends, color=line.colour, linewidth=0.5, linestyle=look["linestyle"], alpha=0.5, zorder=1.9)


def _difference(subject: Subject, quantity: _Quantity, policy: str) -> _Line:
    view = subject.view
    base, other = (monthly.shares(view, name, quantity.column)[view.focus] for name in (BASE, policy))
    return _Line(policy, view.focus, band(other - base), style.focus())


def _difference_panel(axes: Axes, subject: Subject, line: _Line) -> None:
    _draw(axes, line, dashed=False, strong=True)
    style.zero_line(axes, vertical=False)
    months_axis(axes, subject, words=False)
    name = subject.retailer_labels[subject.view.focus]
    axes.set_title(say("Paired difference of {retailer} to base", retailer=name), fontsize=9)
    axes.set_ylabel(unit_text("pp"))


def _native(subject: Subject, quantity: _Quantity, lines: list[_Line]) -> Lines:
    """Return the lines for programs that draw them by themselves: those of the base are dashed."""
    last, found = subject.best or BASE, []
    for line in lines:
        strong, dashed = line.retailer == subject.view.focus, line.policy != last
        name = (
            say("{retailer} ({policy})", retailer=line.retailer, policy=policy_name(BASE)) if dashed else line.retailer
        )
        dash: Dash = "dash" if dashed else "solid"
        series = native_line(name, line.found, line.colour, dash=dash, strong=strong and not dashed)
        found.append((line.found, series))
    return native_lines(say(quantity.title), found, say(quantity.unit))
