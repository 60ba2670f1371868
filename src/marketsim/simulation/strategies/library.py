"""The strategies by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from marketsim.simulation.strategies import by_cost, by_learning, by_rivals, by_service
from marketsim.simulation.strategies.decision import Decision
from marketsim.simulation.strategies.view import RetailerView

Rule = Callable[[RetailerView], Decision]


def hold(view: RetailerView) -> Decision:
    """Change nothing."""
    return Decision()


LIBRARY: Mapping[str, Rule] = {
    rule.__name__: rule
    for rule in (
        hold,
        by_cost.cost_plus,
        by_cost.own_markup,
        by_rivals.competitor,
        by_rivals.match_price,
        by_rivals.match_price_quality,
        by_rivals.match_market_price,
        by_rivals.match_market_price_quality,
        by_rivals.premium,
        by_rivals.low_cost,
        by_cost.value,
        by_rivals.target_segment,
        by_service.bundle,
        by_service.retain,
        by_learning.smart,
        by_learning.smart_quality,
        by_learning.hill_climbing,
        by_rivals.imitate_best,
    )
}
"""Every strategy but `python`, which is the user's own. All are functions of what the retailer sees, without memory."""
