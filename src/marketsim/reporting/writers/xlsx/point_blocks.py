"""The points of a scatter chart in cells, with their intervals and the front that no point beats."""

from __future__ import annotations

from dataclasses import dataclass

from marketsim.reporting.charts.native import Points
from marketsim.reporting.language import say
from marketsim.reporting.writers.xlsx.book import Page
from marketsim.reporting.writers.xlsx.chart_blocks import Block, Column, write_reach
from marketsim.reporting.writers.xlsx.looks import FORMULA, HEAD, NAME, RESULT, RIGHT_HEAD, SUBTITLE, with_digits
from marketsim.reporting.writers.xlsx.names import cell


@dataclass(frozen=True)
class PointsBlock:
    """Where points stand: title, and for each point its row; columns are name, x, y, reaches of intervals."""

    title: tuple[int, int]
    rows: tuple[int, ...]
    front: Block | None
    last_row: int


def fill_points(page: Page, row: int, panel: Points, title: str) -> PointsBlock:
    """Write points: a row each with its intervals; points of the front once more, in the order of x."""
    head = row + 1
    page.text(row, 0, title, SUBTITLE)
    ends = (say("x low"), say("x high"), say("y low"), say("y high"))
    reach = (say("x reach down"), say("x reach up"), say("y reach down"), say("y reach up"))
    sizes = (panel.size_title,) if panel.size_title else ()
    page.text(head, 0, say("point"), HEAD)
    page.row(head, (panel.x_title, panel.y_title, *ends, *reach, *sizes), RIGHT_HEAD, 1)
    page.fit(head, ["", panel.x_title, panel.y_title, *ends, *reach, *sizes])
    for offset, point in enumerate(panel.points, start=1):
        here = head + offset
        page.text(here, 0, point.name, NAME)
        for column, value, digits in (
            (1, point.x, panel.digits[0]), (2, point.y, panel.digits[1]), (3, point.x_low, panel.digits[0]),
            (4, point.x_high, panel.digits[0]), (5, point.y_low, panel.digits[1]), (6, point.y_high, panel.digits[1]),
        ):  # fmt: skip
            page.number(here, column, value, with_digits(RESULT, digits + 1))
        for column, one, other, value in (
            (7, 1, 3, point.x - point.x_low), (8, 4, 1, point.x_high - point.x),
            (9, 2, 5, point.y - point.y_low), (10, 6, 2, point.y_high - point.y),
        ):  # fmt: skip
            write_reach(page, (here, column), ((here, one), (here, other)), value)
        if panel.size_title:
            page.number(here, 11, point.size, with_digits(RESULT, 1))
    last = head + len(panel.points)
    front = _front(page, last + 2, panel, head + 1) if panel.front else None
    return PointsBlock((row, 0), tuple(range(head + 1, last + 1)), front, front.last_row if front else last)


def _front(page: Page, row: int, panel: Points, first: int) -> Block:
    """Write the points that no other beats, as links to their numbers."""
    members = sorted((p.x, place) for place, p in enumerate(panel.points) if p.name in panel.front)
    title = say("Not beaten on both axes")
    page.text(row, 0, title, HEAD)
    for offset, (_, place) in enumerate(members, start=1):
        point, source = panel.points[place], first + place
        page.formula(row + offset, 0, cell(source, 0), point.name, FORMULA)
        page.formula(row + offset, 1, cell(source, 1), point.x, with_digits(FORMULA, panel.digits[0] + 1))
        page.formula(row + offset, 2, cell(source, 2), point.y, with_digits(FORMULA, panel.digits[1] + 1))
    last = row + len(members)
    column = Column((row, 0), (row + 1, 2, last, 2))
    return Block((row, 0), (row + 1, 1, last, 1), (column,), last)
