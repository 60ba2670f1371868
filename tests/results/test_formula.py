"""Formulas: what they compute, what they need, and how they read."""

from __future__ import annotations

import numpy as np
import pytest

from marketsim.results.formula import Formula, book, mean, quantity, total, whole, within
from marketsim.results.key_figures import KPIS

A, B, C = quantity("a"), quantity("b"), quantity("c")
KNOWN = {"a": np.array([[6.0]]), "b": np.array([[2.0]]), "c": np.array([[3.0]])}


@pytest.mark.parametrize(
    ("formula", "text", "expected"),
    [
        (A + B * C, "a + b x c", 12.0),
        ((A + B) * C, "(a + b) x c", 24.0),
        (A / (B * C), "a / (b x c)", 1.0),
        (A / (B / C), "a / (b / c)", 9.0),
        (A - (B - C), "a - (b - c)", 7.0),
        (A - B - C, "a - b - c", 1.0),
        (100 * A / B, "100 x a / b", 300.0),
        (100 - A, "100 - a", 94.0),
    ],
)
def test_arithmetic_reads_as_it_is_computed(formula: Formula, text: str, expected: float) -> None:
    assert formula.text == text
    assert formula.evaluate(KNOWN) == pytest.approx(expected)


def test_a_formula_knows_what_it_needs() -> None:
    formula = 100 * total("leaves") / whole("customers") + book("profit_cny")
    assert formula.needs == {"leaves", "whole.customers", "books.profit_cny.sum"}
    assert not formula.known_in({"leaves": np.ones(1), "whole.customers": np.ones(1)})
    assert mean("satisfaction").needs == {"satisfaction_sum", "satisfaction_weight"}


def test_a_horizon_takes_its_own_quantities() -> None:
    formula = within("3_years", A / B)
    assert formula.needs == {"3_years.a", "3_years.b"}
    assert formula.text == "a / b, in 3 years"
    assert formula.evaluate({"3_years.a": np.array(8.0), "3_years.b": np.array(2.0)}) == 4.0


def test_every_key_figure_names_its_formula() -> None:
    assert all(entry.formula.text and entry.formula.needs for entry in KPIS)
