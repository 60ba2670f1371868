"""Sums in whole units: the same to the last bit in any order and grouping."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketsim.market.exact import UNIT, as_float, units

any_numbers = st.lists(st.floats(0, 1e5), min_size=1, max_size=40)


def total(values: list[float]) -> int:
    return sum(units(value) for value in values)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(any_numbers, st.randoms(use_true_random=False), st.integers(0, 40))
def test_order_and_grouping_do_not_matter(values: list[float], random: object, cut: int) -> None:
    shuffled = sorted(values, key=lambda _: random.random())  # type: ignore[attr-defined]
    whole = as_float(np.array([total(values)]))[0]
    parts = as_float(np.array([total(shuffled[:cut]), total(shuffled[cut:])]))
    assert parts[0] + parts[1] == whole


@settings(deadline=None, derandomize=True, max_examples=200)
@given(any_numbers)
def test_the_sum_is_right_to_half_a_unit_each(values: list[float]) -> None:
    assert as_float(np.array([total(values)]))[0] == pytest.approx(sum(values), abs=UNIT * len(values))


def test_floats_alone_would_not_do() -> None:
    """The reason for whole units: ordinary sums depend on the grouping."""
    values = [0.1, 0.2, 0.3]
    assert (values[0] + values[1]) + values[2] != values[0] + (values[1] + values[2])
    assert units(0.1) + units(0.2) + units(0.3) == units(0.3) + units(0.2) + units(0.1)


def test_units_round_to_the_nearest() -> None:
    assert [units(UNIT * x) for x in (0.0, 0.4, 0.6, 7.0, -1.0)] == [0, 0, 1, 7, -1]
