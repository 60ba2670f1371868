"""What single customers consume: growth, season, prices, efficiency, other fuels (M8, E15, E16)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tests.oracle.keys import keyed
from tests.oracle.part import Part
from tests.oracle.plants import Plants

from marketsim.market.draws import normal
from marketsim.scenario.events import AlternativePriceShock, DemandShock

if TYPE_CHECKING:
    from tests.oracle.customers import CustomerAgent
    from tests.oracle.market import OracleMarket

MONTHS = 12


class Consumption(Part):
    """Consumption of every customer, relative to what it used at the start."""

    def __init__(self, market: OracleMarket) -> None:
        super().__init__(market)
        self.settings, self.plants = market.study.demand, Plants(market)
        for customer in market.customers:
            customer.saved_share = 0.0
            customer.first_usual_bill = math.nan
            customer.electric_share = 1.0 - customer.traits.demand.alternative_share

    def environment(self) -> None:
        """Close the plants whose time has come."""
        self.plants.judge()

    def charge(self) -> None:
        """Charge retailers for closed plants."""
        self.plants.charge()

    def consume(self) -> None:
        """Set what each customer uses, and what it expects to use in a month like others (E15)."""
        month, settings = self.market.month, self.settings
        growth = (1.0 + settings.growth_per_year) ** (month / MONTHS)
        season = settings.season[month % MONTHS]
        for customer in self.market.customers:
            if math.isnan(customer.first_usual_bill):
                customer.first_usual_bill = customer.usual_bill
            self.save(customer)
            self.substitute(customer)
            lasting = growth * self.by_price(customer) * self.by_fuel(customer) * self.by_efficiency(customer)
            customer.usual_use = customer.energy * lasting
            passing = season * self.shock(customer) * self.noise(customer)
            customer.use = customer.usual_use * passing
            self.note_work(customer, growth * passing)

    def by_price(self, customer: CustomerAgent) -> float:
        """Return the factor of the mean bill against the first, bounded to a tenth and tenfold."""
        if not customer.has_bills():
            return 1.0
        ratio = min(10.0, max(0.1, customer.usual_bill / customer.first_usual_bill))
        return float(ratio**customer.traits.demand.elasticity)

    def by_fuel(self, customer: CustomerAgent) -> float:
        """Return the factor of the work that electricity does against that of the start."""
        traits = customer.traits.demand
        now = 1.0 - traits.substitutable_share * (1.0 - customer.electric_share)
        return now / (1.0 - traits.substitutable_share * traits.alternative_share)

    def note_work(self, customer: CustomerAgent, factor: float) -> None:
        """Note what is saved of the work that energy does, and what the other fuel does of it."""
        traits = customer.traits.demand
        work = customer.energy * factor * self.by_price(customer)
        work /= 1.0 - traits.substitutable_share * traits.alternative_share
        by_fuel, needed = traits.substitutable_share * (1.0 - customer.electric_share), self.by_efficiency(customer)
        customer.saved_mwh = work * (1.0 - by_fuel) * (1.0 - needed)
        customer.fuel_mwh = work * by_fuel * needed

    def emissions(self, customer: CustomerAgent) -> float:
        """Return the emissions of the month's electricity and of the other fuel, t."""
        fuel = self.settings.fuels[customer.traits.demand.fuel].emissions_t_per_mwh
        return customer.use * self.settings.electricity_emissions_t_per_mwh + customer.fuel_mwh * fuel

    def by_efficiency(self, customer: CustomerAgent) -> float:
        """Return the factor of what is saved, less the rebound."""
        rebuilt = self.settings.closing.retrofit_saving_share * customer.is_rebuilt
        saved = 1.0 - (1.0 - customer.saved_share) * (1.0 - rebuilt)
        return 1.0 - saved * (1.0 - self.settings.rebound_share)

    def save(self, customer: CustomerAgent) -> None:
        """Go a step toward what levers help to save; what they support no more fades."""
        fading = 1.0 - (1.0 - self.settings.saving_decay_per_year) ** (1.0 / MONTHS)
        target = customer.closed_gap("energy_saving_share")
        speed = self.settings.uptake_speed if target >= customer.saved_share else fading
        customer.saved_share += speed * (target - customer.saved_share)
        target = customer.closed_gap("intensity_saving_share")
        speed = self.settings.uptake_speed if target >= customer.improved_share else fading
        customer.improved_share += speed * (target - customer.improved_share)

    def substitute(self, customer: CustomerAgent) -> None:
        """Let equipment go a step toward the balance of electricity and the other fuel (E16)."""
        traits, slope = customer.traits.demand, self.settings.substitution_slope
        fuel = self.settings.fuels[traits.fuel]
        appeal = traits.electricity_appeal_logits
        if appeal is None:
            appeal = math.log((1.0 - traits.alternative_share) / traits.alternative_share)
            if customer.has_bills():
                appeal -= slope * (fuel.price_cny_per_mwh / customer.first_usual_bill - 1.0)
        appeal += customer.added("electrification_logits")
        if customer.has_bills():
            appeal += slope * (self.fuel_price(traits.fuel) - customer.usual_bill) / customer.first_usual_bill
        balance = 1.0 / (1.0 + math.exp(-min(30.0, max(-30.0, appeal))))
        customer.electric_share += self.settings.substitution_speed * (balance - customer.electric_share)

    def fuel_price(self, name: str) -> float:
        """Return the month's price of a fuel."""
        fuel, month = self.settings.fuels[name], self.market.month
        price = fuel.price_cny_per_mwh * (1.0 + fuel.growth_per_year) ** (month / MONTHS)
        for event in self.market.study.events:
            if isinstance(event, AlternativePriceShock) and event.fuel in ("all", name):
                price *= 1.0 + event.size if 0 <= month - event.month < event.duration_months else 1.0
        return price

    def shock(self, customer: CustomerAgent) -> float:
        """Return the factor of the month's events."""
        factor = 1.0
        for event in self.market.study.events:
            if isinstance(event, DemandShock) and 0 <= self.market.month - event.month < event.duration_months:
                factor *= 1.0 + event.size if event.segments is None or customer.segment in event.segments else 1.0
        return factor

    def noise(self, customer: CustomerAgent) -> float:
        """Return log-normal noise of mean 1."""
        sd = self.settings.noise_sd
        return math.exp(sd * normal(keyed(self.key("demand noise"), customer.key)) - sd * sd / 2.0)
