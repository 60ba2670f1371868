"""Advertising budgets, brands and names that fade (M10)."""

from __future__ import annotations

import numpy as np
import pytest

from marketsim.market.advertising import brand_after, faded_share, mean_over_customers, pressure, reach_gains
from marketsim.market.levers import LEVER, Levers
from marketsim.scenario.word_of_mouth import Marketing

SEGMENTS = ("homes", "shops", "works")


def plan(budget: float, *segments: str) -> Marketing:
    return Marketing(budget_cny_per_month=budget, segments=segments or None)


def test_the_reference_budget_is_felt_as_one_and_more_with_its_square_root() -> None:
    felt = pressure([plan(0), plan(100), plan(400)], SEGMENTS, np.array([20.0, 30.0, 50.0]), 100.0)
    assert felt.tolist() == [[0.0] * 3, [1.0] * 3, [2.0] * 3, [0.0] * 3]


def test_money_for_few_is_felt_more() -> None:
    felt = pressure([plan(100, "homes"), plan(100, "homes", "works")], SEGMENTS, np.array([25.0, 0.0, 75.0]), 100.0)
    assert felt == pytest.approx(np.array([[2.0, 0, 0], [1.0, 0, 1.0], [0, 0, 0]]))


@pytest.mark.parametrize("energy", [[0.0, 0.0, 0.0], [0.0, 5.0, 0.0]])
def test_nobody_to_address_is_no_pressure(energy: list[float]) -> None:
    assert pressure([plan(100, "homes")], SEGMENTS, np.array(energy), 100.0).tolist() == [[0.0] * 3] * 2


def test_channels_of_ones_own_carry_the_name() -> None:
    rows = np.zeros(3, dtype=LEVER)
    rows["advertising_gain"], rows["intensity"] = [0.2, 0.5, 0.4], [1.0, 0.5, 0.5]
    levers = Levers(np.array([0, 2, 2, 3]), rows, np.ones((3, 1, 1, 4), dtype=bool), np.zeros((3, 1)))
    assert reach_gains(levers, 3) == pytest.approx([0.45, 0.0, 0.2, 0.0])


def test_a_mean_over_customers() -> None:
    values = np.array([[1.0, 3.0], [0.0, 0.0]])
    assert mean_over_customers(values, np.array([30.0, 10.0])).tolist() == [1.5, 0.0]
    assert mean_over_customers(values, np.zeros(2)).tolist() == [0.0, 0.0]


def test_a_brand_settles_where_it_loses_what_it_gains() -> None:
    brand = np.zeros(1)
    for _ in range(200):
        brand = brand_after(brand, 0.9, 0.03, np.array([2.0]))
    assert brand == pytest.approx([0.03 * 2.0 / 0.1])
    assert brand_after(brand, 0.9, 0.03, np.zeros(1)) == pytest.approx(0.9 * brand)


def test_half_of_an_old_name_is_gone_after_its_half_life() -> None:
    assert faded_share(np.array([0.0, 36.0, 72.0]), 36.0) == pytest.approx([0.0, 0.5, 0.75])
