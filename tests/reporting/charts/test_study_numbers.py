from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.reporting.charts.drawing import chart_of, charts_of, subject, texts
from tests.reporting.synthetic import FakeResult

from marketsim.reporting import style
from marketsim.reporting.charts.effects import effects
from marketsim.reporting.charts.flows import flows
from marketsim.reporting.charts.satisfaction import satisfaction
from marketsim.reporting.charts.segments import segments
from marketsim.reporting.charts.shares import shares
from marketsim.reporting.charts.small_multiples import small_multiples
from marketsim.reporting.charts.waits import waits
from marketsim.reporting.charts.waterfall import waterfall
from marketsim.reporting.claims import Claim
from marketsim.reporting.edition import Edition, printed_in
from marketsim.reporting.estimates import Cell
from marketsim.reporting.measures import Measure
from marketsim.reporting.monthly_figures import course
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi
from marketsim.results.tables import ALL, BASE

BEST = "lane_5_staff"


def summary_of(result: FakeResult, kind: str, **labels: str) -> float:
    wanted = {"retailer": "Alpha", "segment": ALL, "tier": ALL, "policy": BEST, "kpi": kind} | labels
    rows = result.summary
    for column, value in wanted.items():
        rows = rows[rows[column] == value]
    return float(rows["diff"].iloc[0])


def test_the_waterfall_leads_from_the_profit_of_the_base_to_that_of_the_policy(lanes: FakeResult) -> None:
    chart = chart_of(lanes, waterfall)
    rows = lanes.summary[(lanes.summary["kpi"] == "profit_cny_per_year") & (lanes.summary["retailer"] == "Alpha")]
    levels = rows.set_index("policy")["mean"] / 1e6
    steps, total = chart.data.iloc[:-1], chart.data.iloc[-1]
    assert steps["before"].iloc[0] == pytest.approx(levels[BASE])
    assert steps["after"].iloc[-1] == pytest.approx(levels[BEST])
    assert (total["before"], total["after"]) == pytest.approx((levels[BASE], levels[BEST]))
    np.testing.assert_allclose(steps["before"].iloc[1:], steps["after"].iloc[:-1])
    assert sum(chart.panels[0].changes[:-1]) == pytest.approx(chart.panels[0].changes[-1])


def test_the_waterfall_claims_no_more_than_the_answer(lanes: FakeResult) -> None:
    found = subject(lanes)
    doubted = replace(found, answer=replace(found.answer, claim=Claim.CANNOT_TELL))
    with style.chart_style():
        sure, unsure = waterfall(found), waterfall(doubted)
    assert sure is not None
    assert unsure is not None
    assert sure.message.startswith(f"{BEST}: profit +")
    assert unsure.message == f"Corrected for all policies, whether {BEST} raises profit cannot be told"


def test_small_multiples_are_those_of_the_summary_on_one_scale(lanes: FakeResult) -> None:
    chart = chart_of(lanes, small_multiples)
    assert set(chart.data["tier"]) == {"key", "ordinary"}
    for row in chart.data.itertuples():
        expected = summary_of(lanes, row.kpi, tier=row.tier, segment=row.segment)
        assert row.diff == pytest.approx(expected, abs=1e-9)
    limits = [axes.get_xlim() for axes in chart.figure.axes]
    assert limits[0] == limits[1]
    assert limits[2] == limits[3]
    assert chart.panels[0].categories == ("large industrial", "sme industrial", "commercial")


def test_every_retailer_has_a_band_under_the_policy(lanes: FakeResult) -> None:
    data = chart_of(lanes, shares).data
    share = data[data["panel"].isin(["share of energy", "share of customers"])]
    banded = share.groupby(["panel", "policy", "retailer"])["low"].apply(lambda low: low.notna().all())
    assert len(banded) == 2 * 2 * 4
    assert banded.xs(BEST, level="policy").all()
    assert list(banded[banded].xs(BASE, level="policy").index.get_level_values("retailer")) == ["Alpha", "Alpha"]


def test_no_band_of_a_share_is_below_none(lanes: FakeResult) -> None:
    table = lanes.table("segment_month").copy()
    few = (table["retailer"] == "Delta") & (table["replication"] != 0)
    table.loc[few, ["customers", "energy_mwh"]] *= 0.01
    result = replace(lanes, tables={**lanes.tables, "segment_month": table})
    data = chart_of(result, shares).data
    share = data[data["panel"].isin(["share of energy", "share of customers"])]
    assert share["low"].min() == 0


def test_lines_of_other_customers_are_marked(lanes: FakeResult) -> None:
    chart = chart_of(lanes, satisfaction)
    shown = " ".join(texts(chart.figure))
    assert "lane_20*" in shown, "a fifth of the customers are VIPs there, a twentieth in the base"
    assert "lane_5*" not in shown
    assert "* other customers in the tiers than in the base" in chart.figure.get_supxlabel().replace("\n", " ")


def test_a_change_of_flows_that_cannot_be_told_is_in_brackets(lanes: FakeResult) -> None:
    chart = chart_of(lanes, flows)
    matrix = chart.panels[1]
    rows = chart.data[chart.data["policy"] == f"{BEST} less {BASE}"].set_index(["from_retailer", "to_retailer"])
    shown = [text.get_text() for text in chart.figure.axes[1].texts]
    told = 0
    for row, loser in enumerate(matrix.rows):
        for column, winner in enumerate(matrix.columns):
            if row == column:
                assert np.isnan(matrix.values[row][column])
                continue
            cell = rows.loc[(loser, winner)]
            unclear = cell["low"] <= 0 <= cell["high"] and cell["low"] != cell["high"]
            assert matrix.unclear[row][column] == unclear
            told += not unclear
    assert len([text for text in shown if text.startswith("(")]) == len(rows) - told
    assert told > 0


def test_ribbons_are_as_wide_as_what_moves(lanes: FakeResult) -> None:
    chart = chart_of(lanes, flows)
    base = chart.data[(chart.data["policy"] == BASE) & (chart.data["value"] > 0)]
    ribbons = [patch for patch in chart.figure.axes[0].patches if hasattr(patch, "get_path") and patch.get_alpha()]
    assert len(ribbons) == len(base) == len(chart.panels[0].flows)
    heights = [ribbon.get_path().vertices[0, 1] - ribbon.get_path().vertices[-2, 1] for ribbon in ribbons]
    np.testing.assert_allclose(sorted(heights), sorted(base["value"] / base["value"].sum()))


def test_waits_have_a_series_per_tier_with_the_means_of_the_table(lanes: FakeResult) -> None:
    chart = chart_of(lanes, waits)
    panel = chart.panels[0]
    assert [series.name for series in panel.series] == ["VIPs", "ordinary customers"]
    vips = chart.data[chart.data["tier"] == "key"].set_index("policy")["busy_wait_minutes"]
    assert panel.series[0].values == pytest.approx(tuple(vips[["base", "lane_5", "lane_20", BEST]]))


def test_money_and_prices_are_in_the_currency_and_unit_of_the_edition(lanes: FakeResult) -> None:
    edition = Edition("en", "USD", 0.14, energy_in_kwh=True, focus="Alpha")
    with printed_in(edition), style.chart_style():
        chart, groups = effects(subject(lanes)), segments(subject(lanes))
    assert chart is not None
    assert groups is not None
    profit = chart.data[chart.data["kpi"] == "profit_cny_per_year"].set_index("policy").loc[BEST]
    assert profit["diff"] == pytest.approx(
        summary_of(lanes, "profit_cny_per_year") * 0.14 / (1e6 if "million" in profit["unit"] else 1e3)
    )
    price = groups.data[(groups.data["kpi"] == "price_cny_per_mwh") & (groups.data["group"] == "all customers")].iloc[0]
    assert price["unit"] == "USD/kWh"
    assert price["diff"] == pytest.approx(summary_of(lanes, "price_cny_per_mwh") * 0.14 / 1000, abs=1e-12)


def test_a_month_of_money_is_in_the_currency_of_the_edition(lanes: FakeResult) -> None:
    view, profit = StudyView(lanes), Measure(kpi("profit_cny_per_year"))
    plain = course(view, profit, BASE)
    with printed_in(Edition("zh", "USD", 0.5)):
        found = course(view, profit, BASE)
    assert plain is not None
    assert found is not None
    assert (plain.unit, found.unit) == ("CNY a month", "USD/月")
    np.testing.assert_allclose(found.values, 0.5 * plain.values)


def test_brand_colours_of_an_edition_reach_every_chart(lanes: FakeResult) -> None:
    brand = "#123456"
    with printed_in(Edition("en", focus="Alpha", colours={"Alpha": brand})), style.chart_style():
        dots, moved, waiting = effects(subject(lanes)), flows(subject(lanes)), waits(subject(lanes))
    assert dots is not None
    assert moved is not None
    assert brand in dots.panels[0].colours
    assert moved.panels[0].colours["Alpha"] == brand
    assert waiting[0].panels[0].series[0].colour == brand


def test_hostile_names_are_drawn_as_they_are(lanes: FakeResult) -> None:
    hostile = "<b>=$x^2$ _ " + "a" * 48
    study = lanes.manifest["scenario"]
    policies = {hostile if name == BEST else name: value for name, value in study["policies"].items()}
    manifest = {**lanes.manifest, "scenario": {**study, "policies": policies}}
    swap = {BEST: hostile}

    def renamed(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(policy=frame["policy"].astype(str).replace(swap)) if "policy" in frame else frame

    result = replace(
        lanes,
        manifest=manifest,
        runs=renamed(lanes.runs),
        kpis=renamed(lanes.kpis),
        summary=renamed(lanes.summary),
        checks=renamed(lanes.checks),
        tables={name: renamed(table) for name, table in lanes.tables.items()},
    )
    for draw in (effects, shares, satisfaction, waterfall, flows, waits, small_multiples):
        for chart in charts_of(result, draw):
            assert hostile in chart.message + chart.finding + chart.title


def test_the_title_of_waits_gives_none_where_their_change_may_be_chance(
    lanes: FakeResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = Measure.cell

    def unclear(measure: Measure, view: StudyView, policy: str) -> Cell:
        cell = compared(measure, view, policy)
        return replace(cell, difference=replace(cell.difference, low=-99.0, high=99.0)) if policy != BASE else cell

    assert "cannot be told" not in chart_of(lanes, waits).message
    monkeypatch.setattr(Measure, "cell", unclear)
    assert chart_of(lanes, waits).message == f"contact desk: whether {BEST} changes busy-hour waits cannot be told"
