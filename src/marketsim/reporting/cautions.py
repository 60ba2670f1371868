"""What a reader must know before any number: failed runs, an interrupted study, few worlds, months or agents."""

from __future__ import annotations

import pandas as pd

from marketsim.reporting.agents import few_agents
from marketsim.reporting.clauses import clauses
from marketsim.reporting.language import message, say, translated
from marketsim.reporting.numbers import counted, joined
from marketsim.reporting.ranking import compared
from marketsim.reporting.view import StudyView
from marketsim.results.tables import BASE

_MOST_ERRORS = 3
_MOST_CHECKS = 4
"""How many failed assumption checks are named."""
_REST = message("...")


def cautions_of(view: StudyView) -> tuple[str, ...]:
    """Return cautions in the order in which they matter; none for a complete study of several worlds."""
    found = [
        _interrupted(view),
        _failed(view),
        _without_results(view),
        _without_profit(view),
        _single_world(view),
        _short(view),
        few_agents(view),
    ]
    return tuple(text for text in found if text)


def _interrupted(view: StudyView) -> str:
    if view.result.manifest.get("status") != "interrupted":
        return ""
    missing = int((view.result.runs["status"] == "not_run").sum())
    return say(
        "The study was interrupted: {runs} did not take place. Numbers rest on what finished.",
        runs=counted(missing, "run"),
    )


def _failed(view: StudyView) -> str:
    runs = view.result.runs
    failed = runs[runs["status"] == "failed"]
    if failed.empty:
        return ""
    errors = [text for text in dict.fromkeys(failed["error"].astype(str)) if text]
    named = clauses([*errors[:_MOST_ERRORS], say(_REST) if len(errors) > _MOST_ERRORS else ""])
    count = counted(len(runs), "run")
    if len(failed) == len(runs):
        return say("All {runs} failed: {errors}.", runs=count, errors=named)
    return say(
        "{failed} of {runs} failed ({where}): {errors}. Worlds in which a policy or the base failed are left out of its "
        "comparison.",
        failed=len(failed),
        runs=count,
        where=_places(failed),
        errors=named,
    )


def _places(failed: pd.DataFrame) -> str:
    """Say under which policies and in which assumption checks runs failed; many checks are counted."""
    places = list(dict.fromkeys(zip(failed["policy"].astype(str), failed["check"].astype(str), strict=True)))
    checks = [place for place in places if place[1]]
    if len(checks) <= _MOST_CHECKS:
        return joined(_place(*place) for place in places)
    named = [_place(*place) for place in places if not place[1]]
    return joined([*named, counted(len({check for _, check in checks}), "assumption check")])


def _without_results(view: StudyView) -> str:
    missing = [policy for policy in view.result.manifest.get("policies", ()) if policy not in view.policies]
    if not missing or not view.replications:
        return ""
    if len(missing) == 1:
        return say("No world of {policy} finished, so nothing can be said about it.", policy=missing[0])
    return say("No world of {policies} finished, so nothing can be said about them.", policies=joined(missing))


def _without_profit(view: StudyView) -> str:
    """Name the policies that have values, but no profit that could be ranked."""
    known = compared(view)
    missing = [policy for policy in view.policies if policy not in known]
    if not known or not missing:
        return ""
    return say("No profit to compare is known of {policies}: left out of the ranking.", policies=joined(missing))


def _place(policy: str, check: str) -> str:
    name = translated(BASE) if policy == BASE else policy
    return say("{policy} with {check}", policy=name, check=check) if check else name


def _single_world(view: StudyView) -> str:
    if view.replications != 1:
        return ""
    return say("Only one world has results: there is no interval, and no difference can be told from chance.")


def _short(view: StudyView) -> str:
    """Say so when the evaluated time is less than a year."""
    months = view.months - view.first_evaluated
    if months >= 12 or not view.replications:
        return ""
    if months == 1:
        return say("Only 1 month is evaluated; yearly figures are scaled up.")
    return say("Only {months} are evaluated; yearly figures are scaled up.", months=counted(months, "month"))
