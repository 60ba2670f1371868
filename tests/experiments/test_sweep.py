"""Sweeps on a made-up market whose effects are known, and worlds added until enough is known."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.experiments.fake_models import Impatient
from tests.results.fake_market import VISIBILITY, scenario, simulate

from marketsim.errors import RunFailedError, ScenarioError, StudyInterruptedError
from marketsim.experiments.alone import Answered, ask_alone
from marketsim.experiments.laboratory import Laboratory
from marketsim.experiments.plan import plan
from marketsim.experiments.progress import Progress, Silent
from marketsim.experiments.questions import carry_out_sweeps
from marketsim.experiments.runs import Simulate
from marketsim.experiments.settings import Settings
from marketsim.experiments.study import carry_out
from marketsim.results.run_result import RunResult
from marketsim.results.storage.store import load
from marketsim.scenario.changes import with_policy
from marketsim.scenario.loaded import Scenario

STAFF = "retailers.Alpha.desks.contact.staff_factor"
VISIBLE = {"path": VISIBILITY, "values": [0.0, 0.4, 1.0]}
PROFIT = ("Alpha", "all", "profit_cny_per_year")


def swept(given: Scenario, folder: Path, model: Simulate = simulate, progress: Progress | None = None) -> Answered:
    """Carry out all sweeps of a scenario."""

    def ask(laboratory: Laboratory, answers: dict[str, pd.DataFrame]) -> None:
        carry_out_sweeps(laboratory, list(given.study.sweep), list(given.study.policies), answers)

    settings = Settings(jobs=1, batch_seconds=0, simulate=model)
    return ask_alone(given, ask, folder, settings, progress or Silent())


def grid(**fields: Any) -> dict[str, Any]:
    """Return a sweep over visibility."""
    return {"visible": {"design": "grid", "uncertainties": {"seen": VISIBLE}, **fields}}


def profit(answers: Mapping[str, pd.DataFrame], policy: str = "lane") -> pd.DataFrame:
    """Return the effect on profit, by point."""
    rows = answers["sweep"].set_index(["retailer", "tier", "kpi"]).loc[PROFIT]
    return rows[rows["policy"] == policy].set_index("point").sort_index()


def priced(given: Scenario, replication: int, policy: str = "base", threads: int = 1) -> RunResult:
    """Return made-up tables in which staff under a policy earns 1,000 CNY a month for each 0.1 more."""
    result = simulate(given, replication, policy, threads)
    factor = with_policy(given, policy).retailers["Alpha"].desks.contact.staff_factor
    books = result.tables["retailer_month"]
    books["profit_cny"] += 10_000 * (factor - 1) * (books["retailer"] == "Alpha")
    return result


def test_the_effect_at_every_point(tmp_path: Path) -> None:
    found = swept(scenario(sweep=grid()), tmp_path / "x").answers
    points = found["sweep_points"].set_index("point")["number"]
    assert points.to_dict() == {0: 0.0, 1: 0.4, 2: 1.0}
    # The made-up effect is proportional to 1 - 1.5 x visibility, whatever the world.
    effect = profit(found)["diff"]
    assert effect[1] / effect[0] == pytest.approx(0.4)
    assert effect[2] / effect[0] == pytest.approx(-0.5)
    assert set(profit(found)["n"]) == {4}
    assert set(found["sweep"]["policy"]) == {"lane", "staff"}


def test_a_point_is_what_the_study_itself_finds_there(tmp_path: Path) -> None:
    found = profit(swept(scenario(sweep=grid()), tmp_path / "a" / "x").answers)
    given = scenario(behaviour={"fairness": {"visibility": 0.4}})
    whole = carry_out(
        given, plan(given.study, checks=False), tmp_path / "b" / "x", Settings(1, simulate=simulate), Silent()
    )
    row = whole.summary.set_index(["policy", "retailer", "segment", "tier", "kpi"]).loc[
        ("lane", "Alpha", "all", "all", "profit_cny_per_year")
    ]
    for column, theirs in (("diff", "diff"), ("diff_low", "diff_low"), ("diff_high", "diff_high"), ("n", "n")):
        assert found.loc[1, column] == pytest.approx(row[theirs], rel=1e-9)
    assert found.loc[1, "base"] == pytest.approx(row["reference_mean"], rel=1e-9)


def test_levers_leave_the_base_and_its_runs_are_shared(tmp_path: Path) -> None:
    sweep = grid(levers={"staff": {"path": STAFF, "values": [1.0, 1.1, 1.2]}}, policies=["lane"])
    found = swept(scenario(sweep=sweep), tmp_path / "x", priced)
    assert len(found.answers["sweep_points"]) == 9 * 2
    assert len(found.runs) == 4 * (9 + 3), "a base for each visibility, not for each point"
    effect = profit(found.answers)["diff"].to_numpy().reshape(3, 3)  # staff by visibility
    np.testing.assert_allclose(np.diff(effect, axis=0), 12_000, rtol=1e-6)
    assert set(found.runs["status"]) == {"done"}


def test_linked_paths_change_together(tmp_path: Path) -> None:
    both = {"scaled": {VISIBILITY: 1.0, STAFF: 2.0}, "values": [0.5]}
    given = scenario(sweep={"x": {"design": "grid", "uncertainties": {"both": both}, "policies": ["lane"]}})
    found = swept(given, tmp_path / "x")
    assert [json.loads(changes) for changes in found.runs["changes"]] == [{VISIBILITY: 0.5, STAFF: 1.0}] * 8


def test_what_cannot_be_handed_to_workers_is_said(tmp_path: Path) -> None:
    def inner(given: Scenario, replication: int, policy: str = "base", threads: int = 1) -> RunResult:
        return simulate(given, replication, policy, threads)

    with pytest.raises(RunFailedError, match="must be a function that a module defines"):
        swept(scenario(sweep=grid()), tmp_path / "x", inner)


def test_more_worlds_where_too_little_is_known(tmp_path: Path) -> None:
    exact = profit(swept(scenario(sweep=grid(policies=["lane"])), tmp_path / "a" / "x").answers)
    wanted = float((exact["diff_high"] - exact["diff_low"]).max()) / 8
    until = {"until": {"half_width": wanted, "first": 4, "batch": 4, "max": 60}}
    found = profit(swept(scenario(sweep=grid(policies=["lane"], replications=until)), tmp_path / "b" / "x").answers)
    assert (found["n"] >= 10).all()
    assert found["n"].nunique() > 1, "points differ in how many worlds they need"
    half = (found["diff_high"] - found["diff_low"]) / 2
    assert ((half <= wanted * (1 + 1e-9)) | (found["n"] == 60)).all()


def failing_when_visible(given: Scenario, replication: int, policy: str = "base", threads: int = 1) -> RunResult:
    """Fail where visibility is complete."""
    if given.study.behaviour.fairness.visibility == 1:
        raise ZeroDivisionError("everybody sees everything")
    return simulate(given, replication, policy, threads)


def test_a_point_that_fails_has_no_rows_and_the_others_do(tmp_path: Path) -> None:
    found = swept(scenario(sweep=grid()), tmp_path / "x", failing_when_visible)
    assert list(profit(found.answers).index) == [0, 1]
    lost = found.runs[found.runs["status"] == "failed"]
    assert len(lost) == 3 * 4
    assert lost["changes"].str.contains('"behaviour.fairness.visibility": 1').all()
    assert load_manifest(tmp_path / "x")["status"] == "failed"


def load_manifest(folder: Path) -> dict[str, Any]:
    from marketsim.results.storage.folders import read_manifest

    return read_manifest(folder)


def test_when_no_point_finishes_it_is_said(tmp_path: Path) -> None:
    one = {"design": "grid", "uncertainties": {"seen": {"path": VISIBILITY, "values": [1.0]}}}
    with pytest.raises(RunFailedError, match="no run of the sweep x finished"):
        swept(scenario(sweep={"x": one}), tmp_path / "x", failing_when_visible)


def test_an_interrupted_sweep_goes_on(tmp_path: Path) -> None:
    given = scenario(sweep=grid())
    with pytest.raises(StudyInterruptedError, match="the same command goes on"):
        swept(given, tmp_path / "a" / "x", progress=Impatient(10))
    rest = Impatient(10_000)
    again = swept(given, tmp_path / "a" / "x", progress=rest)
    whole = swept(given, tmp_path / "b" / "x")
    assert sum(count for _, count in rest.parts) == 36 - 10
    pd.testing.assert_frame_equal(again.answers["sweep"], whole.answers["sweep"], check_exact=True)
    assert (tmp_path / "a" / "x" / "sweep.csv").read_bytes() == (tmp_path / "b" / "x" / "sweep.csv").read_bytes()


def test_a_study_carries_out_its_sweep_unless_told_not_to(tmp_path: Path) -> None:
    given = scenario(assumptions={}, sweep={**grid(), "other": {**grid()["visible"], "with_run": False}})
    found = carry_out(given, plan(given.study), tmp_path / "x", Settings(1, simulate=simulate), Silent())
    assert set(found.answers["sweep"]["name"]) == {"visible"}
    assert found.manifest["runs"]["questions"]["done"] == 3 * 3 * 4 - _shared(given)


def _shared(given: Scenario) -> int:
    """Return how many runs of the sweep are main runs: those where visibility is what it is in the scenario."""
    return 12 if given.study.behaviour.fairness.visibility in VISIBLE["values"] else 0


def test_a_key_figure_that_does_not_exist_is_named_before_anything_runs(tmp_path: Path) -> None:
    until = {"until": {"kpi": "happiness", "half_width": 1.0, "max": 9}}
    with pytest.raises(ScenarioError, match=r"sweep\.visible\.replications\.until\.kpi"):
        swept(scenario(sweep=grid(replications=until)), tmp_path / "x")
    with pytest.raises(ScenarioError, match=r"run\.replications\.until\.kpi"):
        swept(scenario({"replications": until}, sweep=grid()), tmp_path / "x")


def test_a_study_with_as_many_worlds_as_needed(tmp_path: Path) -> None:
    first = carried_out(scenario(assumptions={}), tmp_path / "a" / "x")
    wanted = first / 4
    until = {"until": {"half_width": wanted, "first": 4, "batch": 4, "max": 80}}
    given = scenario({"replications": until}, assumptions={})
    carried_out(given, tmp_path / "b" / "x")
    found = load(tmp_path / "b" / "x")
    table = found.answers["replications"].set_index("policy")
    worlds = found.runs["replication"].max() + 1
    assert 4 < worlds <= 80
    assert set(found.runs.groupby("replication").size()) == {3}, "base and both policies in every world"
    assert (table["worlds"] == worlds).all()
    assert (table["reached"].astype(bool) == (table["half_width"] <= wanted)).all()
    assert (table["independent_runs"] > table["runs"]).all()


def carried_out(given: Scenario, folder: Path) -> float:
    """Carry out a study and return the larger half width of its effects on profit."""
    found = carry_out(given, plan(given.study), folder, Settings(1, simulate=simulate), Silent())
    rows = found.summary[(found.summary["kpi"] == "profit_cny_per_year") & (found.summary["retailer"] == "Alpha")]
    half = float((rows["diff_high"] - rows["diff_low"]).max()) / 2
    assert math.isfinite(half)
    return half
