"""Means over worlds, and effects that many worlds carry over to the few of an assumption check."""

from __future__ import annotations

import math

import numpy as np
import pytest

from marketsim.results.statistics.estimates import carried_over, mean_over_worlds, without_rounding

NONE = math.nan


def test_a_carried_over_mean_by_hand() -> None:
    # Centre 1, 2, 3, 6 (mean 3); ends of the first two worlds 3 and 5, so shifts 2 and 3 (mean 2.5).
    found = carried_over(np.array([1.0, 2, 3, 6]), np.array([3.0, 5, NONE, NONE]))
    assert (found.n, found.mean) == (2, 5.5)
    # Shared worlds add 2/2 + 1/4 = 1.25 and 3/2 + 2/4 = 2: variance .28125, times 2; the others var(3, 6) = 4.5, x 2 / 16.
    assert found.standard_error**2 == pytest.approx(2 * 0.28125 + 2 * 4.5 / 16)
    assert found.degrees == 1


def test_without_more_worlds_an_end_stands_for_itself() -> None:
    end = np.array([3.0, 5, 4])
    for centre in (np.array([1.0, 2, 2]), np.full(3, NONE), np.array([1.0, NONE, NONE])):
        found, plain = carried_over(centre, end), mean_over_worlds(end)
        assert (found.mean, found.low, found.high) == (plain.mean, plain.low, plain.high)


def _studies(correlation: float, worlds: int, at_end: int, studies: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Return effects at the centre (mean 1) and the end (mean 2) of many studies, with a common part."""
    draws = np.random.default_rng(5)
    common, own_centre, own_end = draws.normal(size=(3, studies, worlds))
    share = math.sqrt(correlation), math.sqrt(1 - correlation)
    centre = 1 + share[0] * common + share[1] * own_centre
    end = 2 + 1.5 * (share[0] * common + share[1] * own_end)
    end[:, at_end:] = NONE
    return centre, end


@pytest.mark.parametrize("at_end", [3, 4, 8])
@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.95])
def test_intervals_cover_the_truth_in_about_95_of_100_cases(correlation: float, at_end: int) -> None:
    # 4,000 studies: the share covered has a standard error of .0034; Welch's degrees of freedom are an approximation.
    found = carried_over(*_studies(correlation, worlds=20, at_end=at_end))
    assert abs(float(found.mean.mean()) - 2.0) < 4 * float(found.mean.std()) / math.sqrt(4000)
    covered = float(((found.low <= 2.0) & (found.high >= 2.0)).mean())
    assert 0.925 < covered < (0.965 if at_end >= 4 else 1.0)


def test_what_the_worlds_have_in_common_makes_the_interval_narrower() -> None:
    centre, end = _studies(0.95, worlds=20, at_end=4)
    carried, plain = carried_over(centre, end), mean_over_worlds(end)
    assert float(np.median(carried.half_width / plain.half_width)) < 0.6


def test_rounding_is_no_difference() -> None:
    found = without_rounding(np.array([3e-15, 0.2, 1e-3, NONE]), np.array([0.0, 1.0, 1e8, 1.0]))
    assert found[:3].tolist() == [0.0, 0.2, 0.0]
    assert math.isnan(found[3])
