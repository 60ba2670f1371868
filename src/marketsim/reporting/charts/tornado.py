"""What could overturn the answer: the profit effect at both ends of every uncertain input."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart, Subject
from marketsim.reporting.estimates import Estimate
from marketsim.reporting.measures import PROFIT, Measure, printer_for
from marketsim.reporting.numbers import Scale, signed
from marketsim.reporting.robustness import CheckedEnd, Robustness, assumption_title
from marketsim.results.key_figures import kpi

_ENDS: dict[str, dict[str, Any]] = {
    "low": {"marker": "o", "markerfacecolor": "white"},
    "high": {"marker": "o"},
}


def tornado(subject: Subject) -> Chart | None:
    """Draw the range of the best policy's profit effect over each assumption; None where none was varied."""
    checks = subject.answer.robustness
    if checks is None or not checks.ends or subject.best is None:
        return None
    printer = printer_for(subject.view, Measure(kpi(PROFIT)))
    main = subject.view.cell(subject.best, PROFIT).difference
    groups = _sorted_groups(checks, main)
    figure = style.new_figure(1.7 + 0.5 * len(groups))
    axes = figure.subplots()
    for row, ends in enumerate(groups):
        _bar(axes, row, ends, printer.scale, main)
    axes.set_yticks(range(len(groups)), [style.folded(_title(subject, ends[0]), 28) for ends in groups])
    axes.set_ylim(len(groups) - 0.4, -0.85)
    style.zero_line(axes, vertical=True)
    _main_line(axes, main, printer.scale, printer.difference_digits)
    axes.set_xlabel(
        f"profit of {style.folded(subject.policy_labels[subject.best], 60)} less base, {printer.scale.unit}"
    )
    axes.grid(axis="y", visible=False)
    axes.margins(x=0.14)
    _key(figure)
    worlds = max(end.difference.n for end in checks.ends)
    style.footer(figure, subject.footer(f"checks n = {worlds}"))
    return Chart(
        "tornado",
        "What could overturn the answer",
        checks.sentence,
        "Tornado: one bar per uncertain input, from the profit effect at its low value to that at its high "
        "value, with 95 % intervals at both ends; a line at zero and one at the main result.",
        figure,
        _numbers(subject, groups, printer.scale),
    )


def _title(subject: Subject, end: CheckedEnd) -> str:
    """Return the assumption in words; names that cannot be drawn by their numbers."""
    labels = subject.policy_labels | subject.segment_labels | subject.retailer_labels
    return assumption_title(".".join(labels.get(part, part) for part in end.assumption.split(".")))


def _sorted_groups(checks: Robustness, main: Estimate) -> list[list[CheckedEnd]]:
    """Return the ends by assumption, the longest bar first."""
    groups: dict[str, list[CheckedEnd]] = {}
    for end in checks.ends:
        groups.setdefault(end.assumption, []).append(end)
    return sorted(groups.values(), key=lambda ends: _length(ends, main), reverse=True)


def _length(ends: list[CheckedEnd], main: Estimate) -> float:
    """Return the length of a bar: it spans both ends and the main result."""
    means = [mean for mean in (*(end.difference.mean for end in ends), main.mean) if math.isfinite(mean)]
    return max(means) - min(means) if means else 0.0


def _bar(axes: Axes, row: int, ends: list[CheckedEnd], scale: Scale, main: Estimate) -> None:
    means = [end.difference.mean / scale.divisor for end in ends]
    reach = [*means, main.mean / scale.divisor]
    axes.barh(row, max(reach) - min(reach), left=min(reach), height=0.34, color=style.FAINT, zorder=1)
    for end, mean in zip(ends, means, strict=True):
        shift = -0.09 if end.end == "low" else 0.09
        low, high = end.difference.low / scale.divisor, end.difference.high / scale.divisor
        colour = style.WARM if mean < 0 else style.focus()
        if math.isfinite(low):
            axes.plot([low, high], [row + shift] * 2, color=colour, linewidth=1.4, zorder=2)
        axes.plot([mean], [row + shift], color=colour, markersize=6, zorder=3, **_ENDS[end.end])
    for end, mean in zip(ends, means, strict=True):
        style.note(
            axes,
            f"{end.value:g}",
            (mean, row),
            (0, 11 if end.end == "low" else -11),
            ha="center",
            va="center",
            fontsize=7.5,
            color=style.QUIET,
        )


def _main_line(axes: Axes, main: Estimate, scale: Scale, digits: int) -> None:
    value = main.mean / scale.divisor
    axes.axvline(value, color=style.focus(), linewidth=1.2, linestyle=(0, (4, 2)), zorder=1.5)
    axes.annotate(
        f"main result {signed(value, digits)}",
        (value, 1),
        (0, 3),
        xycoords=("data", "axes fraction"),
        textcoords="offset points",
        ha="center",
        fontsize=8,
        color=style.focus(),
    )


def _key(figure: Figure) -> None:
    handles = [
        Line2D([], [], linestyle="none", color=style.INK, markersize=6, label=f"{end} value", **look)
        for end, look in _ENDS.items()
    ]
    figure.legend(handles=handles, loc="outside upper right", ncols=2, handletextpad=0.2)


def _numbers(subject: Subject, groups: list[list[CheckedEnd]], scale: Scale) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "policy": subject.best,
            "assumption": end.assumption,
            "end": end.end,
            "value": end.value,
            "unit": scale.unit,
            "n": end.difference.n,
            "diff": end.difference.mean / scale.divisor,
            "diff_low": end.difference.low / scale.divisor,
            "diff_high": end.difference.high / scale.divisor,
            "verdict": end.verdict,
        }
        for ends in groups
        for end in ends
    )
