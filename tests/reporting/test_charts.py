from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.reporting.handmade import PROFIT, UP, handmade
from tests.reporting.synthetic import WIDTHS, FakeResult

from marketsim.reporting import style
from marketsim.reporting.answer import answer
from marketsim.reporting.charts.catalogue import draw_all
from marketsim.reporting.charts.chart import Chart, subject_of
from marketsim.reporting.charts.effects import effects
from marketsim.reporting.charts.tornado import tornado
from marketsim.reporting.view import StudyView
from marketsim.reporting.writers.pictures import write_pictures
from marketsim.results.tables import ALL, BASE


def drawn(result: FakeResult) -> dict[str, Chart]:
    view = StudyView(result)
    return {chart.name: chart for chart in draw_all(view, answer(view))}


@pytest.fixture(scope="module")
def charts(lanes: FakeResult) -> dict[str, Chart]:
    return drawn(lanes)


@pytest.fixture(scope="module")
def width_charts(widths: FakeResult) -> dict[str, Chart]:
    return drawn(widths)


@pytest.fixture(scope="module")
def dose(width_charts: dict[str, Chart]) -> Chart:
    return width_charts["dose_response"]


def summary_of(result: FakeResult, **labels: str) -> pd.DataFrame:
    wanted = {"retailer": "Alpha", "segment": ALL, "tier": ALL} | labels
    rows = result.summary
    for column, value in wanted.items():
        rows = rows[rows[column] == value]
    return rows.set_index("policy")


def test_every_chart_of_three_lanes_is_there(charts: dict[str, Chart]) -> None:
    assert set(charts) == {
        "policy_effects", "who_gains_and_loses", "segments_and_tiers", "waits_contact", "satisfaction_over_time",
        "share_over_time", "profit_sources", "policy_map", "service_frontier", "flows", "tornado",
    }  # fmt: skip


def test_a_series_has_the_dose_chart_first(width_charts: dict[str, Chart]) -> None:
    assert next(iter(width_charts)) == "dose_response"


def test_no_chart_is_empty_and_each_has_words_units_and_footer(charts: dict[str, Chart], dose: Chart) -> None:
    for chart in [*charts.values(), dose]:
        assert len(chart.data) > 0, chart.name
        assert chart.title, chart.name
        assert chart.alt.endswith("."), chart.name
        assert chart.finding.endswith("."), chart.name
        assert any(axes.has_data() for axes in chart.figure.axes), chart.name
        texts = " ".join(text.get_text() for text in chart.figure.texts) + chart.figure.get_supxlabel()
        assert "seed 1 · scenario" in texts, chart.name
        labelled = [axes for axes in chart.figure.axes if axes.has_data() and axes.axison and axes.lines]
        units = " ".join(axes.get_xlabel() + axes.get_ylabel() for axes in labelled)
        assert units.strip() or chart.name == "flows", chart.name


def test_effects_are_those_of_the_summary(charts: dict[str, Chart], lanes: FakeResult) -> None:
    data = charts["policy_effects"].data
    for (kpi, tier), rows in data.groupby(["kpi", "tier"]):
        expected = summary_of(lanes, kpi=str(kpi), tier=str(tier)).loc[rows["policy"]]
        divisor = 1e6 if kpi == "profit_cny_per_year" else 1.0
        for column in ("diff", "diff_low", "diff_high"):
            np.testing.assert_allclose(rows[column], expected[column] / divisor)


def test_the_picture_shows_the_numbers_of_its_table(charts: dict[str, Chart]) -> None:
    chart = charts["policy_effects"]
    profit = chart.data[chart.data["kpi"] == "profit_cny_per_year"]
    lines = chart.figure.axes[0].lines
    points = [line.get_xdata()[0] for line in lines if len(line.get_xdata()) == 1]
    whiskers = [
        tuple(line.get_xdata())
        for line in lines
        if len(line.get_xdata()) == 2 and line.get_ydata()[0] == line.get_ydata()[1]
    ]
    assert points == pytest.approx(list(profit["diff"]))
    assert np.ravel(whiskers) == pytest.approx(np.ravel(profit[["diff_low", "diff_high"]]))


def test_waits_and_widths_are_those_of_the_summary(charts: dict[str, Chart], lanes: FakeResult) -> None:
    data = charts["waits_contact"].data
    assert set(data["policy"]) == {BASE, "lane_5", "lane_20", "lane_5_staff"}
    for tier, rows in data.groupby("tier"):
        for column, kpi in (
            ("busy_wait_minutes", "busy_wait_contact_minutes"),
            ("ticket_pct", "ticket_share_contact"),
            ("servers", "servers_contact"),
        ):
            expected = summary_of(lanes, kpi=kpi, tier=str(tier)).loc[rows["policy"], "mean"]
            np.testing.assert_allclose(rows[column], expected)
    assert data.loc[data["policy"] == BASE, "busy_wait_low"].isna().all()


def test_sources_of_profit_add_up_to_its_difference(charts: dict[str, Chart], lanes: FakeResult) -> None:
    data = charts["profit_sources"].data.set_index("source")
    expected = summary_of(lanes, kpi="profit_cny_per_year").loc["lane_5_staff"]
    assert data["diff"].drop("profit").sum() == pytest.approx(expected["diff"] / 1e6)
    for column in ("diff", "diff_low", "diff_high"):
        assert data.loc["profit", column] == pytest.approx(expected[column] / 1e6)
    assert data.loc["service staff", "diff"] == pytest.approx(-0.1 * 60 * 12000 * 12 / 1e6)


def test_shares_by_month_average_to_the_kpi(charts: dict[str, Chart], lanes: FakeResult) -> None:
    data = charts["share_over_time"].data
    rows = data[(data["panel"] == "share of customers") & (data["policy"] == BASE) & (data["retailer"] == "Alpha")]
    assert (rows["month"].min(), rows["month"].max()) == (1, 36), "months count from 1, as on the axis"
    evaluated = rows[rows["month"] > 24]["mean"].mean()
    assert evaluated == pytest.approx(summary_of(lanes, kpi="share_customers").loc[BASE, "mean"], rel=1e-6)
    difference = data[data["panel"] == "difference of share of energy"]
    assert (difference.loc[difference["month"] <= 12, "mean"] == 0).all(), "base and policy share the warm-up"
    assert set(data["retailer"]) == {"Alpha", "Beta", "Delta", "Gamma"}


def test_satisfaction_by_month_averages_to_the_kpi_and_the_gap_is_its_difference(
    charts: dict[str, Chart], lanes: FakeResult
) -> None:
    data = charts["satisfaction_over_time"].data
    wide = data.pivot_table(index=["policy", "month"], columns="panel", values="mean")
    gap = wide["satisfaction, VIP"] - wide["satisfaction, ordinary"]
    np.testing.assert_allclose(wide["gap"], gap, atol=1e-9)
    late = data[(data["panel"] == "satisfaction, VIP") & (data["policy"] == "lane_5") & (data["month"] > 24)]
    expected = summary_of(lanes, kpi="satisfaction", tier="key").loc["lane_5", "mean"]
    assert late["mean"].mean() == pytest.approx(expected, rel=1e-3)


def test_the_tornado_shows_every_check(charts: dict[str, Chart], lanes: FakeResult) -> None:
    data = charts["tornado"].data
    checks = lanes.checks
    expected = checks[(checks["policy"] == "lane_5_staff") & (checks["kpi"] == "profit_cny_per_year")]
    assert len(data) == len(expected) == 12
    merged = data.merge(expected, on=["assumption", "end"], suffixes=("", "_check"))
    np.testing.assert_allclose(merged["diff"], merged["diff_check"] / 1e6)
    main = summary_of(lanes, kpi="profit_cny_per_year").loc["lane_5_staff", "diff"] / 1e6
    bars = data.groupby("assumption", sort=False)["diff"].agg(lambda e: max(e.max(), main) - min(e.min(), main))
    assert list(bars) == sorted(bars, reverse=True)


def test_gains_by_group_are_those_of_the_summary(charts: dict[str, Chart], lanes: FakeResult) -> None:
    data = charts["who_gains_and_loses"].data
    assert {"all customers", "VIPs", "ordinary customers", "commercial"} <= set(data["group"])
    for row in data.itertuples():
        expected = summary_of(lanes, kpi=row.kpi, tier=row.tier, segment=row.segment).loc["lane_5_staff", "diff"]
        assert row.diff == pytest.approx(expected, abs=1e-9)


def test_flows_are_those_of_the_table(charts: dict[str, Chart], lanes: FakeResult) -> None:
    data = charts["flows"].data.set_index(["policy", "from_retailer", "to_retailer"])["value"]
    table = lanes.table("flows")
    rows = table[
        (table["policy"] == BASE)
        & (table["month"] >= 24)
        & (table["from_retailer"] == "Alpha")
        & (table["to_retailer"] == "Beta")
    ]
    per_year = 12 * rows["energy_mwh"].sum() / lanes.table("flows")["replication"].nunique() / 1000
    assert data[BASE, "Alpha", "Beta"] == pytest.approx(per_year)
    change = data["lane_5_staff", "Alpha", "Beta"] - data[BASE, "Alpha", "Beta"]
    assert data["lane_5_staff less base", "Alpha", "Beta"] == pytest.approx(change)


def test_flows_are_the_churn_by_energy(charts: dict[str, Chart], lanes: FakeResult) -> None:
    data = charts["flows"].data
    lost = data[(data["policy"] == BASE) & (data["from_retailer"] == "Alpha")]["value"].sum() * 1000
    table = lanes.table("segment_month")
    rows = table[(table["policy"] == BASE) & (table["month"] >= 24) & (table["retailer"] == "Alpha")]
    yearly = rows["energy_mwh"].sum() / lanes.table("flows")["replication"].nunique()
    churn = summary_of(lanes, kpi="churn_energy_pct_per_year").loc[BASE, "mean"]
    assert 100 * lost / yearly == pytest.approx(churn, rel=0.01), "the KPI is a mean of ratios, this a ratio of means"


def test_the_map_shows_every_policy(charts: dict[str, Chart], lanes: FakeResult) -> None:
    data = charts["policy_map"].data.set_index("policy")
    expected = summary_of(lanes, kpi="satisfaction")  # ordinary customers of lane_20 are others than those of the base
    assert data.loc["lane_20", "satisfaction_diff"] == pytest.approx(expected.loc["lane_20", "diff"])
    assert set(data.index) == {BASE, "lane_5", "lane_20", "lane_5_staff"}
    assert (data.loc[BASE, ["satisfaction_diff", "profit_diff"]] == 0).all(), "the base is the zero of the map"


def test_the_dose_chart_runs_over_the_numbers(dose: Chart, widths: FakeResult) -> None:
    profit = dose.data[dose.data["kpi"] == "profit_cny_per_year"]
    assert list(profit["number"]) == [1, 5, 10, 30, 100]
    expected = summary_of(widths, kpi="profit_cny_per_year").loc[profit["policy"]]
    np.testing.assert_allclose(profit["value"], expected["diff"] / 1e6)
    waits = dose.data[(dose.data["kpi"] == "busy_wait_contact_minutes") & (dose.data["tier"] == "ordinary")]
    assert 100 not in list(waits["number"]), "a lane for all leaves nobody in the ordinary tier"
    assert dose.figure.axes[0].get_xscale() == "log"
    assert "% of customers" in dose.figure.get_supxlabel()


def test_files_are_the_same_bytes_every_time(lanes: FakeResult, tmp_path_factory: pytest.TempPathFactory) -> None:
    found = []
    for attempt in ("first", "second"):
        folder = tmp_path_factory.mktemp(attempt)
        view = StudyView(lanes)
        subject = subject_of(view, answer(view), view.retailers, view.policies)
        with style.chart_style():
            some = [draw(subject) for draw in (tornado, effects)]
        write_pictures([chart for chart in some if chart is not None], folder)
        found.append({path.name: path.read_bytes() for path in sorted(folder.iterdir())})
    assert found[0] == found[1]
    assert set(found[0]) == {
        f"{name}.{kind}" for name in ("tornado", "policy_effects") for kind in ("csv", "png", "svg")
    }
    assert b"<dc:date>" not in found[0]["tornado.svg"]


def test_csv_files_hold_the_numbers_drawn(lanes: FakeResult, charts: dict[str, Chart]) -> None:
    folder = lanes.folder / "csv"
    write_pictures([charts["policy_map"]], folder)
    read = pd.read_csv(folder / "policy_map.csv")
    pd.testing.assert_frame_equal(read, charts["policy_map"].data, check_exact=False, rtol=1e-9)


def test_whiskers_of_waits_end_at_zero(lanes: FakeResult, charts: dict[str, Chart]) -> None:
    data = charts["waits_contact"].data
    assert (data["busy_wait_low"].dropna() >= 0).all()
    assert (data["sla_high"].dropna() <= 100).all()


def test_policies_without_a_line_are_named(widths: FakeResult, width_charts: dict[str, Chart]) -> None:
    chart = width_charts["satisfaction_over_time"]
    missing = set(WIDTHS) - set(chart.data["policy"])
    assert len(missing) == 1
    name = missing.pop()
    assert f"Not drawn, to keep lines apart: {name}." in chart.finding
    assert f"not drawn: {name}" in chart.figure.get_supxlabel()


def test_a_level_whisker_crosses_the_base_only_where_it_cannot_be_told(widths: FakeResult, dose: Chart) -> None:
    rows = dose.data[(dose.data["kpi"] == "satisfaction") & (dose.data["tier"] == "key")]
    summary = summary_of(widths, kpi="satisfaction", tier="key")
    base = summary.loc[BASE, "mean"]
    for row in rows.itertuples():
        if row.policy != "lane_5":  # other widths than the base's 5 % hold other members
            assert math.isnan(row.low)
            continue
        told = summary.loc[row.policy, "diff_low"] > 0 or summary.loc[row.policy, "diff_high"] < 0
        assert told == (not row.low <= base <= row.high)


def test_reports_start_neither_pyplot_nor_the_model() -> None:
    unwanted = "{'matplotlib.pyplot', 'mesa', 'numba'}"
    code = f"import sys, marketsim.reporting.write; print(sorted({unwanted} & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_undrawable_names_neither_warn_nor_fail(lanes: FakeResult) -> None:
    with style.chart_style():
        figure = style.new_figure(2)
        axes = figure.subplots()
        axes.set_title(style.label_names(["\U000f0000"], "retailer")["\U000f0000"])
        axes.set_xlabel("$not math")
        figure.draw_without_rendering()
    assert axes.get_title(loc="left") == "retailer 1"


def test_a_figure_that_cannot_be_compared_has_no_panel() -> None:
    result = handmade({"lane": {PROFIT: UP}, "other": {PROFIT: UP}})
    untold = result.summary["tier"] == "key"
    differences = [name for name in result.summary.columns if name.startswith("diff")]
    summary = result.summary.copy()
    summary.loc[untold, differences] = math.nan
    view = StudyView(replace(result, summary=summary))
    assert not any("VIP" in panel.title for panel in _drawn_effects(view).panels)
    assert any("VIP" in panel.title for panel in _drawn_effects(StudyView(result)).panels)


def _drawn_effects(view: StudyView) -> Chart:
    found = effects(subject_of(view, answer(view), view.retailers, view.policies))
    assert found is not None
    return found
