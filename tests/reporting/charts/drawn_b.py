"""Every chart of sweeps, sensitivity, factors, events and matrices, drawn from made-up results in an edition."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from tests import sweeps
from tests.reporting import sweep_folders as made
from tests.reporting.handmade import DOWN, MORE, PROFIT, UNCLEAR, UP, check, handmade
from tests.reporting.synthetic import LANES, WIDTHS, FakeResult, result_of, study_of

from marketsim.reporting import style
from marketsim.reporting.answer import answer
from marketsim.reporting.charts.chart import Chart, subject_of
from marketsim.reporting.charts.dose import dose
from marketsim.reporting.charts.event_response import event_response
from marketsim.reporting.charts.event_study import event_study
from marketsim.reporting.charts.factorial import factorial
from marketsim.reporting.charts.heat_map import heat_map
from marketsim.reporting.charts.matrix import matrix
from marketsim.reporting.charts.regret import regret_chart
from marketsim.reporting.charts.sensitivity import morris_chart, sweep_tornado, variance_bars
from marketsim.reporting.charts.sweep_lines import profile_lines, sweep_lines
from marketsim.reporting.charts.tornado import tornado
from marketsim.reporting.edition import Edition, printed_in
from marketsim.reporting.view import StudyView
from marketsim.results.sensitivity.indices import sensitivities
from marketsim.results.sensitivity.outcomes import LEVER
from marketsim.results.sensitivity.overturning import overturning
from marketsim.results.sensitivity.profiles import mean_effect
from marketsim.results.statistics.compare import summarise
from marketsim.results.statistics.regret import regret
from marketsim.results.tables import BASE

_OF_STUDIES = (matrix, factorial, dose, event_study, event_response, tornado)
HOLD, MATCH = "hold", "match"


def game(payoffs: dict[tuple[str, str], tuple[float, float]], chance: float = 0.05) -> FakeResult:
    """Return a study in which Alpha's and Beta's strategies meet; payoffs are differences to base in million CNY."""
    noise = (0.0, chance, -chance, 2 * chance)
    names = {cell: f"{cell[0]} x {cell[1]}" for cell in payoffs}
    result = handmade(
        {names[cell]: {PROFIT: tuple(own + n for n in noise)} for cell, (own, _) in payoffs.items()},
    )
    base = result.kpis[(result.kpis["kpi"] == PROFIT[0]) & (result.kpis["policy"] == BASE)]
    rival = [base.assign(retailer="Beta", value=30e6)]
    for cell, (_, theirs) in payoffs.items():
        values = [30e6 + 1e6 * (theirs + n) for n in noise]
        rival.append(base.assign(retailer="Beta", policy=names[cell], value=values))
    kpis = pd.concat([result.kpis, *rival], ignore_index=True)
    rows = {row: {"retailers.Alpha.strategy.kind": row} for row in dict.fromkeys(cell[0] for cell in payoffs)}
    columns = {column: {"retailers.Beta.strategy.kind": column} for column in dict.fromkeys(c[1] for c in payoffs)}
    scenario = result.manifest["scenario"]
    scenario["retailers"]["Beta"] = scenario["retailers"]["Alpha"]
    scenario["matrix"] = {"rows": rows, "columns": columns}
    fields = {name: getattr(result, name) for name in ("folder", "manifest", "runs", "timings", "checks")}
    return FakeResult(**fields, kpis=kpis, summary=summarise(kpis))


def studies(place: Path) -> Iterator[FakeResult]:
    """Yield results of which every chart of studies can be drawn."""
    prisoners = {
        (HOLD, HOLD): (3.0, 3.0),
        (HOLD, MATCH): (0.0, 4.0),
        (MATCH, HOLD): (4.0, 0.0),
        (MATCH, MATCH): (1.0, 1.0),
    }
    yield game(prisoners)
    yield game(dict.fromkeys(prisoners, (0.0, 0.0)), chance=3.0)
    for together in (MORE, UNCLEAR):
        factors = handmade({"lane": {PROFIT: UP}, "staff": {PROFIT: UP}, "lane+staff": {PROFIT: together}})
        factors.manifest["scenario"]["factors"] = {"lane": {}, "staff": {}}
        yield factors
    for low, high in ((1.0, 2.0), (-2.0, -1.0), (-1.0, 1.0)):
        path = "behaviour.fairness.visibility"
        yield handmade({"lane": {PROFIT: UP}}, checks=[check(path, "low", 1.0, 3.0), check(path, "high", low, high)])
    yield handmade({"lane": {PROFIT: DOWN}}, checks=[check("behaviour.fairness.visibility", "low", -1.0, 3.0)])
    widths = study_of(WIDTHS, months=26, replications=2)
    yield result_of(widths, WIDTHS, place / "widths")
    two = {name: LANES[name] for name in ("lane_5", "lane_20")}
    yield result_of(study_of(two, months=44, replications=2), two, place / "long", with_checks=False)


THREE = sweeps.grid({"width": [1, 20, 100], "staff": [0.9, 1.1], "envy": [0, 0.5]}, width=LEVER, staff=LEVER)
SWEEPS = {
    "two by two": made.swept(made.TWO_TWO, made.lane),
    "three parameters": made.swept(THREE, made.lane, failed=(3,)),
    "all cannot tell": made.swept(made.TWO_TWO, lambda w, s: 0.0, chance=9e6),
    "one world": made.swept(made.TWO_TWO, made.lane, worlds=1),
    "less is better": made.swept(
        made.TWO_TWO, lambda w, s: w - 2.0, kpi="churn_pct_per_year", unit="%/year", chance=1.0
    ),
    "sobol": made.swept(sweeps.sobol(16, made.RANGES), made.drawn),
    "morris": made.swept(sweeps.morris(8, made.RANGES), made.drawn),
    "one lever": made.swept(sweeps.grid({"width": [1, 10, 100]}, width=LEVER), lambda w: made.lane(w, 1.0)),
}


def of_sweeps() -> Iterator[Chart]:
    """Yield the charts of all sweeps, and one of regret."""
    for sweep in SWEEPS.values():
        overturn = overturning(sweep.found)
        indices = sensitivities(sweep.found, 1)
        found = (
            heat_map(sweep),
            sweep_lines(sweep),
            profile_lines(sweep),
            sweep_tornado(sweep, overturn, mean_effect(sweep.found)),
            morris_chart(sweep, indices),
            variance_bars(sweep, indices),
        )
        yield from (chart for chart in found if chart is not None)
    plan = sweeps.grid({"width": [1, 5, 20], "envy": [0, 0.5, 1.0]}, width=LEVER)
    tables = sweeps.tables(plan, lambda w, e: made.lane(w, 1.05, e), chance=1e5, policies=("lane", "lane and staff"))
    least = regret_chart(regret(tables["sweep"], tables["sweep_points"]), "sweep_1", "n = 8")
    assert least is not None
    yield least


def all_charts(place: Path, edition: Edition) -> list[Chart]:
    """Draw everything in an edition, one of each kind to the end, where missing characters would raise a warning."""
    found = []
    with printed_in(edition), style.chart_style():
        for result in studies(place):
            view = StudyView(result)
            subject = subject_of(view, answer(view), view.retailers, view.policies)
            found += [chart for draw in _OF_STUDIES if (chart := draw(subject)) is not None]
        found += of_sweeps()
        for chart in {chart.name: chart for chart in found}.values():
            chart.figure.draw_without_rendering()
    return found
