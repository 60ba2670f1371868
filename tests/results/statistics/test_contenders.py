"""Chances of being best in cases whose answer is known, and contenders that do not share worlds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from marketsim.results.statistics.contenders import Contenders
from marketsim.results.statistics.estimates import mean_over_worlds

RNG_ERROR = 0.01
"""Four standard errors of a chance of one half, from 40,000 draws."""


def worlds(*means: float, count: int = 10, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    common = 5 * rng.normal(size=count)
    return np.array(means)[:, np.newaxis] + common + rng.normal(size=(len(means), count))


def test_of_two_it_is_the_chance_of_the_paired_t() -> None:
    values = worlds(0.0, 0.3)
    expected = mean_over_worlds((values[1] - values[0])[np.newaxis]).probability_of_sign(np.array([1.0]))[0]
    assert 0.6 < expected < 0.99
    assert Contenders.paired(values).chances_of_best(1.0)[1] == pytest.approx(expected, abs=RNG_ERROR)
    assert Contenders.paired(values).chances_of_best(-1.0)[0] == pytest.approx(expected, abs=RNG_ERROR)


def test_the_sure_winner_has_it_all() -> None:
    assert Contenders.paired(worlds(0.0, 100.0, 1.0)).chances_of_best(1.0).tolist() == [0.0, 1.0, 0.0]


def test_those_that_never_differ_share_their_chance() -> None:
    values = worlds(0.0, 50.0)
    values = np.vstack([values, values[1] * (1 + 1e-12)])
    assert Contenders.paired(values).chances_of_best(1.0).tolist() == [0.0, 0.5, 0.5]


def test_a_difference_without_spread_is_certain() -> None:
    values = worlds(0.0)
    assert Contenders.paired(np.vstack([values, values + 0.5])).chances_of_best(1.0).tolist() == [0.0, 1.0]


def test_more_contenders_than_worlds_share_one_chance() -> None:
    chances = Contenders.paired(worlds(*([0.0] * 12), count=4)).chances_of_best(1.0)
    assert chances.sum() == pytest.approx(1.0)
    assert (chances >= 0).all()


def test_on_average_equal_contenders_have_equal_chances() -> None:
    chances = [Contenders.paired(worlds(0, 0, 0, seed=seed)).chances_of_best(1.0, 2000) for seed in range(300)]
    assert np.mean(chances, axis=0) == pytest.approx([1 / 3] * 3, abs=0.06)


def test_one_world_tells_nothing() -> None:
    found = Contenders.paired(worlds(0.0, 5.0, count=1))
    assert np.isnan(found.chances_of_best(1.0)).all()
    assert not found.surely_better(1.0).any()


def test_the_draws_are_always_the_same() -> None:
    values = worlds(0.0, 0.1, 0.2)
    first, second = (Contenders.paired(values).chances_of_best(1.0) for _ in range(2))
    assert first.tolist() == second.tolist()


def test_without_common_worlds_it_is_welchs_test() -> None:
    rng = np.random.default_rng(3)
    values = np.full((2, 9), np.nan)
    values[0], values[1, :5] = rng.normal(0, 1, 9), rng.normal(1, 3, 5)
    found = Contenders(values, (1, 2)).differences(0)
    expected = stats.ttest_ind(values[1, :5], values[0], equal_var=False)
    assert found.mean[1] / found.standard_error[1] == pytest.approx(expected.statistic)
    assert found.degrees[1] == pytest.approx(expected.df)
    assert found.n[1] == 5
    interval = expected.confidence_interval(0.95)
    assert (found.low[1], found.high[1]) == pytest.approx((interval.low, interval.high))


def test_pairing_is_what_the_stream_decides() -> None:
    values = worlds(0.0, 1.0)
    paired, apart = (Contenders(values, streams).differences(0) for streams in ((1, 1), (1, 2)))
    assert paired.mean[1] == pytest.approx(apart.mean[1])
    assert paired.standard_error[1] < apart.standard_error[1] / 3


def test_chances_without_common_worlds_are_less_sure() -> None:
    values = worlds(0.0, 1.5)
    paired, apart = (Contenders(values, streams).chances_of_best(1.0)[1] for streams in ((1, 1), (1, 2)))
    assert apart < paired - 0.1
