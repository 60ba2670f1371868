"""Estimators of how long customers stay and how unequally they bring margin, against cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from marketsim.results.customer_value import gini, kept, top_share


def test_nobody_leaves() -> None:
    assert kept([10, 10, 10], [0, 0, 0]).tolist() == [1, 1, 1, 1]


def test_a_constant_hazard_is_a_geometric_survival() -> None:
    customers = 1000 * 0.9 ** np.arange(24)
    assert kept(customers, 0.1 * customers) == pytest.approx(0.9 ** np.arange(25))


def test_without_closures_it_is_the_share_that_is_left() -> None:
    assert kept([8, 6, 3], [2, 3, 0]) == pytest.approx([1, 6 / 8, 3 / 8, 3 / 8])


def test_closed_plants_have_not_left() -> None:
    # 10 at the start; 4 close down before the second month; of the 6 that are left half leave, not 3 of 10
    assert kept([10, 6, 3], [0, 3, 0]) == pytest.approx([1, 1, 0.5, 0.5])


def test_all_leave_and_all_close() -> None:
    assert kept([5, 0, 0], [5, 0, 0]).tolist() == [1, 0, 0, 0]
    everybody_closed = kept([5, 0, 0], [0, 0, 0])
    assert everybody_closed[:2].tolist() == [1, 1]
    assert np.isnan(everybody_closed[2:]).all()


def test_groups_are_apart() -> None:
    assert kept([[10, 4], [5, 4]], [[5, 0], [0, 4]]).tolist() == [[1, 1], [0.5, 1], [0.5, 0]]


def test_equal_margins_are_the_diagonal() -> None:
    customers = np.linspace(0, 200, 21)
    assert gini(customers, 3.0 * customers) == pytest.approx(0)
    assert top_share(customers, 3.0 * customers, 0.1) == pytest.approx(0.1)


def test_one_in_ten_brings_all() -> None:
    assert gini([0, 90, 100], [0, 0, 50]) == pytest.approx(0.9)
    assert top_share([0, 90, 100], [0, 0, 50], 0.1) == pytest.approx(1)
    assert top_share([0, 90, 100], [0, 0, 50], 0.05) == pytest.approx(0.5)


def test_losses_make_it_more_unequal_than_anything() -> None:
    assert gini([0, 50, 100], [0, -100, 10]) > 1
    assert top_share([0, 50, 100], [0, -100, 10], 0.5) == pytest.approx(11)


@pytest.mark.parametrize("margin", [[0, 0, 0], [0, -5, -1], []])
def test_nothing_to_share(margin: list[float]) -> None:
    customers = [0, 50, 100][: len(margin)]
    assert np.isnan(gini(customers, margin))
    assert np.isnan(top_share(customers, margin, 0.1))
