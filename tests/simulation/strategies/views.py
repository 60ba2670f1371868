"""Views made by hand: what a retailer sees in the tests of single rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marketsim.scenario.strategy import Objective, PricingRule
from marketsim.simulation.strategies.view import DeskView, Month, OfferView, RetailerView, RivalView, SegmentView


def offer(name: str = "plan", price: float = 480.0, cost: float = 470.0, **others: Any) -> OfferView:
    """Return an own offer to the works."""
    fields = {"kind": "fixed", "segments": ("works",), "weights": {"works": 1.0}, "first_margin_cny_per_mwh": 12.0}
    return OfferView(
        name=name, price_cny_per_mwh=price, cost_cny_per_mwh=cost, move_cny_per_mwh=0.0, **{**fields, **others}
    )


def segment(name: str = "works", **others: Any) -> SegmentView:
    """Return a segment with a tenth of it served by the retailer."""
    fields = {
        "price_sensitivity": 100.0,
        "service_sensitivity": 5.0,
        "bill_cny_per_mwh": 680.0,
        "customers": 100.0,
        "energy_mwh": 1000.0,
        "share": 0.1,
        "share_of_choosers": 0.2,
        "rating": 0.7,
    }
    return SegmentView(name=name, **{**fields, **others})


def rival(name: str, price: float, **others: Any) -> RivalView:
    """Return a rival with one price for the works."""
    fields = {"kind": "independent", "rating": {"works": 0.7}, "levers": {}, "margin_cny_per_mwh": 5.0}
    return RivalView(name=name, cheapest={"works": price}, mean={"works": price}, **{**fields, **others})


def month(number: int, *, reviewed: bool = False, share: float = 0.1, **others: Any) -> Month:
    """Return a month in which 1000 MWh brought 5000 CNY."""
    books = {
        "profit_cny": 5000.0,
        "energy_mwh": 1000.0,
        "revenue_cny": 480000.0,
        "customers": 100.0,
        **others.pop("books", {}),
    }
    fields = {"satisfaction": 0.7, "moves": {"plan": 0.0}, "levers": {}}
    return Month(month=number, reviewed=reviewed, books=books, share=share, **{**fields, **others})


def view(
    rule: PricingRule | None = None,
    offers: tuple[OfferView, ...] = (offer(),),
    segments: tuple[SegmentView, ...] = (segment(),),
    rivals: tuple[RivalView, ...] = (),
    history: tuple[Month, ...] = (month(0), month(1), month(2)),
    levers: Mapping[str, float] | None = None,
    **others: Any,
) -> RetailerView:
    """Return a view; of an independent retailer in month 3 unless told otherwise."""
    fields = {"objective": Objective(), "kind": "independent", "retailer": "Own", "month": len(history)}
    return RetailerView(
        rule=rule or PricingRule(),
        offers={found.name: found for found in offers},
        segments={found.name: found for found in segments},
        rivals={found.name: found for found in rivals},
        history=history,
        levers=levers or {},
        lever_costs=others.pop("lever_costs", dict.fromkeys(levers or {}, 1000.0)),
        desks={"contact": DeskView("contact", {"town": 10.0}, {"town": 0.8}, {"town": 0.6}, 0.8)},
        forward_cny_per_mwh=470.0,
        draw=lambda purpose: 0.5,
        **{**fields, **others},
    )
