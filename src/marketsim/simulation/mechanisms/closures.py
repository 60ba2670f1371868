"""Plants that must use less energy per unit of product by a date, or close (M8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from marketsim.market.bulk_draws import normals, uniforms
from marketsim.market.draws import purpose_key
from marketsim.market.levers import lever_names
from marketsim.market.reach import closed_gap, covered, tally
from marketsim.scenario.demand import ClosurePolicy
from marketsim.scenario.events import Closure
from marketsim.scenario.service import TIERS

if TYPE_CHECKING:
    from marketsim.simulation.model import RetailMarket

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
_ROUNDING = 1e-9


def standard_of_share(intensities: FloatArray, weights: FloatArray, share: float) -> float:
    """Return the unit consumption that just the given share of plants, the worst, exceeds; 0 where all do."""
    order = np.argsort(-intensities, kind="stable")
    worst = np.cumsum(weights[order]) <= share * weights.sum() * (1.0 + _ROUNDING)
    spared = order[~worst]
    return float(intensities[spared[0]]) if len(spared) else 0.0


class Plants:
    """What customers use per unit of product, and what becomes of those who are told to use less.

    Attributes:
        first_intensity: unit consumption at the start, in multiples of the sector's norm. Shape (customers,).
        improved: share of it that levers have saved. Shape (customers,).
        retrofitted: whether the plant was rebuilt under notice. Shape (customers,).
        closures: plants closed this month, by supplier, segment and tier.
    """

    def __init__(self, model: RetailMarket) -> None:
        """Draw unit consumption."""
        self.model = model
        population = model.population
        segments = [model.study.segments[name].demand for name in model.frame.segments]
        means = np.array([segment.unit_intensity for segment in segments])[population["segment"]]
        sigmas = np.array([segment.unit_intensity_sigma for segment in segments])[population["segment"]]
        draws = normals(purpose_key(model.world, "unit intensity"), population["key"])
        self.first_intensity: FloatArray = means * np.exp(sigmas * draws - 0.5 * sigmas * sigmas)
        self.improved = np.zeros(len(population))
        self.retrofitted = np.zeros(len(population), dtype=np.bool_)
        self.standards: dict[Closure, float] = {}
        self.stranded: list[tuple[int, str, float]] = []
        self.bad_debt: FloatArray = np.zeros(len(model.frame.retailers) + 1)
        self.closures: FloatArray = np.zeros((len(model.frame.retailers) + 1, len(model.frame.segments), len(TIERS)))

    def intensity(self, policy: ClosurePolicy) -> FloatArray:
        """Return what plants use per unit of product now, in multiples of the sector's norm."""
        rebuilt = 1.0 - policy.retrofit_saving_share * self.retrofitted
        result: FloatArray = self.first_intensity * (1.0 - self.improved) * rebuilt
        return result

    def judge(self, policy: ClosurePolicy) -> None:
        """Give notice, let plants be rebuilt that have it, and close those that are above the standard at the date."""
        model, month = self.model, self.model.month
        closing = np.zeros(len(model.population), dtype=np.bool_)
        for event in model.study.events:
            if isinstance(event, Closure) and event.month - event.notice_months <= month <= event.month:
                above = self._above(event, policy)
                if month < event.month:
                    self._rebuild(above, policy)
                else:
                    closing |= above
        frame = model.frame
        self.closures = tally(model.population, closing.astype(np.float64), len(frame.retailers), len(frame.segments))
        self.stranded, self.bad_debt = [], np.zeros_like(self.bad_debt)
        if closing.any():
            self._close(closing, policy)

    def _above(self, event: Closure, policy: ClosurePolicy) -> BoolArray:
        """Who is above an event's standard; a share becomes a standard when notice is given."""
        population, intensity = self.model.population, self.intensity(policy)
        judged = (population["alive"] > 0) & (population["segment"] == self.model.frame.segments.index(event.segment))
        if event not in self.standards:
            standard = event.standard
            if standard is None:
                assert event.share is not None
                standard = standard_of_share(intensity[judged], population["weight"][judged], event.share)
            self.standards[event] = standard
        above: BoolArray = judged & (intensity > self.standards[event])
        return above

    def _rebuild(self, above: BoolArray, policy: ClosurePolicy) -> None:
        """Let some of the plants under notice be rebuilt; levers that save unit consumption help."""
        model = self.model
        supported = closed_gap(model.population, model.levers, "intensity_saving_share") > 0.0
        chance = policy.retrofit_rate_per_month * np.where(supported, policy.supported_retrofit_factor, 1.0)
        draws = uniforms(purpose_key(model.world, "retrofit", model.month), model.population["key"])
        self.retrofitted |= above & (draws < chance)

    def _close(self, closing: BoolArray, policy: ClosurePolicy) -> None:
        """Take the plants from the market; note what their retailers lose."""
        model, population = self.model, self.model.population
        energy = population["weight"] * population["usual_use"]
        for lever, (name, title) in enumerate(lever_names(model.frame, model.study)):
            reached = covered(population, model.levers, lever)
            total, gone = energy[reached].sum(), energy[reached & closing].sum()
            if gone > 0.0:
                self.stranded.append((model.frame.retailers.index(name), title, float(gone / total)))
        unpaid = np.nan_to_num(population["bill"]) * energy * policy.unpaid_months * policy.loss_given_default
        suppliers = len(self.bad_debt)
        lost = np.bincount(population["retailer"][closing], unpaid[closing], minlength=suppliers)
        self.bad_debt = lost.astype(np.float64)
        for name, value in (("alive", 0), ("use", 0.0), ("usual_use", 0.0)):
            population[name][closing] = value

    def charge(self) -> None:
        """Charge retailers: investments that served closed plants, by their share of the energy served, and unpaid bills.

        Where the mechanism of credit is on, it knows what closed plants owe.
        """
        retailers = self.model.retailers
        for j, lever, share in self.stranded:
            asset = retailers[j].books.assets.get(lever)
            if asset is not None:
                _add(retailers[j].charges, "stranded", share * asset.value_cny)
                asset.cost_cny *= 1.0 - share
        if not self.model.study.credit.enabled:
            for retailer in retailers:
                _add(retailer.charges, "bad_debt", float(self.bad_debt[retailer.index]))


def _add(charges: dict[str, float], line: str, amount: float) -> None:
    if amount != 0.0:
        charges[line] = charges.get(line, 0.0) + amount
