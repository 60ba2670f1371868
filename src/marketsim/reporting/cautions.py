"""What a reader must know before any number: failed runs, an interrupted study, few worlds, months or agents."""

from __future__ import annotations

from marketsim.reporting.agents import few_agents
from marketsim.reporting.numbers import counted, joined
from marketsim.reporting.view import StudyView

_MOST_ERRORS = 3


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
    lost = f"{counted(missing, 'run')} did not take place"
    return f"The study was interrupted: {lost}. Numbers rest on what finished."


def _failed(view: StudyView) -> str:
    runs = view.result.runs
    failed = runs[runs["status"] == "failed"]
    if failed.empty:
        return ""
    where = joined(dict.fromkeys(_place(*row) for row in failed[["policy", "check"]].itertuples(index=False)))
    errors = list(dict.fromkeys(failed["error"].astype(str)))
    shown = "; ".join(errors[:_MOST_ERRORS]) + ("; ..." if len(errors) > _MOST_ERRORS else "")
    return (
        f"{len(failed)} of {counted(len(runs), 'run')} failed ({where}): {shown}. "
        "Worlds in which a policy or the base failed are left out of its comparison."
    )


def _without_results(view: StudyView) -> str:
    missing = [policy for policy in view.result.manifest.get("policies", ()) if policy not in view.policies]
    if not missing:
        return ""
    pronoun = "it" if len(missing) == 1 else "them"
    return f"No world of {joined(missing)} finished, so nothing can be said about {pronoun}."


def _place(policy: str, check: str) -> str:
    return f"{policy} with {check}" if check else policy


def _single_world(view: StudyView) -> str:
    if view.replications != 1:
        return ""
    return "Only one world has results: there is no interval, and no difference can be told from chance."


def _short(view: StudyView) -> str:
    """Say so when the evaluated time is less than a year."""
    months = view.months - view.first_evaluated
    verb = "is" if months == 1 else "are"
    return f"Only {counted(months, 'month')} {verb} evaluated; yearly figures are scaled up." if months < 12 else ""
