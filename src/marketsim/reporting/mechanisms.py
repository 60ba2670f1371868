"""The mechanisms of the market that a study switches on or off."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from marketsim.reporting.language import message, say, translated
from marketsim.reporting.view import StudyView
from marketsim.scenario.fields import Section
from marketsim.scenario.pricing import Pricing
from marketsim.scenario.regulation import Rules
from marketsim.scenario.strategy import Strategy, acts, mentions_strategy

S = TypeVar("S", bound=Section)


@dataclass(frozen=True)
class Mechanism:
    """A part of the market that may be switched off.

    Attributes:
        title: what it is, in words of the language of the edition.
        switch: path of its switch; empty where it acts through what retailers and events are given.
        sections: paths below which its parameters stand.
        is_on: whether it acts in the base or under a policy.
    """

    title: str
    switch: str
    sections: tuple[str, ...]
    is_on: bool


_SWITCHED = (
    (message("envy of others' better treatment"), "behaviour.fairness", ()),
    (message("complaints"), "behaviour.complaints", ()),
    (message("wrong and ageing customer records"), "information", ("retailers.*.records", "tags")),
    (message("outages and restoration"), "reliability", ("retailers.*.outage_promise",)),
    (message("changes of energy use"), "demand", ()),
    (message("awareness, advertising and word of mouth"), "word_of_mouth", ("retailers.*.marketing",)),
    (message("late payment and default"), "credit", ("retailers.*.collection",)),
    (message("forecast errors and deviation penalties"), "settlement", ()),
    (message("entry of retailers"), "adaptation.entry", ()),
    (message("exit of retailers"), "adaptation.exit", ()),
    (message("copying of rivals' levers"), "adaptation.imitation", ()),
)
"""Title, section with the field `enabled`, and sections of retailers that act only with it."""

STRATEGY = "strategy"
"""Context of the names of strategies."""


def mechanisms_of(view: StudyView) -> tuple[Mechanism, ...]:
    """Return every mechanism, and whether the study uses it."""
    switched = [
        Mechanism(say(title), f"{section}.enabled", (section, *more), _is_enabled(view.study, section))
        for title, section, more in _SWITCHED
    ]
    return (*switched, *_by_use(view.study))


def mechanism_of(pattern: str, mechanisms: tuple[Mechanism, ...]) -> Mechanism | None:
    """Return the mechanism to which a parameter belongs; None for one of the market itself.

    Args:
        pattern: path of the parameter, with `*` for users' names.
        mechanisms: all mechanisms.
    """
    found = [
        (len(section), mechanism)
        for mechanism in mechanisms
        for section in mechanism.sections
        if pattern == section or pattern.startswith(f"{section}.")
    ]
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _is_enabled(study: Mapping[str, Any], section: str) -> bool:
    inner: Any = study
    for part in section.split("."):
        inner = inner.get(part) if isinstance(inner, Mapping) else None
    return isinstance(inner, Mapping) and bool(inner.get("enabled", False))


def _by_use(study: Mapping[str, Any]) -> Iterator[Mechanism]:
    """Yield mechanisms without a switch of their own: they act where somebody is given something to do."""
    retailers = list(study["retailers"].values())
    policies = list((study.get("policies") or {}).values())
    strategies = any(strategy_of(retailer) for retailer in retailers) or mentions_strategy(dict(enumerate(policies)))
    yield Mechanism(say("strategies of retailers"), "", ("retailers.*.strategy",), strategies)
    personal = any(_differs(Pricing, retailer.get("pricing")) or _is_green(retailer) for retailer in retailers)
    personal |= any(_mentions(("pricing", "green_share"), changes) for changes in policies)
    yield Mechanism(say("prices for single customers, green offers"), "", ("retailers.*.pricing",), personal)
    events = study.get("events") or ()
    rules = (study.get("market") or {}).get("rules")
    ruled = _differs(Rules, rules) or any(event.get("type") == "regulation" for event in events)
    yield Mechanism(say("price caps and service standards"), "", ("market.rules",), ruled)
    yield Mechanism(say("events"), "", ("events",), bool(events))


def strategy_of(retailer: Mapping[str, Any]) -> str:
    """Return what a retailer adapts from month to month, in words; nothing where it keeps to its plan."""
    strategy = _parsed(Strategy, retailer.get("strategy"))
    if strategy is None or not acts(strategy):
        return ""
    kinds = [rule.kind for rule in (strategy, *strategy.by_segment.values()) if rule.kind != "hold"]
    return translated(kinds[0].replace("_", " "), STRATEGY) if kinds else say("staff, levers or entry")


def _parsed(model: type[S], data: Any) -> S | None:
    """Return a stored section; None where there is none, or it is one of another version of the schema."""
    try:
        return model.model_validate_json(json.dumps(data)) if data else None
    except ValidationError:
        return None


def _differs(model: type[S], data: Any) -> bool:
    found = _parsed(model, data)
    return found is not None and found != model()


def _is_green(retailer: Mapping[str, Any]) -> bool:
    return any((offer.get("green_share") or 0) > 0 for offer in (retailer.get("offers") or {}).values())


def _mentions(words: tuple[str, ...], changes: Any) -> bool:
    """Tell whether changes by dotted path have one of these words in a path, or deeper."""
    if not isinstance(changes, Mapping):
        return False
    return any(set(words) & set(str(path).split(".")) or _mentions(words, value) for path, value in changes.items())
