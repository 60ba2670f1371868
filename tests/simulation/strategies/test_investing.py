"""Levers by trial, and staff by target."""

from __future__ import annotations

import pytest
from tests.simulation.strategies.views import month, view

from marketsim.scenario.strategy import Strategy
from marketsim.simulation.strategies.investing import invest, measured_returns
from marketsim.simulation.strategies.staffing import staff_factor
from marketsim.simulation.strategies.view import Month, RetailerView

BOTH = Strategy(invest=True, drop_losing_levers=True)


def tried(*trials: tuple[str, float, float]) -> RetailerView:
    """Return a view after trials: (lever, its new intensity, monthly profit that followed), from care 0.2 and app 0.2."""
    levers, history = {"app": 0.2, "care": 0.2}, [month(0, levers={"app": 0.2, "care": 0.2})]
    for number, (name, intensity, profit) in enumerate(trials, start=1):
        levers = {**levers, name: intensity}
        history.append(month(number, reviewed=True, levers=levers, books={"profit_cny": profit}))
    return view(history=tuple(history), levers=levers, lever_costs={"app": 1000.0, "care": 1000.0})


def test_the_return_is_the_change_of_profit_by_intensity_at_the_last_trial() -> None:
    seen = tried(("app", 0.3, 6000.0), ("care", 0.3, 5500.0), ("app", 0.4, 5600.0))
    assert measured_returns(seen) == pytest.approx({"app": 100 / 480000 / 0.1, "care": -500 / 480000 / 0.1})


def test_what_was_never_tried_comes_first_then_the_best() -> None:
    assert invest(tried(), BOTH).levers == pytest.approx({"app": 0.3})
    assert invest(tried(("app", 0.3, 6000.0)), BOTH).levers == pytest.approx({"care": 0.3})
    assert invest(tried(("app", 0.3, 6000.0), ("care", 0.3, 8000.0)), BOTH).levers == pytest.approx({"care": 0.4})


def test_a_lever_that_lost_money_is_lowered_step_by_step_and_only_where_asked_to() -> None:
    lost = tried(("app", 0.3, 4000.0))
    assert invest(lost, BOTH).levers == pytest.approx({"app": 0.2})
    lost_again = tried(("app", 0.3, 4000.0), ("app", 0.2, 5000.0))
    assert invest(lost_again, BOTH).levers == pytest.approx({"app": 0.1})
    assert invest(lost, Strategy(invest=True)).levers == pytest.approx({"care": 0.3})
    assert not invest(lost, Strategy()).levers


def test_no_more_is_invested_than_the_share_of_profit() -> None:
    """20 % of 5000 CNY is all that may be taken on; a lever of 20,000 CNY a month can rise by 1/20."""
    seen = view(levers={"care": 0.2}, lever_costs={"care": 20000.0})
    assert invest(seen, BOTH).levers == pytest.approx({"care": 0.25})
    losing: tuple[Month, ...] = (month(0, books={"profit_cny": -5000.0}),)
    assert not invest(view(levers={"care": 0.2}, history=losing), BOTH).levers
    assert not invest(view(levers={"care": 1.0}), BOTH).levers


@pytest.mark.parametrize(
    ("attained", "needed", "factor"),
    [
        (0.8, 0.7, 1.0),
        (0.79, 0.7, 1.0),
        (0.76, 0.7, 1.01),
        (0.0, 0.8, 1.2),
        (0.9, 0.5, 0.975),
        (0.0, 1.02, 1.2),
        (0.0, 1.7, 1.5),
        (1.0, 0.0, 0.95),
    ],
)
def test_staff_follows_the_gap_to_the_target(attained: float, needed: float, factor: float) -> None:
    assert staff_factor(attained, 0.8, needed) == pytest.approx(factor)
