"""Customers, energy, money and tickets are conserved in every scenario (V1-V4)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.markets import EVERYTHING, base_market, everything, lively, plain, run
from tests.theory.conservation import Lived, check_all, check_run, live_through

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


def without(mechanism: str) -> dict[str, Any]:
    """Return the changes that switch a mechanism off; nobody can wait for a market that nobody enters."""
    waiting: dict[str, Any] = {"retailers.Epsilon": None} if mechanism == "adaptation.entry" else {}
    return {f"{mechanism}.enabled": False, **waiting}


def events_of(name: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = base_market(name).study.model_dump(mode="json")["events"]
    return events


def refused(switched_off: Iterable[str]) -> set[str]:
    """Return the types of events that need any of the mechanisms."""
    return {event for mechanism in switched_off for event in NEEDED_BY.get(mechanism, ())}


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
    name, policy = EVERYTHING[number % 2], ("base", "turn_round")[number // 2 % 2]
    kept = [event for event in events_of(name) if event["type"] not in refused([mechanism])]
    check_run(everything({**without(mechanism), "events": kept}, name), policy)


def test_settings_without_a_switch_can_be_left_out() -> None:
    """Prices besides the list, rules of the regulator, events and decisions."""
    hold = {f"retailers.{name}.strategy": None for name in ("Beta", "Gamma", "Delta")}
    quiet: dict[str, Any] = {"retailers.Alpha.pricing": None, "market.rules": None, "events": []}
    check_run(everything({**hold, **quiet}, EVERYTHING[1]), "turn_round")


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


@settings(deadline=None, derandomize=True, max_examples=8)
@given(st.sets(st.sampled_from(SWITCHES)), st.sampled_from(EVERYTHING), st.integers(0, 2**40))
def test_so_does_any_choice_of_mechanisms(switched_off: set[str], name: str, seed: int) -> None:
    changes = {"run.seed": seed, "run.months": 7}
    for mechanism in sorted(switched_off):
        changes |= without(mechanism)
    kept = [event for event in events_of(name) if event["type"] not in refused(switched_off)]
    check_run(everything({**changes, "events": kept}, name), "turn_round")


# The checks themselves notice what they are for


@pytest.mark.parametrize(
    ("table", "column"),
    [
        *(("retailer_month", f"{name}_cny") for name in ("revenue", "network", "penalty", "payments", "cash")),
        *(("retailer_month", f"{name}_cny") for name in ("written_off", "capex", "deposits", "bad_debt", "stranded")),
        *(("retailer_month", name) for name in ("customers", "joins", "leaves", "hedged_mwh", "spot_mwh")),
        *(("segment_month", name) for name in ("customers", "energy_mwh", "revenue_cny", "leaves", "closures")),
        *(("market_month", name) for name in ("customers", "closed_customers", "switches")),
        *(("desk_month", name) for name in ("arrivals", "served", "backlog")),
        ("flows", "customers"),
    ],
)
def test_the_checks_notice_what_is_missing(table: str, column: str) -> None:
    lived = everything_lived()
    tables = {name: frame.copy() for name, frame in lived.tables.items()}
    row = tables[table].index[tables[table]["month"] == 4][0]
    tables[table].loc[row, column] += (100 if "cny" in column else 0.5) + 0.01 * abs(tables[table].loc[row, column])
    with pytest.raises(AssertionError):
        check_all(tables, lived.customers, lived.used_mwh, 200)


@pytest.mark.parametrize("lost", [-1.0, 1.0])
def test_the_checks_notice_energy_that_customers_know_nothing_of(lost: float) -> None:
    lived = everything_lived()
    check_all(lived.tables, lived.customers, lived.used_mwh, 200)
    with pytest.raises(AssertionError):
        check_all(lived.tables, lived.customers, lived.used_mwh + lost, 200)


@cache
def everything_lived() -> Lived:
    """Return a run of a market where everything happens."""
    return live_through(base_market(EVERYTHING[0]))
