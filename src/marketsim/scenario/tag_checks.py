"""Checks of customer portraits: tags that are named must exist, and what they name must exist too."""

from __future__ import annotations

from collections.abc import Iterator

from marketsim.scenario.outline import Segments
from marketsim.scenario.portraits import MOST_TAGS
from marketsim.scenario.service import TIERS
from marketsim.scenario.study import Study
from marketsim.scenario.tier_checks import Finding, unknown_names


def tags(study: Study) -> Iterator[Finding]:
    """Yield what is wrong with the tags of a study and with the rules and levers that ask for them."""
    if len(study.tags) > MOST_TAGS:
        yield ("tags",), f"there are {len(study.tags)} tags; at most {MOST_TAGS} are possible"
    for name, rule in study.tags.items():
        yield from unknown_names(("tags", name, "segments"), rule.segments or (), study.segments, "segment")
        yield from unknown_names(("tags", name, "regions"), rule.regions or (), study.market.regions, "region")
    for path, names in named_tags(study):
        yield from unknown_names(path, names, study.tags, "tag")


def named_tags(study: Study) -> Iterator[tuple[Segments, tuple[str, ...]]]:
    """Yield the tags that retailers ask for, and where: in the rules of their tiers and in the use of their levers."""
    for name, retailer in study.retailers.items():
        for tier in TIERS[:-1]:
            rule = getattr(retailer.tiers, tier).rule
            if rule is not None and rule.tags is not None:
                yield ("retailers", name, "tiers", tier, "rule", "tags"), rule.tags
        for lever, use in retailer.levers.items():
            if use.tags is not None:
                yield ("retailers", name, "levers", lever, "tags"), use.tags
