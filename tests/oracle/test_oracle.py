"""The fast model against the oracle: the same choices, tiers and tickets, and the same numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from marketsim.scenario.loading import load_scenario
from tests.oracle.compare import run_side_by_side
from tests.oracle.scenarios import SCENARIOS, Drawn, markets

SMALL = {"run.agents": 60, "run.months": 8, "run.warmup_months": 3}


@given(drawn=markets())
@settings(
    max_examples=20,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
def test_random_markets_agree_month_by_month(drawn: Drawn) -> None:
    run_side_by_side(drawn.market, drawn.policy, replication=0)


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.yaml")), ids=lambda path: path.stem)
def test_scenarios_agree_month_by_month(path: Path) -> None:
    market = load_scenario(path, SMALL)
    last = list(market.study.policies)[-1]
    run_side_by_side(market, last, replication=1)
