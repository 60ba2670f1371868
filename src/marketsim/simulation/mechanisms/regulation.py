"""The regulator: price cap, sharing of the spread above a cap, and service standards (M3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from marketsim.market import billing
from marketsim.scenario.events import Regulation
from marketsim.scenario.regulation import Rules
from marketsim.scenario.service import DESKS
from marketsim.simulation.mechanisms.base import Mechanism

if TYPE_CHECKING:
    from marketsim.scenario.loaded import Scenario
    from marketsim.simulation.model import RetailMarket

FloatArray = NDArray[np.float64]
PER_CENT = 100.0
RESOLUTION = 2.0**-24
"""Rebates (CNY/MWh) are rounded, so that they do not depend on the order in which bills are added."""
SHARE_RESOLUTION = 2.0**-40
"""So are shares of tickets within time, whose sums over tiers differ in the last bit by who is in which."""


class Regulator(Mechanism):
    """Holds retailers to `market.rules`, as they stand in the month.

    Of the gross spread above the cap, in CNY per MWh of the month, the customers' share is taken off every MWh that the
    retailer bills next month. So a rebate is money that leaves revenue and bills alike, in the month in which it is paid,
    and no further line of cost. A retailer that sells more or less than the month before pays back more or less than it
    kept too much: who has left gets nothing, and who has come gets the rate of all.

    Attributes:
        rebates_cny: taken off this month's bills. Shape (retailers,).
        shared: customers' share of this month's spread, CNY/MWh; next month's rebate. Shape (retailers,).
        penalties_cny: this month's penalties for service below the standard. Shape (retailers,).
    """

    @classmethod
    def is_used(cls, market: Scenario) -> bool:
        """Return whether there are rules, now or later."""
        rules = market.study.market.rules
        return rules != Rules() or any(isinstance(event, Regulation) for event in market.study.events)

    def __init__(self, model: RetailMarket) -> None:
        """Take the market; nothing was shared before, and the first contracts keep to the price cap."""
        super().__init__(model)
        self.rebates_cny, self.shared, self.penalties_cny = (np.zeros(len(model.frame.retailers)) for _ in range(3))
        self._sold_mwh = np.zeros(len(model.frame.retailers))
        self._cap_prices()

    @property
    def rules(self) -> Rules:
        """The rules in force."""
        return self.model.study.market.rules

    def environment(self) -> None:
        """Set the month's price cap and rebates."""
        self._cap_prices()
        rates = self.shared * self._spread_over(self._sold_mwh)
        self.model.rebate[:-1] = np.round(rates / RESOLUTION) * RESOLUTION

    def _spread_over(self, sold: FloatArray) -> FloatArray:
        """Return the part of last month's rate that hands out no more than what was to be shared, by this month's use.

        Where little was sold against a large hedge the spread per MWh has no bounds; what was earned with it has.
        """
        people, suppliers = self.model.population, len(sold) + 1
        expected = people["weight"] * people["usual_use"] * (people["alive"] > 0)
        use = np.bincount(people["retailer"], expected, minlength=suppliers)[:-1]
        part: FloatArray = np.minimum(1.0, np.divide(sold, use, out=np.zeros_like(sold), where=use > 0))
        return part

    def feel(self) -> None:
        """Take note of the rebates in the bills, and share the spread that was earned."""
        sums = self.model.bill_sums[:-1, :, billing.ALL_TIERS].sum(axis=1)
        energy = sums[:, billing.ENERGY]
        self.rebates_cny = self.model.rebate[:-1] * energy
        margin = sums[:, billing.REVENUE] + self.rebates_cny - sums[:, billing.PROCUREMENT]
        spread = np.divide(margin, energy, out=np.zeros_like(margin), where=energy > 0)
        self.shared, self._sold_mwh = self._customers_share(spread), energy.copy()

    def charge(self) -> None:
        """Charge penalties for service below the standard."""
        for retailer in self.model.retailers:
            penalty = self._service_penalty(retailer.index)
            self.penalties_cny[retailer.index] = penalty
            if penalty > 0:
                retailer.charges["compensation"] = retailer.charges.get("compensation", 0.0) + penalty

    def market_columns(self) -> dict[str, float]:
        """Return all penalties of the month."""
        return {"regulator_penalties_cny": float(self.penalties_cny.sum())}

    def _cap_prices(self) -> None:
        cap = self.rules.price_cap_cny_per_mwh
        self.model.price_cap = float("inf") if cap is None else cap

    def _customers_share(self, spread: FloatArray) -> FloatArray:
        """Return what customers get of spreads above the cap, CNY/MWh."""
        cap = self.rules.spread_cap_cny_per_mwh
        if cap is None:
            return np.zeros_like(spread)
        share: FloatArray = self.rules.spread_cap_customer_share * np.maximum(spread - cap, 0.0)
        return share

    def _service_penalty(self, j: int) -> float:
        """Return a retailer's penalties: for each desk the percentage points that its tickets' share within time lacks."""
        total = 0.0
        for d, name in enumerate(DESKS):
            standard = getattr(self.rules.service_standards, name)
            sites = self.model.service.sites[j, d]
            tickets = float(sites["arrivals"].sum())
            if tickets > 0:
                share = float((sites["arrivals"] * sites["sla_share"]).sum()) / tickets
                share = round(share / SHARE_RESOLUTION) * SHARE_RESOLUTION
                total += standard.penalty_cny_per_point * PER_CENT * max(0.0, standard.minimum_share - share)
        return total
