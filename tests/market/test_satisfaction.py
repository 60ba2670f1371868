"""The rules of experience, by hand (E7, E13, E17a, E18)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.market.rows import row

from marketsim.market.satisfaction import (
    bill_fairness,
    clip_unit,
    close_gap,
    complaint_probability,
    envy,
    gap_value,
    month_satisfaction,
    responsiveness,
)
from marketsim.market.segments import COMPLAINTS, EXPERIENCE, FAIRNESS

LOSS, CURVE = 1.955, 0.88
EXPERIENCED = row(EXPERIENCE, disconfirmation_weight=0.25, loss_aversion=LOSS, gap_curvature=CURVE)
FAIR = row(
    FAIRNESS,
    enabled=1,
    visibility=0.5,
    legitimacy=0.5,
    wait_weight=0.3,
    price_weight=0.3,
    price_scale=0.03,
    bill_bound=0.3,
)
COMPLAINING = row(COMPLAINTS, enabled=1, intercept=-3.5, threshold=0.4, slope=0.1, breach_logits=1.5, ease_logits=0.2)


def test_responsiveness_halves_with_every_half_time() -> None:
    assert [responsiveness(wait, 0.5) for wait in (0.0, 0.5, 1.0, 1.5)] == pytest.approx([1, 1 / 2, 1 / 4, 1 / 8])


def test_closing_a_gap() -> None:
    assert close_gap(0.7, 0.3) == pytest.approx(0.79)
    assert close_gap(0.7, 1.0) == 1.0
    assert close_gap(0.7, 0.0) == pytest.approx(0.7)


def test_gains_and_losses_against_expectation() -> None:
    assert gap_value(0.1, EXPERIENCED) == pytest.approx(0.1**CURVE)
    assert gap_value(-0.1, EXPERIENCED) == pytest.approx(-LOSS * 0.1**CURVE)
    assert gap_value(0.0, EXPERIENCED) == 0.0


def test_a_month_by_hand() -> None:
    """Two dimensions: .6 x .8 + .4 x .5 = .68; one .1 above, the other .2 below expectation."""
    weights, quality, expectation = np.array([0.6, 0.4]), np.array([0.8, 0.5]), np.array([0.7, 0.7])
    surprise = 0.6 * 0.1**CURVE - 0.4 * LOSS * 0.2**CURVE
    found = month_satisfaction(weights, quality, expectation, EXPERIENCED)
    assert found == pytest.approx(0.68 + 0.25 * surprise)


def test_a_month_as_expected_is_its_weighted_quality() -> None:
    quality = np.array([0.8, 0.5])
    assert month_satisfaction(np.array([0.6, 0.4]), quality, quality, EXPERIENCED) == pytest.approx(0.68)


def test_satisfaction_stays_within_0_and_1() -> None:
    one = np.ones(1)
    assert month_satisfaction(one, np.ones(1), np.zeros(1), EXPERIENCED) == 1.0
    assert month_satisfaction(one, np.zeros(1), np.ones(1), EXPERIENCED) == 0.0
    assert [clip_unit(x) for x in (-0.2, 0.3, 1.4)] == [0.0, 0.3, 1.0]


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_better_service_is_never_worse(expectation: float, quality: float, more: float) -> None:
    one, expected = np.ones(1), np.array([expectation])
    low, high = sorted((quality, more))
    satisfaction = [month_satisfaction(one, np.array([q]), expected, EXPERIENCED) for q in (low, high)]
    assert satisfaction[1] >= satisfaction[0]


# Fairness


@pytest.mark.parametrize(
    ("bill", "sensitivity", "effect"),
    [
        (700.0, 8.0, 0.0),
        (721.0, 8.0, -0.03),  # 3 % over: a household
        (721.0, 150.0, -0.03 * math.sqrt(150 / 8)),  # the same to large industry
        (679.0, 8.0, 0.015),  # 3 % under counts half
        (7000.0, 8.0, -0.3),
        (1.0, 200.0, 0.3),
    ],
)
def test_the_bill_against_the_market(bill: float, sensitivity: float, effect: float) -> None:
    assert bill_fairness(bill, 700.0, sensitivity, 0.3) == pytest.approx(effect)


def test_large_industry_minds_three_per_cent_as_documented() -> None:
    assert bill_fairness(721.0, 700.0, 150.0, 0.3) == pytest.approx(-0.13, abs=0.001)


@pytest.mark.parametrize(
    ("wait_gap", "discount_gap", "loss"),
    [
        (0.0, 0.0, 0.0),
        (0.4, 0.0, 0.25 * 0.3 * 0.4),
        (5.0, 0.0, 0.25 * 0.3),
        (0.0, 7.0, 0.25 * 0.3 * 7 / (0.03 * 500)),
        (0.0, 99.0, 0.25 * 0.3),
        (0.4, 7.0, 0.25 * 0.3 * (0.4 + 7 / 15)),
        (-1.0, -5.0, 0.0),
    ],
)
def test_envy_of_shorter_waits_and_lower_prices(wait_gap: float, discount_gap: float, loss: float) -> None:
    assert envy(wait_gap, discount_gap, 500.0, FAIR) == pytest.approx(loss)


@pytest.mark.parametrize("change", [{"enabled": 0}, {"visibility": 0.0}, {"legitimacy": 1.0}])
def test_nobody_envies_what_is_unseen_or_earned(change: dict[str, float]) -> None:
    values = {name: FAIR[name] for name in FAIRNESS.names or ()}
    assert envy(3.0, 8.0, 500.0, row(FAIRNESS, **{**values, **change})) == 0.0


# Complaints


def test_probability_of_a_complaint_by_hand() -> None:
    logit = -3.5 + (0.4 - 0.3) / 0.1 + 1.5 * 0.5 + 0.2
    assert complaint_probability(0.3, 0.5, COMPLAINING) == pytest.approx(1 / (1 + math.exp(-logit)))


def test_falling_satisfaction_by_one_slope_multiplies_the_odds_by_e() -> None:
    low, high = (complaint_probability(s, 0.0, COMPLAINING) for s in (0.6, 0.5))
    assert (high / (1 - high)) / (low / (1 - low)) == pytest.approx(math.e)


def test_nobody_complains_where_complaints_are_off() -> None:
    assert complaint_probability(0.0, 1.0, row(COMPLAINTS, enabled=0)) == 0.0
