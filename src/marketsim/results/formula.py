"""Formulas of key figures: arithmetic over named quantities, which says of itself what it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Quantities = Mapping[str, FloatArray]
"""Quantities by name, of shapes that broadcast to that of the level (suppliers x labels)."""


@dataclass(frozen=True)
class Formula:
    """A formula that can be evaluated wherever all of its quantities are known.

    Attributes:
        text: the formula as people read it.
        needs: names of the quantities in it.
        evaluate: computes it from the quantities.
        is_sum: whether its text needs brackets within a product.
    """

    text: str
    needs: frozenset[str]
    evaluate: Callable[[Quantities], FloatArray]
    is_sum: bool = False

    def known_in(self, quantities: Quantities) -> bool:
        """Return whether all that it needs is known."""
        return self.needs <= quantities.keys()

    def __add__(self, other: Formula | float) -> Formula:
        """Return the sum."""
        return _combined(self, other, "+", np.add)

    def __sub__(self, other: Formula | float) -> Formula:
        """Return the difference."""
        return _combined(self, other, "-", np.subtract)

    def __mul__(self, other: Formula | float) -> Formula:
        """Return the product."""
        return _combined(self, other, "x", np.multiply)

    def __truediv__(self, other: Formula | float) -> Formula:
        """Return the ratio."""
        return _combined(self, other, "/", np.divide)

    def __rmul__(self, factor: float) -> Formula:
        """Return the multiple."""
        return _number(factor) * self

    def __rsub__(self, start: float) -> Formula:
        """Return a number less the formula."""
        return _number(start) - self


def _number(value: float) -> Formula:
    return Formula(f"{value:g}", frozenset(), lambda _: np.float64(value))  # type: ignore[arg-type, return-value]


def _combined(left: Formula, right: Formula | float, sign: str, operation: np.ufunc) -> Formula:
    other = right if isinstance(right, Formula) else _number(right)
    adds = sign in "+-"
    parts = [
        f"({part.text})" if _needs_brackets(part, sign, last=part is other) else part.text for part in (left, other)
    ]

    def evaluate(quantities: Quantities) -> FloatArray:
        return np.asarray(operation(left.evaluate(quantities), other.evaluate(quantities)), dtype=np.float64)

    return Formula(f"{parts[0]} {sign} {parts[1]}", left.needs | other.needs, evaluate, adds)


def _needs_brackets(part: Formula, sign: str, *, last: bool) -> bool:
    compound = any(f" {mark} " in part.text for mark in "x/")
    return (part.is_sum and (sign in "x/" or (sign == "-" and last))) or (sign == "/" and last and compound)


def quantity(name: str, text: str = "") -> Formula:
    """Return the quantity of that name; its text is the name where none is given."""
    return Formula(text or name, frozenset({name}), lambda quantities: quantities[name])


def total(column: str) -> Formula:
    """Return the sum of a column of segment_month over the months."""
    return quantity(column)


def mean(column: str) -> Formula:
    """Return the mean of a column of segment_month, weighted by customers."""
    ratio = quantity(f"{column}_sum") / quantity(f"{column}_weight")
    return Formula(f"mean {column}", ratio.needs, ratio.evaluate)


def whole(column: str) -> Formula:
    """Return the sum of a column over all suppliers of contestable customers."""
    return quantity(f"whole.{column}", f"{column} of all suppliers")


def own(column: str) -> Formula:
    """Return the sum of a column over all tiers of the retailer."""
    return quantity(f"own.{column}", f"{column} of all tiers")


def desk(name: str, column: str) -> Formula:
    """Return the sum of a column of desk_month over the months and regions of a desk."""
    return quantity(f"{name}.{column}", f"{column} at {name}")


def desk_mean(name: str, column: str) -> Formula:
    """Return the mean of a column of desk_month, weighted by new tickets."""
    ratio = quantity(f"{name}.{column}_sum") / quantity(f"{name}.{column}_weight")
    return Formula(f"mean {column} at {name}", ratio.needs, ratio.evaluate)


def book(column: str) -> Formula:
    """Return the sum of a column of retailer_month over the months."""
    return quantity(f"books.{column}.sum", column)


def book_mean(column: str) -> Formula:
    """Return the mean of a column of retailer_month over the months that have a value."""
    return quantity(f"books.{column}.mean", f"mean over months of {column}")


def book_last(column: str) -> Formula:
    """Return a column of retailer_month in the last month."""
    return quantity(f"books.{column}.last", f"{column} of the last month")


def market_sum(column: str) -> Formula:
    """Return the sum of a column of market_month over the months."""
    return quantity(f"months.{column}.sum", column)


def market_mean(column: str) -> Formula:
    """Return the mean of a column of market_month over the months."""
    return quantity(f"months.{column}.mean", f"mean over months of {column}")


def market_last(column: str) -> Formula:
    """Return a column of market_month in the last month."""
    return quantity(f"months.{column}.last", f"{column} of the last month")


def within(horizon: str, formula: Formula) -> Formula:
    """Return a formula over the months of a horizon, such as the first year of the policies."""
    names = {name: f"{horizon}.{name}" for name in formula.needs}

    def evaluate(quantities: Quantities) -> FloatArray:
        return formula.evaluate({name: quantities[other] for name, other in names.items()})

    return Formula(f"{formula.text}, in {horizon.replace('_', ' ')}", frozenset(names.values()), evaluate)


def title_of_years(years: int) -> str:
    """Return the name of the horizon of the first years of the policies."""
    return "1_year" if years == 1 else f"{years}_years"
