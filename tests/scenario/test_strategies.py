"""Strategies in a scenario file: what is refused, and what imitators are given."""

from __future__ import annotations

from typing import Any

import pytest
from tests.markets import frictionless, lively

from marketsim.errors import ScenarioError
from marketsim.scenario.imitation import with_visible_levers
from marketsim.scenario.strategy import PricingRule, Strategy, acts


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"retailers.Alpha.strategy.kind": "undercut"}, "cost_plus"),
        ({"retailers.Alpha.strategy.kind": "target_segment"}, "target_segment needs the segments"),
        ({"retailers.Alpha.strategy": {"kind": "target_segment", "targets": ["farms"]}}, "no segment farms"),
        ({"retailers.Alpha.strategy.by_segment": {"farms": {"kind": "value"}}}, "no segment farms"),
        (
            {"retailers.Alpha.strategy.by_segment": {"works": {"kind": "value"}}},
            "it has one price; make segment works an offer",
        ),
        ({"retailers.Alpha.strategy.enters": "when_profitable"}, "has 0.4 of all segments at the start"),
        ({"retailers.Alpha.strategy.parameters": {"a-b": 1}}, "must be a name of Python"),
        ({"retailers.Alpha.strategy.parameters": {"a": {"b": [float("inf")]}}}, "finite numbers"),
        ({"retailers.Alpha.strategy.floor_margin_cny_per_mwh": 1e9}, "between"),
    ],
)
def test_what_makes_no_sense_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        lively(changes)


def test_who_waits_must_have_a_way_in() -> None:
    newcomer = {
        "offers": {"plan": {"kind": "fixed", "price_cny_per_mwh": 400}},
        "strategy": {"enters": "when_profitable"},
    }
    with pytest.raises(ScenarioError, match="nothing would ever let Gamma in"):
        frictionless({"retailers": {"Gamma": newcomer}})
    assert frictionless({"retailers": {"Gamma": newcomer}, "adaptation.entry.enabled": True})
    event = {"type": "entrant", "month": 3, "retailer": "Gamma"}
    assert frictionless({"retailers": {"Gamma": newcomer}, "events": [event]})


def test_only_what_can_change_something_acts() -> None:
    assert not acts(Strategy())
    assert not acts(Strategy(review_months=1, by_segment={"works": PricingRule()}))
    assert acts(Strategy(by_segment={"works": PricingRule(kind="value")}))
    assert acts(Strategy(staff_to_target=True))


def test_imitators_get_what_rivals_show_at_intensity_0_and_whom_it_covers() -> None:
    study = lively({"adaptation.imitation": {"enabled": True, "hidden_levers": ["app"]}}).study
    planted = with_visible_levers(study)
    for name in ("Beta", "Gamma"):
        assert list(planted.retailers[name].levers) == ["care"]
        assert planted.retailers[name].levers["care"].intensity == 0.0
        assert planted.retailers[name].levers["care"].tiers == ("key", "quality")
    assert planted.retailers["Alpha"].levers == study.retailers["Alpha"].levers
    plain = lively().study
    assert with_visible_levers(plain) is plain
