"""What a retailer can know when it decides: its own records and books, and what anybody could see last month."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from marketsim.scenario.strategy import Objective, PricingRule


@dataclass(frozen=True)
class OfferView:
    """An own offer on sale. Prices and costs are CNY/MWh of energy, fixed fees included, tier discounts not.

    Attributes:
        name: name of the offer.
        kind: fixed, linked, share, time_of_use or block.
        segments: segments to which it is on sale.
        weights: how much of its sales each of them makes up; sums to 1.
        price_cny_per_mwh: what a customer of mean size expected to pay for a MWh last month, over the segments.
        cost_cny_per_mwh: cost of that MWh: energy as bought last month for such a contract, billing, levers by the customer.
        first_margin_cny_per_mwh: price less cost when the market opened.
        move_cny_per_mwh: what decisions have added to the list price so far.
    """

    name: str
    kind: str
    segments: tuple[str, ...]
    weights: Mapping[str, float]
    price_cny_per_mwh: float
    cost_cny_per_mwh: float
    first_margin_cny_per_mwh: float
    move_cny_per_mwh: float


@dataclass(frozen=True)
class SegmentView:
    """A customer type, as the retailer's market research and its own records show it.

    Attributes:
        name: name of the segment.
        price_sensitivity: logits per 100 % of the bill.
        service_sensitivity: logits per unit of believed quality.
        bill_cny_per_mwh: mean bill at last month's offers of all, network charges included.
        customers: own customers last month.
        energy_mwh: what they used.
        share: own share of the segment's customers.
        share_of_choosers: own share among those who compared offers since the last review.
        rating: own published satisfaction, 0-1.
    """

    name: str
    price_sensitivity: float
    service_sensitivity: float
    bill_cny_per_mwh: float
    customers: float
    energy_mwh: float
    share: float
    share_of_choosers: float
    rating: float


@dataclass(frozen=True)
class RivalView:
    """A rival that sells, as anybody can see it.

    Attributes:
        name: name of the retailer.
        kind: grid, genco or independent.
        cheapest: its lowest price last month by segment, CNY/MWh; segments to which it sells nothing are left out.
        mean: the mean price of its offers by segment, CNY/MWh.
        rating: its published satisfaction by segment, 0-1.
        levers: intensity of its levers that can be seen.
        margin_cny_per_mwh: profit per MWh of the last three months, from its published accounts.
    """

    name: str
    kind: str
    cheapest: Mapping[str, float]
    mean: Mapping[str, float]
    rating: Mapping[str, float]
    levers: Mapping[str, float]
    margin_cny_per_mwh: float


@dataclass(frozen=True)
class Month:
    """A past month in the own books.

    Attributes:
        month: month, counted from 0.
        reviewed: whether the retailer reviewed its decisions in it.
        books: columns of `retailer_month` by name, such as profit_cny, customers, energy_mwh, lever_cny, cash_cny.
        share: own share of all contestable customers.
        satisfaction: mean satisfaction of own customers, 0-1; the published prior where it has none.
        moves: what decisions had added to each offer's list price, CNY/MWh.
        levers: target intensity of each lever.
    """

    month: int
    reviewed: bool
    books: Mapping[str, float]
    share: float
    satisfaction: float
    moves: Mapping[str, float]
    levers: Mapping[str, float]


@dataclass(frozen=True)
class DeskView:
    """An own desk last month.

    Attributes:
        name: contact, field or case.
        staff: members of staff, by region; a team for all regions stands at the first.
        attained_share: share of tickets within the service standard in the busiest hours, by region.
        utilisation_needed: utilisation at which the desk would have handled all that came, by region.
        target_share: share that the retailer aims at.
    """

    name: str
    staff: Mapping[str, float]
    attained_share: Mapping[str, float]
    utilisation_needed: Mapping[str, float]
    target_share: float


@dataclass(frozen=True)
class RetailerView:
    """All that a strategy is given.

    Attributes:
        month: month for which it decides, counted from 0.
        retailer: own name.
        kind: grid, genco or independent.
        rule: the rule that decides, with its parameters.
        objective: what the retailer wants.
        offers: own offers under the rule, by name.
        segments: customer types that may choose, by name.
        rivals: rivals that sell, by name.
        history: own months so far, oldest first.
        levers: own levers and the intensity aimed at.
        lever_costs: what each costs a month at full intensity with the present customers, CNY.
        desks: own desks.
        forward_cny_per_mwh: last month's forward price of the next twelve months.
        draw: a random number in (0, 1) for a named purpose: the same in every run of this world and month.
    """

    month: int
    retailer: str
    kind: str
    rule: PricingRule
    objective: Objective
    offers: Mapping[str, OfferView]
    segments: Mapping[str, SegmentView]
    rivals: Mapping[str, RivalView]
    history: tuple[Month, ...]
    levers: Mapping[str, float]
    lever_costs: Mapping[str, float]
    desks: Mapping[str, DeskView]
    forward_cny_per_mwh: float
    draw: Callable[[str], float]

    def margin_cny_per_mwh(self, months: int = 3) -> float:
        """Return the own profit per MWh over the last months, CNY; 0 where nothing was sold."""
        return profit_per_mwh(self.history[-months:])

    def since_reviews(self) -> tuple[tuple[Month, ...], tuple[Month, ...]]:
        """Return the months from the last review on, and those between the last but one and the last."""
        reviews = [place for place, month in enumerate(self.history) if month.reviewed]
        last = reviews[-1] if reviews else 0
        before = reviews[-2] if len(reviews) > 1 else 0
        return self.history[last:], self.history[before:last]


def profit_per_mwh(months: tuple[Month, ...]) -> float:
    """Return profit over energy of some months, CNY/MWh; 0 where nothing was sold."""
    energy = sum(month.books["energy_mwh"] for month in months)
    return sum(month.books["profit_cny"] for month in months) / energy if energy > 0 else 0.0
