"""Forecast errors and deviation penalties (E21, V20)."""

from __future__ import annotations

import numpy as np
import pytest

from marketsim.market.bulk_draws import extended, normals
from marketsim.market.deviation import deviation_penalty, expected_excess, forecast_error_sd, squared_shares


def test_a_book_of_equals_averages_errors_out() -> None:
    """n equal customers: squared shares 1/n, whether each is a row or all are one row of weight n."""
    one_row = squared_shares(np.array([400.0]), np.array([5.0]), np.array([0]), 1)
    many_rows = squared_shares(np.ones(400), np.full(400, 5.0), np.zeros(400, dtype=np.int64), 1)
    assert one_row == pytest.approx([1 / 400])
    assert many_rows == pytest.approx([1 / 400])
    sd = forecast_error_sd(0.03, 0.4, many_rows, np.zeros(1))
    assert sd == pytest.approx([(0.03**2 + 0.4**2 / 400) ** 0.5])


def test_one_large_customer_dominates_the_error() -> None:
    shares = squared_shares(np.array([1.0, 100.0]), np.array([900.0, 1.0]), np.array([1, 1]), 3)
    assert shares == pytest.approx([0, 0.81 + 100 * 0.001**2, 0])


def test_levers_take_their_share_off_the_error() -> None:
    sd = forecast_error_sd(0.03, 0.4, np.array([0.01, 0.01]), np.array([0.0, 0.1]))
    assert sd[1] == pytest.approx(0.9 * sd[0])


def test_penalty_by_hand() -> None:
    """1000 MWh at 400 CNY/MWh: 5 % of the price for each MWh beyond 3 %; inside the band nothing."""
    found = deviation_penalty(np.full(4, 1000.0), np.array([0.05, -0.05, 0.03, 0.0]), 0.03, 0.05, 400.0)
    assert found.tolist() == pytest.approx([400, 400, 0, 0])


@pytest.mark.parametrize(("sd", "band"), [(0.03, 0.03), (0.1, 0.03), (0.03, 0.0), (0.01, 0.03), (0.4, 0.05)])
def test_mean_penalty_is_the_closed_form(sd: float, band: float) -> None:
    """Rate x price x energy x E max(0, |x| - band) over keyed normal errors (V20)."""
    errors = sd * normals(np.uint64(11), extended(np.uint64(5), np.arange(400_000)))
    found = deviation_penalty(np.full(len(errors), 100.0), errors, band, 0.05, 400.0)
    error = found.std() / len(found) ** 0.5
    assert found.mean() == pytest.approx(0.05 * 400 * 100 * expected_excess(sd, band), abs=4 * error)


def test_no_error_costs_nothing() -> None:
    assert expected_excess(0.0, 0.0) == 0
    assert squared_shares(np.ones(2), np.zeros(2), np.array([0, 1]), 2).tolist() == [0, 0]
