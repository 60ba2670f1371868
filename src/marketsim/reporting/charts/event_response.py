"""How key figures respond to an event: their change since before it, by month since, and what a policy does to that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart, Subject
from marketsim.reporting.charts.event_marks import Mark, event_marks
from marketsim.reporting.charts.event_paths import Path, measures_of, month_scale
from marketsim.reporting.charts.event_words import amount
from marketsim.reporting.charts.headings import fitting, in_a_row
from marketsim.reporting.charts.monthly import band
from marketsim.reporting.charts.native import Lines
from marketsim.reporting.charts.satisfaction import policy_look
from marketsim.reporting.charts.wrapping import wrapped
from marketsim.reporting.estimates import Verdict, estimate, verdict
from marketsim.reporting.language import message, say
from marketsim.reporting.measures import Measure, title_in_sentence
from marketsim.reporting.monthly_figures import Course, course
from marketsim.reporting.numbers import counted, digits_for
from marketsim.results.tables import BASE

_BEFORE = 3
"""Months before the event whose mean a change is measured from."""
_SHOWN_BEFORE, _SHOWN_AFTER = 6, 24
_MOST_PANELS = 3
_CHANGE, _GAP = "change since before the event", "less base"
_HEADINGS = {
    Verdict.UP: message("After the event {policy} gains on base in {figure}"),
    Verdict.DOWN: message("After the event {policy} falls behind base in {figure}"),
    Verdict.NO_CHANGE: message("{policy} changes nothing in how {figure} responds to the event"),
}
_UNKNOWN_HEADING = message("Whether {policy} changes how {figure} responds to the event cannot be told")
_ALONE = {
    Verdict.UP: message("After the event {figure} is higher than before"),
    Verdict.DOWN: message("After the event {figure} is lower than before"),
    Verdict.NO_CHANGE: message("After the event {figure} is the same as before"),
}
_UNKNOWN_ALONE = message("Whether {figure} moves after the event cannot be told")
_GAPS = {
    Verdict.UP: message("the difference between both moves up ({gap})"),
    Verdict.DOWN: message("the difference between both moves down ({gap})"),
    Verdict.NO_CHANGE: message("the difference between both stays the same"),
}
_UNKNOWN_GAP = message("whether the difference between both changes cannot be told ({gap})")


@dataclass(frozen=True)
class _Response:
    """How one figure responds: changes by policy and by months since the event, a column per world, and their unit."""

    measure: Measure
    unit: str
    changes: Mapping[str, pd.DataFrame]

    @property
    def gap(self) -> pd.DataFrame | None:
        """The change under the policy less that of the base; None without a policy."""
        policies = [name for name in self.changes if name != BASE]
        return self.changes[policies[0]] - self.changes[BASE] if policies else None

    def after(self, values: pd.DataFrame, months: int) -> pd.Series:
        """Return the mean over the months from the event on, by world."""
        return values.loc[0 : months - 1].mean()


def event_response(subject: Subject) -> Chart | None:
    """Draw how figures respond to the first event under base and best policy; None where no event is inside the run."""
    mark = _chosen(subject)
    responses = (
        [] if mark is None else [found for m in measures_of(subject.view) if (found := _response(subject, m, mark))]
    )
    if mark is None or not responses:
        return None
    shown = responses[:_MOST_PANELS]
    drawn = [(item, what, _paths(subject, item, what)) for what in _kinds(shown[0]) for item in shown]
    months = _months(subject, mark)
    return Chart(
        "event_response",
        say("How the market responds to the event: {event}", event=mark.words),
        _finding(subject, shown[0], mark, months),
        say(
            "Lines over the months since an event with 95 % bands: the change of key figures since the three months before "
            "it under the base and under the best policy, below them the policy less the base."
        ),
        _figure(subject, mark, drawn, len(shown)),
        pd.concat([_frame(mark, *item) for item in drawn], ignore_index=True),
        tuple(_panel(*item) for item in drawn),
        _heading(subject, shown[0], months),
    )


def _chosen(subject: Subject) -> Mark | None:
    """Return the event that is looked at: the first one after the policies begin, else the first one."""
    view = subject.view
    marks = [mark for mark in event_marks(view) if _BEFORE < mark.first < view.months]
    late = [mark for mark in marks if mark.first > view.warmup + _BEFORE]
    return next(iter(late or marks), None)


def _months(subject: Subject, mark: Mark) -> int:
    """Return over how many months from the event on its response is averaged: while it lasts, a year at the most."""
    last = subject.view.months if mark.last is None else min(mark.last, subject.view.months)
    return min(last - mark.first + 1, 12)


def _response(subject: Subject, measure: Measure, mark: Mark) -> _Response | None:
    wanted = [BASE, *([subject.best] if subject.best else [])]
    known: dict[str, Course] = {
        policy: path for policy in wanted if (path := course(subject.view, measure, policy)) is not None
    }
    if BASE not in known:
        return None
    scale = month_scale(measure, known)
    changes = {policy: _since(path.values / scale.divisor, mark) for policy, path in known.items()}
    return _Response(measure, scale.difference_unit, changes)


def _since(values: pd.DataFrame, mark: Mark) -> pd.DataFrame:
    """Return the change of each world since the months before an event, by months since it."""
    moved = values.set_axis(values.index.to_numpy(dtype=np.int64) - (mark.first - 1))
    before = moved.loc[-_BEFORE:-1].mean()
    return (moved - before).loc[-_SHOWN_BEFORE:_SHOWN_AFTER]


def _kinds(response: _Response) -> tuple[str, ...]:
    return (_CHANGE,) if response.gap is None else (_CHANGE, _GAP)


def _paths(subject: Subject, response: _Response, what: str) -> tuple[Path, ...]:
    if what == _GAP:
        gap, policy = response.gap, str(subject.best)
        values = {policy: gap} if gap is not None else {}
    else:
        values = dict(response.changes)
    return tuple(_path(subject, policy, own) for policy, own in values.items())


def _path(subject: Subject, policy: str, values: pd.DataFrame) -> Path:
    colour, dashes = policy_look(subject, policy)
    label = say("base") if policy == BASE else style.folded(subject.policy_labels[policy], 30)
    return Path(policy, label, band(values), colour, dashes, policy != BASE)


def _figure(
    subject: Subject, mark: Mark, drawn: Sequence[tuple[_Response, str, tuple[Path, ...]]], columns: int
) -> Figure:
    figure = style.new_figure(1.1 + 1.9 * (len(drawn) // columns))
    grid = figure.subplots(len(drawn) // columns, columns, squeeze=False, sharex=True)
    for axes, (response, what, paths) in zip(grid.flat, drawn, strict=True):
        _draw(axes, response, what, paths, mark)
    for axes in grid[-1]:
        axes.set_xlabel(say("months since the event"), fontsize=8.5)
    handles, labels = grid[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=len(labels), handlelength=2.6)
    note = say(
        "change since the mean of the three months before; season and trend are in it, in the lower panels only what the "
        "policy adds"
    )
    style.footer(figure, f"{wrapped(note)}\n{subject.footer()}")
    return figure


def _draw(axes: Axes, response: _Response, what: str, paths: Sequence[Path], mark: Mark) -> None:
    style.zero_line(axes, vertical=False)
    for path in paths:
        months = path.band.months
        look: dict[str, Any] = {"color": path.colour, "linestyle": path.dashes, "label": path.label}
        axes.plot(months, path.band.mean, linewidth=1.6, zorder=3, **look)
        axes.fill_between(months, path.band.low, path.band.high, color=path.colour, alpha=0.14, linewidth=0)
    first, last = int(paths[0].band.months[0]), int(paths[0].band.months[-1])
    axes.set_xlim(first, last)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    if mark.last is None:
        axes.axvline(-0.5, color=style.WARM, linewidth=1.2)
    else:
        axes.axvspan(-0.5, min(mark.last - mark.first + 0.5, last), color=style.WARM, alpha=0.14, linewidth=0, zorder=0)
    title = style.folded(response.measure.title, 30) if what == _CHANGE else say("less base")
    axes.set_title(title, fontsize=9 if what == _CHANGE else 8, fontweight="bold" if what == _CHANGE else "normal")
    axes.set_ylabel(response.unit, fontsize=8)


def _frame(mark: Mark, response: _Response, what: str, paths: Sequence[Path]) -> pd.DataFrame:
    labels = {"event": mark.words, "kpi": response.measure.kpi.name, "of": response.measure.title, "what": what}
    frames = [path.band.frame(**labels, policy=path.policy, unit=response.unit) for path in paths]
    found = pd.concat(frames, ignore_index=True)
    return found.assign(month=found["month"] - 1).rename(columns={"month": "months_since"})


def _panel(response: _Response, what: str, paths: Sequence[Path]) -> Lines:
    places = tuple(float(month) for month in paths[0].band.months)
    figure = response.measure.title
    title = figure if what == _CHANGE else say("{figure}, less base", figure=figure)
    halves = [half for path in paths for half in (path.band.high - path.band.low) / 2]
    series = tuple(path.series(places) for path in paths)
    return Lines(title, places, series, say("months since the event"), response.unit, digits_for(halves, 1, most=2))


def _heading(subject: Subject, response: _Response, months: int) -> str:
    figure, gap = title_in_sentence(response.measure.kpi), response.gap
    if gap is None:
        word = verdict(estimate(response.after(response.changes[BASE], months)))
        return fitting(say(_ALONE.get(word, _UNKNOWN_ALONE), figure=figure))
    template = _HEADINGS.get(verdict(estimate(response.after(gap, months))), _UNKNOWN_HEADING)
    return fitting(
        say(template, policy=subject.best, figure=figure), say(template, policy=say("the policy"), figure=figure)
    )


def _finding(subject: Subject, response: _Response, mark: Mark, months: int) -> str:
    """Say by how much the first figure is above or below that of before, in the base and under the policy."""
    gap = response.gap
    parts = [values for values in (*response.changes.values(), gap) if values is not None]
    found = [estimate(response.after(values, months)) for values in parts]
    digits = digits_for([item.half_width for item in found], 2, most=3)
    texts = [f"{amount(item, digits)} {response.unit}" for item in found]
    start = say(
        "In the {months} from {event} on, {figure} in the base moves by {change} against the three months before.",
        months=counted(months, "month"),
        event=mark.title,
        figure=title_in_sentence(response.measure.kpi),
        change=texts[0],
    )
    if gap is None:
        return start
    difference = say(_GAPS.get(verdict(found[-1]), _UNKNOWN_GAP), gap=texts[-1])
    more = say(
        "Under {policy} it moves by {change}; {difference}.",
        policy=subject.best,
        change=texts[1],
        difference=difference,
    )
    return in_a_row([start, more])
