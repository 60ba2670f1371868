"""The headline of a report: the answer in a few words."""

from __future__ import annotations

from marketsim.reporting.claims import Claim
from marketsim.reporting.language import say
from marketsim.reporting.measures import PROFIT, Measure, printer_for
from marketsim.reporting.numbers import joined
from marketsim.reporting.ranking import Ranking, compared
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi

_MOST_NAMED = 4


def headline(view: StudyView, ranking: Ranking, claim: str) -> str:
    """Return the answer in a few words.

    Args:
        view: the results.
        ranking: the policies by profit.
        claim: the kind of answer, one of the words of `Claim`.
    """
    if claim == Claim.NOTHING_CHANGES:
        return say("Nothing changes")
    if claim == Claim.ONE_WORLD:
        return say("One world only: no certainty")
    if view.is_of_rival:
        return _of_rival(view, ranking, claim)
    several, best = len(compared(view)) > 1, ranking.best
    if claim == Claim.CANNOT_TELL:
        return say("Whether any policy pays cannot be told") if several else _untold(best)
    if claim == Claim.DOES_NOT_PAY:
        return say("No policy pays") if several else say("{policy} does not pay", policy=best)
    return _pays(ranking, _effect(view, ranking))


def _untold(policy: str) -> str:
    return say("Whether {policy} pays cannot be told", policy=policy)


def _effect(view: StudyView, ranking: Ranking) -> str:
    return printer_for(view, Measure(kpi(PROFIT))).difference_with_unit(ranking.cell)


def _pays(ranking: Ranking, effect: str) -> str:
    """Name the policies that pay, and say which earns most only where that can be told."""
    best, (alike, unclear) = ranking.best, _tied(ranking)
    if alike:
        return say("{policies} pay; which earns most cannot be told", policies=_some([best, *alike]))
    if unclear:
        return say(
            "{policy} pays: profit {effect}; whether {others} earns more cannot be told",
            policy=best,
            effect=effect,
            others=_some(unclear, "or"),
        )
    if ranking.runner_up is None:
        return say("{policy} pays: profit {effect}", policy=best, effect=effect)
    return say("{policy} earns most: profit {effect}", policy=best, effect=effect)


def _of_rival(view: StudyView, ranking: Ranking, claim: str) -> str:
    """Say what the focus retailer's policies do to the profit of a rival; it is not the rival whom they pay."""
    places = {"policy": ranking.best, "retailer": view.focus}
    if claim == Claim.CANNOT_TELL:
        if len(compared(view)) > 1:
            return say("Whether any policy raises the profit of {retailer} cannot be told", retailer=view.focus)
        return say("Whether {policy} changes the profit of {retailer} cannot be told", **places)
    if claim == Claim.DOES_NOT_PAY:
        if len(compared(view)) > 1:
            return say("No policy raises the profit of {retailer}", retailer=view.focus)
        return say("{policy} does not raise the profit of {retailer}", **places)
    return _raises(view, ranking)


def _raises(view: StudyView, ranking: Ranking) -> str:
    alike, unclear = _tied(ranking)
    if alike:
        return say(
            "{policies} raise the profit of {retailer}; which raises it most cannot be told",
            policies=_some([ranking.best, *alike]),
            retailer=view.focus,
        )
    places = {"policy": ranking.best, "retailer": view.focus, "effect": _effect(view, ranking)}
    if unclear:
        return say(
            "{policy} raises the profit of {retailer}: {effect}; whether {others} raises it more cannot be told",
            others=_some(unclear, "or"),
            **places,
        )
    if ranking.runner_up is None:
        return say("{policy} raises the profit of {retailer}: {effect}", **places)
    return say("{policy} raises the profit of {retailer} most: {effect}", **places)


def _tied(ranking: Ranking) -> tuple[list[str], list[str]]:
    """Return the policies that pay and cannot be told from the best, and those that may only earn more."""
    alike = [policy for policy in ranking.tied if policy in ranking.paying]
    return alike, [policy for policy in ranking.tied if policy not in ranking.paying]


def _some(names: list[str], last: str = "and") -> str:
    """Return names in a list, the tail of a long one as a number."""
    if len(names) <= _MOST_NAMED:
        return joined(names, last)
    rest = say("{count} others", count=len(names) - _MOST_NAMED + 1)
    return joined([*names[: _MOST_NAMED - 1], rest], last)
