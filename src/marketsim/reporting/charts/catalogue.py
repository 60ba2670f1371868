"""All charts of a report, in the order in which they are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from marketsim.reporting import style
from marketsim.reporting.answer import Answer
from marketsim.reporting.charts.chart import Chart, Subject, subject_of
from marketsim.reporting.charts.dose import dose
from marketsim.reporting.charts.effects import effects
from marketsim.reporting.charts.event_response import event_response
from marketsim.reporting.charts.event_study import event_study
from marketsim.reporting.charts.factorial import factorial
from marketsim.reporting.charts.flows import flows
from marketsim.reporting.charts.frontier import frontier
from marketsim.reporting.charts.lorenz import lorenz
from marketsim.reporting.charts.matrix import matrix
from marketsim.reporting.charts.policy_map import policy_map
from marketsim.reporting.charts.satisfaction import satisfaction
from marketsim.reporting.charts.segments import segments
from marketsim.reporting.charts.shares import shares
from marketsim.reporting.charts.small_multiples import small_multiples
from marketsim.reporting.charts.survival import survival
from marketsim.reporting.charts.tornado import tornado
from marketsim.reporting.charts.waits import waits
from marketsim.reporting.charts.waterfall import waterfall
from marketsim.reporting.clauses import paragraph
from marketsim.reporting.language import say
from marketsim.reporting.view import StudyView

Draw = Callable[[Subject], Chart | list[Chart] | None]

CHARTS: tuple[Draw, ...] = (
    matrix,
    factorial,
    dose,
    effects,
    segments,
    small_multiples,
    waits,
    satisfaction,
    shares,
    survival,
    event_study,
    event_response,
    waterfall,
    lorenz,
    policy_map,
    frontier,
    flows,
    tornado,
)
"""Every kind of chart; the first that can be drawn is the main chart."""


def draw_all(view: StudyView, answer: Answer) -> list[Chart]:
    """Draw every chart that the results allow."""
    subject = subject_of(view, answer, view.retailers, view.policies)
    charts: list[Chart] = []
    with style.chart_style():
        for draw in CHARTS:
            charts.extend(_as_list(draw(subject)))
    return [_without_intervals(chart) for chart in charts] if view.replications == 1 else charts


def _without_intervals(chart: Chart) -> Chart:
    """Return a chart of one world, whose description says that the intervals it speaks of are not there."""
    sentences = [chart.alt, say("One world has no intervals: none are drawn.")]
    return replace(chart, alt=paragraph(sentences))


def _as_list(drawn: Chart | list[Chart] | None) -> list[Chart]:
    if drawn is None:
        return []
    return drawn if isinstance(drawn, list) else [drawn]


def replaced_names(view: StudyView) -> Iterator[tuple[str, str]]:
    """Yield (label in charts, real name) of names that no font at hand can draw."""
    groups = {
        say("policy"): view.policies,
        say("retailer"): view.retailers,
        say("segment"): tuple(view.study["segments"]),
    }
    for kind, names in groups.items():
        for name, label in style.label_names(names, kind).items():
            if name != label:
                yield label, name
