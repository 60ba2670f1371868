"""From decisions to the market: price moves, targets of levers, orders of staff, prices for single customers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from marketsim.market.bulk_draws import uniforms
from marketsim.market.draws import purpose_key
from marketsim.market.tariffs import LINKED
from marketsim.scenario.service import DESKS, Desk
from marketsim.scenario.study import Study
from marketsim.simulation.strategies.decide import Reviewed
from marketsim.simulation.strategies.desk_records import attainment
from marketsim.simulation.strategies.memory import Memory, Order, PlannedLever
from marketsim.simulation.strategies.observe import Observation, lever_rows, targets
from marketsim.simulation.strategies.pricing import LEAST_SLOPE, rounded
from marketsim.simulation.strategies.staffing import staff_factor

if TYPE_CHECKING:
    from marketsim.simulation.agents import Retailer
    from marketsim.simulation.model import RetailMarket

PERSONAL = ("retention", "winback", "renewal_markup")
"""Parts of a decision that are arrays of the market of the same name. Shape (retailers + 1, segments)."""


def carry_out(observation: Observation, retailer: Retailer, reviewed: Reviewed) -> None:
    """Put what a retailer has decided into the market and into its memory."""
    model, memory = observation.model, observation.memories[retailer.index]
    for row, change in reviewed.price_changes.items():
        slope = float(observation.weights(row) @ observation.quotes.slopes[row])
        if slope > LEAST_SLOPE:
            model.price_moves[row] += rounded(change / slope)
    decision = reviewed.decision
    aim_levers(model, retailer, memory, decision.levers)
    for desk, factor in decision.staff.items():
        for region in range(len(model.frame.regions)):
            order_staff(model, retailer, memory, DESKS.index(desk), region, factor)
    for part in PERSONAL:
        amounts = {name: rounded(amount) for name, amount in getattr(decision, part).items()}
        memory.personal.setdefault(part, {}).update(amounts)
    memory.last_review = model.month
    memory.forget_choices()


def aim_levers(model: RetailMarket, retailer: Retailer, memory: Memory, levers: Mapping[str, float]) -> None:
    """Remember the intensities that a retailer aims at from now on."""
    uses, now = model.study.retailers[retailer.name].levers, targets(model, retailer.index)
    for name, intensity in levers.items():
        if intensity != now[name]:
            memory.levers[name] = PlannedLever(uses[name].intensity, rounded(intensity))


def order_staff(model: RetailMarket, retailer: Retailer, memory: Memory, desk: int, region: int, factor: float) -> None:
    """Order a change of a team's staff, unless one is under way."""
    staff = float(retailer.staff[desk, region])
    pending = any((order.desk, order.region) == (desk, region) for order in memory.orders)
    if staff > 0 and factor != 1.0 and not pending:
        lag = model.study.retailers[retailer.name].strategy.hiring_lag_months
        memory.orders.append(Order(model.month + lag, desk, region, rounded(staff * (factor - 1.0))))


def staff_toward_target(observation: Observation, retailer: Retailer, always: bool) -> None:
    """Order what it takes to meet the service standard; `always` for who has entered and must grow with its customers."""
    model, memory = observation.model, observation.memories[retailer.index]
    settings = model.study.retailers[retailer.name]
    if not retailer.active or not memory.history or not (settings.strategy.staff_to_target or always):
        return
    attained, needed = attainment(model, retailer.index)
    for d, name in enumerate(DESKS):
        target = getattr(settings.desks, name).sla_target
        for r in range(len(model.frame.regions)):
            order_staff(model, retailer, memory, d, r, staff_factor(float(attained[d, r]), target, float(needed[d, r])))


def keep_adapted_staff(model: RetailMarket, before: Study, retailer: Retailer, memory: Memory, always: bool) -> None:
    """Put back the staff of who adapts it, where a policy begins and all desks have been staffed anew.

    A desk whose staffing rule the policy changes is staffed by the new rule.
    """
    settings, former = model.study.retailers[retailer.name], before.retailers[retailer.name]
    if not retailer.active or not (former.strategy.staff_to_target or always):
        return
    for d, name in enumerate(DESKS):
        if _staffing(getattr(settings.desks, name)) == _staffing(getattr(former.desks, name)):
            retailer.staff[d] = memory.staff[d]
        else:
            memory.orders = [order for order in memory.orders if order.desk != d]


def _staffing(desk: Desk) -> tuple[object, ...]:
    return desk.heads, desk.target_utilisation, desk.sla_target, desk.sla_minutes, desk.staff_factor, desk.scope


def imitations(observation: Observation) -> list[tuple[Retailer, dict[str, float]]]:
    """Return who copies which levers this month, and how strongly: those of the most profitable rival that it sees."""
    model = observation.model
    rules = model.study.adaptation.imitation
    if not rules.enabled:
        return []
    draws = uniforms(purpose_key(model.world, "imitation", model.month), model.frame.retailer_keys)
    copies = []
    for retailer in model.retailers:
        own_hazard = model.study.retailers[retailer.name].strategy.imitation_hazard
        hazard = rules.hazard if own_hazard is None else own_hazard
        if retailer.active and draws[retailer.index] < 1.0 - math.exp(-hazard):
            copies.append((retailer, _levers_to_copy(observation, retailer)))
    return copies


def _levers_to_copy(observation: Observation, retailer: Retailer) -> dict[str, float]:
    own = observation.rivals[retailer.name]
    others = [rival for name, rival in observation.rivals.items() if name != retailer.name]
    best = max(others, key=lambda rival: rival.margin_cny_per_mwh, default=own)
    if best.margin_cny_per_mwh <= own.margin_cny_per_mwh:
        return {}
    now = targets(observation.model, retailer.index)
    return {name: x for name, x in best.levers.items() if x > now.get(name, math.inf)}


def keep(model: RetailMarket, retailer: Retailer, memory: Memory) -> None:
    """Hold what a retailer has decided against what has been built anew this month."""
    uses = model.study.retailers[retailer.name].levers
    for name, row in lever_rows(model, retailer.index).items():
        planned = memory.levers.get(name)
        if planned is not None and uses[name].intensity != planned.study_intensity:
            del memory.levers[name]
        elif planned is not None:
            model.levers.rows["target"][row] = planned.target
        if not retailer.active:
            model.levers.rows["target"][row] = model.levers.rows["intensity"][row] = 0.0
    for part in PERSONAL:
        for name, amount in memory.personal.get(part, {}).items():
            getattr(model, part)[retailer.index, model.frame.segments.index(name)] = amount


def forget_personal_prices(model: RetailMarket, retailer: Retailer, memory: Memory, reset_elsewhere: bool) -> None:
    """Drop the prices for single customers that a strategy decided on which is no longer followed."""
    for part in PERSONAL:
        for name in memory.personal.pop(part, {}):
            if not reset_elsewhere:
                getattr(model, part)[retailer.index, model.frame.segments.index(name)] = 0.0


def receive_staff(model: RetailMarket, retailer: Retailer, memory: Memory) -> None:
    """Let staff come, or go, that was ordered for this month; a team of one or less does not shrink."""
    for order in [order for order in memory.orders if order.month <= model.month]:
        staff = float(retailer.staff[order.desk, order.region])
        retailer.staff[order.desk, order.region] = max(min(1.0, staff), staff + order.staff)
        memory.orders.remove(order)


def cap_renewals(model: RetailMarket, retailer: Retailer, memory: Memory) -> None:
    """Hold renewal markups that were decided on below the regulator's price cap."""
    markups = memory.personal.get("renewal_markup", {})
    if not markups or not np.isfinite(model.price_cap):
        return
    offers = model.prices.offers
    capped = (offers["retailer"] == retailer.index) & (model.plans["kind"][offers["plan"]] != LINKED)
    room = max(0.0, model.price_cap - float(offers["price_level"][capped].max(initial=-np.inf)))
    for name, markup in markups.items():
        model.renewal_markup[retailer.index, model.frame.segments.index(name)] = min(markup, room)


def reset_changed_offers(model: RetailMarket, before: Study) -> None:
    """Take back what decisions have added to the prices of offers that a policy has set anew."""
    for row, (name, offer) in enumerate(model.frame.offers):
        if model.study.retailers[name].offers.get(offer) != before.retailers[name].offers.get(offer):
            model.price_moves[row] = 0.0
