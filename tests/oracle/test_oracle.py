"""The fast model against the oracle: the same choices, tiers and tickets, and the same numbers.

The oracle has customers, offers, tiers, levers, desks, experience, choice and books, and of what can be switched off:
records and tags (M2), personal prices and green offers, the regulator's rules, consumption (M8), outages (M7), advertising
and word of mouth (M10), late payment and collection (M12), forecast errors and own plants (M13), and all events but those
below.

It does not have, and the scenarios are run without (see `covered`):
retailers that adapt, imitate, enter or leave (M14: `retailers.*.strategy`, `adaptation`);
events of type `entrant` and `exit`.
Not drawn in random markets: `credit` that refuses grades (`collection.worst_grade`), and levers on the grid of a region.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from tests.oracle.compare import run_month, run_side_by_side
from tests.oracle.covered import load_covered, policy_of
from tests.oracle.market import OracleMarket
from tests.oracle.scenarios import SCENARIOS, Drawn, markets

from marketsim.scenario.changes import with_policy
from marketsim.scenario.loading import load_scenario
from marketsim.simulation.model import RetailMarket

SMALL = {"run.agents": 60, "run.months": 8, "run.warmup_months": 3}


@given(drawn=markets())
@settings(
    max_examples=40,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
def test_random_markets_agree_month_by_month(drawn: Drawn) -> None:
    run_side_by_side(drawn.market, drawn.policy)


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.yaml")), ids=lambda path: path.stem)
def test_scenarios_agree_month_by_month(path: Path) -> None:
    market = load_covered(path, agents=60, months=8, warmup_months=3)
    for policy in ("base", list(market.study.policies)[-1]):
        run_side_by_side(market, policy_of(market, policy), replication=1)


def test_customers_whose_offers_are_withdrawn_agree() -> None:
    market = load_scenario(SCENARIOS / "vip_lane.yaml", SMALL | {"market.contract_calendar": "staggered"})
    alpha = market.study.retailers["Alpha"]
    alpha = alpha.model_copy(update={"offers": {"business": alpha.offers["business"]}})
    policy = market.study.model_copy(update={"retailers": market.study.retailers | {"Alpha": alpha}})
    plain = run_side_by_side(market, policy)
    fallen = [customer for customer in plain.customers if customer.retailer is plain.default_supplier]
    assert fallen


def test_a_difference_is_found_and_named() -> None:
    market = load_scenario(SCENARIOS / "vip_lane.yaml", SMALL | {"run.warmup_months": 0})
    lane, base = with_policy(market, "lane_5_staff"), market.study
    fast, plain = RetailMarket(market, lane, replication=0), OracleMarket(market, base, replication=0)
    with pytest.raises(AssertionError, match=r"month 0, policies: staff of Alpha contact \w+ is"):
        run_month(fast, plain)
    fast.close()
    plain.close()


def test_a_step_is_its_phases_in_order() -> None:
    market = load_scenario(SCENARIOS / "vip_lane.yaml", SMALL)
    stepped, phased = (OracleMarket(market, market.study, replication=0) for _ in range(2))
    fast = RetailMarket(market, market.study, replication=0)
    for _ in range(2):
        run_month(fast, phased)
        stepped.step()
    assert [c.satisfaction for c in stepped.customers] == [c.satisfaction for c in phased.customers]
    for model in (fast, stepped, phased):
        model.close()
