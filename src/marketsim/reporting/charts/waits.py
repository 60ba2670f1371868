"""Waits in the busiest hours and service within the standard, by tier and policy, beside staff and load."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart, Subject, whisker_notes
from marketsim.reporting.charts.labels import policy_label, policy_name, put_footer
from marketsim.reporting.charts.native import Bars, Series
from marketsim.reporting.charts.waits_words import waits_finding, waits_message
from marketsim.reporting.diagnosis import DESK_TITLES, queue_row, sla_target, standard_minutes
from marketsim.reporting.language import message, say
from marketsim.reporting.measures import (
    Measure,
    served_tiers,
    tier_people,
    tier_title,
    touched_desks,
)
from marketsim.reporting.numbers import digits_for, plain
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi
from marketsim.results.tables import ALL, BASE

_COLUMNS = (
    (0.9, message("{tier} % of\ncustomers"), "customer_pct", 0),
    (1.8, message("{tier} % of\ntickets"), "ticket_pct", 0),
    (3.0, message("staff\non duty"), "servers", 1),
    (3.9, message("%\nbusy"), "utilisation", 0),
)
"""Numbers beside the waits: place, head, field of a queue row, digits."""
_SAME_TEAM = 0.1
_MOST_DIGITS = 1
_ROOM = 0.08
"""Part of a panel's width that the numbers at the dots need."""


def _looks() -> tuple[dict[str, Any], ...]:
    """Return how the dots of the first and the second tier look."""
    return (
        {"marker": "o", "color": style.focus(), "markerfacecolor": style.focus()},
        {"marker": "s", "color": style.WARM, "markerfacecolor": "white"},
    )


@dataclass(frozen=True)
class _What:
    """What a panel shows: the columns of the mean and its whisker, title and unit."""

    columns: tuple[str, str, str]
    title: str
    unit: str

    def digits(self, data: pd.DataFrame) -> int:
        """Return how many digits of the means the whiskers allow."""
        _, low, high = self.columns
        return digits_for((data[high] - data[low]) / 2, 1, most=_MOST_DIGITS)


_WAIT = _What(
    ("busy_wait_minutes", "busy_wait_low", "busy_wait_high"), message("Mean wait, busiest hours"), message("minutes")
)
_WITHIN = _What(("sla_pct", "sla_low", "sla_high"), message("Within the standard"), message("% of tickets, all hours"))


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
    for axes, what in ((wait_axes, _WAIT), (sla_axes, _WITHIN)):
        _dots(axes, data, policies, tiers, what)
        axes.set_title(say(what.title))
        axes.set_xlabel(say(what.unit))
    wait_axes.set_xlim(left=-0.015 * wait_axes.get_xlim()[1])
    sla_axes.set_xlim(right=min(sla_axes.get_xlim()[1], 101.5))
    _standard(wait_axes, standard_minutes(view, desk), message("standard {value} min"))
    _standard(sla_axes, sla_target(view, desk), message("target {value} %"))
    wait_axes.set_yticks(range(len(policies)), [policy_label(subject, policy) for policy in policies])
    wait_axes.set_ylim(len(policies) - 0.4, -0.9)
    _beside(text_axes, view, desk, tiers, policies)
    _key(figure, tiers)
    notes = whisker_notes(subject, [Measure(kpi("satisfaction"), tier) for tier in tiers])
    put_footer(figure, subject, *notes)
    return Chart(
        f"waits_{desk}",
        say("Waits: {desk}", desk=say(DESK_TITLES[desk])),
        waits_finding(subject, desk, tiers),
        say(
            "Dots with 95 % interval whiskers: one row per policy, waits and service standard by tier; beside "
            "them staff, utilisation, and the share of customers and of tickets."
        ),
        figure,
        data,
        tuple(_native(data, policies, tiers, what) for what in (_WAIT, _WITHIN)),
        waits_message(subject, desk, tiers),
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
                    "unit_wait": "min",
                    "unit_sla": "%",
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


def _dots(axes: Axes, data: pd.DataFrame, policies: list[str], tiers: tuple[str, ...], what: _What) -> None:
    digits = what.digits(data)
    for tier, look, shift in zip(tiers, _looks(), (-0.13, 0.13), strict=False):
        rows = data[data["tier"] == tier]
        heights = [policies.index(policy) + (shift if len(tiers) > 1 else 0) for policy in rows["policy"]]
        values = zip(heights, *(rows[column] for column in what.columns), strict=True)
        for height, mean, low, high in values:
            if math.isfinite(low):
                axes.plot([low, high], [height, height], color=look["color"], linewidth=1.8, zorder=2)
            above = shift < 0
            settings = {"fontsize": 7, "color": look["color"], "ha": "center", "va": "bottom" if above else "top"}
            style.note(axes, plain(mean, digits), (mean, height), (0, 4 if above else -4), **settings)
        axes.plot(rows[what.columns[0]], heights, linestyle="none", markersize=5.5, zorder=3, **look)
    axes.margins(x=_ROOM)


def _native(data: pd.DataFrame, policies: list[str], tiers: tuple[str, ...], what: _What) -> Bars:
    """Return the dots for programs that draw them by themselves: a series per tier."""
    series = []
    for tier, look in zip(tiers, _looks(), strict=False):
        rows = data[data["tier"] == tier].set_index("policy").reindex(policies)
        values, low, high = (tuple(float(value) for value in rows[column]) for column in what.columns)
        series.append(Series(tier_people(tier), values, low, high, str(look["color"]), strong=tier == tiers[0]))
    names = tuple(policy_name(policy) for policy in policies)
    return Bars(
        say(what.title), names, tuple(series), say(what.unit), horizontal=True, digits=what.digits(data), dots=True
    )


def _standard(axes: Axes, value: float, words: str) -> None:
    """Draw the standard as a line, or say on which side of the panel it lies."""
    if not math.isfinite(value):
        return
    low, high = axes.get_xlim()
    text, place = say(words, value=f"{value:g}"), min(max(value, low), high)
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


def _beside(axes: Axes, view: StudyView, desk: str, tiers: tuple[str, ...], policies: list[str]) -> None:
    """Write the numbers behind the waits: the lane's width in customers and in tickets, staff and load."""
    axes.set_axis_off()
    axes.set_xlim(0, _COLUMNS[-1][0])
    for place, head, field, digits in _COLUMNS:
        axes.annotate(
            say(head, tier="" if tiers[0] == ALL else tier_title(tiers[0])).strip(),
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
        for tier, look in zip(tiers, _looks(), strict=False)
    ]
    figure.legend(handles=handles, loc="outside upper left", ncols=2, handletextpad=0.2)
