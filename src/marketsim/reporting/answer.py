"""The answer to the study's question in three sentences that claim no more than their intervals carry."""

from __future__ import annotations

import math
from dataclasses import dataclass

from marketsim.reporting.cautions import cautions_of
from marketsim.reporting.claims import Claim, claim_of
from marketsim.reporting.clauses import clauses
from marketsim.reporting.diagnosis import diagnosis
from marketsim.reporting.factorial import additivity, additivity_sentence, factors_of
from marketsim.reporting.headline import headline
from marketsim.reporting.language import say
from marketsim.reporting.measures import PROFIT, headline_measures, headline_name, printer_for, tier_people
from marketsim.reporting.numbers import counted
from marketsim.reporting.people_sentence import people_sentence
from marketsim.reporting.profit_sentence import profit_sentence
from marketsim.reporting.ranking import Ranking, rank
from marketsim.reporting.robustness import Robustness, robustness
from marketsim.reporting.view import StudyView
from marketsim.results.statistics.ranking import RANKING
from marketsim.results.tables import ALL, BASE


@dataclass(frozen=True)
class Answer:
    """The answer of a study for its focus retailer.

    Attributes:
        claim: the kind of answer, one of the words of `Claim`.
        best: the policy that the report follows (see `Ranking.best`); None where there is none.
        headline: the answer in a few words.
        sentences: profit; whom it pleases and upsets; how far it rests on assumptions.
        diagnosis: sentences that say why.
        cautions: what the reader must know first: failed runs, an interrupted study, a single world.
        ranking: policies by profit; None without policies.
        robustness: the assumption checks of the best policy; None without policies.
    """

    claim: str
    best: str | None
    headline: str
    sentences: tuple[str, ...]
    diagnosis: tuple[str, ...]
    cautions: tuple[str, ...]
    ranking: Ranking | None
    robustness: Robustness | None


def answer(view: StudyView) -> Answer:
    """Return the answer that the results of a study allow."""
    ranking = rank(view)
    if ranking is None:
        return _without_policies(view)
    claim = claim_of(view, ranking)
    checked = robustness(view, ranking.best)
    if claim == Claim.NOTHING_CHANGES:
        sentences: tuple[str, ...] = (_nothing_changes(view), checked.sentence)
    else:
        sentences = (
            profit_sentence(view, ranking, claim),
            people_sentence(view, ranking.best),
            checked.sentence,
            *_unadjusted(view),
        )
    return Answer(
        claim,
        ranking.best,
        headline(view, ranking, claim),
        sentences,
        (*diagnosis(view, ranking.best), *_adding_up(view)),
        cautions_of(view),
        ranking,
        checked,
    )


def _unadjusted(view: StudyView) -> tuple[str, ...]:
    """Say that there are no ranks for the retailer, where there are some for the focus of the study."""
    if not view.is_of_rival or RANKING not in view.result.answers or len(view.policies) == 1:
        return ()
    return (
        say(
            "Policies are ranked for {decider} only; the intervals of {retailer} are not adjusted for the number of "
            "policies.",
            decider=view.decider,
            retailer=view.focus,
        ),
    )


def _adding_up(view: StudyView) -> tuple[str, ...]:
    """Say whether the factors of the study add up in profit; nothing where it has none."""
    return tuple(additivity_sentence(found, factors_of(view)) for found in additivity(view)[:1])


def _without_policies(view: StudyView) -> Answer:
    if not math.isfinite(view.cell(BASE, PROFIT).level.mean):
        return Answer(Claim.NO_RESULTS, None, say("No result"), (_nothing(view),), (), cautions_of(view), None, None)
    text = say("The market as it is, seen by {retailer}", retailer=view.focus)
    return Answer(Claim.NO_POLICY, None, text, (_levels(view),), diagnosis(view, BASE), cautions_of(view), None, None)


def _nothing(view: StudyView) -> str:
    if view.replications and view.is_of_rival:
        return say("The results have nothing on {retailer}.", retailer=view.focus)
    if view.policies:
        return say("No run of the base finished, so no policy can be compared with it.")
    return say("No run finished that could answer the question.")


def _levels(view: StudyView) -> str:
    parts = []
    for measure in headline_measures(view):
        printer, cell, name = printer_for(view, measure), measure.cell(view, BASE), headline_name(measure)
        if not math.isfinite(cell.level.mean):
            continue
        level = printer.level_with_unit(cell)
        if measure.tier == ALL:
            parts.append(say("{figure} {level}", figure=name, level=level))
        else:
            people = tier_people(measure.tier)
            parts.append(say("{figure} of {people} {level}", figure=name, people=people, level=level))
    return say(
        "There is no policy to compare. {retailer} in {period}: {figures}.",
        retailer=view.focus,
        period=view.period,
        figures=clauses(parts),
    )


def _nothing_changes(view: StudyView) -> str:
    worlds = counted(view.replications, "world")
    if len(view.policies) == 1:
        return say(
            "{policy} changes nothing: profit, shares, satisfaction and waits are those of the base in all {worlds}.",
            policy=view.policies[0],
            worlds=worlds,
        )
    return say(
        "None of the {policies} changes anything: profit, shares, satisfaction and waits are those of the base in all "
        "{worlds}.",
        policies=counted(len(view.policies), "policy"),
        worlds=worlds,
    )
