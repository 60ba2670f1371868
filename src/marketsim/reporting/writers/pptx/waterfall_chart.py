"""Native waterfall charts: stacked columns of which the lowest is not seen, with the changes written above them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from marketsim.reporting import style
from marketsim.reporting.charts.native import Waterfall
from marketsim.reporting.language import say
from marketsim.reporting.numbers import signed
from marketsim.reporting.writers.pptx.axes import FIRST, SECOND, category_axis, round_range, value_axis
from marketsim.reporting.writers.pptx.bar_chart import category_names
from marketsim.reporting.writers.pptx.chart_xml import (
    NO_FILL,
    Face,
    Label,
    chart_space,
    error_bars,
    filled,
    labels,
    marker,
    numbers,
    series_head,
    stroke,
    texts,
)
from marketsim.reporting.writers.pptx.plot import (
    Drawn,
    Margins,
    Size,
    axis_words,
    bottom_margin,
    distances,
    left_margin,
    plot_in,
    upright_room,
)
from marketsim.reporting.writers.pptx.sheet import Column, Sheet

_NO_LINE = "<c:spPr><a:ln><a:noFill/></a:ln></c:spPr>"


@dataclass(frozen=True)
class _Step:
    """A column from one sum to the next; the total stands on zero."""

    start: float
    end: float
    is_total: bool

    @property
    def kind(self) -> str:
        """Whether it goes up or down, or is the total."""
        return "total" if self.is_total else "rise" if self.end >= self.start else "fall"

    @property
    def parts(self) -> tuple[float, float, float]:
        """What is not seen, what is seen above zero, and what is seen below it."""
        low, high = min(self.start, self.end), max(self.start, self.end)
        return max(low, 0.0) + min(high, 0.0), max(high, 0.0) - max(low, 0.0), min(low, 0.0) - min(high, 0.0)


def waterfall(panel: Waterfall, size: Size, face: Face) -> Drawn:
    """Return a waterfall as a native chart."""
    steps = _steps(panel)
    ends = [step.end for step in steps]
    lows, highs = _whiskers(panel, ends)
    found = round_range([*ends, *lows, *highs], zero=True, spare=0.1)
    names = category_names(
        panel.steps, size, horizontal=False, left=left_margin(found.labels, panel.value_title, upright_room(size))
    )
    most = max((name.count("\n") + 1 for name in names), default=1)
    margins = Margins(left_margin(found.labels, panel.value_title, upright_room(size)), bottom_margin(most))
    plot = plot_in(size, panel.title, (), (), margins, face)
    sheet = Sheet()
    categories = sheet.add(panel.value_title or " ", names)
    sheet.add(say("change"), panel.changes)
    columns = _columns(steps, categories, sheet)
    tops = [
        max(number for number in (step.start, step.end, high) if math.isfinite(number))
        for step, high in zip(steps, highs, strict=True)
    ]
    lines = _ends(panel, ends, categories, sheet, len(columns)) + _words(
        panel, tops, categories, sheet, face, len(columns) + 1
    )
    body = _body("".join(columns), lines)
    axes = category_axis(face) + value_axis(found, face, axis_words(panel.value_title, upright_room(size)))
    return Drawn(chart_space([plot.layout, body, axes], plot.heading, "", face), sheet.workbook())


def _body(columns: str, lines: str) -> str:
    both = f'<c:axId val="{FIRST}"/><c:axId val="{SECOND}"/>'
    return (
        f'<c:barChart><c:barDir val="col"/><c:grouping val="stacked"/><c:varyColors val="0"/>{columns}'
        f'<c:gapWidth val="40"/><c:overlap val="100"/>{both}</c:barChart>'
        f'<c:lineChart><c:grouping val="standard"/><c:varyColors val="0"/>{lines}<c:marker val="1"/>{both}</c:lineChart>'
    )


def _steps(panel: Waterfall) -> list[_Step]:
    steps, total = [], 0.0
    for number, change in enumerate(panel.changes):
        is_total = number == len(panel.changes) - 1
        held = change if math.isfinite(change) else 0.0
        steps.append(_Step(0.0, held, True) if is_total else _Step(total, total + held, False))
        total += held
    return steps


def _whiskers(panel: Waterfall, ends: Sequence[float]) -> tuple[list[float], list[float]]:
    """Return where the whiskers of the steps end: the intervals of the changes, around the ends of the columns."""
    if not panel.low:
        return [math.nan] * len(ends), [math.nan] * len(ends)
    lows = [end + low - change for end, low, change in zip(ends, panel.low, panel.changes, strict=True)]
    highs = [end + high - change for end, high, change in zip(ends, panel.high, panel.changes, strict=True)]
    return lows, highs


def _columns(steps: Sequence[_Step], categories: Column, sheet: Sheet) -> list[str]:
    """Return the stacked series: the unseen one, then what rises, falls and is the total, above and below zero."""
    looks: Mapping[str, tuple[str, str]] = {
        "rise": (say("rises"), filled(style.focus())),
        "fall": (say("falls"), filled(style.WARM)),
        "total": (say("total"), filled(style.INK)),
    }
    made = [_column(0, sheet.add(say("not seen"), [step.parts[0] for step in steps]), categories, NO_FILL)]
    for kind, (name, look) in looks.items():
        for part in (1, 2):
            held = [step.parts[part] if step.kind == kind else math.nan for step in steps]
            if any(math.isfinite(value) and value for value in held):
                title = name if part == 1 else say("{name}, below zero", name=name)
                made.append(_column(len(made), sheet.add(title, held), categories, look))
    return made


def _column(number: int, column: Column, categories: Column, look: str) -> str:
    return (
        f'<c:ser>{series_head(number, column)}{look}<c:invertIfNegative val="0"/>'
        f"<c:cat>{texts(categories)}</c:cat><c:val>{numbers(column)}</c:val></c:ser>"
    )


def _ends(panel: Waterfall, ends: Sequence[float], categories: Column, sheet: Sheet, number: int) -> str:
    """Return an unseen line through the ends of the columns that has the whiskers."""
    column, bars = sheet.add(say("end of the column"), ends), ""
    if panel.low:
        sheet.add(say("change: low end"), panel.low)
        sheet.add(say("change: high end"), panel.high)
        plus = sheet.add(say("change: up to the high end"), distances(panel.changes, panel.high))
        minus = sheet.add(say("change: down to the low end"), distances(panel.changes, panel.low))
        bars = error_bars("y", plus, minus, stroke('<a:schemeClr val="tx1"/>', 1.25))
    return _line(number, column, categories, bars)


def _words(panel: Waterfall, tops: Sequence[float], categories: Column, sheet: Sheet, face: Face, number: int) -> str:
    """Return an unseen line above everything that has the changes as labels."""
    column = sheet.add(say("where labels stand"), tops)
    words = [
        Label(index, "t", signed(change, panel.digits), bold=index == len(tops) - 1)
        for index, change in enumerate(panel.changes)
        if math.isfinite(change)
    ]
    return _line(number, column, categories, labels(words, face))


def _line(number: int, column: Column, categories: Column, more: str) -> str:
    return (
        f"<c:ser>{series_head(number, column)}{_NO_LINE}{marker('#000000', 0)}{more}<c:cat>{texts(categories)}</c:cat>"
        f'<c:val>{numbers(column)}</c:val><c:smooth val="0"/></c:ser>'
    )
