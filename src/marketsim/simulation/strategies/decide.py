"""A retailer's review: which rule prices which offer, and what all its rules decide together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from marketsim.errors import StrategyError
from marketsim.scenario.strategy import PricingRule, Strategy
from marketsim.simulation.strategies.decision import Decision, combined
from marketsim.simulation.strategies.investing import invest
from marketsim.simulation.strategies.library import LIBRARY
from marketsim.simulation.strategies.memory import Memory
from marketsim.simulation.strategies.observe import Observation
from marketsim.simulation.strategies.pricing import new_price
from marketsim.simulation.strategies.user_code import UserStrategy
from marketsim.simulation.strategies.view import RetailerView

if TYPE_CHECKING:
    from marketsim.simulation.agents import Retailer
    from marketsim.simulation.model import RetailMarket


@dataclass(frozen=True)
class Reviewed:
    """The outcome of a review.

    Attributes:
        price_changes: change of the price of each offer, CNY/MWh, by row of the offers.
        decision: everything else.
    """

    price_changes: Mapping[int, float]
    decision: Decision


def decide(observation: Observation, retailer: Retailer, codes: Mapping[str, str]) -> Reviewed:
    """Return what a retailer decides, without carrying it out.

    Args:
        observation: last month's market.
        retailer: who decides.
        codes: text of each file with a user's strategy.
    """
    strategy = observation.model.study.retailers[retailer.name].strategy
    memory = observation.memories[retailer.index]
    changes: dict[int, float] = {}
    decisions = []
    for rule, rows in rules_in_use(observation.model, retailer.name):
        view = observation.view(retailer, rule, rows)
        decision = _by_rule(view, memory, codes)
        for row in rows:
            offer = view.offers.get(observation.model.frame.offers[row][1])
            if offer is not None:
                changes[row] = new_price(offer, decision, rule) - offer.price_cny_per_mwh
        decisions.append(decision if rule is strategy else replace(decision, levers={}, staff={}))
    decisions.append(_levers(observation, retailer, strategy))
    return Reviewed({row: change for row, change in changes.items() if change != 0.0}, combined(decisions))


def _by_rule(view: RetailerView, memory: Memory, codes: Mapping[str, str]) -> Decision:
    rule = view.rule
    if rule.kind != "python":
        return LIBRARY[rule.kind](view)
    name = (rule.file or "", rule.function, repr(rule.parameters))
    if name not in memory.codes:
        if name[0] not in codes:
            raise StrategyError(
                f"{name[0]} was not read with the scenario; pass the change that names it to load_scenario"
            )
        memory.codes[name] = UserStrategy(rule, codes[name[0]])
    return memory.codes[name].decide(view)


def _levers(observation: Observation, retailer: Retailer, strategy: Strategy) -> Decision:
    if not (strategy.invest or strategy.drop_losing_levers):
        return Decision()
    return invest(observation.view(retailer, strategy, []), strategy)


def rules_in_use(model: RetailMarket, retailer: str) -> list[tuple[PricingRule, list[int]]]:
    """Return the rules of a retailer's single segments, then its own, each with the rows of the offers under it."""
    strategy = model.study.retailers[retailer].strategy
    groups: dict[str, list[int]] = {name: [] for name in strategy.by_segment}
    own: list[int] = []
    for row, (seller, _) in enumerate(model.frame.offers):
        if seller == retailer:
            groups.get(_ruled_by(model, row, strategy), own).append(row)
    return [*((strategy.by_segment[name], rows) for name, rows in groups.items()), (strategy, own)]


def _ruled_by(model: RetailMarket, row: int, strategy: Strategy) -> str:
    """Return the segment whose rule prices an offer, or nothing where the retailer's own rule does."""
    sold_to = [name for s, name in enumerate(model.frame.segments) if model.list_offers.for_segment[row, s]]
    return next((name for name in sold_to if name in strategy.by_segment), "")
