from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.scenario.files import STUDY, problems, write

from marketsim.errors import ScenarioError
from marketsim.scenario.changes import with_changes, with_policy
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.loading import load_scenario
from marketsim.scenario.merging import dump


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    text = """\
policies:
  wide: {retailers.Alpha.tiers.key.rule.value_pct: 20}
  price: {retailers.Alpha.offers.business: {price_cny_per_mwh: 470}}
  linked: {retailers.Alpha.offers.business: {kind: linked, fee_cny_per_mwh: 10}}
  no_key: {retailers.Alpha.tiers.key.rule: null}
  by_size: {retailers.Alpha.tiers.key.rule: {value_pct: null, annual_mwh: 1000}}
  lever: {retailers.Alpha.levers.vip_lane.intensity: 0.5, levers.vip_lane.costs.fixed_cny_per_month: 1}
  new_offer: {retailers.电力 公司.offers.new: {kind: linked, fee_cny_per_mwh: 3}}
retailers:
  电力 公司:
    offers: {o: {kind: fixed, price_cny_per_mwh: 500}}
"""
    head = STUDY.split("policies:")[0].replace("retailers:\n  Alpha:", "_:").split("_:")[0]
    key = "  Alpha: {tiers: {key: {rule: {value_pct: 5}}}}\n"
    return load_scenario(write(tmp_path_factory.mktemp("changes"), head + text + key))


def test_base_is_the_study_itself(scenario: Scenario) -> None:
    assert with_policy(scenario, "base") is scenario.study


def test_policies_merge_replace_and_remove(scenario: Scenario) -> None:
    def alpha(policy: str) -> Any:
        return with_policy(scenario, policy).retailers["Alpha"]

    assert alpha("wide").tiers.key.rule.value_pct == 20
    assert alpha("price").offers["business"].price_cny_per_mwh == 470
    assert alpha("price").offers["business"].segments == ("large_industrial", "energy_intensive", "high_tech")
    assert alpha("linked").offers["business"].segments is None
    assert alpha("no_key").tiers.key.rule is None
    assert alpha("by_size").tiers.key.rule.value_pct is None
    assert alpha("by_size").tiers.key.rule.annual_mwh == 1000
    assert alpha("lever").levers["vip_lane"].intensity == 0.5
    assert with_policy(scenario, "lever").levers["vip_lane"].costs.fixed_cny_per_month == 1


def test_names_may_hold_spaces_and_any_script(scenario: Scenario) -> None:
    assert sorted(with_policy(scenario, "new_offer").retailers["电力 公司"].offers) == ["new", "o"]


def test_a_policy_changes_nothing_else(scenario: Scenario) -> None:
    base, changed = dump(scenario.study), dump(with_policy(scenario, "wide"))
    changed["retailers"]["Alpha"]["tiers"]["key"]["rule"]["value_pct"] = 5.0
    assert changed == base


def test_unknown_policy(scenario: Scenario) -> None:
    with pytest.raises(ScenarioError, match="there is no policy wid; there are base, "):
        with_policy(scenario, "wid")


def test_with_changes(scenario: Scenario) -> None:
    changes = {
        "behaviour.fairness.visibility": 0.0,
        "run.months": 48.0,
        "market.load_blocks.1.load_factor": 1.0,
    }
    changed = with_changes(scenario, changes, "low end")
    assert changed.study.behaviour.fairness.visibility == 0
    assert changed.study.run.months == 48
    assert (changed.name, changed.data) == (scenario.name, scenario.data)
    assert scenario.study.run.months == 36


def test_defaults_are_there_to_be_changed(scenario: Scenario) -> None:
    change = {"segments.commercial.credit_mix": {"A": 0.25, "B": 0.5}}
    mix = with_changes(scenario, change, "mix").study.segments["commercial"].credit_mix
    assert (mix.A, mix.B, mix.C, mix.D) == (0.25, 0.5, 0.2, 0.05)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("behavior.fairness.visibility", "unknown field behavior; did you mean behaviour?"),
        (
            "retailers.Alfa.initial_share",
            "there is no retailer Alfa; there are Alpha, Beta, Delta, Gamma, 电力 公司",
        ),
        ("segments.retail.customers", "there is no segment retail; there are"),
        ("market.regions.city.share", "there is no region city; there are rural, suburban, urban"),
        ("market.load_blocks.3.load_factor", "3 is no position in this list; positions are 0 to 2"),
        ("run.months.x", "run.months is a single value; nothing can stand below it"),
        ("levers.tea.ramp_months", "there is no lever tea; there are"),
        ("", "unknown field "),
    ],
)
def test_paths_that_lead_nowhere(scenario: Scenario, path: str, message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        with_changes(scenario, {path: 1}, "test")
    assert caught.value.problems[0].message.startswith(message)


def test_changes_are_checked_like_a_file(scenario: Scenario) -> None:
    with pytest.raises(ScenarioError, match=r"test has 2 problems(.|\n)*must be between 0 and 1"):
        with_changes(scenario, {"behaviour.fairness.visibility": 2, "run.seed": "x"}, "test")
    with pytest.raises(ScenarioError, match="the initial shares of segment commercial must sum to 1"):
        with_changes(scenario, {"retailers.Alpha.initial_share": 0.5}, "test")
    with pytest.raises(ScenarioError, match="pass this change to load_scenario"):
        with_changes(scenario, {"segments.commercial.load_profile": "flat"}, "test")


def test_changes_on_loading(tmp_path: Path) -> None:
    path = write(tmp_path, STUDY)
    scenario = load_scenario(path, {"run.months": 24, "segments.commercial.load_profile": "flat"})
    assert scenario.study.run.months == 24
    assert scenario.data.band_shares["commercial"] == pytest.approx((7 / 24, 9 / 24, 8 / 24))
    assert load_scenario(path, {"policies.lane.retailers.Alpha.desks.contact.staff_factor": 1.1}).study.policies == {
        "lane": {
            "retailers.Alpha.desks.contact.discipline": "priority",
            "retailers.Alpha.desks.contact.staff_factor": 1.1,
        }
    }


def test_problems_of_changes_on_loading(tmp_path: Path) -> None:
    path = write(tmp_path, STUDY)
    [found] = problems(path, {"retailers.Alfa.initial_share": 0.1})
    assert (found.path, found.value, found.file) == ("retailers.Alfa.initial_share", "0.1", "--set")
    [found] = problems(path, {"run.months": -1})
    assert (found.path, found.file, found.line) == ("run.months", "--set", None)


def test_load_dump_load_is_stable(tmp_path: Path, scenario: Scenario) -> None:
    whole = yaml.safe_dump(dump(scenario.study), allow_unicode=True)
    again = load_scenario(write(tmp_path, whole, "whole.yaml"))
    assert again.study == scenario.study
    assert again.data == scenario.data


def test_the_order_of_names_does_not_matter(tmp_path: Path, scenario: Scenario) -> None:
    def backwards(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: backwards(inner) for key, inner in reversed(value.items())}
        return value

    text = yaml.safe_dump(backwards(dump(scenario.study)), allow_unicode=True, sort_keys=False)
    again = load_scenario(write(tmp_path, text, "backwards.yaml")).study
    assert list(again.retailers) == list(scenario.study.retailers) == sorted(scenario.study.retailers)
    assert list(again.segments) == list(scenario.study.segments)
    assert list(again.retailers["Alpha"].offers) == list(scenario.study.retailers["Alpha"].offers)
    assert again == scenario.study
