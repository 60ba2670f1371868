"""The sections of a planning paper up to the charts: question, answer, what changes for whom, policies, ranking, sweeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from marketsim.reporting.claims import Claim
from marketsim.reporting.factorial_table import factorial_table
from marketsim.reporting.gains_table import gains
from marketsim.reporting.language import say
from marketsim.reporting.numbers import joined
from marketsim.reporting.paper.closing import (
    assumptions_section,
    method_section,
    provenance_section,
    sensitivity_section,
    sweep_cautions,
)
from marketsim.reporting.paper.material import OVERTURNING, Material
from marketsim.reporting.paper.model import Block, Bullets, ChartBlock, Heading, Section, TableBlock, Text
from marketsim.reporting.question_tables import question_tables
from marketsim.reporting.questions import question_sentences
from marketsim.reporting.ranking_table import ranking_sentences, ranking_tables
from marketsim.reporting.replications import replication_sentences
from marketsim.reporting.report_tables import policies
from marketsim.reporting.sweep_section import SweepSection

_SECTION_OF_RANKING = 1


def question_section(material: Material) -> Section:
    """Return the question, what the market is, which policies are compared, and what theory expects."""
    view = material.view
    blocks: list[Block] = [Text(view.question, "lead")]
    if view.text("title"):
        blocks.append(Text(view.text("title"), title=say("Study")))
    blocks.append(Text(joined(view.retailers), title=say("Retailers")))
    names = list(view.study.get("policies", {}))
    if names:
        blocks.append(Text(joined(names), title=say("Policies, each against the base")))
    if view.text("expectation"):
        blocks.append(Text(view.text("expectation"), title=say("Expected")))
    return Section("question", say("The question"), view.question, tuple(blocks))


def answer_section(material: Material) -> Section:
    """Return the answer: cautions, the headline, the sentences, and why it came out so."""
    found = material.answer
    if found is None:
        return _answer_of_sweeps(material)
    blocks: list[Block] = [Text(text, "caution", say("Mind")) for text in found.cautions]
    blocks.append(Text(found.headline, "headline"))
    blocks += [Text(sentence, "lead") for sentence in found.sentences]
    blocks.append(Text(f"{material.view.footer} · {_terms()}", "note"))
    if found.diagnosis:
        blocks.append(Bullets(found.diagnosis, title=say("Why it came out so")))
    return Section("answer", say("The answer"), found.headline, tuple(blocks))


def headlines_of_sweeps(sweeps: Sequence[SweepSection]) -> list[str]:
    """Return what each sweep found, with the name of the sweep where there are several."""
    answered = [found for found in sweeps if found.sentences]
    if len(answered) > 1:
        return [say("{sweep}: {text}", sweep=found.name, text=found.sentences[0]) for found in answered]
    said = [found.sentences[0] for found in answered]
    return said or [say("No run of a sweep finished that could answer the question.")]


def _answer_of_sweeps(material: Material) -> Section:
    blocks: list[Block] = [Text(text, "caution", say("Mind")) for text in sweep_cautions(material.view)]
    said = headlines_of_sweeps(material.sweeps)
    blocks += [Text(text, "headline") for text in said]
    return Section("answer", say("The answer"), said[0], tuple(blocks))


def _terms() -> str:
    return say(
        "VIP: the key tier · busy-hour wait: mean wait in the busiest part of the month · chance: probability that the mean "
        "paired difference is favourable"
    )


def changes_section(material: Material) -> Section | None:
    """Return what changes for whom under the policy that the report follows, and the chart that shows the answer."""
    found, main = material.answer, material.main
    if found is None or (found.best is None and main is None):
        return None
    blocks: list[Block] = []
    if found.best:
        blocks.append(TableBlock(gains(material.view, found.best), "grouped"))
    if main:
        blocks.append(ChartBlock(main, material.view.footer))
    title = say("What changes for whom")
    return Section("changes", title, (main.message or main.finding) if main else title, tuple(blocks))


def policies_section(material: Material) -> Section | None:
    """Return the table of all policies, and main effects and interactions of a factorial study."""
    view = material.view
    if material.answer is None or material.answer.claim == Claim.NO_RESULTS:
        return None
    blocks: list[Block] = [TableBlock(policies(view), "dense")]
    factors = factorial_table(view)
    if factors is not None:
        blocks += [Heading(say("Main effects and interactions")), TableBlock(factors, "grouped")]
    title = say("All policies")
    return Section("policies", title, title, tuple(blocks))


def ranking_section(material: Material) -> Section | None:
    """Return the ranking of base and policies."""
    view = material.view
    answers, retailer = view.result.answers, view.focus if view.is_of_rival else ""
    sentences = [*ranking_sentences(answers, retailer), *replication_sentences(answers)]
    tables = ranking_tables(answers, retailer)
    if not sentences and not tables:
        return None
    blocks: list[Block] = [Text(text, "finding") for text in sentences]
    blocks += [TableBlock(table, "dense", folded=number >= _SECTION_OF_RANKING) for number, table in enumerate(tables)]
    title = say("Ranking")
    return Section("ranking", title, sentences[0] if sentences else title, tuple(blocks))


def charts_section(material: Material) -> Section | None:
    """Return every chart of the study besides the main one and what could overturn the answer."""
    others = [chart for chart in material.charts if chart is not material.main and chart.name != OVERTURNING]
    missing = [name for name in material.wishes.charts or () if material.answer and material.chart(name) is None]
    if not others and not missing:
        return None
    blocks: list[Block] = [ChartBlock(chart, material.view.footer) for chart in others]
    if missing:
        said = say("Asked for, but not drawn, as the results have nothing for it: {charts}.", charts=joined(missing))
        blocks.append(Text(said, "note"))
    title = say("The charts")
    return Section("charts", title, title, tuple(blocks))


def break_even_section(material: Material) -> Section | None:
    """Return break-even values and policies at equal money."""
    answers = material.view.result.answers
    sentences, tables = question_sentences(answers), question_tables(answers)
    if not sentences and not tables:
        return None
    blocks: list[Block] = [Text(text, "finding") for text in sentences]
    blocks += [TableBlock(table, "dense") for table in tables]
    title = say("Break-even and equal money")
    return Section("break_even", title, sentences[0] if sentences else title, tuple(blocks))


def sweeps_section(material: Material) -> Section | None:
    """Return what came of the sweeps."""
    if not material.sweeps:
        return None
    blocks: list[Block] = []
    for found in material.sweeps:
        blocks += [Heading(say("Sweep: {name}", name=found.name)), Text(found.design)]
        blocks += [Text(text, "caution", say("Mind")) for text in found.cautions]
        blocks += [Text(text, "finding") for text in found.sentences]
        blocks.append(TableBlock(found.tables[0], "dense"))
        blocks += [ChartBlock(chart, found.footer) for chart in found.charts]
        blocks += [TableBlock(table, "dense", folded=True) for table in found.tables[1:]]
    title = say("Sweeps")
    said = [sentence for found in material.sweeps for sentence in found.sentences]
    return Section("sweeps", title, said[0] if said else title, tuple(blocks))


BUILDERS: Mapping[str, Callable[[Material], Section | None]] = {
    "question": question_section,
    "answer": answer_section,
    "changes": changes_section,
    "policies": policies_section,
    "ranking": ranking_section,
    "charts": charts_section,
    "break_even": break_even_section,
    "sweeps": sweeps_section,
    "sensitivity": sensitivity_section,
    "assumptions": assumptions_section,
    "method": method_section,
    "provenance": provenance_section,
}
"""What makes each section, by its name; None where the results have nothing for it."""
