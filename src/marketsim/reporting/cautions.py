"""What a reader must know before any number: failed runs, an interrupted study, few worlds, months or agents."""

from __future__ import annotations

from marketsim.reporting.agents import few_agents
from marketsim.reporting.clauses import clauses
from marketsim.reporting.language import message, say, translated
from marketsim.reporting.numbers import counted, joined
from marketsim.reporting.view import StudyView
from marketsim.results.tables import BASE

_MOST_ERRORS = 3
_REST = message("...")


def cautions_of(view: StudyView) -> tuple[str, ...]:
    """Return cautions in the order in which they matter; none for a complete study of several worlds."""
    found = [
        _interrupted(view),
        _failed(view),
        _without_results(view),
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
    where = joined(dict.fromkeys(_place(*row) for row in failed[["policy", "check"]].itertuples(index=False)))
    errors = list(dict.fromkeys(failed["error"].astype(str)))
    return say(
        "{failed} of {runs} failed ({where}): {errors}. Worlds in which a policy or the base failed are left out of its "
        "comparison.",
        failed=len(failed),
        runs=counted(len(runs), "run"),
        where=where,
        errors=clauses([*errors[:_MOST_ERRORS], say(_REST) if len(errors) > _MOST_ERRORS else ""]),
    )


def _without_results(view: StudyView) -> str:
    missing = [policy for policy in view.result.manifest.get("policies", ()) if policy not in view.policies]
    if not missing:
        return ""
    if len(missing) == 1:
        return say("No world of {policy} finished, so nothing can be said about it.", policy=missing[0])
    return say("No world of {policies} finished, so nothing can be said about them.", policies=joined(missing))


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
    if months >= 12:
        return ""
    if months == 1:
        return say("Only 1 month is evaluated; yearly figures are scaled up.")
    return say("Only {months} are evaluated; yearly figures are scaled up.", months=counted(months, "month"))
