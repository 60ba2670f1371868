"""A mechanism that is switched off is not there: whatever its parameters, the market is the same to the last bit."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel
from tests.markets import assert_identical, lively, opened, run

from marketsim.scenario.adaptation import Entry, Exit, Imitation
from marketsim.scenario.credit import Collection, Credit
from marketsim.scenario.demand import Demand, SegmentDemand
from marketsim.scenario.information import CustomerRecords, Information
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.outline import shape_of
from marketsim.scenario.reliability import OutagePromise, Reliability
from marketsim.scenario.settlement import Settlement
from marketsim.scenario.word_of_mouth import Marketing, WordOfMouth
from marketsim.simulation.mechanisms.portraits import TrueTags

MARKET: dict[str, Any] = {
    "levers.app.costs.capex_cny": 1e5,
    "retailers.Alpha.kind": "grid",
    "retailers.Gamma.costs.overhead_cny_per_month": 3e7,
}
"""Something to copy, and somebody who is soon bankrupt."""
WAITING: dict[str, Any] = {
    "retailers.Gamma.initial_share": 0,
    "retailers.Gamma.initial_share_by_segment": None,
    "retailers.Gamma.strategy.enters": "when_profitable",
    "retailers.Beta.initial_share": 0.55,
    "events": [{"type": "entrant", "month": 7, "retailer": "Gamma"}],
}
"""Somebody who could enter earlier than an event brings it in."""


def other(value: Any, low: float | None, high: float | None, whole: bool) -> Any:
    """Return another number within bounds: about twice as much, or half the way down where that is too much."""
    raised = 2 * (value or 0) + (1 if whole else 0.25)
    if high is None or raised <= high:
        return raised
    lowered = (value + (low or 0)) / 2
    return int(lowered) if whole else lowered


def others(section: BaseModel, path: str) -> dict[str, Any]:
    """Return changes of all numbers, switches and choices of a section and its parts; lists and names stay."""
    changes: dict[str, Any] = {}
    for name, field in type(section).model_fields.items():
        shape, value = shape_of(field.annotation, field), getattr(section, name)
        if name == "enabled":
            continue
        if isinstance(value, BaseModel):
            changes |= others(value, f"{path}.{name}")
        elif shape.kind in ("number", "whole"):
            changes[f"{path}.{name}"] = other(value, *shape.bounds, shape.kind == "whole")
        elif shape.kind == "switch":
            changes[f"{path}.{name}"] = not value
        elif shape.kind == "choice":
            changes[f"{path}.{name}"] = next(word for word in reversed(shape.choices) if word != value)
    return changes


def hooks(**values: float) -> dict[str, Any]:
    """Return the changes that give Alpha's lever hooks by which only the mechanism acts."""
    return {f"levers.app.hooks.{name}": value for name, value in values.items()}


def by_segment(section: BaseModel) -> dict[str, Any]:
    """Return the changes of a part of all segments."""
    names = ("works", "shops", "homes")
    return {path: value for name in names for path, value in others(section, f"segments.{name}.demand").items()}


MECHANISMS: dict[str, dict[str, Any]] = {
    "information": {
        **others(Information(), "information"),
        **others(CustomerRecords(), "retailers.Alpha.records"),
        "retailers.Beta.records.sources": {"crm": 0.2, "metering": 0.7},
        **hooks(coverage_gain=0.3, updates_gain_per_year=5, skill_gain=0.5, silo_saving=0.5),
        **hooks(need_accuracy_gain=0.5, breach_saving=0.5),
    },
    "reliability": {
        **others(Reliability(), "reliability"),
        **others(OutagePromise(), "retailers.Alpha.outage_promise"),
        "reliability.outages_per_year": {"town": 40, "village": 80},
        "reliability.field_jobs_per_outage": {"works": 2},
        **hooks(outage_rate_factor=0.5, region_outage_saving=0.5, restoration_saving=0.5, locate_saving=0.5),
    },
    "demand": {
        **others(Demand(), "demand"),
        **by_segment(SegmentDemand()),
        "demand.season": [0.5, 1.5] * 6,
        "demand.fuels.gas.price_cny_per_mwh": 300,
        **hooks(energy_saving_share=0.3, intensity_saving_share=0.3, electrification_logits=2),
    },
    "word_of_mouth": {
        **others(WordOfMouth(), "word_of_mouth"),
        **others(Marketing(), "retailers.Alpha.marketing"),
        "retailers.Alpha.marketing.budget_cny_per_month": 1e6,
        "retailers.Alpha.marketing.fading_brand_logits": {"shops": 0.2},
        **hooks(advertising_gain=0.5, talk_gain_contacts=3),
    },
    "credit": {
        **others(Credit(), "credit"),
        **others(Collection(), "retailers.Alpha.collection"),
        **hooks(late_saving=0.5, default_gain=0.1),
    },
    "settlement": {
        **others(Settlement(), "settlement"),
        "retailers.Alpha.procurement.own_generation_share": 0.7,
        "retailers.Beta.procurement.forecast_bias": 0.2,
        **hooks(forecast_saving=0.5),
    },
    # an event that brings somebody in gives it the capital, too
    "adaptation.entry": {
        **others(Entry(), "adaptation.entry"),
        "adaptation.entry.capital_cny": Entry().capital_cny,
        "adaptation.entry.margin_threshold_cny_per_mwh": 1,
    },
    "adaptation.exit": others(Exit(), "adaptation.exit") | {"adaptation.exit.months": 1},
    "adaptation.imitation": others(Imitation(), "adaptation.imitation")
    | {"retailers.Beta.strategy.imitation_hazard": 0.9, "adaptation.imitation.hidden_levers": ["care"]},
}
"""Changes of all that acts by a mechanism alone."""

KEPT = ("voltage_quality_by_region", "tolerance_hours", "external_awareness_per_year", "protected_segments")
"""Settings by name that stay as they are."""


def market(mechanism: str, changes: dict[str, Any]) -> Scenario:
    """Return the small market in which a mechanism could act."""
    waiting = WAITING if mechanism == "adaptation.entry" else {}
    return lively({**MARKET, **waiting, **changes})


@pytest.mark.parametrize("mechanism", MECHANISMS)
@pytest.mark.parametrize("policy", ["base", "lane"])
def test_switched_off_its_parameters_change_nothing(mechanism: str, policy: str) -> None:
    changes = {**MECHANISMS[mechanism], f"{mechanism}.enabled": False}
    assert_identical(run(market(mechanism, {}), policy), run(market(mechanism, changes), policy))


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_switched_on_they_do(mechanism: str) -> None:
    """The comparison above can fail."""
    off, on = (run(market(mechanism, {**MECHANISMS[mechanism], f"{mechanism}.enabled": on})) for on in (False, True))
    with pytest.raises(AssertionError):
        assert_identical(off, on, ("retailer_month",))


def test_what_is_off_is_not_built() -> None:
    """Neither are prices besides the list, rules, decisions and events that nobody set; tags are in the catalogue."""
    with opened(lively({"events": []})) as model:
        assert [type(mechanism) for mechanism in model.mechanisms] == [TrueTags]


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_every_number_of_the_mechanism_is_changed(mechanism: str) -> None:
    """But for those that the schema keeps by name or in lists."""
    before, after = (market(mechanism, changes).study for changes in ({}, MECHANISMS[mechanism]))
    assert before != after
    for section in (Information, Reliability, Demand, WordOfMouth, Credit, Settlement):
        if section.__name__.lower() == mechanism.replace("_", ""):
            one, two = (getattr(study, mechanism).model_dump() for study in (before, after))
            same = {name for name in one if one[name] == two[name]}
            assert same <= {"enabled", *KEPT}
