"""Retailers that set prices themselves: what theory says of rules that meet in a market (V14)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.markets import FIRMS, Tables, by_month, firms, frictionless, opened, run
from tests.theory.test_bertrand import CASES, COST, NETWORK, markup_in_theory

from marketsim.simulation.mechanisms.adaptation import Adaptation
from marketsim.simulation.strategies.quotes import last_quotes

EVERY_MONTH: dict[str, Any] = {"review_months": 1}
AT_ONCE: dict[str, Any] = {**EVERY_MONTH, "partial_adjustment": 1.0}


def market(prices: tuple[float, ...], strategy: dict[str, Any], **changes: Any) -> Tables:
    """Return the tables of a frictionless market of firms with one strategy, that begin at these prices (CNY/MWh)."""
    return run(frictionless({**firms(*prices, strategy=strategy), **changes}))


def list_prices(tables: Tables, name: str = "Alpha") -> NDArray[np.float64]:
    return by_month(tables["retailer_month"], name, "list_price_cny_per_mwh")


# The value rule (E23)


def test_each_review_goes_three_tenths_of_the_way_to_e23() -> None:
    """Everybody chooses every month, so the share among those who chose is next month's share of customers."""
    tables = market((440.0, 430.0), {"kind": "value", **EVERY_MONTH}, **{"run.months": 8})
    alpha, beta = list_prices(tables, "Alpha"), list_prices(tables, "Beta")
    share = by_month(tables["retailer_month"], "Alpha", "customers") / 2000
    bill = (alpha + beta) / 2 + NETWORK
    aim = COST + bill[:-1] / (30.0 * (1 - share[1:]))
    assert alpha[1:] == pytest.approx(alpha[:-1] + 0.3 * (aim - alpha[:-1]), abs=1e-6)
    assert abs(alpha[-1] - alpha[0]) > 0.5


@pytest.mark.parametrize(("count", "sensitivity"), CASES)
def test_firms_that_price_by_value_end_at_the_logit_bertrand_price(count: int, sensitivity: float) -> None:
    changes = {"segments.users.customers": 10_000, "segments.users.price_sensitivity": sensitivity, "run.months": 36}
    tables = market((440.0,) * count, {"kind": "value", "review_months": 1}, **changes)
    ends = [list_prices(tables, name)[-12:].mean() - COST for name in FIRMS[:count]]
    assert np.mean(ends) == pytest.approx(markup_in_theory(count, sensitivity), rel=0.01)
    assert ends == pytest.approx([markup_in_theory(count, sensitivity)] * count, rel=0.02)


def test_the_markup_stays_below_its_cap_where_customers_hardly_mind_prices() -> None:
    tables = market((440.0, 440.0), {"kind": "value", **AT_ONCE}, **{"segments.users.price_sensitivity": 2.0})
    assert list_prices(tables)[-1] == pytest.approx(1.25 * COST)


# Undercutting


def test_undercutting_leads_down_to_the_floor_one_step_a_month() -> None:
    """Both see last month's price of the other, so they go down together, and nobody goes below the floor."""
    strategy = {"kind": "competitor", "undercut_cny_per_mwh": 5.0, "floor_margin_cny_per_mwh": 3.0, **AT_ONCE}
    tables = market((440.0, 440.0), strategy, **{"run.months": 14})
    expected = np.maximum(440.0 - 5.0 * np.arange(14), 403.0)
    for name in ("Alpha", "Beta"):
        assert list_prices(tables, name) == pytest.approx(expected)


def test_a_follower_does_not_go_below_its_own_floor_when_the_rival_does() -> None:
    wild = {"kind": "competitor", "undercut_cny_per_mwh": 8.0, "floor_margin_cny_per_mwh": -30.0, **AT_ONCE}
    careful = {**wild, "floor_margin_cny_per_mwh": 2.0}
    changes = {"retailers.Beta.strategy": careful}
    tables = market((420.0, 420.0), wild, **changes)
    assert list_prices(tables, "Alpha").min() == pytest.approx(394.0)
    assert list_prices(tables, "Beta").min() == pytest.approx(402.0)


def test_no_price_falls_below_the_floor_in_a_month_when_costs_rise_between_reviews() -> None:
    """Costs swing by 10 % a month and list prices do not follow them; the rule reviews once a year."""
    strategy = {"kind": "competitor", "floor_margin_cny_per_mwh": 4.0, "review_months": 12}
    volatile = {"market.spot.innovation_sd": 0.1, "market.spot.persistence": 0.7, "run.months": 24}
    fixed = {f"retailers.{name}.offers.plan.pass_through": 0.0 for name in ("Alpha", "Beta")}
    scenario = frictionless({**firms(405.0, 405.0, strategy=strategy), **volatile, **fixed})
    margins = []
    with opened(scenario) as model:
        assert model.mechanism(Adaptation) is not None
        for _ in range(24):
            model.step()
            quotes = last_quotes(model)
            margins.append(float((quotes.prices - quotes.energy_costs)[quotes.on_sale].min()))
    assert min(margins) >= 4.0 - 1e-9
    assert sum(margin < 4.0 + 1e-6 for margin in margins) >= 3


# Cost plus


def test_cost_plus_lags_a_shock_and_catches_up() -> None:
    """The forward price rises by a tenth at once. The margin is lost first; three tenths of the rest come back a month."""
    shock = {"type": "price_shock", "month": 6, "size": 0.1, "duration_months": 60, "announced": True}
    changes: dict[str, Any] = {"events": [shock], "run.months": 24}
    changes |= {f"retailers.{name}.offers.plan.pass_through": 0.0 for name in ("Alpha", "Beta")}
    prices = list_prices(
        market((430.0, 430.0), {"kind": "cost_plus", "floor_margin_cny_per_mwh": -100.0, **EVERY_MONTH}, **changes)
    )
    assert (prices[:6] == 430.0).all()
    begins = int(np.flatnonzero(prices > 430.0 + 1e-9)[0])
    assert begins in (6, 7)
    months = np.arange(24 - begins) + 1
    assert prices[begins:] == pytest.approx(470.0 - 40.0 * 0.7**months)


# Imitation


def share_of_alpha(**changes: Any) -> NDArray[np.float64]:
    """Return the share of Alpha, which alone has a lever that customers want, month by month."""
    care: dict[str, Any] = {
        "segments.users.service_sensitivity": 20.0,
        "retailers.Alpha.levers.care": {},
        "levers.care.ramp_months": 1,
        "behaviour.choice.rating_weight": 1.0,
        "run.months": 30,
    }
    costs = {f"retailers.{name}.costs.overhead_cny_per_month": 100_000 for name in ("Alpha", "Beta")}
    tables = run(frictionless({**firms(430.0, 430.0), **care, **costs, **changes}))
    return by_month(tables["retailer_month"], "Alpha", "customers") / 2000


def test_imitation_erodes_the_gain_of_the_innovator() -> None:
    alone = share_of_alpha()
    copied = share_of_alpha(**{"adaptation.imitation": {"enabled": True, "hazard": 0.2}})
    hidden = share_of_alpha(**{"adaptation.imitation": {"enabled": True, "hazard": 0.2, "hidden_levers": ["care"]}})
    assert alone[-6:].mean() > 0.6
    assert copied.max() > 0.58
    assert copied[-6:].mean() == pytest.approx(0.5, abs=0.02)
    assert hidden == pytest.approx(alone)
