"""Events of a scenario: what is wrong with them, and what a study becomes under them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.markets import lively
from tests.scenario.files import STUDY, lines, write

from marketsim.scenario.in_force import changed_rules, in_force
from marketsim.scenario.regulation import Rules

MISTAKES = {
    "after the run": (
        "{month: 36, type: ticket_surge, size: 1}",
        "events.0.month = 36: the run ends before: its last month is 35",
    ),
    "unknown type": (
        "{month: 3, type: price_schock, size: 1}",
        "events.0.type = price_schock: must be one of price_shock, ticket_surge, outage_storm, entrant, exit, opening, "
        "closure, regulation, breach, demand_shock, alternative_price_shock, credit_shock, lever_change; "
        "did you mean price_shock?",
    ),
    "unknown region": (
        "{month: 3, type: outage_storm, size: 1, regions: [coast]}",
        "events.0.regions = [coast]: there is no region coast; there are rural, suburban, urban",
    ),
    "unknown retailer": (
        "{month: 3, type: exit, retailer: Alfa}",
        "events.0.retailer = Alfa: there is no retailer Alfa; there are",
    ),
    "entrant with customers": (
        "{month: 3, type: entrant, retailer: Alpha}",
        "events.0.retailer = Alpha: Alpha has customers from the start, so it cannot enter later; "
        "set retailers.Alpha.initial_share to 0 and leave initial_share_by_segment out",
    ),
    "twice": (
        "{month: 3, type: exit, retailer: Beta}, {month: 5, type: exit, retailer: Beta}",
        "events.1.retailer = Beta: there is an earlier exit of Beta; one is enough",
    ),
    "mechanism off": (
        "{month: 3, type: credit_shock, size: 1}",
        "events.0.type = credit_shock: nothing would happen: credit_shock acts only where credit.enabled is true",
    ),
    "open already": (
        "{month: 3, type: opening, segments: [commercial]}",
        "events.0.segments = [commercial]: commercial is contestable from the start; "
        "set segments.commercial.contestable to false",
    ),
    "nothing to open": (
        "{month: 3, type: opening}",
        "events.0: nothing is left to open: every segment is contestable from the start",
    ),
    "unknown rule": (
        "{month: 3, type: regulation, changes: {price_cup_cny_per_mwh: 500}}",
        "events.0.changes.price_cup_cny_per_mwh = 500: unknown field price_cup_cny_per_mwh; "
        "did you mean price_cap_cny_per_mwh?",
    ),
    "rule out of bounds": (
        "{month: 3, type: regulation, changes: {service_standards.contact.minimum_share: 90}}",
        "events.0.changes.service_standards.contact.minimum_share = 90: must be between 0 and 1",
    ),
    "no changes": (
        "{month: 3, type: regulation, changes: {}}",
        "events.0.changes: must be a section with a line `name: value` for each entry; at least one",
    ),
    "below a value": (
        "{month: 3, type: regulation, changes: {spread_cap_customer_share.x: 1}}",
        "market.rules.spread_cap_customer_share is a single value; nothing can stand below it",
    ),
    "unknown lever": (
        "{month: 3, type: lever_change, retailer: Alpha, lever: vip, intensity: 1}",
        "events.0.lever = vip: there is no lever vip",
    ),
    "unknown fuel": (
        "{month: 3, type: alternative_price_shock, size: 1, fuel: peat}",
        "events.0.fuel = peat: there is no fuel peat; there are",
    ),
    "two rules of closure": (
        "{month: 3, type: closure, segment: commercial, share: .1, standard: 1.2}",
        "a closure needs either a standard or a share, and not both",
    ),
}


@pytest.mark.parametrize(("written", "message"), MISTAKES.values(), ids=MISTAKES)
def test_every_mistake_has_its_message(tmp_path: Path, written: str, message: str) -> None:
    found = lines(write(tmp_path, f"{STUDY}events: [{written}]\n"))
    assert any(message in line for line in found), found


def test_a_retailer_cannot_leave_before_it_enters(tmp_path: Path) -> None:
    retailer = "retailers: {Nova: {initial_share: 0, offers: {o: {kind: fixed, price_cny_per_mwh: 470}}}}"
    text = f"extends: cn_guangdong\nfocus: Alpha\nrun: {{months: 36}}\n{retailer}\n"
    written = "{month: 9, type: entrant, retailer: Nova}, {month: 3, type: exit, retailer: Nova}"
    found = lines(write(tmp_path, f"{text}events: [{written}]\n"))
    assert found == ["5 events.1.month = 3: Nova enters in month 9 and cannot leave before"]


def test_a_lever_of_another_kind_of_retailer(tmp_path: Path) -> None:
    event = "{month: 3, type: lever_change, retailer: Alpha, lever: vip_lane, intensity: 1}"
    text = f"{STUDY}levers: {{vip_lane: {{retailer_kinds: [genco]}}}}\nevents: [{event}]\n"
    message = "events.0.lever = vip_lane: only a retailer of kind genco can use it; Alpha is grid"
    assert any(message in line for line in lines(write(tmp_path, text)))


def test_regulation_holds_from_its_month_for_as_long_as_it_lasts() -> None:
    event = {"month": 4, "type": "regulation", "duration_months": 3, "changes": {"price_cap_cny_per_mwh": 500.0}}
    study = lively({"events": [event]}).study
    caps = [in_force(study, month).market.rules.price_cap_cny_per_mwh for month in range(9)]
    assert caps == [None] * 4 + [500.0] * 3 + [None] * 2
    assert in_force(study, 3) is study


def test_later_regulation_may_abolish_an_earlier_cap() -> None:
    events = [
        {"month": 1, "type": "regulation", "changes": {"price_cap_cny_per_mwh": 500.0, "spread_cap_cny_per_mwh": 8.0}},
        {"month": 5, "type": "regulation", "changes": {"price_cap_cny_per_mwh": None}},
    ]
    rules = in_force(lively({"events": events}).study, 6).market.rules
    assert rules.price_cap_cny_per_mwh is None
    assert rules.spread_cap_cny_per_mwh == 8.0


def test_rules_change_below_a_section() -> None:
    rules = changed_rules(Rules(price_cap_cny_per_mwh=700.0), {"service_standards.field.minimum_share": 0.9})
    assert rules.service_standards.field.minimum_share == 0.9
    assert rules.service_standards.contact.minimum_share == 0.0
    assert rules.price_cap_cny_per_mwh == 700.0


def test_a_lever_change_ends_with_its_duration_and_then_runs_down() -> None:
    events = [
        {"month": 4, "type": "lever_change", "retailer": name, "lever": "app", "intensity": 0.25, "duration_months": 2}
        for name in ("Alpha", "Beta")
    ]
    study = lively({"events": events}).study
    levers = [in_force(study, month).retailers["Alpha"].levers["app"].intensity for month in range(3, 8)]
    assert levers == [1.0, 0.25, 0.25, 1.0, 1.0]
    assert "app" not in in_force(study, 3).retailers["Beta"].levers
    levers = [in_force(study, month).retailers["Beta"].levers["app"].intensity for month in range(4, 8)]
    assert levers == [0.25, 0.25, 0.0, 0.0]


def test_an_opening_opens_all_that_is_closed_or_what_it_names() -> None:
    study = lively({"events": [{"month": 4, "type": "opening"}]}).study
    assert not in_force(study, 3).segments["homes"].contestable
    assert in_force(study, 4).segments["homes"].contestable
    assert not study.segments["homes"].contestable
