"""Forecast errors of retailers, what they cost, and own plants (M13, E21)."""

from __future__ import annotations

import math

from tests.oracle.keys import keyed
from tests.oracle.part import Part

from marketsim.market.draws import normal


class Forecasts(Part):
    """Settles what each retailer declared against what its customers used."""

    def collect_payments(self) -> None:
        """Find the month's penalties (E21)."""
        settings, self.penalties = self.market.base.settlement, {}
        for retailer in self.market.retailers:
            used = [(customer, customer.use) for customer in retailer.customers]
            energy = sum(customer.weight * use for customer, use in used)
            if energy <= 0.0:
                self.penalties[retailer] = 0.0
                continue
            squares = sum(customer.weight * use**2 for customer, use in used)
            saved = sum(customer.weight * use * customer.closed_gap("forecast_saving") for customer, use in used)
            variance = settings.forecast_sd**2 + settings.customer_forecast_sd**2 * squares / energy**2
            error = retailer.settings.procurement.forecast_bias
            error += (
                math.sqrt(variance) * (1.0 - saved / energy) * normal(keyed(self.key("forecast error"), retailer.key))
            )
            beyond = max(0.0, abs(error) - settings.deviation_band)
            self.penalties[retailer] = settings.penalty_rate * self.market.forward[1] * energy * beyond

    def charge(self) -> None:
        """Charge penalties; energy from own plants costs the mean spot price of the month, not the month's."""
        for retailer in self.market.retailers:
            retailer.charges["deviation"] += self.penalties[retailer]
            share, book = retailer.settings.procurement.own_generation_share, retailer.book
            if book["spot_mwh"] > 0.0:
                book["procurement_cny"] -= share * book["spot_mwh"] * (self.market.spot - self.mean_spot())

    def mean_spot(self) -> float:
        """Return the long-run mean of the spot price in this month of the year."""
        spot, wholesale = self.market.base.market.spot, self.market.wholesale
        if spot.kind == "generated":
            return spot.mean_cny_per_mwh * spot.season[self.market.month % 12]
        return wholesale.mean_forward / (1.0 + wholesale.premium)
