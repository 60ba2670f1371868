"""How a study was done, in half a page: written from what its scenario switches on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marketsim.reporting.mechanisms import mechanisms_of, strategy_of
from marketsim.reporting.numbers import counted, joined
from marketsim.reporting.view import StudyView

Paragraph = tuple[str, str]
"""A heading and what is said under it."""


def method(view: StudyView) -> tuple[Paragraph, ...]:
    """Return the paragraphs on the market, the comparison, the queues, the rivals, and what is left out."""
    return (
        ("The market", _market(view)),
        ("Comparison", _comparison(view)),
        ("Queues", _queues()),
        ("Rivals", _rivals(view)),
        ("Switched off", _switched_off(view)),
    )


def _market(view: StudyView) -> str:
    return (
        "Every customer of a segment has an own energy use, tastes and price sensitivity; agents stand for several "
        f"customers where a segment is large. In each of {counted(view.months, 'month')} retailers serve requests, "
        "customers experience the service, are billed, and some compare offers and change the supplier in the next "
        "month. A choice weighs the yearly bill, believed service quality, lasting taste, loyalty and the hassle of "
        f"changing. {_tiers(view)} Months are counted from 1 here and in the files of charts; the scenario file and the "
        "monthly tables count them from 0."
    )


def _tiers(view: StudyView) -> str:
    by_months: dict[int, list[str]] = {}
    for name, retailer in view.study["retailers"].items():
        if _has_rules(retailer):
            by_months.setdefault(int(retailer.get("tier_review_months", 12)), []).append(str(name))
    if not by_months:
        return "No retailer divides its customers into tiers."
    reviews = [f"{joined(names)} every {counted(months, 'month')}" for months, names in sorted(by_months.items())]
    return f"Customers are assigned to tiers again by {joined(reviews)}."


def _has_rules(retailer: Mapping[str, Any]) -> bool:
    return any(isinstance(tier, Mapping) and tier.get("rule") for tier in retailer.get("tiers", {}).values())


def _comparison(view: StudyView) -> str:
    return (
        f"Base and policies are identical for the first {counted(view.warmup, 'month')}; then a policy's changes take "
        f"effect. Numbers are means over {view.period}. Every random draw is a function of seed, world, month, customer "
        "and purpose, so the same world meets base and every policy (common random numbers): what differs between them "
        "is the policy. Differences are paired within worlds; their 95 % intervals are t intervals over worlds. "
        f"{_references(view)}"
        '"Cannot tell" stands where an interval includes zero. Intervals are not adjusted for the number of policies or '
        "figures compared; the ranking, and what is said of which policy earns most, is adjusted for that of the policies."
    )


def _references(view: StudyView) -> str:
    if not any(cell.has_own_reference for cell in view.cells()):
        return ""
    return (
        "A policy that changes the rules of tiers has other customers in them: in each world the base is run with these "
        "rules and nothing else of the policy as well, and figures by tier are compared with that run, so that the same "
        "customers are compared; what tiers bring in the base, their new members have there too. "
    )


def _queues() -> str:
    return (
        "Desks are M/M/c queues in their steady state within each load block (busy, normal, quiet hours) of a month; "
        "priority is without preemption; what exceeds capacity is carried over as a backlog. Staff is set at the start "
        "and again when policies begin, from the load and the rules then in force; after that it does not follow the "
        "load, so customers won make the service slower."
    )


def _rivals(view: StudyView) -> str:
    """Say who reacts to what; without strategies only the forward price moves list prices."""
    strategies = {str(name): strategy_of(retailer) for name, retailer in view.study["retailers"].items()}
    acting = [f"{name} ({strategy})" for name, strategy in strategies.items() if strategy]
    holding = [name for name, strategy in strategies.items() if not strategy]
    text = "List prices follow the forward price."
    if acting:
        text += f" Beyond that these act on what they see of the market: {joined(acting)}."
    if holding:
        verb = "keeps" if len(holding) == 1 else "keep"
        text += f" {joined(holding)} otherwise {verb} offers, tier rules and staff, unless a policy or an event changes them."
    if any(mechanism.is_on and mechanism.switch.startswith("adaptation.") for mechanism in mechanisms_of(view)):
        text += " Retailers may enter, leave or copy each other's levers, as listed above."
    return text


def _switched_off(view: StudyView) -> str:
    off = [mechanism.title for mechanism in mechanisms_of(view) if not mechanism.is_on]
    return f"Left out in this study: {joined(off)}." if off else "Every mechanism of the model is switched on."
