"""What service costs against how much of it is in time: base and policies, and those that no other beats on both."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from marketsim.reporting import style
from marketsim.reporting.charts.chart import PAIRED_WHISKERS, Chart, Subject
from marketsim.reporting.charts.labels import policy_label, policy_name
from marketsim.reporting.charts.native import Point, Points
from marketsim.reporting.charts.service_map import DESK_TITLES, DeskMap, frontier_finding, frontier_message, maps_of
from marketsim.reporting.clauses import paragraph
from marketsim.reporting.language import message, say
from marketsim.reporting.measures import with_unit
from marketsim.results.tables import BASE

_NOTE = message(
    "line: none costs as little and has as much in time, by the means; hollow: another can be told to beat it; cost: levers "
    "and wages at the desks"
)
_ALT = message(
    "Points with 95 % interval crosses: cost of service to the right, share within the standard upward; a line joins the front."
)
_LABEL_GAP = 0.055
_LEAST_HEIGHT = 1.0
"""Percentage points that the axis of shares spans at least, so that hair's breadths look like ones."""
_TOP_LABEL = 0.97
_FULL = 101.0
"""Shares end at 100 %, whatever the ends of intervals."""


def frontier(subject: Subject) -> Chart | None:
    """Draw cost of service against the share within the standard; None where policies do not differ in either."""
    maps = maps_of(subject)
    if not maps:
        return None
    figure = style.new_figure(4.3)
    for axes, found in zip(figure.subplots(1, len(maps), squeeze=False)[0], maps, strict=True):
        _draw(axes, subject, found)
    style.footer(figure, "\n".join([subject.footer(say(PAIRED_WHISKERS)), say(_NOTE)]))
    return Chart(
        "service_frontier",
        say("What service costs and how much of it is in time"),
        paragraph(frontier_finding(subject, found) for found in maps),
        say(_ALT),
        figure,
        pd.concat([_numbers(found) for found in maps], ignore_index=True),
        tuple(_native(subject, found) for found in maps),
        frontier_message(subject, maps[0]),
    )


def _draw(axes: Axes, subject: Subject, found: DeskMap) -> None:
    by_name = {place.policy: place for place in found.places}
    front = [by_name[policy] for policy in found.front]
    axes.plot(
        [p.x for p in front], [p.y for p in front], color=style.FAINT, linewidth=4, solid_capstyle="round", zorder=1
    )
    for place in reversed(found.places):
        colour = _colour(subject, place.policy)
        axes.plot(place.x_ends, [place.y, place.y], color=colour, linewidth=1.1, zorder=2)
        axes.plot([place.x, place.x], place.y_ends, color=colour, linewidth=1.1, zorder=2)
        filled = "white" if place.policy in found.beaten else colour
        marker = "x" if place.policy == BASE else "o"
        axes.plot([place.x], [place.y], marker, color=colour, markerfacecolor=filled, markersize=6, zorder=3)
    axes.margins(0.15)
    _share_limits(axes)
    axes.set_title(say(DESK_TITLES[found.desk]), fontsize=9)
    axes.set_xlabel(with_unit(say("cost of service"), found.cost.scale.unit))
    axes.set_ylabel(with_unit(say("within the standard"), found.share.scale.unit))
    _labels(axes, subject, found)


def _share_limits(axes: Axes) -> None:
    low, high = axes.get_ylim()
    missing = max(_LEAST_HEIGHT - (high - low), 0.0)
    top = min(high + missing / 2, _FULL)
    axes.set_ylim(min(low, top - (high - low) - missing) if missing else low, top)


def _labels(axes: Axes, subject: Subject, found: DeskMap) -> None:
    """Name the points in a column to the right of the map, each joined to its point by a thin line."""
    bottom, top = axes.get_ylim()
    heights = [(place.y - bottom) / (top - bottom) for place in found.places]
    names = [policy_label(subject, place.policy, 18) for place in found.places]
    placed = style.spread_labels(heights, _LABEL_GAP * max(name.count("\n") + 1 for name in names))
    above = max(0.0, max(placed) - _TOP_LABEL)
    for place, name, height in zip(found.places, names, [height - above for height in placed], strict=True):
        colour = _colour(subject, place.policy)
        line = {
            "arrowstyle": "-",
            "color": colour,
            "linewidth": 0.6,
            "alpha": 0.6,
            "shrinkA": 1,
            "shrinkB": 0,
            "relpos": (0, 0.5),
        }
        axes.annotate(
            name,
            (place.x, place.y),
            (1.02, height),
            textcoords="axes fraction",
            arrowprops=line,
            fontsize=8,
            va="center",
            fontweight="bold" if place.policy == subject.best else "normal",
            annotation_clip=False,
        )


def _colour(subject: Subject, policy: str) -> str:
    if policy == BASE:
        return style.INK
    return style.focus() if policy == subject.best else style.QUIET


def _numbers(found: DeskMap) -> pd.DataFrame:
    """Return the points as tidy rows."""
    rows = [
        {"desk": found.desk, "policy": place.policy, "cost": place.x, "cost_low": place.x_ends[0]}
        | {"cost_high": place.x_ends[1], "cost_unit": found.cost.scale.unit, "share": place.y}
        | {"share_low": place.y_ends[0], "share_high": place.y_ends[1], "share_unit": found.share.scale.unit}
        | {"on_front": place.policy in found.front, "is_beaten": place.policy in found.beaten}
        for place in found.places
    ]
    return pd.DataFrame(rows)


def _native(subject: Subject, found: DeskMap) -> Points:
    """Return the map for programs that draw it by themselves."""
    points = tuple(
        Point(
            policy_name(place.policy),
            place.x,
            place.y,
            *place.x_ends,
            *place.y_ends,
            colour=_colour(subject, place.policy),
            strong=place.policy == subject.best,
        )
        for place in found.places
    )
    return Points(
        say(DESK_TITLES[found.desk]),
        points,
        with_unit(say("cost of service"), found.cost.scale.unit),
        with_unit(say("within the standard"), found.share.scale.unit),
        digits=(found.cost.level_digits, found.share.level_digits),
        front=tuple(policy_name(policy) for policy in found.front),
    )
