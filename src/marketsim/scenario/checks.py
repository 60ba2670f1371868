"""Checks across the parts of a study that no single field can make; all problems at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from marketsim.errors import Problem
from marketsim.scenario.customers import Segment
from marketsim.scenario.event_checks import events
from marketsim.scenario.outline import Segments
from marketsim.scenario.paths import no_such
from marketsim.scenario.pricing_checks import pricing
from marketsim.scenario.problems import problem_at
from marketsim.scenario.retailers import Retailer
from marketsim.scenario.strategy_checks import strategies
from marketsim.scenario.study import Study
from marketsim.scenario.supply_checks import demand, lever_owners, reliability
from marketsim.scenario.tag_checks import tags
from marketsim.scenario.tier_checks import Finding, tier_rules, unknown_names
from marketsim.scenario.yaml_tree import Node

MARKET = "market"
RESERVED_RETAILERS = (MARKET, "all", "default supplier")
"""Names that stand for more than one retailer, or for none, in the result tables."""
SHIPPED_SEGMENTS = (
    "large_industrial",
    "energy_intensive",
    "high_tech",
    "sme_industrial",
    "commercial",
    "residential",
)
"""Customer types that the catalogue of levers may name although a market leaves them out."""
_SUM_TOLERANCE = 1e-6


def check_study(study: Study, tree: Node) -> list[Problem]:
    """Return every contradiction between parts of a study.

    Args:
        study: a study whose parts are valid each by itself.
        tree: where its values stand, for the messages.
    """
    return [problem_at(path, message, tree) for check in _CHECKS for path, message in check(study)]


def contestable_segments(study: Study) -> dict[str, Segment]:
    """Return the segments whose customers may choose their retailer."""
    return {name: segment for name, segment in study.segments.items() if segment.contestable}


def initial_share(retailer: Retailer, segment: str) -> float:
    """Return the share of a segment's customers that a retailer serves at the start."""
    return retailer.initial_share_by_segment.get(segment, retailer.initial_share)


def _names(study: Study) -> Iterator[Finding]:
    if study.focus not in study.retailers:
        yield ("focus",), no_such("retailer", study.focus, study.retailers)
    for name in study.retailers:
        if name.lower() in RESERVED_RETAILERS:
            yield ("retailers", name), f"{name} has a meaning of its own in the results; choose another name"
    for name in study.segments:
        if name.lower() in ("all", "market"):
            yield ("segments", name), f"{name} has a meaning of its own in the results; choose another name"
    if not contestable_segments(study):
        yield ("segments",), "at least one segment must be contestable; otherwise nobody chooses a retailer"


def _initial_shares(study: Study) -> Iterator[Finding]:
    default = study.market.default_supplier.initial_share
    for segment, contents in contestable_segments(study).items():
        if contents.customers_file is not None:
            continue
        shares = {name: initial_share(retailer, segment) for name, retailer in study.retailers.items()}
        total = sum(shares.values()) + default
        if abs(total - 1) > _SUM_TOLERANCE:
            parts = " + ".join(f"{name} {share:g}" for name, share in shares.items())
            yield (
                ("retailers", "*", "initial_share"),
                f"the initial shares of segment {segment} must sum to 1; they sum to {total:.6g} "
                f"({parts} + default supplier {default:g})",
            )


def _references(study: Study) -> Iterator[Finding]:
    segments, regions = list(study.segments), list(study.market.regions)
    for name, segment in study.segments.items():
        yield from unknown_names(("segments", name, "region_mix"), segment.region_mix or {}, regions, "region")
    for name, lever in study.levers.items():
        path: Segments = ("levers", name, "costs", "per_customer_by_segment")
        yield from unknown_names(path, lever.costs.per_customer_by_segment, {*segments, *SHIPPED_SEGMENTS}, "segment")
    yield from unknown_names(
        ("word_of_mouth", "external_awareness_per_year"),
        study.word_of_mouth.external_awareness_per_year,
        {*segments, *SHIPPED_SEGMENTS},
        "segment",
    )
    protected = study.credit.protected_segments
    yield from unknown_names(("credit", "protected_segments"), protected, {*segments, *SHIPPED_SEGMENTS}, "segment")
    for name, retailer in study.retailers.items():
        own: Segments = ("retailers", name)
        yield from unknown_names((*own, "brand_logits"), retailer.brand_logits, segments, "segment")
        yield from unknown_names(
            (*own, "initial_share_by_segment"), retailer.initial_share_by_segment, segments, "segment"
        )
        yield from _retailer_references(own, retailer, study)


def _retailer_references(own: Segments, retailer: Retailer, study: Study) -> Iterator[Finding]:
    segments, regions = list(study.segments), list(study.market.regions)
    for name, offer in retailer.offers.items():
        yield from unknown_names((*own, "offers", name, "segments"), offer.segments or (), segments, "segment")
    marketing = (*own, "marketing")
    yield from unknown_names((*marketing, "segments"), retailer.marketing.segments or (), segments, "segment")
    fading = retailer.marketing.fading_brand_logits
    yield from unknown_names((*marketing, "fading_brand_logits"), fading, segments, "segment")
    yield from unknown_names((*own, "levers"), retailer.levers, study.levers, "lever")
    for name, use in retailer.levers.items():
        yield from unknown_names((*own, "levers", name, "segments"), use.segments or (), segments, "segment")
        yield from unknown_names((*own, "levers", name, "regions"), use.regions or (), regions, "region")


def _shares_by_name(study: Study) -> Iterator[Finding]:
    """Check mappings of numbers, whose values the schema does not bound."""
    for name, segment in study.segments.items():
        mix = segment.region_mix
        if mix is not None:
            yield from _each_within(("segments", name, "region_mix"), mix, 0, 1)
            if abs(sum(mix.values()) - 1) > _SUM_TOLERANCE:
                yield (
                    ("segments", name, "region_mix"),
                    f"the shares must sum to 1; they sum to {sum(mix.values()):.6g}",
                )
    for name, retailer in study.retailers.items():
        own: Segments = ("retailers", name)
        yield from _each_within((*own, "initial_share_by_segment"), retailer.initial_share_by_segment, 0, 1)
        yield from _each_within((*own, "brand_logits"), retailer.brand_logits, -100, 100)
        yield from _each_within((*own, "records", "sources"), retailer.records.sources, 0, 1)
    for name, lever in study.levers.items():
        path: Segments = ("levers", name, "costs", "per_customer_by_segment")
        yield from _each_within(path, lever.costs.per_customer_by_segment, 0, 1e7)


def _each_within(path: Segments, values: dict[str, float], low: float, high: float) -> Iterator[Finding]:
    for name, value in values.items():
        if not low <= value <= high:
            yield (*path, name), f"must be between {low:g} and {high:g}"


def _offers(study: Study) -> Iterator[Finding]:
    for segment, contents in contestable_segments(study).items():
        sellers = [name for name, retailer in study.retailers.items() if _offers_to(retailer, segment)]
        if not sellers:
            yield (
                ("retailers", "*", "offers"),
                f"no retailer makes an offer to segment {segment}; its customers could sign nowhere",
            )
        for name, retailer in study.retailers.items():
            share = initial_share(retailer, segment)
            if share > 0 and name not in sellers and contents.customers_file is None:
                message = (
                    f"{name} starts with {share:g} of segment {segment}, but makes it no offer; add one, "
                    f"or set retailers.{name}.initial_share_by_segment.{segment} to 0"
                )
                yield ("retailers", name, "offers"), message


def _offers_to(retailer: Retailer, segment: str) -> bool:
    return any(offer.segments is None or segment in offer.segments for offer in retailer.offers.values())


def _months(study: Study) -> Iterator[Finding]:
    run = study.run
    if run.warmup_months >= run.months:
        warmup = f"warmup_months ({run.warmup_months}), when policies begin"
        yield ("run",), f"months ({run.months}) must be more than {warmup}"
    first = run.evaluate_from_month
    if first is not None and not run.warmup_months <= first < run.months:
        yield (
            ("run", "evaluate_from_month"),
            f"must be at least run.warmup_months ({run.warmup_months}) and less than run.months ({run.months})",
        )


def _agents(study: Study) -> Iterator[Finding]:
    agents = study.run.agents
    if agents != "all" and agents < len(study.segments):
        yield ("run", "agents"), f"must be at least one for each of the {len(study.segments)} segments"


def _shown(study: Study) -> Iterator[Finding]:
    """Check names of what is to be shown; whether the key figures exist is known where they are computed."""
    for position, shown in enumerate(study.show):
        path: Segments = ("show", position)
        if shown.retailer is not None and shown.retailer != MARKET:
            yield from unknown_names((*path, "retailer"), [shown.retailer], [*study.retailers, MARKET], "retailer")
        if shown.segment is not None:
            yield from unknown_names((*path, "segment"), [shown.segment], study.segments, "segment")


def _report(study: Study) -> Iterator[Finding]:
    """Check whose view a report takes and whose colours it sets; which charts there are is known where they are drawn."""
    said = study.report
    if said.view is not None and said.view not in study.retailers:
        yield ("report", "view"), no_such("retailer", said.view, study.retailers)
    yield from unknown_names(("report", "colours"), said.colours, study.retailers, "retailer")
    repeated = [name for name in dict.fromkeys(said.sections) if said.sections.count(name) > 1]
    if repeated:
        yield ("report", "sections"), f"names {repeated[0]} more than once"


_CHECKS: tuple[Callable[[Study], Iterator[Finding]], ...] = (
    _names,
    _initial_shares,
    _references,
    _shares_by_name,
    _offers,
    tier_rules,
    tags,
    events,
    pricing,
    strategies,
    reliability,
    demand,
    lever_owners,
    _months,
    _agents,
    _shown,
    _report,
)
