"""How studies scale, as ratios measured side by side in one run: processes, mesa.batch_run, Dask, disk, memory.

    python benchmarks/scale.py [--runs 1000] [--agents 2000] [--months 60] [--most 2000]

Prints one line per figure. It takes half an hour on two cores with the defaults; nothing else should use the machine.
``--runs 100`` is a quick look.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import mesa

from marketsim.experiments.plan import plan
from marketsim.experiments.progress import Silent
from marketsim.experiments.settings import Settings
from marketsim.experiments.study import carry_out
from marketsim.scenario.changes import with_policy
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.loading import load_scenario
from marketsim.simulation.model import RetailMarket
from marketsim.simulation.run import warm_up

SCENARIO = Path(__file__).parents[1] / "scenarios" / "vip_lane.yaml"
POLICY = "lane_5"


def study(runs: int, agents: int, months: int) -> Scenario:
    """Return a study of so many runs: base and one policy, half of the runs each."""
    start = {"run.warmup_months": months // 5, "run.evaluate_from_month": months * 2 // 5}
    changes = {"run.agents": agents, "run.months": months, "run.replications": runs // 2, **start}
    return load_scenario(SCENARIO, changes)


def seconds(given: Scenario, folder: Path, settings: Settings) -> float:
    """Return how long base and one policy take in every world, the results included."""
    began = time.perf_counter()
    carry_out(given, plan(given.study, policies=[POLICY], checks=False), folder, settings, Silent())
    return time.perf_counter() - began


class BatchMarket(mesa.Model):
    """The same model in the form that mesa.batch_run asks for: parameters in, steps, a data collector."""

    def __init__(self, world: int, policy: str, runs: int, agents: int, months: int, **_: Any) -> None:
        super().__init__()
        given = study(runs, agents, months)
        self.market = RetailMarket(given, with_policy(given, policy), world, 1)
        self.months = months
        self.datacollector = mesa.DataCollector(model_reporters={"month": lambda model: model.market.month})

    def step(self) -> None:
        """Go on by a month; stop after the last."""
        if self.market.month < self.months:
            self.market.step()
            self.datacollector.collect(self)
        if self.market.month >= self.months:
            self.running = False
            self.market.close()


def batch_run_seconds(runs: int, agents: int, months: int, processes: int) -> float:
    """Return how long mesa.batch_run takes for the same runs; it keeps next to nothing of them."""
    parameters = {
        "world": range(runs // 2),
        "policy": ["base", POLICY],
        "runs": runs,
        "agents": agents,
        "months": months,
    }
    began = time.perf_counter()
    mesa.batch_run(BatchMarket, parameters, number_processes=processes, max_steps=months, display_progress=False)
    return time.perf_counter() - began


def bytes_of(folder: Path) -> int:
    """Return the size of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def peak_megabytes(runs: int, agents: int) -> dict[str, float]:
    """Return the peak memory of the parent and of its largest worker in a study of so many short runs."""
    done = subprocess.run(
        [sys.executable, __file__, "--peak", str(runs), "--agents", str(agents)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout))


def _print_peak(runs: int, agents: int) -> None:
    import resource

    with tempfile.TemporaryDirectory() as place:
        seconds(study(runs, agents, 12), Path(place) / "study", Settings(jobs=2))
    peaks = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps(dict(zip(("parent", "largest worker"), peaks, strict=True))))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--agents", type=int, default=2000)
    parser.add_argument("--months", type=int, default=60)
    parser.add_argument("--most", type=int, default=2000, help="runs of the larger study whose memory is measured")
    parser.add_argument("--peak", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.peak:
        _print_peak(given.peak, given.agents)
        return
    warm_up()
    with tempfile.TemporaryDirectory() as place:
        _measure_processes(given, Path(place))
        _measure_overhead(Path(place))
    _measure_memory(given.most)


def _measure_processes(given: argparse.Namespace, place: Path) -> None:
    market = study(given.runs, given.agents, given.months)
    one = seconds(market, place / "a" / "one", Settings(jobs=1))
    two = seconds(market, place / "b" / "two", Settings(jobs=2))
    print(f"{given.runs} runs of {given.agents} agents and {given.months} months")
    print(f"one process {one:.0f} s, two {two:.0f} s: efficiency {one / two / 2:.2f} (required .85)")
    few = max(40, given.runs // 5)
    batch = batch_run_seconds(few, given.agents, given.months, 2) / few
    print(f"mesa.batch_run on two processes, {few} of these runs: {batch * given.runs / two:.2f} times as long per run")
    stored, shown = bytes_of(place / "b" / "two" / "parts"), bytes_of(place / "b" / "two" / "tables")
    print(f"disk per run: {stored / given.runs / 1000:.0f} kB stored, {shown / given.runs / 1000:.0f} kB in tables")


def _measure_overhead(place: Path) -> None:
    """Compare executors with runs that take next to no time."""
    market = study(400, 50, 6)
    found = {}
    for executor, jobs in (("serial", 1), ("loky", 2), ("dask", 2)):
        few = study(20, 50, 6)
        start = seconds(few, place / executor / "few", Settings(jobs=jobs, executor=executor))
        rest = seconds(market, place / executor / "many", Settings(jobs=jobs, executor=executor))
        found[executor] = (rest - start) / 380
    for executor, each in found.items():
        print(f"{executor}: {each * 1000:.1f} ms a run of 50 agents and 6 months")
    print(f"Dask against loky: {(found['dask'] - found['loky']) * 1000:+.1f} ms a run")


def _measure_memory(most: int) -> None:
    few, many = peak_megabytes(100, 100), peak_megabytes(most, 100)
    for who in few:
        grown = f"{many[who] / few[who]:.2f} times"
        print(f"peak memory, {who}: {few[who]:.0f} MB at 100 runs, {many[who]:.0f} MB at {most}: {grown}")


if __name__ == "__main__":
    main()
