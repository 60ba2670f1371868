"""The sentence on profit: which policy earns most, by how much, and how sure that is."""

from __future__ import annotations

from marketsim.reporting.claims import Claim
from marketsim.reporting.clauses import sentence_of
from marketsim.reporting.estimates import Verdict
from marketsim.reporting.language import say
from marketsim.reporting.measures import PROFIT, Measure, printer_for
from marketsim.reporting.numbers import chance, counted, joined
from marketsim.reporting.ranking import Ranking, compared
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi

_MOST_NAMED = 6
"""Losing policies that are named; of more only the number is given."""


def profit_sentence(view: StudyView, ranking: Ranking, claim: str) -> str:
    """Return the sentence on profit: which policy earns most, by how much, and how sure that is."""
    profit = printer_for(view, Measure(kpi(PROFIT)))
    effect = profit.difference_with_unit(ranking.cell)
    if claim == Claim.ONE_WORLD:
        return _one_world(view, ranking, effect)
    if claim == Claim.PAYS:
        return _pays(view, ranking, effect)
    if claim == Claim.DOES_NOT_PAY:
        return _does_not_pay(view, ranking, effect)
    return _cannot_tell(view, ranking, effect)


def _one_world(view: StudyView, ranking: Ranking, effect: str) -> str:
    if view.is_of_rival:
        return say(
            "In the one world that was run, {policy} changes the profit of {retailer} by {effect}; a single world has no "
            "interval, so nothing can be said about how sure this is.",
            policy=ranking.best,
            retailer=view.focus,
            effect=effect,
        )
    return say(
        "In the one world that was run, {policy} earns {effect} against base; a single world has no interval, so nothing "
        "can be said about how sure this is.",
        policy=ranking.best,
        effect=effect,
    )


def _sure(view: StudyView, ranking: Ranking) -> str:
    p = chance(ranking.cell.p_better)
    return say("chance that it rises {chance}", chance=p) if view.is_of_rival else _chance_that_it_pays(p)


def _chance_that_it_pays(p: str) -> str:
    return say("chance that it pays {chance}", chance=p)


def _pays(view: StudyView, ranking: Ranking, effect: str) -> str:
    places = {
        "policy": ranking.best,
        "retailer": view.focus,
        "effect": effect,
        "sure": _sure(view, ranking),
        "wins": ranking.wins,
        "worlds": counted(ranking.worlds, "world"),
    }
    if len(compared(view)) == 1:
        return _pays_alone(view, places)
    places["policies"] = counted(len(compared(view)), "policy")
    if ranking.tied:
        return say(
            "Of the {policies}, {policy} has the largest mean profit that can be told from the base: {effect} ({sure}); it "
            "is the best of all in {wins} of {worlds}, and cannot be told apart from {others}.",
            others=joined(_named(ranking)),
            **places,
        )
    if view.is_of_rival:
        return say(
            "{policy} raises the profit of {retailer} most of the {policies}: {effect} against base ({sure}), and is the "
            "best of all in {wins} of {worlds}; it is ahead of every other policy beyond the interval.",
            **places,
        )
    return say(
        "{policy} earns most of the {policies}: {effect} against base ({sure}), and is the best of all in {wins} of "
        "{worlds}; it is ahead of every other policy beyond the interval.",
        **places,
    )


def _pays_alone(view: StudyView, places: dict[str, object]) -> str:
    if view.is_of_rival:
        return say(
            "{policy} raises the profit of {retailer}: {effect} against base ({sure}; it rises in {wins} of {worlds}).",
            **places,
        )
    return say(
        "{policy} raises the profit of {retailer}: {effect} against base ({sure}; it pays in {wins} of {worlds}).",
        **places,
    )


def _named(ranking: Ranking) -> list[str]:
    """Name the policies tied with the best, and which of them cannot even be told from the base."""
    return [
        policy
        if policy in ranking.paying
        else say("{policy} (which cannot be told from the base either)", policy=policy)
        for policy in ranking.tied
    ]


def _does_not_pay(view: StudyView, ranking: Ranking, effect: str) -> str:
    places = {"policy": ranking.best, "retailer": view.focus}
    alone = len(compared(view)) == 1
    if ranking.cell.verdict == Verdict.NO_CHANGE:
        if alone:
            return say("{policy} does not change the profit of {retailer}.", **places)
        if view.is_of_rival:
            return say(
                "No policy raises the profit of {retailer}: {policy} does not change it, the others do not raise it.",
                **places,
            )
        return say(
            "No policy earns more than the base: {policy} does not change profit, the others do not raise it.",
            policy=ranking.best,
        )
    if alone:
        return say("{policy} lowers the profit of {retailer}: {effect} against base.", effect=effect, **places)
    return say(
        "Every policy lowers the profit of {retailer}; {policy} comes closest to the base with {effect}.",
        effect=effect,
        **places,
    )


def _cannot_tell(view: StudyView, ranking: Ranking, effect: str) -> str:
    places = {"policy": ranking.best, "effect": effect, "sure": _sure(view, ranking)}
    if len(compared(view)) == 1:
        return say(
            "Whether {policy} changes the profit of {retailer} cannot be told: {effect} against base ({sure}).",
            retailer=view.focus,
            **places,
        )
    losing = [policy for policy in view.policies if view.cell(policy, PROFIT).verdict == Verdict.DOWN]
    return sentence_of([_best_of_unclear(ranking, places), _losing(losing, len(compared(view)))])


def _best_of_unclear(ranking: Ranking, places: dict[str, str]) -> str:
    if ranking.cell.verdict == Verdict.NO_CHANGE:
        return say(
            "No policy can be told to earn more than the base; {policy} does not change profit", policy=ranking.best
        )
    if ranking.cell.verdict == Verdict.DOWN:
        return say(
            "No policy can be told to earn more than the base; even {policy}, which has the largest mean profit, earns "
            "{effect} against it ({sure})",
            **places,
        )
    if ranking.cell.verdict == Verdict.UP:
        return say(
            "{policy} has the largest mean profit, {effect} against base ({sure}), but it cannot be told from the base: of "
            "so many policies one may come out so well by chance",
            **places,
        )
    return say(
        "{policy} has the largest mean profit, {effect} against base ({sure}), but it cannot be told from the base",
        **places,
    )


def _losing(policies: list[str], compared_with_base: int) -> str:
    if len(policies) > _MOST_NAMED:
        return say(
            "{count} of the {policies} lower profit",
            count=len(policies),
            policies=counted(compared_with_base, "policy"),
        )
    if len(policies) == 1:
        return say("{policy} lowers profit", policy=policies[0])
    return say("{policies} lower profit", policies=joined(policies)) if policies else ""
