"""How a study was done, in half a page: written from what its scenario switches on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marketsim.reporting.clauses import paragraph
from marketsim.reporting.language import say
from marketsim.reporting.mechanisms import mechanisms_of, strategy_of
from marketsim.reporting.numbers import counted, joined
from marketsim.reporting.view import StudyView

Paragraph = tuple[str, str]
"""A heading and what is said under it."""


def method(view: StudyView) -> tuple[Paragraph, ...]:
    """Return the paragraphs on the market, the comparison, the queues, the rivals, and what is left out."""
    return (
        (say("The market"), _market(view)),
        (say("Comparison"), _comparison(view)),
        (say("Queues"), _queues()),
        (say("Rivals"), _rivals(view)),
        (say("Switched off"), _switched_off(view)),
    )


def _market(view: StudyView) -> str:
    customers = say(
        "Every customer of a segment has an own energy use, tastes and price sensitivity; agents stand for several "
        "customers where a segment is large. In each of {months} retailers serve requests, customers experience the "
        "service, are billed, and some compare offers and change the supplier in the next month. A choice weighs the "
        "yearly bill, believed service quality, lasting taste, loyalty and the hassle of changing.",
        months=counted(view.months, "month"),
    )
    counting = say(
        "Months are counted from 1 here and in the files of charts; the scenario file and the monthly tables count them "
        "from 0."
    )
    return paragraph([customers, _tiers(view), counting])


def _tiers(view: StudyView) -> str:
    by_months: dict[int, list[str]] = {}
    for name, retailer in view.study["retailers"].items():
        if _has_rules(retailer):
            by_months.setdefault(int(retailer.get("tier_review_months", 12)), []).append(str(name))
    if not by_months:
        return say("No retailer divides its customers into tiers.")
    reviews = joined(_review(names, months) for months, names in sorted(by_months.items()))
    return say("Customers are assigned to tiers again by {reviews}.", reviews=reviews)


def _review(names: list[str], months: int) -> str:
    if months == 1:
        return say("{retailers} every month", retailers=joined(names))
    return say("{retailers} every {months}", retailers=joined(names), months=counted(months, "month"))


def _has_rules(retailer: Mapping[str, Any]) -> bool:
    return any(isinstance(tier, Mapping) and tier.get("rule") for tier in retailer.get("tiers", {}).values())


def _comparison(view: StudyView) -> str:
    pairs = say(
        "Numbers are means over {period}. Every random draw is a function of seed, world, month, customer and purpose, so "
        "the same world meets base and every policy (common random numbers): what differs between them is the policy. "
        "Differences are paired within worlds; their 95 % intervals are t intervals over worlds.",
        period=view.period,
    )
    return paragraph([_beginning(view.warmup), pairs, _references(view), _corrections(view)])


def _beginning(months: int) -> str:
    if months == 0:
        return say("A policy's changes take effect from the first month.")
    if months == 1:
        return say("Base and policies are identical in the first month; then a policy's changes take effect.")
    return say(
        "Base and policies are identical for the first {months}; then a policy's changes take effect.",
        months=counted(months, "month"),
    )


def _corrections(view: StudyView) -> str:
    if view.is_of_rival:
        return say(
            '"Cannot tell" stands where an interval includes zero. Intervals are not adjusted for the number of policies '
            "or figures compared; policies are ranked for {retailer} only.",
            retailer=view.decider,
        )
    return say(
        '"Cannot tell" stands where an interval includes zero. Intervals are not adjusted for the number of policies or '
        "figures compared; the ranking, and what is said of which policy earns most, is adjusted for that of the policies."
    )


def _references(view: StudyView) -> str:
    if not any(cell.has_own_reference for cell in view.cells()):
        return ""
    return say(
        "A policy that changes the rules of tiers has other customers in them: in each world the base is run with these "
        "rules and nothing else of the policy as well, and figures by tier are compared with that run, so that the same "
        "customers are compared; what tiers bring in the base, their new members have there too."
    )


def _queues() -> str:
    return say(
        "Desks are M/M/c queues in their steady state within each load block (busy, normal, quiet hours) of a month; "
        "priority is without preemption; what exceeds capacity is carried over as a backlog. Staff is set at the start "
        "and again when policies begin, from the load and the rules then in force; after that it does not follow the "
        "load, so customers won make the service slower."
    )


def _rivals(view: StudyView) -> str:
    """Say who reacts to what; without strategies only the forward price moves list prices."""
    strategies = {str(name): strategy_of(retailer) for name, retailer in view.study["retailers"].items()}
    acting = [
        say("{retailer} ({strategy})", retailer=name, strategy=strategy)
        for name, strategy in strategies.items()
        if strategy
    ]
    found = [say("List prices follow the forward price.")]
    if acting:
        found.append(
            say("Beyond that these act on what they see of the market: {retailers}.", retailers=joined(acting))
        )
    found.append(_holding([name for name, strategy in strategies.items() if not strategy]))
    if any(mechanism.is_on and mechanism.switch.startswith("adaptation.") for mechanism in mechanisms_of(view)):
        found.append(say("Retailers may enter, leave or copy each other's levers, as listed above."))
    return paragraph(found)


def _holding(names: list[str]) -> str:
    if not names:
        return ""
    if len(names) == 1:
        return say(
            "{retailer} otherwise keeps offers, tier rules and staff, unless a policy or an event changes them.",
            retailer=names[0],
        )
    return say(
        "{retailers} otherwise keep offers, tier rules and staff, unless a policy or an event changes them.",
        retailers=joined(names),
    )


def _switched_off(view: StudyView) -> str:
    off = [mechanism.title for mechanism in mechanisms_of(view) if not mechanism.is_on]
    if not off:
        return say("Every mechanism of the model is switched on.")
    return say("Left out in this study: {mechanisms}.", mechanisms=joined(off))
