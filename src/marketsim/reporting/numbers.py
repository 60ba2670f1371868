"""Numbers as a reader wants them: scaled to a handy unit, with sensible digits, a sign and an interval."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from marketsim.results.key_figures import Kpi

MINUS = "\N{MINUS SIGN}"
NO_BREAK = "\N{NO-BREAK SPACE}"
MISSING = "\N{EN DASH}"
"""Stands where there is no number."""

_MILLION = 1e6
_THOUSAND = 1e3
_MOST_DIGITS = 3
_SPOKEN_UNITS = {
    "CNY/year": "CNY a year",
    "0-100": "points of 100",
    "0-1": "points of 1",
    "%/year": "% a year",
    "minutes": "min",
    "customers/year": "customers a year",
    "1": "",
}
_POINT_UNITS = {"%": "pp", "%/year": "pp a year"}


@dataclass(frozen=True)
class Scale:
    """How values of one KPI are printed: the divisor, the unit of levels and that of differences."""

    divisor: float
    unit: str
    difference_unit: str


def scale_for(kpi: Kpi, values: Iterable[float]) -> Scale:
    """Return the scale at which the values of a KPI are easy to read: money in millions or thousands."""
    spoken = _SPOKEN_UNITS.get(kpi.unit, kpi.unit)
    if kpi.unit not in ("CNY/year", "CNY"):
        return Scale(1.0, spoken, _POINT_UNITS.get(kpi.unit, spoken))
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    if largest >= 0.1 * _MILLION:
        return Scale(_MILLION, f"million {spoken}", f"million {spoken}")
    if largest >= _THOUSAND:
        return Scale(_THOUSAND, f"thousand {spoken}", f"thousand {spoken}")
    return Scale(1.0, spoken, spoken)


def digits_for(half_widths: Iterable[float], fallback: int = 1, most: int = _MOST_DIGITS) -> int:
    """Return how many digits after the point show the narrowest of the intervals, and no more.

    Args:
        half_widths: half the widths of the intervals that are printed together; zeros and NaN are left out.
        fallback: digits where there is no interval.
        most: largest number of digits.
    """
    widths = [width for width in half_widths if math.isfinite(width) and width > 0]
    if not widths:
        return min(fallback, most)
    return min(max(math.ceil(-math.log10(min(widths) / 3)), 0), most)


def plain(value: float, digits: int) -> str:
    """Return a number with thousands separators; a dash where there is none; never a negative zero."""
    if not math.isfinite(value):
        return MISSING
    rounded = round(value, digits) + 0.0
    return f"{rounded:,.{digits}f}".replace("-", MINUS)


def signed(value: float, digits: int) -> str:
    """Return a number with its sign; zero has none."""
    text = plain(value, digits)
    return f"+{text}" if math.isfinite(value) and round(value, digits) > 0 else text


def interval(low: float, high: float, digits: int) -> str:
    """Return an interval in brackets, or an empty text where there is none."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return ""
    return f"[{plain(low, digits)},{NO_BREAK}{plain(high, digits)}]"


def digits_with_sign(low: float, high: float, digits: int, most: int = _MOST_DIGITS) -> int:
    """Return enough digits for both ends of an interval to show on which side of zero they lie."""
    while digits < most and any(end != 0 and math.isfinite(end) and round(end, digits) == 0 for end in (low, high)):
        digits += 1
    return digits


def chance(probability: float) -> str:
    """Return a probability in per cent; never a certain 0 or 100."""
    if not math.isfinite(probability):
        return MISSING
    if probability > 0.99:
        return f">99{NO_BREAK}%"
    return f"<1{NO_BREAK}%" if probability < 0.01 else f"{probability * 100:.0f}{NO_BREAK}%"


def joined(parts: Iterable[str], last: str = "and") -> str:
    """Return texts as a list in a sentence: a, b and c."""
    items = list(parts)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def counted(count: int, noun: str) -> str:
    """Return a count with its noun, in the plural unless it is one."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun[:-1]}ies" if noun.endswith("cy") else f"{count:,} {noun}s"
