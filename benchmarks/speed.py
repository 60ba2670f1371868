"""How fast the market runs, as ratios measured side by side in one run: `python benchmarks/speed.py`.

Seconds depend on the machine and on what else it does; the ratios hardly do. Everything is warmed up first, repetitions
are interleaved, and the median counts.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from marketsim.experiments.study import run_study
from marketsim.scenario.changes import with_policy
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.loading import load_scenario
from marketsim.simulation.model import PHASES, RetailMarket
from marketsim.simulation.run import warm_up

ROOT = Path(__file__).parents[1]
SCENARIO = ROOT / "scenarios" / "vip_lane.yaml"
POLICY = "lane_5"
AGENTS, MONTHS = 5000, 60
ORACLE_AGENTS, ORACLE_MONTHS = 1000, 10
REPETITIONS = 5
STUDY_WORLDS = 20
STUDY_REPETITIONS = 3
LEAST_RATIO = 30.0
MOST_BYTES = 400.0


def main() -> None:
    """Print all ratios."""
    print("warming up ...", flush=True)
    warm_up()
    against_oracle()
    processes()


def against_oracle() -> None:
    """Compare the model with the oracle, which runs the same months with an object per customer."""
    sys.path.insert(0, str(ROOT))
    from tests.oracle.market import OracleMarket

    fast_market, small_market = scenario(AGENTS, MONTHS), scenario(ORACLE_AGENTS, ORACLE_MONTHS)
    policy, small_policy = with_policy(fast_market, POLICY), with_policy(small_market, POLICY)
    fast_rates, plain_rates, phases = [], [], []
    for repetition in range(REPETITIONS + 1):
        fast = RetailMarket(fast_market, policy, replication=0)
        plain = OracleMarket(small_market, small_policy, replication=0)
        fast_rates.append(AGENTS * MONTHS / seconds(lambda: run(fast, MONTHS)))
        plain_rates.append(ORACLE_AGENTS * ORACLE_MONTHS / seconds(lambda: run(plain, ORACLE_MONTHS)))
        phases.append(dict(fast.phase_seconds))
        size = fast.population.nbytes / len(fast.population)
        fast.close()
        plain.close()
        if repetition == 0:
            fast_rates.clear(), plain_rates.clear(), phases.clear()
    ratios = [quick / slow for quick, slow in zip(fast_rates, plain_rates, strict=True)]
    print(f"\n{AGENTS} agents x {MONTHS} months x {len(policy.retailers)} retailers, policy {POLICY}")
    print(f"  customer-months a second   {median(fast_rates):12,.0f}")
    print(f"  oracle ({ORACLE_AGENTS} x {ORACLE_MONTHS})         {median(plain_rates):12,.0f}")
    spread = f"{min(ratios):.0f} to {max(ratios):.0f} in {len(ratios)} repetitions"
    print(f"  times the oracle           {median(ratios):12.0f}   ({spread}; required: {LEAST_RATIO:.0f})")
    print(f"  bytes of state a customer  {size:12.0f}   (required: under {MOST_BYTES:.0f})")
    print_phases(phases)


def print_phases(phases: list[dict[str, float]]) -> None:
    """Print the share of each phase of a month in the time of a run."""
    print("  share of the time by phase")
    totals = [sum(run.values()) for run in phases]
    for phase in PHASES:
        share = median(run[phase] / total for run, total in zip(phases, totals, strict=True))
        print(f"    {phase:<14}{share:7.1%}")


def processes() -> None:
    """Compare a study on two processes with the same on one."""
    market = scenario(AGENTS, MONTHS, {"run.replications": STUDY_WORLDS, "run.check_replications": 0})
    times: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(STUDY_REPETITIONS):
        for jobs, found in times.items():
            with TemporaryDirectory() as folder:
                out = Path(folder) / "study"
                found.append(seconds(lambda: run_study(market, jobs=jobs, out=out, policies=[POLICY], checks=False)))
    speedup = median(one / two for one, two in zip(times[1], times[2], strict=True))
    print(f"\na study of {2 * market.study.run.replications} such runs")
    print(f"  two processes against one  {speedup:12.2f} times as fast, their start included")


def scenario(agents: int, months: int, changes: dict[str, object] | None = None) -> Scenario:
    """Return the scenario of the benchmark at a size."""
    return load_scenario(
        SCENARIO, {"run.agents": agents, "run.months": months, "run.warmup_months": 3} | (changes or {})
    )


def run(model: RetailMarket, months: int) -> None:
    """Run a market for some months."""
    for _ in range(months):
        model.step()


def seconds(work: Callable[[], object]) -> float:
    """Return how long a piece of work takes."""
    began = perf_counter()
    work()
    return perf_counter() - began


if __name__ == "__main__":
    main()
