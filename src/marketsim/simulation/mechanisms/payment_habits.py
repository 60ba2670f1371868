"""How customers have paid of late, for portraits: on time, forgetful, or strained (M2, M12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from marketsim.scenario.portraits import PAYMENT_HABITS

if TYPE_CHECKING:
    from marketsim.simulation.model import RetailMarket

MEMORY_MONTHS = 12
ON_TIME, FORGETFUL, STRAINED = range(len(PAYMENT_HABITS))


class PaymentHabits:
    """What a complete payment record says: whoever had an overdue account in the last twelve months pays late.

    Late payers are forgetful if they could have paid and strained if not. Everybody pays on time where late payment is
    not modelled.

    Attributes:
        values: ON_TIME, FORGETFUL or STRAINED. Shape (customers,).
    """

    def __init__(self, customers: int) -> None:
        """Begin without a history: everybody pays on time."""
        self._months_since = np.full(customers, MEMORY_MONTHS)
        self.values: NDArray[np.int64] = np.full(customers, ON_TIME, dtype=np.int64)

    def update(self, model: RetailMarket) -> None:
        """Take in who was overdue at the end of last month."""
        # Imported here because credit looks up records, and records look up how customers pay.
        from marketsim.simulation.mechanisms.credit import CreditRisk

        credit = model.mechanism(CreditRisk)
        if credit is None:
            return
        self._months_since += 1
        self._months_since[credit.ledger.accounts["row"]] = 0
        late = np.where(credit.payers.strategic, FORGETFUL, STRAINED)
        self.values = np.where(self._months_since < MEMORY_MONTHS, late, ON_TIME)
