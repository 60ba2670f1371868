"""Checks of tier rules: conditions that nobody could ever meet; and of names that must exist."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from marketsim.scenario.customers import CREDIT_GRADES, Segment
from marketsim.scenario.outline import Segments
from marketsim.scenario.paths import no_such
from marketsim.scenario.service import TIERS, TierRule
from marketsim.scenario.study import Study

Finding = tuple[Segments, str]
"""Where something is wrong, and what."""
LONGEST_INITIAL_TENURE = 120
"""Months for which a customer can have been with its retailer when a run begins."""
_LARGEST_CUSTOMER = 1000
"""No sampled customer is larger than this many times the mean of its segment, unless sizes differ a lot."""


def unknown_names(path: Segments, names: Iterable[str], known: Iterable[str], what: str) -> Iterator[Finding]:
    """Yield the names that do not exist.

    Args:
        path: where they stand.
        names: the names; keys of a mapping are each placed at their own line.
        known: what there is.
        what: what is named, for the message.
    """
    existing = sorted(known)
    for name in names:
        if name not in existing:
            yield ((*path, name) if isinstance(names, Mapping) else path), no_such(what, name, existing)


def tier_rules(study: Study) -> Iterator[Finding]:
    """Yield the conditions of tiers that nobody could ever meet."""
    for name, retailer in study.retailers.items():
        for tier in TIERS[:-1]:
            rule = getattr(retailer.tiers, tier).rule
            if rule is not None:
                path: Segments = ("retailers", name, "tiers", tier, "rule")
                yield from _rule(path, rule, study)


def _rule(path: Segments, rule: TierRule, study: Study) -> Iterator[Finding]:
    """Find conditions that nobody can ever meet."""
    if all(value is None for value in rule.model_dump().values()):
        yield (
            path,
            "a rule without conditions takes nobody; give one (such as value_pct) or leave the rule out",
        )
    regions = list(study.market.regions)
    yield from unknown_names((*path, "regions"), rule.regions or (), regions, "region")
    if rule.regions and not _anybody_lives_in(rule.regions, study):
        yield (*path, "regions"), "nobody lives in these regions, so nobody could be in the tier"
    longest = study.run.months + LONGEST_INITIAL_TENURE
    if rule.tenure_months is not None and rule.tenure_months > longest:
        yield (
            (*path, "tenure_months"),
            f"nobody can meet it: the run has {study.run.months} months, "
            f"and nobody starts with more than {LONGEST_INITIAL_TENURE}",
        )
    if rule.credit is not None and not _anybody_has(rule.credit, study):
        yield (*path, "credit"), f"no customer of any segment has credit grade {rule.credit} or better"
    yield from _size_rule(path, rule, study)


def _size_rule(path: Segments, rule: TierRule, study: Study) -> Iterator[Finding]:
    if rule.annual_mwh is None or _has_accounts(study):
        return
    largest = max(_largest_annual_mwh(segment) for segment in study.segments.values())
    if rule.annual_mwh > largest:
        message = f"nobody can meet it: no customer uses more than {largest:.3g} MWh a year"
        yield (*path, "annual_mwh"), message


def _largest_annual_mwh(segment: Segment) -> float:
    """Return an energy that no sampled customer reaches: six standard deviations of the log, or more."""
    return 12 * segment.energy_mwh_per_month * max(_LARGEST_CUSTOMER, math.exp(6 * segment.energy_sigma))


def _anybody_lives_in(regions: Iterable[str], study: Study) -> bool:
    """Return whether customers live in one of the regions; another check speaks of unknown regions."""
    default = {name: region.share for name, region in study.market.regions.items()}
    if _has_accounts(study) or not set(regions) <= set(default):
        return True
    mixes = [segment.region_mix or default for segment in study.segments.values()]
    return any(mix.get(region, 0) > 0 for mix in mixes for region in regions)


def _anybody_has(grade: str, study: Study) -> bool:
    admitted = [name for name in CREDIT_GRADES if name <= grade]
    mixes = [segment.credit_mix for segment in study.segments.values()]
    return _has_accounts(study) or any(getattr(mix, name) > 0 for mix in mixes for name in admitted)


def _has_accounts(study: Study) -> bool:
    """Return whether customers are read from a file, which may hold anybody."""
    return any(segment.customers_file is not None for segment in study.segments.values())
