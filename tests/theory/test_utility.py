"""Each term of utility moves the choices of a whole market as its logits say (E20)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from tests.markets import by_month, firms, frictionless, opened, plain, run

CUSTOMERS, MONTHS = 4000, 12
ALPHA, BETA = range(2)


def move_rates(changes: dict[str, Any], first: int = 2) -> dict[tuple[str, str], tuple[float, float]]:
    """Return, from and to each retailer, the share of customers who move in a month, and its standard error."""
    usual = {"segments.users.customers": CUSTOMERS, "run.months": MONTHS}
    tables = run(frictionless({**usual, **changes}))
    flows = plain(tables["flows"])
    flows = flows[flows["month"] >= first].groupby(["from_retailer", "to_retailer"])["customers"].sum()
    rates = {}
    for (old, new), moved in flows.items():
        choosing = by_month(tables["retailer_month"], old, "customers")[first:].sum()
        rate = moved / choosing
        rates[old, new] = (rate, math.sqrt(rate * (1 - rate) / choosing))
    return rates


def logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def check(rates: dict[tuple[str, str], tuple[float, float]], old: str, new: str, expected: float) -> None:
    rate, error = rates[old, new]
    assert rate == pytest.approx(expected, abs=3.3 * error)


@pytest.mark.parametrize("cost", [0.0, 0.7, 2.0])
def test_hassle_keeps_customers(cost: float) -> None:
    rates = move_rates({"segments.users.switching_cost": cost})
    for old, new in (("Alpha", "Beta"), ("Beta", "Alpha")):
        check(rates, old, new, logistic(-cost))


def test_a_name_attracts() -> None:
    rates = move_rates({"retailers.Alpha.brand_logits": {"users": 0.8}})
    check(rates, "Beta", "Alpha", logistic(0.8))
    check(rates, "Alpha", "Beta", logistic(-0.8))


def test_a_lever_binds_whom_it_covers() -> None:
    lever = {
        "levers.care.hooks.switching_cost_logits": 1.5,
        "levers.care.effects": {"personalisation": 0, "convenience": 0},
    }
    rates = move_rates({**lever, "levers.care.ramp_months": 1, "retailers.Alpha.levers.care": {"intensity": 0.6}})
    check(rates, "Alpha", "Beta", logistic(-0.9))
    check(rates, "Beta", "Alpha", 0.5)


def test_a_risky_bill_repels() -> None:
    """The spot price has no memory: its mean over a year varies by .3 / sqrt(12), and is expected to be 400."""
    changes = {
        "market.spot.innovation_sd": 0.3,
        "retailers.Alpha.offers.plan": {"kind": "linked", "fee_cny_per_mwh": 20, "term_months": 1},
        "segments.users.bill_risk_aversion": 25,
    }
    risk = 25 * 0.3 / math.sqrt(12) * 400 / 620
    rates = move_rates(changes)
    check(rates, "Alpha", "Beta", logistic(risk))
    check(rates, "Beta", "Alpha", logistic(-risk))


def test_known_quality_keeps_and_published_quality_attracts() -> None:
    """Everybody weighs quality alike. The own retailer is known; of a rival half of what it is above .6 is believed."""
    scenario = frictionless(
        {
            "segments.users.service_sensitivity": 8,
            "segments.users.weights_concentration": 1e6,
            "segments.users.customers": CUSTOMERS,
            "retailers.Alpha.levers.care": {},
            "levers.care.ramp_months": 1,
            "behaviour.experience.disconfirmation_weight": 0,
            "behaviour.experience.satisfaction_speed": 1,
            "run.months": 8,
        }
    )
    with opened(scenario) as model:
        for _ in range(3):
            model.step()
        before = model.population["retailer"].copy()
        model.step()
        after, rating = model.population["retailer"], model.standing.rating[:, 0]
    assert rating[ALPHA] > rating[BETA] + 0.02
    believed = 0.6 + 0.5 * (rating - 0.6)
    for own, rival in ((ALPHA, BETA), (BETA, ALPHA)):
        members = before == own
        expected = logistic(8 * (believed[rival] - rating[own]))
        error = math.sqrt(expected * (1 - expected) / members.sum())
        assert (after[members] == rival).mean() == pytest.approx(expected, abs=3.3 * error)


def test_loyalty_grows_with_satisfaction_while_one_stays() -> None:
    """Nobody moved for years: loyalty is satisfaction; then everybody looks around, and it keeps them."""
    with opened(frictionless({"segments.users.loyalty_weight": 2.0, "segments.users.customers": CUSTOMERS})) as model:
        model.behaviour.segments["search_rate"] = 0.0
        for _ in range(5):
            model.step()
        loyalty, before = model.population["loyalty"].copy(), model.population["retailer"].copy()
        assert loyalty == pytest.approx(model.population["satisfaction"], abs=1e-9)
        model.behaviour.segments["search_rate"] = 50.0
        model.step()
        left = model.population["retailer"] != before
        expected = 1 / (1 + np.exp(2.0 * loyalty))
        error = math.sqrt((expected * (1 - expected)).sum())
        assert left.sum() == pytest.approx(expected.sum(), abs=3.3 * error)
        assert (model.population["loyalty"][left] == 0).all()


@pytest.mark.parametrize(("compared", "rate"), [(1, 1 / 4), (2, 1 / 3), (9, 1 / 3)])
def test_who_compares_fewer_offers_stays_more_often(compared: int, rate: float) -> None:
    """Three firms alike: with one rival in sight half stay, with both a third."""
    rates = move_rates({**firms(420.0, 420.0, 420.0), "segments.users.consideration_offers": compared})
    for old in ("Alpha", "Beta", "Gamma"):
        for new in ("Alpha", "Beta", "Gamma"):
            if old != new:
                check(rates, old, new, rate)


def test_lasting_taste_makes_choices_last() -> None:
    """Without taste two choices in a row agree by chance only; with much taste nearly always. Shares stay equal."""
    for taste_sd, stay in ((0.0, 0.5), (20.0, 0.97)):
        rates = move_rates({"segments.users.taste_sd": taste_sd})
        rate, error = rates["Alpha", "Beta"]
        assert 1 - rate == pytest.approx(stay, abs=max(3.3 * error, 0.02 if taste_sd else 0.0))
        tables = run(frictionless({"segments.users.taste_sd": taste_sd, "segments.users.customers": CUSTOMERS}))
        share = by_month(tables["retailer_month"], "Alpha", "customers")[2:].mean() / CUSTOMERS
        assert share == pytest.approx(0.5, abs=3.3 * 0.5 / math.sqrt(CUSTOMERS))


def test_outside_the_window_fewer_look_around() -> None:
    """Contracts end in December: from January to November the hazard is a twelfth."""
    changes = {
        "segments.users.search_rate": 1.2,
        "segments.users.customers": CUSTOMERS,
        "market.contract_calendar": "calendar_year",
        "retailers.Alpha.offers.plan.term_months": 12,
        "retailers.Beta.offers.plan.term_months": 12,
    }
    searches = plain(run(frictionless(changes))["segment_month"]).groupby("month")["searches"].sum().to_numpy()
    outside, inside = CUSTOMERS * -math.expm1(-0.1), CUSTOMERS * -math.expm1(-1.2)
    assert searches[:11] == pytest.approx(outside, abs=4 * math.sqrt(outside))
    assert searches[11] == pytest.approx(inside, abs=4 * math.sqrt(inside))


def test_nobody_chooses_the_default_supplier() -> None:
    """Its customers look around in any month, and it is not among the alternatives."""
    changes = firms(420.0, 420.0, initial_share=0.3)
    scenario = frictionless(
        {**changes, "market.default_supplier.initial_share": 0.4, "segments.users.search_rate": 0.7}
    )
    served = by_month(run(scenario)["retailer_month"], "default supplier", "customers")
    assert served[0] == pytest.approx(800, abs=4 * math.sqrt(480))
    for month in range(1, 5):
        expected = served[month - 1] * math.exp(-0.7)
        assert served[month] == pytest.approx(expected, abs=4 * math.sqrt(expected))
