from __future__ import annotations

from dataclasses import replace

import pytest
from tests.reporting.charts.drawing import chart_of
from tests.reporting.handmade import DOWN, ENERGY, MORE, NOTHING, ORDINARY, PROFIT, UNCLEAR, UP, handmade

from marketsim.reporting.charts.front import front
from marketsim.reporting.charts.policy_map import policy_map
from marketsim.reporting.measures import Measure
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi
from marketsim.results.tables import BASE

AIMS = (Measure(kpi("satisfaction"), "ordinary"), Measure(kpi("profit_cny_per_year")))
POLICIES = {
    "rich": {PROFIT: MORE, ORDINARY: DOWN, ENERGY: UP},
    "kind": {PROFIT: DOWN, ORDINARY: MORE, ENERGY: DOWN},
    "both": {PROFIT: UP, ORDINARY: UP, ENERGY: UP},
    "neither": {PROFIT: DOWN, ORDINARY: DOWN, ENERGY: NOTHING},
    "vague": {PROFIT: UNCLEAR, ORDINARY: NOTHING, ENERGY: NOTHING},
}


def test_the_front_has_what_no_other_beats_in_both_aims() -> None:
    view = StudyView(handmade(POLICIES))
    found = front(view, [BASE, *POLICIES], AIMS)
    assert found.by_means == ("rich", "both", "kind"), "by rising satisfaction"
    assert set(found.untold) == {"rich", "both", "kind"}


def test_what_cannot_be_told_to_be_beaten_is_on_the_front() -> None:
    policies = {"good": POLICIES["both"], "nearly": {PROFIT: (3.0, 1.0, 1.0, 2.9), ORDINARY: UP, ENERGY: UP}}
    view = StudyView(handmade(policies))
    found = front(view, [BASE, *policies], AIMS)
    assert found.by_means == ("good",), "its means are higher"
    assert found.untold == ("good", "nearly"), "by less than can be told"


def test_equal_policies_do_not_beat_each_other() -> None:
    policies = {"one": POLICIES["both"], "twin": POLICIES["both"]}
    found = front(StudyView(handmade(policies)), [BASE, *policies], AIMS)
    assert found.by_means == found.untold == ("one", "twin")


def test_the_map_names_its_front_and_joins_it() -> None:
    chart = chart_of(handmade(POLICIES), policy_map)
    assert chart.finding.endswith("On the front, where no other can be told to be better in both: rich, kind and both.")
    assert chart.message == "No policy can be told to beat rich, kind and both in both profit and satisfaction"
    panel = chart.panels[0]
    assert panel.front == ("rich", "both", "kind")
    assert {point.name: point.size > 0 for point in panel.points} == dict.fromkeys([BASE, *POLICIES], True)


def test_a_long_front_is_counted() -> None:
    names = {f"a_policy_with_a_long_name_{number}": POLICIES["both"] for number in range(3)}
    chart = chart_of(handmade(names), policy_map)
    assert chart.message == "Base and policies on the front of profit and satisfaction: 3 of 4"


@pytest.mark.parametrize(("language", "words"), [("en", "without ordinary customers: none"), ("zh", "没有普通客户")])
def test_a_policy_without_ordinary_customers_is_named_under_the_map(language: str, words: str) -> None:
    result = handmade({**POLICIES, "none": {PROFIT: UP, ENERGY: UP}})
    gone = (result.summary["policy"] == "none") & (result.summary["tier"] == "ordinary")
    chart = chart_of(replace(result, summary=result.summary[~gone]), policy_map, language)
    assert words in chart.figure.get_supxlabel()
    assert "none" not in set(chart.data["policy"])
