"""Where a mean over worlds is zero: curves with known roots, in worlds that differ."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from marketsim.experiments.root import ABOVE, BELOW, CANNOT_TELL, FOUND, GRID, NO_EFFECT, TOLERANCE, Curve, find_root

SPREAD = np.array([-1.0, 1.0, -0.5, 0.5])
"""What the worlds add; the mean is 0, and its interval reaches 1.45 to either side."""
REACH = 3.182446305 * math.sqrt(2.5 / 3 / 4)


def curve_of(function: Callable[[float], float], scale: float = 1.0) -> tuple[Curve, list[float]]:
    """Return a curve with the spread of the worlds about a function, and the values that are measured, in order."""
    measured: list[float] = []

    def measure(values: Sequence[float]) -> list[np.ndarray]:
        measured.extend(values)
        return [function(value) + scale * SPREAD for value in values]

    return Curve(measure), measured


def test_a_straight_line() -> None:
    curve, measured = curve_of(lambda x: 6 - x)
    root = find_root(curve, 0, 12)
    assert (root.verdict, root.crossings) == (FOUND, 1)
    assert root.value == pytest.approx(6, abs=TOLERANCE * 12)
    assert (root.low, root.high) == (pytest.approx(6 - REACH, abs=0.05), pytest.approx(6 + REACH, abs=0.05))
    assert len(measured) == len(set(measured)) <= GRID + 6


def test_a_bent_curve_whose_interval_is_open_at_one_end() -> None:
    curve, _ = curve_of(lambda x: 1.2 - x * x / 10)
    root = find_root(curve, 0, 12)
    assert root.value == pytest.approx(math.sqrt(12), abs=TOLERANCE * 12)
    assert math.isnan(root.low)
    assert root.high == pytest.approx(math.sqrt(10 * (1.2 + REACH)), abs=0.1)


@pytest.mark.parametrize(
    ("function", "verdict"),
    [
        (lambda x: 5 + x, ABOVE),
        (lambda x: -5 - x, BELOW),
        (lambda x: 0.5 + x, CANNOT_TELL),
    ],
)
def test_no_change_of_sign(function: Callable[[float], float], verdict: str) -> None:
    root = find_root(curve_of(function)[0], 0, 12)
    assert (root.verdict, root.crossings) == (verdict, 0)
    assert math.isnan(root.value)


def test_where_nothing_differs_at_one_end_is_no_break_even() -> None:
    below = find_root(Curve(lambda values: [-x * (2 + SPREAD) for x in values]), 0, 4)
    assert below.verdict == BELOW
    found = find_root(Curve(lambda values: [x * (3 - x) + 0.01 * x * SPREAD for x in values]), 0, 4)
    assert found.value == pytest.approx(3, abs=TOLERANCE * 4)


def test_no_effect_at_all() -> None:
    assert find_root(Curve(lambda values: [0 * SPREAD for _ in values]), 0, 4).verdict == NO_EFFECT


def test_several_changes_of_sign_are_counted_and_the_first_is_found() -> None:
    root = find_root(curve_of(lambda x: math.cos(x), 0.01)[0], 0, 6)
    assert root.crossings == 2
    assert root.value == pytest.approx(math.pi / 2, abs=0.04)


def test_worlds_that_are_missing_are_left_out() -> None:
    root = find_root(Curve(lambda values: [np.array([x - 1, math.nan, x - 3]) for x in values]), 0, 4)
    assert root.value == pytest.approx(2, abs=0.02)


def test_a_single_world_has_a_root_but_no_range() -> None:
    root = find_root(Curve(lambda values: [np.array([x - 1.3]) for x in values]), 0, 4)
    assert root.value == pytest.approx(1.3, abs=0.02)
