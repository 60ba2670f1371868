"""What a strategy decides, and how decisions of several rules come together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from marketsim.scenario.paths import no_such, one_of
from marketsim.simulation.strategies.view import RetailerView


@dataclass(frozen=True)
class Decision:
    """What a retailer decides in a review; what is left out stays as it is.

    Attributes:
        prices: price aimed at by offer, CNY/MWh as in `OfferView.price_cny_per_mwh`; one review goes
            `partial_adjustment` of the way.
        price_changes: change of the price by offer, CNY/MWh, at once; where it stands, `prices` do not count.
        levers: intensity aimed at by lever, 0-1.
        staff: factor of the staff by desk, ordered now, there after the hiring lag.
        retention: discount on own offers by segment for a customer who looks around, CNY/MWh.
        winback: discount by segment for a customer who has left the retailer, CNY/MWh.
        renewal_markup: added by segment to a contract that renews without a search, CNY/MWh.
    """

    prices: Mapping[str, float] = field(default_factory=dict)
    price_changes: Mapping[str, float] = field(default_factory=dict)
    levers: Mapping[str, float] = field(default_factory=dict)
    staff: Mapping[str, float] = field(default_factory=dict)
    retention: Mapping[str, float] = field(default_factory=dict)
    winback: Mapping[str, float] = field(default_factory=dict)
    renewal_markup: Mapping[str, float] = field(default_factory=dict)


PARTS = tuple(part.name for part in fields(Decision))
_LIMITS = {"levers": (0.0, 1.0), "staff": (0.0, 100.0)}
_PRICE_LIMIT = 1e6


def combined(decisions: Iterable[Decision]) -> Decision:
    """Return several decisions as one; where two decide the same thing, the later holds."""
    merged: dict[str, dict[str, float]] = {part: {} for part in PARTS}
    for decision in decisions:
        for part in PARTS:
            merged[part].update(getattr(decision, part))
    return Decision(**merged)


def decision_from(value: Any, view: RetailerView) -> Decision:
    """Return the decision that a user's function has returned: a Decision, a mapping of its parts, or None for nothing.

    Raises:
        ValueError: it is neither, names what the retailer does not have, or holds something else than finite numbers.
    """
    if value is None:
        return Decision()
    if isinstance(value, Decision):
        value = {part: getattr(value, part) for part in PARTS}
    if not isinstance(value, Mapping):
        raise ValueError(f"it must return a mapping of {one_of(PARTS)}, or None; it returned {value!r}")
    known: dict[str, tuple[str, Mapping[str, Any]]] = {
        "prices": ("offer", view.offers),
        "price_changes": ("offer", view.offers),
        "levers": ("lever", view.levers),
        "staff": ("desk", view.desks),
    }
    for part, entries in value.items():
        if part not in PARTS:
            raise ValueError(no_such("part of a decision", str(part), PARTS))
        _check(part, entries, *known.get(part, ("segment", view.segments)))
    return Decision(**{part: {name: float(n) for name, n in entries.items()} for part, entries in value.items()})


def _check(part: str, entries: Any, what: str, known: Mapping[str, Any]) -> None:
    if not isinstance(entries, Mapping):
        raise ValueError(f"{part} must be a mapping of names to numbers; it is {entries!r}")
    low, high = _LIMITS.get(part, (-_PRICE_LIMIT, _PRICE_LIMIT))
    for name, number in entries.items():
        if name not in known:
            raise ValueError(f"{part}: {no_such(what, str(name), known)}")
        try:
            fits = math.isfinite(number) and low <= float(number) <= high
        except (TypeError, ValueError, OverflowError):
            fits = False
        if not fits:
            raise ValueError(f"{part}.{name} = {number!r}: must be a number between {low:g} and {high:g}")
