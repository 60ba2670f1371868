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
    if claim == Claim.PAYS:
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
    policies = counted(len(view.policies), "policy")
    if not ranking.tied:
        most = f"{ranking.best} earns most of the {policies}: {effect} against base ({sure})"
        ahead = "it is ahead of every other policy beyond the interval"
        return f"{most}, and is the best of all in {worlds}; {ahead}."
    text = (
        f"Of the {policies}, {ranking.best} has the largest mean profit that can be told from the base: {effect} "
        f"({sure}); it is the best of all in {worlds}"
    )
    return f"{text}, and cannot be told apart from {joined(_named(ranking))}."


def _untold(ranking: Ranking) -> str:
    if ranking.cell.verdict == Verdict.UP:
        return "cannot be told from the base: of so many policies one may come out so well by chance"
    return "cannot be told from the base"


def _named(ranking: Ranking) -> list[str]:
    """Name the policies tied with the best, and which of them cannot even be told from the base."""
    return [
        policy if policy in ranking.paying else f"{policy} (which cannot be told from the base either)"
        for policy in ranking.tied
    ]


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
    if ranking.cell.verdict == Verdict.NO_CHANGE:
        text = f"No policy can be told to earn more than the base; {ranking.best} does not change profit"
    else:
        text = f"{ranking.best} has the largest mean profit, {effect} against base ({gain}), but it {_untold(ranking)}"
    losing = [policy for policy in view.policies if view.cell(policy, PROFIT).verdict == Verdict.DOWN]
    if losing:
        text += f"; {joined(losing)} {'lowers' if len(losing) == 1 else 'lower'} profit"
    return f"{text}."
