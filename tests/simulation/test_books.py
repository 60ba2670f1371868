"""The books of a retailer, by hand, in a market of two firms without surprises (E22)."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from tests.markets import frictionless, plain, run

ALPHA = "retailers.Alpha"
PLAIN: dict[str, Any] = {"segments.users.customers": 100, "segments.users.search_rate": 0, "run.months": 6}


def books(**changes: Any) -> pd.DataFrame:
    """Return Alpha's books by month; it serves about half of 100 customers of 10 MWh at 420 CNY/MWh."""
    costs = {name.replace("__", "."): value for name, value in changes.items()}
    table = plain(run(frictionless({**PLAIN, **costs}))["retailer_month"])
    return table[table["retailer"] == "Alpha"].reset_index(drop=True)


def alpha(**costs: float) -> dict[str, float]:
    return {f"{ALPHA}.costs.{name}": value for name, value in costs.items()}


def test_sales_and_energy() -> None:
    found = books()
    served = found["customers"][0]
    assert 35 < served < 65
    assert found["energy_mwh"].tolist() == pytest.approx([10 * served] * 6)
    assert found["revenue_cny"].tolist() == pytest.approx([4200 * served] * 6)
    assert found["network_cny"].tolist() == pytest.approx([2000 * served] * 6)
    assert found["procurement_cny"].tolist() == pytest.approx([4000 * served] * 6)
    assert found["profit_cny"].tolist() == pytest.approx([200 * served] * 6)


def test_fixed_costs() -> None:
    found = books(**alpha(wage_cny_per_month=1000, overhead_cny_per_month=7000, bill_cny=0.5))
    assert found["staff_cny"].tolist() == pytest.approx(1000 * found["staff"])
    assert found["overhead_cny"].tolist() == pytest.approx(7000 + 0.5 * found["customers"])
    costs = found["staff_cny"] + found["overhead_cny"]
    assert found["profit_cny"].tolist() == pytest.approx(200 * found["customers"] - costs)


def test_hedging_by_contract_vintage() -> None:
    """Half is bought forward at 400 x 1.1 when the contract is signed, half at spot, which a shock raises by half."""
    shock = [{"type": "price_shock", "month": 3, "size": 0.5, "duration_months": 1}]
    found = books(**{f"{ALPHA}.procurement.hedge_ratio": 0.5, "market.forward_premium": 0.1, "events": shock})
    energy = found["energy_mwh"][0]
    assert found["hedged_mwh"].tolist() == pytest.approx([energy / 2] * 6)
    assert found["spot_mwh"].tolist() == pytest.approx([energy / 2] * 6)
    calm, shocked = energy / 2 * (440 + 400), energy / 2 * (440 + 600)
    assert found["procurement_cny"].tolist() == pytest.approx([calm, calm, calm, shocked, calm, calm])


def test_who_hedges_more_than_it_sells_sells_the_rest_at_spot() -> None:
    found = books(**{f"{ALPHA}.procurement.hedge_ratio": 1.2})
    assert found["spot_mwh"].tolist() == pytest.approx(-0.2 * found["energy_mwh"])
    assert found["procurement_cny"].tolist() == pytest.approx(400 * found["energy_mwh"])


@pytest.mark.parametrize("lag", [0, 1, 3])
def test_bills_are_paid_after_the_lag(lag: int) -> None:
    """Prices rise in month 2 by policy for contracts that begin in month 3; payments follow lag months later."""
    rise = {f"{ALPHA}.offers.plan.price_cny_per_mwh": 440}
    found = books(**alpha(payment_lag_months=lag), **{"policies": {"base_rise": rise}})
    served = found["customers"][0]
    assert found["payments_cny"].tolist() == pytest.approx([6200 * served] * 6)
    assert found["receivables_cny"].tolist() == pytest.approx([lag * 6200 * served] * 6)

    scenario = frictionless(
        {**PLAIN, **alpha(payment_lag_months=lag), "run.warmup_months": 2, "policies": {"rise": rise}}
    )
    table = plain(run(scenario, "rise")["retailer_month"])
    table = table[table["retailer"] == "Alpha"]
    billed = [6200 * served] * 3 + [6400 * served] * 3
    assert (table["revenue_cny"] + table["network_cny"]).tolist() == pytest.approx(billed)
    paid = ([6200 * served] * lag + billed)[:6]
    assert table["payments_cny"].tolist() == pytest.approx(paid)


def test_money_in_unpaid_bills_costs_interest() -> None:
    found = books(**alpha(payment_lag_months=2, interest_rate=0.06))
    assert found["interest_cny"].tolist() == pytest.approx(0.06 / 12 * 2 * 6200 * found["customers"])


def test_cash_at_the_start_and_its_growth() -> None:
    """The bond for a year's energy and three months of fixed cost; then profit, as all bills are paid at once."""
    found = books(**alpha(bond_cny_per_annual_mwh=5, overhead_cny_per_month=7000, payment_lag_months=1))
    served = found["customers"][0]
    start = 5 * 120 * served + 3 * 7000
    profit = 200 * served - 7000
    assert found["cash_cny"].tolist() == pytest.approx([start + profit * month for month in range(1, 7)])


def test_winning_customers_costs_brokers_acquisition_and_bonuses() -> None:
    """In the one month of a price cut Alpha wins some of Beta's customers, who pay an exit fee to Beta."""
    changes = {
        **PLAIN,
        **alpha(broker_fee_cny_per_mwh=2),
        "segments.users.search_rate": 50,
        "segments.users.acquisition_cost_cny": 30,
        f"{ALPHA}.offers.plan.signup_bonus_cny": 11,
        "retailers.Beta.offers.plan.term_months": 12,
        "retailers.Beta.offers.plan.exit_fee_cny": 40,
        "retailers.Beta.offers.plan.exit_fee_cny_per_mwh": 0.1,
        "behaviour.choice.outside_window_factor": 1,
        "market.contract_calendar": "calendar_year",
        "run.months": 3,
    }
    table = plain(run(frictionless(changes))["retailer_month"])
    own, rival = (table[table["retailer"] == name].reset_index(drop=True) for name in ("Alpha", "Beta"))
    assert (own["joins"] > 5).all()
    assert own["acquisition_cny"].tolist() == pytest.approx(own["joins"] * (2 * 120 + 30 + 11))
    # Beta's contracts end in month 11: 11, 10, 9 months are left
    fees = [joins * (40 + 0.1 * 10 * left) for joins, left in zip(own["joins"], (11, 10, 9), strict=True)]
    assert rival["exit_fees_cny"].tolist() == pytest.approx(fees)
    assert own["exit_fees_cny"].tolist() == [0, 0, 0]


def test_levers_cost_what_they_cover() -> None:
    costs = {"fixed_cny_per_month": 500, "cny_per_customer_month": 3, "cny_per_mwh": 0.2}
    found = books(**{"levers.care": {"costs": costs, "ramp_months": 1}, f"{ALPHA}.levers.care": {"intensity": 0.5}})
    expected = 0.5 * (500 + 3 * found["customers"] + 0.2 * found["energy_mwh"])
    assert found["lever_cny"].tolist() == pytest.approx(expected, rel=1e-6)


def test_complaints_that_reach_the_regulator_are_fined() -> None:
    """Everybody complains, nobody deals with it: after two months each case costs 900 CNY, once."""
    complaining = {
        "behaviour.complaints": {"enabled": True, "intercept": 50, "regulator_penalty_cny": 900},
        f"{ALPHA}.desks.case.heads": 0.1,
        f"{ALPHA}.desks.case.handle_minutes": 100000,
    }
    found = books(**complaining)
    assert found["penalty_cny"].tolist()[:2] == [0, 0]
    assert found["penalty_cny"][2] == pytest.approx(900 * found["customers"][0], rel=0.02)
    assert found["penalty_cny"].tolist()[3:] == [0, 0, 0]


def test_a_linked_price_carries_no_risk_and_an_unhedged_fixed_price_carries_all() -> None:
    """Margins by month: the fee times the energy, or the price less the spot price of the month (V21)."""
    volatile = {"market.spot.innovation_sd": 0.2, "market.spot.persistence": 0.5, "run.months": 30}
    unhedged = {f"{ALPHA}.procurement.hedge_ratio": 0, f"{ALPHA}.offers.plan.pass_through": 0}
    linked = {f"{ALPHA}.offers.plan": {"kind": "linked", "fee_cny_per_mwh": 20, "term_months": 1}}
    spot = run(frictionless({**PLAIN, **volatile}))["market_month"]["spot_cny_per_mwh"].to_numpy()
    assert spot.std() > 40
    fixed, passed_on = books(**volatile, **unhedged), books(**volatile, **linked)
    assert passed_on["profit_cny"].tolist() == pytest.approx(20 * passed_on["energy_mwh"])
    assert fixed["profit_cny"].tolist() == pytest.approx((420 - spot) * fixed["energy_mwh"])
    assert fixed["profit_cny"].var() == pytest.approx(spot.var(ddof=1) * fixed["energy_mwh"][0] ** 2)
