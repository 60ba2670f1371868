"""Shares of energy and customers over time: the focus retailer and its rivals, base and best policy."""

from __future__ import annotations

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
from marketsim.reporting.charts.monthly import band
from marketsim.reporting.charts.paths import draw_band, label_ends, mark_start
from marketsim.reporting.estimates import Verdict
from marketsim.reporting.measures import Measure, printer_for
from marketsim.results.key_figures import kpi
from marketsim.results.tables import BASE, DEFAULT_SUPPLIER

_QUANTITIES = {"energy_mwh": "energy", "customers": "customers"}
_MOST_RIVALS = 4


def shares(subject: Subject) -> Chart | None:
    """Draw shares of energy and customers: the focus and its largest rivals, base against the best policy."""
    policy = subject.best
    figure = style.new_figure(6.2 if policy else 3.6)
    panels = figure.subplots(2 if policy else 1, 2, squeeze=False, sharex=True, height_ratios=[3, 2] if policy else [1])
    frames = []
    for column, quantity in enumerate(_QUANTITIES):
        frames.append(_share_panel(panels[0][column], subject, quantity))
        if policy:
            frames.append(_share_difference(panels[1][column], subject, quantity, policy))
    for axes in panels.flat:
        mark_start(axes, subject, words=axes in panels[0])
    for axes in panels[-1]:
        axes.set_xlabel("month")
    _share_key(figure, subject)
    style.footer(figure, subject.footer())
    title = f"Share over time of {subject.view.focus} and its rivals"
    return Chart(
        "share_over_time",
        title,
        _share_finding(subject),
        _SHARE_ALT,
        figure,
        pd.concat(frames, ignore_index=True),
    )


def _share_key(figure: Figure, subject: Subject) -> None:
    """Explain dashes and shading."""
    looks: list[Any] = [Patch(facecolor=style.FAINT, alpha=0.5, label="months evaluated")]
    if subject.best:
        looks.insert(0, Line2D([], [], color=style.INK, linestyle=(0, (4, 2)), label="base"))
        looks.insert(1, Line2D([], [], color=style.INK, label=style.folded(subject.policy_labels[subject.best], 40)))
    figure.legend(handles=looks, loc="outside upper right", ncols=3, handlelength=2.6)


_SHARE_ALT = (
    "Lines over months with 95 % bands: shares of energy and of customers, dashed in the base and solid "
    "under the best policy; below, the paired difference of the focus retailer."
)


def _share_panel(axes: Axes, subject: Subject, quantity: str) -> pd.DataFrame:
    view = subject.view
    policies = [BASE] + ([subject.best] if subject.best else [])
    paths = {policy: monthly.shares(view, policy, quantity) for policy in policies}
    shown = _shown_suppliers(subject, paths[BASE])
    colours = style.retailer_colours(view.retailers, view.focus) | {DEFAULT_SUPPLIER: style.QUIET}
    frames, ends = [], {}
    for supplier in shown:
        for policy in policies:
            if supplier not in paths[policy]:
                continue
            found = band(paths[policy][supplier])
            last = policy == policies[-1]
            draw_band(axes, found, colours[supplier], dashed=not last, strong=supplier == view.focus)
            drawn = found if supplier == view.focus else found.without_interval()
            frames.append(
                drawn.frame(panel=f"share of {_QUANTITIES[quantity]}", policy=policy, retailer=supplier, unit="%")
            )
            ends[supplier] = float(found.mean[-1])
    label_ends(axes, {subject.retailer_labels.get(s, s): (y, colours[s]) for s, y in ends.items()}, view.months - 1)
    axes.set_title(f"Share of {_QUANTITIES[quantity]}")
    axes.set_ylabel(f"% of contestable {_QUANTITIES[quantity]}")
    return pd.concat(frames, ignore_index=True)


def _shown_suppliers(subject: Subject, paths: dict[str, pd.DataFrame]) -> list[str]:
    """Return the largest rivals, then the focus, so that it is drawn on top."""
    focus = subject.view.focus
    rivals = [name for name in paths if name not in (focus, DEFAULT_SUPPLIER)]
    largest = sorted(rivals, key=lambda name: -float(np.nanmean(paths[name].to_numpy())))[:_MOST_RIVALS]
    return [*sorted(largest), focus]


def _share_difference(axes: Axes, subject: Subject, quantity: str, policy: str) -> pd.DataFrame:
    view = subject.view
    base, other = (monthly.shares(view, name, quantity)[view.focus] for name in (BASE, policy))
    found = band(other - base)
    draw_band(axes, found, style.focus(), dashed=False, strong=True)
    style.zero_line(axes, vertical=False)
    axes.set_title(f"Paired difference of {subject.retailer_labels[view.focus]} to base", fontsize=9)
    axes.set_ylabel("pp")
    return found.frame(
        panel=f"difference of share of {_QUANTITIES[quantity]}", policy=policy, retailer=view.focus, unit="pp"
    )


def _share_finding(subject: Subject) -> str:
    view, policy = subject.view, subject.best
    if policy is None:
        level = printer_for(view, Measure(kpi("share_energy")))
        cell = level.measure.cell(view, BASE)
        return f"{view.focus} sells {level.level_interval(cell)} % of the energy in {view.period}."
    parts = []
    for name in ("share_energy", "share_customers"):
        printer = printer_for(view, Measure(kpi(name)))
        cell = printer.measure.cell(view, policy)
        if cell.verdict == Verdict.NO_CHANGE:
            parts.append(f"{printer.measure.kpi.title.lower()} does not change")
            continue
        unclear = " (cannot tell)" if cell.verdict == Verdict.CANNOT_TELL else ""
        parts.append(f"{printer.measure.kpi.title.lower()} {printer.difference_with_unit(cell)}{unclear}")
    return f"{view.focus} under {policy}, mean of {view.period}: {', '.join(parts)}."
