"""Price competition: best responses found on simulated profits meet where theory says (V14b).

Customers choose by a logit in the bill. With n equal firms, the price at which nobody gains by changing it alone is
above the cost by n / (n - 1) / beta, beta in logits per CNY/MWh (Anderson, de Palma & Thisse 1992).
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from tests.markets import by_month, firms, frictionless, run

COST, NETWORK = 400.0, 200.0
CUSTOMERS, MONTHS, SETTLING = 10_000, 22, 2
TRIED = np.linspace(0.7, 1.35, 5)
"""Own markups that are tried, as multiples of the theoretical one."""
RIVALS = (0.9, 1.1)
"""Markups of all rivals between which the fixed point is looked for."""


def markup_in_theory(count: int, sensitivity: float) -> float:
    """Return n / (n - 1) / beta, where beta is per 100 % of the bill at the price itself."""
    factor = count / (count - 1) / sensitivity
    return factor * (COST + NETWORK) / (1 - factor)


def simulated_profit(own: float, rival: float, count: int, sensitivity: float) -> float:
    """Return Alpha's mean monthly profit in the one world in which all prices are tried."""
    scenario = frictionless(
        {
            **firms(COST + own, *[COST + rival] * (count - 1)),
            "segments.users.customers": CUSTOMERS,
            "segments.users.price_sensitivity": sensitivity,
            "run.months": MONTHS,
        }
    )
    return float(by_month(run(scenario)["retailer_month"], "Alpha", "profit_cny")[SETTLING:].mean())


def best_response(rival: float, count: int, sensitivity: float) -> float:
    """Return the own markup at the top of a cubic through the simulated profits, in multiples of the theoretical."""
    theory = markup_in_theory(count, sensitivity)
    profits = [simulated_profit(own * theory, rival * theory, count, sensitivity) for own in TRIED]
    curve = np.polynomial.Polynomial.fit(TRIED, profits, 3)
    fine = np.linspace(TRIED[0], TRIED[-1], 6501)
    return float(fine[curve(fine).argmax()])


@cache
def equilibrium(count: int, sensitivity: float) -> float:
    """Return the markup (CNY/MWh) at which the line of best responses meets the rivals' own."""
    low, high = (best_response(rival, count, sensitivity) for rival in RIVALS)
    slope = (high - low) / (RIVALS[1] - RIVALS[0])
    assert 0 < slope < 1, "prices are strategic complements, and best responses converge"
    return (low - slope * RIVALS[0]) / (1 - slope) * markup_in_theory(count, sensitivity)


CASES = [(2, 30.0), (3, 30.0), (5, 30.0), (2, 300.0)]


@pytest.mark.parametrize(("count", "sensitivity"), CASES)
def test_the_markup_is_that_of_logit_competition(count: int, sensitivity: float) -> None:
    assert equilibrium(count, sensitivity) == pytest.approx(markup_in_theory(count, sensitivity), rel=0.03)


def test_more_firms_compete_the_markup_down() -> None:
    markups = [equilibrium(count, 30.0) for count in (2, 3, 5)]
    assert markups[0] > 1.2 * markups[1] > 1.2 * 1.1 * markups[2]


def test_customers_who_mind_every_penny_leave_no_margin() -> None:
    """Ten times the sensitivity leaves a tenth of the margin: in the limit price is cost."""
    assert equilibrium(2, 300.0) < 0.1 * equilibrium(2, 30.0)
