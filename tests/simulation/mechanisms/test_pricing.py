"""Prices besides the list in a running market: who gets them, for how long, and what they bring and cost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from tests.markets import assert_identical, by_month, firms, frictionless, lively, opened, plain, run

from marketsim.market.records import Records
from marketsim.scenario.loaded import Scenario
from marketsim.simulation.mechanisms.pricing import PersonalPrices

ALPHA, BETA, GAMMA = range(3)
LONG = {"run.months": 24, "run.warmup_months": 1, "run.agents": 400, "events": []}


def pricing(retailer: str = "Alpha", **sections: Any) -> dict[str, Any]:
    return {f"retailers.{retailer}.pricing.{name}": section for name, section in sections.items()}


def customers_after(scenario: Scenario, months: int, policy: str = "base") -> Records:
    with opened(scenario, policy) as model:
        for _ in range(months):
            model.step()
        return model.population.copy()


def total(scenario: Scenario, column: str, retailer: str = "Alpha") -> float:
    return float(by_month(run(scenario)["retailer_month"], retailer, column).sum())


def sum_of(scenario: Scenario, column: str, retailer: str = "Alpha") -> float:
    table: pd.DataFrame = plain(run(scenario)["segment_month"])
    return float(table.loc[table["retailer"] == retailer, column].sum())


# Off


def test_without_prices_besides_the_list_the_mechanism_is_not_built() -> None:
    assert not PersonalPrices.is_used(lively())
    assert PersonalPrices.is_used(lively({"policies": {"p": pricing(retention={"discount_cny_per_mwh": 2.0})}}))
    assert PersonalPrices.is_used(lively({"retailers.Alpha.offers.year.green_share": 0.5}))


def test_a_policy_that_sets_nothing_changes_nothing() -> None:
    nothing = pricing(retention={"discount_cny_per_mwh": 0.0}, brokers={"reach": 1.0}, win_back={"months": 3})
    scenario = lively({"policies": {"same": nothing}})
    assert_identical(run(scenario, "same"), run(lively()))


@pytest.mark.parametrize(
    "section",
    [
        {"negotiation": {"concession_cny_per_mwh": 5.0, "from_annual_mwh": 0.0}},
        {"renewal": {"markup_cny_per_mwh": 5.0}},
        {"retention": {"discount_cny_per_mwh": 5.0}},
        {"win_back": {"discount_cny_per_mwh": 5.0}},
        {"brokers": {"reach": 5.0}},
        {"brokers": {"signings_share": 0.5}},
    ],
)
def test_every_price_acts_from_the_policys_month_on_and_not_before(section: dict[str, Any]) -> None:
    scenario = lively({"policies": {"p": pricing("Beta", **section)}, "run.months": 16})
    base, changed = run(scenario), run(scenario, "p")
    differs = False
    for name, table in base.items():
        early, other = (plain(t[t["month"] < 3]).reset_index(drop=True) for t in (table, changed[name]))
        pd.testing.assert_frame_equal(early, other, check_exact=True, obj=name)
        differs = differs or not plain(table).equals(plain(changed[name]))
    assert differs


# Negotiation


def test_a_concession_goes_to_exactly_those_who_are_large_enough() -> None:
    firm = {"from_annual_mwh": 120.0, "concession_cny_per_mwh": 4.0}
    changes = {"segments.users.energy_sigma": 0.8, "segments.users.customers": 20000, **pricing(negotiation=firm)}
    customers = customers_after(frictionless(changes), 2)
    own, large = customers["retailer"] == ALPHA, customers["energy"] >= 10.0
    assert 0 < large.sum() < len(customers)
    assert (customers["discount"] == np.where(own & large, 4.0, 0.0)).all()
    assert own[large].mean() > own[~large].mean() + 0.02


def test_a_concession_may_be_for_some_segments_and_comes_on_top_of_the_tier() -> None:
    firm = {"from_annual_mwh": 0.0, "concession_cny_per_mwh": 4.0, "segments": ["shops"]}
    with opened(lively(pricing(negotiation=firm))) as model:
        own = model.population[model.population["retailer"] == ALPHA]
        shops = own["segment"] == model.frame.segments.index("shops")
        assert own["discount"] == pytest.approx(model.tiers.discount[ALPHA][own["tier"]] + 4.0 * shops)
        assert model.tiers.discount[ALPHA].max() > 0


def test_a_concession_is_locked_until_the_end_of_the_term() -> None:
    term = {"retailers.Alpha.offers.plan.term_months": 6, "segments.users.search_rate": 0.0}
    firm = {"from_annual_mwh": 0.0, "concession_cny_per_mwh": 4.0}
    given_up = {"retailers.Alpha.pricing.negotiation.concession_cny_per_mwh": 0.0}
    scenario = frictionless({**term, **pricing(negotiation=firm), "policies": {"end": given_up}})
    shares = []
    with opened(scenario, "end") as model:
        for _ in range(9):
            model.step()
            own = model.population[model.population["retailer"] == ALPHA]
            assert set(own["discount"]) <= {0.0, 4.0}
            shares.append((own["discount"] == 4.0).mean())
    assert shares[0] == 1.0
    assert (np.diff(shares[:7]) < 0).all()
    assert shares[6:] == [0.0] * 3


# Renewal


def silent(**others: Any) -> dict[str, Any]:
    """Contracts of a month in a market where nobody searches."""
    return {f"segments.{name}.search_rate": 0.0 for name in ("works", "shops")} | others


def test_a_markup_is_paid_by_who_renews_without_a_search() -> None:
    renewal = {"markup_cny_per_mwh": 3.0, "markup_by_segment": {"shops": -2.0}}
    customers = customers_after(lively(silent(**pricing("Gamma", renewal=renewal))), 4)
    frame_segments = ("homes", "shops", "works")
    own = customers[customers["retailer"] == GAMMA]
    expected = np.where(own["segment"] == frame_segments.index("shops"), 2.0, -3.0)
    renewed = own["reference_bill"] > 0
    assert renewed.all()
    assert (own["discount"] == expected).all()


def test_a_markup_brings_revenue_and_searches() -> None:
    dear = lively({**LONG, **pricing(renewal={"markup_cny_per_mwh": 6.0})})
    assert sum_of(dear, "searches") / sum_of(dear, "customers") > 1.02 * sum_of(lively(LONG), "searches") / sum_of(
        lively(LONG), "customers"
    )
    quiet = silent(**LONG)
    with_markup, without = (
        total(lively({**quiet, **p}), "revenue_cny") for p in (pricing(renewal={"markup_cny_per_mwh": 6.0}), {})
    )
    assert with_markup > without


def test_a_markup_does_not_lift_a_price_above_the_cap() -> None:
    capped = {"market.rules.price_cap_cny_per_mwh": 424.0, **pricing(renewal={"markup_cny_per_mwh": 9.0})}
    customers = customers_after(frictionless({**capped, "segments.users.search_rate": 0.0}), 2)
    paid = customers["price_level"] - customers["discount"]
    assert paid[customers["retailer"] == ALPHA] == pytest.approx(424.0)
    assert paid[customers["retailer"] == BETA] == pytest.approx(420.0)


def test_a_markup_is_whole_again_when_the_cap_is_lifted() -> None:
    cap = {"type": "regulation", "month": 2, "duration_months": 2, "changes": {"price_cap_cny_per_mwh": 424.0}}
    changes = {"events": [cap], **pricing(renewal={"markup_cny_per_mwh": 9.0}), "segments.users.search_rate": 0.0}
    revenue, energy = (
        by_month(run(frictionless(changes))["retailer_month"], "Alpha", name) for name in ("revenue_cny", "energy_mwh")
    )
    assert revenue / energy == pytest.approx([420.0, 429.0, 429.0, 424.0, 424.0, *[429.0] * 7])


# Retention


def test_a_retention_discount_goes_to_who_searched_and_stayed() -> None:
    scenario = frictionless(pricing(retention={"discount_cny_per_mwh": 5.0}))
    with opened(scenario) as model:
        model.step()
        before = model.population["retailer"].copy()
        model.step()
        after = model.population
        stayed = (before == ALPHA) & (after["retailer"] == ALPHA)
        assert stayed.any()
        assert (after["discount"] == np.where(stayed, 5.0, 0.0)).all()


def test_a_retention_discount_keeps_the_logit_share_of_its_price() -> None:
    """Who is with Alpha sees it 5 CNY/MWh cheaper: on a bill of 615 that is a logit of 30 x 5 / 615."""
    scenario = frictionless({**pricing(retention={"discount_cny_per_mwh": 5.0}), "segments.users.customers": 20000})
    with opened(scenario) as model:
        model.step()
        before, bills = model.population["retailer"].copy(), model.population["reference_bill"].copy()
        model.step()
        kept = (model.population["retailer"] == ALPHA)[before == ALPHA].mean()
        logits = 30.0 * 5.0 / bills[before == ALPHA]
        assert kept == pytest.approx(np.mean(1 / (1 + np.exp(-logits))), abs=0.01)


# Winning back


def test_winning_back_reaches_former_customers_only() -> None:
    scenario = frictionless(pricing(win_back={"discount_cny_per_mwh": 5.0, "months": 12}))
    with opened(scenario) as model:
        for _ in range(2):
            model.step()
        with_beta, former = model.population["retailer"] == BETA, model.population["former"].copy()
        model.step()
        back = with_beta & (model.population["retailer"] == ALPHA)
        assert set(former[back]) == {-1, ALPHA}
        expected = np.where(back & (former == ALPHA), 5.0, 0.0)
        assert (model.population["discount"] == expected).all()


def test_a_former_customer_is_forgotten_after_some_months() -> None:
    """Whoever left in month 0 may be won back in months 1 and 2, and not in month 3."""
    scenario = frictionless(pricing(win_back={"discount_cny_per_mwh": 5.0, "months": 2}))
    offered: list[NDArray[np.bool_]] = []
    with opened(scenario) as model:
        model.step()
        left = (model.population["former"] == ALPHA) & (model.population["retailer"] == BETA)
        model.behaviour.segments["search_rate"] = 0.0
        for _ in range(3):
            model.step()
            offered.append(model.population["former"][left] == ALPHA)
    assert left.any()
    assert offered[0].all()
    assert offered[1].all()
    assert not offered[2].any()


# Brokers


def test_brokers_are_paid_for_what_they_bring() -> None:
    brokers = {"signings_share": 0.5, "fee_cny_per_mwh": 5.0}
    fee = {"retailers.Alpha.costs.broker_fee_cny_per_mwh": 2.0}
    with opened(lively({**fee, **pricing(brokers=brokers)})) as model:
        seen = 0.0
        for _ in range(8):
            model.step()
            won = model.choices.joined[ALPHA, 0]
            assert model.retailers[ALPHA].accounts["marketing_cny"] == pytest.approx(0.5 * (5.0 - 2.0) * won)
            seen += won
        assert seen > 0


def test_brokers_bring_customers() -> None:
    few = {"segments.works.consideration_offers": 1, "segments.shops.consideration_offers": 1}
    base = total(lively({**LONG, **few}), "joins")
    assert total(lively({**LONG, **few, **pricing(brokers={"reach": 5.0})}), "joins") > 1.1 * base


# Green power


def test_green_offers_attract_by_what_they_are_worth_and_cost_their_certificates() -> None:
    green = {"green_share": 0.5, "certificate_cny_per_mwh": 30.0}
    changes = firms(420.0, 420.0)
    changes["retailers"]["Alpha"]["offers"] = {"plan": {**changes["retailers"]["Alpha"]["offers"]["plan"], **green}}
    scenario = frictionless({**changes, "segments.users.green_value_logits": 1.0, "segments.users.customers": 20000})
    tables = run(scenario)
    share = by_month(tables["retailer_month"], "Alpha", "customers")[3:] / 20000
    assert share == pytest.approx(1 / (1 + np.exp(-0.5)), abs=0.01)
    energy, cost = (by_month(tables["retailer_month"], "Alpha", name) for name in ("energy_mwh", "procurement_cny"))
    assert cost / energy == pytest.approx(np.full(12, 400.0 + 15.0))
    cells = plain(tables["segment_month"]).groupby(["month", "retailer"])["procurement_cny"].sum()
    assert cells.xs("Alpha", level="retailer").to_numpy() == pytest.approx(cost)


def test_green_power_that_nobody_values_only_costs() -> None:
    green = {"green_share": 1.0, "certificate_cny_per_mwh": 10.0}
    changes = {f"retailers.Alpha.offers.year.{name}": value for name, value in green.items()}
    plain_tables, green_tables = run(lively()), run(lively(changes))
    columns = ["customers", "energy_mwh", "revenue_cny"]
    one, other = (plain(t["retailer_month"])[columns] for t in (plain_tables, green_tables))
    pd.testing.assert_frame_equal(one, other, check_exact=True)
    dearer = [by_month(t["retailer_month"], "Alpha", "procurement_cny") for t in (plain_tables, green_tables)]
    assert (dearer[1] > dearer[0]).all()


# The default supplier


def test_a_voluntary_default_supplier_is_chosen_by_some() -> None:
    cheap = {"market.default_supplier.voluntary": True, "market.default_supplier.markup_share": 0.0}
    chosen = plain(run(frictionless(cheap))["retailer_month"]).groupby(["retailer", "month"])["customers"].sum()
    assert chosen["default supplier", 11] > chosen["Alpha", 11] > 0
