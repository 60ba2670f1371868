"""Paired differences of every policy to the base: dots with whiskers, one panel per key figure."""

from __future__ import annotations

import math
from textwrap import wrap

import pandas as pd
from matplotlib.axes import Axes

from marketsim.reporting import style
from marketsim.reporting.charts import dots
from marketsim.reporting.charts.chart import Chart, Subject, reference_notes
from marketsim.reporting.charts.labels import policy_label, put_footer
from marketsim.reporting.charts.native import Bars
from marketsim.reporting.clauses import sentence_of
from marketsim.reporting.estimates import Verdict
from marketsim.reporting.language import message, say
from marketsim.reporting.measures import PROFIT, Measure, Printer, printer_for, shown_measures
from marketsim.reporting.numbers import joined
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi

_MOST_COLUMNS = 5
_TITLE_WIDTH = 18
_CLAUSES = {
    Verdict.UP: (message("Profit rises under {names}"), message("it rises under {names}")),
    Verdict.DOWN: (message("Profit falls under {names}"), message("it falls under {names}")),
    Verdict.CANNOT_TELL: (
        message("Profit cannot be told from base under {names}"),
        message("it cannot be told from base under {names}"),
    ),
    Verdict.NO_CHANGE: (message("Profit does not change under {names}"), message("it does not change under {names}")),
    Verdict.NO_INTERVAL: (message("Profit has no interval under {names}"), message("it has no interval under {names}")),
}
"""By verdict, how the finding begins and goes on."""


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
    put_footer(figure, subject, *notes)
    groups = _by_verdict(view)
    return Chart(
        "policy_effects",
        say("What every policy changes"),
        sentence_of(say(_CLAUSES[word][n > 0], names=joined(names)) for n, (word, names) in enumerate(groups.items())),
        say("Dots with 95 % interval whiskers: one row per policy, one panel per key figure, a line at zero."),
        figure,
        data,
        tuple(_native(view, printer) for printer in printers),
        _message(groups),
    )


def _drawn_measures(view: StudyView) -> list[Measure]:
    """Return the measures that the study asks for, if any policy can be compared by them; by default not the waits.

    The headline measures are the default; waits have a chart of their own.
    """
    asked = bool(view.study.get("show"))
    wanted = [m for m in shown_measures(view) if asked or not m.kpi.name.startswith("busy_wait")]
    return [measure for measure in wanted if any(measure.cell(view, policy).is_compared for policy in view.policies)]


def _numbers(subject: Subject, printers: list[Printer]) -> pd.DataFrame:
    rows = []
    for printer in printers:
        measure = printer.measure
        for policy in subject.view.policies:
            cell = measure.cell(subject.view, policy)
            if cell.is_compared:
                mean, low, high = dots.ends_of(cell, printer)
                rows.append(
                    {
                        "policy": policy,
                        "kpi": measure.kpi.name,
                        "retailer": measure.retailer or subject.view.focus,
                        "segment": measure.segment,
                        "tier": measure.tier,
                        "unit": printer.scale.difference_unit,
                        "n": cell.difference.n,
                        "diff": mean,
                        "diff_low": low,
                        "diff_high": high,
                    }
                )
    return pd.DataFrame(rows)


def _native(view: StudyView, printer: Printer) -> Bars:
    cells = [printer.measure.cell(view, policy) for policy in view.policies]
    return dots.panel(printer.measure.title, view.policies, cells, printer, printer.measure.kpi.better)


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
    if style.width_of(title) > len(title):
        return "\n".join(style.folded(part, _TITLE_WIDTH) for part in title.split("·"))
    return "\n".join(line for part in title.split(", ") for line in wrap(part, _TITLE_WIDTH))


def _policies_axis(axes: Axes, subject: Subject) -> None:
    dots.rows_axis(axes, [policy_label(subject, policy) for policy in subject.view.policies])
    for label, policy in zip(axes.get_yticklabels(), subject.view.policies, strict=True):
        label.set_fontweight("bold" if policy == subject.best else "normal")


def _by_verdict(view: StudyView) -> dict[str, list[str]]:
    """Return the policies under each verdict on profit, in the order in which the finding tells them."""
    measure = Measure(kpi(PROFIT))
    found = {word: [name for name in view.policies if measure.cell(view, name).verdict == word] for word in _CLAUSES}
    return {word: names for word, names in found.items() if names}


def _message(groups: dict[str, list[str]]) -> str:
    count = sum(len(names) for names in groups.values())
    up, down = (len(groups.get(word, ())) for word in (Verdict.UP, Verdict.DOWN))
    if count == 1 and up + down:
        template = message("{name} raises profit") if up else message("{name} lowers profit")
        return say(template, name=next(iter(groups.values()))[0])
    if up == count:
        return say("By their own intervals, all policies raise profit")
    if down == count:
        return say("By their own intervals, all policies lower profit")
    if count == len(groups.get(Verdict.NO_CHANGE, ())):
        return say("No policy changes profit")
    if not up + down:
        return say("Of no policy can it be told that it changes profit")
    if up and down:
        return say(
            "By their own intervals, {up} of {all} policies raise profit, {down} lower it", up=up, down=down, all=count
        )
    if up:
        return say("By their own intervals, policies that raise profit: {up} of {all}", up=up, all=count)
    return say("By their own intervals, policies that lower profit: {down} of {all}", down=down, all=count)
