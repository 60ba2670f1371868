"""Levers by trial: one at a time is changed, and what followed is its measured return."""

from __future__ import annotations

from itertools import pairwise

from marketsim.scenario.strategy import Strategy
from marketsim.simulation.strategies.by_learning import objective
from marketsim.simulation.strategies.decision import Decision
from marketsim.simulation.strategies.view import Month, RetailerView

LEAST_STEP = 0.01


def invest(view: RetailerView, strategy: Strategy) -> Decision:
    """Lower the lever that has measurably cost more than it brought, or raise the one with the best return.

    Levers that were never tried come first, by name. A raise costs no more a month than the reinvested share of the
    mean monthly profit since the last review. The measure is crude, as it is for a retailer: what else happened at the
    same time is taken for the lever's work.
    """
    returns = measured_returns(view)
    worst = min(returns, key=lambda name: (returns[name], name), default=None)
    if strategy.drop_losing_levers and worst is not None and returns[worst] < 0 and view.levers[worst] > 0:
        return Decision(levers={worst: max(0.0, view.levers[worst] - strategy.lever_step)})
    if not strategy.invest:
        return Decision()
    return _raise_best(view, strategy, returns)


def _raise_best(view: RetailerView, strategy: Strategy, returns: dict[str, float]) -> Decision:
    since, _ = view.since_reviews()
    profit = sum(month.books["profit_cny"] for month in since) / max(1, len(since))
    budget = max(0.0, strategy.reinvest_share * profit)
    open_to_raise = [name for name, x in view.levers.items() if x < 1.0 and returns.get(name, 0.0) >= 0.0]
    for name in sorted(open_to_raise, key=lambda name: (name in returns, -returns.get(name, 0.0), name)):
        cost = view.lever_costs[name]
        affordable = budget / cost if cost > 0 else 1.0
        step = min(strategy.lever_step, affordable, 1.0 - view.levers[name])
        if step >= LEAST_STEP:
            return Decision(levers={name: view.levers[name] + step})
    return Decision()


def measured_returns(view: RetailerView) -> dict[str, float]:
    """Return by lever the change of the monthly objective per unit of intensity, at its last trial.

    A trial is a review in which the lever's target changed; compared are the months from that review to the next and
    those from the review before to it.
    """
    returns = {}
    for before, after in pairwise(_periods(view.history)):
        gain = objective(view, after) - objective(view, before)
        for name, intensity in after[-1].levers.items():
            change = intensity - before[-1].levers.get(name, intensity)
            if change != 0.0 and name in view.levers:
                returns[name] = gain / change
    return returns


def _periods(history: tuple[Month, ...]) -> list[tuple[Month, ...]]:
    """Return the months between reviews; those before the first are a period as well."""
    starts = [place for place, month in enumerate(history) if month.reviewed and place > 0]
    edges = [0, *starts, len(history)]
    return [history[first:end] for first, end in pairwise(edges) if end > first]
