"""Tags of customers where every retailer knows the truth (M2); with wrong records, `information` gives the tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marketsim.market.knowledge import truth_of
from marketsim.market.portraits import tags_carried, tags_in_use
from marketsim.scenario.loaded import Scenario
from marketsim.simulation.mechanisms.base import Mechanism
from marketsim.simulation.mechanisms.payment_habits import PaymentHabits

if TYPE_CHECKING:
    from marketsim.simulation.model import RetailMarket


class TrueTags(Mechanism):
    """Tags by the true attributes of customers; nobody carries any where no tier and no lever asks for one."""

    @classmethod
    def is_used(cls, market: Scenario) -> bool:
        """Return whether there are tags, and records are the truth."""
        return bool(market.study.tags) and not market.study.information.enabled

    def __init__(self, model: RetailMarket) -> None:
        """Find out the tags; the first review of tiers asks for them."""
        super().__init__(model)
        self._used = tags_in_use(model.base, model.policy_study)
        self._habits = PaymentHabits(len(model.population))
        self._truth = truth_of(model.population)
        self._put_down()

    def inform(self) -> None:
        """Bring tags up to date."""
        if self._used:
            self._habits.update(self.model)
            self._put_down()

    def _put_down(self) -> None:
        model, population = self.model, self.model.population
        self._truth["habit"] = self._habits.values
        population["tags"] = tags_carried(model.study, self._used, model.frame, population, self._truth)
