"""Retailers that act, in a running market: nothing but what they decide, entry, exit, staff, policies."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.markets import Tables, assert_identical, by_month, differences, frictionless, lively, opened, plain, run
from tests.theory.conservation import check_customers, check_energy, check_network, check_tickets

from marketsim.market.tariffs import energy_price
from marketsim.results.tables import DEFAULT_SUPPLIER
from marketsim.simulation.mechanisms.adaptation import Adaptation
from marketsim.simulation.strategies.library import LIBRARY
from marketsim.simulation.strategies.quotes import last_quotes

OWN_COLUMNS = {"active", "list_price_cny_per_mwh", "active_retailers"}
CUSTOMERS = 120 + 3000 + 900
ALL = ("Alpha", "Beta", "Gamma")


def strategies(**strategy: Any) -> dict[str, Any]:
    """Return the changes that give all retailers of the lively market a strategy."""
    return {f"retailers.{name}.strategy": strategy for name in ALL}


def check_conserved(tables: Tables) -> None:
    check_customers(tables, CUSTOMERS)
    check_energy(tables, float(by_month(tables["retailer_month"], "Alpha", "energy_mwh")[0] + _others(tables)))
    check_network(tables, 200)
    check_tickets(tables)


def _others(tables: Tables) -> float:
    first = plain(tables["retailer_month"]).query("month == 0 and retailer != 'Alpha'")
    return float(first["energy_mwh"].sum())


# To hold is to be left alone


def test_nothing_is_built_where_everybody_holds() -> None:
    with opened(lively(strategies(kind="hold", review_months=1))) as model:
        assert model.mechanism(Adaptation) is None
    assert_identical(run(lively(strategies(kind="hold", review_months=1))), run(lively()))


@pytest.mark.parametrize(
    "changes",
    [
        {"adaptation.exit": {"enabled": True, "months": 120}},
        {"adaptation.entry": {"enabled": True}},
        {"policies.same": {"retailers.Alpha.strategy": {"kind": "hold"}}},
        {"retailers.Alpha.strategy": {"kind": "cost_plus", "review_months": 120}},
    ],
)
def test_a_mechanism_in_which_nothing_happens_leaves_every_bit_as_it_was(changes: dict[str, Any]) -> None:
    with_it, without_it = run(lively(changes)), run(lively())
    for name, table in without_it.items():
        assert set(differences(table, with_it[name])) <= OWN_COLUMNS


def test_a_policy_with_a_strategy_begins_when_policies_do() -> None:
    scenario = lively({"policies.act": strategies(kind="competitor", partial_adjustment=1.0, review_months=1)})
    base, acting = run(scenario), run(scenario, "act")
    for name, table in base.items():
        early, other = (plain(t[t["month"] < 3]).reset_index(drop=True) for t in (table, acting[name]))
        pd.testing.assert_frame_equal(early, other, check_exact=True, obj=name)
    later = [by_month(t["retailer_month"], "Alpha", "list_price_cny_per_mwh")[3:] for t in (base, acting)]
    assert (later[0] != later[1]).all()


# What a retailer sees and does


def test_quotes_are_the_prices_of_a_customer_of_mean_size() -> None:
    with opened(lively()) as model:
        quotes, rows = last_quotes(model), model.prices.offers
        for row, s in zip(*np.nonzero(quotes.on_sale), strict=True):
            plan = model.plans[rows["plan"][row]]
            energy = model.base.segments[model.frame.segments[s]].energy_mwh_per_month
            level, bands = rows["price_level"][row], model.behaviour.segments["bands"][s]
            expected = energy_price(plan, level, 0.0, model.prices.expected_spot, energy, bands)
            assert quotes.prices[row, s] == pytest.approx(expected + plan["fixed_fee"] / energy)
            further = energy_price(plan, level + 1, 0.0, model.prices.expected_spot, energy, bands)
            assert quotes.slopes[row, s] == pytest.approx(further - expected)


@cache
def held_books() -> pd.DataFrame:
    """Return the books of a year in which nobody acts."""
    return run(lively({"run.months": 12}))["retailer_month"]


@pytest.mark.parametrize("kind", [kind for kind in LIBRARY if kind != "hold"])
def test_every_strategy_runs_in_a_market_where_everything_happens(kind: str) -> None:
    more = {
        "staff_to_target": True,
        "invest": True,
        "drop_losing_levers": True,
        "review_months": 2,
        "targets": ["works"],
    }
    changes = {
        **strategies(kind=kind, **more),
        "adaptation.imitation": {"enabled": True, "hazard": 1.0},
        "run.months": 12,
    }
    tables = run(lively(changes))
    check_conserved(tables)
    books = tables["retailer_month"]
    prices = books.loc[books["retailer"] != DEFAULT_SUPPLIER, "list_price_cny_per_mwh"]
    assert np.isfinite(prices).all()
    assert prices.between(0, 2000).all()
    assert set(differences(books, held_books())) - OWN_COLUMNS


def test_decisions_rest_on_last_month_and_fall_together() -> None:
    """Two that undercut each other by 10 both go from 420 to 410: neither has seen the other's move."""
    strategy = {"kind": "competitor", "undercut_cny_per_mwh": 10, "partial_adjustment": 1.0, "review_months": 1}
    tables = run(frictionless({f"retailers.{name}.strategy": strategy for name in ("Alpha", "Beta")}))
    for name in ("Alpha", "Beta"):
        assert by_month(tables["retailer_month"], name, "list_price_cny_per_mwh")[:3].tolist() == [420, 410, 400]


def test_tiers_without_benefits_change_no_price() -> None:
    """Sums by tier differ in their last bits; decisions do not."""
    acting = {f"retailers.{name}.strategy": {"kind": "value", "review_months": 1} for name in ("Alpha", "Beta")}
    tiers = {"retailers.Alpha.tiers": {"key": {"rule": {"value_pct": 10}}, "loyal": {"rule": {"tenure_months": 3}}}}
    plain_, tiered = (run(frictionless({**acting, **more})) for more in ({}, tiers))
    assert_identical(plain_, tiered, ["retailer_month", "flows"])


def test_reviews_are_apart_by_the_review_months_and_begin_at_different_times() -> None:
    strategy = {"kind": "cost_plus", "markup_cny_per_mwh": 60, "review_months": 4}
    names = [f"R{number}" for number in range(8)]
    alpha = frictionless().study.retailers["Alpha"].model_dump(mode="json", exclude_unset=True)
    retailers = {name: {**alpha, "initial_share": 1 / 8, "strategy": strategy} for name in names}
    changes = {"retailers": {**retailers, "Alpha": None, "Beta": None}, "focus": "R0", "run.months": 12}
    books = run(frictionless(changes))["retailer_month"]
    reviews = [np.flatnonzero(np.diff(by_month(books, name, "list_price_cny_per_mwh")) != 0) for name in names]
    assert all((np.diff(months) == 4).all() and len(months) >= 2 for months in reviews)
    assert len({int(months[0]) for months in reviews}) >= 3


def test_a_segment_can_have_a_rule_of_its_own() -> None:
    offers = {
        "retailers.Alpha.offers": {
            "year": {"segments": ["works"]},
            "rolling": {"segments": ["works"]},
            "small": {"kind": "fixed", "price_cny_per_mwh": 495, "segments": ["shops"]},
        },
        "retailers.Alpha.strategy": {
            "by_segment": {"shops": {"kind": "cost_plus", "markup_cny_per_mwh": 60}},
            "review_months": 1,
        },
    }
    with opened(lively(offers)) as model:
        for _ in range(4):
            model.step()
        moves = {
            offer: model.price_moves[row] for row, (name, offer) in enumerate(model.frame.offers) if name == "Alpha"
        }
    assert moves["small"] > 1.0
    assert moves["year"] == moves["rolling"] == 0.0


def test_retention_and_renewal_prices_follow_the_strategy_and_end_with_it() -> None:
    changes = {
        "retailers.Gamma.strategy": {"kind": "retain", "review_months": 1, "renewal_markup_cny_per_mwh": 1.5},
        "retailers.Gamma.offers.bands.price_cny_per_mwh": 540,
        "policies.stop": {"retailers.Gamma.strategy.kind": "hold"},
    }
    with opened(lively(changes), "stop") as model:
        for month in range(5):
            model.step()
            works = model.frame.segments.index("works")
            acting = 0 < month < 3
            assert (model.renewal_markup[2, works] == 1.5) == acting
            assert (model.retention[2, works] > 0) == acting


# Staff


def test_staff_follows_the_standard_after_the_hiring_lag() -> None:
    surge = {"type": "ticket_surge", "month": 2, "size": 1.0, "duration_months": 20}
    changes = {"events": [surge], "run.months": 16, "run.warmup_months": 15, "segments.shops.tickets_per_month": 3.0}
    adapting = {f"retailers.{name}.strategy": {"staff_to_target": True, "hiring_lag_months": 2} for name in ALL}
    held, adapted = (run(lively({**changes, **more})) for more in ({}, adapting))
    staff = by_month(adapted["retailer_month"], "Alpha", "staff")
    assert (by_month(held["retailer_month"], "Alpha", "staff")[:15] == staff[0]).all()
    assert (staff[3:5] <= staff[0]).all()
    assert staff[5] > staff[0]
    assert staff[-1] > 1.5 * staff[0]
    waits = [
        t["desk_month"].query("retailer == 'Alpha' and desk == 'contact' and month > 10")["wait_minutes"].max()
        for t in (held, adapted)
    ]
    assert waits[1] < 0.2 * waits[0]


# Exit and entry


@pytest.mark.parametrize("financed", [0.0, 1.0])
def test_who_has_no_money_left_leaves_after_three_months_and_customers_are_kept(financed: float) -> None:
    rich = {"overhead_cny_per_month": 0, "wage_cny_per_month": 0, "bond_cny_per_annual_mwh": 1000}
    changes: dict[str, Any] = {f"retailers.{name}.costs": rich for name in ("Alpha", "Gamma")}
    changes |= {"retailers.Beta.costs.overhead_cny_per_month": 3e7}
    exit_rule = {"enabled": True, "financed_share": financed}
    tables = run(lively({**changes, "adaptation.exit": exit_rule, "run.months": 16}))
    check_conserved(tables)
    books = plain(tables["retailer_month"]).query("retailer == 'Beta'").reset_index()
    gone = int((books["active"] == 0).idxmax())
    money = books["cash_cny"] + financed * books["receivables_cny"]
    assert (money[gone - 3 : gone] < 0).all()
    assert money[gone - 4] >= 0
    assert (books["active"][:gone] == 1).all()
    assert (books.loc[gone:, ["customers", "energy_mwh", "staff", "overhead_cny"]] == 0).all().all()
    flows = plain(tables["flows"]).query(f"month == {gone - 1} and from_retailer == 'Beta'")
    released = flows.query(f"to_retailer == '{DEFAULT_SUPPLIER}'")["customers"].sum()
    assert released > 0.7 * books["customers"][gone - 1]
    assert tables["market_month"]["active_retailers"].tolist() == [3.0] * gone + [2.0] * (16 - gone)


def test_a_market_that_everybody_leaves_runs_to_its_end() -> None:
    changes: dict[str, Any] = {f"retailers.{name}.costs.overhead_cny_per_month": 5e7 for name in ALL}
    tables = run(
        lively({**changes, "adaptation.exit": {"enabled": True, "months": 1, "financed_share": 0}, "run.months": 12})
    )
    check_conserved(tables)
    assert tables["market_month"]["active_retailers"].iloc[-1] == 0
    for table in tables.values():
        assert not np.isinf(table.select_dtypes("number")).any().any()
    assert by_month(tables["retailer_month"], DEFAULT_SUPPLIER, "customers")[-1] == pytest.approx(CUSTOMERS)


def newcomer(**strategy: Any) -> dict[str, Any]:
    return {
        "retailers": {
            "Delta": {
                "offers": {"cheap": {"kind": "fixed", "price_cny_per_mwh": 470, "term_months": 3}},
                "strategy": strategy,
                "levers": {"care": {}},
            }
        },
        "run.months": 14,
    }


def test_an_entrant_costs_and_sells_nothing_before_it_enters_and_grows_then() -> None:
    tables = run(lively({**newcomer(), "events": [{"type": "entrant", "month": 5, "retailer": "Delta"}]}))
    check_conserved(tables)
    books = plain(tables["retailer_month"]).query("retailer == 'Delta'").reset_index()
    costs = ["customers", "staff", "lever_cny", "overhead_cny", "profit_cny", "active"]
    assert (books.loc[:4, costs] == 0).all().all()
    assert books["list_price_cny_per_mwh"][:5].isna().all()
    assert (books["cash_cny"][:5] > 0).all()
    assert books["customers"][13] > 100
    assert books["staff"][5] < books["staff"][13]
    assert books["lever_cny"][6] > 0


@pytest.mark.parametrize("month", [0, 3])
def test_an_entrant_can_come_at_the_opening_and_with_the_policy(month: int) -> None:
    tables = run(lively({**newcomer(), "events": [{"type": "entrant", "month": month, "retailer": "Delta"}]}))
    check_conserved(tables)
    assert (by_month(tables["retailer_month"], "Delta", "staff")[month:] >= 3).all()
    assert by_month(tables["retailer_month"], "Delta", "customers")[-1] > 100


def test_an_entrant_before_its_entry_changes_nothing_for_anybody() -> None:
    with_it = run(lively({**newcomer(), "events": [{"type": "entrant", "month": 13, "retailer": "Delta"}]}))
    without_it = run(lively({"run.months": 14, "events": []}))
    for name in ("retailer_month", "segment_month", "flows", "market_month"):
        table, other = (plain(t[name]).query("month < 12").reset_index(drop=True) for t in (with_it, without_it))
        if name == "retailer_month":
            table = table[table["retailer"] != "Delta"].reset_index(drop=True)
        assert set(differences(table, other)) <= OWN_COLUMNS


@pytest.mark.parametrize(("threshold", "entered"), [(1.0, True), (1000.0, False)])
def test_margins_above_the_threshold_draw_entrants_in(threshold: float, entered: bool) -> None:
    entry = {"enabled": True, "hazard": 0.5, "margin_threshold_cny_per_mwh": threshold}
    tables = run(lively({**newcomer(enters="when_profitable"), "adaptation.entry": entry}))
    check_conserved(tables)
    assert (tables["market_month"]["active_retailers"].iloc[-1] == 4) == entered
    full = run(lively({**newcomer(enters="when_profitable"), "adaptation.entry": {**entry, "max_firms": 3}}))
    assert (full["market_month"]["active_retailers"] == 3).all()


def test_a_policy_can_let_an_entrant_in() -> None:
    changes = {**newcomer(enters="when_profitable"), "adaptation.entry": {"enabled": True, "hazard": 0}}
    scenario = lively({**changes, "policies.enter": {"retailers.Delta.strategy.enters": "at_start"}})
    base, policy = (run(scenario, name) for name in ("base", "enter"))
    assert base["market_month"]["active_retailers"].tolist() == [3.0] * 14
    assert policy["market_month"]["active_retailers"].tolist() == [3.0] * 3 + [4.0] * 11
    staff = by_month(policy["retailer_month"], "Delta", "staff")
    assert (staff[:3] == 0).all()
    assert (staff[3:] >= 3).all()


def test_an_exit_event_closes_a_retailer_at_the_end_of_its_month() -> None:
    tables = run(lively({"events": [{"type": "exit", "month": 4, "retailer": "Gamma"}]}))
    check_conserved(tables)
    assert by_month(tables["retailer_month"], "Gamma", "active").tolist() == [1.0] * 5 + [0.0] * 3
    assert by_month(tables["retailer_month"], "Gamma", "customers")[5:].tolist() == [0.0] * 3
