"""Satisfaction of VIPs and ordinary customers over time, base against policies, and the gap between them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from marketsim.reporting import style
from marketsim.reporting.charts import monthly
from marketsim.reporting.charts.chart import Chart, Subject
from marketsim.reporting.charts.labels import policy_label, policy_name, put_footer
from marketsim.reporting.charts.monthly import Band, band
from marketsim.reporting.charts.monthly_lines import end_labels, months_axis, native_line, native_lines
from marketsim.reporting.charts.native import Dash, Lines
from marketsim.reporting.charts.satisfaction_words import satisfaction_finding, satisfaction_message, with_other_members
from marketsim.reporting.clauses import paragraph
from marketsim.reporting.language import say
from marketsim.reporting.measures import served_tiers, tier_title
from marketsim.reporting.numbers import joined, unit_text
from marketsim.results.tables import ALL, BASE

_MOST_POLICIES = 4
_OTHERS_MARK = "*"
"""Stands behind a policy whose tiers hold other customers than the base's."""


@dataclass(frozen=True)
class _Panel:
    """One panel: its name in the table, its title, and the line of each policy."""

    name: str
    title: str
    lines: dict[str, Band]


def satisfaction(subject: Subject) -> Chart | None:
    """Draw satisfaction by tier over time, base against policies, and the gap between the tiers."""
    tiers = served_tiers(subject.view)
    if not any(subject.view.has("satisfaction", tier=tier) for tier in tiers):
        return None
    panels = _panels(subject, tiers)
    figure = style.new_figure(3.7)
    grid = figure.subplots(1, len(panels), squeeze=False)[0]
    for axes, panel in zip(grid, panels, strict=True):
        _draw(axes, subject, panel)
    for axes in grid:
        months_axis(axes, subject, words=axes is grid[0])
        axes.set_xlabel(say("month"))
    _share_limits(grid[: len(tiers)])
    _label_lines(grid[-1], subject, panels[-1])
    _key(figure, grid)
    put_footer(figure, subject, *_notes(subject))
    return Chart(
        "satisfaction_over_time",
        say("Satisfaction by tier over time"),
        paragraph([satisfaction_finding(subject, tiers), _others_words(subject, tiers), _left_out_words(subject)]),
        say("Lines over months with 95 % bands: mean satisfaction of VIPs and ordinary customers, and the gap."),
        figure,
        pd.concat([_frame(panel) for panel in panels], ignore_index=True),
        tuple(_native(subject, panel) for panel in panels),
        satisfaction_message(subject, tiers),
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


def policy_look(subject: Subject, policy: str) -> tuple[str, object]:
    """Return the colour and dashes of a policy's line; the best has the strongest."""
    if policy == BASE:
        return style.BASE_COLOUR, (0, (4, 2))
    others = [name for name in shown_policies(subject)[1:] if name != subject.best]
    index = 0 if policy == subject.best else 1 + others.index(policy)
    return style.policy_colours()[index % len(style.policy_colours())], style.DASHES[index % len(style.DASHES)]


def _left_out_words(subject: Subject) -> str:
    """Name the policies that have no line, so that nobody takes the picture for all of them."""
    names = left_out(subject)
    return say("Not drawn, to keep lines apart: {names}.", names=joined(names)) if names else ""


def _others_words(subject: Subject, tiers: Sequence[str]) -> str:
    """Say which lines are of other people than the base's, so that nobody reads a difference between them."""
    names = with_other_members(subject.view, shown_policies(subject)[1:], tiers)
    return say("Tiers hold other customers than in the base under {names}.", names=joined(names)) if names else ""


def _panels(subject: Subject, tiers: Sequence[str]) -> list[_Panel]:
    found = [_tier_panel(subject, tier) for tier in tiers]
    if len(tiers) < 2:
        return found
    gaps = {
        policy: monthly.satisfaction(subject.view, policy, tiers[0])
        - monthly.satisfaction(subject.view, policy, tiers[1])
        for policy in shown_policies(subject)
    }
    title = say("Gap: {first} less {second}", first=tier_title(tiers[0]), second=tier_title(tiers[1]))
    return [*found, _Panel("gap", title, _bands(subject, gaps))]


def _tier_panel(subject: Subject, tier: str) -> _Panel:
    wanted = None if tier == ALL else tier
    paths = {policy: monthly.satisfaction(subject.view, policy, wanted) for policy in shown_policies(subject)}
    title = say("Satisfaction, {tier}", tier=tier_title(tier))
    return _Panel(title[:1].lower() + title[1:], title, _bands(subject, paths))


def _bands(subject: Subject, paths: dict[str, pd.DataFrame]) -> dict[str, Band]:
    """Return the lines that there are; base and best policy have bands, the others none, to keep them apart."""
    found = {}
    for policy, values in paths.items():
        if not values.empty and np.isfinite(values.to_numpy()).any():
            line = band(values)
            found[policy] = line if policy in (BASE, subject.best) else line.without_interval()
    return found


def _frame(panel: _Panel) -> pd.DataFrame:
    frames = [
        line.frame(panel=panel.name, policy=policy, unit=unit_text("0-100")) for policy, line in panel.lines.items()
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _draw(axes: Axes, subject: Subject, panel: _Panel) -> None:
    for policy, found in panel.lines.items():
        colour, dashes = policy_look(subject, policy)
        width = 2.0 if policy == subject.best else 1.4
        label = _label(subject, policy, 30)
        axes.plot(found.months + 1, found.mean, color=colour, linestyle=dashes, linewidth=width, label=label)
        axes.fill_between(found.months + 1, found.low, found.high, color=colour, alpha=0.13, linewidth=0)
    if panel.name == "gap":
        style.zero_line(axes, vertical=False)
    axes.set_title(panel.title)
    axes.set_ylabel(unit_text("0-100"))


def _label(subject: Subject, policy: str, width: int) -> str:
    marked = with_other_members(subject.view, [policy], served_tiers(subject.view)) if policy != BASE else []
    return f"{policy_label(subject, policy, width)}{_OTHERS_MARK if marked else ''}"


def _label_lines(axes: Axes, subject: Subject, panel: _Panel) -> None:
    """Name the lines at their right ends, those that reach the end of the run."""
    ends = [
        (_label(subject, policy, 12), float(found.mean[-1]), policy_look(subject, policy)[0])
        for policy, found in panel.lines.items()
        if math.isfinite(found.mean[-1])
    ]
    end_labels(axes, ends, subject.view.months, 13)


def _key(figure: Figure, panels: Sequence[Axes]) -> None:
    """Explain the lines above the panels too, as their labels stand at the last panel only; those of the fullest panel."""
    handles, labels = max((axes.get_legend_handles_labels() for axes in panels), key=lambda found: len(found[1]))
    figure.legend(handles, labels, loc="outside upper right", ncols=min(len(labels), 5), handlelength=2.6)


def _notes(subject: Subject) -> list[str]:
    """Return what the footer says of bands, of policies without a line, and of lines of other people."""
    bands = say("bands: base and best policy") if subject.best else say("band: base")
    notes = [bands] if subject.view.replications > 1 else []
    missing = [style.drawable(subject.policy_labels[name]) for name in left_out(subject)]
    notes += [say("not drawn: {names}", names=joined(missing))] if missing else []
    if with_other_members(subject.view, shown_policies(subject)[1:], served_tiers(subject.view)):
        notes.append(say("* other customers in the tiers than in the base: not to be read as a difference"))
    return notes


def _native(subject: Subject, panel: _Panel) -> Lines:
    """Return a panel for programs that draw it by themselves."""
    found = []
    for policy, line in panel.lines.items():
        best = policy == subject.best
        dash: Dash = "dash" if policy == BASE else "solid" if best else "dot"
        found.append(
            (line, native_line(policy_name(policy), line, policy_look(subject, policy)[0], dash=dash, strong=best))
        )
    return native_lines(panel.title, found, unit_text("0-100"))


def _share_limits(panels: Sequence[Axes]) -> None:
    limits = [axes.get_ylim() for axes in panels]
    for axes in panels:
        axes.set_ylim(min(low for low, _ in limits), max(high for _, high in limits))
