"""What reports cost, as multiples of one simulated run, measured side by side: `python benchmarks/reports.py`.

Each repetition simulates one run, builds the paper anew, and writes it in every format; the median of the ratios counts.
The formats share the pictures, which are drawn for the first one that shows them; this one is the web page.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from marketsim.experiments.study import run_study
from marketsim.reporting.paper.build import build_paper
from marketsim.reporting.paper.material import wishes_of
from marketsim.reporting.write import Files, write_paper
from marketsim.results.storage.store import StudyResult
from marketsim.scenario.changes import with_policy
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.loading import load_scenario
from marketsim.simulation.model import RetailMarket
from marketsim.simulation.run import warm_up

SCENARIO = Path(__file__).parents[1] / "scenarios" / "vip_lane.yaml"
POLICY = "lane_5"
SIZE = {"run.replications": 5, "run.check_replications": 2}
FORMATS = ("html", "pptx", "xlsx", "docx", "png", "svg", "csv")
REPETITIONS = 3


def main() -> None:
    """Print the ratios and the sizes of the files."""
    scenario = load_scenario(SCENARIO, SIZE)
    print("warming up, and running the study ...", flush=True)
    warm_up()
    with TemporaryDirectory() as name:
        folder = Path(name)
        study = run_study(scenario, checks=False, out=folder / "study")
        measured: dict[str, list[float]] = {}
        for _ in range(REPETITIONS):
            one_run = seconds(lambda: run(scenario))
            for what, cost in costs(study, folder).items():
                measured.setdefault(what, []).append(cost / one_run)
        for what, ratios in measured.items():
            size = (folder / f"report.{what}").stat().st_size if (folder / f"report.{what}").exists() else 0
            print(f"{what:<6} {median(ratios):5.1f} runs{f'  {size / 1e6:.1f} MB' if size else ''}")


def costs(study: StudyResult, folder: Path) -> dict[str, float]:
    """Return the seconds of the paper and of each format."""
    wishes = wishes_of(study.manifest)
    began = perf_counter()
    paper = build_paper(study, wishes)
    found = {"paper": perf_counter() - began}
    for form in FORMATS:
        files = Files((form,), folder)
        found[form] = seconds(lambda files=files: write_paper(paper, study, wishes, files))
    return found


def run(scenario: Scenario) -> None:
    """Simulate one run."""
    market = RetailMarket(scenario, with_policy(scenario, POLICY), replication=0)
    for _ in range(scenario.study.run.months):
        market.step()
    market.close()


def seconds(act: Callable[[], object]) -> float:
    """Return how long something takes."""
    began = perf_counter()
    act()
    return perf_counter() - began


if __name__ == "__main__":
    main()
