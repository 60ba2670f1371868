"""The sentence on profit: which policy earns most, by how much, and how sure that is."""

from __future__ import annotations

from marketsim.reporting.claims import Claim
from marketsim.reporting.estimates import Verdict
from marketsim.reporting.measures import PROFIT, Measure, printer_for
from marketsim.reporting.numbers import chance, counted, joined
from marketsim.reporting.ranking import Ranking
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi


def profit_sentence(view: StudyView, ranking: Ranking, claim: str) -> str:
    """Return the sentence on profit: which policy earns most, by how much, and how sure that is."""
    profit = printer_for(view, Measure(kpi(PROFIT)))
    effect = profit.difference_with_unit(ranking.cell)
    if claim == Claim.ONE_WORLD:
        return (
            f"In the one world that was run, {ranking.best} earns {effect} against base; "
            "a single world has no interval, so nothing can be said about how sure this is."
        )
    if claim == Claim.PAYS and ranking.cell.verdict == Verdict.UP:
        return _pays(view, ranking, effect)
    if claim == Claim.DOES_NOT_PAY:
        return _does_not_pay(view, ranking, effect)
    return _cannot_tell(view, ranking, effect)


def _pays(view: StudyView, ranking: Ranking, effect: str) -> str:
    worlds = f"{ranking.wins} of {counted(ranking.worlds, 'world')}"
    sure = f"chance that it pays {chance(ranking.cell.p_better)}"
    if len(view.policies) == 1:
        raised = f"{ranking.best} raises the profit of {view.focus}: {effect} against base"
        return f"{raised} ({sure}; it pays in {worlds})."
    text = (
        f"{ranking.best} earns most of the {len(view.policies)} policies: {effect} against base ({sure}), "
        f"and is the best of all in {worlds}"
    )
    if ranking.tied:
        return f"{text}; it cannot be told apart from {joined(ranking.tied)}."
    return f"{text}; it is ahead of every other policy beyond the interval."


def _does_not_pay(view: StudyView, ranking: Ranking, effect: str) -> str:
    if ranking.cell.verdict == Verdict.NO_CHANGE:
        best = ranking.best
        return f"No policy earns more than the base: {best} does not change profit, the others do not raise it."
    if len(view.policies) == 1:
        return f"{ranking.best} lowers the profit of {view.focus}: {effect} against base."
    closest = f"{ranking.best} comes closest to the base with {effect}"
    return f"Every policy lowers the profit of {view.focus}; {closest}."


def _cannot_tell(view: StudyView, ranking: Ranking, effect: str) -> str:
    gain = f"chance that it pays {chance(ranking.cell.p_better)}"
    if len(view.policies) == 1:
        change = f"Whether {ranking.best} changes the profit of {view.focus} cannot be told"
        return f"{change}: {effect} against base ({gain})."
    mean = f"{ranking.best} has the largest mean profit, {effect} against base ({gain})"
    text = f"{mean}, but it cannot be told from the base"
    clear = {
        word: [policy for policy in view.policies if view.cell(policy, PROFIT).verdict == word]
        for word in (Verdict.UP, Verdict.DOWN)
    }
    if clear[Verdict.UP]:
        text += (
            f"; {joined(clear[Verdict.UP])} can, and earns more"
            if len(clear[Verdict.UP]) == 1
            else f"; {joined(clear[Verdict.UP])} can, and earn more"
        )
    if clear[Verdict.DOWN]:
        verb = "lowers" if len(clear[Verdict.DOWN]) == 1 else "lower"
        text += f"; {joined(clear[Verdict.DOWN])} {verb} profit"
    return f"{text}."
