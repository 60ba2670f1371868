"""Axes of native charts: round ranges that hold values and intervals, and their place inside the chart."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from marketsim.reporting.writers.pptx.chart_xml import (
    FAINT,
    QUIET,
    TEXT_SIZE,
    Face,
    number_code,
    stroke,
    text_look,
    title,
)

FIRST, SECOND = 111111, 222222
"""Numbers by which the axes of a chart know each other."""
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_TICKS = 5


@dataclass(frozen=True)
class Range:
    """A round range of an axis and the step of its ticks."""

    low: float
    high: float
    step: float

    @property
    def digits(self) -> int:
        """Digits after the point that ticks need."""
        return next((digits for digits in range(7) if math.isclose(round(self.step, digits), self.step)), 6)

    @property
    def labels(self) -> list[str]:
        """The numbers at the ticks."""
        count = round((self.high - self.low) / self.step)
        return [f"{self.low + number * self.step:,.{self.digits}f}" for number in range(count + 1)]

    def part(self, value: float) -> float:
        """Return where a value lies, 0 at the low and 1 at the high end."""
        return (value - self.low) / (self.high - self.low)


def round_range(
    values: Iterable[float], *, zero: bool = False, spare: float = 0.04, ticks: int = _TICKS, most: float = math.inf
) -> Range:
    """Return a range that holds all finite values, with a little room.

    Args:
        values: what is drawn.
        zero: whether zero is in the range.
        spare: room at both ends, as a part of what the values span.
        ticks: about how many ticks are wanted.
        most: what no value can be above.
    """
    held = [value for value in values if math.isfinite(value)] + ([0.0] if zero else [])
    low, high = (min(held), max(held)) if held else (0.0, 1.0)
    if high - low < 1e-9 * max(abs(low), abs(high), 1e-6):
        low, high = low - 0.5 * max(abs(low), 1.0), high + 0.5 * max(abs(high), 1.0)
    room = spare * (high - low)
    low = max(low - room, 0.0) if low >= 0 else low - room  # nothing is below zero: no tick below it either
    high = min(high + room, 0.0) if high <= 0 else high + room
    high = min(high, most)
    step = _round_step((high - low) / ticks)
    first, last = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    return Range(float(f"{first:.10g}"), float(f"{last:.10g}"), step)


def _round_step(rough: float) -> float:
    size = 10.0 ** math.floor(math.log10(rough))
    return float(f"{next(step * size for step in _STEPS if step * size >= rough * 0.999):.10g}")


def category_axis(face: Face, words: str = "", *, vertical: bool = False, skip: int = 0, low: bool = True) -> str:
    """Return the axis of categories; a vertical one begins at the top."""
    marks = f'<c:tickLblSkip val="{skip}"/>' if skip else ""
    return (
        f'<c:catAx><c:axId val="{FIRST}"/><c:scaling><c:orientation val="{"maxMin" if vertical else "minMax"}"/></c:scaling>'
        f'<c:delete val="0"/><c:axPos val="{"l" if vertical else "b"}"/>{_axis_title(words, face, vertical)}'
        f'<c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/>'
        f'<c:tickLblPos val="{"low" if low else "nextTo"}"/>{_axis_line()}{text_look(face)}<c:crossAx val="{SECOND}"/>'
        f'<c:crosses val="autoZero"/><c:auto val="0"/><c:lblAlgn val="ctr"/><c:lblOffset val="50"/>{marks}'
        '<c:noMultiLvlLbl val="1"/></c:catAx>'
    )


def value_axis(
    found: Range,
    face: Face,
    words: str = "",
    *,
    vertical: bool = True,
    own: int = SECOND,
    cross: int = FIRST,
    grid: bool = True,
    named: bool = True,
    between: str = "between",
    cross_at: str = "autoZero",
    labels_at: str = "low",
) -> str:
    """Return an axis of numbers over a range; without labels where it is not `named`."""
    lines = f"<c:majorGridlines><c:spPr>{stroke(FAINT, 0.75)}</c:spPr></c:majorGridlines>" if grid else ""
    place = "l" if vertical else "b"
    crossing = (
        f'<c:crosses val="{cross_at}"/>'
        if cross_at in ("autoZero", "min", "max")
        else f'<c:crossesAt val="{cross_at}"/>'
    )
    return (
        f'<c:valAx><c:axId val="{own}"/><c:scaling><c:orientation val="minMax"/><c:max val="{found.high!r}"/>'
        f'<c:min val="{found.low!r}"/></c:scaling><c:delete val="0"/><c:axPos val="{place}"/>{lines}'
        f'{_axis_title(words, face, vertical)}<c:numFmt formatCode="{escape(number_code(found.digits))}" sourceLinked="0"/>'
        f'<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="{labels_at if named else "none"}"/>'
        f'{_axis_line() if not grid or not vertical else _no_line()}{text_look(face)}<c:crossAx val="{cross}"/>{crossing}'
        f'<c:crossBetween val="{between}"/><c:majorUnit val="{found.step!r}"/></c:valAx>'
    )


def _axis_title(words: str, face: Face, vertical: bool) -> str:
    return title(words, face, size=TEXT_SIZE, bold=False, turned=vertical)


def _axis_line() -> str:
    return f"<c:spPr><a:noFill/>{stroke(QUIET, 1.0)}</c:spPr>"


def _no_line() -> str:
    return "<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>"
