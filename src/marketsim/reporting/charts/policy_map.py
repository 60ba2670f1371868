"""A map of policies: what each does to profit and to ordinary customers, and how much energy it gains."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart, Subject
from marketsim.reporting.estimates import Verdict
from marketsim.reporting.measures import (
    PROFIT,
    Measure,
    Printer,
    has_other_members,
    has_own_reference,
    printer_for,
    served_tiers,
    tier_people,
    tier_title,
)
from marketsim.reporting.numbers import joined, signed
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi
from marketsim.results.tables import ALL

_LARGEST_BUBBLE = 900.0
_SMALLEST_BUBBLE = 30.0
_LABEL_GAP = 0.055


def policy_map(subject: Subject) -> Chart | None:
    """Draw profit against the satisfaction of ordinary customers; None without two policies."""
    view, tier = subject.view, _people(subject.view)
    people, profit, energy = (
        printer_for(view, measure)
        for measure in (
            Measure(kpi("satisfaction"), tier),
            Measure(kpi(PROFIT)),
            Measure(kpi("share_energy")),
        )
    )
    data = _numbers(view, people, profit, energy)
    if len(data) < 2:
        return None
    figure = style.new_figure(4.9)
    axes = figure.subplots()
    _bubbles(axes, data, subject)
    _corners(axes, tier_people(tier))
    axes.set_xlabel(f"satisfaction, {tier_title(tier)}: {people.scale.difference_unit}, difference to base")
    axes.set_ylabel(f"profit: {profit.scale.difference_unit}, difference to base")
    style.footer(figure, subject.footer("bubble and (pp): change of the share of energy, hollow where it falls"))
    return Chart(
        "policy_map",
        f"Profit and the satisfaction of {tier_people(tier)}",
        _finding(view, people.measure, profit.measure),
        f"Bubbles with 95 % interval crosses: satisfaction of {tier_people(tier)} to the right, "
        "profit upward, both as paired difference to base.",
        figure,
        data,
    )


def _people(view: StudyView) -> str:
    """Return the ordinary tier; all customers where the ordinary ones are not the same people under every policy."""
    tier = served_tiers(view)[-1]
    measure = Measure(kpi("satisfaction"), tier)
    return ALL if has_other_members(view, measure) or has_own_reference(view, measure) else tier


def _numbers(view: StudyView, *printers: Printer) -> pd.DataFrame:
    rows = []
    for policy in view.policies:
        row: dict[str, object] = {"policy": policy}
        for name, printer in zip(("satisfaction", "profit", "share_energy"), printers, strict=True):
            difference, divisor = printer.measure.cell(view, policy).difference, printer.scale.divisor
            row |= {
                f"{name}_diff": difference.mean / divisor,
                f"{name}_diff_low": difference.low / divisor,
                f"{name}_diff_high": difference.high / divisor,
            }
        if all(math.isfinite(row[f"{name}_diff"]) for name in ("satisfaction", "profit", "share_energy")):  # type: ignore[arg-type]
            rows.append(row)
    return pd.DataFrame(rows)


def _bubbles(axes: Axes, data: pd.DataFrame, subject: Subject) -> None:
    largest = max(float(data["share_energy_diff"].abs().max()), 1e-12)
    for row in data.to_dict("records"):
        x, y, gain = row["satisfaction_diff"], row["profit_diff"], row["share_energy_diff"]
        colour = style.focus() if row["policy"] == subject.best else style.QUIET
        if math.isfinite(row["profit_diff_low"]):
            strength = 1.0 if row["policy"] == subject.best else 0.5
            look: dict[str, Any] = {"color": colour, "linewidth": 1, "alpha": strength}
            axes.plot([x, x], [row["profit_diff_low"], row["profit_diff_high"]], **look)
            axes.plot([row["satisfaction_diff_low"], row["satisfaction_diff_high"]], [y, y], **look)
        size = max(_LARGEST_BUBBLE * abs(gain) / largest, _SMALLEST_BUBBLE)
        axes.scatter(
            [x],
            [y],
            s=size,
            facecolor=colour if gain >= 0 else "none",
            edgecolor=colour,
            alpha=0.55,
            zorder=3,
        )
        axes.scatter([x], [y], s=9, color=colour, zorder=4)
    axes.scatter([0], [0], marker="x", s=40, color=style.INK, zorder=5)
    axes.annotate("base", (0, 0), (5, -11), textcoords="offset points", fontsize=8.5)
    axes.margins(0.2)
    style.zero_line(axes, vertical=True)
    style.zero_line(axes, vertical=False)
    _labels(axes, data, subject)


def _labels(axes: Axes, data: pd.DataFrame, subject: Subject) -> None:
    """Name the bubbles in a column to the right of the map, each joined to its bubble by a thin line."""
    bottom, top = axes.get_ylim()
    heights = [(y - bottom) / (top - bottom) for y in data["profit_diff"]]
    for row, height in zip(data.to_dict("records"), style.spread_labels(heights, _LABEL_GAP), strict=True):
        best = row["policy"] == subject.best
        name = style.folded(subject.policy_labels[row["policy"]], 18)
        label = f"{name} ({signed(row['share_energy_diff'], 2)} pp)"
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
            label,
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
    for x, y, words in (
        (0.99, 0.985, f"more profit, happier {people}"),
        (0.01, 0.985, f"more profit, less happy {people}"),
        (0.99, 0.015, f"less profit, happier {people}"),
        (0.01, 0.015, f"less profit, less happy {people}"),
    ):
        style.note(
            axes,
            words,
            (x, y),
            (0, 0),
            xycoords="axes fraction",
            fontsize=7.5,
            color=style.QUIET,
            style="italic",
            ha="right" if x > 0.5 else "left",
            va="top" if y > 0.5 else "bottom",
        )


def _finding(view: StudyView, people: Measure, profit: Measure) -> str:
    paying = [policy for policy in view.policies if profit.cell(view, policy).verdict == Verdict.UP]
    if not paying:
        return "No policy raises profit beyond its interval."
    group = tier_people(people.tier)
    trade = [policy for policy in paying if people.cell(view, policy).verdict == Verdict.DOWN]
    both = [policy for policy in paying if policy not in trade]
    if not both:
        return f"Every policy that raises profit lowers the satisfaction of {group}: {joined(trade)}."
    tail = f"; {joined(trade)} at their expense" if trade else ""
    verb = "raises" if len(both) == 1 else "raise"
    fall = f"a fall of the satisfaction of {group} that could be told"
    return f"{joined(both)} {verb} profit without {fall}{tail}."
