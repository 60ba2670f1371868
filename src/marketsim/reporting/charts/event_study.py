"""What events do: key figures month by month under each policy, and each policy less the base, with marks at events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart, Subject
from marketsim.reporting.charts.event_marks import Mark, event_marks
from marketsim.reporting.charts.event_paths import Path, level_band, measures_of, month_scale
from marketsim.reporting.charts.event_words import finding, heading
from marketsim.reporting.charts.monthly import band
from marketsim.reporting.charts.native import Lines
from marketsim.reporting.charts.satisfaction import left_out, policy_look, shown_policies
from marketsim.reporting.charts.wrapping import joined_lines
from marketsim.reporting.language import message, say
from marketsim.reporting.measures import Measure
from marketsim.reporting.monthly_figures import Course, course
from marketsim.reporting.numbers import Scale, digits_for, joined
from marketsim.reporting.view import StudyView
from marketsim.results.tables import BASE

_MOST_PANELS = 6
_MOST_BANDS = 2
"""Lines of a panel that all have bands; of more lines only base and best policy have one, to keep them apart."""
_ROUNDING = 1e-9
_LEVEL, _DIFFERENCE = "level", "difference to base"
_MONTH = message("month")


@dataclass(frozen=True)
class _Drawn:
    """What is drawn of a figure: levels, and below them differences to the base."""

    measure: Measure
    what: str
    unit: str
    paths: tuple[Path, ...]

    def frame(self) -> pd.DataFrame:
        """Return the numbers."""
        labels = {"kpi": self.measure.kpi.name, "of": self.measure.title, "what": self.what}
        frames = [path.band.frame(**labels, policy=path.policy, unit=self.unit) for path in self.paths]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()

    def has_band(self, path: Path) -> bool:
        """Tell whether a line has a band; of many lines only base and best policy have one."""
        return path.strong or path.policy == BASE or len(self.paths) <= _MOST_BANDS

    def panel(self) -> Lines:
        """Return the same for programs that draw charts themselves."""
        months = sorted({int(month) for path in self.paths for month in path.band.months})
        shifted = tuple(float(month) for month in months)
        lines = [(path, path.series(shifted)) for path in self.paths]
        series = tuple(line if self.has_band(path) else replace(line, low=(), high=()) for path, line in lines)
        title = self.measure.title if self.what == _LEVEL else say("{figure}, less base", figure=self.measure.title)
        halves = [half for path in self.paths for half in (path.band.high - path.band.low) / 2]
        return Lines(
            title, tuple(place + 1 for place in shifted), series, say(_MONTH), self.unit, digits_for(halves, 1, most=2)
        )


def event_study(subject: Subject) -> Chart | None:
    """Draw key figures over time with the events marked; None without events, or where nothing has monthly values."""
    view, marks = subject.view, event_marks(subject.view)
    known = [m for m in measures_of(view) if course(view, m, BASE) is not None] if marks else []
    measures = known[:_MOST_PANELS]
    if not measures:
        return None
    drawn = [_drawn(subject, measure, shown_policies(subject)) for measure in measures]
    return Chart(
        "event_study",
        say("What happens around the events"),
        finding(subject, marks),
        say(
            "Lines over months with 95 % bands: key figures under the base and under policies, below each the difference of "
            "the policies to the base; events are shaded and numbered."
        ),
        _figure(subject, marks, drawn),
        pd.concat([item.frame() for parts in drawn for item in parts], ignore_index=True),
        tuple(item.panel() for parts in drawn for item in parts),
        heading(subject, marks),
    )


def _figure(subject: Subject, marks: Sequence[Mark], drawn: Sequence[tuple[_Drawn, ...]]) -> Figure:
    kinds, count = len(drawn[0]), len(drawn)
    columns = min(count, 2 if count in (2, 4) else 3)
    blocks = -(-count // columns)
    figure = style.new_figure(1.0 + 1.75 * kinds * blocks)
    grid = figure.subplots(kinds * blocks, columns, squeeze=False, sharex=True)
    for place, parts in enumerate(drawn):
        block, column = divmod(place, columns)
        for kind, item in enumerate(parts):
            _draw(grid[kinds * block + kind][column], item)
            _mark(grid[kinds * block + kind][column], marks, subject.view, numbered=kind == 0)
    _hide_rest(grid, count, columns, kinds)
    handles, labels = grid[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=min(len(labels), 5), handlelength=2.6)
    style.footer(figure, "\n".join([*joined_lines(_notes(subject, marks)), subject.footer()]))
    return figure


def _notes(subject: Subject, marks: Sequence[Mark]) -> list[str]:
    """Return the numbered events, and what has no line."""
    named = [f"{number} {style.drawable(mark.words)}" for number, mark in enumerate(marks, start=1)]
    missing = [style.drawable(subject.policy_labels[name]) for name in left_out(subject)]
    few = [say("bands: base and best policy")] if subject.best and len(shown_policies(subject)) > _MOST_BANDS else []
    return [*named, *few, *([say("not drawn: {names}", names=joined(missing))] if missing else [])]


def _drawn(subject: Subject, measure: Measure, policies: list[str]) -> tuple[_Drawn, ...]:
    """Return the levels of a figure and, where there are policies, their differences to the base."""
    found = {policy: course(subject.view, measure, policy) for policy in policies}
    known: dict[str, Course] = {policy: path for policy, path in found.items() if path is not None}
    scale = month_scale(measure, known)
    levels = {policy: path.values / scale.divisor for policy, path in known.items()}
    level = _Drawn(measure, _LEVEL, scale.unit, _paths(subject, measure, levels, level=True))
    return (level,) if len(policies) < 2 else (level, _differences(subject, measure, levels, scale))


def _differences(subject: Subject, measure: Measure, levels: Mapping[str, pd.DataFrame], scale: Scale) -> _Drawn:
    changes = {policy: _less(values, levels[BASE]) for policy, values in levels.items() if policy != BASE}
    return _Drawn(measure, _DIFFERENCE, scale.difference_unit, _paths(subject, measure, changes, level=False))


def _less(values: pd.DataFrame, base: pd.DataFrame) -> pd.DataFrame:
    """Return differences, exactly none where they are but the rounding of floating-point numbers."""
    differences = values - base
    return differences.mask(differences.abs() <= _ROUNDING * base.abs(), 0.0)


def _paths(subject: Subject, measure: Measure, values: Mapping[str, pd.DataFrame], *, level: bool) -> tuple[Path, ...]:
    found = []
    for policy, own in values.items():
        colour, dashes = policy_look(subject, policy)
        label = say("base") if policy == BASE else style.folded(subject.policy_labels[policy], 30)
        means = level_band(own, measure) if level else band(own)
        found.append(Path(policy, label, means, colour, dashes, policy == subject.best))
    return tuple(found)


def _draw(axes: Axes, item: _Drawn) -> None:
    if item.what == _LEVEL:
        axes.set_title(style.folded(item.measure.title, 34), fontsize=9)
    else:
        style.zero_line(axes, vertical=False)
        axes.set_title(say("less base"), fontsize=8, fontweight="normal", pad=3)
    axes.set_ylabel(item.unit, fontsize=8)
    for path in item.paths:
        months = path.band.months + 1
        look: dict[str, Any] = {"color": path.colour, "linestyle": path.dashes, "label": path.label}
        axes.plot(months, path.band.mean, linewidth=1.4, zorder=3, **look)
        if item.has_band(path):
            axes.fill_between(months, path.band.low, path.band.high, color=path.colour, alpha=0.13, linewidth=0)


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
            place, look = (mark.first - 0.5, 1), {"xycoords": ("data", "axes fraction"), "color": style.WARM}
            style.note(axes, str(number), place, (2, -9), **look)


def _hide_rest(grid: Any, panels: int, columns: int, kinds: int) -> None:
    for place in range(panels, grid.shape[0] // kinds * columns):
        block, column = divmod(place, columns)
        for kind in range(kinds):
            grid[kinds * block + kind][column].set_visible(False)
    for column in range(columns):
        shown = [axes for axes in grid[:, column] if axes.get_visible()]
        shown[-1].set_xlabel(say("month (dotted: policies begin)") if kinds > 1 else say(_MONTH))
        shown[-1].tick_params(labelbottom=True)
