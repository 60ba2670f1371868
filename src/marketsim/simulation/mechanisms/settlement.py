"""Deviation penalties for forecast errors, and the natural hedge of own plants (M13, E21)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from marketsim.market import billing, reach
from marketsim.market.bulk_draws import normals
from marketsim.market.deviation import deviation_penalty, forecast_error_sd, squared_shares
from marketsim.market.draws import purpose_key
from marketsim.market.sums import sums_by
from marketsim.scenario.environment import GeneratedSpot
from marketsim.simulation.mechanisms.base import Columns, Mechanism

if TYPE_CHECKING:
    from marketsim.scenario.loaded import Scenario
    from marketsim.simulation.model import RetailMarket

FloatArray = NDArray[np.float64]


class Deviations(Mechanism):
    """Settles what each retailer declared for the month against what its customers used.

    The declared volume is the month's forecast: the energy of the month times one plus a bias and a normal error, whose
    standard deviation falls with the number of customers that share the book's energy and with levers that forecast better.

    Attributes:
        error_sd: relative standard deviation of the month's forecast error. Shape (retailers,).
        penalties: CNY of the month. Shape (retailers,).
    """

    @classmethod
    def is_used(cls, market: Scenario) -> bool:
        """Return whether the scenario switches deviation penalties on."""
        return market.study.settlement.enabled

    def __init__(self, model: RetailMarket) -> None:
        """Take the market."""
        super().__init__(model)
        self.settings = model.base.settlement
        self.error_sd = self.penalties = np.zeros(len(model.frame.retailers))

    def collect_payments(self) -> None:
        """Find the month's penalties while its customers are still with those who declared for them."""
        model, settings = self.model, self.settings
        energy, shares, saving = self._books()
        self.error_sd = forecast_error_sd(settings.forecast_sd, settings.customer_forecast_sd, shares, saving)
        draws = normals(purpose_key(model.world, "forecast error", model.month), model.frame.retailer_keys)
        bias = np.array([model.study.retailers[name].procurement.forecast_bias for name in model.frame.retailers])
        errors = bias + self.error_sd * draws
        price = float(model.forward[1])
        self.penalties = deviation_penalty(energy, errors, settings.deviation_band, settings.penalty_rate, price)

    def _books(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Energy of each retailer, sum of squared shares in it, and share of it whose errors levers avoid."""
        people, count = self.model.population, len(self.model.frame.retailers)
        use = np.where(people["alive"] > 0, people["use"], 0.0)
        books = people["retailer"].astype(np.int64)
        energy = sums_by(books, people["weight"] * use, count + 1)
        saved = np.zeros(count + 1)
        if np.any(self.model.levers.rows["forecast_saving"] != 0.0):
            savings = reach.closed_gap(people, self.model.levers, "forecast_saving")
            saved = sums_by(books, people["weight"] * use * savings, count + 1)
        share_saved = np.divide(saved, energy, out=np.zeros(count + 1), where=energy > 0.0)
        return energy[:-1], squared_shares(people["weight"], use, books, count + 1)[:-1], share_saved[:-1]

    def charge(self) -> None:
        """Charge the penalties, and value what comes from own plants."""
        for retailer in self.model.retailers:
            charges = retailer.charges
            charges["deviation"] = charges.get("deviation", 0.0) + float(self.penalties[retailer.index])
            share = self.model.study.retailers[retailer.name].procurement.own_generation_share
            if share > 0.0:
                self._value_own_generation(retailer.index, share)

    def _value_own_generation(self, retailer: int, share: float) -> None:
        """Move the cost of energy from own plants from the month's spot price to its mean.

        The plants could sell at spot, so on average they save nothing; but what they produce costs the same in every
        year. What is sold at a price linked to spot is hedged by that price already: own plants then add risk.
        """
        bought = self._bought(retailer)
        if bought[:, billing.ALL_TIERS].sum() > 0.0:
            saved = share * bought * (self.model.spot - self._mean_spot())
            self.model.bill_sums[retailer][..., billing.PROCUREMENT] -= saved

    def _bought(self, retailer: int) -> FloatArray:
        """Energy that a retailer buys at spot this month by segment and tier, MWh."""
        sums = self.model.bill_sums[retailer]
        bought: FloatArray = sums[..., billing.ENERGY] - sums[..., billing.HEDGED]
        return bought

    def cost_of_spot(self, retailer: int) -> float:
        """Return what a retailer's energy at spot costs this month once bills are out, own plants included, CNY/MWh."""
        share = self.model.study.retailers[self.model.frame.retailers[retailer]].procurement.own_generation_share
        if share <= 0.0 or self._bought(retailer)[:, billing.ALL_TIERS].sum() <= 0.0:
            return self.model.spot
        return self.model.spot - share * (self.model.spot - self._mean_spot())

    def _mean_spot(self) -> float:
        """Long-run mean of the spot price in this month of the year, CNY/MWh."""
        spot, wholesale = self.model.base.market.spot, self.model.wholesale
        if isinstance(spot, GeneratedSpot):
            return spot.mean_cny_per_mwh * spot.season[self.model.month % len(spot.season)]
        return wholesale.mean_forward / (1.0 + wholesale.premium)

    def retailer_columns(self) -> Columns:
        """Return the spread of forecast errors."""
        return {"forecast_error_sd": self.error_sd}
