"""Retailers advertise: it carries their names, builds brands and raises expectations; old names fade (M10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from marketsim.market import advertising
from marketsim.simulation.mechanisms.base import Columns, Mechanism

if TYPE_CHECKING:
    from marketsim.scenario.loaded import Scenario
    from marketsim.scenario.word_of_mouth import Marketing, WordOfMouth
    from marketsim.simulation.model import RetailMarket

FloatArray = NDArray[np.float64]


class Advertising(Mechanism):
    """Names, brands and promises; a part of word of mouth, and on where that is.

    The market reads `model.extra_brand`, `model.advertising_factor`, `model.promise` and `model.advertising_pull`.

    Attributes:
        brand: what advertising built, logits. Shape (retailers + 1, segments).
        pressure: how strongly advertising is felt, 1 at the reference budget. Same shape.
        reach: factor on the names that become known from outside. Same shape.
        months_open: months for which a segment has been contestable. Shape (segments,).
    """

    @classmethod
    def is_used(cls, market: Scenario) -> bool:
        """Return whether customers learn names in this scenario."""
        return market.study.word_of_mouth.enabled

    def __init__(self, model: RetailMarket) -> None:
        """Begin without any brand built."""
        super().__init__(model)
        self.brand = np.zeros_like(model.extra_brand)
        self.pressure = np.zeros_like(model.extra_brand)
        self.reach = np.ones_like(model.extra_brand)
        self.months_open = np.zeros(len(model.frame.segments))

    @property
    def rules(self) -> WordOfMouth:
        """The settings in force."""
        return self.model.study.word_of_mouth

    def _plans(self) -> list[Marketing]:
        """Return what each retailer spends and promises."""
        return [self.model.study.retailers[name].marketing for name in self.model.frame.retailers]

    def _in_market(self) -> FloatArray:
        """Return 1 for each retailer that is in the market, 0 for others and the default supplier."""
        return np.array([*(float(retailer.active) for retailer in self.model.retailers), 0.0])

    def talk(self) -> None:
        """Let the month's advertising reach customers, before they talk."""
        model = self.model
        energy, customers = self._contestable()
        felt = advertising.pressure(
            self._plans(), model.frame.segments, energy, self.rules.reference_budget_cny_per_month
        )
        self.pressure = felt * self._in_market()[:, None]
        gains = advertising.reach_gains(model.levers, len(model.frame.retailers))
        self.reach = (1.0 + self.pressure) * (1.0 + gains)[:, None]
        everywhere = advertising.mean_over_customers(self.pressure, customers)
        model.advertising_factor = (1.0 + everywhere) * (1.0 + gains)
        self._build_brands()
        self._promise(everywhere)
        self.months_open += customers > 0.0

    def _contestable(self) -> tuple[FloatArray, FloatArray]:
        """Return MWh a month and number of customers who may choose, by segment."""
        model, people = self.model, self.model.population
        segments = len(model.frame.segments)
        may_choose = (people["alive"] > 0) & (model.behaviour.segments["contestable"][people["segment"]] > 0)
        weight = people["weight"] * may_choose
        sums = [
            np.bincount(people["segment"], amount, minlength=segments).astype(np.float64)
            for amount in (weight * people["energy"], weight)
        ]
        return sums[0], sums[1]

    def _build_brands(self) -> None:
        """Add to brands what advertising builds, and take from them what has faded of an old monopolist's name."""
        rules, frame = self.rules, self.model.frame
        self.brand = advertising.brand_after(
            self.brand, rules.brand_retention, rules.advertising_response_logits, self.pressure
        )
        fading = [[plan.fading_brand_logits.get(name, 0.0) for name in frame.segments] for plan in self._plans()]
        gone = advertising.faded_share(self.months_open, rules.incumbent_half_life_months)
        self.model.extra_brand = self.brand - np.array([*fading, [0.0] * len(frame.segments)]) * gone

    def _promise(self, everywhere: FloatArray) -> None:
        """Let expectations of the own customers follow what is promised, as far as experience leaves room (E17b)."""
        model, promises = self.model, [plan.promise for plan in self._plans()]
        model.promise = np.array([*(promise or 0.0 for promise in promises), 0.0])
        made = np.array([*(promise is not None for promise in promises), False])
        most = 1.0 - float(model.behaviour.experience["expectation_speed"])
        model.advertising_pull = np.where(made, np.minimum(most, self.rules.promise_weight * everywhere), 0.0)

    def belief_pull(self) -> FloatArray:
        """Return how far a promise moves the belief of others in a month. Shape (retailers + 1, segments)."""
        made = np.array([*(plan.promise is not None for plan in self._plans()), False])
        return np.where(made[:, None], np.minimum(1.0, self.rules.promise_belief_weight * self.pressure), 0.0)

    def charge(self) -> None:
        """Book what advertising costs."""
        for retailer, plan in zip(self.model.retailers, self._plans(), strict=True):
            if retailer.active:
                retailer.charges["marketing"] = retailer.charges.get("marketing", 0.0) + plan.budget_cny_per_month

    def retailer_columns(self) -> Columns:
        """Return brands built, as means over contestable customers, and promises."""
        promises = [np.nan if plan.promise is None else plan.promise for plan in self._plans()]
        _, customers = self._contestable()
        return {
            "brand_logits": advertising.mean_over_customers(self.brand, customers)[:-1],
            "promise": np.array(promises, dtype=np.float64),
        }
