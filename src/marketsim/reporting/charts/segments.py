"""Who gains and who loses under the best policy: satisfaction, price and churn, by tier and by segment."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes

from marketsim.reporting import style
from marketsim.reporting.charts import dots
from marketsim.reporting.charts.chart import Chart, Subject, reference_notes
from marketsim.reporting.charts.labels import put_footer
from marketsim.reporting.charts.native import Bars
from marketsim.reporting.clauses import sentence_of
from marketsim.reporting.estimates import Verdict
from marketsim.reporting.language import kpi_title, message, say, segment_name
from marketsim.reporting.measures import Measure, printer_for, served_tiers, tier_people
from marketsim.reporting.numbers import joined
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi
from marketsim.results.tables import ALL

_KPIS = ("satisfaction", "price_cny_per_mwh", "churn_pct_per_year")
_CLAUSES = {
    Verdict.UP: (message("Under {policy} satisfaction rises for {groups}"), message("it rises for {groups}")),
    Verdict.DOWN: (message("Under {policy} satisfaction falls for {groups}"), message("it falls for {groups}")),
    Verdict.CANNOT_TELL: (
        message("Under {policy} satisfaction cannot be told from base for {groups}"),
        message("it cannot be told from base for {groups}"),
    ),
    Verdict.NO_CHANGE: (
        message("Under {policy} satisfaction does not change for {groups}"),
        message("it does not change for {groups}"),
    ),
    Verdict.NO_INTERVAL: (
        message("Under {policy} satisfaction has no interval for {groups}"),
        message("it has no interval for {groups}"),
    ),
    Verdict.OTHER_MEMBERS: (
        message("Under {policy} satisfaction is that of other customers than in the base for {groups}"),
        message("it is that of other customers than in the base for {groups}"),
    ),
}
"""By verdict, how the finding begins and goes on."""
BETTER, WORSE = message("better for them"), message("worse for them")


def groups_of(view: StudyView) -> list[tuple[str, str, str]]:
    """Return (title, tier, segment) of every group of customers: all, the tiers, the segments."""
    tiers = [tier for tier in served_tiers(view) if tier != ALL]
    rows = [(say("all customers"), ALL, ALL), *((tier_people(tier), tier, ALL) for tier in tiers)]
    return rows + [(segment_name(segment), ALL, segment) for segment in view.segments if segment != ALL]


def has_customers(view: StudyView, policy: str, tier: str, segment: str) -> bool:
    """Tell whether a group has customers under a policy; a tier may have none."""
    return math.isfinite(view.cell(policy, "satisfaction", tier=tier, segment=segment).level.mean)


def segments(subject: Subject) -> Chart | None:
    """Draw what the best policy changes for each group of customers; None without policies."""
    policy = subject.best
    if policy is None:
        return None
    view = subject.view
    groups = [group for group in groups_of(view) if has_customers(view, policy, *group[1:])]
    data = _numbers(view, policy, groups)
    if data.empty:
        return None
    figure = style.new_figure(1.8 + 0.34 * len(groups))
    panels = figure.subplots(1, len(_KPIS), sharey=True)
    for axes, name in zip(panels, _KPIS, strict=True):
        _panel(axes, view, policy, name, groups)
    dots.rows_axis(panels[0], [group_label(subject, title, segment) for title, _, segment in groups])
    dots.key(figure, BETTER, WORSE)
    put_footer(figure, subject, *reference_notes(subject, _measures(groups)))
    return Chart(
        "who_gains_and_loses",
        say("Who gains and who loses under {policy}", policy=policy),
        _finding(view, policy, groups),
        say(
            "Dots with 95 % interval whiskers: one row per group of customers; panels for satisfaction, price "
            "paid and churn."
        ),
        figure,
        data,
        tuple(_native(view, policy, name, groups) for name in _KPIS),
        _message(view, policy, groups),
    )


def _measures(groups: list[tuple[str, str, str]]) -> list[Measure]:
    return [Measure(kpi(name), tier, segment) for _, tier, segment in groups for name in _KPIS]


def group_label(subject: Subject, title: str, segment: str) -> str:
    """Return what a group is called in a figure: names that cannot be drawn are numbers."""
    drawable = segment == ALL or subject.segment_labels[segment] == segment
    return style.folded(title if drawable else subject.segment_labels[segment])


def _numbers(view: StudyView, policy: str, groups: list[tuple[str, str, str]]) -> pd.DataFrame:
    rows = []
    for title, tier, segment in groups:
        for name in _KPIS:
            printer = printer_for(view, Measure(kpi(name), tier, segment))
            cell = printer.measure.cell(view, policy)
            if cell.is_compared:
                unit, n = printer.scale.difference_unit, cell.difference.n
                rows.append((policy, title, tier, segment, name, unit, n, *dots.ends_of(cell, printer)))
    columns = ["policy", "group", "tier", "segment", "kpi", "unit", "n", "diff", "diff_low", "diff_high"]
    return pd.DataFrame(rows, columns=columns)


def _panel(axes: Axes, view: StudyView, policy: str, name: str, groups: list[tuple[str, str, str]]) -> None:
    means = []
    for row, (_, tier, segment) in enumerate(groups):
        printer = printer_for(view, Measure(kpi(name), tier, segment))
        cell = printer.measure.cell(view, policy)
        means.append(cell.difference.mean if cell.is_compared else math.nan)
        dots.dot(axes, cell, printer, row, good_for_customers(printer.measure))
        dots.no_dot(axes, cell, row)
    axes.axhline(len([1 for _, _, segment in groups if segment == ALL]) - 0.5, color=style.FAINT, linewidth=1)
    unit = printer_for(view, Measure(kpi(name))).scale.difference_unit
    dots.finish_panel(axes, kpi_title(kpi(name)), say("{unit}, difference to base", unit=unit), means)


def _native(view: StudyView, policy: str, name: str, groups: list[tuple[str, str, str]]) -> Bars:
    measures = [Measure(kpi(name), tier, segment) for _, tier, segment in groups]
    cells = [measure.cell(view, policy) for measure in measures]
    printer, titles = printer_for(view, Measure(kpi(name))), [title for title, _, _ in groups]
    return dots.panel(kpi_title(kpi(name)), titles, cells, printer, good_for_customers(measures[0]))


def good_for_customers(measure: Measure) -> int:
    """Return the good direction for the customer: a lower price is good."""
    return -1 if measure.kpi.name == "price_cny_per_mwh" else measure.kpi.better


def _finding(view: StudyView, policy: str, groups: list[tuple[str, str, str]]) -> str:
    by_verdict: dict[str, list[str]] = {}
    for title, tier, segment in groups[1:]:
        by_verdict.setdefault(view.cell(policy, "satisfaction", tier=tier, segment=segment).verdict, []).append(title)
    told = [word for word in _CLAUSES if word in by_verdict]
    return sentence_of(
        say(_CLAUSES[word][n > 0], policy=policy, groups=joined(by_verdict[word])) for n, word in enumerate(told)
    )


def _message(view: StudyView, policy: str, groups: list[tuple[str, str, str]]) -> str:
    words = [view.cell(policy, "satisfaction", tier=tier, segment=segment).verdict for _, tier, segment in groups[1:]]
    up, down = words.count(Verdict.UP), words.count(Verdict.DOWN)
    if set(words) == {Verdict.NO_CHANGE}:
        return say("{policy} leaves the satisfaction of every group as it is", policy=policy)
    if not up + down:
        return say("{policy}: of no group can it be told that satisfaction changes", policy=policy)
    if up == len(words):
        return say("{policy}: satisfaction rises in every group of customers", policy=policy)
    if down == len(words):
        return say("{policy}: satisfaction falls in every group of customers", policy=policy)
    return say(
        "{policy}: satisfaction rises in {up} of {all} groups and falls in {down}",
        policy=policy,
        up=up,
        down=down,
        all=len(words),
    )
