"""Rules that the regulator sets for all retailers (M3)."""

from __future__ import annotations

from marketsim.scenario.fields import ASSUMPTION, Section, number, part


class DeskStandard(Section):
    """The service that the regulator demands at a desk."""

    minimum_share: float = number(
        0.0,
        unit="1",
        meaning="Share of a month's tickets that must be served within the desk's promised time; 0 demands nothing.",
        source="ASSUMPTION; no standard by default",
        low=0,
        high=1,
    )
    penalty_cny_per_point: float = number(
        0.0,
        unit="CNY/percentage point",
        meaning="Penalty of a month for each percentage point that is missing.",
        source=ASSUMPTION,
        low=0,
        high=1e9,
    )


class ServiceStandards(Section):
    """Standards by desk."""

    contact: DeskStandard = part(DeskStandard, meaning="Calls and messages.")
    field: DeskStandard = part(DeskStandard, meaning="Work on site.")
    case: DeskStandard = part(DeskStandard, meaning="Complaints and procedures.")


class Rules(Section):
    """Price cap, spread cap, service standards; all off by default."""

    price_cap_cny_per_mwh: float | None = number(
        None,
        unit="CNY/MWh",
        meaning="Highest price on sale: of fixed offers, flat hours, first blocks and benchmarks; fees of linked offers are free, and signed contracts keep their price.",
        source="the user; no cap by default",
        low=0,
        high=1e5,
    )
    spread_cap_cny_per_mwh: float | None = number(
        None,
        unit="CNY/MWh",
        meaning="Gross spread of a retailer's month (revenue before rebates less cost of energy, over its energy) above which it shares with its customers.",
        source="8 or 15 CNY/MWh in provinces of China (second-hand); none by default",
        low=0,
        high=1e5,
    )
    spread_cap_customer_share: float = number(
        0.8,
        unit="1",
        meaning="Customers' share of the spread above the cap, taken off the next month's bills.",
        source="shared 2:8 between retailer and customers in provinces of China (second-hand)",
        low=0,
        high=1,
    )
    service_standards: ServiceStandards = part(ServiceStandards, meaning="Minimal service, and penalties.")
