"""The answer to the study's question in three sentences that claim no more than their intervals carry."""

from __future__ import annotations

import math
from dataclasses import dataclass

from marketsim.reporting.cautions import cautions_of
from marketsim.reporting.claims import Claim, claim_of
from marketsim.reporting.diagnosis import diagnosis
from marketsim.reporting.factorial import additivity, additivity_sentence, factors_of
from marketsim.reporting.measures import PROFIT, Measure, headline_measures, printer_for, tier_people
from marketsim.reporting.numbers import counted, joined
from marketsim.reporting.people_sentence import people_sentence
from marketsim.reporting.profit_sentence import profit_sentence
from marketsim.reporting.ranking import Ranking, rank
from marketsim.reporting.robustness import Robustness, robustness
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi
from marketsim.results.tables import ALL, BASE

_MOST_NAMED = 4


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
        )
    return Answer(
        claim,
        ranking.best,
        _headline(view, ranking, claim),
        sentences,
        (*diagnosis(view, ranking.best), *_adding_up(view)),
        cautions_of(view),
        ranking,
        checked,
    )


def _adding_up(view: StudyView) -> tuple[str, ...]:
    """Say whether the factors of the study add up in profit; nothing where it has none."""
    return tuple(additivity_sentence(found, factors_of(view)) for found in additivity(view)[:1])


def _without_policies(view: StudyView) -> Answer:
    known = math.isfinite(view.cell(BASE, PROFIT).level.mean)
    claim = Claim.NO_POLICY if known else Claim.NO_RESULTS
    headline = f"The market as it is, seen by {view.focus}" if known else "No result"
    text = _levels(view) if known else "No run finished that could answer the question."
    why = diagnosis(view, BASE) if known else ()
    return Answer(claim, None, headline, (text,), why, cautions_of(view), None, None)


def _levels(view: StudyView) -> str:
    parts = []
    for measure in headline_measures(view):
        printer, cell = printer_for(view, measure), measure.cell(view, BASE)
        if math.isfinite(cell.level.mean):
            people = "" if measure.tier == ALL else f" of {tier_people(measure.tier)}"
            name = measure.kpi.title.lower().partition(",")[0]
            parts.append(f"{name}{people} {printer.level_interval(cell)} {printer.scale.unit}")
    return f"There is no policy to compare. {view.focus} in {view.period}: {'; '.join(parts)}."


def _nothing_changes(view: StudyView) -> str:
    who = view.policies[0] if len(view.policies) == 1 else f"none of the {counted(len(view.policies), 'policy')}"
    verb = "changes nothing" if len(view.policies) == 1 else "changes anything"
    worlds = counted(view.replications, "world")
    same = f"profit, shares, satisfaction and waits are those of the base in all {worlds}"
    return f"{who[0].upper()}{who[1:]} {verb}: {same}."


def _headline(view: StudyView, ranking: Ranking, claim: str) -> str:
    best = ranking.best
    profit = printer_for(view, Measure(kpi(PROFIT))).difference_with_unit(ranking.cell)
    several = len(view.policies) > 1
    return {
        Claim.NOTHING_CHANGES: "Nothing changes",
        Claim.ONE_WORLD: "One world only: no certainty",
        Claim.CANNOT_TELL: f"Whether {'any policy' if several else best} pays cannot be told",
        Claim.DOES_NOT_PAY: f"{'No policy' if several else best} {'pays' if several else 'does not pay'}",
        Claim.PAYS: _pays(ranking, profit) if claim == Claim.PAYS else "",
    }[claim]


def _pays(ranking: Ranking, profit: str) -> str:
    """Name the policies that pay, and say which earns most only where that can be told."""
    rivals = [policy for policy in ranking.tied if policy in ranking.paying]
    unclear = [policy for policy in ranking.tied if policy not in ranking.paying]
    if rivals:
        return f"{_some([ranking.best, *rivals])} pay; which earns most cannot be told"
    if unclear:
        return f"{ranking.best} pays: profit {profit}; whether {_some(unclear, 'or')} earns more cannot be told"
    if ranking.runner_up is None:
        return f"{ranking.best} pays: profit {profit}"
    return f"{ranking.best} earns most: profit {profit}"


def _some(names: list[str], last: str = "and") -> str:
    """Return names in a list, the tail of a long one as a number."""
    if len(names) <= _MOST_NAMED:
        return joined(names, last)
    return joined([*names[: _MOST_NAMED - 1], f"{len(names) - _MOST_NAMED + 1} others"], last)
