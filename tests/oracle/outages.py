"""Outages of single customers, their restoration, and a year's memory of them (M7, E14)."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

from tests.oracle.keys import keyed
from tests.oracle.part import Part

from marketsim.market.draws import name_key, poisson, purpose_key
from marketsim.market.exact import UNIT, units
from marketsim.scenario.events import OutageStorm

if TYPE_CHECKING:
    from tests.oracle.customers import CustomerAgent
    from tests.oracle.market import OracleMarket, Supplier
    from tests.oracle.service import Cell

MONTHS = 12
HOURS_PER_MONTH = 730.0


class Outages(Part):
    """Supply fails by a Poisson number for each customer and month."""

    def __init__(self, market: OracleMarket) -> None:
        super().__init__(market)
        self.settings = market.study.reliability
        self.tickets: dict[Supplier, dict[Cell, float]] = {}
        for customer in market.customers:
            customer.hours_out = [0.0] * MONTHS

    def open_market(self) -> None:
        """Let the desks be staffed for ordinary outages too."""
        self.foresee()
        self.market.staff_desks()

    def environment(self) -> None:
        """Expect a month without events."""
        self.foresee()

    def foresee(self) -> None:
        """Expect the outages of a month without events."""
        for customer in self.market.customers:
            customer.expected_outages = self.usual_rate(customer) * self.ageing()
        self.raise_tickets()

    def ageing(self) -> float:
        """Return by how much equipment fails more often than at the start."""
        return float((1.0 + self.settings.ageing_growth_per_year) ** (self.market.month / MONTHS))

    def usual_rate(self, customer: CustomerAgent) -> float:
        """Return the outages that a customer expects in a month of the first year."""
        settings, region = self.settings, customer.region
        rate = settings.outages_per_year.get(region, settings.other_outages_per_year) / MONTHS
        for lever in customer.levers:
            rate *= 1.0 - (1.0 - lever.hooks.outage_rate_factor) * customer.strength(lever)
        for retailer in self.market.retailers:
            for lever in retailer.levers:
                if lever.use.regions is None or region in lever.use.regions:
                    rate *= 1.0 - lever.hooks.region_outage_saving * lever.intensity
        return rate

    def outages(self) -> None:
        """Let supply fail, and let those concerned call."""
        for customer in self.market.customers:
            expected = self.usual_rate(customer) * self.ageing() * self.storm(customer.region)
            expected += self.common_faults(customer.region) * self.settings.regional_event_share
            customer.expected_outages = expected
            customer.outages = poisson(keyed(self.key("outages"), customer.key), expected)
        self.raise_tickets()

    def storm(self, region: str) -> float:
        """Return the factor of the month's storms."""
        factor = 1.0
        for event in self.market.study.events:
            if isinstance(event, OutageStorm) and 0 <= self.market.month - event.month < event.duration_months:
                factor *= 1.0 + event.size if event.regions is None or region in event.regions else 1.0
        return factor

    def common_faults(self, region: str) -> int:
        """Return the month's faults that strike many customers of a region."""
        key = keyed(self.key("regional outages"), name_key(f"region {region}"))
        return poisson(key, self.settings.regional_events_per_year / MONTHS)

    def raise_tickets(self) -> None:
        """Expect calls and jobs for the expected outages, added up in exact units."""
        settings = self.settings
        sums: dict[Supplier, dict[Cell, int]] = {supplier: defaultdict(int) for supplier in self.market.suppliers}
        for customer in self.market.customers:
            place = (customer.region, customer.segment, customer.tier)
            outages = customer.weight * customer.expected_outages
            jobs = settings.field_jobs_per_outage.get(customer.segment, settings.other_field_jobs_per_outage)
            sums[customer.retailer]["contact", *place] += units(outages * settings.contact_tickets_per_outage)
            sums[customer.retailer]["field", *place] += units(outages * jobs)
        self.tickets = {s: {cell: n * UNIT for cell, n in cells.items()} for s, cells in sums.items()}

    def consume(self) -> None:
        """Restore supply; what was lost, what is felt of the last twelve months, what was promised for it."""
        month, paid = self.market.month, defaultdict(float)
        for customer in self.market.customers:
            promise = customer.retailer.outage_promise
            duration = self.duration(customer)
            felt = 1.0 - promise.relief_share if promise else 1.0
            if month == 0:
                self.imagine_past(customer, duration * felt)
            hours = min(HOURS_PER_MONTH, customer.outages * duration)
            customer.hours_out[month % MONTHS] = hours * felt
            customer.reliability = self.supply_quality(customer)
            lost = customer.use * (hours / HOURS_PER_MONTH)
            customer.use -= lost
            customer.lost_mwh = lost
            if promise:
                paid[customer.retailer] += customer.weight * (promise.cny_per_hour * hours + promise.cny_per_mwh * lost)
        self.compensation = paid

    def duration(self, customer: CustomerAgent) -> float:
        """Return the hours until an outage of the customer is over."""
        market, settings = self.market, self.settings
        met = customer.retailer.service["field", customer.region, customer.tier]
        wait = earlier = 0.0
        for share, hours in zip(market.cumulative_block_shares, met.wait_hours, strict=True):
            wait += (share - earlier) * hours
            earlier = share
        drive = market.study.market.regions[customer.region].travel_minutes / 60.0
        for lever in customer.levers:
            drive *= 1.0 - (1.0 - lever.hooks.travel_time_factor) * customer.strength(lever)
        locate = settings.locate_hours * (1.0 - customer.closed_gap("locate_saving"))
        whole = locate + wait + drive + settings.repair_hours
        plan_is_valid = customer.record is None or customer.record.is_valid[0]
        return float(whole * (1.0 - customer.closed_gap("restoration_saving") * plan_is_valid))

    def imagine_past(self, customer: CustomerAgent, duration: float) -> None:
        """Draw the eleven months before the first."""
        for month in range(1, MONTHS):
            key = keyed(purpose_key(self.market.world, "outages before the start", month), customer.key)
            customer.hours_out[month] = min(HOURS_PER_MONTH, poisson(key, self.usual_rate(customer)) * duration)

    def supply_quality(self, customer: CustomerAgent) -> float:
        """Return the quality of supply that twelve months leave (E14)."""
        settings = self.settings
        voltage = settings.voltage_quality_by_region.get(customer.region, settings.voltage_quality)
        tolerance = settings.tolerance_hours.get(customer.segment, settings.other_tolerance_hours)
        return voltage * math.exp(-sum(customer.hours_out) / tolerance)

    def charge(self) -> None:
        """Charge what was promised."""
        for retailer, amount in self.compensation.items():
            retailer.charges["compensation"] += amount
