"""The regulator in a running market: the price cap binds, the spread is shared, service is fined."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.markets import assert_identical, by_month, differences, frictionless, lively, opened, plain, run

from marketsim.simulation.mechanisms.regulation import Regulator

REGULATOR_COLUMN = "regulator_penalties_cny"


def later(**changes: Any) -> dict[str, Any]:
    return {"events": [{"type": "regulation", "month": 5, "changes": changes}]}


def prices(tables: dict[str, Any], retailer: str = "Alpha") -> list[float]:
    revenue, energy = (by_month(tables["retailer_month"], retailer, name) for name in ("revenue_cny", "energy_mwh"))
    return (revenue / energy).tolist()


def test_without_rules_there_is_no_regulator() -> None:
    assert not Regulator.is_used(lively())
    assert np.isnan(run(lively())["market_month"][REGULATOR_COLUMN]).all()


def test_rules_that_nobody_breaks_change_nothing_but_the_count_of_penalties() -> None:
    rules = {"price_cap_cny_per_mwh": 5000.0, "spread_cap_cny_per_mwh": 5000.0}
    free, ruled = run(lively()), run(lively({"market.rules": rules}))
    assert differences(free["market_month"], ruled["market_month"]) == [REGULATOR_COLUMN]
    assert (ruled["market_month"][REGULATOR_COLUMN] == 0).all()
    assert_identical(free, ruled, [name for name in free if name != "market_month"])


# Price cap


def test_a_cap_holds_for_contracts_signed_from_its_month_on() -> None:
    tables = run(frictionless(later(price_cap_cny_per_mwh=410.0)))
    assert by_month(tables["retailer_month"], "Alpha", "list_price_cny_per_mwh").tolist() == [420.0] * 5 + [410.0] * 7
    assert prices(tables) == pytest.approx([420.0] * 6 + [410.0] * 6)


def test_a_cap_at_the_start_holds_for_the_first_contracts() -> None:
    tables = run(frictionless({"market.rules.price_cap_cny_per_mwh": 410.0}))
    assert prices(tables) == pytest.approx([410.0] * 12)


def test_fees_of_linked_offers_are_free() -> None:
    linked: Any = {"plan": {"kind": "linked", "fee_cny_per_mwh": 20.0, "term_months": 1}}
    changes: dict[str, Any] = {f"retailers.{name}.offers": linked for name in ("Alpha", "Beta")}
    changes["market.rules.price_cap_cny_per_mwh"] = 10.0
    assert prices(run(frictionless(changes))) == pytest.approx([420.0] * 12)


# Sharing the spread


def test_the_customers_share_of_the_spread_is_on_the_next_bill() -> None:
    """Price 420 less cost 400 is a spread of 20: above a cap of 8 there are 12, of which customers get .8."""
    tables = run(frictionless({**later(spread_cap_cny_per_mwh=8.0), "segments.users.search_rate": 0.0}))
    assert prices(tables) == pytest.approx([420.0] * 6 + [420.0 - 0.8 * 12.0] * 6)
    profits = by_month(tables["retailer_month"], "Alpha", "profit_cny")
    energy = by_month(tables["retailer_month"], "Alpha", "energy_mwh")
    assert (profits / energy).tolist() == pytest.approx([20.0] * 6 + [20.0 - 9.6] * 6)


def test_rebates_are_what_bills_lack_and_the_spread_is_counted_before_them() -> None:
    """The rate of a month is the share of last month's spread, over no more than last month's sales."""
    share, cap = 0.7, 4.0
    scenario = lively({"market.rules": {"spread_cap_cny_per_mwh": cap, "spread_cap_customer_share": share}})
    with opened(scenario) as model:
        regulator = model.mechanism(Regulator)
        assert regulator is not None
        due = np.zeros(3)
        for _ in range(8):
            model.step()
            books = [retailer.accounts for retailer in model.retailers]
            energy, revenue, cost = (
                np.array([book[name] for book in books]) for name in ("energy_mwh", "revenue_cny", "procurement_cny")
            )
            assert model.rebate[:-1] == pytest.approx(due)
            assert regulator.rebates_cny == pytest.approx(due * energy)
            margin = revenue + due * energy - cost
            spread = np.divide(margin, energy, out=np.zeros(3), where=energy > 0)
            people = model.population
            use = np.bincount(people["retailer"], people["weight"] * people["usual_use"], minlength=4)[:3]
            due = share * np.maximum(spread - cap, 0.0) * np.minimum(1.0, energy / use)
        assert due.max() > 0


def test_a_retailer_that_sold_next_to_nothing_shares_what_it_earned_not_what_it_earned_a_mwh() -> None:
    """1 MWh sold with 8,000 CNY to share: 1,000 MWh of next month get 8 CNY each, not 8,000."""
    with opened(lively({"market.rules": {"spread_cap_cny_per_mwh": 4.0}})) as model:
        regulator = model.mechanism(Regulator)
        assert regulator is not None
        people = model.population
        use = float((people["weight"] * people["usual_use"])[people["retailer"] == 0].sum())
        regulator.shared[0], regulator._sold_mwh[0] = 8000.0, use / 1000.0
        regulator.environment()
        assert model.rebate[0] == pytest.approx(8.0)


def test_a_rebate_lowers_the_energy_price_of_every_customer_alike() -> None:
    rules = {"market.rules.spread_cap_cny_per_mwh": 4.0, "run.warmup_months": 1, "events": []}
    with opened(lively(rules)) as ruled, opened(lively({"run.warmup_months": 1, "events": []})) as free:
        for model in (ruled, free):
            model.step()
            for phase in (
                "environment",
                "policies",
                "inform",
                "decide",
                "offers",
                "outages",
                "serve",
                "consume",
                "bill",
            ):
                getattr(model, phase)()
        same = ruled.population["retailer"] == free.population["retailer"]
        lower = free.population["price"] - ruled.population["price"]
        assert lower[same] == pytest.approx(ruled.rebate[ruled.population["retailer"][same]])
        assert ruled.rebate.max() > 0
        assert ruled.rebate[-1] == 0.0


def test_when_sharing_ends_the_last_months_share_is_still_paid() -> None:
    event = {"type": "regulation", "month": 2, "duration_months": 1, "changes": {"spread_cap_cny_per_mwh": 8.0}}
    tables = run(frictionless({"events": [event], "segments.users.search_rate": 0.0}))
    assert prices(tables) == pytest.approx([420.0] * 3 + [410.4] + [420.0] * 8)


# Service standards


def test_missing_points_of_service_are_fined() -> None:
    standards = {
        "contact": {"minimum_share": 0.99, "penalty_cny_per_point": 50.0},
        "case": {"minimum_share": 0.5, "penalty_cny_per_point": 1000.0},
    }
    tables = run(lively({"market.rules.service_standards": standards}))
    desks = plain(tables["desk_month"])
    desks["within"] = desks["sla_share"] * desks["arrivals"]
    sums = desks.groupby(["month", "retailer", "desk"])[["within", "arrivals"]].sum()
    share = (sums["within"] / sums["arrivals"]).unstack("desk")
    missing = (0.99 - share["contact"]).clip(lower=0) * 50 * 100 + (0.5 - share["case"]).clip(lower=0) * 1000 * 100
    fines = missing.fillna(0.0).unstack("retailer")
    for retailer in ("Alpha", "Beta", "Gamma"):
        found = by_month(tables["retailer_month"], retailer, "compensation_cny")
        assert found == pytest.approx(fines[retailer].to_numpy())
        assert found.max() > 0
    assert tables["market_month"][REGULATOR_COLUMN].to_numpy() == pytest.approx(fines.sum(axis=1).to_numpy())


def test_a_retailer_without_customers_owes_nothing_and_is_not_fined() -> None:
    rules = {
        "spread_cap_cny_per_mwh": 0.0,
        "service_standards": {"contact": {"minimum_share": 1.0, "penalty_cny_per_point": 1.0}},
    }
    gone = {
        "retailers.Gamma.initial_share": 0.0,
        "retailers.Alpha.initial_share": 0.6,
        "retailers.Gamma.offers.bands.price_cny_per_mwh": 5000.0,
    }
    tables = run(lively({"market.rules": rules, **gone}))
    assert (by_month(tables["retailer_month"], "Gamma", "energy_mwh") == 0).all()
    assert (by_month(tables["retailer_month"], "Gamma", "compensation_cny") == 0).all()
    assert np.isfinite(by_month(tables["retailer_month"], "Alpha", "profit_cny")).all()
