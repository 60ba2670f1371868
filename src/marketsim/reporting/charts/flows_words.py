"""What the chart of flows says: what the focus retailer wins and loses on balance, and how a policy moves that."""

from __future__ import annotations

from marketsim.reporting.estimates import Estimate, Verdict, verdict
from marketsim.reporting.language import say
from marketsim.reporting.numbers import digits_for, digits_with_sign, interval, signed
from marketsim.reporting.view import StudyView


def flows_finding(view: StudyView, policy: str | None, net: Estimate) -> str:
    """Return what the focus wins on balance, or how a policy moves that.

    Args:
        view: the results.
        policy: the policy; None for the base alone.
        net: what is won less what is lost, GWh a year, or its change.
    """
    unclear = verdict(net) == Verdict.CANNOT_TELL
    places = {"retailer": view.focus, "amount": _amount(net)}
    if policy is None and unclear:
        return say("On balance {retailer} wins {amount} GWh a year (cannot tell).", **places)
    if policy is None:
        return say("On balance {retailer} wins {amount} GWh a year.", **places)
    if verdict(net) == Verdict.NO_CHANGE:
        return say(
            "Under {policy} the balance of what {retailer} wins and loses does not change.", policy=policy, **places
        )
    if unclear:
        return say(
            "Under {policy} the balance of what {retailer} wins and loses moves by {amount} GWh a year against base "
            "(cannot tell).",
            policy=policy,
            **places,
        )
    return say(
        "Under {policy} the balance of what {retailer} wins and loses moves by {amount} GWh a year against base.",
        policy=policy,
        **places,
    )


def _amount(net: Estimate) -> str:
    digits = digits_with_sign(net.low, net.high, digits_for([net.half_width]))
    return f"{signed(net.mean, digits)} {interval(net.low, net.high, digits)}".strip()


def flows_message(view: StudyView, policy: str | None, net: Estimate) -> str:
    """Return the balance, or how a policy moves it, in few words."""
    told = verdict(net) in (Verdict.UP, Verdict.DOWN)
    amount = signed(net.mean, digits_with_sign(net.low, net.high, digits_for([net.half_width])))
    if policy is None and told:
        return say("{retailer} on balance: {amount} GWh a year won from rivals", retailer=view.focus, amount=amount)
    if policy is None:
        return say("Whether {retailer} wins or loses energy on balance cannot be told", retailer=view.focus)
    if verdict(net) == Verdict.NO_CHANGE:
        return say("{policy} leaves the balance won from rivals as it is", policy=policy)
    if told:
        return say("{policy} moves the balance won from rivals by {amount} GWh a year", policy=policy, amount=amount)
    return say("Whether {policy} moves the balance won from rivals cannot be told", policy=policy)
