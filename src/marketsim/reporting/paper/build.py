"""Makes the planning paper of a study: charts are drawn, sections are put together in the order that is wanted."""

from __future__ import annotations

from collections.abc import Iterable

from marketsim.errors import ReportError
from marketsim.reporting import style
from marketsim.reporting.answer import Answer, answer
from marketsim.reporting.charts.catalogue import draw_all
from marketsim.reporting.charts.chart import Chart
from marketsim.reporting.claims import Claim
from marketsim.reporting.edition import is_chinese, printed_in
from marketsim.reporting.language import say
from marketsim.reporting.method import method
from marketsim.reporting.numbers import joined
from marketsim.reporting.paper.closing import how_of_sweeps, size_of
from marketsim.reporting.paper.material import Material, Wishes, wishes_of
from marketsim.reporting.paper.model import Paper, Section
from marketsim.reporting.paper.sections import BUILDERS, headlines_of_sweeps
from marketsim.reporting.sweep_section import sweep_sections
from marketsim.reporting.view import StudyData, StudyView


def build_paper(results: StudyData, wishes: Wishes | None = None) -> Paper:
    """Return the planning paper of a study, or of a folder of sweeps.

    Args:
        results: the results; nothing is written.
        wishes: how the report is wanted; as the scenario says when None.

    Returns:
        The paper. Its charts are drawn already; print it in its edition (`printed_in(paper.edition)`).

    Raises:
        ReportError: there is no such retailer or chart, or no font for the language.
    """
    study = results.manifest["scenario"]
    wanted = wishes_of(results.manifest) if wishes is None else wishes
    retailer = wanted.view or str(study["focus"])
    if retailer not in study["retailers"]:
        known = joined(sorted(study["retailers"]))
        raise ReportError(f"there is no retailer {retailer} whose view a report could take; there are {known}")
    edition = wanted.edition(retailer)
    with printed_in(edition):
        if is_chinese():
            style.require_chinese_font()
        return _paper(results, wanted, retailer)


def _paper(results: StudyData, wanted: Wishes, retailer: str) -> Paper:
    view = StudyView(results, retailer)
    has_study = not results.runs.empty or not results.summary.empty
    found = answer(view) if has_study else None
    charts = _chosen(draw_all(view, found), wanted.charts) if found and found.claim != Claim.NO_RESULTS else ()
    sweeps = tuple(sweep_sections(results.answers, results.manifest))
    material = Material(view, found, charts, sweeps, wanted)
    how = (*method(view), *(how_of_sweeps() if sweeps else ()))
    return Paper(
        view.name,
        wanted.title or view.question,
        view.question,
        _kicker(view, material),
        wanted.author,
        wanted.edition(retailer),
        _headline(found, material),
        tuple(_sections(material)),
        view.footer if found else view.origin,
        view.origin,
        how,
    )


def _sections(material: Material) -> Iterable[Section]:
    for name in material.wishes.sections:
        section = BUILDERS[name](material)
        if section is not None:
            yield section


def _chosen(charts: Iterable[Chart], wanted: tuple[str, ...] | None) -> tuple[Chart, ...]:
    """Return the charts that are wanted, in the order wanted."""
    drawn = {chart.name: chart for chart in charts}
    if wanted is None:
        return tuple(drawn.values())
    return tuple(drawn[name] for name in wanted if name in drawn)


def _kicker(view: StudyView, material: Material) -> str:
    if material.answer is None:
        return say("{name} · a sweep for {focus}", name=view.name, focus=view.focus)
    if view.is_of_rival:
        return say(
            "{name} · the decision of {decider} as {retailer} sees it · {size}",
            name=view.name,
            decider=view.decider,
            retailer=view.focus,
            size=size_of(view),
        )
    return say("{name} · the decision of {focus} · {size}", name=view.name, focus=view.focus, size=size_of(view))


def _headline(found: Answer | None, material: Material) -> str:
    if found is not None:
        return found.headline
    return headlines_of_sweeps(material.sweeps)[0]
