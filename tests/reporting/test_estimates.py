from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from marketsim.reporting.estimates import Cell, Estimate, Verdict, estimate, verdict, without_rounding
from marketsim.results.tables import BASE


def test_the_interval_is_that_of_student() -> None:
    values = np.array([1.0, 2.0, 4.0, 7.0])
    low, high = stats.t.interval(0.95, 3, values.mean(), values.std(ddof=1) / 2)
    found = estimate([*values, math.nan])
    assert (found.n, found.mean) == (4, 3.5)
    assert (found.low, found.high) == pytest.approx((low, high))


def test_one_value_has_no_interval_and_none_no_mean() -> None:
    assert estimate([3.0]).mean == 3.0
    assert math.isnan(estimate([3.0]).low)
    assert math.isnan(estimate([]).mean)


@pytest.mark.parametrize(
    ("low", "mean", "high", "word"),
    [
        (0.1, 1, 2, Verdict.UP),
        (-2, -1, -0.1, Verdict.DOWN),
        (-0.1, 1, 2, Verdict.CANNOT_TELL),
        (0, 1, 2, Verdict.CANNOT_TELL),
        (0, 0, 0, Verdict.NO_CHANGE),
        (math.nan, 1, math.nan, Verdict.NO_INTERVAL),
        (math.nan, math.nan, math.nan, Verdict.MISSING),
    ],
)
def test_verdicts_never_go_beyond_the_interval(low: float, mean: float, high: float, word: str) -> None:
    assert verdict(Estimate(4, mean, low, high)) == word


def test_rounding_is_no_difference_but_a_small_difference_is() -> None:
    noise = Estimate(4, 3e-15, 2e-15, 4e-15)
    assert without_rounding(noise, 4.2) == Estimate(4, 0.0, 0.0, 0.0)
    real = Estimate(4, 3e-6, 2e-6, 4e-6)
    assert without_rounding(real, 4.2) == real


def test_a_paired_level_excludes_the_base_exactly_where_the_difference_can_be_told() -> None:
    wide, difference = Estimate(4, 12.0, 2.0, 22.0), Estimate(4, 2.0, 1.0, 3.0)
    found = Cell("lane", wide, difference, 0.99).paired_level
    assert (found.mean, found.low, found.high) == (12.0, 11.0, 13.0)
    assert math.isnan(Cell(BASE, wide, difference, 0.99).paired_level.low)
    alone = Cell("lane", wide, Estimate(0, math.nan, math.nan, math.nan), math.nan)
    assert alone.paired_level == wide
