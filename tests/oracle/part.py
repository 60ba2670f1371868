"""What the parts of the market that can be switched off have in common: the moments of a month at which they act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketsim.market.draws import purpose_key

if TYPE_CHECKING:
    import numpy as np
    from tests.oracle.market import OracleMarket


class Part:
    """A part of the market; it acts at the moments that it overrides."""

    def __init__(self, market: OracleMarket) -> None:
        self.market = market

    def key(self, purpose: str) -> np.uint64:
        """Return the key of a draw of this month."""
        return purpose_key(self.market.world, purpose, self.market.month)

    def open_market(self) -> None:
        """Begin: customers have contracts and tiers, desks are staffed."""

    def begin_policy(self) -> None:
        """Take over the policy's settings."""

    def environment(self) -> None:
        """Let the month's conditions arrive."""

    def inform(self) -> None:
        """Let records age and be renewed."""

    def decide(self) -> None:
        """Prepare the month's offers."""

    def outages(self) -> None:
        """Let supply fail."""

    def consume(self) -> None:
        """Let customers use energy."""

    def feel(self) -> None:
        """Add to what customers feel."""

    def talk(self) -> None:
        """Let customers talk."""

    def collect_payments(self) -> None:
        """Let customers pay."""

    def charge(self) -> None:
        """Add to the retailers' costs of the month."""

    def entry_exit(self) -> None:
        """Come after the month's books."""
