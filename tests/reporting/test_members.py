from __future__ import annotations

import math

from tests.reporting.handmade import DOWN, LEVELS, ORDINARY, PROFIT, UP, VIP, handmade
from tests.reporting.synthetic import FakeResult

from marketsim.reporting.answer import answer
from marketsim.reporting.charts.chart import subject_of
from marketsim.reporting.charts.effects import effects
from marketsim.reporting.charts.segments import segments
from marketsim.reporting.estimates import Verdict
from marketsim.reporting.gains_table import gains
from marketsim.reporting.report_tables import policies
from marketsim.reporting.view import StudyView

WIDER = {PROFIT: UP, VIP: DOWN, ORDINARY: UP, ("customer_pct", "key"): (15.0,) * 4}
SLIGHTLY = {PROFIT: UP, VIP: DOWN, ("customer_pct", "key"): (0.4,) * 4}
SIZED = {**LEVELS, ("customer_pct", "key"): 5.0, ("customer_pct", "ordinary"): 95.0}


def wider() -> FakeResult:
    return handmade({"wide": WIDER, "same": SLIGHTLY}, levels=SIZED)


def test_a_tier_of_another_size_is_not_compared() -> None:
    view = StudyView(wider())
    cell = view.cell("wide", "satisfaction", tier="key")
    assert cell.verdict == Verdict.OTHER_MEMBERS
    assert not cell.is_compared
    assert math.isnan(cell.p_better)
    assert math.isnan(cell.paired_level.low)
    assert math.isfinite(cell.level.mean)


def test_a_tier_of_nearly_the_same_size_is() -> None:
    view = StudyView(wider())
    assert view.cell("same", "satisfaction", tier="key").verdict == Verdict.DOWN
    assert view.cell("wide", "satisfaction", tier="ordinary").verdict == Verdict.UP, "its size is that of the base"


def test_the_size_itself_and_figures_of_all_customers_are_compared() -> None:
    view = StudyView(wider())
    assert view.cell("wide", "customer_pct", tier="key").verdict == Verdict.UP
    assert view.cell("wide", "profit_cny_per_year").verdict == Verdict.UP


def test_tables_print_neither_verdict_nor_chance_nor_colour() -> None:
    view = StudyView(wider())
    heads = policies(view).heads
    place = next(i for i, head in enumerate(heads) if head.startswith("Satisfaction, VIP"))
    entry = policies(view).rows[1][place]
    assert (entry.text, entry.look) == ("other members", "unclear")
    assert not any("[" in line for line in entry.below)
    row = next(r for r in gains(view, "wide").rows if r[0].text == "VIPs")
    assert [cell.text for cell in row[2:5]] == ["other members", "not compared", "\N{EN DASH}"]
    assert any("compare different people" in note for note in gains(view, "wide").notes)
    assert not any("compare different people" in note for note in gains(view, "same").notes)


def test_charts_leave_such_differences_out() -> None:
    view = StudyView(wider())
    subject = subject_of(view, answer(view), view.retailers, view.policies)
    for chart in (effects(subject), segments(subject)):
        assert chart is not None
        shown = chart.data[(chart.data["kpi"] == "satisfaction") & (chart.data["tier"] == "key")]
        assert "wide" not in set(shown["policy"])
        texts = [text.get_text() for axes in chart.figure.axes for text in axes.texts]
        assert "other members" in texts
