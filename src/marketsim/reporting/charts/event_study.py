"""What events do: key figures month by month under each policy, and each policy less the base, with marks at events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart, Subject
from marketsim.reporting.charts.monthly import Band, band
from marketsim.reporting.charts.satisfaction import left_out, policy_look, shown_policies
from marketsim.reporting.estimates import Estimate, Verdict, estimate, verdict
from marketsim.reporting.measures import PROFIT, Measure, shown_measures
from marketsim.reporting.monthly_figures import Course, course
from marketsim.reporting.numbers import digits_for, interval, joined, signed
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi
from marketsim.results.tables import BASE

_USUAL = (PROFIT, "share_customers", "satisfaction", "price_cny_per_mwh")
_WITH_MECHANISM = {"credit": "arrears_cny", "reliability": "saidi_hours_per_year", "word_of_mouth": "awareness_pct"}
_MOST_PANELS = 6
_MILLION = 1e6
_ROUNDING = 1e-9
_LEVEL = "level"
_NEVER_NEGATIVE = ("%", "% a year", "min", "points of 100", "hours/customer and year")
_Courses = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Mark:
    """An event on the time axis: what it is, its first month, and its last (None: for good); months from 1."""

    title: str
    first: int
    last: int | None

    @property
    def words(self) -> str:
        """The event and its months."""
        if self.last is None:
            return f"{self.title} from month {self.first}"
        span = f"month {self.first}" if self.last == self.first else f"months {self.first} to {self.last}"
        return f"{self.title} in {span}"


def event_study(subject: Subject) -> Chart | None:
    """Draw key figures over time with the events marked; None without events, or where nothing has monthly values."""
    view, marks = subject.view, event_marks(subject.view)
    measures = [m for m in _measures(view) if course(view, m, BASE) is not None][:_MOST_PANELS]
    if not marks or not measures:
        return None
    policies = shown_policies(subject)
    kinds = 2 if len(policies) > 1 else 1
    columns = min(len(measures), 2 if len(measures) in (2, 4) else 3)
    blocks = -(-len(measures) // columns)
    figure = style.new_figure(1.0 + 1.75 * kinds * blocks)
    grid = figure.subplots(kinds * blocks, columns, squeeze=False, sharex=True)
    frames = []
    for place, measure in enumerate(measures):
        block, column = divmod(place, columns)
        panels = [grid[kinds * block + kind][column] for kind in range(kinds)]
        frames.append(_measure_panels(panels, subject, measure, policies))
        for axes in panels:
            _mark(axes, marks, view, numbered=axes is panels[0])
    _hide_rest(grid, len(measures), columns, kinds)
    handles, labels = grid[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=min(len(labels), 5), handlelength=2.6)
    named = [f"{number} {style.drawable(mark.words)}" for number, mark in enumerate(marks, start=1)]
    missing = [style.drawable(subject.policy_labels[name]) for name in left_out(subject)]
    notes = [*named, *([f"not drawn: {joined(missing)}"] if missing else [])]
    style.footer(figure, "\n".join([*_lines(notes), subject.footer()]))
    return Chart(
        "event_study",
        "What happens around the events",
        _finding(subject, marks),
        "Lines over months with 95 % bands: key figures under the base and under policies, below each the difference of "
        "the policies to the base; events are shaded and numbered.",
        figure,
        pd.concat(frames, ignore_index=True),
    )


def event_marks(view: StudyView) -> list[Mark]:
    """Return the events within the run, the earliest first."""
    marks = [_of_event(event) for event in view.study.get("events") or ()]
    return sorted((mark for mark in marks if mark.first <= view.months), key=lambda mark: (mark.first, mark.title))


def _of_event(event: Mapping[str, Any]) -> Mark:
    first, lasting = int(event["month"]) + 1, event.get("duration_months")
    about = [event.get(name) for name in ("retailer", "lever", "segment", "fuel")]
    title = " ".join([str(event["type"]).replace("_", " "), *(str(name) for name in about if name)])
    size = event.get("size")
    title += f" {100 * size:+.0f} %" if isinstance(size, int | float) else ""
    return Mark(title, first, None if lasting is None else first + int(lasting) - 1)


def _measures(view: StudyView) -> list[Measure]:
    if view.study.get("show"):
        return list(shown_measures(view))
    more = [name for part, name in _WITH_MECHANISM.items() if (view.study.get(part) or {}).get("enabled")]
    return [Measure(kpi(name)) for name in (*_USUAL, *more)]


def _lines(parts: Sequence[str], width: int = 150) -> list[str]:
    """Return texts joined to lines that are not too long."""
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + len(part) < width:
            lines[-1] += f" · {part}"
        else:
            lines.append(part)
    return lines


def _measure_panels(panels: list[Axes], subject: Subject, measure: Measure, policies: list[str]) -> pd.DataFrame:
    found = {policy: course(subject.view, measure, policy) for policy in policies}
    known: dict[str, Course] = {policy: path for policy, path in found.items() if path is not None}
    unit, divisor = _scale(known)
    levels = {policy: path.values / divisor for policy, path in known.items()}
    panels[0].set_title(style.folded(measure.title, 34), fontsize=9)
    panels[0].set_ylabel(unit, fontsize=8)
    frames = [_lines_of(panels[0], subject, levels, measure, unit, _LEVEL)]
    if len(panels) > 1:
        changes = {policy: _less(values, levels[BASE]) for policy, values in levels.items() if policy != BASE}
        style.zero_line(panels[1], vertical=False)
        panels[1].set_title("less base", fontsize=8, fontweight="normal", pad=3)
        points = unit.replace("%", "pp")
        panels[1].set_ylabel(points, fontsize=8)
        frames.append(_lines_of(panels[1], subject, changes, measure, points, "difference to base"))
    return pd.concat(frames, ignore_index=True)


def _less(values: pd.DataFrame, base: pd.DataFrame) -> pd.DataFrame:
    """Return differences, exactly none where they are but the rounding of floating-point numbers."""
    differences = values - base
    return differences.mask(differences.abs() <= _ROUNDING * base.abs(), 0.0)


def _scale(known: Mapping[str, Course]) -> tuple[str, float]:
    unit = next(iter(known.values())).unit
    largest = max(float(np.nanmax(np.abs(path.values.to_numpy(dtype=np.float64)))) for path in known.values())
    return (f"million {unit}", _MILLION) if unit.startswith("CNY") and largest >= _MILLION / 10 else (unit, 1.0)


def _lines_of(axes: Axes, subject: Subject, paths: _Courses, measure: Measure, unit: str, what: str) -> pd.DataFrame:
    frames = []
    for policy, values in paths.items():
        found = band(values)
        if what == _LEVEL and unit in _NEVER_NEGATIVE:
            found = Band(found.months, found.mean, np.maximum(found.low, 0.0), found.high)
        colour, dashes = policy_look(subject, policy)
        label = "base" if policy == BASE else style.folded(subject.policy_labels[policy], 30)
        axes.plot(found.months + 1, found.mean, color=colour, linestyle=dashes, linewidth=1.4, label=label, zorder=3)
        axes.fill_between(found.months + 1, found.low, found.high, color=colour, alpha=0.1, linewidth=0)
        labels = {"kpi": measure.kpi.name, "of": measure.title, "what": what, "policy": policy, "unit": unit}
        frames.append(found.frame(**labels))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _mark(axes: Axes, marks: Sequence[Mark], view: StudyView, *, numbered: bool) -> None:
    axes.set_xlim(1, view.months)
    if view.policies:
        axes.axvline(view.warmup + 0.5, color=style.INK, linewidth=0.8, linestyle=(0, (1, 2)))
    for number, mark in enumerate(marks, start=1):
        if mark.last is None:
            axes.axvline(mark.first - 0.5, color=style.WARM, linewidth=1.2)
        else:
            axes.axvspan(mark.first - 0.5, mark.last + 0.5, color=style.WARM, alpha=0.16, linewidth=0, zorder=0)
        if numbered:
            style.note(
                axes, str(number), (mark.first - 0.5, 1), (2, -9), xycoords=("data", "axes fraction"), color=style.WARM
            )


def _hide_rest(grid: Any, panels: int, columns: int, kinds: int) -> None:
    for place in range(panels, grid.shape[0] // kinds * columns):
        block, column = divmod(place, columns)
        for kind in range(kinds):
            grid[kinds * block + kind][column].set_visible(False)
    for column in range(columns):
        shown = [axes for axes in grid[:, column] if axes.get_visible()]
        shown[-1].set_xlabel("month (dotted: policies begin)" if kinds > 1 else "month")
        shown[-1].tick_params(labelbottom=True)


def _finding(subject: Subject, marks: Sequence[Mark]) -> str:
    """Name the events, and compare what the best policy earns while they last with what it earns otherwise."""
    view, policy = subject.view, subject.best
    text = f"Events: {joined(mark.words for mark in marks)}."
    paths = {name: course(view, Measure(kpi(PROFIT)), name) for name in (BASE, policy or BASE)}
    base, best = paths[BASE], paths[policy or BASE]
    if policy is None or base is None or best is None:
        return text
    gain = (best.values - base.values).iloc[view.warmup :] / _MILLION
    during = np.array([any(_lasts(mark, int(month) + 1) for mark in marks) for month in gain.index], dtype=np.bool_)
    if during.all() or not during.any():
        return text
    inside, outside = (estimate(gain[rows].mean()) for rows in (during, ~during))
    gap = verdict(estimate(gain[during].mean() - gain[~during].mean()))
    word = {
        Verdict.UP: "it is worth more while they last",
        Verdict.DOWN: "it is worth less while they last",
        Verdict.NO_CHANGE: "it is worth the same",
    }.get(gap, "whether that differs cannot be told")
    digits = digits_for([inside.half_width, outside.half_width], 2, most=3)
    return (
        f"{text} The difference of profit under {policy} to base is {_amount(inside, digits)} million CNY a month while they "
        f"last and {_amount(outside, digits)} in the other months of the policy: {word}."
    )


def _lasts(mark: Mark, month: int) -> bool:
    return mark.first <= month and (mark.last is None or month <= mark.last)


def _amount(found: Estimate, digits: int) -> str:
    return f"{signed(found.mean, digits)} {interval(found.low, found.high, digits)}".strip()
