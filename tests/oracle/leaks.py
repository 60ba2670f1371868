"""Leaks of customer data: less assurance for who is a customer when it happens, and a fine (M2, M3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.oracle.part import Part

from marketsim.scenario.customers import DIMENSIONS
from marketsim.scenario.events import Breach

if TYPE_CHECKING:
    from tests.oracle.retailers import OracleRetailer

ASSURANCE = DIMENSIONS.index("assurance")


class Leaks(Part):
    """Leaks that events bring; where records are modelled they happen by themselves as well."""

    def inform(self) -> None:
        """Let the month's leaks happen."""
        for event in self.market.base.events:
            if isinstance(event, Breach) and event.month == self.market.month:
                self.breach(self.market.retailer_named(event.retailer), event.size)

    def breach(self, retailer: OracleRetailer, loss: float) -> None:
        """Let the customers of a retailer trust it less, and more so if it is not the first time; it pays a fine."""
        for customer in retailer.customers:
            before = customer.leak if customer.leaker is retailer else 0.0
            customer.leak, customer.leaker = min(1.0, before + loss), retailer
        retailer.charges["compensation"] += self.market.study.information.breach_fine_cny

    def feel(self) -> None:
        """Let customers feel leaks, which they forget slowly."""
        half_life = self.market.study.information.breach_half_life_months
        for customer in self.market.customers:
            if customer.retailer is customer.leaker:
                customer.shift_quality(ASSURANCE, -customer.leak)
            customer.leak *= 0.5 ** (1.0 / half_life)
