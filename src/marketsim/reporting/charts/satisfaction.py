"""Satisfaction of VIPs and ordinary customers over time, base against policies, and the gap between them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from marketsim.reporting import style
from marketsim.reporting.charts import monthly
from marketsim.reporting.charts.chart import Chart, Subject
from marketsim.reporting.charts.monthly import band
from marketsim.reporting.charts.paths import mark_start
from marketsim.reporting.estimates import Verdict
from marketsim.reporting.measures import Measure, printer_for, served_tiers, tier_people, tier_title
from marketsim.reporting.numbers import joined
from marketsim.results.key_figures import kpi
from marketsim.results.tables import ALL, BASE

_MOST_POLICIES = 4


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
        mark_start(axes, subject, words=False)
        axes.set_xlabel("month")
    missing = [style.drawable(subject.policy_labels[name]) for name in left_out(subject)]
    drawn = [f"not drawn: {joined(missing)}"] if missing else []
    style.footer(figure, subject.footer("bands: base and best policy", *drawn))
    return Chart(
        "satisfaction_over_time",
        "Satisfaction by tier over time",
        f"{_satisfaction_finding(subject, tiers)}{_others_words(subject, tiers)}{_left_out_words(subject)}",
        "Lines over months with 95 % bands: mean satisfaction of VIPs and ordinary customers, and the gap.",
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


def left_out(subject: Subject) -> list[str]:
    """Return the policies that have no line."""
    shown = shown_policies(subject)
    return [policy for policy in subject.view.policies if policy not in shown]


def _left_out_words(subject: Subject) -> str:
    """Name the policies that have no line, so that nobody takes the picture for all of them."""
    names = left_out(subject)
    return f" Not drawn, to keep lines apart: {joined(names)}." if names else ""


def _others_words(subject: Subject, tiers: Sequence[str]) -> str:
    """Say which lines are of other people than the base's, so that nobody reads a difference between them."""
    view, names = subject.view, []
    for policy in shown_policies(subject)[1:]:
        cells = [view.cell(policy, "satisfaction", tier=tier) for tier in tiers]
        if any(cell.verdict == Verdict.OTHER_MEMBERS or cell.has_own_reference for cell in cells):
            names.append(policy)
    return f" Tiers hold other customers than in the base under {joined(names)}." if names else ""


def _tier_panel(axes: Axes, subject: Subject, tier: str) -> pd.DataFrame:
    wanted = None if tier == ALL else tier
    paths = {policy: monthly.satisfaction(subject.view, policy, wanted) for policy in shown_policies(subject)}
    axes.set_title(f"Satisfaction, {tier_title(tier)}")
    axes.set_ylabel("points of 100")
    return _policy_lines(axes, subject, paths, f"satisfaction, {tier_title(tier)}")


def _gap_panel(axes: Axes, subject: Subject, tiers: Sequence[str]) -> pd.DataFrame:
    paths = {
        policy: monthly.satisfaction(subject.view, policy, tiers[0])
        - monthly.satisfaction(subject.view, policy, tiers[1])
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
        banded = policy in (BASE, subject.best)
        colour, dashes = policy_look(subject, policy)
        label = "base" if policy == BASE else style.folded(subject.policy_labels[policy], 30)
        axes.plot(found.months + 1, found.mean, color=colour, linestyle=dashes, linewidth=1.6, label=label)
        if banded:
            axes.fill_between(found.months + 1, found.low, found.high, color=colour, alpha=0.13, linewidth=0)
        drawn = found if banded else found.without_interval()
        frames.append(drawn.frame(panel=panel, policy=policy, unit="points of 100"))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def policy_look(subject: Subject, policy: str) -> tuple[str, object]:
    """Return the colour and dashes of a policy's line; the best has the strongest."""
    if policy == BASE:
        return style.BASE_COLOUR, (0, (4, 2))
    others = [name for name in shown_policies(subject)[1:] if name != subject.best]
    index = 0 if policy == subject.best else 1 + others.index(policy)
    return style.policy_colours()[index % len(style.policy_colours())], style.DASHES[index % len(style.DASHES)]


def _satisfaction_finding(subject: Subject, tiers: Sequence[str]) -> str:
    view = subject.view
    policy = subject.best or BASE
    parts = []
    for tier in tiers:
        printer = printer_for(view, Measure(kpi("satisfaction"), tier))
        cell = printer.measure.cell(view, policy)
        if math.isfinite(cell.level.mean):
            other = cell.verdict == Verdict.OTHER_MEMBERS or cell.has_own_reference
            others = ", other customers than in the base" if other else ""
            parts.append(f"{printer.level_interval(cell)} of 100 for {tier_people(tier)}{others}")
    gap = view.cell(policy, "satisfaction_gap")
    if gap.verdict in (Verdict.UP, Verdict.DOWN):
        printer = printer_for(view, Measure(kpi("satisfaction_gap")))
        word = "wider" if gap.verdict == Verdict.UP else "narrower"
        place = "between the same customers in the base" if gap.has_own_reference else "in the base"
        change = f"the gap is {word} than {place}: {printer.difference_with_unit(gap)}"
        return f"Under {policy} satisfaction is {' and '.join(parts)}; {change}."
    return f"{'In the base' if policy == BASE else f'Under {policy}'} satisfaction is {' and '.join(parts)}."


def _share_limits(panels: Sequence[Axes]) -> None:
    limits = [axes.get_ylim() for axes in panels]
    for axes in panels:
        axes.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))
