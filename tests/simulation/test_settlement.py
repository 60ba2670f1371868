"""Deviation penalties, own plants and investments in a running market (M13, E21, E22)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.markets import assert_identical, frictionless, lively, opened, plain, run
from tests.theory.conservation import check_all, check_money

from marketsim.market.deviation import expected_excess

ALPHA = "retailers.Alpha"
ON: dict[str, Any] = {"settlement.enabled": True, "segments.users.search_rate": 0}


def books(changes: dict[str, Any], policy: str = "base", retailer: str = "Alpha") -> pd.DataFrame:
    """Return the months of a retailer; it serves about half of the customers, of 10 MWh a month each."""
    table = plain(run(frictionless({"segments.users.search_rate": 0, **changes}), policy)["retailer_month"])
    return table[table["retailer"] == retailer].reset_index(drop=True)


def test_switched_off_its_parameters_change_nothing() -> None:
    changes = {"settlement.penalty_rate": 1, f"{ALPHA}.procurement.own_generation_share": 0.5}
    assert_identical(run(lively()), run(lively({**changes, f"{ALPHA}.procurement.forecast_bias": 0.2})))


def test_penalties_are_the_closed_form_on_average() -> None:
    """400 months: rate x forward price x energy x E max(0, |x| - band), with the sd of a book of equals (V20)."""
    found = books({**ON, "run.months": 400, "segments.users.customers": 200})
    served, energy = found["customers"][0], found["energy_mwh"][0]
    sd = (0.03**2 + 0.4**2 / served) ** 0.5
    assert found["forecast_error_sd"].tolist() == pytest.approx([sd] * 400)
    expected = 0.05 * 400 * energy * expected_excess(sd, 0.03)
    assert found["deviation_cny"].mean() == pytest.approx(expected, abs=3 * found["deviation_cny"].sem())
    assert found["deviation_cny"].sem() < 0.1 * expected


def test_a_small_book_pays_more_for_a_mwh() -> None:
    sizes = {"segments.users.customers": 400, f"{ALPHA}.initial_share": 0.05, "retailers.Beta.initial_share": 0.95}
    small, large = (books({**ON, **sizes, "run.months": 60}, retailer=name) for name in ("Alpha", "Beta"))
    per_mwh = [found["deviation_cny"].sum() / found["energy_mwh"].sum() for found in (small, large)]
    assert per_mwh[0] > 2 * per_mwh[1]


def test_a_bias_is_paid_for_every_month() -> None:
    exact = {"settlement.forecast_sd": 0, "settlement.customer_forecast_sd": 0, "run.months": 3}
    found = books({**ON, **exact, f"{ALPHA}.procurement.forecast_bias": 0.1})
    assert found["deviation_cny"].tolist() == pytest.approx(0.05 * 400 * 0.07 * found["energy_mwh"])
    assert books({**ON, **exact})["deviation_cny"].tolist() == [0, 0, 0]


def test_advice_lowers_the_forecast_error_of_those_it_reaches() -> None:
    lever = {"hooks": {"forecast_saving": 0.2}, "ramp_months": 1}
    used = books({**ON, "levers.care": lever, f"{ALPHA}.levers.care": {"intensity": 0.5}, "run.months": 2})
    without = books({**ON, "run.months": 2})
    assert used["forecast_error_sd"][1] == pytest.approx(0.9 * without["forecast_error_sd"][1])


VOLATILE = {
    "market.spot.innovation_sd": 0.2,
    "market.spot.persistence": 0.5,
    "run.months": 120,
    "settlement.penalty_rate": 0,
}
UNHEDGED = {f"{ALPHA}.procurement.hedge_ratio": 0, f"{ALPHA}.offers.plan.pass_through": 0}


def test_own_plants_take_risk_away_but_not_cost() -> None:
    """Unhedged at a fixed price the margin moves with the spot price; own plants for all of it hold it still (V21)."""
    bare = {**ON, **VOLATILE, **UNHEDGED}
    spot = run(frictionless(bare))["market_month"]["spot_cny_per_mwh"]
    without = books(bare)
    energy = without["energy_mwh"][0]
    assert without["profit_cny"].var() == pytest.approx(spot.var() * energy**2)
    half = books({**bare, f"{ALPHA}.procurement.own_generation_share": 0.5})
    assert half["profit_cny"].var() == pytest.approx(without["profit_cny"].var() / 4)
    whole = books({**bare, f"{ALPHA}.procurement.own_generation_share": 1})
    assert whole["profit_cny"].std() < 1e-6 * without["profit_cny"].std()
    assert whole["profit_cny"].mean() == pytest.approx(20 * energy)
    # what is left between the means is the luck of the draw: correlation .5 leaves a third of the months independent
    luck = energy * spot.std() / (120 / 3) ** 0.5
    assert abs(whole["profit_cny"].mean() - without["profit_cny"].mean()) < 3 * luck


def test_own_plants_are_no_hedge_of_linked_prices() -> None:
    """A linked price needs none: margin without variance; with own plants it moves with the spot price."""
    linked = {f"{ALPHA}.offers.plan": {"kind": "linked", "fee_cny_per_mwh": 20, "term_months": 1}}
    bare = {**ON, **VOLATILE, **linked}
    without, own = books(bare), books({**bare, f"{ALPHA}.procurement.own_generation_share": 1})
    assert without["profit_cny"].tolist() == pytest.approx(20 * without["energy_mwh"])
    assert own["profit_cny"].std() > 10 * without["energy_mwh"][0]


INVESTMENT = {
    "levers.care.costs": {"capex_cny": 60000, "capex_life_months": 6},
    "levers.care.ramp_months": 1,
    "segments.users.customers": 100,
    "run.warmup_months": 2,
}


def test_what_a_policy_invests_is_paid_at_once_and_written_off_over_its_life() -> None:
    policy = {"policies": {"care": {f"{ALPHA}.levers": {"care": {"intensity": 0.5}}}}, "run.months": 10}
    found, base = books({**INVESTMENT, **policy}, "care"), books({**INVESTMENT, **policy})
    assert found["capex_cny"].tolist() == [0, 0, 60000, *[0] * 7]
    assert found["depreciation_cny"].tolist() == pytest.approx([0, 0, *[10000] * 6, 0, 0])
    assert (base["profit_cny"] - found["profit_cny"]).tolist() == pytest.approx(found["depreciation_cny"])
    assert (base["cash_cny"] - found["cash_cny"]).tolist() == pytest.approx([0, 0, *[60000] * 8])


def test_a_lever_dropped_leaves_a_stranded_rest() -> None:
    """In use from the start, so paid before; given up by policy after two of six months."""
    used = {f"{ALPHA}.levers.care": {"intensity": 1}, "run.months": 5}
    policy = {"policies": {"drop": {f"{ALPHA}.levers.care.intensity": 0}}}
    found = books({**INVESTMENT, **used, **policy}, "drop")
    assert found["capex_cny"].sum() == 0
    assert found["depreciation_cny"].tolist() == pytest.approx([10000, 10000, 0, 0, 0])
    assert found["stranded_cny"].tolist() == pytest.approx([0, 0, 40000, 0, 0])
    cash = books({"segments.users.customers": 100, "run.months": 5})["cash_cny"]
    assert found["cash_cny"].tolist() == pytest.approx(cash.tolist())


def test_a_partner_shares_the_investment() -> None:
    use = {"care": {"intensity": 1, "cost_factor": 0.9}}
    policy = {"policies": {"care": {f"{ALPHA}.levers": use}}, "run.months": 4}
    assert books({**INVESTMENT, **policy}, "care")["capex_cny"].sum() == pytest.approx(54000)


def test_training_costs_by_the_member_of_staff() -> None:
    costs = {"levers.care": {"costs": {"cny_per_staff_month": 400}, "ramp_months": 1}}
    staffed = {"segments.users.tickets_per_month": 3, "run.months": 2}
    found = books({**costs, **staffed, f"{ALPHA}.levers.care": {"intensity": 0.5}})
    assert (found["staff"] > 1).all()
    assert found["lever_cny"].tolist() == pytest.approx(200 * found["staff"])


def test_a_lever_for_a_tag_costs_for_those_who_carry_it() -> None:
    """A quarter of the customers are of grade A (seen on record); they may move at the end of the month, after the cost."""
    tagged = {
        "tags": {"sound": {"credit_grades": ["A"]}},
        "segments.users.credit_mix": {"A": 0.25, "B": 0.75, "C": 0, "D": 0},
        "levers.care": {"costs": {"fixed_cny_per_month": 500, "cny_per_customer_month": 3, "cny_per_mwh": 0.2}},
        f"{ALPHA}.levers.care": {"intensity": 1, "tags": ["sound"]},
        "levers.care.ramp_months": 1,
        "segments.users.search_rate": 50,
        "run.months": 3,
    }
    with opened(frictionless(tagged)) as model:
        for _ in range(3):
            before = model.population["retailer"] == 0
            model.step()
            sound = model.population["weight"][before & (model.population["credit"] == 0)].sum()
            assert 200 < sound < 300
            assert model.retailers[0].accounts["lever_cny"] == pytest.approx(500 + (3 + 0.2 * 10) * sound)


@pytest.mark.parametrize("policy", ["base", "lane"])
def test_everything_is_conserved(policy: str) -> None:
    changes = {
        "settlement.enabled": True,
        "levers.care.costs.capex_cny": 500000,
        "levers.app.costs": {"fixed_cny_per_month": 9000, "cny_per_staff_month": 300, "capex_cny": 100000},
        f"{ALPHA}.procurement.own_generation_share": 0.4,
        f"{ALPHA}.costs.payment_lag_months": 2,
    }
    tables = run(lively(changes), policy)
    check_money(tables)
    energy = float(np.round(plain(tables["retailer_month"]).groupby("month")["energy_mwh"].sum().iloc[0], 9))
    check_all(tables, 4020, energy, 200)
    assert tables["retailer_month"]["deviation_cny"].sum() > 0
