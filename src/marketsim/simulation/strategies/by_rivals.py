"""Pricing from what rivals ask: undercutting, matching, premium and low cost, imitation, targeting."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from marketsim.simulation.strategies.by_cost import first_margin, value_price
from marketsim.simulation.strategies.decision import Decision
from marketsim.simulation.strategies.view import OfferView, RetailerView, RivalView

Summary = Callable[[list[float]], float]


def mean(values: list[float]) -> float:
    """Return the mean."""
    return sum(values) / len(values)


def rival_price(offer: OfferView, rivals: Iterable[RivalView], summary: Summary, cheapest: bool = True) -> float | None:
    """Return what rivals ask of the customers of an own offer, CNY/MWh; None where they sell to none of them.

    Args:
        offer: the own offer.
        rivals: whose prices count.
        summary: min, max or mean over the rivals that sell to a segment.
        cheapest: whether a rival's lowest price counts, or the mean of its offers.
    """
    total, covered = 0.0, 0.0
    quotes = [rival.cheapest if cheapest else rival.mean for rival in rivals]
    for name, weight in offer.weights.items():
        prices = [prices[name] for prices in quotes if name in prices]
        if prices:
            total, covered = total + weight * summary(prices), covered + weight
    return total / covered if covered > 0 else None


def _against(view: RetailerView, rivals: list[RivalView], summary: Summary, above: float, cheapest: bool) -> Decision:
    prices = {name: rival_price(offer, rivals, summary, cheapest) for name, offer in view.offers.items()}
    return Decision(prices={name: price + above for name, price in prices.items() if price is not None})


def competitor(view: RetailerView) -> Decision:
    """Undercut the cheapest rival, down to the floor margin."""
    return _against(view, list(view.rivals.values()), min, -view.rule.undercut_cny_per_mwh, True)


def group(view: RetailerView) -> list[RivalView]:
    """Return the rivals of the own kind of owner; all rivals where there are none."""
    own = [rival for rival in view.rivals.values() if rival.kind == view.kind]
    return own or list(view.rivals.values())


def match_price(view: RetailerView) -> Decision:
    """Ask what the own group (rivals of the same kind of owner) asks on average."""
    return _against(view, group(view), mean, 0.0, False)


def match_market_price(view: RetailerView) -> Decision:
    """Ask what the market asks on average."""
    return _against(view, list(view.rivals.values()), mean, 0.0, False)


def match_price_quality(view: RetailerView) -> Decision:
    """Match price and published satisfaction of the own group."""
    return Decision(prices=match_price(view).prices, levers=_toward_rating(view, group(view)))


def match_market_price_quality(view: RetailerView) -> Decision:
    """Match price and published satisfaction of the market."""
    return Decision(prices=match_market_price(view).prices, levers=_toward_rating(view, list(view.rivals.values())))


def _toward_rating(view: RetailerView, rivals: list[RivalView]) -> dict[str, float]:
    """All own levers one step up where the own rating is below the rivals' mean, one step down where above."""
    lead = rating_lead(view, rivals)
    step = view.rule.lever_step * ((lead < 0) - (lead > 0))
    return stepped(view, step)


def stepped(view: RetailerView, step: float) -> dict[str, float]:
    """Return the intensities of all own levers, one step further."""
    return {name: min(1.0, max(0.0, intensity + step)) for name, intensity in view.levers.items()}


def rating_lead(view: RetailerView, rivals: Iterable[RivalView]) -> float:
    """Return the own published satisfaction less the rivals' mean, over segments by own energy; 0 without rivals."""
    lead, weights = 0.0, 0.0
    others = list(rivals)
    for name, segment in view.segments.items():
        ratings = [rival.rating[name] for rival in others if name in rival.rating]
        if ratings:
            weight = segment.energy_mwh + 1e-9
            lead, weights = lead + weight * (segment.rating - mean(ratings)), weights + weight
    return lead / weights if weights > 0 else 0.0


def premium(view: RetailerView) -> Decision:
    """Be the dearest and the best: above the dearest rival, all own levers in full use."""
    dearest = _against(view, list(view.rivals.values()), max, view.rule.undercut_cny_per_mwh, False)
    return Decision(prices=dearest.prices, levers=dict.fromkeys(view.levers, 1.0))


def low_cost(view: RetailerView) -> Decision:
    """Be the cheapest and do without: below the cheapest rival, no levers."""
    return Decision(prices=competitor(view).prices, levers=dict.fromkeys(view.levers, 0.0))


def imitate_best(view: RetailerView) -> Decision:
    """Copy prices and visible levers of the most profitable of the own group, while the own margin is under target."""
    target = view.rule.target_margin_cny_per_mwh
    own = view.margin_cny_per_mwh()
    rivals = group(view)
    if not rivals or own >= (first_margin(view) if target is None else target):
        return Decision()
    best = max(rivals, key=lambda rival: rival.margin_cny_per_mwh)
    if best.margin_cny_per_mwh <= own:
        return Decision()
    seen = {name: best.levers[name] for name in view.levers if name in best.levers}
    return Decision(prices=_against(view, [best], mean, 0.0, False).prices, levers=seen)


def target_segment(view: RetailerView) -> Decision:
    """Undercut where it wants to win, and price by value (E23) everywhere else."""
    aimed = {name for name, offer in view.offers.items() if set(offer.segments) & set(view.rule.targets)}
    undercut = competitor(view).prices
    elsewhere = {name: value_price(offer, view) for name, offer in view.offers.items() if name not in aimed}
    return Decision(prices={name: undercut[name] for name in aimed if name in undercut} | elsewhere)
