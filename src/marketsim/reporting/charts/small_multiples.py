"""Satisfaction and churn of every segment in every tier under the best policy, in small panels of one scale."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes

from marketsim.reporting import style
from marketsim.reporting.charts import dots
from marketsim.reporting.charts.chart import Chart, Subject, reference_notes
from marketsim.reporting.charts.labels import put_footer
from marketsim.reporting.charts.native import Bars
from marketsim.reporting.charts.segments import BETTER, WORSE, group_label, has_customers
from marketsim.reporting.clauses import sentence_of
from marketsim.reporting.estimates import Verdict
from marketsim.reporting.language import say, segment_name
from marketsim.reporting.measures import Measure, Printer, printer_for, served_tiers, tier_title
from marketsim.reporting.numbers import digits_for
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi
from marketsim.results.tables import ALL

_KPIS = ("satisfaction", "churn_pct_per_year")
_TITLE_WIDTH = 22


def small_multiples(subject: Subject) -> Chart | None:
    """Draw satisfaction and churn by segment and tier; None without policies, tiers or segments."""
    view, policy = subject.view, subject.best
    names = tuple(segment for segment in view.segments if segment != ALL)
    if policy is None or not names:
        return None
    tiers = [tier for tier in served_tiers(view) if has_customers(view, policy, tier, ALL)]
    if len(tiers) < 2:
        return None
    columns = [(kind, tier) for kind in _KPIS for tier in tiers]
    data = _numbers(view, policy, columns, names)
    if data.empty:
        return None
    figure = style.new_figure(1.7 + 0.36 * len(names))
    panels = list(figure.subplots(1, len(columns), sharey=True))
    for axes, (kind, tier) in zip(panels, columns, strict=True):
        _panel(axes, subject, policy, _measures(kind, tier, names))
    for first in range(0, len(panels), len(tiers)):
        _share_limits(panels[first : first + len(tiers)])
    dots.rows_axis(panels[0], [group_label(subject, segment_name(name), name) for name in names])
    dots.key(figure, BETTER, WORSE)
    measures = [measure for kind, tier in columns for measure in _measures(kind, tier, names)]
    put_footer(figure, subject, *reference_notes(subject, measures))
    return Chart(
        "segments_and_tiers",
        say("Every customer type in every tier under {policy}", policy=policy),
        _finding(view, policy, tiers, names),
        say(
            "Dots with 95 % interval whiskers: one row per customer type, one panel per tier for satisfaction and for "
            "churn, on one scale each."
        ),
        figure,
        data,
        tuple(_native(view, policy, kind, tier, names) for kind, tier in columns),
        _message(view, policy, tiers, names),
    )


def _measures(kind: str, tier: str, names: Sequence[str]) -> list[Measure]:
    return [Measure(kpi(kind), tier, segment) for segment in names]


def _numbers(view: StudyView, policy: str, columns: Sequence[tuple[str, str]], names: Sequence[str]) -> pd.DataFrame:
    rows = []
    for kind, tier in columns:
        printer = _printer(view, policy, _measures(kind, tier, names))
        for measure in _measures(kind, tier, names):
            cell = measure.cell(view, policy)
            if cell.is_compared:
                unit, n = printer.scale.difference_unit, cell.difference.n
                rows.append((policy, measure.segment, tier, kind, unit, n, *dots.ends_of(cell, printer)))
    return pd.DataFrame(
        rows, columns=["policy", "segment", "tier", "kpi", "unit", "n", "diff", "diff_low", "diff_high"]
    )


def _printer(view: StudyView, policy: str, measures: Sequence[Measure]) -> Printer:
    """Return the printer of a panel: digits that suit the policy's own intervals."""
    printer = printer_for(view, Measure(measures[0].kpi))
    widths = [measure.cell(view, policy).difference.half_width / printer.scale.divisor for measure in measures]
    digits = digits_for(widths, measures[0].kpi.digits or 1, most=2)
    return Printer(printer.measure, printer.scale, printer.level_digits, digits)


def _panel(axes: Axes, subject: Subject, policy: str, measures: Sequence[Measure]) -> None:
    view, means = subject.view, []
    printer = _printer(view, policy, measures)
    for row, measure in enumerate(measures):
        cell = measure.cell(view, policy)
        means.append(cell.difference.mean if cell.is_compared else math.nan)
        dots.dot(axes, cell, printer, row, measure.kpi.better)
        dots.no_dot(axes, cell, row)
    dots.finish_panel(axes, style.folded(_title(measures[0]), _TITLE_WIDTH), printer.scale.difference_unit, means)


def _title(measure: Measure) -> str:
    """Return the title of a panel: its key figure and its tier."""
    return Measure(measure.kpi, measure.tier).title


def _share_limits(panels: Sequence[Axes]) -> None:
    """Give the tiers one scale, so that they can be compared at a glance."""
    limits = [axes.get_xlim() for axes in panels]
    for axes in panels:
        axes.set_xlim(min(low for low, _ in limits), max(high for _, high in limits))


def _native(view: StudyView, policy: str, kind: str, tier: str, names: Sequence[str]) -> Bars:
    measures = _measures(kind, tier, names)
    cells = [measure.cell(view, policy) for measure in measures]
    printer, titles = _printer(view, policy, measures), [segment_name(name) for name in names]
    return dots.panel(_title(measures[0]), titles, cells, printer, measures[0].kpi.better)


def _verdicts(view: StudyView, policy: str, tiers: Sequence[str], names: Sequence[str]) -> list[tuple[str, str, str]]:
    """Return (verdict on satisfaction, tier, segment) of every group that has customers."""
    found = [
        (Measure(kpi("satisfaction"), tier, segment).cell(view, policy).verdict, tier, segment)
        for tier in tiers
        for segment in names
    ]
    return [entry for entry in found if entry[0] not in (Verdict.MISSING, Verdict.OTHER_MEMBERS)]


def _message(view: StudyView, policy: str, tiers: Sequence[str], names: Sequence[str]) -> str:
    words = [word for word, _, _ in _verdicts(view, policy, tiers, names)]
    if set(words) == {Verdict.NO_CHANGE}:
        return say("{policy} leaves the satisfaction of every group as it is", policy=policy)
    if not {Verdict.UP, Verdict.DOWN} & set(words):
        return say("{policy}: of no group can it be told that satisfaction changes", policy=policy)
    return say(
        "{policy}: of {all} types by tier, {up} more satisfied, {down} less",
        policy=policy,
        all=len(words),
        up=words.count(Verdict.UP),
        down=words.count(Verdict.DOWN),
    )


def _finding(view: StudyView, policy: str, tiers: Sequence[str], names: Sequence[str]) -> str:
    """Say how many groups gain and lose, and which loses most among those of which it can be told."""
    found = _verdicts(view, policy, tiers, names)
    words, places = {word for word, _, _ in found}, {"policy": policy, "all": len(found)}
    if words == {Verdict.NO_CHANGE}:
        return say("Under {policy} satisfaction changes in none of {all} groups by customer type and tier.", **places)
    if not {Verdict.UP, Verdict.DOWN} & words:
        return say(
            "Under {policy} it can be told of none of {all} groups by customer type and tier that satisfaction changes.",
            **places,
        )
    lost = [(tier, segment) for word, tier, segment in found if word == Verdict.DOWN]
    counts = say(
        "Under {policy} satisfaction rises in {up} of {all} groups by customer type and tier and falls in {down}",
        policy=policy,
        up=len([1 for word, _, _ in found if word == Verdict.UP]),
        down=len(lost),
        all=len(found),
    )
    if not lost:
        return sentence_of([counts])
    worst = min(
        (Measure(kpi("satisfaction"), *group) for group in lost), key=lambda m: m.cell(view, policy).difference.mean
    )
    return say(
        "{counts}; the largest fall is that of {segment} ({tier}): {change}.",
        counts=counts,
        segment=segment_name(worst.segment),
        tier=tier_title(worst.tier),
        change=printer_for(view, worst).difference_with_unit(worst.cell(view, policy)),
    )
