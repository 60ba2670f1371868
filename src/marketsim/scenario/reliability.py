"""Outages and their restoration (M7)."""

from __future__ import annotations

from marketsim.scenario.fields import ASSUMPTION, Section, number, setting

OUTAGES_PER_YEAR = {"urban": 0.3, "suburban": 1.0, "rural": 2.0}
TOLERANCE_HOURS = {
    "high_tech": 4.0,
    "large_industrial": 8.0,
    "energy_intensive": 8.0,
    "sme_industrial": 8.0,
    "commercial": 12.0,
    "residential": 20.0,
}
FIELD_JOBS_PER_OUTAGE = {
    "large_industrial": 1.0,
    "energy_intensive": 1.0,
    "high_tech": 1.0,
    "sme_industrial": 0.05,
    "commercial": 0.02,
    "residential": 0.005,
}


class OutagePromise(Section):
    """What a retailer promises to pay its customers for hours without supply."""

    cny_per_hour: float = number(
        0.0, unit="CNY/hour", meaning="Paid to a customer per hour without supply.", source=ASSUMPTION, low=0, high=1e6
    )
    cny_per_mwh: float = number(
        0.0, unit="CNY/MWh", meaning="Paid per MWh that was not supplied.", source=ASSUMPTION, low=0, high=1e6
    )
    relief_share: float = number(
        0.0,
        unit="1",
        meaning="Share of the hours without supply that a customer no longer holds against its supply, being paid for them.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )


class Reliability(Section):
    """Outages: how often, how long, and what they do.

    An outage here is one customer's: a fault that interrupts two hundred households is two hundred outages and, with the
    default of `field_jobs_per_outage`, one job of the field desk.
    """

    enabled: bool = setting(False, meaning="Whether the mechanism acts; off is the market without it.")
    outages_per_year: dict[str, float] = setting(
        OUTAGES_PER_YEAR,
        meaning="Outages of a customer in a year, by region (0-1000).",
        source="ASSUMPTION; about 1, 3 and 8 hours a year. China 2024: 99.97 % in towns, 99.91 % in the country (2.6, 7.9 h)",
    )
    other_outages_per_year: float = number(
        1.0,
        unit="outages/year",
        meaning="The same in regions that outages_per_year does not name.",
        source=ASSUMPTION,
        low=0,
        high=1000,
    )
    ageing_growth_per_year: float = number(
        0.02, unit="1/year", meaning="Yearly growth of outages as equipment ages.", source=ASSUMPTION, low=-0.5, high=1
    )
    locate_hours: float = number(
        1.0, unit="hours", meaning="Mean time to locate a fault.", source=ASSUMPTION, low=0, high=100
    )
    repair_hours: float = number(
        1.5, unit="hours", meaning="Mean time to repair it.", source=ASSUMPTION, low=0, high=100, plausible=(1, 3)
    )
    voltage_quality: float = number(
        0.98,
        unit="1",
        meaning="Quality of supply of a customer without outages (voltage, flicker).",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
    voltage_quality_by_region: dict[str, float] = setting(
        {}, meaning="The same by region where it differs (0-1).", source=ASSUMPTION
    )
    tolerance_hours: dict[str, float] = setting(
        TOLERANCE_HOURS,
        meaning="Hours without supply in twelve months at which the quality of supply falls to 1/e, by segment (0.01-100000).",
        source=ASSUMPTION,
    )
    other_tolerance_hours: float = number(
        12.0,
        unit="hours/year",
        meaning="The same for segments that tolerance_hours does not name.",
        source=ASSUMPTION,
        low=0.01,
        high=1e5,
    )
    contact_tickets_per_outage: float = number(
        0.1,
        unit="tickets/outage",
        meaning="Calls to the contact desk per outage of a customer, besides its usual tickets.",
        source=ASSUMPTION,
        low=0,
        high=100,
    )
    field_jobs_per_outage: dict[str, float] = setting(
        FIELD_JOBS_PER_OUTAGE,
        meaning="Jobs of the field desk per outage of a customer, by segment (0-100): 0.005 where a job restores two hundred.",
        source=ASSUMPTION,
    )
    other_field_jobs_per_outage: float = number(
        0.05,
        unit="tickets/outage",
        meaning="The same for segments that field_jobs_per_outage does not name.",
        source=ASSUMPTION,
        low=0,
        high=100,
    )
    regional_events_per_year: float = number(
        0.0,
        unit="events/year",
        meaning="Faults in a year that strike many customers of a region at once, besides the outages above.",
        source=ASSUMPTION,
        low=0,
        high=1000,
    )
    regional_event_share: float = number(
        0.2,
        unit="1",
        meaning="Share of a region's customers whom such a fault strikes.",
        source=ASSUMPTION,
        low=0,
        high=1,
    )
