"""Paths over time: shares of energy and customers, and satisfaction by tier, with bands over worlds."""

from __future__ import annotations

import math
from collections.abc import Sequence
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
from marketsim.reporting.charts.monthly import Band, band
from marketsim.reporting.measures import Measure, printer_for, served_tiers, tier_people, tier_title
from marketsim.reporting.view import Verdict
from marketsim.results.tables import ALL, BASE, DEFAULT_SUPPLIER, kpi

_QUANTITIES = {"energy_mwh": "energy", "customers": "customers"}
_MOST_RIVALS = 4
_MOST_POLICIES = 4


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
        _mark_start(axes, subject, words=axes in panels[0])
    for axes in panels[-1]:
        axes.set_xlabel("month")
    _share_key(figure, subject)
    style.footer(figure, subject.footer())
    title = f"Share over time of {subject.view.focus} and its rivals"
    return Chart("share_over_time", title, _share_finding(subject), _SHARE_ALT, figure, pd.concat(frames, ignore_index=True))


def _share_key(figure: Figure, subject: Subject) -> None:
    """Explain dashes and shading."""
    looks: list[Any] = [Patch(facecolor=style.FAINT, alpha=0.5, label="months evaluated")]
    if subject.best:
        looks.insert(0, Line2D([], [], color=style.INK, linestyle=(0, (4, 2)), label="base"))
        looks.insert(1, Line2D([], [], color=style.INK, label=style.folded(subject.policy_labels[subject.best], 40)))
    figure.legend(handles=looks, loc="outside upper right", ncols=3, handlelength=2.6)


_SHARE_ALT = (
    "Lines over months with 95 % bands: shares of energy and of customers, dashed in the base and solid under the best "
    "policy; below, the paired difference of the focus retailer."
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
            _draw_band(axes, found, colours[supplier], dashed=not last, strong=supplier == view.focus)
            frames.append(found.frame(panel=f"share of {_QUANTITIES[quantity]}", policy=policy, retailer=supplier, unit="%"))
            ends[supplier] = float(found.mean[-1])
    _label_ends(axes, {subject.retailer_labels.get(s, s): (y, colours[s]) for s, y in ends.items()}, view.months - 1)
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
    _draw_band(axes, found, style.FOCUS, dashed=False, strong=True)
    style.zero_line(axes, vertical=False)
    axes.set_title(f"Paired difference of {subject.retailer_labels[view.focus]} to base", fontsize=9)
    axes.set_ylabel("pp")
    return found.frame(panel=f"difference of share of {_QUANTITIES[quantity]}", policy=policy, retailer=view.focus, unit="pp")


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


def satisfaction(subject: Subject) -> Chart | None:
    """Draw satisfaction by tier over time, base against policies, and the gap between the tiers."""
    tiers = served_tiers(subject.view)
    if not any(subject.view.has("satisfaction", tier=tier) for tier in tiers):
        return None
    gap = len(tiers) > 1
    figure = style.new_figure(3.6 if gap else 3.4)
    panels = figure.subplots(1, len(tiers) + gap, squeeze=False)[0]
    frames = [_tier_panel(axes, subject, tier) for axes, tier in zip(panels, tiers, strict=False)]
    if gap:
        frames.append(_gap_panel(panels[-1], subject, tiers))
        _share_limits(panels[:2])
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=min(len(labels), 5), handlelength=2.6)
    for axes in panels:
        _mark_start(axes, subject, words=False)
        axes.set_xlabel("month")
    style.footer(figure, subject.footer())
    return Chart(
        "satisfaction_over_time",
        "Satisfaction by tier over time",
        _satisfaction_finding(subject, tiers),
        "Lines over months with 95 % bands: mean satisfaction of VIPs and of ordinary customers, and the gap between them.",
        figure,
        pd.concat(frames, ignore_index=True),
    )


def shown_policies(subject: Subject) -> list[str]:
    """Return the base, and policies to draw as lines: the best one and others evenly spread over the list."""
    policies = list(subject.view.policies)
    if len(policies) > _MOST_POLICIES:
        places = np.linspace(0, len(policies) - 1, _MOST_POLICIES).round().astype(int)
        spread = [policies[place] for place in places]
        if subject.best and subject.best not in spread:
            nearest = min(range(len(places)), key=lambda i: abs(int(places[i]) - policies.index(subject.best or "")))
            spread[nearest] = subject.best
        policies = spread
    return [BASE, *policies]


def _tier_panel(axes: Axes, subject: Subject, tier: str) -> pd.DataFrame:
    wanted = None if tier == ALL else tier
    paths = {policy: monthly.satisfaction(subject.view, policy, wanted) for policy in shown_policies(subject)}
    axes.set_title(f"Satisfaction, {tier_title(tier)}")
    axes.set_ylabel("points of 100")
    return _policy_lines(axes, subject, paths, f"satisfaction, {tier_title(tier)}")


def _gap_panel(axes: Axes, subject: Subject, tiers: Sequence[str]) -> pd.DataFrame:
    paths = {
        policy: monthly.satisfaction(subject.view, policy, tiers[0]) - monthly.satisfaction(subject.view, policy, tiers[1])
        for policy in shown_policies(subject)
    }
    axes.set_title(f"Gap: {tier_title(tiers[0])} less {tier_title(tiers[1])}")
    axes.set_ylabel("points of 100")
    style.zero_line(axes, vertical=False)
    return _policy_lines(axes, subject, paths, "gap")


def _policy_lines(axes: Axes, subject: Subject, paths: dict[str, pd.DataFrame], panel: str) -> pd.DataFrame:
    frames = []
    for policy, values in paths.items():
        if values.empty or not np.isfinite(values.to_numpy()).any():
            continue
        found = band(values)
        colour, dashes = policy_look(subject, policy)
        label = "base" if policy == BASE else style.folded(subject.policy_labels[policy], 30)
        axes.plot(found.months + 1, found.mean, color=colour, linestyle=dashes, linewidth=1.6, label=label)
        axes.fill_between(found.months + 1, found.low, found.high, color=colour, alpha=0.13, linewidth=0)
        frames.append(found.frame(panel=panel, policy=policy, unit="points of 100"))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def policy_look(subject: Subject, policy: str) -> tuple[str, object]:
    """Return the colour and dashes of a policy's line; the best has the strongest."""
    if policy == BASE:
        return style.BASE_COLOUR, (0, (4, 2))
    others = [name for name in shown_policies(subject)[1:] if name != subject.best]
    index = 0 if policy == subject.best else 1 + others.index(policy)
    return style.POLICY_COLOURS[index % len(style.POLICY_COLOURS)], style.DASHES[index % len(style.DASHES)]


def _satisfaction_finding(subject: Subject, tiers: Sequence[str]) -> str:
    view = subject.view
    policy = subject.best or BASE
    parts = []
    for tier in tiers:
        printer = printer_for(view, Measure(kpi("satisfaction"), tier))
        cell = printer.measure.cell(view, policy)
        if math.isfinite(cell.level.mean):
            parts.append(f"{printer.level_interval(cell)} of 100 for {tier_people(tier)}")
    gap = view.cell(policy, "satisfaction_gap")
    if gap.verdict in (Verdict.UP, Verdict.DOWN):
        printer = printer_for(view, Measure(kpi("satisfaction_gap")))
        word = "wider" if gap.verdict == Verdict.UP else "narrower"
        return f"Under {policy} satisfaction is {' and '.join(parts)}; the gap is {word} than in the base by {printer.difference_with_unit(gap)}."
    return f"{'In the base' if policy == BASE else f'Under {policy}'} satisfaction is {' and '.join(parts)}."


# Parts of both


def _draw_band(axes: Axes, found: Band, colour: str, *, dashed: bool, strong: bool) -> None:
    axes.plot(
        found.months + 1, found.mean, color=colour, linestyle=(0, (4, 2)) if dashed else "-",
        linewidth=2.2 if strong else 1.2, alpha=1.0 if strong else 0.5 if dashed else 0.95, zorder=3 if strong else 2,
    )  # fmt: skip
    if strong:
        axes.fill_between(found.months + 1, found.low, found.high, color=colour, alpha=0.12, linewidth=0)


def _label_ends(axes: Axes, ends: dict[str, tuple[float, str]], last_month: int) -> None:
    low, high = axes.get_ylim()
    placed = style.spread_labels([y for y, _ in ends.values()], 0.065 * (high - low))
    for (label, (_, colour)), y in zip(ends.items(), placed, strict=True):
        axes.annotate(
            style.folded(label, 14), (last_month + 1, y), (5, 0), textcoords="offset points",
            va="center", fontsize=8.5, color=colour, fontweight="bold", annotation_clip=False,
        )  # fmt: skip


def _share_limits(panels: Sequence[Axes]) -> None:
    limits = [axes.get_ylim() for axes in panels]
    for axes in panels:
        axes.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))


def _mark_start(axes: Axes, subject: Subject, *, words: bool = True) -> None:
    view = subject.view
    axes.set_xlim(1, view.months)
    if not view.policies:
        return
    axes.axvline(view.warmup + 0.5, color=style.INK, linewidth=0.8, linestyle=(0, (1, 2)))
    axes.axvspan(view.first_evaluated + 0.5, view.months, color=style.FAINT, alpha=0.28, linewidth=0, zorder=0)
    if words:
        axes.annotate("policies\nbegin", (view.warmup + 0.5, 0.98), (3, 0), xycoords=("data", "axes fraction"), textcoords="offset points", va="top", fontsize=7.5, color=style.QUIET)  # fmt: skip
