"""Prices besides the list, brokers and green power: what single customers are asked and what that costs (M11)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from marketsim.market import billing
from marketsim.market.reach import tally
from marketsim.market.tariffs import LINKED, MONTHS_PER_YEAR
from marketsim.scenario.pricing import Pricing
from marketsim.simulation.mechanisms.base import Mechanism

if TYPE_CHECKING:
    from marketsim.scenario.loaded import Scenario
    from marketsim.scenario.study import Study
    from marketsim.simulation.model import RetailMarket

FloatArray = NDArray[np.float64]
NOBODY = -1
_FIELDS = ("pricing", "green_share")


class PersonalPrices(Mechanism):
    """Sets what retailers ask of single customers, and pays brokers and green certificates.

    A customer who signs or renews locks the concession, the discount or the markup of that month until the end of its
    term. A markup for loyalty never lifts a price above the regulator's cap. Certificates are bought for the energy of
    green offers month by month, and are part of the cost of energy; a broker's fee is part of marketing.

    Attributes:
        green_share: share of an offer's energy that comes with certificates. Shape (offers,).
        certificate_price: what they cost, CNY per MWh of green energy. Shape (offers,).
    """

    @classmethod
    def is_used(cls, market: Scenario) -> bool:
        """Return whether a retailer, or a policy, has prices besides the list or green offers."""
        study = market.study
        in_policies = (word for changes in study.policies.values() for word in _words(changes))
        return _is_set(study) or any(word in _FIELDS for word in in_policies)

    def __init__(self, model: RetailMarket) -> None:
        """Take the market; the first contracts are signed at these prices already."""
        super().__init__(model)
        self.green_share, self.certificate_price = (np.zeros(len(model.frame.offers)) for _ in range(2))
        self._was_capped = False
        self._read_study()

    def begin_policy(self) -> None:
        """Take over the policy's prices; signed contracts keep theirs."""
        self._read_study()

    def decide(self) -> None:
        """Let green offers appeal, and retailers forget who has left for longer than they want to win them back."""
        self.model.appeal += self._appeal[:, :, None]
        customers, frame = self.model.population, self.model.frame
        away = self.model.month - customers["joined"]
        for j, name in enumerate(frame.retailers):
            offer = self.model.study.retailers[name].pricing.win_back
            if offer.discount_cny_per_mwh > 0:
                customers["former"][(customers["former"] == j) & (away >= offer.months)] = NOBODY

    def outages(self) -> None:
        """Keep markups for loyalty below the price cap, now that the month's prices are posted."""
        capped = bool(np.isfinite(self.model.price_cap))
        if capped or self._was_capped:
            self.model.renewal_markup[:] = np.minimum(self._markup, self._room_below_cap())
        self._was_capped = capped

    def feel(self) -> None:
        """Add the certificates of the month's green energy to the cost of energy."""
        if not self.certificate_price.any():
            return
        customers, sums = self.model.population, self.model.bill_sums
        costs = self.certificate_costs(slice(None))
        suppliers, segments = sums.shape[:2]
        sums[:, :, : billing.ALL_TIERS, billing.PROCUREMENT] += tally(customers, costs, suppliers - 1, segments)
        cells = customers["retailer"] * segments + customers["segment"]
        amounts = np.where(customers["alive"] > 0, customers["weight"] * costs, 0.0)
        by_segment = np.bincount(cells, amounts, minlength=suppliers * segments).reshape(suppliers, segments)
        sums[:, :, billing.ALL_TIERS, billing.PROCUREMENT] += by_segment

    def certificate_costs(self, rows: slice | NDArray[np.intp]) -> FloatArray:
        """Return what the certificates of the month cost for one customer of each row, CNY."""
        customers, prices = self.model.population, np.append(self.green_share * self.certificate_price, 0.0)
        costs: FloatArray = customers["use"][rows] * prices[customers["offer"][rows]]
        return costs

    def charge(self) -> None:
        """Charge what brokers cost more (or less) than the fee that is in the retailer's cost of acquisition."""
        for retailer in self.model.retailers:
            settings = self.model.study.retailers[retailer.name]
            brokers = settings.pricing.brokers
            dearer = brokers.signings_share * (brokers.fee_cny_per_mwh - settings.costs.broker_fee_cny_per_mwh)
            fees = dearer * float(self.model.choices.joined[retailer.index, 0])
            if fees != 0.0:
                retailer.charges["marketing"] = retailer.charges.get("marketing", 0.0) + fees

    def _read_study(self) -> None:
        model = self.model
        model.concession[:] = self._of_segments(
            lambda pricing, s: _meant(pricing.negotiation.segments, s) * pricing.negotiation.concession_cny_per_mwh
        )
        model.concession_from[:] = self._of_segments(
            lambda pricing, _: pricing.negotiation.from_annual_mwh / MONTHS_PER_YEAR
        )
        model.retention[:] = self._of_segments(
            lambda pricing, s: _meant(pricing.retention.segments, s) * pricing.retention.discount_cny_per_mwh
        )
        model.winback[:] = self._of_segments(
            lambda pricing, s: _meant(pricing.win_back.segments, s) * pricing.win_back.discount_cny_per_mwh
        )
        self._markup = self._of_segments(
            lambda pricing, s: pricing.renewal.markup_by_segment.get(s, pricing.renewal.markup_cny_per_mwh)
        )
        model.renewal_markup[:] = self._markup
        reach = [model.study.retailers[name].pricing.brokers.reach for name in model.frame.retailers]
        model.advertising = model.advertising * np.array([*reach, 1.0])
        self._read_green_offers()

    def _of_segments(self, value: Callable[[Pricing, str], float]) -> FloatArray:
        """Return a value of every retailer and segment; 0 for the default supplier. Shape (retailers + 1, segments)."""
        frame, retailers = self.model.frame, self.model.study.retailers
        rows = [[float(value(retailers[name].pricing, s)) for s in frame.segments] for name in frame.retailers]
        return np.array([*rows, [0.0] * len(frame.segments)])

    def _read_green_offers(self) -> None:
        """Take over what is green; an offer that is not made any more stays as green as it was for those who hold it."""
        model = self.model
        for row, (name, offer_name) in enumerate(model.frame.offers):
            offer = model.study.retailers[name].offers.get(offer_name)
            if offer is not None:
                self.green_share[row] = offer.green_share
                self.certificate_price[row] = offer.certificate_cny_per_mwh
        values = np.array([model.study.segments[name].green_value_logits for name in model.frame.segments])
        self._appeal = self.green_share[:, None] * values

    def _room_below_cap(self) -> FloatArray:
        """Return how far a markup may lift the price of a retailer's dearest offer to a segment. Like `renewal_markup`."""
        model, offers = self.model, self.model.prices.offers
        room = np.full(model.renewal_markup.shape, np.inf)
        capped = model.plans["kind"][offers["plan"]] != LINKED
        for row in np.flatnonzero(capped):
            j, sold_to = int(offers["retailer"][row]), model.prices.for_segment[row]
            left = max(0.0, model.price_cap - float(offers["price_level"][row]))
            room[j, sold_to] = np.minimum(room[j, sold_to], left)
        return room


def _meant(segments: tuple[str, ...] | None, segment: str) -> bool:
    return segments is None or segment in segments


def _is_set(study: Study) -> bool:
    retailers = study.retailers.values()
    return any(r.pricing != Pricing() or any(offer.green_share > 0 for offer in r.offers.values()) for r in retailers)


def _words(changes: Mapping[str, Any]) -> Iterator[str]:
    """Yield every name in the paths and in the mappings of a policy."""
    for path, value in changes.items():
        yield from path.split(".")
        if isinstance(value, Mapping):
            yield from _words(value)
