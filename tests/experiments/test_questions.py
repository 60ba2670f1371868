"""Break-even, equal money and the ladder on a made-up market whose answers are known."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.experiments.fake_models import Impatient, always_failing, failing_when_visible
from tests.results.fake_market import VISIBILITY, retailer, scenario, simulate

from marketsim.errors import RunFailedError, ScenarioError, StudyInterruptedError
from marketsim.experiments.alone import Ask, ask_alone
from marketsim.experiments.laboratory import Laboratory
from marketsim.experiments.ladder import FIGURES, LEFT_OUT, ONE_BY_ONE, climb, off_switches, rungs
from marketsim.experiments.plan import plan
from marketsim.experiments.progress import Progress, Silent
from marketsim.experiments.questions import answer_questions, carry_out_sweeps, find_break_evens
from marketsim.experiments.runs import Simulate
from marketsim.experiments.settings import Settings
from marketsim.experiments.study import carry_out
from marketsim.results.run_result import RunResult
from marketsim.results.storage.store import load, read_answers
from marketsim.scenario.changes import with_changes, with_policy
from marketsim.scenario.loaded import Scenario

STAFF = "retailers.Alpha.desks.contact.staff_factor"
QUESTION = {"policy": "lane", "path": VISIBILITY, "low": 0.0, "high": 1.0}


def staffed(given: Scenario, replication: int, policy: str = "base", threads: int = 1) -> RunResult:
    """Return made-up tables in which the staff of a policy costs 1,000 CNY a month for each 0.1 of the factor."""
    result = simulate(given, replication, "base", threads)
    desk = with_policy(given, policy).retailers["Alpha"].desks.contact
    books = result.tables["retailer_month"]
    own = books["retailer"] == "Alpha"
    spent = 10_000 * (desk.staff_factor - 1) * own
    gained = 3 * spent if policy == "staff" else spent * (1 + replication / 10)
    books["staff_cny"] += spent
    books["profit_cny"] += gained
    for table in result.tables.values():
        table["policy"] = policy
    return replace(result, policy=policy)


def asked(
    folder: Path, ask: Ask, given: Scenario, model: Simulate = simulate, progress: Progress | None = None
) -> dict[str, pd.DataFrame]:
    return ask_alone(given, ask, folder, Settings(jobs=1, simulate=model), progress or Silent()).answers


def every_question(laboratory: Laboratory, answers: dict[str, pd.DataFrame]) -> None:
    answer_questions(laboratory, ("lane", "staff"), answers)


def test_the_effect_of_the_made_up_lane_is_zero_where_it_should_be(tmp_path: Path) -> None:
    # The effect is proportional to 1 - 1.5 x visibility, so it is zero at 2/3 whatever the world.
    found = asked(tmp_path / "x", every_question, scenario(break_even={"turn": QUESTION}))
    row = found["break_even"].iloc[0]
    assert (row["verdict"], row["policy"], row["kpi"], row["retailer"]) == (
        "found",
        "lane",
        "profit_cny_per_year",
        "Alpha",
    )
    assert row["value"] == pytest.approx(2 / 3, abs=0.006)
    assert row["value_low"] <= row["value"] <= row["value_high"]
    points = found["break_even_points"]
    assert set(points["n"]) == {4}
    assert (
        points.loc[points["value"] == 0, "diff_low"].item() > 0 > points.loc[points["value"] == 1, "diff_high"].item()
    )


def test_answers_are_stored_and_read_again(tmp_path: Path) -> None:
    found = asked(tmp_path / "x", every_question, scenario(break_even={"turn": QUESTION}))
    stored = read_answers(tmp_path / "x")
    assert set(stored) == set(found) == {"break_even", "break_even_points"}
    assert stored["break_even"]["value"].item() == pytest.approx(found["break_even"]["value"].item())
    assert stored["break_even"]["verdict"].item() == "found"


def test_a_study_answers_its_questions_with_its_own_base_runs(tmp_path: Path) -> None:
    given = scenario(
        policies={"staff": {STAFF: 1.1}},
        assumptions={},
        break_even={"staff": {"policy": "staff", "path": STAFF, "low": 0.8, "high": 1.3}},
    )
    impatient = Impatient(1000)
    carry_out(given, plan(given.study), tmp_path / "x", Settings(jobs=1, simulate=staffed), impatient)
    assert impatient.parts[0] == ("runs", 8)
    assert all(count <= 4 * 5 for _, count in impatient.parts[1:])
    assert load(tmp_path / "x").answers["break_even"]["value"].item() == pytest.approx(1.0, abs=0.0025)


def test_policies_at_equal_money(tmp_path: Path) -> None:
    # A factor of 1.05 costs 500 CNY a month more: 6,000 CNY a year.
    scale = {name: {"path": STAFF, "low": 1.0, "high": 1.2} for name in ("lane", "staff")}
    budget = {"even": {"target_cny_per_year": 6000.0, "cost": "staff_cny_per_year", "scale": scale}}
    found = asked(tmp_path / "x", every_question, scenario(budget=budget), staffed)["budget"]
    rows = found.set_index(["policy", "kpi", "tier"])
    for policy in ("lane", "staff"):
        assert rows.loc[(policy, "staff_cny_per_year", "all"), "diff"] == pytest.approx(6000, rel=0.05)
        assert rows.loc[(policy, "staff_cny_per_year", "all"), "value"] == pytest.approx(1.05, abs=0.002)
    assert set(found["best"]) == {"staff"}
    profit = rows.loc[("lane", "profit_cny_per_year", "all")]
    assert profit["behind"] == pytest.approx(6000 * (3 - 1.15), rel=0.05)
    assert profit["behind_low"] > 0


def test_money_that_cannot_be_spent(tmp_path: Path) -> None:
    scale = {"staff": {"path": STAFF, "low": 1.0, "high": 1.2}}
    budget = {"much": {"target_cny_per_year": 1e9, "cost": "staff_cny_per_year", "scale": scale}}
    found = asked(tmp_path / "x", every_question, scenario(budget=budget), staffed)["budget"]
    assert found[["policy", "verdict", "kpi", "best"]].to_numpy().tolist() == [["staff", "always below", "", ""]]


def fairness_only(given: Scenario, replication: int, policy: str = "base", threads: int = 1) -> RunResult:
    """Return made-up tables in which policies act only where fairness is on."""
    acts = given.study.behaviour.fairness.enabled
    result = simulate(given, replication, policy if acts else "base", threads)
    for table in result.tables.values():
        table["policy"] = policy
    return replace(result, policy=policy)


def test_the_ladder_shows_which_mechanism_matters(tmp_path: Path) -> None:
    given = scenario({"replications": 3})

    def ask(laboratory: Laboratory, answers: dict[str, pd.DataFrame]) -> None:
        answers["ladder"] = climb("lane", laboratory)

    found = asked(tmp_path / "x", ask, given, fairness_only)["ladder"]
    assert list(dict.fromkeys(zip(found["series"], found["mechanism"], strict=True))) == [
        *((ONE_BY_ONE, ""), (ONE_BY_ONE, "fairness"), (ONE_BY_ONE, "complaints")),
        *((LEFT_OUT, "fairness"), (LEFT_OUT, "complaints")),
    ]
    assert len(found) == 5 * len(FIGURES)
    profit = found[found["kpi"] == "profit_cny_per_year"].reset_index()
    assert profit["diff"].tolist()[0] == 0
    assert profit["adds_low"][1] > 0
    assert profit["adds"][2] == profit["adds"][4] == 0
    assert profit["adds"][3] == pytest.approx(profit["adds"][1])


def test_strategies_and_entry_are_rungs_and_idle_events_are_left_out() -> None:
    follower = {**retailer(), "strategy": {"kind": "competitor"}}
    storm = {"type": "outage_storm", "month": 3, "size": 4.0, "duration_months": 2}
    given = scenario(
        retailers={"Alpha": retailer(), "Beta": follower},
        reliability={"enabled": True},
        adaptation={"exit": {"enabled": True}},
        events=[storm],
    )
    off = off_switches(given.study)
    assert off["adaptation"] == {"adaptation.exit.enabled": False, "retailers.Beta.strategy": None}
    assert list(off) == ["fairness", "complaints", "reliability", "adaptation"]
    steps = rungs(given)
    assert steps[4].changes == {}
    assert set(steps[3].changes) == set(off["adaptation"])
    assert [len(with_changes(given, step.changes, "ladder").study.events) for step in steps] == [
        0,
        0,
        0,
        1,
        1,
        1,
        1,
        0,
        1,
    ]
    still = with_changes(given, steps[3].changes, "ladder").study
    assert still.retailers["Beta"].strategy.kind == "hold"
    assert not still.adaptation.exit.enabled


def test_a_ladder_without_rungs() -> None:
    off = {"fairness": {"enabled": False}, "complaints": {"enabled": False}}
    with pytest.raises(ScenarioError, match="none of the mechanisms is on"):
        rungs(scenario(behaviour=off))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"break_even": {"x": {**QUESTION, "kpi": "profits"}}}, r"break_even.x.kpi\n.*there is no key figure profits"),
        (
            {"budget": {"x": {"target_cny_per_year": 1.0, "cost": "costs", "scale": {"lane": {**QUESTION}}}}},
            r"there is no key figure costs",
        ),
    ],
)
def test_an_unknown_key_figure_is_named_before_anything_runs(
    changes: dict[str, Any], message: str, tmp_path: Path
) -> None:
    if "budget" in changes:
        del changes["budget"]["x"]["scale"]["lane"]["policy"]
    with pytest.raises(ScenarioError, match=message):
        asked(tmp_path / "x", every_question, scenario(**changes), always_failing)


def test_when_every_run_fails_the_first_error_is_told(tmp_path: Path) -> None:
    with pytest.raises(
        RunFailedError, match=r"no world of lane: .* finished; the first error: ValueError: nothing works"
    ):
        asked(tmp_path / "x", every_question, scenario(break_even={"turn": QUESTION}), always_failing)


def test_an_interruption_keeps_the_answers_that_were_found(tmp_path: Path) -> None:
    given = scenario(break_even={"first": QUESTION, "second": {**QUESTION, "policy": "staff"}})
    runs = Impatient(10_000)
    asked(tmp_path / "x", lambda lab, answers: find_break_evens(lab, ["first"], answers), given, progress=runs)
    needed = sum(count for _, count in runs.parts)
    with pytest.raises(StudyInterruptedError, match="the answers found so far are in"):
        asked(tmp_path / "elsewhere" / "y", every_question, given, progress=Impatient(needed + 3))
    assert list(read_answers(tmp_path / "elsewhere" / "y")["break_even"]["name"]) == ["first"]
    with pytest.raises(StudyInterruptedError, match="interrupted before an answer was found"):
        asked(tmp_path / "nowhere" / "z", every_question, given, progress=Impatient(3))
    assert not (tmp_path / "nowhere" / "z" / "manifest.json").exists()


def test_an_interruption_does_not_replace_complete_answers(tmp_path: Path) -> None:
    given = scenario(break_even={"first": QUESTION, "second": {**QUESTION, "policy": "staff"}})
    asked(tmp_path / "x", every_question, given)
    other = scenario({"seed": 9}, break_even=given.study.model_dump()["break_even"])
    first = Impatient(10_000)
    asked(tmp_path / "y" / "x", lambda lab, answers: find_break_evens(lab, ["first"], answers), other, progress=first)
    patience = sum(count for _, count in first.parts) + 1
    with pytest.raises(StudyInterruptedError, match=r"the complete results in .* stay as they are"):
        asked(tmp_path / "x", every_question, other, progress=Impatient(patience))
    manifest = json.loads((tmp_path / "x" / "manifest.json").read_text())
    assert (manifest["status"], manifest["seed"]) == ("complete", 1)


def test_a_sweep_that_fails_leaves_the_others(tmp_path: Path) -> None:
    axis = {"path": VISIBILITY}
    given = scenario(
        sweep={
            name: {"design": "grid", "uncertainties": {"seen": {**axis, "values": [value]}}}
            for name, value in (("blind", 1.0), ("other", 0.2))
        }
    )

    def ask(laboratory: Laboratory, answers: dict[str, pd.DataFrame]) -> None:
        carry_out_sweeps(laboratory, ["blind", "other"], ("lane", "staff"), answers)

    with pytest.raises(RunFailedError, match=r"sweep blind finished; .*too visible.*\nthe other answers are in"):
        asked(tmp_path / "x", ask, given, failing_when_visible)
    assert set(read_answers(tmp_path / "x")["sweep"]["name"]) == {"other"}
