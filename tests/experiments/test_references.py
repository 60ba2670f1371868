"""Figures by tier of policies that change who belongs to a tier: against the same customers in the base."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.experiments.fake_models import Impatient
from tests.theory.test_equivalence import LANE, idle

from marketsim.cli.overview import head, size_of
from marketsim.errors import StudyInterruptedError
from marketsim.experiments.laboratory import Laboratory, trial
from marketsim.experiments.plan import RunKey, plan
from marketsim.experiments.progress import Silent
from marketsim.experiments.runs import Simulate
from marketsim.experiments.settings import Settings
from marketsim.experiments.study import campaign_in, carry_out
from marketsim.results.run_result import RunResult
from marketsim.results.storage.store import StudyResult
from marketsim.results.tables import ALL, BASE
from marketsim.scenario.loaded import Scenario
from marketsim.simulation.run import simulate

WIDTH = "retailers.Alpha.tiers.key.rule.value_pct"
STAFF = "retailers.Alpha.desks.contact.staff_factor"
POLICIES: dict[str, dict[str, Any]] = {
    "narrow": {WIDTH: 25, **LANE},
    "everybody": {WIDTH: 100, **LANE},
    "as_before": {WIDTH: 10, **LANE},
    "narrow_staff": {WIDTH: 25, STAFF: 1.2},
}
NARROW, EVERYBODY = "base, tiers of narrow", "base, tiers of everybody"
RUN = {"run.replications": 2, "run.agents": 100, "run.evaluate_from_month": 5, STAFF: 0.75}
OTHERS = dict.fromkeys(("nothing", "lane", "cheaper", "withdrawn"))
"""The lively market's own policies, taken out."""


def study(changes: Mapping[str, Any] | None = None, **policies: Any) -> Scenario:
    """Return the lively market with tiers that bring no benefit, 10 % of Alpha's customers being key."""
    return idle({**RUN, "policies": {**OTHERS, **(policies or POLICIES)}, **(changes or {})})


def carried_out(scenario: Scenario, folder: Path, model: Simulate = simulate, **choice: Any) -> StudyResult:
    settings = Settings(jobs=1, simulate=model)
    return carry_out(scenario, plan(scenario.study, **choice), folder / "study", settings, Silent())


def of_tiers(summary: pd.DataFrame, policy: str) -> pd.DataFrame:
    """Return Alpha's rows by tier under a policy that have a value, by segment, tier and KPI."""
    rows = summary[(summary["policy"] == policy) & (summary["retailer"] == "Alpha")]
    rows = rows[(rows["tier"] != ALL) | (rows["kpi"] == "satisfaction_gap")]
    return rows[rows["n"] > 0].set_index(["segment", "tier", "kpi"])


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    return carried_out(study(), tmp_path_factory.mktemp("references"))


def test_the_base_is_run_with_each_set_of_rules_once() -> None:
    found = plan(study().study)
    assert [key.policy for key in found.main[:7]] == [BASE, NARROW, EVERYBODY, *POLICIES]
    assert found.main[1] == RunKey(NARROW, 0, tiers_of="narrow")
    assert len(found.main) == 2 * 7
    assert {policy: rules.policy for policy, rules in found.rules[""].items()} == {
        "narrow": "narrow",
        "everybody": "everybody",
        "narrow_staff": "narrow",
    }


def test_only_for_the_policies_that_are_run() -> None:
    found = plan(study().study, policies=["as_before", "narrow_staff"])
    assert [key.policy for key in found.main[:4]] == [BASE, "base, tiers of narrow_staff", "as_before", "narrow_staff"]
    assert [key.policy for key in plan(study().study, policies=["as_before"]).main] == [BASE, "as_before"] * 2


def test_at_the_ends_of_assumptions_rules_may_differ_from_the_base_where_they_do_not_else() -> None:
    assumptions = {WIDTH: [10, 25], STAFF: [0.7, 0.8]}
    found = plan(study({"assumptions": assumptions, "run.check_replications": 1}).study)
    by_check = {check: sorted({rules.name for rules in sets.values()}) for check, sets in found.rules.items()}
    assert by_check[f"{WIDTH}=low"] == by_check[f"{STAFF}=high"] == [EVERYBODY, NARROW]
    assert by_check[f"{WIDTH}=high"] == ["base, tiers of as_before", EVERYBODY]
    assert len(found.checks) == 4 * 7


@pytest.mark.parametrize("checks", [True, False])
def test_check_counts_them(checks: bool) -> None:
    scenario = study({"assumptions": {WIDTH: [10, 25], STAFF: [0.7, 0.8]}, "run.check_replications": 1})
    size, runs = size_of(scenario, checks=checks), plan(scenario.study, checks=checks)
    assert (size.main_runs, size.check_runs, size.rule_sets) == (len(runs.main), len(runs.checks), 2)
    assert (
        "base + 4 policies + base with the tier rules of policies (2) x 2 replications = 14 runs"
        in head(scenario, size)[1]
    )


def test_a_lane_for_all_changes_nothing_for_anybody(result: StudyResult) -> None:
    rows = of_tiers(result.summary, "everybody")
    assert set(rows["reference"]) == {EVERYBODY}
    assert set(rows.index.get_level_values("segment")) > {ALL}
    assert (rows[["diff", "diff_low", "diff_high"]] == 0).all(axis=None)
    base = of_tiers(result.summary, BASE)
    key = (ALL, "key", "satisfaction")
    assert rows.loc[key, "reference_mean"] == rows.loc[key, "mean"] != base.loc[key, "mean"]


def test_the_difference_is_that_of_a_base_with_these_rules(result: StudyResult, tmp_path: Path) -> None:
    by_hand = carried_out(study({WIDTH: 25}, queue=LANE), tmp_path)
    assert set(of_tiers(by_hand.summary, "queue")["reference"]) == {BASE}
    found, wanted = of_tiers(result.summary, "narrow"), of_tiers(by_hand.summary, "queue")
    numbers = ["n", "mean", "low", "high", "diff", "diff_low", "diff_high", "p_better", "reference_mean"]
    pd.testing.assert_frame_equal(found[numbers], wanted[numbers], rtol=1e-9)
    assert found.loc[(ALL, "key", "satisfaction"), "diff"] != 0, "the comparison can fail"


def test_the_mean_less_the_difference_is_that_of_the_reference(result: StudyResult) -> None:
    rows = result.summary[result.summary["diff"].notna()]
    np.testing.assert_allclose(rows["mean"] - rows["diff"], rows["reference_mean"], rtol=1e-6, atol=1e-9)
    assert set(result.summary.loc[result.summary["policy"] == BASE, "reference"]) == {""}


def test_all_else_is_compared_with_the_base(result: StudyResult) -> None:
    rows = result.summary[(result.summary["policy"] == "narrow") & result.summary["diff"].notna()]
    others = rows[(rows["tier"] == ALL) & (rows["kpi"] != "satisfaction_gap")]
    rivals = rows[(rows["tier"] != ALL) & (rows["retailer"] != "Alpha")]
    assert len(others)
    assert len(rivals)
    assert set(others["reference"]) == set(rivals["reference"]) == {BASE}
    same_rules = result.summary[result.summary["policy"] == "as_before"]
    assert set(same_rules["reference"]) <= {BASE, ""}


def test_reference_runs_are_counted_and_listed_but_their_tables_are_not_kept(result: StudyResult) -> None:
    done = {"failed": 0, "not_run": 0}
    assert result.manifest["runs"] == {
        "main": {"planned": 10, "done": 10, **done},
        "references": {"planned": 4, "done": 4, **done},
        "checks": {"planned": 0, "done": 0, **done},
    }
    assert set(result.runs["policy"]) == {BASE, *POLICIES, EVERYBODY, NARROW}
    assert set(result.kpis["policy"]) == set(result.table("segment_month")["policy"]) == {BASE, *POLICIES}
    assert set(result.summary["policy"]) == {BASE, *POLICIES}


def test_a_study_without_other_rules_plans_no_more_runs(tmp_path: Path) -> None:
    scenario = study(queue=LANE, staff={STAFF: 1.0})
    found = plan(scenario.study)
    assert [key.policy for key in found.main] == [BASE, "queue", "staff"] * 2
    assert found.rules == {"": {}}
    assert set(carried_out(scenario, tmp_path).manifest["runs"]) == {"main", "checks"}


def failing_reference(given: Scenario, replication: int, policy: str = BASE, threads: int = 1) -> RunResult:
    """Fail where the narrow tier is all that changes, in world 1."""
    if replication == 1 and given.study.policies.get(policy) == {"retailers.Alpha.tiers.key.rule": _RULE_25}:
        raise ValueError("no reference")
    return simulate(given, replication, policy, threads)


_RULE_25 = {
    **dict.fromkeys(("annual_mwh", "credit", "tenure_months", "quota", "regions", "tags")),
    "value_pct": 25.0,
}


def test_a_reference_run_that_fails_costs_its_world(tmp_path: Path) -> None:
    found = carried_out(study(), tmp_path, failing_reference)
    assert found.manifest["status"] == "failed"
    assert found.manifest["runs"]["references"]["failed"] == 1
    lost = found.runs[found.runs["status"] == "failed"]
    assert lost[["policy", "replication"]].to_numpy().tolist() == [[NARROW, 1]]
    by_policy = {policy: set(of_tiers(found.summary, policy)["n"]) for policy in ("narrow", "everybody")}
    assert by_policy == {"narrow": {1}, "everybody": {2}}
    whole = found.summary[(found.summary["tier"] == ALL) & (found.summary["kpi"] == "profit_cny_per_year")]
    assert set(whole["n"]) == {2}


def test_an_interrupted_study_has_the_references_of_its_worlds(tmp_path: Path) -> None:
    scenario = study()
    with pytest.raises(StudyInterruptedError, match="7 of 14 runs finished"):
        carry_out(scenario, plan(scenario.study), tmp_path / "study", Settings(jobs=1, simulate=simulate), Impatient(7))


def test_checks_by_tier_are_against_the_same_customers(tmp_path: Path) -> None:
    scenario = study({"assumptions": {STAFF: [0.7, 0.8]}, "run.check_replications": 2}, everybody=POLICIES["everybody"])
    found = carried_out(scenario, tmp_path)
    assert found.manifest["runs"]["checks"]["done"] == 2 * 3 * 2
    rows = found.checks[(found.checks["tier"] == "key") & (found.checks["kpi"] == "satisfaction")]
    assert list(rows["end"]) == ["low", "high"]
    assert (rows["diff"] == 0).all()


def test_questions_about_tiers_are_against_the_same_customers(tmp_path: Path) -> None:
    scenario = study()
    label = ("everybody", "Alpha", ALL, "key", "satisfaction")
    with campaign_in(tmp_path / "study", scenario, Settings(jobs=1, simulate=simulate), Silent()) as campaign:
        laboratory = Laboratory(campaign, scenario.study.run.first_worlds())
        trials = [trial("everybody", WIDTH, width) for width in (100, 30)]
        wide, narrow = laboratory.effects("width", trials, by_tier=True)
        assert (wide.loc[label] == 0).all()
        assert (narrow.loc[label] != 0).all()
        assert (laboratory.effects("width", trials[:1])[0].loc[label] != 0).all()
