"""What a retailer remembers: its past months, who chose it, what it has ordered."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from marketsim.market import billing
from marketsim.market.bulk_draws import uniforms
from marketsim.market.draws import purpose_key
from marketsim.simulation.mechanisms.information import CustomerInformation
from marketsim.simulation.strategies.user_code import UserStrategy
from marketsim.simulation.strategies.view import Month

if TYPE_CHECKING:
    from marketsim.simulation.agents import Retailer
    from marketsim.simulation.model import RetailMarket

FloatArray = NDArray[np.float64]


@dataclass
class Order:
    """Staff that has been ordered (or given notice) and is not there (or gone) yet."""

    month: int
    desk: int
    region: int
    staff: float


@dataclass
class PlannedLever:
    """An intensity that the retailer has decided on, and what the study planned when it did.

    Where the study plans something else later, by a policy or an event, the decision lapses.
    """

    study_intensity: float
    target: float


@dataclass
class Memory:
    """What one retailer remembers.

    Attributes:
        history: its months so far.
        first_margins: margin over cost of each of its offers when it first looked, by row of the offers.
        chosen: weighted customers by segment who compared offers since the last review and took one of its own.
        comparing: all who compared offers since then. Both of shape (segments,).
        orders: staff on order.
        staff: staff at the end of last month. Shape (3, regions).
        levers: intensities decided on.
        codes: user strategies in use.
        last_review: month of the last review, -1 before the first.
        service_cost: what billing and levers cost by the customer last month, CNY/MWh.
        months_short: months in a row that ended without money.
        personal: prices for single customers that were decided on, by part of the decision and segment, CNY/MWh.
    """

    segments: int
    history: list[Month] = field(default_factory=list)
    first_margins: dict[int, float] = field(default_factory=dict)
    orders: list[Order] = field(default_factory=list)
    levers: dict[str, PlannedLever] = field(default_factory=dict)
    codes: dict[tuple[str, str, str], UserStrategy] = field(default_factory=dict)
    last_review: int = -1
    service_cost: float = 0.0
    months_short: int = 0
    personal: dict[str, dict[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Nobody has compared anything yet, and nobody is employed."""
        self.forget_choices()
        self.staff = np.zeros((0, 0))

    def forget_choices(self) -> None:
        """Begin to count anew who chose."""
        self.chosen, self.comparing = np.zeros(self.segments), np.zeros(self.segments)


def note_month(model: RetailMarket, retailer: Retailer, memory: Memory, month: Month) -> None:
    """Remember the month that ends, and who chose the retailer in it."""
    memory.history.append(month)
    searches = model.choices.leaves[..., 2].sum(axis=2)
    between = model.choices.flows[:-1, :-1, :, 0]
    j = retailer.index
    won = model.choices.flows[:, j, :, 0].sum(axis=0)
    free_to_return = model.study.market.default_supplier.voluntary
    lost = (model.choices.flows[j, :, :, 0] if free_to_return else between[j]).sum(axis=0)
    memory.chosen += np.maximum(0.0, searches[j] - lost + won)
    memory.comparing += searches.sum(axis=0)


def _surveyed(model: RetailMarket, retailer: Retailer, published: float) -> float:
    """Return the satisfaction that the retailer acts on: its own survey's estimate, the published rating without one."""
    information = model.mechanism(CustomerInformation)
    estimate = float("nan") if information is None else float(information.survey_satisfaction[retailer.index])
    return published if math.isnan(estimate) else estimate


def month_of(model: RetailMarket, retailer: Retailer, memory: Memory, levers: dict[str, float]) -> Month:
    """Return the month that ends, as it stands in the retailer's books."""
    frame, contestable = model.frame, model.behaviour.segments["contestable"] > 0
    customers = model.bill_sums[:, contestable, billing.ALL_TIERS, billing.CUSTOMERS].sum(axis=1)
    rating = model.standing.rating[retailer.index]
    served = model.bill_sums[retailer.index, :, billing.ALL_TIERS, billing.CUSTOMERS]
    weights = served if served.sum() > 0 else np.ones(len(served))
    return Month(
        month=model.month,
        reviewed=memory.last_review == model.month,
        books=dict(retailer.accounts),
        share=float(customers[retailer.index] / customers.sum()) if customers.sum() > 0 else 0.0,
        satisfaction=_surveyed(model, retailer, float((rating * weights).sum() / weights.sum())),
        moves={
            offer: float(model.price_moves[row])
            for row, (name, offer) in enumerate(frame.offers)
            if name == retailer.name
        },
        levers=levers,
    )


def share_of_choosers(memory: Memory, segment: int, share: float) -> float:
    """Return the own share among those who compared offers since the last review; the share of all where nobody did."""
    if memory.comparing[segment] <= 0:
        return share
    return float(memory.chosen[segment] / memory.comparing[segment])


def review_offset(model: RetailMarket, retailer: int, review_months: int) -> int:
    """Return by how many months a retailer's reviews are shifted; the same in base and policy."""
    key = purpose_key(model.world, "first review")
    draw = uniforms(key, model.frame.retailer_keys[retailer : retailer + 1])[0]
    return int(draw * review_months)
