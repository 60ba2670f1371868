from __future__ import annotations

import pytest
from tests.reporting.handmade import PROFIT, UP, handmade
from tests.reporting.synthetic import FakeResult

from marketsim.reporting.agents import few_agents
from marketsim.reporting.assumptions import assumed
from marketsim.reporting.mechanisms import mechanism_of, mechanisms_of
from marketsim.reporting.method import method
from marketsim.reporting.report_tables import assumed_tables, mechanisms_table
from marketsim.reporting.view import StudyView


def study(**parts: object) -> StudyView:
    result = handmade({"lane": {PROFIT: UP}})
    result.manifest["scenario"].update(parts)
    return StudyView(result)


def on(view: StudyView) -> set[str]:
    return {mechanism.title for mechanism in mechanisms_of(view) if mechanism.is_on}


def test_mechanisms_are_on_where_the_study_switches_them_on() -> None:
    assert on(study()) == set()
    view = study(
        credit={"enabled": True}, adaptation={"exit": {"enabled": True}}, behaviour={"fairness": {"enabled": True}}
    )
    assert on(view) == {"late payment and default", "exit of retailers", "envy of others' better treatment"}


@pytest.mark.parametrize(
    ("parts", "title"),
    [
        ({"retailers": {"Alpha": {"strategy": {"kind": "competitor"}}}}, "strategies of retailers"),
        ({"policies": {"lane": {"retailers.Beta.strategy.kind": "smart"}}}, "strategies of retailers"),
        (
            {"retailers": {"Alpha": {"pricing": {"brokers": {"signings_share": 0.3}}}}},
            "prices for single customers, green offers",
        ),
        ({"market": {"regions": {}, "rules": {"price_cap_cny_per_mwh": 500.0}}}, "price caps and service standards"),
        ({"events": [{"type": "price_shock", "month": 3}]}, "events"),
    ],
)
def test_mechanisms_without_a_switch_act_where_they_are_used(parts: dict[str, object], title: str) -> None:
    assert on(study(**parts)) == {title}


def test_a_parameter_belongs_to_the_mechanism_of_its_section() -> None:
    mechanisms = mechanisms_of(study())
    found = {
        path: mechanism.title if (mechanism := mechanism_of(path, mechanisms)) else ""
        for path in (
            "credit.limit",
            "retailers.*.records.sources",
            "behaviour.fairness.base",
            "behaviour.satisfaction.x",
        )
    }
    assert list(found.values()) == [
        "late payment and default", "wrong and ageing customer records", "envy of others' better treatment", "",
    ]  # fmt: skip


def test_the_method_says_who_reacts() -> None:
    texts = dict(method(study(retailers={"Alpha": {}, "Beta": {"strategy": {"kind": "match_price"}}})))
    assert "act on what they see of the market: Beta (match price)." in texts["Rivals"]
    assert "Alpha otherwise keeps offers" in texts["Rivals"]
    assert "No retailer divides its customers into tiers." in texts["Market" if "Market" in texts else "The market"]
    assert "again when policies begin" in texts["Queues"]


def test_assumptions_are_sorted_by_mechanism_and_those_switched_off_left_out(lanes: FakeResult) -> None:
    view = StudyView(lanes)
    patterns = [item.pattern for item in assumed(view)]
    assert not [pattern for pattern in patterns if pattern.startswith(("credit.", "demand.", "reliability."))]
    tables = {table.caption: table for table in assumed_tables(assumed(view))}
    assert "The market itself" in tables
    fairness = tables["Envy of others' better treatment"]
    row = next(row for row in fairness.rows if row[0].text == "behaviour.fairness.wait_weight")
    assert row[2].text == "default"
    sales = next(row for row in tables["The market itself"].rows if row[0].text == "segments.*.search_rate")
    assert sales[2].text in ("set", "default")
    switches = {row[0].text: row[1].text for row in mechanisms_table(view).rows}
    assert switches["envy of others' better treatment"] == "on"
    assert switches["late payment and default"] == "off"


def crowd(agents: int | str, customers: tuple[int, int] = (100, 10_000)) -> str:
    segments = {
        "large": {"contestable": True, "customers": customers[0], "energy_mwh_per_month": 2000.0},
        "small": {"contestable": True, "customers": customers[1], "energy_mwh_per_month": 1.0},
    }
    view = study(segments=segments)
    view.study["run"]["agents"] = agents  # type: ignore[index]
    return few_agents(view)


def test_few_agents_are_a_caution() -> None:
    assert "85% of the energy rests on 90 agents (fewer than 500)" in crowd(500)
    assert "fewer than 50 agents stand for" in crowd(60)
    assert crowd("all") == "", "every customer is an agent, so nothing is sampled"
    assert crowd(20_000) == ""


def test_many_agents_are_none() -> None:
    assert crowd(4000, (3000, 10_000)) == ""
