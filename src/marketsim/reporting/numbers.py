"""Numbers as a reader wants them: scaled to a handy unit, with sensible digits, a sign and an interval."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from marketsim.reporting.edition import CNY, current, is_chinese
from marketsim.reporting.language import COUNTED, UNIT, translated
from marketsim.results.key_figures import Kpi

MINUS = "\N{MINUS SIGN}"
NO_BREAK = "\N{NO-BREAK SPACE}"
MISSING = "\N{EN DASH}"
"""Stands where there is no number."""

_MILLION = 1e6
_THOUSAND = 1e3
_WAN = 1e4
_YI = 1e8
_MWH_PER_YI_KWH = 1e5
_KWH_PER_MWH = 1000.0
_RATIO = "CNY/CNY"
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
    """Return the scale at which the values of a KPI are easy to read, in the currency and units of the edition.

    Money comes in millions or thousands, in Chinese in 亿 and 万; energy in Chinese in 亿 kWh where it is large.

    Args:
        kpi: the KPI.
        values: values in the KPI's own unit that are printed together.
    """
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    if "CNY/MWh" in kpi.unit:
        return _price_scale(kpi.unit)
    if kpi.unit.startswith("CNY") and kpi.unit != _RATIO:
        return _money_scale(kpi.unit, largest * current().per_cny)
    if kpi.unit.startswith("MWh") and is_chinese() and largest >= _MWH_PER_YI_KWH:
        return _same(_MWH_PER_YI_KWH, f"亿 kWh{_per(kpi.unit, 'MWh')}")
    spoken = unit_text(kpi.unit)
    return Scale(1.0, spoken, unit_text(_POINT_UNITS.get(kpi.unit, kpi.unit)))


def unit_text(unit: str) -> str:
    """Return a unit as it is spoken in the language of the edition; money in the currency of the edition."""
    text = translated(_SPOKEN_UNITS.get(unit, unit), UNIT)
    return text if current().currency == CNY or unit == _RATIO else text.replace(_own_currency(), current().currency)


def _price_scale(unit: str) -> Scale:
    edition = current()
    if not edition.energy_in_kwh:
        return _same(1 / edition.per_cny, unit_text(unit))
    if is_chinese() and edition.currency == CNY:
        return _same(1.0, unit.replace("CNY/MWh", "厘/kWh"))  # 1000 厘 to the CNY and 1000 kWh to the MWh
    return _same(_KWH_PER_MWH / edition.per_cny, unit.replace("CNY/MWh", f"{edition.currency}/kWh"))


def _money_scale(unit: str, largest: float) -> Scale:
    """Return the scale of an amount of money.

    Args:
        unit: its unit, ``CNY`` or ``CNY/year`` or the like.
        largest: the largest amount in the currency of the edition.
    """
    rate, spoken = current().per_cny, unit_text(unit)
    if is_chinese():
        for least, size, name in ((10 * _YI, _YI, "亿"), (_WAN, _WAN, "万")):
            if largest >= least:
                return _same(size / rate, f"{name}{spoken}" if current().currency == CNY else f"{name} {spoken}")
        return _same(1 / rate, spoken)
    if largest >= 0.1 * _MILLION:
        return _same(_MILLION / rate, f"million {spoken}")
    return _same(_THOUSAND / rate, f"thousand {spoken}") if largest >= _THOUSAND else _same(1 / rate, spoken)


def _same(divisor: float, unit: str) -> Scale:
    return Scale(divisor, unit, unit)


def _per(unit: str, of: str) -> str:
    """Return the time in a unit in the language of the edition: ``/年`` of ``MWh/year``."""
    rest = unit.removeprefix(of)
    return translated(rest, UNIT) if rest else ""


def _own_currency() -> str:
    return translated(CNY, UNIT)


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
        return per_cent(">99")
    return per_cent("<1" if probability < 0.01 else f"{probability * 100:.0f}")


def per_cent(number: str) -> str:
    """Return a printed number with its per cent sign, which Chinese sets without a space."""
    return f"{number}%" if is_chinese() else f"{number}{NO_BREAK}%"


def joined(parts: Iterable[str], last: str = "and") -> str:
    """Return texts as a list in a sentence: a, b and c.

    Args:
        parts: the texts.
        last: the English word before the last one: and, or.
    """
    items = list(parts)
    if len(items) < 2:
        return "".join(items)
    if is_chinese():
        return _with_blanks("、".join(items[:-1]), "或" if last == "or" else "和", items[-1])
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def listed(parts: Iterable[str]) -> str:
    """Return texts side by side: a, b, c."""
    return ("，" if is_chinese() else ", ").join(parts)


def _with_blanks(before: str, word: str, after: str) -> str:
    """Return a Chinese word between two texts, with a blank where a Latin letter or digit is beside it."""
    left = " " if before[-1:].isascii() and before[-1:].isalnum() else ""
    right = " " if after[:1].isascii() and after[:1].isalnum() else ""
    return f"{before}{left}{word}{right}{after}"


def counted(count: int, noun: str) -> str:
    """Return a count with its noun, in the plural unless it is one; in Chinese with its measure word.

    Args:
        count: the count.
        noun: an English noun in the singular; its translation has the measure word before the noun.
    """
    if is_chinese():
        return f"{count:,} {translated(noun, COUNTED)}"
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun[:-1]}ies" if noun.endswith("cy") else f"{count:,} {noun}s"
