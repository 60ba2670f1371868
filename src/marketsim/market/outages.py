"""How often supply fails, how long until it is back, and what that does to the quality of supply (M7, E14)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from marketsim.market.levers import Levers
from marketsim.market.reach import hook_factors
from marketsim.market.records import Records

FloatArray = NDArray[np.float64]


def felt_reliability(voltage_quality: FloatArray, hours: FloatArray, tolerance: FloatArray) -> FloatArray:
    """Return the quality of supply that customers feel after so many hours without it in twelve months (E14)."""
    result: FloatArray = voltage_quality * np.exp(-hours / tolerance)
    return result


def spared_by_upgrades(levers: Levers, regions: int) -> FloatArray:
    """Return the share of outages that upgraded grids avoid for everybody in a region. Shape (regions,)."""
    left = np.ones(regions)
    for lever in np.flatnonzero(levers.rows["region_outage_saving"] != 0.0):
        row, upgraded = levers.rows[lever], levers.covers[lever].any(axis=(0, 2))
        left[upgraded] *= 1.0 - row["region_outage_saving"] * row["intensity"]
    return 1.0 - left


def rate_factors(population: Records, levers: Levers) -> FloatArray:
    """Return the factor of each customer's outages that levers make: circuits of its own, and the grid of its region."""
    factor = hook_factors(population, levers, "outage_rate_factor")
    spared = spared_by_upgrades(levers, levers.covers.shape[2])
    result: FloatArray = factor * (1.0 - spared)[population["region"]]
    return result


def restoration_hours(
    locate: FloatArray, wait: FloatArray, travel: FloatArray, repair: float, planned: FloatArray
) -> FloatArray:
    """Return the hours until supply is back: the fault is found, a crew is free, drives, repairs; a valid plan saves a share."""
    result: FloatArray = (locate + wait + travel + repair) * (1.0 - planned)
    return result


def mean_waits(sites: Records, block_shares: FloatArray) -> FloatArray:
    """Return mean waits over the load blocks of a month, hours; shape of the sites."""
    shares = np.diff(block_shares, prepend=0.0)
    result: FloatArray = (sites["wait_hours"][..., : len(shares)] * shares).sum(axis=-1)
    return result
