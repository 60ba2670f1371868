"""Holm's correction by hand, and false claims counted."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from marketsim.results.statistics.contenders import Contenders
from marketsim.results.statistics.estimates import mean_over_worlds
from marketsim.results.statistics.multiple import holm, p_above, p_two_sided, surely_above


def test_holm_by_hand() -> None:
    # Sorted 0.01, 0.02, 0.03, 0.04 times 4, 3, 2, 1: 0.04, 0.06, 0.06, 0.04; never less than one before it.
    assert holm(np.array([0.03, 0.01, 0.04, 0.02])) == pytest.approx([0.06, 0.04, 0.06, 0.06])


def test_holm_stops_at_one_and_leaves_out_what_is_no_test() -> None:
    assert holm(np.array([0.6, 0.7])).tolist() == [1.0, 1.0]
    found = holm(np.array([math.nan, 0.02, math.nan, 0.01]))
    assert found[[1, 3]] == pytest.approx([0.02, 0.02])
    assert np.isnan(found[[0, 2]]).all()
    assert holm(np.array([])).tolist() == []


def test_p_values_are_those_of_the_paired_t_test() -> None:
    worlds = np.random.default_rng(1).normal(0.4, 1.0, (5, 7))
    found = p_two_sided(mean_over_worlds(worlds))
    assert found == pytest.approx(stats.ttest_1samp(worlds, 0.0, axis=1).pvalue)
    one_sided = stats.ttest_1samp(worlds, 0.0, axis=1, alternative="greater").pvalue
    assert p_above(mean_over_worlds(worlds)) == pytest.approx(one_sided)


def test_p_values_without_any_spread() -> None:
    worlds = np.array([[0.0, 0.0, 0.0], [2.0, 2.0, 2.0], [-2.0, -2.0, -2.0], [1.0, np.nan, np.nan]])
    estimates = mean_over_worlds(worlds)
    assert p_above(estimates).tolist() == [1.0, 0.0, 1.0, 1.0]
    assert p_two_sided(estimates)[:3].tolist() == [1.0, 0.0, 0.0]
    assert math.isnan(p_two_sided(estimates)[3])


def test_holm_keeps_false_claims_below_five_per_cent() -> None:
    # Six policies without effect, whose differences to one base have that base in common.
    rng, studies = np.random.default_rng(2), 4000
    base = rng.normal(size=(studies, 1, 8))
    p_values = p_two_sided(mean_over_worlds(rng.normal(size=(studies, 6, 8)) - base))
    false = np.mean([(holm(row) <= 0.05).any() for row in p_values])
    assert np.mean((p_values <= 0.05).any(axis=1)) > 0.12  # without the correction
    assert false <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / studies)
    assert false > 0.02  # it is not idle either


def test_false_claims_over_all_pairs_stay_below_five_per_cent() -> None:
    rng, studies = np.random.default_rng(3), 500
    means = np.array([0.0, 0.0, 0.0, 2.0, 2.0])[:, np.newaxis]
    truth = means > means.T
    wrong = right = 0
    for _ in range(studies):
        told = Contenders.paired(means + rng.normal(size=(5, 9))).surely_better(1.0)
        wrong += bool((told & ~truth).any())
        right += bool((told & truth).any())
    assert wrong / studies <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / studies)
    assert right / studies > 0.5


def test_all_pairs_by_hand() -> None:
    p_values = np.array([[1, 0.001, 0.9], [0.999, 1, 0.02], [0.1, 0.98, 1]])
    # Six ordered pairs: 0.001 x 6 is told, 0.02 x 5 is not.
    assert surely_above(p_values).tolist() == [[False, True, False], [False] * 3, [False] * 3]
