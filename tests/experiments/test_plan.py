"""Which runs a study consists of."""

from __future__ import annotations

import pytest
from tests.results.fake_market import HANDLING, VISIBILITY, scenario

from marketsim.errors import ScenarioError
from marketsim.experiments.plan import RunKey, plan


def test_base_and_policies_in_every_world_and_at_both_ends() -> None:
    found = plan(scenario().study)
    assert found.policies == ("lane", "staff")
    assert len(found.main) == 3 * 4
    assert found.main[:4] == (RunKey("base", 0), RunKey("lane", 0), RunKey("staff", 0), RunKey("base", 1))
    assert list(dict.fromkeys((key.check, key.changes) for key in found.checks)) == [
        (f"{VISIBILITY}=low", ((VISIBILITY, 0.0),)),
        (f"{VISIBILITY}=high", ((VISIBILITY, 1.0),)),
        (f"{HANDLING}=low", ((HANDLING, 15.0),)),
        (f"{HANDLING}=high", ((HANDLING, 45.0),)),
    ]
    assert len(found.checks) == 4 * 3 * 2
    assert len(set(found.main + found.checks)) == 12 + 24


def test_some_policies_in_the_order_of_the_scenario() -> None:
    found = plan(scenario().study, policies=("base", "staff"))
    assert found.policies == ("staff",)
    assert len(found.main) == 2 * 4
    assert len(found.checks) == 4 * 2 * 2
    assert plan(scenario().study, policies=["staff", "lane"]).policies == ("lane", "staff")


def test_an_unknown_policy_is_named() -> None:
    with pytest.raises(ScenarioError, match="there is no such policy; there are base, lane, staff") as caught:
        plan(scenario().study, policies=["lane", "lan"])
    assert [problem.value for problem in caught.value.problems] == ["lan"]


@pytest.mark.parametrize("settings", [{"checks": False}, {"policies": []}])
def test_no_checks_where_there_is_nothing_to_check(settings: dict[str, object]) -> None:
    found = plan(scenario().study, **settings)  # type: ignore[arg-type]
    assert found.checks == ()
    assert len(found.main) >= 4


def test_zero_check_replications_leave_the_checks_out() -> None:
    assert plan(scenario({"check_replications": 0}).study).checks == ()
