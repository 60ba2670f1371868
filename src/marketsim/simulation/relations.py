"""Follows the customers whom each retailer has when policies begin: who of them is still there, month by month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from marketsim.scenario.service import TIERS

if TYPE_CHECKING:
    from marketsim.simulation.model import RetailMarket

FloatArray = NDArray[np.float64]
Rows = NDArray[np.intp]
_MEASURES = 3


class Relations:
    """The customers at the start and what becomes of them.

    They are the same customers under every policy, as nothing has happened yet that tells policies apart. Each counts with
    the retailer, segment and tier that it had then. A relation ends once and for all when the customer has another supplier;
    a plant that closes down drops out without having left.
    """

    def __init__(self, model: RetailMarket) -> None:
        """Follow nobody yet.

        Args:
            model: the market, its customers served by somebody already.
        """
        self._shape = (len(model.frame.retailers), len(model.frame.segments), len(TIERS))
        self._rows: Rows = np.zeros(0, dtype=np.intp)
        self._cells: Rows = self._rows
        self._weights: FloatArray = np.zeros(0)
        if model.policy_month == 0:
            self._begin(model)

    def _begin(self, model: RetailMarket) -> None:
        people = model.population
        served = (people["alive"] > 0) & (people["retailer"] != model.frame.default_supplier)
        rows = np.flatnonzero(served)
        codes = [people[name][rows].astype(np.intp) for name in ("retailer", "segment", "tier")]
        self._rows, self._cells = rows, np.ravel_multi_index(codes, self._shape)
        self._weights = people["weight"][rows]

    def follow(self, model: RetailMarket) -> FloatArray:
        """Look at the month that ends, and return its rows: retailers x segments x tiers x measures; NaN before policies."""
        if model.month < model.policy_month:
            if model.month + 1 == model.policy_month:
                self._begin(model)
            return np.full((*self._shape, _MEASURES), np.nan)
        people = model.population
        closed = people["alive"][self._rows] == 0
        closures = self._sum(np.flatnonzero(closed))
        self._drop(closed)
        left = (
            people["joined"][self._rows] > model.policy_month
        )  # who has changed the supplier since has joined it since
        found = [self._sum(slice(None)), self._sum(np.flatnonzero(left)), closures]
        self._drop(left)
        return np.stack(found, axis=-1)

    def _sum(self, chosen: slice | Rows) -> FloatArray:
        size = int(np.prod(self._shape))
        sums = np.bincount(self._cells[chosen], self._weights[chosen], minlength=size)
        return sums.astype(np.float64).reshape(self._shape)

    def _drop(self, gone: NDArray[np.bool_]) -> None:
        if gone.any():
            stay = ~gone
            self._rows, self._cells, self._weights = self._rows[stay], self._cells[stay], self._weights[stay]
