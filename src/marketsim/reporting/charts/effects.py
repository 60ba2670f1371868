"""Paired differences of every policy to the base: dots with whiskers, one panel per key figure."""

from __future__ import annotations

import math
from textwrap import wrap

import pandas as pd
from matplotlib.axes import Axes

from marketsim.reporting import style
from marketsim.reporting.charts import dots
from marketsim.reporting.charts.chart import Chart, Subject, reference_notes
from marketsim.reporting.estimates import Verdict
from marketsim.reporting.measures import PROFIT, Measure, Printer, printer_for, shown_measures
from marketsim.reporting.numbers import joined
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi

_MOST_COLUMNS = 5
_TITLE_WIDTH = 18


def effects(subject: Subject) -> Chart | None:
    """Draw the paired differences of profit, shares and satisfaction; None without policies."""
    view = subject.view
    printers = [printer_for(view, measure) for measure in _drawn_measures(view)]
    data = _numbers(subject, printers)
    if data.empty:
        return None
    rows = math.ceil(len(printers) / _MOST_COLUMNS)
    columns = math.ceil(len(printers) / rows)
    figure = style.new_figure(0.7 + rows * (1.05 + 0.36 * len(view.policies)))
    grid = figure.subplots(rows, columns, sharey=True, squeeze=False)
    for axes, printer in zip(grid.flat, printers, strict=False):
        _panel(axes, subject, printer)
    for axes in grid.flat[len(printers) :]:
        axes.set_visible(False)
    for first in grid[:, 0]:
        _policies_axis(first, subject)
    dots.key(figure)
    notes = reference_notes(subject, [printer.measure for printer in printers])
    style.footer(figure, subject.footer(*notes))
    return Chart(
        "policy_effects",
        "What every policy changes",
        _finding(subject),
        "Dots with 95 % interval whiskers: one row per policy, one panel per key figure, a line at zero.",
        figure,
        data,
    )


def _drawn_measures(view: StudyView) -> list[Measure]:
    """Return the measures that the study asks for; by default those of the headline but waits, which have a chart."""
    asked = bool(view.study.get("show"))
    wanted = [m for m in shown_measures(view) if asked or not m.kpi.name.startswith("busy_wait")]
    return [measure for measure in wanted if measure.exists(view)]


def _numbers(subject: Subject, printers: list[Printer]) -> pd.DataFrame:
    rows = []
    for printer in printers:
        measure = printer.measure
        for policy in subject.view.policies:
            cell = measure.cell(subject.view, policy)
            if cell.is_compared:
                rows.append(
                    {
                        "policy": policy,
                        "kpi": measure.kpi.name,
                        "retailer": measure.retailer or subject.view.focus,
                        "segment": measure.segment,
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
        means.append(cell.difference.mean if cell.is_compared else math.nan)
        dots.dot(axes, cell, printer, row, measure.kpi.better)
        dots.no_dot(axes, cell, row)
    dots.finish_panel(axes, _panel_title(measure), printer.scale.difference_unit, means)


def _panel_title(measure: Measure) -> str:
    title = style.drawable(measure.title)
    return "\n".join(line for part in title.split(", ") for line in wrap(part, _TITLE_WIDTH))


def _policies_axis(axes: Axes, subject: Subject) -> None:
    dots.rows_axis(axes, [style.folded(subject.policy_labels[policy]) for policy in subject.view.policies])
    for label, policy in zip(axes.get_yticklabels(), subject.view.policies, strict=True):
        label.set_fontweight("bold" if policy == subject.best else "normal")


def _finding(subject: Subject) -> str:
    """Say for which policies profit rises, falls, or cannot be told."""
    printer = printer_for(subject.view, Measure(kpi(PROFIT)))
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
