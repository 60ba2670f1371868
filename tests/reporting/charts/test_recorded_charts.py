"""Charts of what is recorded of single customers, and of what service in time costs."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.reporting.charts.drawing import Draw, chart_of, charts_of, foreign_words, texts, undrawn
from tests.reporting.handmade import handmade
from tests.reporting.synthetic import FakeResult

from marketsim.experiments.study import run_study
from marketsim.reporting.charts.frontier import frontier
from marketsim.reporting.charts.lorenz import lorenz
from marketsim.reporting.charts.native import Bars, Lines, Points
from marketsim.reporting.charts.survival import survival
from marketsim.reporting.customer_records import kept_shares, margin_shares
from marketsim.reporting.view import StudyView
from marketsim.results.storage.store import StudyResult
from marketsim.results.tables import BASE
from marketsim.scenario.loading import load_scenario

DRAWS = (survival, lorenz, frontier)
every_chart = pytest.mark.parametrize("draw", DRAWS, ids=[draw.__name__ for draw in DRAWS])
SMALL = {
    "run.agents": 200,
    "run.months": 26,
    "run.warmup_months": 8,
    "run.evaluate_from_month": 20,
    "run.replications": 4,
}


@pytest.fixture(scope="module")
def staffing(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    """A small study of more and less staff, run with the real market."""
    path = Path(__file__).parents[3] / "scenarios" / "sla_staffing.yaml"
    policies = ["fifo_85", "fifo_110", "priority_100"]
    out = tmp_path_factory.mktemp("staffing") / "study"
    return run_study(load_scenario(path, SMALL), jobs=1, out=out, checks=False, policies=policies)


@every_chart
def test_panels_hold_numbers_of_the_table_only(draw: Draw, staffing: StudyResult) -> None:
    chart = chart_of(staffing, draw)
    assert chart.panels
    assert undrawn(chart) == []


def test_panels_have_the_form_of_the_picture(staffing: StudyResult) -> None:
    forms = [[type(panel) for panel in chart_of(staffing, draw).panels] for draw in DRAWS]
    assert forms[0] == [Lines] * 6
    assert forms[1] == [Lines, Bars]
    assert set(forms[2]) == {Points}


@every_chart
@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_message_fits_the_title_of_a_slide(draw: Draw, language: str, staffing: StudyResult) -> None:
    chart = chart_of(staffing, draw, language)
    assert not chart.message.endswith((".", "。"))
    assert 0 < len(chart.message) <= (90 if language == "en" else 40)


@every_chart
def test_a_chinese_chart_has_no_english_word(draw: Draw, staffing: StudyResult) -> None:
    study, chart = staffing.manifest["scenario"], chart_of(staffing, draw, "zh")
    titles = [panel.title for panel in chart.panels]
    said = [*texts(chart.figure), chart.title, chart.message, chart.finding, chart.alt, *titles]
    assert foreign_words(said, [*study["policies"], *study["retailers"]]) == set()


@every_chart
def test_results_stored_before_there_were_such_tables_have_no_such_chart(draw: Draw) -> None:
    assert charts_of(handmade({"lane": {}}), draw) == []


def test_the_key_figure_is_the_curve_after_a_year(staffing: StudyResult) -> None:
    view = StudyView(staffing)
    shares = kept_shares(view, BASE)
    assert shares.loc[0].tolist() == [100.0] * 4
    assert len(shares) == view.months - view.warmup + 1
    figure = view.worlds("relations_kept_pct")[BASE]
    assert shares.loc[12].to_numpy() == pytest.approx(figure.to_numpy())


def test_the_key_figures_of_margin_are_read_from_the_curve(staffing: StudyResult) -> None:
    view = StudyView(staffing)
    shares = margin_shares(view, "fifo_110")
    assert shares.loc[100].tolist() == pytest.approx([100.0] * 4)
    top = view.worlds("margin_top10_pct")["fifo_110"]
    assert (100 - shares.loc[90]).to_numpy() == pytest.approx(top.to_numpy())
    data = chart_of(staffing, lorenz).data
    assert data[data["panel"] == "groups"].groupby("policy")["mean"].sum().to_numpy() == pytest.approx(100.0)


def test_another_retailer_has_no_curve_of_margins(staffing: StudyResult) -> None:
    rival = next(name for name in staffing.manifest["scenario"]["retailers"] if name != "Alpha")
    assert margin_shares(StudyView(staffing, rival), BASE).empty
    assert len(kept_shares(StudyView(staffing, rival), BASE)) > 0


def test_the_front_rises_with_cost_and_nothing_lies_above_it(staffing: StudyResult) -> None:
    chart = chart_of(staffing, frontier)
    for _, rows in chart.data.groupby("desk"):
        front = rows[rows["on_front"]].sort_values("cost")
        assert front["share"].is_monotonic_increasing
        for row in rows[~rows["on_front"]].to_dict("records"):
            assert (front[front["cost"] <= row["cost"]]["share"] >= row["share"]).any()
        assert {"fifo_85"} <= set(front["policy"]) | set(rows[rows["is_beaten"]]["policy"])
    view = StudyView(staffing)
    better = view.cell("priority_100", "sla_contact").difference.low > 0
    assert (chart.message == "priority_100 serves more in time and costs no more") == better


def stays(result: FakeResult, leaves: dict[str, float], closures: float = 0.0) -> FakeResult:
    """Add the table of relations: of 100 customers some leave in the first month after closures, in every world alike."""
    study = result.manifest["scenario"]["run"]
    rows = []
    for policy, left in leaves.items():
        for world in range(study["replications"]):
            own = left + 0.1 * world
            at_risk = 100.0 - closures
            for month in range(study["warmup_months"], study["months"]):
                first = month == study["warmup_months"]
                numbers = (at_risk, own, closures) if first else (at_risk - own, 0.0, 0.0)
                rows.append((policy, world, month, "Alpha", "commerce", "ordinary", *numbers))
    keys = ["policy", "replication", "month", "retailer", "segment", "tier", "customers", "leaves", "closures"]
    table = pd.DataFrame(rows, columns=keys)
    segments = list(result.manifest["scenario"]["segments"])
    return replace(result, tables={**result.tables, "relations": table.assign(segment=segments[0])})


def test_closures_are_no_departures(lanes: FakeResult) -> None:
    view = StudyView(stays(lanes, {BASE: 10.0}, closures=50.0))
    assert kept_shares(view, BASE)[0].iloc[-1] == pytest.approx(80.0)
    assert kept_shares(view, BASE, "key").empty


def test_a_difference_that_can_be_told_is_the_message(lanes: FakeResult) -> None:
    best = chart_of(stays(lanes, dict.fromkeys([BASE, *lanes.manifest["policies"]], 10.0)), survival)
    assert "no difference" in best.finding
    fewer = chart_of(stays(lanes, {BASE: 20.0, **dict.fromkeys(lanes.manifest["policies"], 5.0)}), survival)
    assert "keeps 15.00 pp more of the customers" in fewer.message
    assert "+15" in fewer.finding
    levels = fewer.data.query("panel == 'kept' and policy == 'base' and tier_at_start == 'all'")
    worlds = lanes.manifest["scenario"]["run"]["replications"]
    assert levels["mean"].iloc[-1] == pytest.approx(80 - 0.05 * (worlds - 1))
    assert all(math.isfinite(end) for end in levels["low"])


def test_losses_are_said(staffing: StudyResult) -> None:
    losing = _with_losses(staffing)
    chart = chart_of(losing, lorenz)
    assert "dips below zero" in chart.finding
    assert "dips below zero" not in chart_of(staffing, lorenz).finding
    assert chart.data.query("panel == 'lorenz'")["mean"].min() == pytest.approx(-5.0)


def test_no_curve_where_there_is_no_margin_to_share(staffing: StudyResult) -> None:
    assert charts_of(_with_losses(staffing, size=-200.0), lorenz) == []


def _with_losses(result: StudyResult, size: float = -5.0) -> FakeResult:
    """Return the results with a made-up curve that loses 5 of 100 on the first tenth of the customers (or all of it)."""
    table = result.table("margin_curve")
    shape = np.interp(table["customers_pct"], [0, 10, 50, 100], [0, size, 0, 100 + min(size + 5, 0)])
    names = ("relations", "segment_month", "retailer_month", "desk_month", "market_month", "flows")
    tables = {name: result.table(name) for name in names} | {"margin_curve": table.assign(margin_cny=shape)}
    parts = (result.runs, result.timings, result.kpis, result.summary, result.checks)
    return FakeResult(result.folder, result.manifest, *parts, tables=tables)
