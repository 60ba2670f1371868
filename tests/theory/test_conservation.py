"""Customers, energy, money and tickets are conserved in every scenario (V1-V4)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.markets import EVERYTHING, base_market, everything, lively, plain, run
from tests.theory.conservation import check_customers, check_energy, check_money, check_run, check_tickets

from marketsim.scenario.loaded import Scenario
from marketsim.scenario.loading import load_scenario

SCENARIOS = sorted(Path(__file__).parents[2].glob("scenarios/*.yaml"))
WARM_UP, MONTHS = 2, 8
SMALL = {"run.agents": 150, "run.months": MONTHS, "run.warmup_months": WARM_UP, "run.evaluate_from_month": None}
SWITCHES = (
    *("information", "reliability", "demand", "word_of_mouth", "credit", "settlement"),
    *(f"adaptation.{name}" for name in ("entry", "exit", "imitation")),
    *("behaviour.complaints", "behaviour.fairness"),
)
"""All that can be switched off by `enabled`."""
NEEDED_BY = {
    "reliability": ("outage_storm",),
    "demand": ("closure", "demand_shock", "alternative_price_shock"),
    "credit": ("credit_shock",),
    "adaptation.entry": (),
}
"""Events that would be refused where a mechanism is off."""


def shortened(path: Path) -> Scenario:
    """Return a shipped scenario with few agents and months; what was to happen later happens early."""
    events = {
        f"events.{number}.month": min(event.month, WARM_UP + 1 + number % 3)
        for number, event in enumerate(load_scenario(path).study.events)
    }
    return load_scenario(path, {**SMALL, **events})


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_shipped_scenario_conserves_everything(path: Path) -> None:
    scenario = shortened(path)
    for policy in ("base", list(scenario.study.policies)[-1]):
        check_run(scenario, policy)


def without(mechanism: str, name: str) -> Scenario:
    """Return the market where everything happens with one mechanism off, and without the events that need it."""
    events = base_market(name).study.model_dump(mode="json")["events"]
    left = [event for event in events if event["type"] not in NEEDED_BY.get(mechanism, ())]
    changes: dict[str, Any] = {f"{mechanism}.enabled": False, "events": left}
    if mechanism == "adaptation.entry":
        changes["retailers.Epsilon"] = None
    return everything(changes, name)


@pytest.mark.parametrize("name", EVERYTHING)
@pytest.mark.parametrize("policy", ["base", "turn_round"])
def test_everything_at_once_conserves_everything(name: str, policy: str) -> None:
    books = plain(check_run(base_market(name), policy)["retailer_month"])
    for column in ("bad_debt", "compensation", "marketing", "deviation", "penalty", "capex", "deposits", "acquisition"):
        assert books[f"{column}_cny"].sum() > 0, column


@pytest.mark.parametrize("mechanism", SWITCHES)
def test_each_mechanism_off_conserves_everything(mechanism: str) -> None:
    """Alternately in the one and the other market, in the base and under a policy."""
    number = SWITCHES.index(mechanism)
    check_run(without(mechanism, EVERYTHING[number % 2]), ("base", "turn_round")[number // 2 % 2])


def test_settings_without_a_switch_can_be_left_out() -> None:
    """Prices besides the list, rules of the regulator, events and decisions."""
    plain_prices = {f"retailers.{name}.pricing": None for name in ("Alpha",)}
    hold = {f"retailers.{name}.strategy": None for name in ("Beta", "Gamma", "Delta")}
    check_run(everything({**plain_prices, **hold, "market.rules": None, "events": []}, EVERYTHING[1]), "turn_round")


@pytest.mark.parametrize("policy", ["base", *base_market("lively").study.policies])
def test_the_lively_market_conserves_everything(policy: str) -> None:
    check_run(lively({"run.months": 14}), policy)


def test_customers_are_conserved_exactly_where_each_is_one_agent() -> None:
    changes = {"run.agents": "all", "segments.shops.customers": 300, "segments.homes.customers": 40}
    books = plain(run(lively(changes))["retailer_month"])
    served = books.pivot(index="month", columns="retailer", values="customers")
    moved = books.assign(net=books["joins"] - books["leaves"]).pivot(index="month", columns="retailer", values="net")
    assert (served.sum(axis=1) == 460).all()
    assert (served.diff().iloc[1:].to_numpy() == moved.iloc[:-1].to_numpy()).all()


def test_who_loses_its_offer_is_counted_when_it_falls_to_the_default_supplier() -> None:
    """Gamma wins shops in the first months and then sells them nothing any more; few of them look around."""
    changes = {
        "run.months": 10,
        "run.agents": "all",
        "retailers.Gamma.offers.bands.price_cny_per_mwh": 380,
        "segments.shops.search_rate": 0.5,
        "behaviour.choice.search_bill": 0,
    }
    tables = check_run(lively(changes), "withdrawn")
    flows = plain(tables["flows"])
    fallen = flows[(flows["to_retailer"] == "default supplier") & (flows["segment"] == "shops")]
    assert set(fallen["from_retailer"]) == {"Gamma"}
    assert fallen["month"].min() >= 3
    assert fallen["customers"].sum() > 100


LEVELS: dict[str, Any] = {
    "run.agents": st.sampled_from([10, 57, 150]),
    "run.seed": st.integers(0, 2**40),
    "run.warmup_months": st.integers(0, 4),
    "market.contract_calendar": st.sampled_from(["staggered", "calendar_year"]),
    "market.spot.innovation_sd": st.sampled_from([0.0, 0.3]),
    "market.network_cny_per_mwh": st.sampled_from([0, 200]),
    "market.default_supplier.wait_multiple": st.sampled_from([0.0, 3.0]),
    "segments.works.search_rate": st.sampled_from([0.0, 0.5, 20.0]),
    "segments.works.tickets_per_month": st.sampled_from([0.0, 3.0, 200.0]),
    "segments.shops.contestable": st.booleans(),
    "segments.shops.consideration_offers": st.sampled_from([1, 3, 50]),
    "segments.shops.energy_sigma": st.sampled_from([0.0, 2.0]),
    "behaviour.choice.window_months": st.sampled_from([1, 3]),
    "behaviour.choice.outside_window_factor": st.sampled_from([0.0, 1.0]),
    "behaviour.complaints.intercept": st.sampled_from([-3.5, 3.0]),
    "retailers.Alpha.offers.year.term_months": st.sampled_from([1, 12, 24]),
    "retailers.Alpha.tiers.key.rule.value_pct": st.sampled_from([0, 30, 100]),
    "retailers.Alpha.desks.contact.staff_factor": st.sampled_from([0.3, 1.0]),
    "retailers.Alpha.costs.payment_lag_months": st.integers(0, 4),
    "retailers.Beta.desks.contact.first_contact_resolution": st.sampled_from([0.2, 1.0]),
    "retailers.Beta.desks.case.discipline": st.sampled_from(["fifo", "priority", "dedicated"]),
    "retailers.Beta.procurement.hedge_ratio": st.sampled_from([0.0, 1.4]),
    "retailers.Gamma.desks.contact.heads": st.sampled_from([0.1, 30]),
}


@settings(deadline=None, derandomize=True, max_examples=25)
@given(st.fixed_dictionaries({}, optional=LEVELS), st.sampled_from(["base", "lane", "withdrawn"]))
def test_any_market_conserves_everything(changes: dict[str, Any], policy: str) -> None:
    if not changes.get("segments.shops.contestable", True):
        changes = {**changes, "policies.withdrawn": None}
        policy = "base" if policy == "withdrawn" else policy
    check_run(lively({**changes, "run.months": 6}), policy)


# The checks themselves notice what they are for


@pytest.mark.parametrize(
    ("table", "column", "checker"),
    [
        ("retailer_month", "joins", lambda tables: check_customers(tables, 4020)),
        ("segment_month", "customers", lambda tables: check_customers(tables, 4020)),
        ("flows", "customers", lambda tables: check_customers(tables, 4020)),
        (
            "segment_month",
            "energy_mwh",
            lambda tables: check_energy(tables, tables["retailer_month"].energy_mwh[:4].sum()),
        ),
        (
            "retailer_month",
            "hedged_mwh",
            lambda tables: check_energy(tables, tables["retailer_month"].energy_mwh[:4].sum()),
        ),
        ("retailer_month", "penalty_cny", check_money),
        ("retailer_month", "payments_cny", check_money),
        ("retailer_month", "cash_cny", check_money),
        ("retailer_month", "written_off_cny", check_money),
        ("retailer_month", "capex_cny", check_money),
        ("retailer_month", "deposits_cny", check_money),
        ("retailer_month", "bad_debt_cny", check_money),
        ("desk_month", "served", check_tickets),
        ("desk_month", "backlog", check_tickets),
    ],
)
def test_the_checks_notice_what_is_missing(table: str, column: str, checker: Any) -> None:
    tables: dict[str, pd.DataFrame] = {name: frame.copy() for name, frame in run(lively()).items()}
    checker(tables)
    row = tables[table].index[tables[table]["month"] == 4][0]
    tables[table].loc[row, column] += 0.5 + 0.01 * abs(tables[table].loc[row, column])
    with pytest.raises(AssertionError):
        checker(tables)
