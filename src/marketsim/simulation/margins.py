"""What each customer of the focus retailer brings over the evaluated months, and how unequally."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from marketsim.market.levers import Levers
from marketsim.market.reach import covered
from marketsim.results.sums import Window
from marketsim.simulation.mechanisms.pricing import PersonalPrices
from marketsim.simulation.mechanisms.settlement import Deviations

if TYPE_CHECKING:
    from marketsim.simulation.model import RetailMarket

FloatArray = NDArray[np.float64]
Rows = NDArray[np.intp]
POINTS = (*range(5), *range(5, 96, 5), *range(96, 101))
"""Points of the curve, per cent of the customers: closer where few customers may bring or lose much."""


class Margins:
    """Margins of the focus retailer's contestable customers, added up over the evaluated months.

    The margin of a customer is its energy charges and fixed fees, less the cost of its energy, less what service levers that
    cover it cost per customer and MWh.

    Attributes:
        amounts: CNY of one customer of each row so far; NaN where it was never served by the retailer.
    """

    def __init__(self, model: RetailMarket) -> None:
        """Begin with nothing."""
        self._window = Window.of(model.base)
        self._focus = model.frame.retailers.index(model.base.focus)
        contestable = np.array([name in self._window.segments for name in model.frame.segments])
        self._counts = contestable[model.population["segment"]]
        self._weights: FloatArray = model.population["weight"]
        self.amounts: FloatArray = np.full(len(model.population), np.nan)

    def add(self, model: RetailMarket) -> None:
        """Add the month that has just been billed, if it is evaluated."""
        if not self._window.first_month <= model.month < self._window.months:
            return
        people = model.population
        rows = np.flatnonzero(people["retailer"] == self._focus)
        rows = rows[(people["alive"][rows] > 0) & self._counts[rows]]
        month = _trade(model, self._focus, rows) - _levers(model, self._focus, rows)
        before = self.amounts[rows]
        self.amounts[rows] = np.where(np.isnan(before), 0.0, before) + month

    def curve(self) -> FloatArray:
        """Return customers and margin, added up from the lowest margin on, at each of `POINTS`; no rows if there is nobody."""
        served = ~np.isnan(self.amounts)
        return curve_of(self.amounts[served], self._weights[served])


def curve_of(amounts: FloatArray, weights: FloatArray) -> FloatArray:
    """Return customers and amounts, added up from the lowest amount on, at each of `POINTS`: points x 2.

    Args:
        amounts: amount of one customer of each group.
        weights: customers in each group, alike and thus divisible at a point of the curve.
    """
    if not len(amounts):
        return np.zeros((0, 2))
    order = np.argsort(amounts, kind="stable")
    customers = np.concatenate([[0.0], np.cumsum(weights[order])])
    money = np.concatenate([[0.0], np.cumsum((weights * amounts)[order])])
    places = customers[-1] * np.array(POINTS) / POINTS[-1]
    return np.stack([places, np.interp(places, customers, money)], axis=-1)


def _trade(model: RetailMarket, retailer: int, rows: Rows) -> FloatArray:
    """Revenue less cost of energy of one customer of each row in the month, CNY, as the retailer's books have them."""
    use, plan = (model.population[name][rows] for name in ("use", "plan"))
    price, contracted, forward = (model.population[name][rows] for name in ("price", "contracted", "forward_price"))
    hedged = model.plans["hedged_share"][plan] * contracted
    deviations, personal = model.mechanism(Deviations), model.mechanism(PersonalPrices)
    spot = model.spot if deviations is None else deviations.cost_of_spot(retailer)
    revenue = price * use + model.plans["fixed_fee"][plan]
    margin: FloatArray = revenue - hedged * forward - (use - hedged) * spot
    return margin if personal is None else margin - personal.certificate_costs(rows)


def _levers(model: RetailMarket, retailer: int, rows: Rows) -> FloatArray:
    """Cost of levers per customer and MWh, of one customer of each row in the month, CNY (E8)."""
    levers, people = model.levers, model.population
    own = np.arange(levers.first[retailer], levers.first[retailer + 1])
    per_customer, per_mwh = _by_cell(levers, own[levers.rows["tags"][own] == 0])
    cells = tuple(people[name][rows] for name in ("segment", "region", "tier"))
    use = people["use"][rows]
    costs: FloatArray = per_customer[cells] + per_mwh[cells] * use
    for lever in own[levers.rows["tags"][own] != 0].tolist():
        row = levers.rows[lever]
        of_one = row["intensity"] * (levers.customer_cost[lever][cells[0]] + row["energy_cost"] * use)
        costs += np.where(covered(people[rows], levers, lever), of_one, 0.0)
    return costs


def _by_cell(levers: Levers, chosen: Rows) -> tuple[FloatArray, FloatArray]:
    """Cost per customer and per MWh by segment, region and tier, of some levers together."""
    reached = levers.covers[chosen] * levers.rows["intensity"][chosen][:, None, None, None]
    per_customer = (reached * levers.customer_cost[chosen][:, :, None, None]).sum(axis=0)
    per_mwh = (reached * levers.rows["energy_cost"][chosen][:, None, None, None]).sum(axis=0)
    return per_customer, per_mwh
