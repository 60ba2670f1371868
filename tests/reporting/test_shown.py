from __future__ import annotations

from dataclasses import replace

import pytest
from tests.reporting.synthetic import FakeResult

from marketsim.reporting.answer import answer
from marketsim.reporting.charts.chart import subject_of
from marketsim.reporting.charts.effects import effects
from marketsim.reporting.measures import shown_measures
from marketsim.reporting.report_tables import policies
from marketsim.reporting.view import StudyView

WANTED = [
    {"kpi": "churn_energy_pct_per_year", "retailer": None, "segment": None, "tier": "all"},
    {"kpi": "satisfaction", "retailer": None, "segment": "commercial", "tier": "all"},
    {"kpi": "price_cny_per_mwh", "retailer": "market", "segment": None, "tier": "all"},
    {"kpi": "profit_cny_per_year", "retailer": "Beta", "segment": None, "tier": "all"},
]


@pytest.fixture(scope="module")
def view(lanes: FakeResult) -> StudyView:
    manifest = lanes.manifest | {"scenario": lanes.manifest["scenario"] | {"show": WANTED}}
    return StudyView(replace(lanes, manifest=manifest))


def test_what_is_asked_for_is_shown_in_its_order(view: StudyView) -> None:
    titles = [measure.title for measure in shown_measures(view)]
    assert titles == ["Churn by energy", "Satisfaction, commercial", "Price paid in the market", "Profit of Beta"]
    heads = policies(view).heads
    assert [head.rpartition(", ")[0] for head in heads[1:]] == titles


def test_the_chart_has_the_same_figures(view: StudyView, lanes: FakeResult) -> None:
    chart = effects(subject_of(view, answer(view), view.retailers, view.policies))
    assert chart is not None
    order = list(dict.fromkeys(zip(chart.data["kpi"], chart.data["retailer"], strict=True)))
    assert order == [(w["kpi"], w["retailer"] or "Alpha") for w in WANTED]
    beta = chart.data[chart.data["retailer"] == "Beta"].set_index("policy")["diff"]
    rows = lanes.summary
    expected = rows[(rows["retailer"] == "Beta") & (rows["kpi"] == "profit_cny_per_year") & (rows["segment"] == "all")]
    for row in expected[expected["policy"] != "base"].itertuples():
        assert beta[row.policy] == pytest.approx(row.diff / 1e6)


def test_without_it_the_usual_figures_are_shown(lanes: FakeResult) -> None:
    assert [measure.kpi.name for measure in shown_measures(StudyView(lanes))][:3] == [
        "profit_cny_per_year", "share_energy", "share_customers",
    ]  # fmt: skip
