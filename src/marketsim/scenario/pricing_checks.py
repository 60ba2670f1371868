"""Checks of prices besides the list: segments that must exist, and markups within bounds."""

from __future__ import annotations

from collections.abc import Iterator

from marketsim.scenario.outline import Segments
from marketsim.scenario.study import Study
from marketsim.scenario.tier_checks import Finding, unknown_names

_LARGEST_MARKUP = 1e4
_WITH_SEGMENTS = ("negotiation", "retention", "win_back")


def pricing(study: Study) -> Iterator[Finding]:
    """Yield what is wrong with the retailers' prices besides the list."""
    for name, retailer in study.retailers.items():
        own: Segments = ("retailers", name, "pricing")
        for section in _WITH_SEGMENTS:
            meant = getattr(retailer.pricing, section).segments or ()
            yield from unknown_names((*own, section, "segments"), meant, study.segments, "segment")
        markups = retailer.pricing.renewal.markup_by_segment
        path = (*own, "renewal", "markup_by_segment")
        yield from unknown_names(path, markups, study.segments, "segment")
        for segment, markup in markups.items():
            if abs(markup) > _LARGEST_MARKUP:
                yield (*path, segment), f"must be between {-_LARGEST_MARKUP:g} and {_LARGEST_MARKUP:g} CNY/MWh"
