"""Paired differences of every policy to the base: dots with whiskers, one panel per key figure."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes

from marketsim.reporting import style
from marketsim.reporting.charts import dots
from marketsim.reporting.charts.chart import Chart, Subject
from marketsim.reporting.estimates import Verdict
from marketsim.reporting.measures import Measure, Printer, headline_measures, printer_for
from marketsim.reporting.numbers import joined


def effects(subject: Subject) -> Chart | None:
    """Draw the paired differences of profit, shares and satisfaction; None without policies."""
    view = subject.view
    printers = [
        printer_for(view, measure)
        for measure in headline_measures(view)
        if not measure.kpi.name.startswith("busy_wait")
    ]
    data = _numbers(subject, printers)
    if data.empty:
        return None
    figure = style.new_figure(1.75 + 0.36 * len(view.policies))
    panels = figure.subplots(1, len(printers), sharey=True, squeeze=False)[0]
    for axes, printer in zip(panels, printers, strict=True):
        _panel(axes, subject, printer)
    _policies_axis(panels[0], subject)
    dots.key(figure)
    style.footer(figure, subject.footer())
    return Chart(
        "policy_effects",
        "What every policy changes",
        _finding(subject),
        "Dots with 95 % interval whiskers: one row per policy, one panel per key figure, a line at zero.",
        figure,
        data,
    )


def _numbers(subject: Subject, printers: list[Printer]) -> pd.DataFrame:
    rows = []
    for printer in printers:
        measure = printer.measure
        for policy in subject.view.policies:
            cell = measure.cell(subject.view, policy)
            if cell.verdict != Verdict.MISSING:
                rows.append(
                    {
                        "policy": policy,
                        "kpi": measure.kpi.name,
                        "tier": measure.tier,
                        "unit": printer.scale.difference_unit,
                        "n": cell.difference.n,
                        "diff": cell.difference.mean / printer.scale.divisor,
                        "diff_low": cell.difference.low / printer.scale.divisor,
                        "diff_high": cell.difference.high / printer.scale.divisor,
                    }
                )
    return pd.DataFrame(rows)


def _panel(axes: Axes, subject: Subject, printer: Printer) -> None:
    measure, means = printer.measure, []
    for row, policy in enumerate(subject.view.policies):
        cell = measure.cell(subject.view, policy)
        means.append(cell.difference.mean)
        dots.dot(axes, cell, printer, row, measure.kpi.better)
        if cell.verdict == Verdict.MISSING:
            missing = "not in base" if math.isfinite(cell.level.mean) else "nobody"
            style.note(axes, missing, (0, row), (0, 0), fontsize=7.5, color=style.QUIET, va="center", ha="center")
    dots.finish_panel(axes, _panel_title(measure), printer.scale.difference_unit, means)


def _panel_title(measure: Measure) -> str:
    return measure.title.replace("Share of", "Share of\n").replace(", ", ",\n").replace("\n ", "\n")


def _policies_axis(axes: Axes, subject: Subject) -> None:
    dots.rows_axis(axes, [style.folded(subject.policy_labels[policy]) for policy in subject.view.policies])
    for label, policy in zip(axes.get_yticklabels(), subject.view.policies, strict=True):
        label.set_fontweight("bold" if policy == subject.best else "normal")


def _finding(subject: Subject) -> str:
    """Say for which policies profit rises, falls, or cannot be told."""
    printer = printer_for(subject.view, headline_measures(subject.view)[0])
    groups: dict[str, list[str]] = {}
    for policy in subject.view.policies:
        groups.setdefault(printer.measure.cell(subject.view, policy).verdict, []).append(policy)
    words = {
        Verdict.UP: "Profit rises under",
        Verdict.DOWN: "falls under",
        Verdict.CANNOT_TELL: "cannot be told from base under",
        Verdict.NO_CHANGE: "does not change under",
        Verdict.NO_INTERVAL: "has no interval under",
    }
    parts = [f"{text} {joined(groups[word])}" for word, text in words.items() if word in groups]
    text = "; it ".join(parts)
    return f"{text if text.startswith('Profit') else f'Profit {text}'}."
