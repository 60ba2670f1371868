"""What the map of policies says: which raise profit at whose expense, and which none is told to beat in both aims."""

from __future__ import annotations

from marketsim.reporting import style
from marketsim.reporting.charts.front import Front
from marketsim.reporting.charts.labels import policy_name
from marketsim.reporting.clauses import paragraph
from marketsim.reporting.estimates import Verdict
from marketsim.reporting.language import say
from marketsim.reporting.measures import Measure, tier_people
from marketsim.reporting.numbers import joined
from marketsim.reporting.view import StudyView

_WIDEST_NAMES = 28
"""Up to which width the policies on the front are named in few words, in Latin characters."""


def map_finding(view: StudyView, people: Measure, profit: Measure, found: Front) -> str:
    """Return which policies raise profit, at whose expense, and the front."""
    group = tier_people(people.tier)
    names = joined(policy_name(name) for name in found.untold)
    front = say("On the front, where no other can be told to be better in both: {names}.", names=names)
    return paragraph([_trade_off(view, people, profit, group), front])


def _trade_off(view: StudyView, people: Measure, profit: Measure, group: str) -> str:
    paying = [policy for policy in view.policies if profit.cell(view, policy).verdict == Verdict.UP]
    if not paying and view.replications == 1:
        return say("One world has no interval: whether a policy raises profit cannot be told.")
    if not paying:
        return say("No policy raises profit beyond its interval.")
    trade = [policy for policy in paying if people.cell(view, policy).verdict == Verdict.DOWN]
    both = [policy for policy in paying if policy not in trade]
    if not both:
        return say(
            "Every policy that raises profit lowers the satisfaction of {group}: {names}.",
            group=group,
            names=joined(trade),
        )
    places = {"names": joined(both), "group": group, "others": joined(trade)}
    if trade and len(both) == 1:
        return say(
            "{names} raises profit without a fall of the satisfaction of {group} that could be told; {others} at their "
            "expense.",
            **places,
        )
    if trade:
        return say(
            "{names} raise profit without a fall of the satisfaction of {group} that could be told; {others} at their "
            "expense.",
            **places,
        )
    del places["others"]
    if len(both) == 1:
        return say("{names} raises profit without a fall of the satisfaction of {group} that could be told.", **places)
    return say("{names} raise profit without a fall of the satisfaction of {group} that could be told.", **places)


def map_message(found: Front, count: int) -> str:
    """Return which policies none is told to beat in both aims, in few words.

    Args:
        found: the front.
        count: how many there are on the map, the base among them.
    """
    names = joined(policy_name(name) for name in found.untold)
    if style.width_of(names) <= _WIDEST_NAMES:
        return say("No policy can be told to beat {names} in both profit and satisfaction", names=names)
    places = {"front": len(found.untold), "all": count}
    return say("Base and policies on the front of profit and satisfaction: {front} of {all}", **places)
