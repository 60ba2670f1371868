"""Who gains and who loses under the best policy: satisfaction, price and churn, by tier and by segment."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes

from marketsim.reporting import style
from marketsim.reporting.charts import dots
from marketsim.reporting.charts.chart import Chart, Subject, reference_notes
from marketsim.reporting.estimates import Verdict
from marketsim.reporting.measures import Measure, printer_for, served_tiers, tier_people
from marketsim.reporting.numbers import joined
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi
from marketsim.results.tables import ALL

_KPIS = ("satisfaction", "price_cny_per_mwh", "churn_pct_per_year")


def groups_of(view: StudyView) -> list[tuple[str, str, str]]:
    """Return (title, tier, segment) of every group of customers: all, the tiers, the segments."""
    tiers = [tier for tier in served_tiers(view) if tier != ALL]
    rows = [("all customers", ALL, ALL), *((tier_people(tier), tier, ALL) for tier in tiers)]
    return rows + [(segment.replace("_", " "), ALL, segment) for segment in view.segments if segment != ALL]


def segments(subject: Subject) -> Chart | None:
    """Draw what the best policy changes for each group of customers; None without policies."""
    policy = subject.best
    if policy is None:
        return None
    view, groups = subject.view, groups_of(subject.view)
    data = _numbers(view, policy, groups)
    if data.empty:
        return None
    figure = style.new_figure(1.8 + 0.34 * len(groups))
    panels = figure.subplots(1, len(_KPIS), sharey=True)
    for axes, name in zip(panels, _KPIS, strict=True):
        _panel(axes, view, policy, name, groups)
    labels = [_label(subject, title, segment) for title, _, segment in groups]
    dots.rows_axis(panels[0], labels)
    dots.key(figure, "better for them", "worse for them")
    style.footer(figure, subject.footer(*reference_notes(subject, _measures(groups))))
    return Chart(
        "who_gains_and_loses",
        f"Who gains and who loses under {policy}",
        _finding(view, policy, groups),
        "Dots with 95 % interval whiskers: one row per group of customers; panels for satisfaction, price "
        "paid and churn.",
        figure,
        data,
    )


def _measures(groups: list[tuple[str, str, str]]) -> list[Measure]:
    return [Measure(kpi(name), tier, segment) for _, tier, segment in groups for name in _KPIS]


def _label(subject: Subject, title: str, segment: str) -> str:
    return style.folded(subject.segment_labels[segment].replace("_", " ") if segment != ALL else title)


def _numbers(view: StudyView, policy: str, groups: list[tuple[str, str, str]]) -> pd.DataFrame:
    rows = []
    for title, tier, segment in groups:
        for name in _KPIS:
            cell = view.cell(policy, name, tier=tier, segment=segment)
            if cell.is_compared:
                difference = cell.difference
                rows.append(
                    (
                        policy,
                        title,
                        tier,
                        segment,
                        name,
                        kpi(name).unit,
                        difference.n,
                        difference.mean,
                        difference.low,
                        difference.high,
                    )
                )
    columns = ["policy", "group", "tier", "segment", "kpi", "unit", "n", "diff", "diff_low", "diff_high"]
    return pd.DataFrame(rows, columns=columns)


def _panel(axes: Axes, view: StudyView, policy: str, name: str, groups: list[tuple[str, str, str]]) -> None:
    means = []
    for row, (_, tier, segment) in enumerate(groups):
        printer = printer_for(view, Measure(kpi(name), tier, segment))
        cell = printer.measure.cell(view, policy)
        means.append(cell.difference.mean if cell.is_compared else math.nan)
        dots.dot(axes, cell, printer, row, _better(printer.measure))
        dots.no_dot(axes, cell, row)
    axes.axhline(len([1 for _, _, segment in groups if segment == ALL]) - 0.5, color=style.FAINT, linewidth=1)
    unit = printer_for(view, Measure(kpi(name))).scale.difference_unit
    dots.finish_panel(axes, kpi(name).title, f"{unit}, difference to base", means)


def _better(measure: Measure) -> int:
    """Return the good direction for the customer: a lower price is good."""
    return -1 if measure.kpi.name == "price_cny_per_mwh" else measure.kpi.better


def _finding(view: StudyView, policy: str, groups: list[tuple[str, str, str]]) -> str:
    by_verdict: dict[str, list[str]] = {}
    for title, tier, segment in groups[1:]:
        by_verdict.setdefault(view.cell(policy, "satisfaction", tier=tier, segment=segment).verdict, []).append(title)
    words = {
        Verdict.UP: "rises for",
        Verdict.DOWN: "falls for",
        Verdict.CANNOT_TELL: "cannot be told from base for",
        Verdict.NO_CHANGE: "does not change for",
        Verdict.NO_INTERVAL: "has no interval for",
        Verdict.OTHER_MEMBERS: "is that of other customers than in the base for",
    }
    parts = [f"{text} {joined(by_verdict[word])}" for word, text in words.items() if word in by_verdict]
    return f"Under {policy} satisfaction {'; it '.join(parts)}."
