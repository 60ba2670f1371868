"""Outages: how often supply fails, how long until it is restored, and what customers make of it (M7, E14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from marketsim.market.bulk_draws import poissons
from marketsim.market.draws import name_key, purpose_key
from marketsim.market.exact import UNIT
from marketsim.market.knowledge import ACCOUNT
from marketsim.market.outages import felt_reliability, mean_waits, rate_factors, restoration_hours
from marketsim.market.reach import closed_gap, hook_factors, tally
from marketsim.market.records import Records
from marketsim.market.tickets import CONTACT, FIELD
from marketsim.scenario.events import OutageStorm
from marketsim.simulation import service
from marketsim.simulation.mechanisms.base import Columns, Mechanism
from marketsim.simulation.mechanisms.information import CustomerInformation

if TYPE_CHECKING:
    from marketsim.scenario.loaded import Scenario
    from marketsim.scenario.reliability import OutagePromise
    from marketsim.simulation.model import RetailMarket

FloatArray = NDArray[np.float64]
MONTHS = 12
HOURS_PER_MONTH = 730.0
MINUTES_PER_HOUR = 60.0


class Reliability(Mechanism):
    """Outages are Poisson by customer and month; a rolling year of them makes the quality of supply.

    The eleven months before the start are drawn like all others, at the conditions of the first month, so that the first
    year has no trend of its own.

    Attributes:
        hours: felt hours without supply by calendar month and customer. Shape (12, customers).
        expected: expected outages of the month. Shape (customers,).
        outage_count: outages of the month. Shape (customers,).
        outage_hours: hours without supply in the month. Shape (customers,).
        duration: hours until an outage of the month is over. Shape (customers,).
        tickets: expected tickets of outages, in the shape of `RetailMarket.extra_tickets`.
    """

    @classmethod
    def is_used(cls, market: Scenario) -> bool:
        """Return whether the scenario switches outages on."""
        return market.study.reliability.enabled

    def __init__(self, model: RetailMarket) -> None:
        """Take the market; nobody has been without supply yet."""
        super().__init__(model)
        customers = len(model.population)
        self.hours = np.zeros((MONTHS, customers))
        self.has_history = False
        self.expected: FloatArray = np.zeros(customers)
        self.outage_count: FloatArray = np.zeros(customers)
        self.outage_hours: FloatArray = np.zeros(customers)
        self.duration: FloatArray = np.zeros(customers)
        self.tickets = np.zeros_like(model.extra_tickets)
        self.columns: Columns = {}
        self.compensation: FloatArray = np.zeros(len(model.frame.retailers) + 1)
        self._read_settings()

    def _read_settings(self) -> None:
        """Spread the settings over customers, by region and segment."""
        model, frame = self.model, self.model.frame
        settings, market = model.study.reliability, model.study.market
        region, segment = model.population["region"], model.population["segment"]

        def spread(names: tuple[str, ...], by_name: dict[str, float], otherwise: float, rows: Records) -> FloatArray:
            values: FloatArray = np.array([by_name.get(name, otherwise) for name in names], dtype=np.float64)[rows]
            return values

        self.settings = settings
        self.yearly = spread(frame.regions, settings.outages_per_year, settings.other_outages_per_year, region)
        self.voltage = spread(frame.regions, settings.voltage_quality_by_region, settings.voltage_quality, region)
        self.tolerance = spread(frame.segments, settings.tolerance_hours, settings.other_tolerance_hours, segment)
        jobs = settings.other_field_jobs_per_outage
        self.field_jobs = spread(frame.segments, settings.field_jobs_per_outage, jobs, segment)
        minutes = [market.regions[name].travel_minutes for name in frame.regions]
        self.travel = (np.array(minutes, dtype=np.float64) / MINUTES_PER_HOUR)[region]

    def open_market(self) -> None:
        """Staff the desks for the tickets of ordinary outages too."""
        self._foresee()
        service.staff_desks(self.model)

    def environment(self) -> None:
        """Begin the month with full supply; desks that are staffed anew are staffed for a month without events."""
        self.model.population["use"] = self.model.population["energy"]
        self._foresee()

    def _foresee(self) -> None:
        """Expect the outages and tickets of a month without events."""
        self.expected = self._expected()
        self._raise_tickets()

    def _expected(self) -> FloatArray:
        """Expected outages of each customer in the month, without storms and common faults."""
        ageing = (1.0 + self.settings.ageing_growth_per_year) ** (self.model.month / MONTHS)
        result: FloatArray = np.where(self.model.population["alive"] > 0, self._ordinary_rates() / MONTHS * ageing, 0.0)
        return result

    def outages(self) -> None:
        """Let supply fail, and let those concerned call."""
        model, population = self.model, self.model.population
        common = self._regional_events() * self.settings.regional_event_share
        self.expected = self._expected() * self._storms()[population["region"]]
        self.expected += np.where(population["alive"] > 0, common[population["region"]], 0.0)
        self._raise_tickets()
        key = purpose_key(model.world, "outages", model.month)
        self.outage_count = poissons(key, population["key"], self.expected).astype(np.float64)

    def _ordinary_rates(self) -> FloatArray:
        """Outages of each customer in a year without storms and before equipment ages further."""
        return self.yearly * rate_factors(self.model.population, self.model.levers)

    def _storms(self) -> FloatArray:
        """Factor of the month's outages by region."""
        factors = np.ones(len(self.model.frame.regions))
        for event in self.model.study.events:
            if isinstance(event, OutageStorm) and event.acts_in(self.model.month):
                met = [event.regions is None or name in event.regions for name in self.model.frame.regions]
                factors[met] *= 1.0 + event.size
        return factors

    def _regional_events(self) -> FloatArray:
        """Number of faults of the month that strike many customers at once, by region."""
        keys = np.array([name_key(f"region {name}") for name in self.model.frame.regions], dtype=np.uint64)
        key = purpose_key(self.model.world, "regional outages", self.model.month)
        return poissons(key, keys, self.settings.regional_events_per_year / MONTHS).astype(np.float64)

    def _raise_tickets(self) -> None:
        """Put the expected calls and jobs of the month in place of last month's, in exact units."""
        settings, population = self.settings, self.model.population
        tickets = np.zeros_like(self.tickets)
        outages = population["weight"] * self.expected
        for desk, amounts in (
            (CONTACT, outages * settings.contact_tickets_per_outage),
            (FIELD, outages * self.field_jobs),
        ):
            tickets[:, desk] = self._by_cell(amounts)
        # Differences, because other mechanisms add tickets of their own; sums of whole units are exact.
        self.model.extra_tickets = self.model.extra_tickets + (tickets - self.tickets)
        self.tickets = tickets

    def _by_cell(self, amounts: FloatArray) -> FloatArray:
        """Sums by supplier, region, segment and tier, in exact units."""
        shape = (self.tickets.shape[0], *self.tickets.shape[2:])
        population = self.model.population
        cell = np.ravel_multi_index(
            tuple(population[name] for name in ("retailer", "region", "segment", "tier")), shape
        )
        whole = np.floor(amounts / UNIT + 0.5)
        sums = np.bincount(cell, whole, minlength=int(np.prod(shape))).astype(np.float64)
        return sums.reshape(shape) * UNIT

    def consume(self) -> None:
        """Restore supply: what was lost, what is felt of the last twelve months, what was promised for it."""
        model, population = self.model, self.model.population
        self.duration = self._durations()
        relief = np.array([*(promise.relief_share for promise in self._promises()), 0.0])
        kept = 1.0 - relief[population["retailer"]]
        if not self.has_history:
            self._imagine_past(self.duration * kept)
        self.outage_hours = np.minimum(self.outage_count * self.duration, HOURS_PER_MONTH)
        self.hours[model.month % MONTHS] = self.outage_hours * kept
        quality = felt_reliability(self.voltage, self.hours.sum(axis=0), self.tolerance)
        population["reliability"] = quality
        lost = population["use"] * (self.outage_hours / HOURS_PER_MONTH)
        population["use"] -= lost
        self._account(lost)

    def _durations(self) -> FloatArray:
        """Hours until an outage of this month is over, by customer."""
        model, population, settings = self.model, self.model.population, self.settings
        waits = mean_waits(model.service.sites, model.service.block_shares)
        wait = waits[population["retailer"], FIELD, population["region"], population["tier"]]
        locate = settings.locate_hours * (1.0 - closed_gap(population, model.levers, "locate_saving"))
        planned = closed_gap(population, model.levers, "restoration_saving") * self._validity()
        drive = self.travel * hook_factors(population, model.levers, "travel_time_factor")
        return restoration_hours(locate, wait, drive, settings.repair_hours, planned)

    def _validity(self) -> FloatArray | float:
        """Whether the record on which a customer's plan rests is valid (E1); always where records are not modelled."""
        information = self.model.mechanism(CustomerInformation)
        return 1.0 if information is None else information.valid[:, ACCOUNT].astype(np.float64)

    def _imagine_past(self, duration: FloatArray) -> None:
        """Draw the eleven months before the first, at its conditions but without its events."""
        model, expected = self.model, self._ordinary_rates() / MONTHS
        for month in range(1, MONTHS):
            key = purpose_key(model.world, "outages before the start", month)
            past = poissons(key, model.population["key"], expected) * duration
            self.hours[(model.month + month) % MONTHS] = np.minimum(past, HOURS_PER_MONTH)
        self.has_history = True

    def _account(self, lost: FloatArray) -> None:
        """Sum the month by supplier, segment and tier, and what retailers pay for it."""
        model, population = self.model, self.model.population
        retailers, segments = len(model.frame.retailers), len(model.frame.segments)
        values = {"outages": self.outage_count, "outage_hours": self.outage_hours, "outage_mwh": lost}
        self.columns = {name: tally(population, value, retailers, segments) for name, value in values.items()}
        self.compensation = np.zeros(retailers + 1)
        for j, promise in enumerate(self._promises()):
            paid = promise.cny_per_hour * self.outage_hours + promise.cny_per_mwh * lost
            self.compensation[j] = float((population["weight"] * paid)[population["retailer"] == j].sum())

    def _promises(self) -> list[OutagePromise]:
        """What each retailer promises to pay for hours without supply."""
        return [self.model.study.retailers[name].outage_promise for name in self.model.frame.retailers]

    def charge(self) -> None:
        """Charge what retailers promised for outages."""
        for retailer in self.model.retailers:
            paid = float(self.compensation[retailer.index])
            if paid > 0.0:
                retailer.charges["compensation"] = retailer.charges.get("compensation", 0.0) + paid

    def segment_columns(self) -> Columns:
        """Return outages, hours and energy lost by supplier, segment and tier."""
        return self.columns
