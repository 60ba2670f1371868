"""How a retailer's own desks did last month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from marketsim.scenario.service import DESKS
from marketsim.simulation.strategies.view import DeskView

if TYPE_CHECKING:
    from marketsim.simulation.agents import Retailer
    from marketsim.simulation.model import RetailMarket

FloatArray = NDArray[np.float64]
MOST_UTILISATION = 10.0
"""A desk that drowns is not told more than this."""


def desks(model: RetailMarket, retailer: Retailer) -> list[DeskView]:
    """Return a retailer's desks as they were last month; regions without a team are left out."""
    settings = model.study.retailers[retailer.name].desks
    attained, needed = attainment(model, retailer.index)
    views = []
    for d, name in enumerate(DESKS):
        teams = [r for r in range(len(model.frame.regions)) if retailer.staff[d, r] > 0]
        views.append(
            DeskView(
                name=name,
                staff={model.frame.regions[r]: float(retailer.staff[d, r]) for r in teams},
                attained_share={model.frame.regions[r]: float(attained[d, r]) for r in teams},
                utilisation_needed={model.frame.regions[r]: float(needed[d, r]) for r in teams},
                target_share=getattr(settings, name).sla_target,
            )
        )
    return views


def attainment(model: RetailMarket, j: int) -> tuple[FloatArray, FloatArray]:
    """Return last month's share within the standard in the busiest block, and the utilisation that was needed.

    Where no ticket came the standard was met. A team for all regions is found at the first. Shapes (3, regions).
    """
    sites, whole = model.service.sites[j], model.desk_rules["whole_market"][j]
    arrivals, served = _at_teams(sites["arrivals"], whole), _at_teams(sites["served"], whole)
    in_time = _at_teams(sites["arrivals"] * sites["busy_sla_share"], whole)
    busy = _at_teams(sites["served"] * sites["utilisation"], whole)
    attained = np.divide(in_time, arrivals, out=np.ones_like(arrivals), where=arrivals > 0)
    per_ticket = np.divide(busy, served, out=np.ones_like(served), where=served > 0)
    needed = per_ticket * np.divide(arrivals, served, out=np.ones_like(served), where=served > 0)
    return attained, np.minimum(np.where(arrivals > 0, needed, 0.0), MOST_UTILISATION)


def _at_teams(values: FloatArray, whole: NDArray[np.int64]) -> FloatArray:
    """Sums over tiers, those of a team for all regions at the first. Shapes (3, regions, tiers) to (3, regions)."""
    sums = values.sum(axis=-1)
    everywhere = np.zeros_like(sums)
    everywhere[:, 0] = sums.sum(axis=1)
    at_teams: FloatArray = np.where(whole, everywhere, sums)
    return at_teams
