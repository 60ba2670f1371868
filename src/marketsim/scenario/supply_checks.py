"""Checks of outages and demand against the rest of the study: names, bounds, and who may touch the grid."""

from __future__ import annotations

from collections.abc import Iterator

from marketsim.scenario.events import AlternativePriceShock
from marketsim.scenario.outline import Segments
from marketsim.scenario.paths import no_such
from marketsim.scenario.reliability import FIELD_JOBS_PER_OUTAGE, OUTAGES_PER_YEAR, TOLERANCE_HOURS
from marketsim.scenario.study import Study
from marketsim.scenario.tier_checks import Finding, unknown_names

GRID = "grid"


def reliability(study: Study) -> Iterator[Finding]:
    """Yield names and numbers of `reliability` that cannot be; the shipped names may stand for nobody."""
    settings, regions, segments = study.reliability, study.market.regions, study.segments
    shipped = {*TOLERANCE_HOURS, *FIELD_JOBS_PER_OUTAGE}
    by_name: tuple[tuple[str, str, set[str], float, float], ...] = (
        ("outages_per_year", "region", {*regions, *OUTAGES_PER_YEAR}, 0, 1000),
        ("voltage_quality_by_region", "region", {*regions}, 0, 1),
        ("tolerance_hours", "segment", {*segments, *shipped}, 0.01, 1e5),
        ("field_jobs_per_outage", "segment", {*segments, *shipped}, 0, 100),
    )
    for field, what, known, low, high in by_name:
        path: Segments = ("reliability", field)
        values: dict[str, float] = getattr(settings, field)
        yield from unknown_names(path, values, known, what)
        yield from (
            ((*path, n), f"must be between {low:g} and {high:g}") for n, v in values.items() if not low <= v <= high
        )


def demand(study: Study) -> Iterator[Finding]:
    """Yield fuels that do not exist."""
    fuels = study.demand.fuels
    for name, segment in study.segments.items():
        if segment.demand.fuel not in fuels:
            yield ("segments", name, "demand", "fuel"), no_such("fuel", segment.demand.fuel, fuels)
    for position, event in enumerate(study.events):
        if isinstance(event, AlternativePriceShock) and event.fuel != "all" and event.fuel not in fuels:
            yield ("events", position, "fuel"), no_such("fuel", event.fuel, ["all", *fuels])


def lever_owners(study: Study) -> Iterator[Finding]:
    """Yield retailers that use a lever which their kind cannot: who does not own the grid cannot change it for a region."""
    for name, retailer in study.retailers.items():
        for lever in retailer.levers:
            definition = study.levers.get(lever)
            if definition is None:
                continue
            able = (GRID,) if definition.hooks.region_outage_saving > 0 else definition.retailer_kinds
            if retailer.kind not in able:
                path = ("retailers", name, "levers", lever)
                yield path, f"only a retailer of kind {' or '.join(able)} can use it; {name} is of kind {retailer.kind}"
