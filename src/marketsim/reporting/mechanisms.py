"""The mechanisms of the market that a study switches on or off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marketsim.reporting.view import StudyView


@dataclass(frozen=True)
class Mechanism:
    """A part of the market that may be switched off.

    Attributes:
        title: what it is, in words.
        switch: path of its switch; empty where it acts through what retailers and events are given.
        sections: paths below which its parameters stand.
        is_on: whether it acts in the base or under a policy.
    """

    title: str
    switch: str
    sections: tuple[str, ...]
    is_on: bool


_SWITCHED = (
    ("fairness and envy", "behaviour.fairness", ()),
    ("complaints", "behaviour.complaints", ()),
    ("wrong and ageing customer records", "information", ("retailers.*.records", "tags")),
    ("outages and restoration", "reliability", ("retailers.*.outage_promise",)),
    ("changes of energy use", "demand", ()),
    ("awareness, advertising and word of mouth", "word_of_mouth", ("retailers.*.marketing",)),
    ("late payment and default", "credit", ("retailers.*.collection",)),
    ("forecast errors and deviation penalties", "settlement", ()),
    ("entry of retailers", "adaptation.entry", ()),
    ("exit of retailers", "adaptation.exit", ()),
    ("copying of rivals' levers", "adaptation.imitation", ()),
)
"""Title, section with the field `enabled`, and sections of retailers that act only with it."""


def mechanisms_of(view: StudyView) -> tuple[Mechanism, ...]:
    """Return every mechanism, and whether the study uses it."""
    switched = [
        Mechanism(title, f"{section}.enabled", (section, *more), _is_enabled(view.study, section))
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
    changed = [path for changes in study.get("policies", {}).values() for path in changes]
    strategies = any((retailer.get("strategy") or {}).get("kind", "hold") != "hold" for retailer in retailers)
    strategies |= any(".strategy" in path for path in changed)
    yield Mechanism("pricing strategies of retailers", "", ("retailers.*.strategy",), strategies)
    personal = any(_asks_more(retailer.get("pricing") or {}) for retailer in retailers)
    personal |= any(".pricing" in path for path in changed)
    yield Mechanism("prices for single customers", "", ("retailers.*.pricing",), personal)
    rules = (study.get("market") or {}).get("rules") or {}
    events = study.get("events") or ()
    capped = _limits(rules) or any(event.get("type") == "regulation" for event in events)
    yield Mechanism("price caps and service standards", "", ("market.rules",), capped)
    yield Mechanism("events", "", ("events",), bool(events))


def _asks_more(pricing: Mapping[str, Any]) -> bool:
    """Tell whether a retailer's prices for single customers differ from its list anywhere."""
    return any(
        isinstance(value, int | float) and not isinstance(value, bool) and value != 0 and name.endswith("_cny_per_mwh")
        for part in pricing.values()
        if isinstance(part, Mapping)
        for name, value in part.items()
    )


def _limits(rules: Mapping[str, Any]) -> bool:
    standards = (rules.get("service_standards") or {}).values()
    caps = (rules.get("price_cap_cny_per_mwh"), rules.get("spread_cap_cny_per_mwh"))
    return any(cap is not None for cap in caps) or any(standard.get("minimum_share") for standard in standards)
