from __future__ import annotations

import math
from dataclasses import replace

import pytest
from tests.reporting.handmade import DOWN, LEVELS, ORDINARY, PROFIT, UP, VIP, handmade
from tests.reporting.synthetic import FakeResult

from marketsim.reporting.answer import answer
from marketsim.reporting.charts.chart import subject_of
from marketsim.reporting.charts.effects import effects
from marketsim.reporting.charts.satisfaction import _others_words
from marketsim.reporting.charts.segments import segments
from marketsim.reporting.estimates import Verdict
from marketsim.reporting.gains_table import gains
from marketsim.reporting.method import method
from marketsim.reporting.people_sentence import people_sentence
from marketsim.reporting.report_tables import policies
from marketsim.reporting.view import StudyView
from marketsim.results.statistics.compare import summarise
from marketsim.results.statistics.partners import Partners
from marketsim.results.tables import ALL
from marketsim.scenario.tier_rules import RuleSet

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


REFERENCE = "base, tiers of wide"


def referred() -> FakeResult:
    """Return results in which wide is compared, by tier, with the base under its tier rules: VIPs gain two points."""
    found = wider()
    same_members = found.kpis[(found.kpis["policy"] == "wide") & (found.kpis["tier"] != ALL)].copy()
    shift = same_members["kpi"].map({"satisfaction": 2.0}).fillna(0.0) * (1 + 0.1 * same_members["replication"])
    same_members = same_members.assign(policy=REFERENCE, value=same_members["value"] - shift)
    partners = Partners({"wide": RuleSet("wide", frozenset({"Alpha"}))}, same_members)
    return replace(found, summary=summarise(found.kpis, partners=partners))


def test_against_the_same_members_there_is_a_verdict() -> None:
    view = StudyView(referred())
    cell = view.cell("wide", "satisfaction", tier="key")
    assert cell.verdict == Verdict.UP
    assert cell.difference.mean == pytest.approx(2.3)
    assert cell.p_better > 0.99
    assert (cell.has_own_reference, cell.against) == (True, "the same customers in the base")
    assert cell.paired_level.low < cell.level.mean
    assert not view.cell("wide", "profit_cny_per_year").has_own_reference
    assert not view.cell("same", "satisfaction", tier="key").has_own_reference


def test_tables_then_compare_and_say_with_whom() -> None:
    view = StudyView(referred())
    row = next(r for r in gains(view, "wide").rows if r[0].text == "VIPs")
    assert row[3].text == "▲ gains"
    base, policy = (float(row[place].text) for place in (5, 6))
    assert policy - base == pytest.approx(2.3, abs=0.11), "the column of the base shows the same customers there"
    for table in (gains(view, "wide"), policies(view)):
        assert any("with the same customers in the base" in note for note in table.notes)
        assert not any("compare different people" in note for note in table.notes)
    assert not any("same customers" in note for note in gains(view, "same").notes)
    assert "against the same customers in the base; they are" in people_sentence(view, "wide")
    assert "the base is run with these rules" in dict(method(view))["Comparison"]
    assert "these rules" not in dict(method(StudyView(wider())))["Comparison"]


def test_charts_then_draw_the_differences_and_say_with_whom() -> None:
    view = StudyView(referred())
    subject = subject_of(view, answer(view), view.retailers, view.policies)
    for chart in (effects(subject), segments(subject)):
        assert chart is not None
        shown = chart.data[(chart.data["kpi"] == "satisfaction") & (chart.data["tier"] == "key")]
        assert "wide" in set(shown["policy"])
        texts = [text.get_text() for text in chart.figure.texts]
        assert any("against the same customers in the base" in text for text in texts)
    assert "wide" in _others_words(subject, ["key"]), "its monthly line is still of other people than the base's"


def test_results_that_were_stored_without_references_are_read() -> None:
    found = wider()
    view = StudyView(replace(found, summary=found.summary.drop(columns=["reference", "reference_mean"])))
    assert view.cell("wide", "satisfaction", tier="key").verdict == Verdict.OTHER_MEMBERS
    assert view.cell("same", "satisfaction", tier="key").verdict == Verdict.DOWN
