"""Waits in the busiest hours and service within the standard, by tier and policy, beside staff and load."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart, Subject, whisker_notes
from marketsim.reporting.diagnosis import DESK_TITLES, queue_row, sla_target, standard_minutes
from marketsim.reporting.estimates import Verdict
from marketsim.reporting.measures import (
    Measure,
    printer_for,
    served_tiers,
    tier_people,
    tier_title,
    touched_desks,
)
from marketsim.reporting.numbers import plain
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi
from marketsim.results.tables import ALL, BASE

_LOOKS: tuple[dict[str, Any], ...] = (
    {"marker": "o", "color": style.focus(), "markerfacecolor": style.focus()},
    {"marker": "s", "color": style.WARM, "markerfacecolor": "white"},
)
_COLUMNS = (
    (0.9, "{tier}% of\ncustomers", "customer_pct", 0),
    (1.8, "{tier}% of\ntickets", "ticket_pct", 0),
    (3.0, "staff\non duty", "servers", 1),
    (3.9, "%\nbusy", "utilisation", 0),
)
_SAME_TEAM = 0.1


def waits(subject: Subject) -> list[Chart]:
    """Draw one chart per service desk that a policy changes; desks without tickets are left out."""
    drawn = [_desk_chart(subject, desk) for desk in touched_desks(subject.view)]
    return [chart for chart in drawn if chart is not None]


def _desk_chart(subject: Subject, desk: str) -> Chart | None:
    view, tiers = subject.view, served_tiers(subject.view)
    data = _numbers(view, desk, tiers)
    if data.empty:
        return None
    policies = [BASE, *view.policies]
    figure = style.new_figure(1.9 + 0.36 * len(policies))
    wait_axes, sla_axes, text_axes = figure.subplots(1, 3, sharey=True, width_ratios=[3.2, 2.2, 2.4])
    _dots(wait_axes, data, policies, tiers, "busy_wait")
    _dots(sla_axes, data, policies, tiers, "sla")
    wait_axes.set_xlim(left=-0.015 * wait_axes.get_xlim()[1])
    sla_axes.set_xlim(right=min(sla_axes.get_xlim()[1], 100.8))
    _standard(wait_axes, standard_minutes(view, desk), "standard {:g} min")
    _standard(sla_axes, sla_target(view, desk), "target {:g} %")
    wait_axes.set_title("Mean wait, busiest hours")
    wait_axes.set_xlabel("minutes")
    sla_axes.set_title("Within the standard")
    sla_axes.set_xlabel("% of tickets, all hours")
    _rows(wait_axes, subject, policies)
    _beside(text_axes, view, desk, tiers, policies)
    _key(figure, tiers)
    notes = whisker_notes(subject, [Measure(kpi("satisfaction"), tier) for tier in tiers])
    style.footer(figure, f"{subject.footer()}\n{' · '.join(notes)}")
    return Chart(
        f"waits_{desk}",
        f"Waits: {DESK_TITLES[desk]}",
        _finding(subject, desk, tiers),
        "Dots with 95 % interval whiskers: one row per policy, waits and service standard by tier; beside "
        "them staff, utilisation, and the share of customers and of tickets.",
        figure,
        data,
    )


def _numbers(view: StudyView, desk: str, tiers: tuple[str, ...]) -> pd.DataFrame:
    rows = []
    for policy in (BASE, *view.policies):
        for tier in tiers:
            wait = view.cell(policy, f"busy_wait_{desk}_minutes", tier=tier).paired_level
            within = view.cell(policy, f"sla_{desk}", tier=tier).paired_level
            if not math.isfinite(wait.mean):
                continue
            row = queue_row(view, policy, desk, tier)
            rows.append(
                {
                    "policy": policy,
                    "desk": desk,
                    "tier": tier,
                    "n": wait.n,
                    "busy_wait_minutes": wait.mean,
                    "busy_wait_low": max(wait.low, 0.0) if math.isfinite(wait.low) else wait.low,
                    "busy_wait_high": wait.high,
                    "sla_pct": within.mean,
                    "sla_low": within.low,
                    "sla_high": min(within.high, 100.0) if math.isfinite(within.high) else within.high,
                    "customer_pct": row.customer_pct,
                    "ticket_pct": row.ticket_pct,
                    "servers": row.servers,
                    "utilisation_pct": row.utilisation,
                }
            )
    return pd.DataFrame(rows)


def _dots(axes: Axes, data: pd.DataFrame, policies: list[str], tiers: tuple[str, ...], what: str) -> None:
    mean = "busy_wait_minutes" if what == "busy_wait" else "sla_pct"
    for tier, look, shift in zip(tiers, _LOOKS, (-0.13, 0.13), strict=False):
        rows = data[data["tier"] == tier]
        heights = [policies.index(policy) + (shift if len(tiers) > 1 else 0) for policy in rows["policy"]]
        for height, low, high in zip(heights, rows[f"{what}_low"], rows[f"{what}_high"], strict=True):
            if math.isfinite(low):
                axes.plot([low, high], [height, height], color=look["color"], linewidth=1.8, zorder=2)
        axes.plot(rows[mean], heights, linestyle="none", markersize=5.5, zorder=3, **look)


def _standard(axes: Axes, value: float, words: str) -> None:
    """Draw the standard as a line, or say on which side of the panel it lies."""
    if not math.isfinite(value):
        return
    low, high = axes.get_xlim()
    text, place = words.format(value), min(max(value, low), high)
    if value > high:
        text = f"{text} →"
    elif value < low:
        text = f"← {text}"
    else:
        axes.axvline(value, color=style.INK, linewidth=0.9, linestyle=(0, (4, 2)), zorder=1)
    left = place - low > (high - low) / 2
    style.note(
        axes,
        text,
        (place, 1),
        (-3 if left else 3, -3),
        xycoords=("data", "axes fraction"),
        fontsize=7.5,
        color=style.QUIET,
        ha="right" if left else "left",
        va="top",
    )


def _rows(axes: Axes, subject: Subject, policies: list[str]) -> None:
    labels = ["base" if p == BASE else style.folded(subject.policy_labels[p]) for p in policies]
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.9)


def _beside(axes: Axes, view: StudyView, desk: str, tiers: tuple[str, ...], policies: list[str]) -> None:
    """Write the numbers behind the waits: the lane's width in customers and in tickets, staff and load."""
    axes.set_axis_off()
    axes.set_xlim(0, _COLUMNS[-1][0])
    for place, head, field, digits in _COLUMNS:
        head = head.format(tier="" if tiers[0] == ALL else f"{tier_title(tiers[0])} ")
        axes.annotate(
            head,
            (place, 1.0),
            (0, 2),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="right",
            va="bottom",
            fontsize=7.5,
            color=style.QUIET,
            annotation_clip=False,
        )
        for height, policy in enumerate(policies):
            axes.text(
                place,
                height,
                _number(view, policy, desk, tiers, field, digits),
                ha="right",
                va="center",
                fontsize=8.5,
            )


def _number(view: StudyView, policy: str, desk: str, tiers: tuple[str, ...], field: str, digits: int) -> str:
    """Return a number of the first tier; staff and load of both where they have teams of their own."""
    values = [float(getattr(queue_row(view, policy, desk, tier), field)) for tier in tiers]
    if field in ("customer_pct", "ticket_pct"):
        return plain(values[0], digits)
    known = [value for value in values if math.isfinite(value)]
    pooled = not known or max(known) - min(known) < _SAME_TEAM * max(known)
    return plain(known[0], digits) if pooled and known else " | ".join(plain(value, digits) for value in values)


def _key(figure: Figure, tiers: tuple[str, ...]) -> None:
    handles = [
        Line2D([], [], linestyle="none", markersize=5.5, label=tier_people(tier), **look)
        for tier, look in zip(tiers, _LOOKS, strict=False)
    ]
    figure.legend(handles=handles, loc="outside upper left", ncols=2, handletextpad=0.2)


def _finding(subject: Subject, desk: str, tiers: tuple[str, ...]) -> str:
    view, policy = subject.view, subject.best or BASE
    parts = []
    for tier in tiers:
        printer = printer_for(view, Measure(kpi(f"busy_wait_{desk}_minutes"), tier))
        cell = printer.measure.cell(view, policy)
        if not math.isfinite(cell.level.mean):
            continue
        text = f"{tier_people(tier)} wait {printer.level(cell)} min"
        if cell.verdict == Verdict.NO_CHANGE:
            text += ", as in the base"
        elif cell.verdict == Verdict.OTHER_MEMBERS:
            text += ", other customers than in the base"
        elif cell.verdict != Verdict.MISSING:
            unclear = ": cannot tell" if cell.verdict == Verdict.CANNOT_TELL else ""
            text += f" ({printer.difference(cell)} min against {cell.against}{unclear})"
        parts.append(text)
    place = "In the base" if policy == BASE else f"Under {policy}"
    return f"{place}, in the busiest hours {' and '.join(parts)}."
