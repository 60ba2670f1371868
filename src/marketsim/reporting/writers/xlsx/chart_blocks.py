"""The numbers of a panel in cells, laid out as a chart of Excel needs them, each number once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from marketsim.reporting.charts.native import Bars, Lines, Series, Waterfall
from marketsim.reporting.language import say
from marketsim.reporting.writers.xlsx.book import Page
from marketsim.reporting.writers.xlsx.looks import (
    FORMULA,
    HEAD,
    NAME,
    NOTE,
    RESULT,
    RIGHT_HEAD,
    SUBTITLE,
    number_format,
    with_digits,
)
from marketsim.reporting.writers.xlsx.names import cell, clean

Range = tuple[int, int, int, int]
"""First row and column, last row and column, counted from 0."""


@dataclass(frozen=True)
class Column:
    """Where a series stands.

    Attributes:
        name: cell of its name.
        values: cells of its values.
        minus: cells of how far intervals reach down; None without intervals.
        plus: cells of how far they reach up.
        low: cells of the lower ends.
        high: cells of the upper ends.
    """

    name: tuple[int, int]
    values: Range
    minus: Range | None = None
    plus: Range | None = None
    low: Range | None = None
    high: Range | None = None


@dataclass(frozen=True)
class Block:
    """Where the numbers of a panel stand.

    Attributes:
        title: cell of its title.
        axis: cells of the places or categories.
        columns: where each series stands.
        last_row: the last row that is used.
    """

    title: tuple[int, int]
    axis: Range
    columns: tuple[Column, ...]
    last_row: int


def fill_series(page: Page, row: int, panel: Lines | Bars, title: str) -> Block:
    """Write lines or bars: a row per place or category, columns for the values and intervals of each series."""
    places: Sequence[float | str] = panel.places if isinstance(panel, Lines) else panel.categories
    unit = panel.y_title if isinstance(panel, Lines) else panel.value_title
    head, first = row + 1, row + 2
    last = first + max(len(places), 1) - 1
    page.text(row, 0, say("{title} ({unit})", title=title, unit=unit) if unit else title, SUBTITLE)
    page.text(head, 0, panel.x_title if isinstance(panel, Lines) else "", HEAD)
    for offset, place in enumerate(places):
        _place(page, first + offset, place)
    columns, column = [], 1
    for series in panel.series:
        columns.append(_series(page, (head, column), series, panel.digits))
        column += 5 if series.low else 1
    page.fit(head, [panel.x_title if isinstance(panel, Lines) else "", *_heads_of(panel.series)])
    return Block((row, 0), (first, 0, last, 0), tuple(columns), last)


def _heads_of(series: Sequence[Series]) -> Iterator[str]:
    for each in series:
        yield each.name
        yield from ("",) * (4 if each.low else 0)


def _place(page: Page, row: int, place: float | str) -> None:
    if isinstance(place, str):
        page.text(row, 0, place, NAME)
    else:
        page.number(row, 0, place, replace(NAME, align="left"))


def _series(page: Page, corner: tuple[int, int], series: Series, digits: int) -> Column:
    """Write the columns of a series: values, ends of intervals, and how far these reach."""
    row, column = corner
    last = row + len(series.values)
    whole = [(row + 1, column + offset, last, column + offset) for offset in range(5)]
    page.text(row, column, series.name, RIGHT_HEAD)
    _numbers(page, row + 1, column, series.values, digits)
    if not series.low:
        return Column((row, column), whole[0])
    heads = (say("low"), say("high"), say("reach down"), say("reach up"))
    page.row(row, heads, RIGHT_HEAD, column + 1)
    _numbers(page, row + 1, column + 1, series.low, digits)
    _numbers(page, row + 1, column + 2, series.high, digits)
    for offset, (value, low, high) in enumerate(zip(series.values, series.low, series.high, strict=True), start=1):
        write_reach(page, (row + offset, column + 3), ((row + offset, column), (row + offset, column + 1)), value - low)
        write_reach(
            page, (row + offset, column + 4), ((row + offset, column + 2), (row + offset, column)), high - value
        )
    return Column((row, column), whole[0], whole[3], whole[4], whole[1], whole[2])


def _numbers(page: Page, row: int, column: int, values: Sequence[float], digits: int) -> None:
    for offset, value in enumerate(values):
        page.number(row + offset, column, value, with_digits(RESULT, digits + 1))


def write_reach(page: Page, place: tuple[int, int], of: tuple[tuple[int, int], tuple[int, int]], value: float) -> None:
    """Write how far an interval reaches, as the difference of two cells; 0 where there is none."""
    one, other = (cell(*where) for where in of)
    known = value if math.isfinite(value) else 0.0
    page.formula(*place, f"IF(COUNT({one},{other})<2,0,{one}-{other})", known, with_digits(NOTE, 3))


@dataclass(frozen=True)
class WaterfallBlock:
    """Where the steps of a waterfall stand: title, names with changes, the stacked parts, and the ends of the steps."""

    title: tuple[int, int]
    names: Range
    parts: tuple[Column, ...]
    ends: Column
    last_row: int


_PART_HEADS, _LABEL = 5, 13


def fill_waterfall(page: Page, row: int, panel: Waterfall, title: str) -> WaterfallBlock:
    """Write a waterfall: changes as numbers, and by formulas the invisible base and the visible parts of each step."""
    head, first = row + 1, row + 2
    last = row + 1 + len(panel.steps)
    page.text(row, 0, say("{title} ({unit})", title=title, unit=panel.value_title), SUBTITLE)
    heads = (say("change"), say("low"), say("high"), say("start"), say("end"))
    parts = (say("base, invisible"), say("up"), say("up, below zero"), say("down"), say("down, below zero"))
    page.text(head, 0, say("step"), HEAD)
    page.row(head, (*heads, *parts, say("reach down"), say("reach up"), say("label")), RIGHT_HEAD, 1)
    page.fit(head, ["", *heads, *parts])
    start = 0.0
    for place, change in enumerate(panel.changes):
        begin = 0.0 if place == len(panel.changes) - 1 else start
        _step(page, first + place, panel, place, begin)
        start = begin + change
    stack = tuple(Column((head, 6 + part), (first, 6 + part, last, 6 + part)) for part in range(_PART_HEADS))
    reach = [(first, column, last, column) for column in (11, 12)]
    ends = Column((head, 5), (first, 5, last, 5), *(reach if panel.low else (None, None)))
    return WaterfallBlock((row, 0), (first, _LABEL, last, _LABEL), stack, ends, last)


def _step(page: Page, row: int, panel: Waterfall, place: int, begin: float) -> None:
    change, last = panel.changes[place], place == len(panel.changes) - 1
    end, look = begin + change, with_digits(FORMULA, panel.digits + 1)
    page.text(row, 0, panel.steps[place], NAME)
    page.number(row, 1, change, with_digits(RESULT, panel.digits + 1, signed=True))
    for column, ends in ((2, panel.low), (3, panel.high)):
        if ends:
            page.number(row, column, ends[place], with_digits(RESULT, panel.digits + 1))
    page.formula(row, 4, "0" if last or place == 0 else cell(row - 1, 5), begin, look)
    page.formula(row, 5, f"{cell(row, 4)}+{cell(row, 1)}", end, look)
    for column, (formula, value) in enumerate(_parts(row, begin, end), start=6):
        page.formula(row, column, formula, value, with_digits(NOTE, panel.digits + 1))
    if panel.low:
        write_reach(page, (row, 11), ((row, 1), (row, 2)), change - panel.low[place])
        write_reach(page, (row, 12), ((row, 3), (row, 1)), panel.high[place] - change)
    form = number_format(panel.digits, signed=True)
    label = f'{cell(row, 0)}&CHAR(10)&TEXT({cell(row, 1)},"{form}")'
    page.formula(row, _LABEL, label, f"{clean(panel.steps[place])}\n{_signed(change, panel.digits)}", NOTE)


def _signed(change: float, digits: int) -> str:
    """Return a change as Excel prints it: a plain minus, no sign of an exact zero."""
    return "0" if change == 0 else f"{change:+,.{digits}f}"


def _parts(row: int, begin: float, end: float) -> Iterator[tuple[str, float]]:
    """Yield formula and value of the invisible base and of the parts of a step above and below zero, up and down."""
    at, to = cell(row, 4), cell(row, 5)
    low, high = min(begin, end), max(begin, end)
    yield f"MAX(MIN({at},{to}),0)+MIN(MAX({at},{to}),0)", max(low, 0.0) + min(high, 0.0)
    above, below = max(high, 0.0) - max(low, 0.0), min(low, 0.0) - min(high, 0.0)
    texts = (
        f"MAX(MAX({at},{to}),0)-MAX(MIN({at},{to}),0)",
        f"MIN(MIN({at},{to}),0)-MIN(MAX({at},{to}),0)",
    )
    for is_up in (True, False):
        holds = (end >= begin) == is_up
        sign = f"{to}>={at}" if is_up else f"{to}<{at}"
        for text, value in zip(texts, (above, below), strict=True):
            yield f"IF({sign},{text},0)", value if holds else 0.0
