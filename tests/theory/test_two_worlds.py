"""Two worlds that differ in one thing differ in nothing that it does not touch (common random numbers)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from numpy.typing import NDArray
from tests.market.test_start import BOOK, book_market
from tests.markets import (
    DATA,
    EVERYTHING,
    Tables,
    assert_identical,
    base_market,
    everything,
    firms,
    frictionless,
    lively,
    opened,
    plain,
    run,
)

from marketsim.market.records import Records
from marketsim.results.tables import MARGIN_CURVE, RELATIONS
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.loading import load_scenario
from marketsim.simulation.mechanisms.demand import Demand
from marketsim.simulation.mechanisms.reliability import Reliability
from marketsim.simulation.model import RetailMarket

ALPHA, BETA, GAMMA = range(3)
HOMES, SHOPS, WORKS = range(3)
UNTOUCHED = {"key", "segment", "region", "credit", "weight", "energy", "price_sensitivity", "digital_affinity"}


def served(tables: Tables) -> Tables:
    """Return the tables without the two columns that count or average what is merely on sale."""
    on_sale = ["active_retailers", "list_price_cny_per_mwh"]
    return {name: table.drop(columns=on_sale, errors="ignore") for name, table in tables.items()}


def without(tables: Tables, retailer: str) -> Tables:
    """Return the tables without the rows of a retailer, which must neither win nor lose anybody."""
    tables = served(tables)
    flows = tables["flows"]
    assert not (flows["from_retailer"] == retailer).any()
    assert not (flows["to_retailer"] == retailer).any()
    return {
        name: table[table["retailer"] != retailer].reset_index(drop=True) if "retailer" in table else table
        for name, table in tables.items()
    }


# A policy that changes nothing, or something else


def test_a_price_changed_by_nothing_changes_nothing() -> None:
    same = {"retailers.Alpha.offers.year.price_cny_per_mwh": 490, "retailers.Alpha.desks.contact.scope": "market"}
    scenario = lively({"policies": {"same": same}})
    assert_identical(run(scenario, "same"), run(scenario))


BEFORE_POLICIES = [
    *(("lively", policy) for policy in sorted(base_market("lively").study.policies)),
    *((name, "turn_round") for name in EVERYTHING),
]


@pytest.mark.parametrize(("name", "policy"), BEFORE_POLICIES)
def test_base_and_policy_are_the_same_market_before_policies_begin(name: str, policy: str) -> None:
    scenario = base_market(name)
    base, changed = run(scenario), run(scenario, policy)
    for name, table in base.items():
        if name in (RELATIONS.name, MARGIN_CURVE.name):  # these begin with policies
            continue
        early, other = (plain(t[t["month"] < 3]).reset_index(drop=True) for t in (table, changed[name]))
        assert len(early) > 0
        pd.testing.assert_frame_equal(early, other, check_exact=True, obj=name)


def test_every_shipped_policy_begins_after_the_warm_up() -> None:
    for path in sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml")):
        small = {"run.agents": 100, "run.months": 4, "run.warmup_months": 3, "events": [], "assumptions": None}
        scenario = load_scenario(path, small)
        base = run(scenario)
        for policy in scenario.study.policies:
            changed = run(scenario, policy)
            for name, table in base.items():
                early, other = (plain(t[t["month"] < 3]).reset_index(drop=True) for t in (table, changed[name]))
                pd.testing.assert_frame_equal(early, other, check_exact=True, obj=f"{path.stem} {policy} {name}")


# Choices of those whom a change does not touch


def after(scenario: Scenario, policy: str, months: int) -> Records:
    """Return the customers after so many months."""
    with opened(scenario, policy) as model:
        for _ in range(months):
            model.step()
        return model.population.copy()


def test_who_would_not_choose_it_anyway_chooses_as_before() -> None:
    """Alpha's price cut wins some; everybody else, in the month in which it begins, does what it would have done."""
    scenario = frictionless(
        {
            **firms(420.0, 415.0, 418.0),
            "run.warmup_months": 3,
            "policies": {"cut": {"retailers.Alpha.offers.plan.price_cny_per_mwh": 400}},
        }
    )
    base, cut = (after(scenario, policy, 4) for policy in ("base", "cut"))
    before = after(scenario, "base", 3)
    won = (cut["retailer"] == ALPHA) & (base["retailer"] != ALPHA)
    assert 100 < won.sum() < 1000
    lost = (cut["retailer"] != ALPHA) & (base["retailer"] == ALPHA)
    assert not lost.any()
    others = cut["retailer"] != ALPHA
    assert (cut[others] == base[others]).all()
    assert (before["retailer"][others] == ALPHA).any()


def test_an_offer_to_one_segment_leaves_the_customers_of_another_alone() -> None:
    """Works flock to Alpha; shops neither hold nor hear of the offer. Without tickets no queue links them."""
    cut = {
        "retailers.Alpha.offers.works_only": {"kind": "fixed", "price_cny_per_mwh": 440, "segments": ["works"]},
    }
    changes: dict[str, Any] = {
        "segments.works.tickets_per_month": 0,
        "segments.shops.tickets_per_month": 0,
        "segments.homes.tickets_per_month": 0,
        "behaviour.complaints.enabled": False,
        "policies": {"cut": cut},
        "retailers.Alpha.tiers": None,
        "run.months": 12,
    }
    scenario = lively(changes)
    base, changed = (after(scenario, policy, 12) for policy in ("base", "cut"))
    shops, works = base["segment"] == SHOPS, base["segment"] == WORKS
    assert (base["retailer"][works] != changed["retailer"][works]).sum() > 20
    names = [name for name in base.dtype.names or () if name not in ("offer", "plan")]
    for name in names:
        assert np.array_equal(base[name][shops], changed[name][shops], equal_nan=True), name


def from_outside(model: RetailMarket) -> list[NDArray[np.float64]]:
    """Return what befalls each customer in a month whatever retailers do."""
    demand, supply = model.mechanism(Demand), model.mechanism(Reliability)
    assert demand is not None
    assert supply is not None
    fuel_price = demand.fuel_prices[demand.fuel]
    return [supply.outage_count, demand.passing, demand.plants.first_intensity, fuel_price]


def test_what_happens_to_customers_from_outside_is_the_same_under_a_policy() -> None:
    """Outages, unit consumption, season, shocks and noise of demand, and the prices of fuels and energy."""
    changes = {
        "policies": {"cheap": {"retailers.Alpha.offers.business.price_cny_per_mwh": 470}},
        "retailers.Gamma.strategy": None,
        "adaptation.imitation.enabled": False,
    }
    scenario = everything(changes)
    with opened(scenario) as base, opened(scenario, "cheap") as cheap:
        for _ in range(scenario.study.run.months):
            base.step()
            cheap.step()
            alive = (base.population["alive"] > 0) & (cheap.population["alive"] > 0)
            for one, other in zip(from_outside(base), from_outside(cheap), strict=True):
                assert np.array_equal(one[alive], other[alive])
            assert base.spot == cheap.spot
        assert (base.population["retailer"] != cheap.population["retailer"]).mean() > 0.05


def test_what_customers_are_never_depends_on_the_policy() -> None:
    scenario = lively()
    base, lane = (after(scenario, policy, 8) for policy in ("base", "lane"))
    for name in UNTOUCHED:
        assert (base[name] == lane[name]).all(), name


# Something more that nobody wants


def test_a_retailer_who_sells_to_nobody_in_reach_changes_nothing() -> None:
    """It sells to homes, which may not choose."""
    newcomer = {"offers": {"nobody": {"kind": "fixed", "price_cny_per_mwh": 100, "segments": ["homes"]}}}
    with_it, without_it = run(lively({"retailers": {"Bystander": newcomer}}), "lane"), run(lively(), "lane")
    assert_identical(without(with_it, "Bystander"), served(without_it))


COMPARED: dict[str, Any] = {
    "behaviour.fairness.bill_bound": 0,
    "segments.shops.consideration_offers": 50,
    "segments.works.consideration_offers": 50,
}
"""Without what any offer on sale changes, wanted or not: the mean of the market's offers, and the places among few."""
ONE_OFFER_EACH: dict[str, Any] = {
    **COMPARED,
    "retailers.Alpha.offers.rolling": None,
    "retailers.Beta.offers.blocks": None,
    "segments.shops.awareness": 0,
    "segments.works.awareness": 0,
}


@pytest.mark.parametrize(
    "terms",
    [
        {"offers": {"unknown": {"kind": "fixed", "price_cny_per_mwh": 480}}, "advertising_weight": 0},
        {"offers": {"absurd": {"kind": "fixed", "price_cny_per_mwh": 90000}}},
        {"offers": {"absurd": {"kind": "linked", "fee_cny_per_mwh": 90000, "term_months": 1}}},
    ],
)
def test_a_retailer_without_attraction_changes_nothing_else(terms: dict[str, Any]) -> None:
    with_it = run(lively({**ONE_OFFER_EACH, "retailers": {"Bystander": terms}}))
    assert_identical(without(with_it, "Bystander"), served(run(lively(ONE_OFFER_EACH))))


@pytest.mark.parametrize(("price", "wanted"), [(90000, False), (465, True)])
def test_an_offer_that_nobody_wants_changes_nothing(price: float, wanted: bool) -> None:
    offer = {"kind": "fixed", "price_cny_per_mwh": price, "term_months": 6}
    scenario = lively({**COMPARED, "policies.offer": {"retailers.Beta.offers.new": offer}})
    changed, base = run(scenario, "offer"), run(scenario)
    if wanted:
        assert not changed["flows"].equals(base["flows"])
    else:
        assert_identical(served(changed), served(base))


def test_a_lever_in_the_catalogue_that_nobody_uses_changes_nothing() -> None:
    unused = {"levers.aaa": {"effects": {"fairness": 0.9}, "hooks": {"deflected_share": 0.9}}}
    assert_identical(run(lively(unused)), run(lively()))


def test_a_policy_more_changes_no_other() -> None:
    more = {"policies.another": {"retailers.Alpha.offers.extra": {"kind": "fixed", "price_cny_per_mwh": 450}}}
    assert_identical(run(lively(more), "lane"), run(lively(), "lane"))


# Order


def turned(value: Any) -> Any:
    """Return plain data with every mapping in the opposite order."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(value)}
    if isinstance(value, list):
        return [turned(inner) for inner in value]
    return value


@pytest.mark.parametrize("name", ["lively", "frictionless"])
def test_the_order_of_names_in_the_file_changes_nothing(name: str, tmp_path: Path) -> None:
    data = yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8"))
    file = tmp_path / "turned.yaml"
    file.write_text(yaml.safe_dump(turned(data), sort_keys=False), encoding="utf-8")
    assert list(yaml.safe_load(file.read_text(encoding="utf-8"))["retailers"]) != list(data["retailers"])
    policy = "lane" if name == "lively" else "base"
    assert_identical(run(load_scenario(file), policy), run(base_market(name), policy))


def test_the_order_of_accounts_in_a_book_changes_nothing(tmp_path: Path) -> None:
    head, *accounts = BOOK.splitlines()
    tables = []
    for number, order in enumerate((accounts, accounts[::-1], sorted(accounts, key=lambda row: row.split(",")[2]))):
        folder = tmp_path / str(number)
        folder.mkdir()
        tables.append(run(book_market(folder, "\n".join([head, *order]) + "\n"), "lane"))
    assert_identical(tables[0], tables[1])
    assert_identical(tables[0], tables[2])


def test_an_account_more_moves_no_draw_of_another(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    few, many = book_market(tmp_path), book_market(tmp_path / "more", BOOK + "a0,300,town,B,Alpha,4\n")
    populations = []
    for scenario in (few, many):
        with opened(scenario) as model:
            populations.append(model.population[model.population["segment"] == WORKS].copy())
    known = populations[1][1:]
    assert len(known) == len(populations[0]) == 5
    for name in ("key", "price_sensitivity", "quality_weights", "digital_affinity", "joined"):
        assert (known[name] == populations[0][name]).all(), name


# One price horizon


def first_choice(terms: dict[str, Any]) -> Records:
    """Return the customers after the first month in which Alpha's terms hold."""
    terms = {f"retailers.Alpha.offers.plan.{name}": value for name, value in terms.items()}
    scenario = frictionless({"segments.users.customers": 6000, "policies": {"terms": terms}})
    return after(scenario, "terms", 2)


def test_a_bonus_moves_choices_as_a_price_cut_of_the_same_worth_a_year() -> None:
    """900 CNY over a year of 120 MWh are 7.5 CNY/MWh; only who comes from elsewhere gets the bonus."""
    scenario = frictionless({"segments.users.customers": 6000})
    before = after(scenario, "base", 1)
    usual, bonus, cut, both = (
        first_choice(terms)["retailer"]
        for terms in (
            {"signup_bonus_cny": 0},
            {"signup_bonus_cny": 900},
            {"price_cny_per_mwh": 412.5},
            {"signup_bonus_cny": 900, "price_cny_per_mwh": 427.5},
        )
    )
    elsewhere = before["retailer"] == BETA
    assert (bonus[elsewhere] == cut[elsewhere]).all()
    assert (bonus[elsewhere] != usual[elsewhere]).sum() > 100
    assert (bonus[~elsewhere] == usual[~elsewhere]).all()
    assert (both[elsewhere] == usual[elsewhere]).all()


def test_a_monthly_fee_moves_choices_as_a_price_rise_of_the_same_worth() -> None:
    fee, rise = first_choice({"fixed_fee_cny_per_month": 50}), first_choice({"price_cny_per_mwh": 425})
    usual = first_choice({"signup_bonus_cny": 0})
    assert (fee["retailer"] == rise["retailer"]).all()
    assert (fee["retailer"] != usual["retailer"]).sum() > 50
