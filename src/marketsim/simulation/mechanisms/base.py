"""What every mechanism that can be switched off has in common: the moments of a month at which it may act."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from marketsim.scenario.loaded import Scenario
    from marketsim.simulation.model import RetailMarket

FloatArray = NDArray[np.float64]
Columns = dict[str, FloatArray]
"""Values of the month by the column of a result table."""


class Mechanism:
    """A part of the market that is built only where the scenario switches it on.

    A subclass overrides the moments that concern it. It keeps its own state, one row a customer in the order of the
    population or one a retailer, and touches the rest of the market only by the fields that the population, the
    retailers and the model hold ready for it.

    Attributes:
        model: the market.
    """

    @classmethod
    def is_used(cls, market: Scenario) -> bool:
        """Return whether the scenario switches the mechanism on, in its base or in a policy."""
        raise NotImplementedError

    def __init__(self, model: RetailMarket) -> None:
        """Take the market; customers have attributes but no contracts yet."""
        self.model = model

    def open_market(self) -> None:
        """Begin: customers have contracts and tiers, desks are staffed, no month has been run."""

    def begin_policy(self) -> None:
        """Take over the policy's settings; `model.study` is the policy's study from now on."""

    def environment(self) -> None:
        """Let the month's conditions arrive."""

    def inform(self) -> None:
        """Let records age and be renewed, before tiers are reviewed."""

    def decide(self) -> None:
        """Let retailers decide on what they saw of earlier months, before offers are posted."""

    def outages(self) -> None:
        """Let supply fail and be restored, before the desks serve."""

    def consume(self) -> None:
        """Set what customers consume in the month, before they are billed."""

    def feel(self) -> None:
        """Add to what customers feel this month, before they experience it."""

    def talk(self) -> None:
        """Let customers talk, after they experienced the month."""

    def collect_payments(self) -> None:
        """Let customers pay, after they were billed, and before they choose."""

    def charge(self) -> None:
        """Add to the retailers' costs of the month, before their books are closed."""

    def entry_exit(self) -> None:
        """Let retailers come and go, after the books are closed."""

    def market_columns(self) -> dict[str, float]:
        """Return the month's values of `market_month` that this mechanism knows."""
        return {}

    def retailer_columns(self) -> Columns:
        """Return the month's values of `retailer_month` that it knows. Each of shape (retailers,) or (retailers + 1,)."""
        return {}

    def segment_columns(self) -> Columns:
        """Return the month's values of `segment_month` that it knows. Each of shape (retailers + 1, segments, 4)."""
        return {}
