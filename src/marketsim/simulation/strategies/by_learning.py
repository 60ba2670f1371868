"""Pricing by trial: the price follows the own share, or the slope of what the retailer wants."""

from __future__ import annotations

from marketsim.simulation.strategies.by_rivals import stepped
from marketsim.simulation.strategies.decision import Decision
from marketsim.simulation.strategies.view import Month, RetailerView


def smart(view: RetailerView) -> Decision:
    """Raise prices one step while the own share grows, lower them one step while it shrinks."""
    return _steps(view, _sign(share_growth(view)))


def smart_quality(view: RetailerView) -> Decision:
    """As smart; and all own levers one step up while the share shrinks, one step down while it grows."""
    growth = _sign(share_growth(view))
    return Decision(
        price_changes=_steps(view, growth).price_changes, levers=stepped(view, -growth * view.rule.lever_step)
    )


def share_growth(view: RetailerView) -> float:
    """Return how much the own share of customers has changed since the last review."""
    since, _ = view.since_reviews()
    return since[-1].share - since[0].share if since else 0.0


def hill_climbing(view: RetailerView) -> Decision:
    """Go on moving prices in the direction in which the objective rose, and turn where it fell.

    What is compared are the months since the last review and those between the last two; the first step is upward.
    """
    since, before = view.since_reviews()
    if not since or not before:
        return _steps(view, 1.0)
    gain = objective(view, since) - objective(view, before)
    changes = {}
    for name, offer in view.offers.items():
        moved = _sign(since[-1].moves.get(name, 0.0) - before[-1].moves.get(name, 0.0))
        direction = (moved or 1.0) * (1.0 if gain >= 0 else -1.0)
        changes[name] = direction * view.rule.step_share * offer.price_cny_per_mwh
    return Decision(price_changes=changes)


def objective(view: RetailerView, months: tuple[Month, ...]) -> float:
    """Return the mean weighted objective of some months: profit over the first month's revenue, share, satisfaction."""
    scale = next((month.books["revenue_cny"] for month in view.history if month.books["revenue_cny"] > 0), 1.0)
    wanted = view.objective
    totals = (
        wanted.profit * month.books["profit_cny"] / scale
        + wanted.share * month.share
        + wanted.satisfaction * month.satisfaction
        for month in months
    )
    return sum(totals) / len(months)


def _steps(view: RetailerView, direction: float) -> Decision:
    step = direction * view.rule.step_share
    return Decision(price_changes={name: step * offer.price_cny_per_mwh for name, offer in view.offers.items()})


def _sign(number: float) -> float:
    return float((number > 0) - (number < 0))
