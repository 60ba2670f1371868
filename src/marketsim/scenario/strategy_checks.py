"""Checks of strategies: names that must exist, offers that one rule must price, entrants that can enter."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from marketsim.scenario.events import Entrant
from marketsim.scenario.outline import Segments
from marketsim.scenario.retailers import Retailer
from marketsim.scenario.strategy import PricingRule
from marketsim.scenario.study import Study
from marketsim.scenario.tier_checks import Finding, unknown_names


def strategies(study: Study) -> Iterator[Finding]:
    """Yield what is wrong with the strategies of a study."""
    for name, retailer in study.retailers.items():
        path: Segments = ("retailers", name, "strategy")
        yield from unknown_names((*path, "by_segment"), retailer.strategy.by_segment, study.segments, "segment")
        yield from _rule(path, retailer.strategy, study)
        for segment, rule in retailer.strategy.by_segment.items():
            yield from _rule((*path, "by_segment", segment), rule, study)
        yield from _one_rule_an_offer(name, retailer, study)
        yield from _entry(name, retailer, study)


def _rule(path: Segments, rule: PricingRule, study: Study) -> Iterator[Finding]:
    yield from unknown_names((*path, "targets"), rule.targets, study.segments, "segment")
    if rule.kind == "target_segment" and not rule.targets:
        yield (*path, "targets"), "target_segment needs the segments that it is to win: targets: [name]"
    if rule.kind == "python" and rule.file is None:
        yield (*path, "file"), "kind python needs the file with your rule; see docs/strategies.md"
    for name, value in rule.parameters.items():
        if not name.isidentifier():
            yield (*path, "parameters", name), "must be a name of Python: letters, digits and _, no digit first"
        if not _is_plain(value):
            yield (*path, "parameters", name), "must be made of texts, switches and finite numbers"


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(inner) for key, inner in value.items())
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | bool | int) or (isinstance(value, float) and math.isfinite(value))


def _one_rule_an_offer(name: str, retailer: Retailer, study: Study) -> Iterator[Finding]:
    """An offer has one price, so the segments that it is sold to must be under the same rule."""
    own = retailer.strategy.by_segment
    contestable = [s for s, segment in study.segments.items() if segment.contestable]
    for offer_name, offer in retailer.offers.items():
        sold_to = [s for s in contestable if offer.segments is None or s in offer.segments]
        ruled = {s: own[s] for s in sold_to if s in own}
        others = [s for s in sold_to if s not in own]
        if not ruled or (not others and all(rule == next(iter(ruled.values())) for rule in ruled.values())):
            continue
        yield (
            ("retailers", name, "strategy", "by_segment"),
            f"offer {offer_name} is sold to segments under different rules ({', '.join(sold_to)}), but it has one price; "
            f"make segment {next(iter(ruled))} an offer of its own",
        )


def waits(name: str, study: Study) -> bool:
    """Return whether a retailer is not in the market at the start."""
    entrants = {event.retailer for event in study.events if isinstance(event, Entrant)}
    return study.retailers[name].strategy.enters != "at_start" or name in entrants


def _entry(name: str, retailer: Retailer, study: Study) -> Iterator[Finding]:
    if retailer.strategy.enters == "at_start":
        return
    path: Segments = ("retailers", name, "strategy", "enters")
    shares = {"all segments": retailer.initial_share, **retailer.initial_share_by_segment}
    for segment, share in shares.items():
        if share > 0:
            yield path, f"{name} has {share:g} of {segment} at the start, so it cannot enter later; set its shares to 0"
    by_event = any(isinstance(event, Entrant) and event.retailer == name for event in study.events)
    if not study.adaptation.entry.enabled and not by_event:
        yield (
            path,
            f"nothing would ever let {name} in: set adaptation.entry.enabled to true, or add an event of type entrant",
        )
