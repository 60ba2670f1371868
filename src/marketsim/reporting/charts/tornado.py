"""What could overturn the answer: the profit effect at both ends of every uncertain input."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart, Subject
from marketsim.reporting.charts.headings import fitting
from marketsim.reporting.charts.native import Bars
from marketsim.reporting.charts.tornado_bars import End, TornadoRow, centre_line, draw_row, finish, key, native_panel
from marketsim.reporting.estimates import Estimate, Verdict
from marketsim.reporting.language import message, say
from marketsim.reporting.measures import PROFIT, Measure, printer_for
from marketsim.reporting.numbers import Scale, signed
from marketsim.reporting.robustness import CheckedEnd, Robustness, assumption_title
from marketsim.results.key_figures import kpi

LOW, HIGH = message("low value"), message("high value")


def tornado(subject: Subject) -> Chart | None:
    """Draw the range of the best policy's profit effect over each assumption; None where none was varied or changes it."""
    checks = subject.answer.robustness
    if checks is None or subject.best is None or {end.verdict for end in checks.ends} <= {Verdict.NO_CHANGE}:
        return None
    printer = printer_for(subject.view, Measure(kpi(PROFIT)))
    main, scale = subject.view.cell(subject.best, PROFIT).difference, printer.scale
    groups = _sorted_groups(checks, main)
    rows = [_row(subject, ends, scale, printer.difference_digits) for ends in groups]
    figure = style.new_figure(1.7 + 0.5 * len(groups))
    axes = figure.subplots()
    for place, row in enumerate(rows):
        draw_row(axes, place, row, main.mean / scale.divisor)
    finish(axes, [row.title for row in rows])
    _main_line(axes, main, scale, printer.difference_digits)
    title = say(
        "profit of {policy} less base, {unit}",
        policy=style.folded(subject.policy_labels[subject.best], 60),
        unit=scale.unit,
    )
    axes.set_xlabel(title)
    key(figure, say(LOW), say(HIGH))
    worlds = max(end.difference.n for end in checks.ends)
    style.footer(figure, subject.footer(say("checks n = {worlds}", worlds=worlds)))
    return Chart(
        "tornado",
        say("What could overturn the answer"),
        checks.sentence,
        say(
            "Tornado: one bar per uncertain input, from the profit effect at its low value to that at its high "
            "value, with 95 % intervals at both ends; a line at zero and one at the main result."
        ),
        figure,
        _numbers(subject, groups, scale),
        (_panel(rows, title, printer.difference_digits),),
        _message(checks),
    )


def _panel(rows: list[TornadoRow], title: str, digits: int) -> Bars:
    return native_panel(rows, title, digits, (say(LOW), say(HIGH)))


def _row(subject: Subject, ends: list[CheckedEnd], scale: Scale, digits: int) -> TornadoRow:
    found = {end.end: _end(end, scale, digits) for end in ends}
    return TornadoRow(_title(subject, ends[0]), found.get("low"), found.get("high"))


def _end(end: CheckedEnd, scale: Scale, digits: int) -> End:
    mean, low, high = (
        value / scale.divisor for value in (end.difference.mean, end.difference.low, end.difference.high)
    )
    good = {Verdict.UP: 1, Verdict.DOWN: -1}.get(end.verdict, 0)
    return End(mean, low, high, f"{end.value:g}", signed(mean, digits), good)


def _message(checks: Robustness) -> str:
    """Say in a few words whether the sign of the effect stands the checks."""
    held, total = len(checks.same_sign), len(checks.ends)
    if checks.sign not in (Verdict.UP, Verdict.DOWN):
        told = len(checks.with_verdict(Verdict.UP, Verdict.DOWN))
        return say("The sign of the profit effect can be told in {told} of {total} checks", told=told, total=total)
    if checks.opposite:
        return say("The profit effect turns in {turned} of {total} checks", turned=len(checks.opposite), total=total)
    beyond = len(checks.with_verdict(checks.sign))
    if beyond == total:
        return say("The profit effect keeps its sign in all {total} checks, beyond the intervals", total=total)
    return fitting(
        say(
            "The profit effect keeps its sign in {held} of {total} checks, in {beyond} beyond the interval",
            held=held,
            total=total,
            beyond=beyond,
        )
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


def _main_line(axes: Axes, main: Estimate, scale: Scale, digits: int) -> None:
    value = main.mean / scale.divisor
    centre_line(axes, value, say("main result {value}", value=signed(value, digits)))


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
