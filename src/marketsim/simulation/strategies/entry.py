"""Entry and exit of retailers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from marketsim.market.bulk_draws import uniforms
from marketsim.market.draws import purpose_key
from marketsim.scenario.service import DESKS
from marketsim.scenario.strategy_checks import waits
from marketsim.simulation.strategies.memory import Memory

if TYPE_CHECKING:
    from marketsim.simulation.agents import Retailer
    from marketsim.simulation.model import RetailMarket

MARGIN_MONTHS = 3


def waiting(model: RetailMarket) -> list[Retailer]:
    """Return the retailers that are not in the market at the start."""
    return [retailer for retailer in model.retailers if waits(retailer.name, model.base)]


def own_offers(model: RetailMarket, retailer: Retailer) -> NDArray[np.bool_]:
    """Return which offers are a retailer's."""
    return np.array([name == retailer.name for name, _ in model.frame.offers], dtype=np.bool_)


def close(model: RetailMarket, retailer: Retailer) -> None:
    """Let a retailer sell nothing, employ nobody and use no lever."""
    retailer.active = False
    retailer.staff[:] = 0.0
    model.on_sale[own_offers(model, retailer)] = False
    first, end = model.levers.first[retailer.index : retailer.index + 2]
    model.levers.rows["target"][first:end] = model.levers.rows["intensity"][first:end] = 0.0


def leave(model: RetailMarket, retailer: Retailer) -> None:
    """Let a retailer go: its customers fall to the default supplier after this month."""
    close(model, retailer)
    model.release_customers(retailer.index)


def begin(model: RetailMarket, retailer: Retailer) -> None:
    """Let a retailer begin to sell, with its levers and a first member of staff at every desk."""
    retailer.active = True
    retailer.staff[:] = founding_staff(model, retailer)
    model.on_sale[own_offers(model, retailer)] = True
    uses = model.study.retailers[retailer.name].levers
    first = int(model.levers.first[retailer.index])
    for place, name in enumerate(sorted(uses)):
        model.levers.rows["target"][first + place] = uses[name].intensity


def founding_staff(model: RetailMarket, retailer: Retailer) -> NDArray[np.float64]:
    """Return one member of staff for each team, or the number that the study gives. Shape (3, regions)."""
    regions = len(model.frame.regions)
    staff = np.zeros((len(DESKS), regions))
    for d, name in enumerate(DESKS):
        desk = getattr(model.study.retailers[retailer.name].desks, name)
        teams = 1 if desk.scope == "market" else regions
        staff[d, :teams] = desk.staff_factor * (1.0 if desk.heads is None else desk.heads / teams)
    return staff


def give_capital(model: RetailMarket, retailer: Retailer) -> None:
    """Give a retailer that waits the cash that it will begin with."""
    retailer.books.cash += model.study.adaptation.entry.capital_cny
    retailer.books.accounts["cash_cny"] = retailer.books.cash


def drawn_in(model: RetailMarket, memories: list[Memory], entrants: list[Retailer]) -> list[Retailer]:
    """Return who enters because margins are high: hazard x (margin / threshold - 1)+ for each that waits."""
    rules = model.study.adaptation.entry
    if not rules.enabled:
        return []
    excess = max(0.0, market_margin(model, memories) / rules.margin_threshold_cny_per_mwh - 1.0)
    chance = 1.0 - math.exp(-rules.hazard * excess)
    draws = uniforms(purpose_key(model.world, "entry", model.month), model.frame.retailer_keys)
    ready = [r for r in entrants if not r.active and not memories[r.index].history and _by_itself(model, r)]
    drawn = sorted((draws[r.index], r.name, r) for r in ready if draws[r.index] < chance)
    places = max(0, rules.max_firms - sum(retailer.active for retailer in model.retailers))
    return [retailer for _, _, retailer in drawn[:places]]


def _by_itself(model: RetailMarket, retailer: Retailer) -> bool:
    return model.study.retailers[retailer.name].strategy.enters == "when_profitable"


def market_margin(model: RetailMarket, memories: list[Memory]) -> float:
    """Return the mean gross margin of those who sell, CNY/MWh; that of the default supplier where nobody does."""
    months = [m.books for r in model.retailers if r.active for m in memories[r.index].history[-MARGIN_MONTHS:]]
    energy = sum(books["energy_mwh"] for books in months)
    if energy <= 0:
        return model.default_price - float(model.forward[12])
    return sum(books["revenue_cny"] - books["procurement_cny"] for books in months) / energy
