"""One run: a scenario, a world and a policy in, tidy tables out."""

from __future__ import annotations

from time import perf_counter

from marketsim.market.compiled import cache_folder
from marketsim.results.run_result import RunResult
from marketsim.results.tables import BASE
from marketsim.scenario.changes import with_policy
from marketsim.scenario.loaded import Scenario
from marketsim.simulation.model import RetailMarket

_MARK = "complete"


def simulate(scenario: Scenario, replication: int, policy: str = BASE, threads: int = 1) -> RunResult:
    """Run a market for all its months.

    Args:
        scenario: the scenario.
        replication: the world, counted from 0: the same number is the same world under every policy.
        policy: name of one of the scenario's policies, or ``base``.
        threads: threads that share the work on customers; results do not depend on it.

    Returns:
        The monthly tables, in canonical order.
    """
    began = perf_counter()
    model = RetailMarket(scenario, with_policy(scenario, policy), replication, threads)
    opened = perf_counter() - began
    try:
        for _ in range(scenario.study.run.months):
            model.step()
        population = model.population
        return RunResult(
            policy=policy,
            replication=replication,
            tables=model.recorder.tables(policy, replication),
            months=model.month,
            customers=round(float(population["weight"].sum())),
            agents=len(population),
            phase_seconds={"open market": opened, **model.phase_seconds},
        )
    finally:
        model.close()


def is_compiled() -> bool:
    """Return whether the market's rules have been compiled on this machine before."""
    return (cache_folder() / _MARK).exists()


def warm_up() -> None:
    """Compile the market's rules by running a tiny market; quick where they are in the cache."""
    from marketsim.scenario.loading import load_scenario
    from marketsim.scenario.starter import tiny_market

    simulate(load_scenario(tiny_market()), replication=0)
    cache_folder().mkdir(parents=True, exist_ok=True)
    (cache_folder() / _MARK).touch()
