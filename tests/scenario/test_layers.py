from __future__ import annotations

from pathlib import Path

import pytest
from tests.scenario.files import STUDY, lines, problems, write

from marketsim.scenario.layers import preset_names
from marketsim.scenario.loading import load_scenario


def test_layers_merge_deeply_and_the_last_wins(tmp_path: Path) -> None:
    write(tmp_path, "extends: cn_guangdong\nrun: {months: 48, seed: 7}\n", "below.yaml")
    study = load_scenario(write(tmp_path, "extends: below.yaml\nrun: {months: 36}\n")).study
    assert (study.run.months, study.run.seed, study.run.warmup_months) == (36, 7, 12)


@pytest.mark.parametrize("name", ["cn_guangdong", "cn_guangdong.yaml", "markets/cn_guangdong.yaml"])
def test_shipped_markets_are_found_by_name(tmp_path: Path, name: str) -> None:
    assert "Alpha" in load_scenario(write(tmp_path, f"extends: {name}\n")).study.retailers


def test_a_file_beside_the_study_wins_over_a_shipped_market(tmp_path: Path) -> None:
    write(tmp_path, "extends: full_choice\ntitle: mine\n", "cn_guangdong.yaml")
    study = load_scenario(write(tmp_path, "extends: cn_guangdong.yaml\n")).study
    assert study.title == "mine"


def test_a_list_is_merged_in_its_order(tmp_path: Path) -> None:
    write(tmp_path, "run: {seed: 1, months: 40}\n", "a.yaml")
    write(tmp_path, "run: {seed: 2}\n", "b.yaml")
    study = load_scenario(write(tmp_path, "extends: [cn_guangdong, a.yaml, b.yaml]\n")).study
    assert (study.run.seed, study.run.months) == (2, 40)


def test_the_same_file_may_be_extended_twice_but_not_in_a_circle(tmp_path: Path) -> None:
    write(tmp_path, "extends: cn_guangdong\n", "a.yaml")
    write(tmp_path, "extends: a.yaml\n", "b.yaml")
    assert load_scenario(write(tmp_path, "extends: [a.yaml, b.yaml]\n")).study.focus == "Alpha"
    write(tmp_path, "extends: study.yaml\n", "a.yaml")
    found = problems(write(tmp_path, "title: x\nextends: b.yaml\n"))
    message = "the files extend each other in a circle: study.yaml -> b.yaml -> a.yaml -> study.yaml"
    assert message in [problem.message for problem in found]


def test_a_file_that_extends_itself(tmp_path: Path) -> None:
    found = lines(write(tmp_path, "extends: study.yaml\n"))
    assert found[0] == ("1 extends = study.yaml: the files extend each other in a circle: study.yaml -> study.yaml")


def test_extends_that_leads_nowhere(tmp_path: Path) -> None:
    text = "title: x\nextends: cn_guandong\n"
    message = (
        "2 extends = cn_guandong: there is neither such a file beside this one nor a shipped "
        "market of this name "
        "(cn_guangdong, full_choice); did you mean cn_guangdong?"
    )
    assert message in lines(write(tmp_path, text))
    number = "1 extends = 3: must be the path of a scenario file or the name of a shipped market"
    assert any(line.startswith(number) for line in lines(write(tmp_path, "extends: 3\n")))


def test_null_removes_a_name_and_resets_a_field(tmp_path: Path) -> None:
    text = """\
extends: cn_guangdong
run: {agents: null}
retailers:
  Delta: null
  Gamma: {initial_share: 0.35, offers: {market_linked: null}}
"""
    study = load_scenario(write(tmp_path, text)).study
    assert sorted(study.retailers) == ["Alpha", "Beta", "Gamma"]
    assert sorted(study.retailers["Gamma"].offers) == ["business", "small_business"]
    assert study.run.agents == 5000


def test_another_kind_replaces_an_offer_and_the_same_kind_merges(tmp_path: Path) -> None:
    text = """\
extends: cn_guangdong
retailers:
  Alpha:
    kind: genco
    offers:
      business: {price_cny_per_mwh: 480}
      small_business: {kind: linked, fee_cny_per_mwh: 18}
"""
    alpha = load_scenario(write(tmp_path, text)).study.retailers["Alpha"]
    assert alpha.kind == "genco"
    assert alpha.initial_share == 0.4
    business, small = alpha.offers["business"], alpha.offers["small_business"]
    assert (business.kind, business.segments) == (
        "fixed",
        ("large_industrial", "energy_intensive", "high_tech"),
    )
    assert (small.kind, small.segments) == ("linked", None)


def test_lines_are_those_of_the_file_that_holds_the_mistake(tmp_path: Path) -> None:
    below = write(tmp_path, "extends: cn_guangdong\n\nrun:\n  months: 0\n  seed: 1\n", "markets/below.yaml")
    found = problems(write(tmp_path, "# study\nextends: markets/below.yaml\nrun:\n  seed: -1\n"))
    places = [(problem.file, problem.line, problem.path) for problem in found]
    assert places == [(str(tmp_path / "study.yaml"), 4, "run.seed"), (str(below), 4, "run.months")]


def test_a_value_from_a_shipped_market_is_named_so(tmp_path: Path) -> None:
    found = problems(write(tmp_path, "extends: cn_guangdong\nsegments: {commercial: null}\n"))
    assert {problem.file for problem in found} == {"marketsim:markets/cn_guangdong.yaml"}
    assert any("there is no segment commercial" in problem.message for problem in found)


def test_data_files_are_relative_to_the_file_that_names_them(tmp_path: Path) -> None:
    hours = "hour,load\n" + "".join(f"{hour},{1 + (hour == 12)}\n" for hour in range(24))
    write(tmp_path, hours, "data/noon.csv")
    write(
        tmp_path,
        "extends: cn_guangdong\nsegments: {commercial: {load_profile: noon.csv}}\n",
        "data/below.yaml",
    )
    scenario = load_scenario(write(tmp_path, "extends: ../data/below.yaml\n", "studies/study.yaml"))
    assert scenario.study.segments["commercial"].load_profile == "../data/noon.csv"
    assert scenario.data.band_shares["commercial"] == pytest.approx((7 / 25, 10 / 25, 8 / 25))


def test_shipped_markets() -> None:
    assert preset_names() == ["cn_guangdong", "full_choice"]


def test_every_study_starts_from_the_shipped_levers(tmp_path: Path) -> None:
    text = STUDY + "levers: {vip_lane: {ramp_months: 9}, tea: {effects: {personalisation: 0.1}}}\n"
    levers = load_scenario(write(tmp_path, text)).study.levers
    assert levers["vip_lane"].ramp_months == 9
    assert levers["vip_lane"].effects.personalisation == 0.05
    assert {"tea", "steward_team"} <= set(levers)
