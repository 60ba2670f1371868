from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.reporting.handmade import PROFIT, UP, handmade
from tests.reporting.synthetic import LANES, FakeResult, result_of, study_of

from marketsim.reporting.answer import answer
from marketsim.reporting.charts.chart import Chart, subject_of
from marketsim.reporting.charts.event_study import event_marks, event_study
from marketsim.reporting.measures import Measure
from marketsim.reporting.monthly_figures import course
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi
from marketsim.results.tables import BASE, MARKET


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> FakeResult:
    """A run that is long enough to see the price shock of months 37 to 42."""
    policies = {name: LANES[name] for name in ("lane_5", "lane_20")}
    study = study_of(policies, months=48, replications=3)
    return result_of(study, policies, Path(tmp_path_factory.mktemp("long")), with_checks=False)


@pytest.fixture(scope="module")
def chart(long: FakeResult) -> Chart:
    view = StudyView(long)
    found = event_study(subject_of(view, answer(view), view.retailers, view.policies))
    assert found is not None
    return found


def test_events_are_marked_in_months_counted_from_one(long: FakeResult) -> None:
    (mark,) = event_marks(StudyView(long))
    assert (mark.first, mark.last) == (37, 42)
    assert mark.words == "price shock +30 % in months 37 to 42"


def test_events_after_the_end_and_lasting_ones() -> None:
    result = handmade({"lane": {PROFIT: UP}})
    result.manifest["scenario"]["events"] = [
        {"month": 70, "type": "ticket_surge", "size": 0.1, "duration_months": 1},
        {"month": 20, "type": "opening", "duration_months": None},
        {"month": 5, "type": "breach", "retailer": "Beta", "duration_months": 1},
    ]
    words = [mark.words for mark in event_marks(StudyView(result))]
    assert words == ["breach Beta in month 6", "opening from month 21"]


def test_events_that_outlast_the_run_have_no_end() -> None:
    result = handmade({"lane": {PROFIT: UP}})
    shock = {"month": 12, "type": "alternative_price_shock", "fuel": "all", "size": -0.2, "duration_months": 1200}
    result.manifest["scenario"]["events"] = [shock]
    (mark,) = event_marks(StudyView(result))
    assert mark.words == "alternative price shock −20 % from month 13"


def test_lines_are_policies_and_below_their_difference_to_base(chart: Chart) -> None:
    data = chart.data
    assert set(data["kpi"]) == {"profit_cny_per_year", "share_customers", "satisfaction", "price_cny_per_mwh"}
    assert (data["month"].min(), data["month"].max()) == (1, 48)
    wide = data.pivot_table(index=["kpi", "month"], columns=["what", "policy"], values="mean")
    gap = wide["level"]["lane_5"] - wide["level"][BASE]
    np.testing.assert_allclose(wide["difference to base"]["lane_5"], gap, atol=1e-9)
    alike = data["kpi"].isin(["price_cny_per_mwh", "share_customers"])  # the made-up tiers differ from the start
    before = data[(data["what"] == "difference to base") & (data["month"] <= 12) & alike]
    assert (before["mean"] == 0).all()


def test_the_finding_compares_months_of_events_with_others(chart: Chart) -> None:
    assert chart.finding.startswith("Events: price shock +30 % in months 37 to 42. The difference of profit under ")
    assert "in the other months of the policy" in chart.finding
    assert "1 price shock +30 % in months 37 to 42" in chart.figure.get_supxlabel()


def test_without_events_there_is_none(lanes: FakeResult) -> None:
    view = StudyView(lanes)  # its only event is after the end of the run
    assert event_study(subject_of(view, answer(view), view.retailers, view.policies)) is None


@pytest.mark.parametrize(
    ("name", "tier"),
    [
        ("profit_cny_per_year", "all"), ("staff_cny_per_year", "all"), ("share_energy", "all"), ("share_customers", "key"),
        ("satisfaction", "ordinary"), ("price_cny_per_mwh", "all"), ("churn_pct_per_year", "all"),
        ("complaints_per_1000_year", "all"), ("busy_wait_contact_minutes", "key"), ("sla_contact", "all"),
        ("staff", "all"),
    ],
)  # fmt: skip
def test_months_average_to_the_key_figure(long: FakeResult, name: str, tier: str) -> None:
    view = StudyView(long)
    measure = Measure(kpi(name), tier)
    found = course(view, measure, "lane_5")
    assert found is not None
    mean = found.values.iloc[view.first_evaluated :].mean().mean()
    per_month = 12 if found.unit.endswith("a month") else 1
    assert per_month * mean == pytest.approx(measure.cell(view, "lane_5").level.mean, rel=2e-3)


def test_figures_of_the_market_and_those_without_months(long: FakeResult) -> None:
    view = StudyView(long)
    hhi = course(view, Measure(kpi("hhi"), retailer=MARKET), BASE)
    assert hhi is not None
    assert (hhi.values == 2500.0).all().all()
    assert course(view, Measure(kpi("npv_cny")), BASE) is None
    assert course(view, Measure(kpi("awareness_pct")), BASE) is None, "the mechanism is off, so nothing is known"
