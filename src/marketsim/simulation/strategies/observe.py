"""What each retailer sees when it decides, gathered from last month's market."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from marketsim.market import billing
from marketsim.market.bulk_draws import extended, uniforms
from marketsim.market.draws import name_key, purpose_key
from marketsim.market.exact import as_float
from marketsim.scenario.imitation import visible
from marketsim.scenario.offers import OFFER_KINDS
from marketsim.scenario.strategy import PricingRule
from marketsim.simulation.strategies.desk_records import desks
from marketsim.simulation.strategies.memory import Memory, share_of_choosers
from marketsim.simulation.strategies.quotes import last_quotes
from marketsim.simulation.strategies.view import (
    OfferView,
    RetailerView,
    RivalView,
    SegmentView,
    profit_per_mwh,
)

if TYPE_CHECKING:
    from marketsim.simulation.agents import Retailer
    from marketsim.simulation.model import RetailMarket

FloatArray = NDArray[np.float64]
PUBLISHED_MONTHS = 3
"""Rivals' accounts are published by the quarter."""


class Observation:
    """Last month's market, as far as retailers can see it; the views of all of them come from the same one.

    Attributes:
        quotes: what every offer asked and what its energy cost.
        energy: MWh by retailer and segment. Shape (retailers + 1, segments).
        customers: customers, same shape.
        rivals: every retailer that sells, as the others see it.
    """

    def __init__(self, model: RetailMarket, memories: list[Memory]) -> None:
        """Look at the market before anybody has decided anything this month."""
        self.model, self.memories = model, memories
        self.quotes = last_quotes(model)
        sums = model.bill_sums[:, :, billing.ALL_TIERS]
        self.energy, self.customers = sums[..., billing.ENERGY], sums[..., billing.CUSTOMERS]
        self.owners = model.prices.offers["retailer"]
        self.segments = model.frame.segments
        self.rivals = {r.name: self._as_rival(r) for r in model.retailers if r.active}
        self._bills = self._market_bills()
        for retailer in model.retailers:
            memories[retailer.index].service_cost = self._service_cost(retailer)
        for row in np.flatnonzero(self.quotes.on_sale.any(axis=1)):
            memory = memories[self.owners[row]]
            if row not in memory.first_margins:
                price, cost = self.price_and_cost(int(row))
                memory.first_margins[int(row)] = price - cost

    def _as_rival(self, retailer: Retailer) -> RivalView:
        own = self.owners == retailer.index
        cheapest, mean = {}, {}
        for s, name in enumerate(self.segments):
            prices = self.quotes.prices[own & self.quotes.on_sale[:, s], s]
            if len(prices):
                cheapest[name], mean[name] = float(prices.min()), float(prices.mean())
        rating = self.model.standing.rating[retailer.index]
        return RivalView(
            name=retailer.name,
            kind=self.model.study.retailers[retailer.name].kind,
            cheapest=cheapest,
            mean=mean,
            rating={name: float(rating[s]) for s, name in enumerate(self.segments) if name in cheapest},
            levers={
                lever: x for lever, x in targets(self.model, retailer.index).items() if visible(self.model.study, lever)
            },
            margin_cny_per_mwh=profit_per_mwh(tuple(self.memories[retailer.index].history[-PUBLISHED_MONTHS:])),
        )

    def _market_bills(self) -> FloatArray:
        """Mean bill at all offers to each segment, CNY/MWh; the default supplier's where there is no offer."""
        prices, on_sale = self.quotes.prices, self.quotes.on_sale
        count = on_sale.sum(axis=0)
        total = np.where(on_sale, prices, 0.0).sum(axis=0)
        mean = np.divide(total, count, out=np.full(len(count), self.model.default_price), where=count > 0)
        bills: FloatArray = np.maximum(mean + self.model.behaviour.network_cny_per_mwh, 1.0)
        return bills

    def view(self, retailer: Retailer, rule: PricingRule, rows: list[int]) -> RetailerView:
        """Return what a retailer sees.

        Args:
            retailer: who looks.
            rule: the rule that is to decide.
            rows: its offers under the rule, by row of the offers.
        """
        model, memory = self.model, self.memories[retailer.index]
        settings = model.study.retailers[retailer.name]
        offers = [self._offer(retailer, row) for row in rows if self.quotes.on_sale[row].any()]
        return RetailerView(
            month=model.month,
            retailer=retailer.name,
            kind=settings.kind,
            rule=rule,
            objective=settings.strategy.objective,
            offers={offer.name: offer for offer in offers},
            segments=self._segments(retailer, memory),
            rivals={name: rival for name, rival in self.rivals.items() if name != retailer.name},
            history=tuple(memory.history),
            levers=targets(model, retailer.index),
            lever_costs=self._lever_costs(retailer.index),
            desks={desk.name: desk for desk in desks(model, retailer)},
            forward_cny_per_mwh=float(model.prices.forward[12]),
            draw=_draw(model, retailer.index),
        )

    def _offer(self, retailer: Retailer, row: int) -> OfferView:
        model, memory = self.model, self.memories[retailer.index]
        weights = self.weights(row)
        price, cost = self.price_and_cost(row)
        plan = model.plans[model.prices.offers["plan"][row]]
        sold_to = {name: float(weights[s]) for s, name in enumerate(self.segments) if self.quotes.on_sale[row, s]}
        return OfferView(
            name=model.frame.offers[row][1],
            kind=OFFER_KINDS[int(plan["kind"])],
            segments=tuple(sold_to),
            weights=sold_to,
            price_cny_per_mwh=price,
            cost_cny_per_mwh=cost,
            first_margin_cny_per_mwh=memory.first_margins[row],
            move_cny_per_mwh=float(model.price_moves[row]),
        )

    def price_and_cost(self, row: int) -> tuple[float, float]:
        """Return an offer's price and cost, CNY/MWh, over the segments to which it is sold."""
        weights = self.weights(row)
        service_cost = self.memories[self.owners[row]].service_cost
        return float(weights @ self.quotes.prices[row]), float(weights @ self.quotes.energy_costs[row]) + service_cost

    def weights(self, row: int) -> FloatArray:
        """Return the share of each segment in an offer's sales: by own energy, by all energy where there is none."""
        sold_to = self.quotes.on_sale[row]
        for energy in (self.energy[self.owners[row]], self.energy.sum(axis=0), np.ones(len(sold_to))):
            amounts = np.where(sold_to, energy, 0.0)
            if amounts.sum() > 0:
                break
        weights: FloatArray = amounts / amounts.sum() if amounts.sum() > 0 else amounts
        return weights

    def _service_cost(self, retailer: Retailer) -> float:
        """Return what billing and levers cost by the customer last month, per MWh: no fixed cost, no staff."""
        model, j = self.model, retailer.index
        energy = float(self.energy[j].sum())
        if energy <= 0:
            return 0.0
        rows = model.levers.rows[model.levers.first[j] : model.levers.first[j + 1]]
        fixed = float((rows["intensity"] * rows["fixed_cost"]).sum())
        bills = model.study.retailers[retailer.name].costs.bill_cny * float(self.customers[j].sum())
        return (max(0.0, retailer.accounts.get("lever_cny", 0.0) - fixed) + bills) / energy

    def _segments(self, retailer: Retailer, memory: Memory) -> dict[str, SegmentView]:
        model, j = self.model, retailer.index
        totals = self.customers.sum(axis=0)
        views = {}
        for s, name in enumerate(self.segments):
            if not model.behaviour.segments["contestable"][s]:
                continue
            segment = model.study.segments[name]
            share = float(self.customers[j, s] / totals[s]) if totals[s] > 0 else 0.0
            views[name] = SegmentView(
                name=name,
                price_sensitivity=segment.price_sensitivity,
                service_sensitivity=segment.service_sensitivity,
                bill_cny_per_mwh=float(self._bills[s]),
                customers=float(self.customers[j, s]),
                energy_mwh=float(self.energy[j, s]),
                share=share,
                share_of_choosers=share_of_choosers(memory, s, share),
                rating=float(model.standing.rating[j, s]),
            )
        return views

    def _lever_costs(self, j: int) -> dict[str, float]:
        """Cost of each lever at full intensity with the present customers, its investment spread over its life."""
        model = self.model
        served = as_float(model.bill_regions[j])
        costs = {}
        for name, row in lever_rows(model, j).items():
            lever, covered = model.levers.rows[row], model.levers.covers[row]
            per_customer = float(((served[..., 0] * covered).sum(axis=(1, 2)) * model.levers.customer_cost[row]).sum())
            per_energy = float(lever["energy_cost"] * (served[..., 1] * covered).sum())
            costs[name] = float(lever["fixed_cost"]) + per_customer + per_energy + self._depreciation(j, name)
        return costs

    def _depreciation(self, j: int, lever: str) -> float:
        study = self.model.study
        use, costs = study.retailers[self.model.frame.retailers[j]].levers[lever], study.levers[lever].costs
        return use.cost_factor * costs.capex_cny / costs.capex_life_months


def lever_rows(model: RetailMarket, j: int) -> dict[str, int]:
    """Return the rows of a retailer's levers by their name."""
    names = sorted(model.study.retailers[model.frame.retailers[j]].levers)
    return {name: int(model.levers.first[j]) + place for place, name in enumerate(names)}


def targets(model: RetailMarket, j: int) -> dict[str, float]:
    """Return the intensity that a retailer aims at, by lever."""
    return {name: float(model.levers.rows["target"][row]) for name, row in lever_rows(model, j).items()}


def _draw(model: RetailMarket, j: int) -> Callable[[str], float]:
    own = extended(purpose_key(model.world, "own strategy", model.month), model.frame.retailer_keys[j : j + 1])[0]
    return lambda purpose: float(uniforms(own, np.array([name_key(purpose)], dtype=np.uint64))[0])
