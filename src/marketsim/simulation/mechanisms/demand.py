"""What customers consume: growth, season, prices, efficiency, other fuels, closures (M8, E15, E16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from marketsim.market.bulk_draws import normals
from marketsim.market.draws import purpose_key
from marketsim.market.reach import added, closed_gap, tally
from marketsim.scenario.demand import Demand as DemandSettings
from marketsim.scenario.events import AlternativePriceShock, DemandShock
from marketsim.simulation.mechanisms.base import Columns, Mechanism
from marketsim.simulation.mechanisms.closures import Plants

if TYPE_CHECKING:
    from marketsim.scenario.loaded import Scenario
    from marketsim.simulation.model import RetailMarket

FloatArray = NDArray[np.float64]
MONTHS = 12
CHEAPEST, DEAREST = 0.1, 10.0
"""Bounds of the mean bill against that of the start: beyond them an elasticity measured near 1 says nothing."""
LARGEST_LOGIT = 30.0


def price_response(bill: FloatArray, first_bill: FloatArray, elasticity: FloatArray) -> FloatArray:
    """Return the factor of demand at a mean bill against that at the first (E15); 1 where there is no bill yet."""
    known = np.isfinite(bill) & np.isfinite(first_bill) & (first_bill > 0.0)
    ratio = np.divide(bill, first_bill, out=np.ones_like(bill), where=known)
    result: FloatArray = np.clip(ratio, CHEAPEST, DEAREST) ** elasticity
    return result


def balanced_share(
    fuel_price: FloatArray, bill: FloatArray, first_bill: FloatArray, slope: float, appeal: FloatArray
) -> FloatArray:
    """Return the share of electricity in substitutable work at which equipment would settle (E16).

    Args:
        fuel_price: CNY per MWh of the same service with the other fuel.
        bill: CNY/MWh of electricity.
        first_bill: the bill against which differences are measured, CNY/MWh.
        slope: logits per difference of a whole first bill.
        appeal: logits for electricity at equal cost, levers included.
    """
    logits = slope * relative_cost(fuel_price, bill, first_bill) + appeal
    result: FloatArray = 1.0 / (1.0 + np.exp(-np.clip(logits, -LARGEST_LOGIT, LARGEST_LOGIT)))
    return result


def relative_cost(fuel_price: FloatArray, bill: FloatArray, first_bill: FloatArray) -> FloatArray:
    """Return how much dearer the other fuel is, in first bills; 0 where there is no bill yet."""
    known = np.isfinite(bill) & np.isfinite(first_bill) & (first_bill > 0.0)
    result: FloatArray = np.divide(fuel_price - bill, first_bill, out=np.zeros_like(bill), where=known)
    return result


def taken_up(saved: FloatArray, target: FloatArray, uptake: float, decay: float) -> FloatArray:
    """Return the share saved a month later: up by a share of what lacks to the target, down by a slow decay."""
    result: FloatArray = saved + np.where(target >= saved, uptake, decay) * (target - saved)
    return result


class Demand(Mechanism):
    """Consumption of every customer, and what moves it.

    A customer's energy is what it consumed at the start, at the prices and with the fuels of then; so the share of other
    fuels enters relative to the first share. The mean bill is the customer's usual bill of about a year, up to last month.

    Attributes:
        saved: share of consumption saved by efficiency, before rebound. Shape (customers,).
        electric: share of electricity in substitutable work. Shape (customers,).
        first_bill: mean bill after the first month, CNY/MWh; NaN before. Shape (customers,).
        plants: who must improve or close.
    """

    @classmethod
    def is_used(cls, market: Scenario) -> bool:
        """Return whether the scenario switches demand on."""
        return market.study.demand.enabled

    def __init__(self, model: RetailMarket) -> None:
        """Take the market as it is before anything moved demand."""
        super().__init__(model)
        customers = len(model.population)
        self.saved = np.zeros(customers)
        self.first_bill = np.full(customers, np.nan)
        self.columns: Columns = {}
        self.factor, self.passing = 1.0, np.ones(customers)
        self.work, self.fuel_prices = np.zeros(customers), np.zeros(0)
        self._read_settings()
        self.first_electric = self.electric = 1.0 - self._by_segment("alternative_share")
        self.plants = Plants(model)

    def _read_settings(self) -> None:
        """Spread the settings over customers by segment."""
        segments = [self.model.study.segments[name].demand for name in self.model.frame.segments]
        self.settings: DemandSettings = self.model.study.demand
        self.elasticity = self._by_segment("elasticity")
        self.substitutable = self._by_segment("substitutable_share")
        fixed = [np.nan if s.electricity_appeal_logits is None else s.electricity_appeal_logits for s in segments]
        self.fixed_appeal = np.array(fixed, dtype=np.float64)[self.model.population["segment"]]
        self.fuels = sorted(self.settings.fuels)
        fuel = np.array([self.fuels.index(s.fuel) for s in segments], dtype=np.int64)
        self.fuel = fuel[self.model.population["segment"]]

    def _by_segment(self, name: str) -> FloatArray:
        segments = [self.model.study.segments[segment].demand for segment in self.model.frame.segments]
        values = np.array([getattr(segment, name) for segment in segments], dtype=np.float64)
        spread: FloatArray = values[self.model.population["segment"]]
        return spread

    def environment(self) -> None:
        """Let fuel prices and the season arrive; close the plants whose time has come."""
        self.model.population["use"] = self.model.population["energy"]
        month = self.model.month
        growth = (1.0 + self.settings.growth_per_year) ** (month / MONTHS)
        self.factor = growth * self.settings.season[month % MONTHS]
        self.fuel_prices = self._fuel_prices()
        self.plants.judge(self.settings.closing)

    def _fuel_prices(self) -> FloatArray:
        """The month's price of each fuel, shocks included, CNY/MWh of the same service."""
        month, prices = self.model.month, []
        for name in self.fuels:
            fuel = self.settings.fuels[name]
            price = fuel.price_cny_per_mwh * (1.0 + fuel.growth_per_year) ** (month / MONTHS)
            for event in self.model.study.events:
                if isinstance(event, AlternativePriceShock) and event.fuel in ("all", name) and event.acts_in(month):
                    price *= 1.0 + event.size
            prices.append(price)
        return np.array(prices, dtype=np.float64)

    def consume(self) -> None:
        """Set what each customer consumes, and what it is expected to (E15)."""
        population, bill = self.model.population, self.model.population["usual_bill"].copy()
        self.first_bill = np.where(np.isfinite(self.first_bill), self.first_bill, bill)
        self._save()
        self._substitute(bill)
        season = self.settings.season[self.model.month % MONTHS]
        wanted = self.factor / season * price_response(bill, self.first_bill, self.elasticity)
        wanted = wanted / (1.0 - self.substitutable * (1.0 - self.first_electric))
        by_electricity = 1.0 - self.substitutable * (1.0 - self.electric)
        lasting = wanted * by_electricity * self._efficiency()
        self.passing = season * self._shocks() * self._noise()
        alive = population["alive"] > 0
        population["usual_use"] = np.where(alive, population["energy"] * lasting, 0.0)
        population["use"] = np.where(alive, population["use"] * (lasting * self.passing), 0.0)
        self.work = population["energy"] * wanted * self.passing

    def _efficiency(self) -> FloatArray:
        """Factor of consumption by advice and by rebuilt plants, rebound included."""
        rebuilt = self.settings.closing.retrofit_saving_share * self.plants.retrofitted
        saved = 1.0 - (1.0 - self.saved) * (1.0 - rebuilt)
        result: FloatArray = 1.0 - saved * (1.0 - self.settings.rebound_share)
        return result

    def feel(self) -> None:
        """Sum the month by supplier, segment and tier, before customers move."""
        frame, population, settings = self.model.frame, self.model.population, self.settings
        by_fuel = self.substitutable * (1.0 - self.electric)
        efficiency = self._efficiency()
        replaced = self.work * efficiency * by_fuel
        factors = np.array([settings.fuels[name].emissions_t_per_mwh for name in self.fuels])[self.fuel]
        values = {
            "saved_mwh": self.work * (1.0 - by_fuel) * (1.0 - efficiency),
            "alternative_mwh": replaced,
            "emissions_t": population["use"] * settings.electricity_emissions_t_per_mwh + replaced * factors,
        }
        retailers, segments = len(frame.retailers), len(frame.segments)
        self.columns = {name: tally(population, value, retailers, segments) for name, value in values.items()}
        self.columns["closures"] = self.plants.closures

    def charge(self) -> None:
        """Charge retailers for closed plants."""
        self.plants.charge()

    def market_columns(self) -> dict[str, float]:
        """Return growth and season of demand, and the mean price of other fuels."""
        return {"demand_factor": self.factor, "alternative_price_cny_per_mwh": float(self.fuel_prices.mean())}

    def segment_columns(self) -> Columns:
        """Return savings, other fuels, emissions and closures by supplier, segment and tier."""
        return self.columns

    def _save(self) -> None:
        """Let customers take up what levers help them save; what no lever supports any more fades slowly."""
        decay = 1.0 - (1.0 - self.settings.saving_decay_per_year) ** (1.0 / MONTHS)
        population, levers, plants = self.model.population, self.model.levers, self.plants
        target = closed_gap(population, levers, "energy_saving_share")
        self.saved = taken_up(self.saved, target, self.settings.uptake_speed, decay)
        unit_target = closed_gap(population, levers, "intensity_saving_share")
        plants.improved = taken_up(plants.improved, unit_target, self.settings.uptake_speed, decay)

    def _substitute(self, bill: FloatArray) -> None:
        """Let equipment follow the balance of electricity and fuel."""
        fuel_price = self.fuel_prices[self.fuel]
        slope = self.settings.substitution_slope
        known = np.isfinite(self.fixed_appeal)
        at_first = np.log(self.first_electric / (1.0 - self.first_electric))
        first_price = np.array([self.settings.fuels[name].price_cny_per_mwh for name in self.fuels])[self.fuel]
        balancing = at_first - slope * relative_cost(first_price, self.first_bill, self.first_bill)
        appeal = np.where(known, self.fixed_appeal, balancing)
        appeal = appeal + added(self.model.population, self.model.levers, "electrification_logits")
        balance = balanced_share(fuel_price, bill, self.first_bill, slope, appeal)
        self.electric = self.electric + self.settings.substitution_speed * (balance - self.electric)

    def _shocks(self) -> FloatArray:
        """Factor of each customer's consumption by the month's events."""
        factors = np.ones(len(self.model.frame.segments))
        for event in self.model.study.events:
            if isinstance(event, DemandShock) and event.acts_in(self.model.month):
                met = [event.segments is None or name in event.segments for name in self.model.frame.segments]
                factors[met] *= 1.0 + event.size
        spread: FloatArray = factors[self.model.population["segment"]]
        return spread

    def _noise(self) -> FloatArray | float:
        """Log-normal noise of the month, of mean 1."""
        sd = self.settings.noise_sd
        if sd <= 0.0:
            return 1.0
        key = purpose_key(self.model.world, "demand noise", self.model.month)
        noise: FloatArray = np.exp(sd * normals(key, self.model.population["key"]) - 0.5 * sd * sd)
        return noise
