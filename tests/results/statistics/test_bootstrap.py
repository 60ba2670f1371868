"""Intervals of means: what they cover, and what the bootstrap does where there is little to draw from."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from marketsim.results.statistics.bootstrap import FEWEST_WORLDS, bootstrap_interval
from marketsim.results.statistics.estimates import mean_over_worlds

SAMPLES, WORLDS = 1000, 12


def exponential(samples: int, worlds: int) -> NDArray[np.float64]:
    return np.random.default_rng(5).exponential(size=(samples, worlds))


def normal(samples: int, worlds: int) -> NDArray[np.float64]:
    return np.random.default_rng(4).normal(1.0, 1.0, (samples, worlds))


def three_errors(samples: int) -> float:
    """Return three Monte Carlo standard errors of a share of 95 %."""
    return 3 * math.sqrt(0.95 * 0.05 / samples)


@pytest.mark.parametrize("worlds", [2, 3, 5, 20])
def test_the_t_interval_covers_what_it_says_of_normal_worlds(worlds: int) -> None:
    found = mean_over_worlds(normal(20_000, worlds))
    covered = np.mean((found.low <= 1) & (found.high >= 1))
    assert covered == pytest.approx(0.95, abs=three_errors(20_000))


def test_the_bootstrap_covers_what_it_says_of_normal_worlds() -> None:
    ends = np.array([bootstrap_interval(row) for row in normal(SAMPLES, WORLDS)])
    covered = np.mean((ends[:, 0] <= 1) & (ends[:, 1] >= 1))
    assert covered == pytest.approx(0.95, abs=three_errors(SAMPLES))


def test_of_skewed_worlds_the_bootstrap_covers_more_than_t() -> None:
    worlds = exponential(SAMPLES, WORLDS)
    ends = np.array([bootstrap_interval(row) for row in worlds])
    plain = mean_over_worlds(worlds)
    covered = np.mean((ends[:, 0] <= 1) & (ends[:, 1] >= 1))
    assert covered > np.mean((plain.low <= 1) & (plain.high >= 1))
    assert covered == pytest.approx(0.94, abs=three_errors(SAMPLES))


def test_the_same_worlds_give_the_same_bits() -> None:
    worlds = exponential(1, WORLDS)[0]
    assert bootstrap_interval(worlds) == bootstrap_interval(worlds.copy())


def test_it_leans_to_the_longer_tail() -> None:
    worlds = exponential(1, 30)[0]
    low, high = bootstrap_interval(worlds)
    assert high - worlds.mean() > worlds.mean() - low
    mirrored = bootstrap_interval(-worlds)
    assert mirrored == pytest.approx((-high, -low))


def test_few_worlds_equal_worlds_and_missing_ones() -> None:
    assert np.isnan(bootstrap_interval(exponential(1, FEWEST_WORLDS - 1)[0])).all()
    assert bootstrap_interval(np.full(9, 0.1)) == (0.1, 0.1)
    worlds = exponential(1, 10)[0]
    assert bootstrap_interval(np.append(worlds, np.nan)) == bootstrap_interval(worlds)


def test_one_odd_world_among_equal_ones_is_too_little_to_draw_from() -> None:
    assert np.isnan(bootstrap_interval(np.array([0.0] * 11 + [1.0]))).all()
