"""Retailers that act: they review prices, levers and staff, copy each other, enter and leave (M14)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from marketsim.scenario.events import Entrant
from marketsim.scenario.events import Exit as ExitEvent
from marketsim.scenario.strategy import acts, mentions_strategy
from marketsim.scenario.strategy_checks import waits
from marketsim.simulation.mechanisms.base import Mechanism
from marketsim.simulation.mechanisms.pricing import PersonalPrices
from marketsim.simulation.strategies import carry_out, entry
from marketsim.simulation.strategies.decide import decide, rules_in_use
from marketsim.simulation.strategies.memory import Memory, month_of, note_month, review_offset
from marketsim.simulation.strategies.observe import Observation, targets
from marketsim.simulation.strategies.pricing import lift_to_floor, quotes_to_post

if TYPE_CHECKING:
    from marketsim.scenario.loaded import Scenario
    from marketsim.simulation.agents import Retailer
    from marketsim.simulation.model import RetailMarket


class Adaptation(Mechanism):
    """Lets retailers decide at their reviews, on what they saw of the months before, all at the same time.

    What it decides on stands in the market as changes: `price_moves`, targets of levers, staff, and prices for single
    customers. A retailer whose strategy is to hold is left exactly as it is, as long as nobody enters, leaves or copies.

    Attributes:
        memories: what each retailer remembers, in name order.
    """

    @classmethod
    def is_used(cls, market: Scenario) -> bool:
        """Return whether a retailer acts, or may enter, leave or copy, in the base or in a policy."""
        study = market.study
        rules = study.adaptation
        population_changes = rules.entry.enabled or rules.exit.enabled or rules.imitation.enabled
        by_event = any(isinstance(event, Entrant | ExitEvent) for event in study.events)
        in_policies = any(mentions_strategy(changes) for changes in study.policies.values())
        someone_acts = any(acts(retailer.strategy) for retailer in study.retailers.values())
        return population_changes or by_event or in_policies or someone_acts

    def __init__(self, model: RetailMarket) -> None:
        """Take the market; who waits to enter sells nothing yet."""
        super().__init__(model)
        self.memories = [Memory(len(model.frame.segments)) for _ in model.frame.retailers]
        self._base_study = model.study
        self._selling = np.ones(len(model.frame.retailers), dtype=np.bool_)
        self.entrants = entry.waiting(model)
        for retailer in self.entrants:
            entry.close(model, retailer)

    def begin_policy(self) -> None:
        """Take over the policy: an offer that it changes has its new list price; who adapts staff keeps what it has.

        A retailer that waits in the base and not under the policy enters now.
        """
        carry_out.reset_changed_offers(self.model, self._base_study)
        reset_elsewhere = self.model.mechanism(PersonalPrices) is not None
        for retailer in self.model.retailers:
            memory = self.memories[retailer.index]
            carry_out.keep_adapted_staff(self.model, self._base_study, retailer, memory, retailer in self.entrants)
            if self.model.study.retailers[retailer.name].strategy != self._base_study.retailers[retailer.name].strategy:
                carry_out.forget_personal_prices(self.model, retailer, memory, reset_elsewhere)
        for retailer in self.entrants:
            has_been_in = bool(self.memories[retailer.index].history)
            if not retailer.active and not has_been_in and not waits(retailer.name, self.model.study):
                entry.begin(self.model, retailer)

    def environment(self) -> None:
        """Let retailers enter whom an event brings in; they sell from this month on."""
        for event in self.model.base.events:
            if isinstance(event, Entrant) and event.month == self.model.month:
                entry.begin(self.model, self._named(event.retailer))
        for retailer in self.model.retailers:
            self.memories[retailer.index].staff = retailer.staff.copy()

    def decide(self) -> None:
        """Let retailers in review decide, all on the same observation, and carry out what is decided."""
        model = self.model
        self._selling = np.array([retailer.active for retailer in model.retailers])
        for retailer in model.retailers:
            carry_out.receive_staff(model, retailer, self.memories[retailer.index])
        if model.month > 0:
            observation = Observation(model, self.memories)
            reviewing = [r for r in model.retailers if r.active and self._is_due(r)]
            decisions = [(r, decide(observation, r, model.strategy_code)) for r in reviewing]
            copies = carry_out.imitations(observation)
            for retailer, reviewed in decisions:
                carry_out.carry_out(observation, retailer, reviewed)
            for retailer, levers in copies:
                carry_out.aim_levers(model, retailer, self.memories[retailer.index], levers)
            for retailer in model.retailers:
                carry_out.staff_toward_target(observation, retailer, retailer in self.entrants)
        for retailer in model.retailers:
            carry_out.keep(model, retailer, self.memories[retailer.index])
        self._keep_floors()

    def outages(self) -> None:
        """Keep markups at renewal below the price cap, now that the month's prices are posted."""
        for retailer in self.model.retailers:
            carry_out.cap_renewals(self.model, retailer, self.memories[retailer.index])

    def entry_exit(self) -> None:
        """Close the month in everybody's memory; let retailers leave whose money is gone, and others enter."""
        model = self.model
        if model.month == 0:
            for retailer in (r for r in self.entrants if not r.active):
                entry.give_capital(model, retailer)
        for retailer in model.retailers:
            if retailer.active:
                memory = self.memories[retailer.index]
                note_month(model, retailer, memory, month_of(model, retailer, memory, targets(model, retailer.index)))
        for retailer in self._leaving():
            entry.leave(model, retailer)
            self.memories[retailer.index].orders.clear()
        for retailer in entry.drawn_in(model, self.memories, self.entrants):
            entry.begin(model, retailer)

    def market_columns(self) -> dict[str, float]:
        """Return how many retailers sell."""
        return {"active_retailers": float(self._selling.sum())}

    def _is_due(self, retailer: Retailer) -> bool:
        """Return whether a retailer that acts has its review this month, and has a month to look back on."""
        strategy = self.model.study.retailers[retailer.name].strategy
        if not self.memories[retailer.index].history or not acts(strategy):
            return False
        offset = review_offset(self.model, retailer.index, strategy.review_months)
        return (self.model.month - offset) % strategy.review_months == 0

    def _keep_floors(self) -> None:
        """Let nobody who decides on prices post a list price below cost and floor, whatever has happened to costs."""
        model = self.model
        priced = [
            (retailer, rule, rows)
            for retailer in model.retailers
            if retailer.active
            for rule, rows in rules_in_use(model, retailer.name)
            if rule.kind != "hold"
        ]
        if not priced:
            return
        quotes = quotes_to_post(model)
        for retailer, rule, rows in priced:
            cost = self.memories[retailer.index].service_cost
            for row in rows:
                lift_to_floor(model, quotes, row, rule.floor_margin_cny_per_mwh, cost)

    def _leaving(self) -> list[Retailer]:
        """Return who leaves after this month: whose money has been gone for too long, or by an event."""
        model, rules = self.model, self.model.study.adaptation.exit
        events = [e for e in model.base.events if isinstance(e, ExitEvent) and e.month == model.month]
        named = {event.retailer for event in events}
        leaving = []
        for retailer in (r for r in model.retailers if r.active):
            memory = self.memories[retailer.index]
            money = retailer.cash + rules.financed_share * retailer.receivables
            memory.months_short = memory.months_short + 1 if money < 0 else 0
            if retailer.name in named or (rules.enabled and memory.months_short >= rules.months):
                leaving.append(retailer)
        return leaving

    def _named(self, name: str) -> Retailer:
        return next(retailer for retailer in self.model.retailers if retailer.name == name)
