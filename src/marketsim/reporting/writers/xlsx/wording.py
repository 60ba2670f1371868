"""What figures, units and amounts of money are called in the sheets, and by what they are scaled there."""

from __future__ import annotations

from dataclasses import dataclass

from marketsim.reporting.edition import CNY, current
from marketsim.reporting.language import parameter_unit, say
from marketsim.reporting.measures import Measure, Printer
from marketsim.reporting.numbers import unit_text

_RATIO = "CNY/CNY"
RATE = "currency_per_cny"
"""Name of the cell with the rate of the currency of the edition."""
CONFIDENCE = "confidence"
"""Name of the cell with the confidence of intervals."""


@dataclass(frozen=True)
class Factor:
    """By what the value of a run is multiplied in a report: the formula, and what it gives."""

    formula: str
    value: float


def factor_of(printer: Printer) -> Factor:
    """Return by what a figure is multiplied to have the unit in which the report prints it."""
    divisor = printer.scale.divisor
    unit = printer.measure.kpi.unit
    if CNY not in unit or unit == _RATIO or _is_native_price(printer):
        return Factor("1" if divisor == 1 else f"1/{_plain(divisor)}", 1 / divisor)
    return money_factor(divisor)


def money_factor(divisor: float) -> Factor:
    """Return by what an amount of CNY is multiplied where reports divide it by a number.

    Args:
        divisor: the divisor of `numbers.Scale`, which holds the rate of the currency.
    """
    rate = current().per_cny
    size = divisor * rate
    formula = RATE if _plain(size) == "1" else f"{RATE}/{_plain(size)}"
    return Factor(formula, rate / float(_plain(size)))


def _is_native_price(printer: Printer) -> bool:
    return printer.scale.unit.startswith("厘")


def _plain(number: float) -> str:
    """Return a divisor as a formula has it: the powers of ten that scales are made of, without rounding of floats."""
    return f"{number:.12g}"


def own_unit(measure: Measure) -> str:
    """Return the unit in which runs give a figure; money is always in CNY there."""
    return unit_of_runs(measure.kpi.unit) or say("number")


def unit_of_runs(unit: str) -> str:
    """Return a unit in the language of the edition, but with money in CNY, as runs have it."""
    return parameter_unit(unit) if CNY in unit else unit_text(unit)


def figure_title(measure: Measure) -> str:
    """Return what a figure is called, with whom it is of."""
    return measure.title
