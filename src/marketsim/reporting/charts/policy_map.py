"""A map of policies: what each does to profit and to ordinary customers, how much energy it gains, and their front."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart, Subject, reference_notes
from marketsim.reporting.charts.front import Front, front
from marketsim.reporting.charts.labels import policy_label, policy_name, put_footer
from marketsim.reporting.charts.native import Point, Points
from marketsim.reporting.charts.policy_map_words import map_finding, map_message
from marketsim.reporting.language import message, say
from marketsim.reporting.measures import (
    PROFIT,
    Measure,
    Printer,
    has_other_members,
    printer_for,
    served_tiers,
    tier_people,
    tier_title,
)
from marketsim.reporting.numbers import joined, signed, unit_text
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi
from marketsim.results.tables import ALL, BASE

_LARGEST_BUBBLE = 900.0
_LEAST = 1 / 30
"""The smallest bubble as a part of the largest."""
_LABEL_GAP = 0.055
_LEAST_ROOM, _WIDE_ROOM = 0.22, 0.36
"""Parts of the width that the words in a corner need in two lines, and in one."""
_SHARE = Measure(kpi("share_energy"))
_AXES = ("satisfaction", "profit", "share_energy")
_CORNERS = (
    (0.99, 0.985, message("more profit, happier {people}")),
    (0.01, 0.985, message("more profit, less happy {people}")),
    (0.99, 0.015, message("less profit, happier {people}")),
    (0.01, 0.015, message("less profit, less happy {people}")),
)


def policy_map(subject: Subject) -> Chart | None:
    """Draw profit against the satisfaction of ordinary customers; None without two policies."""
    view, tier = subject.view, _people(subject.view)
    printers = [printer_for(view, m) for m in (Measure(kpi("satisfaction"), tier), Measure(kpi(PROFIT)), _SHARE)]
    people, profit = printers[0], printers[1]
    data = _numbers(view, printers)
    if len(data) < 3:
        return None
    found = front(view, list(data["policy"]), (people.measure, profit.measure))
    data["on_front"], data["not_told_beaten"] = (data["policy"].isin(names) for names in (found.by_means, found.untold))
    figure = style.new_figure(5.1)
    axes = figure.subplots()
    _bubbles(axes, data, subject)
    _front_line(axes, data, found)
    _corners(axes, tier_people(tier))
    axes.set_xlabel(_x_title(people))
    axes.set_ylabel(_y_title(profit))
    _key(figure, with_line=len(found.by_means) > 1)
    notes = [*_left_out(subject, data, tier), *reference_notes(subject, [people.measure])]
    bubbles = say("bubble and (pp): change of the share of energy, hollow where it falls")
    put_footer(figure, subject, bubbles, *notes)
    return Chart(
        "policy_map",
        say("Profit and the satisfaction of {people}", people=tier_people(tier)),
        map_finding(view, people.measure, profit.measure, found),
        say(
            "Bubbles with 95 % interval crosses: satisfaction of {people} to the right, profit upward, both as paired "
            "difference to base.",
            people=tier_people(tier),
        ),
        figure,
        data,
        (_native(subject, data, people, profit, found),),
        map_message(found, len(data)),
    )


def _people(view: StudyView) -> str:
    """Return the ordinary tier; all customers where it cannot be compared with the same people under every policy."""
    tier = served_tiers(view)[-1]
    return ALL if has_other_members(view, Measure(kpi("satisfaction"), tier)) else tier


def _x_title(people: Printer) -> str:
    return say(
        "satisfaction, {tier}: {unit}, difference to base",
        tier=tier_title(people.measure.tier),
        unit=people.scale.difference_unit,
    )


def _y_title(profit: Printer) -> str:
    return say("profit: {unit}, difference to base", unit=profit.scale.difference_unit)


def _numbers(view: StudyView, printers: list[Printer]) -> pd.DataFrame:
    """Return a row per policy that can be placed; the base is the zero of both axes."""
    rows: list[dict[str, Any]] = [{"policy": BASE} | dict.fromkeys(_columns(), 0.0)]
    for policy in view.policies:
        row: dict[str, Any] = {"policy": policy}
        for name, printer in zip(_AXES, printers, strict=True):
            difference, divisor = printer.measure.cell(view, policy).difference, printer.scale.divisor
            row |= {
                f"{name}_diff": difference.mean / divisor,
                f"{name}_diff_low": difference.low / divisor,
                f"{name}_diff_high": difference.high / divisor,
            }
        if all(math.isfinite(row[f"{name}_diff"]) for name in _AXES):
            rows.append(row)
    data = pd.DataFrame(rows)
    gains = data["share_energy_diff"].abs()
    units = {f"{name}_unit": printer.scale.difference_unit for name, printer in zip(_AXES, printers, strict=True)}
    return data.assign(bubble_size=gains.clip(lower=_LEAST * max(float(gains.max()), 1e-12)), **units)


def _columns() -> list[str]:
    return [f"{name}_diff{end}" for name in _AXES for end in ("", "_low", "_high")]


def _left_out(subject: Subject, data: pd.DataFrame, tier: str) -> list[str]:
    """Name the policies that have no place on the map."""
    missing = [policy for policy in subject.view.policies if policy not in set(data["policy"])]
    names = joined(style.drawable(subject.policy_labels[policy]) for policy in missing)
    return [say("not drawn, without {people}: {names}", people=tier_people(tier), names=names)] if missing else []


def _bubbles(axes: Axes, data: pd.DataFrame, subject: Subject) -> None:
    largest = float(data["bubble_size"].max())
    for row in data[data["policy"] != BASE].to_dict("records"):
        x, y, best = row["satisfaction_diff"], row["profit_diff"], row["policy"] == subject.best
        colour = style.focus() if best else style.QUIET
        if math.isfinite(row["profit_diff_low"]):
            look: dict[str, Any] = {"color": colour, "linewidth": 1, "alpha": 1.0 if best else 0.5}
            axes.plot([x, x], [row["profit_diff_low"], row["profit_diff_high"]], **look)
            axes.plot([row["satisfaction_diff_low"], row["satisfaction_diff_high"]], [y, y], **look)
        gains, size = row["share_energy_diff"] >= 0, _LARGEST_BUBBLE * row["bubble_size"] / largest
        axes.scatter([x], [y], s=size, facecolor=colour if gains else "none", edgecolor=colour, alpha=0.55, zorder=3)
        if row["not_told_beaten"]:
            axes.scatter([x], [y], s=size + 60, facecolor="none", edgecolor=style.INK, linewidth=1.4, zorder=4)
        axes.scatter([x], [y], s=9, color=colour, zorder=4)
    axes.scatter([0], [0], marker="x", s=40, color=style.INK, zorder=5)
    axes.annotate(say("base"), (0, 0), (5, -11), textcoords="offset points", fontsize=8.5)
    axes.margins(0.2)
    style.zero_line(axes, vertical=True)
    style.zero_line(axes, vertical=False)
    _labels(axes, data[data["policy"] != BASE], subject)


def _front_line(axes: Axes, data: pd.DataFrame, found: Front) -> None:
    rows = data.set_index("policy").loc[list(found.by_means)]
    look: dict[str, Any] = {"color": style.INK, "linewidth": 1.0, "linestyle": (0, (4, 2)), "zorder": 2.5}
    axes.plot(rows["satisfaction_diff"], rows["profit_diff"], **look)


def _key(figure: Figure, *, with_line: bool) -> None:
    """Explain rings and the dashed line, where there is one."""
    ring: dict[str, Any] = {"marker": "o", "markersize": 9, "markerfacecolor": "none", "markeredgecolor": style.INK}
    handles = [Line2D([], [], linestyle="none", label=say("no other can be told to beat it in both"), **ring)]
    if with_line:
        line: dict[str, Any] = {"color": style.INK, "linewidth": 1, "linestyle": (0, (4, 2))}
        handles.append(Line2D([], [], label=say("front by the means"), **line))
    figure.legend(handles=handles, loc="outside upper left", ncols=2, handlelength=2.4)


def _labels(axes: Axes, data: pd.DataFrame, subject: Subject) -> None:
    """Name the bubbles in a column to the right of the map, each joined to its bubble by a thin line."""
    bottom, top = axes.get_ylim()
    heights = [(y - bottom) / (top - bottom) for y in data["profit_diff"]]
    names = [policy_label(subject, policy, 18) for policy in data["policy"]]
    placed = style.spread_labels(heights, _LABEL_GAP * max(name.count("\n") + 1 for name in names))
    for row, name, height in zip(data.to_dict("records"), names, placed, strict=True):
        best = row["policy"] == subject.best
        line = {
            "arrowstyle": "-",
            "color": style.focus() if best else style.QUIET,
            "linewidth": 0.6,
            "alpha": 0.7,
            "shrinkA": 1,
            "shrinkB": 0,
            "relpos": (0, 0.5),
        }
        axes.annotate(
            f"{name} ({signed(row['share_energy_diff'], 2)} {unit_text('pp')})",
            (row["satisfaction_diff"], row["profit_diff"]),
            (1.02, height),
            textcoords="axes fraction",
            arrowprops=line,
            fontsize=8,
            va="center",
            fontweight="bold" if best else "normal",
            annotation_clip=False,
        )


def _corners(axes: Axes, people: str) -> None:
    """Say what each corner means, on the side of the zero line on which it is true; not where there is no room."""
    left, right = axes.get_xlim()
    zero = -left / (right - left)
    for x, y, words in _CORNERS:
        room = zero if x < 0.5 else 1 - zero
        if room < _LEAST_ROOM:
            continue
        text = say(words, people=people)
        style.note(
            axes,
            text if room > _WIDE_ROOM else style.folded(text, style.width_of(text) // 2 + 6),
            (x, y),
            (0, 0),
            xycoords="axes fraction",
            fontsize=7.5,
            color=style.QUIET,
            style="italic",
            ha="right" if x > 0.5 else "left",
            va="top" if y > 0.5 else "bottom",
        )


def _native(subject: Subject, data: pd.DataFrame, people: Printer, profit: Printer, found: Front) -> Points:
    """Return the map for programs that draw it by themselves."""
    points = tuple(
        Point(
            policy_name(row["policy"]),
            row["satisfaction_diff"],
            row["profit_diff"],
            row["satisfaction_diff_low"],
            row["satisfaction_diff_high"],
            row["profit_diff_low"],
            row["profit_diff_high"],
            row["bubble_size"],
            style.focus() if row["policy"] == subject.best else style.QUIET,
            row["policy"] == subject.best,
        )
        for row in data.to_dict("records")
    )
    return Points(
        "",
        points,
        _x_title(people),
        _y_title(profit),
        say("change of the share of energy, up or down, pp"),
        (people.difference_digits, profit.difference_digits),
        tuple(policy_name(name) for name in found.by_means),
    )
