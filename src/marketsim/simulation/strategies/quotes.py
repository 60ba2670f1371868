"""Prices and costs of all offers for a customer of mean size, by segment: what public tariffs and forwards tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketsim.market.records import Records
from marketsim.market.tariffs import BLOCK, LINKED, SHARE, TIME_OF_USE

if TYPE_CHECKING:
    from marketsim.simulation.model import RetailMarket

FloatArray = NDArray[np.float64]


class Quotes(NamedTuple):
    """What each offer asks and what its energy costs, CNY/MWh. All of shape (offers, segments).

    Attributes:
        prices: price of a MWh at list, fixed fee included.
        energy_costs: cost of buying it: the hedged share at the forward price of the term, the rest at the expected spot.
        slopes: how much the price rises with the price level (1, but for share and time-of-use offers).
        on_sale: whether the offer is on sale to the segment.
    """

    prices: FloatArray
    energy_costs: FloatArray
    slopes: FloatArray
    on_sale: NDArray[np.bool_]


def quote(
    model: RetailMarket, offers: Records, on_sale: NDArray[np.bool_], forward: FloatArray, expected_spot: float
) -> Quotes:
    """Return the quotes of offers as posted.

    Args:
        model: the market.
        offers: the offers with their price levels.
        on_sale: whether each is on sale to each segment.
        forward: forward price by term, CNY/MWh.
        expected_spot: expected spot price of the next twelve months, CNY/MWh.
    """
    plans, bands = model.plans[offers["plan"]], model.behaviour.segments["bands"]
    energy = np.array([model.base.segments[name].energy_mwh_per_month for name in model.frame.segments])
    level, kind = offers["price_level"][:, None], plans["kind"][:, None]
    share = plans["customer_share"][:, None]
    tilt = bands @ np.stack([plans["peak_ratio"], np.ones(len(plans)), plans["valley_ratio"]])
    slopes = np.where(kind == TIME_OF_USE, tilt.T, np.where(kind == SHARE, 1.0 - share, 1.0))
    wholesale = np.where(kind == LINKED, expected_spot, np.where(kind == SHARE, share * expected_spot, 0.0))
    above_first_block = np.where(kind == BLOCK, _block_surcharges(plans, energy), 0.0)
    hedged = plans["hedged_share"] * forward[plans["term_months"]] + (1.0 - plans["hedged_share"]) * expected_spot
    return Quotes(
        prices=level * slopes + wholesale + above_first_block + plans["fixed_fee"][:, None] / energy,
        energy_costs=np.repeat(hedged[:, None], len(energy), axis=1),
        slopes=slopes,
        on_sale=on_sale,
    )


def _block_surcharges(plans: Records, energy: FloatArray) -> FloatArray:
    """What blocks above the first add per MWh. Shape (plans, segments)."""
    inside = np.maximum(0.0, energy[None, :, None] - plans["block_edges"][:, None, :])
    surcharges: FloatArray = (inside * plans["block_steps"][:, None, :]).sum(axis=2) / energy
    return surcharges


def last_quotes(model: RetailMarket) -> Quotes:
    """Return the quotes of the offers that were posted last."""
    prices = model.prices
    return quote(model, prices.offers, prices.for_segment, prices.forward, prices.expected_spot)
