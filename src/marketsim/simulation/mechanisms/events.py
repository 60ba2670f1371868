"""Events that change what the study says, and data breaches where nothing else follows them (M3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from marketsim.market import tariffs
from marketsim.market.bulk_draws import extended, uniforms
from marketsim.market.draws import purpose_key
from marketsim.market.levers import build_levers, lever_names
from marketsim.scenario.customers import DIMENSIONS
from marketsim.scenario.events import Breach, Event, LeverChange, Opening, Regulation
from marketsim.scenario.in_force import in_force, opened_segments
from marketsim.simulation.mechanisms.base import Mechanism

if TYPE_CHECKING:
    from marketsim.scenario.loaded import Scenario
    from marketsim.scenario.study import Study
    from marketsim.simulation.model import RetailMarket

_ASSURANCE = DIMENSIONS.index("assurance")
_KINDS = (Breach, LeverChange, Opening, Regulation)


class Events(Mechanism):
    """Puts the study in force that the month's events make of it: opened segments, changed levers, changed rules.

    Other events belong to those whose quantities they move: prices, tickets, outages, demand, credit, entry and exit.
    A lever changed by an event begins to ramp in the next month, as under a policy. A breach is felt here only where
    nobody keeps records that could be lost (`information.enabled` is false); it costs the same fine and fades as fast.
    """

    @classmethod
    def is_used(cls, market: Scenario) -> bool:
        """Return whether the study has such an event."""
        return any(isinstance(event, _KINDS) for event in market.study.events)

    def __init__(self, model: RetailMarket) -> None:
        """Take the market; nothing has happened yet."""
        super().__init__(model)
        self._policy_began = False
        self._breaches = [event for event in model.base.events if isinstance(event, Breach)]
        self._leak = np.zeros(len(model.population))
        self._leaker = np.full(len(model.population), -1)

    def environment(self) -> None:
        """Let the month's events happen."""
        month = self.model.month
        turning = [event for event in self.model.base.events if _begins_or_ends(event, month)]
        if turning:
            self._put_into_force(turning)
        for event in turning:
            if isinstance(event, Opening):
                self._introduce_retailers(event)

    def begin_policy(self) -> None:
        """Let the events so far act on what the policy has planned as well."""
        self._policy_began = True
        self._put_into_force([event for event in self.model.base.events if event.month <= self.model.month])

    def feel(self) -> None:
        """Let those whose data have leaked trust their retailer less, as long as it is theirs."""
        if self.model.study.information.enabled or not self._breaches:
            return
        self._leak *= 0.5 ** (1.0 / self.model.study.information.breach_half_life_months)
        for event in self._breaches:
            if event.month == self.model.month:
                self._lose_data(event)
        felt = np.where(self.model.population["retailer"] == self._leaker, self._leak, 0.0)
        self.model.population["quality_shift"][:, _ASSURANCE] -= felt

    def _put_into_force(self, turning: Sequence[Event]) -> None:
        """Take over the study of the month, and what is made of it: offers, levers, and who may choose."""
        model, before = self.model, self.model.study
        model.study = in_force(model.policy_study if self._policy_began else model.base, model.month)
        model.list_offers = tariffs.build_offers(model.frame, model.study, model.shapes)
        model.behaviour.segments["contestable"] = [model.study.segments[s].contestable for s in model.frame.segments]
        changed = {(event.retailer, event.lever) for event in turning if isinstance(event, LeverChange)}
        if changed:
            self._change_levers(before, changed)

    def _change_levers(self, before: Study, changed: set[tuple[str, str]]) -> None:
        """Set the targets of some levers anew; all others keep theirs, which a retailer may have set since."""
        model = self.model
        targets = dict(zip(lever_names(model.frame, before), model.levers.rows["target"], strict=True))
        model.levers = build_levers(model.frame, model.study, model.intensities)
        for row, name in enumerate(lever_names(model.frame, model.study)):
            if name in targets and name not in changed:
                model.levers.rows["target"][row] = targets[name]

    def _introduce_retailers(self, event: Opening) -> None:
        """Let customers of segments that open know some retailers, where they learn of them by word of mouth."""
        model = self.model
        if model.awareness.size == 0:
            return
        opened = [model.frame.segments.index(name) for name in opened_segments(model.base, event)]
        rows = np.flatnonzero(np.isin(model.population["segment"], opened))
        key = purpose_key(model.world, "awareness at the opening")
        for j, retailer_key in enumerate(model.frame.retailer_keys):
            if model.retailers[j].active:
                draws = uniforms(key, extended(model.population["key"][rows], retailer_key))
                model.awareness[rows, j] |= draws < event.awareness

    def _lose_data(self, event: Breach) -> None:
        retailer = next(found for found in self.model.retailers if found.name == event.retailer)
        own = self.model.population["retailer"] == retailer.index
        before = np.where(self._leaker[own] == retailer.index, self._leak[own], 0.0)
        self._leak[own], self._leaker[own] = np.minimum(1.0, before + event.size), retailer.index
        fine = self.model.study.information.breach_fine_cny
        retailer.charges["compensation"] = retailer.charges.get("compensation", 0.0) + fine


def _begins_or_ends(event: Event, month: int) -> bool:
    """Return whether an event makes the study in force another one than a month ago."""
    if isinstance(event, Opening):
        return event.month == month
    return isinstance(event, LeverChange | Regulation) and event.acts_in(month) != event.acts_in(month - 1)
