"""Panels that are tables by nature: heat maps with colours by their numbers, and flows between suppliers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from marketsim.reporting import style
from marketsim.reporting.charts.native import Cells, Flows
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
    TOTAL,
    number_format,
    with_digits,
)
from marketsim.reporting.writers.xlsx.names import cell

_PALE = 0.45
"""How far colours are mixed with white, so that black numbers can be read on them."""
_HATCH = 14
"""Number of Excel's pattern of thin diagonal lines."""


def fill_cells(page: Page, row: int, panel: Cells, title: str) -> int:
    """Write a heat map: coloured by its values, hatched where a value cannot be told from zero; return the last row."""
    page.text(row, 0, say("{title} ({unit})", title=title, unit=panel.value_title), SUBTITLE)
    page.text(row + 1, 0, say("rows: {rows}; columns: {columns}", rows=panel.y_title, columns=panel.x_title), NOTE)
    head, first = row + 2, row + 3
    page.text(head, 0, panel.y_title, HEAD)
    page.row(head, panel.columns, RIGHT_HEAD, 1)
    page.fit(head, [panel.y_title, *panel.columns])
    for offset, (name, values) in enumerate(zip(panel.rows, panel.values, strict=True)):
        page.text(first + offset, 0, name, NAME)
        for column, value in enumerate(values, start=1):
            page.number(first + offset, column, value, with_digits(RESULT, panel.digits))
    last = first + len(panel.rows) - 1
    if not panel.rows or not panel.columns:
        return head
    end = _flags(page, last + 2, panel, first) if panel.unclear else last
    _colour(page, (first, 1, last, len(panel.columns)), _finite(panel), diverging=panel.diverging)
    return end


def _finite(panel: Cells) -> list[float]:
    return [value for row in panel.values for value in row if math.isfinite(value)]


def _flags(page: Page, row: int, panel: Cells, first: int) -> int:
    """Write which values cannot be told from zero, hatch these, and return the last row."""
    page.text(row, 0, say("1: cannot be told from zero (hatched above, with a question mark)"), NOTE)
    for offset, (name, flags) in enumerate(zip(panel.rows, panel.unclear, strict=True), start=1):
        page.text(row + offset, 0, name, NOTE)
        for column, flag in enumerate(flags, start=1):
            page.number(row + offset, column, float(flag), with_digits(NOTE, 0))
    mark = f'{number_format(panel.digits)}" ?"'
    hatch = page.book.raw_format(
        {"pattern": _HATCH, "fg_color": style.FAINT, "bg_color": "#FFFFFF", "num_format": mark}
    )
    area = (first, 1, first + len(panel.rows) - 1, len(panel.columns))
    rule = {"type": "formula", "criteria": f"={cell(row + 1, 1)}=1", "format": hatch, "stop_if_true": True}
    page.sheet.conditional_format(*area, rule)
    return row + len(panel.rows)


def _colour(page: Page, area: tuple[int, int, int, int], values: Sequence[float], *, diverging: bool) -> None:
    """Colour cells by their values; where zero parts good and bad, the same distance from it has the same strength."""
    if not values:
        return
    good, bad = (_paler(colour) for colour in (style.focus(), style.WARM))
    largest = max(abs(value) for value in values) or 1.0
    if diverging:
        ends = {
            "min_type": "num",
            "min_value": -largest,
            "mid_type": "num",
            "mid_value": 0,
            "max_type": "num",
            "max_value": largest,
        }
        rule = {"type": "3_color_scale", "min_color": bad, "mid_color": "#FFFFFF", "max_color": good, **ends}
    else:
        rule = {"type": "2_color_scale", "min_color": "#FFFFFF", "max_color": good}
    page.sheet.conditional_format(*area, rule)


def _paler(colour: str) -> str:
    parts = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(part + (255 - part) * _PALE):02X}" for part in parts)


def fill_flows(page: Page, row: int, panel: Flows, title: str) -> int:
    """Write flows as a table from suppliers to suppliers with sums, and return the last row."""
    names = list(dict.fromkeys([*panel.colours, *(name for flow in panel.flows for name in flow[:2])]))
    amounts = {(source, target): amount for source, target, amount in panel.flows}
    page.text(row, 0, say("{title} ({unit})", title=title, unit=panel.value_title), SUBTITLE)
    page.text(row + 1, 0, say("from \\ to"), HEAD)
    page.row(row + 1, (*names, say("lost"), say("won"), say("net")), RIGHT_HEAD, 1)
    first, count = row + 2, len(names)
    for offset, source in enumerate(names):
        page.text(first + offset, 0, source, NAME)
        for column, target in enumerate(names, start=1):
            page.number(
                first + offset, column, amounts.get((source, target), math.nan), with_digits(RESULT, panel.digits)
            )
        _sums(page, first + offset, (first, offset, count), amounts, names, panel.digits)
    if count:
        _colour(page, (first, 1, first + count - 1, count), [*amounts.values()], diverging=False)
    return first + count - 1


def _sums(
    page: Page,
    row: int,
    where: tuple[int, int, int],
    amounts: dict[tuple[str, str], float],
    names: Sequence[str],
    digits: int,
) -> None:
    """Write what a supplier lost, won, and both together."""
    first, offset, count = where
    name = names[offset]
    lost = sum(amount for (source, _), amount in amounts.items() if source == name)
    won = sum(amount for (_, target), amount in amounts.items() if target == name)
    look = with_digits(FORMULA, digits)
    page.formula(row, count + 1, f"SUM({cell(row, 1)}:{cell(row, count)})", lost, look)
    own = offset + 1
    page.formula(row, count + 2, f"SUM({cell(first, own)}:{cell(first + count - 1, own)})", won, look)
    net = f"{cell(row, count + 2)}-{cell(row, count + 1)}"
    page.formula(row, count + 3, net, won - lost, with_digits(TOTAL, digits, signed=True))
