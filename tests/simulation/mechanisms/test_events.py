"""Events that change the study, in a running market: from their month on, and not before."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.markets import Tables, by_month, lively, opened, plain, run

from marketsim.market.levers import lever_names
from marketsim.results.tables import DEFAULT_SUPPLIER
from marketsim.scenario.loaded import Scenario
from marketsim.simulation.mechanisms.events import Events

MONTH = 4
EVENTS: dict[str, dict[str, Any]] = {
    "opening": {"type": "opening"},
    "lever": {"type": "lever_change", "retailer": "Beta", "lever": "care", "intensity": 0.8},
    "breach": {"type": "breach", "retailer": "Alpha", "size": 0.3},
    "cap": {"type": "regulation", "changes": {"price_cap_cny_per_mwh": 470.0}},
    "standard": {
        "type": "regulation",
        "changes": {
            "service_standards.contact.minimum_share": 0.99,
            "service_standards.contact.penalty_cny_per_point": 100.0,
        },
    },
    "sharing": {"type": "regulation", "changes": {"spread_cap_cny_per_mwh": 5.0}},
}
OF_OTHERS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "price shock": ({"type": "price_shock", "size": 0.2}, {}),
    "ticket surge": ({"type": "ticket_surge", "size": 2.0}, {}),
    "storm": ({"type": "outage_storm", "size": 30.0, "regions": ["town"]}, {"reliability.enabled": True}),
    "exit": ({"type": "exit", "retailer": "Gamma"}, {}),
    "slump": ({"type": "demand_shock", "size": -0.3, "segments": ["works"]}, {"demand.enabled": True}),
    "closure": (
        {"type": "closure", "segment": "works", "share": 0.3, "notice_months": 0},
        {"demand.enabled": True},
    ),
    "dear gas": (
        {"type": "alternative_price_shock", "size": 3.0, "fuel": "gas"},
        {"demand.enabled": True, "segments.works.demand.substitutable_share": 0.3},
    ),
    "stress": ({"type": "credit_shock", "size": 2.0}, {"credit.enabled": True}),
}
"""Events that other mechanisms act on, and what must be on for them."""
NOT_COMPARED = ["regulator_penalties_cny", "list_price_cny_per_mwh"]
"""Columns that say more, or count otherwise, where the mechanism of an event is there at all."""


def happening(name: str, month: int = MONTH, **others: Any) -> dict[str, Any]:
    return {**EVENTS[name], "month": month, **others}


def market(*events: dict[str, Any], **changes: Any) -> Scenario:
    return lively({"events": list(events), **changes})


def months(table: pd.DataFrame, low: int, high: int) -> pd.DataFrame:
    kept = plain(table)[table["month"].between(low, high - 1)].reset_index(drop=True)
    return kept.drop(columns=NOT_COMPARED, errors="ignore")


def assert_same_before(calm: Tables, stirred: Tables) -> None:
    for table, values in calm.items():
        before = (months(found, 0, MONTH) for found in (stirred[table], values))
        pd.testing.assert_frame_equal(*before, check_exact=True, obj=table)


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_changes_its_month_and_later_ones_and_none_before(name: str) -> None:
    calm, stirred = run(market()), run(market(happening(name)))
    assert_same_before(calm, stirred)
    later = [not months(stirred[name], MONTH, 8).equals(months(values, MONTH, 8)) for name, values in calm.items()]
    assert any(later)


@pytest.mark.parametrize("name", OF_OTHERS)
def test_events_of_other_mechanisms_leave_the_months_before_alone_too(name: str) -> None:
    event, switches = OF_OTHERS[name]
    calm, stirred = run(market(**switches)), run(market({**event, "month": MONTH}, **switches))
    assert_same_before(calm, stirred)
    assert not months(stirred["retailer_month"], MONTH, 8).equals(months(calm["retailer_month"], MONTH, 8))


def test_the_mechanism_is_built_only_for_events_of_its_own() -> None:
    assert not Events.is_used(lively())
    with opened(market()) as model:
        assert model.mechanism(Events) is None
    with opened(market(happening("breach"))) as model:
        assert model.mechanism(Events) is not None


# Opening


def homes_at(tables: dict[str, pd.DataFrame], month: int) -> dict[str, float]:
    table = plain(tables["segment_month"])
    rows = table[(table["segment"] == "homes") & (table["month"] == month)]
    return rows.groupby("retailer")["customers"].sum().to_dict()


@pytest.mark.parametrize("policy", ["base", "nothing"])
@pytest.mark.parametrize("month", [1, MONTH])
def test_customers_choose_from_the_month_of_the_opening_on(policy: str, month: int) -> None:
    tables = run(market(happening("opening", month)), policy)
    for before in range(month + 1):
        assert homes_at(tables, before) == {DEFAULT_SUPPLIER: pytest.approx(900)}
    later = homes_at(tables, 7)
    assert sum(later.values()) == pytest.approx(900)
    assert later["Alpha"] + later["Beta"] > 90


def test_an_opening_opens_the_named_segments_only() -> None:
    changes = {"segments.shops.contestable": False}
    tables = run(market(happening("opening", segments=["homes"]), **changes))
    table = plain(tables["segment_month"])
    assert set(table.loc[table["segment"] == "shops", "retailer"]) == {DEFAULT_SUPPLIER}
    assert len(homes_at(tables, 7)) > 1


# Levers


def intensities(scenario: Scenario, policy: str, retailer: str, lever: str, count: int) -> list[float]:
    found = []
    with opened(scenario, policy) as model:
        for _ in range(count):
            model.step()
            found.append(model.intensities.get((retailer, lever), 0.0))
    return found


def test_a_lever_ramps_to_the_intensity_of_the_event_and_back_when_it_ends() -> None:
    event = happening("lever", 2, duration_months=4)
    for policy in ("base", "nothing"):
        path = intensities(market(event, **{"levers.care.ramp_months": 1}), policy, "Beta", "care", 8)
        assert path == pytest.approx([0, 0, 0, 0.8, 0.8, 0.8, 0.8, 0.0])


def test_an_event_stands_above_a_policy_while_it_lasts() -> None:
    event = happening("lever", 2, duration_months=4)
    path = intensities(market(event, **{"levers.care.ramp_months": 1}), "lane", "Beta", "care", 8)
    assert path == pytest.approx([0, 0, 0, 0.8, 0.8, 0.8, 0.8, 0.5])


def test_targets_that_retailers_have_set_themselves_outlast_an_event_about_another_lever() -> None:
    with opened(market(happening("lever", 2))) as model:
        model.step()
        row = lever_names(model.frame, model.study).index(("Alpha", "app"))
        model.levers.rows["target"][row] = 0.35
        model.step()
        model.step()
        names = lever_names(model.frame, model.study)
        targets = dict(zip(names, model.levers.rows["target"].tolist(), strict=True))
        assert targets[("Beta", "care")] == 0.8
        assert targets[("Alpha", "app")] == 0.35
        assert targets[("Alpha", "care")] == 1.0


# Breaches


def assurance(scenario: Scenario, retailer: str) -> pd.Series:  # type: ignore[type-arg]
    table = plain(run(scenario)["segment_month"])
    table = table[table["retailer"] == retailer]
    weighted = (table["quality_assurance"] * table["customers"]).groupby(table["month"]).sum()
    return weighted / table.groupby("month")["customers"].sum()


def test_a_breach_costs_the_assurance_of_its_retailers_customers_and_fades() -> None:
    loyal = {f"segments.{name}.search_rate": 0.0 for name in ("works", "shops", "homes")}
    offers = {"retailers.Alpha.offers.year.term_months": 60, "retailers.Alpha.offers.rolling": None}
    calm, stirred = market(**loyal, **offers), market(happening("breach", 1), **loyal, **offers)
    lost = assurance(calm, "Alpha") - assurance(stirred, "Alpha")
    assert lost.to_numpy() == pytest.approx([0.0, *(0.3 * 0.5 ** (np.arange(7) / 6))], abs=1e-3)
    assert (assurance(calm, "Beta") == assurance(stirred, "Beta")).all()


def test_a_second_breach_adds_to_the_first() -> None:
    loyal = {f"segments.{name}.search_rate": 0.0 for name in ("works", "shops", "homes")}
    offers = {"retailers.Alpha.offers.year.term_months": 60, "retailers.Alpha.offers.rolling": None}
    twice = [happening("breach", 1), happening("breach", 2, size=0.2)]
    lost = assurance(market(**loyal, **offers), "Alpha") - assurance(market(*twice, **loyal, **offers), "Alpha")
    faded = 0.3 * 0.5 ** (1 / 6)
    assert lost.to_numpy()[:4] == pytest.approx([0.0, 0.3, faded + 0.2, (faded + 0.2) * 0.5 ** (1 / 6)], abs=2e-3)


def test_a_breach_is_fined_once() -> None:
    scenario = market(happening("breach"), **{"information.breach_fine_cny": 7000.0})
    fines = by_month(run(scenario)["retailer_month"], "Alpha", "compensation_cny")
    assert fines.tolist() == [0.0] * MONTH + [7000.0] + [0.0] * 3
