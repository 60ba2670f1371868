from __future__ import annotations

from pathlib import Path

import pytest
from tests.scenario.files import STUDY, lines, write

from marketsim.scenario.changes import changed_study, with_policy
from marketsim.scenario.combinations import cell_name, combined_name
from marketsim.scenario.loading import load_scenario
from marketsim.scenario.study import Study

LANE = "lane: {retailers.Alpha.desks.contact.discipline: priority}"
DISCOUNT = "discount: {retailers.Alpha.tiers.key.discount_cny_per_mwh: 2}"
STAFF = "staff: {retailers.Alpha.desks.contact.staff_factor: 1.1}"
BARE = STUDY.replace("policies:\n  lane: {retailers.Alpha.desks.contact.discipline: priority}\n", "")
FACTORS = f"{BARE}factors:\n  {LANE}\n  {DISCOUNT}\n  {STAFF}\n"
MATRIX = f"""{BARE}matrix:
  rows:
    as today: {{}}
    {LANE}
  columns:
    as today: {{}}
    Beta cheaper: {{retailers.Beta.tiers.key.discount_cny_per_mwh: 3}}
"""


def loaded(folder: Path, text: str) -> Study:
    return load_scenario(write(folder, text)).study


def test_all_combinations_of_factors_become_policies(tmp_path: Path) -> None:
    study = loaded(tmp_path, FACTORS)
    assert list(study.policies) == [
        "lane", "discount", "staff", "lane+discount", "lane+staff", "discount+staff", "lane+discount+staff",
    ]  # fmt: skip
    assert study.policies["lane+staff"] == study.policies["lane"] | study.policies["staff"]
    assert combined_name(["lane", "staff"]) in study.policies


def test_a_combination_changes_what_its_factors_change(tmp_path: Path) -> None:
    alpha = with_policy(load_scenario(write(tmp_path, FACTORS)), "lane+discount").retailers["Alpha"]
    assert alpha.desks.contact.discipline == "priority"
    assert alpha.tiers.key.discount_cny_per_mwh == 2
    assert alpha.desks.contact.staff_factor == 1


def test_written_policies_stand_before_the_combinations(tmp_path: Path) -> None:
    study = loaded(tmp_path, f"{FACTORS}policies:\n  wages: {{retailers.Alpha.costs.wage_cny_per_month: 11000}}\n")
    assert next(iter(study.policies)) == "wages"
    assert len(study.policies) == 8


def test_every_row_meets_every_column(tmp_path: Path) -> None:
    study = loaded(tmp_path, MATRIX)
    assert list(study.policies) == [
        "as today x as today", "as today x Beta cheaper", "lane x as today", "lane x Beta cheaper",
    ]  # fmt: skip
    assert study.policies["as today x as today"] == {}
    assert len(study.policies[cell_name("lane", "Beta cheaper")]) == 2


def test_a_changed_study_keeps_its_policies(tmp_path: Path) -> None:
    study = loaded(tmp_path, FACTORS)
    changed = changed_study(study, {"run.months": 48}, "the test")
    assert changed.policies == study.policies
    assert list(changed.factors) == list(study.factors), "their order gives the names"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{FACTORS}policies: {{lane: {{}}}}\n", "this policy is made from factors or the matrix already"),
        (FACTORS.replace("staff:", "again:").replace("desks.contact.staff_factor: 1.1", "desks.contact.discipline: fifo"),
         "lane and again both change retailers.Alpha.desks.contact.discipline, so they cannot be combined"),
        (FACTORS.replace("discount:", f"{'d' * 55}:"), "the name of this combination is longer than 60 characters"),
        (FACTORS.replace("contact.discipline", "contact.disciplin"), "unknown field disciplin"),
        (MATRIX.replace("retailers.Beta.tiers", "retailers.Bet.tiers"), "there is no retailer Bet"),
        (f"{BARE}factors: {{{', '.join(f'f{n}: {{}}' for n in range(6))}}}\n", "there may be at most 5 factors"),
    ],
)  # fmt: skip
def test_mistakes_are_named(tmp_path: Path, text: str, message: str) -> None:
    assert message in "\n".join(lines(write(tmp_path, text)))


def test_a_mistake_in_a_factor_is_placed_at_its_line(tmp_path: Path) -> None:
    text = FACTORS.replace("contact.staff_factor: 1.1", "contact.staff_factor: -1")
    number = text.splitlines().index(next(line for line in text.splitlines() if "staff_factor" in line)) + 1
    assert all(line.startswith(f"{number} ") for line in lines(write(tmp_path, text)))


def test_figures_to_show_may_be_names_or_parts(tmp_path: Path) -> None:
    study = loaded(
        tmp_path, f"{STUDY}show: [profit_cny_per_year, {{kpi: satisfaction, tier: key, segment: commercial}}]\n"
    )
    assert [shown.kpi for shown in study.show] == ["profit_cny_per_year", "satisfaction"]
    assert (study.show[0].tier, study.show[1].tier, study.show[1].segment) == ("all", "key", "commercial")
    again = Study.model_validate_json(study.model_dump_json())
    assert again.show == study.show


@pytest.mark.parametrize(
    ("shown", "message"),
    [
        ("{kpi: hhi, retailer: Alfa}", "there is no retailer Alfa"),
        ("{kpi: satisfaction, segment: comercial}", "there is no segment comercial"),
        ("{kpi: satisfaction, tier: vip}", "key"),
        ("{tier: key}", "kpi"),
    ],
)
def test_wrong_names_of_what_is_shown(tmp_path: Path, shown: str, message: str) -> None:
    assert message in "\n".join(lines(write(tmp_path, f"{STUDY}show: [{shown}]\n")))


def test_the_market_is_shown_as_well(tmp_path: Path) -> None:
    assert loaded(tmp_path, f"{STUDY}show: [{{kpi: hhi, retailer: market}}]\n").show[0].retailer == "market"
