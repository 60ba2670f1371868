"""Tariffs and bills: what a MWh costs a customer under each kind of offer (E5, E6)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketsim.market.compiled import rule
from marketsim.market.frame import Frame
from marketsim.scenario.offers import OFFER_KINDS, BlockOffer, LinkedOffer, Offer, ShareOffer, TimeOfUseOffer
from marketsim.scenario.study import Study

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

FIXED, LINKED, SHARE, TIME_OF_USE, BLOCK = range(len(OFFER_KINDS))
MAX_BLOCKS = 6
MONTHS_PER_YEAR = 12.0


class Plans(NamedTuple):
    """Shapes of tariffs, one row each; rows never change, so that a signed contract keeps its shape.

    Attributes:
        kind: FIXED, LINKED, SHARE, TIME_OF_USE or BLOCK.
        customer_share: share packages: the customer's share of the saving.
        peak_ratio: peak over flat price.
        valley_ratio: valley over flat price.
        block_edges: energy in MWh a month above which each further block begins; infinite where unused. Shape (plans, 6).
        block_steps: price of each further block less that of the block before it, CNY/MWh. Shape (plans, 6).
        fixed_fee: CNY a month.
        exit_fee: CNY.
        exit_fee_per_mwh: CNY per MWh left in the term.
        hedged_share: share of expected energy that is bought forward at signing.
        term_months: length of the contract.
    """

    kind: IntArray
    customer_share: FloatArray
    peak_ratio: FloatArray
    valley_ratio: FloatArray
    block_edges: FloatArray
    block_steps: FloatArray
    fixed_fee: FloatArray
    exit_fee: FloatArray
    exit_fee_per_mwh: FloatArray
    hedged_share: FloatArray
    term_months: IntArray


class Offers(NamedTuple):
    """Offers on sale in a month, one row each, in the order of the frame.

    Attributes:
        retailer: index of the retailer.
        plan: row of its shape in `Plans`.
        price_level: fixed and time-of-use: price; linked: fee; share: benchmark; block: first price. CNY/MWh.
        pass_through: how far the price level follows the forward price around its long-run mean.
        signup_bonus: CNY.
        for_segment: whether it is on sale to a segment. Shape (offers, segments).
        keys: keys of the names, for draws.
    """

    retailer: IntArray
    plan: IntArray
    price_level: FloatArray
    pass_through: FloatArray
    signup_bonus: FloatArray
    for_segment: BoolArray
    keys: NDArray[np.uint64]


@rule
def block_surcharge(edges: FloatArray, steps: FloatArray, energy: float) -> float:
    """Return what blocks above the first add to a month's charge, CNY: each price holds inside its block only."""
    surcharge = 0.0
    for block in range(MAX_BLOCKS):
        if energy > edges[block]:
            surcharge += steps[block] * (energy - edges[block])
    return surcharge


@rule
def energy_price(
    plans: Plans, plan: int, price_level: float, discount: float, wholesale: float, energy: float, bands: FloatArray
) -> float:
    """Return the price of energy under a plan, CNY/MWh (E5a-e).

    Args:
        plans: all plans.
        plan: row of the plan.
        price_level: level agreed at signing, CNY/MWh.
        discount: tier discount agreed at signing, CNY/MWh.
        wholesale: wholesale price that linked and share packages refer to, CNY/MWh.
        energy: energy of the month, MWh.
        bands: shares of that energy in peak, flat and valley hours.
    """
    kind = plans.kind[plan]
    if kind == LINKED:
        price = wholesale + price_level
    elif kind == SHARE:
        price = price_level - plans.customer_share[plan] * (price_level - wholesale)
    elif kind == TIME_OF_USE:
        price = price_level * (bands[0] * plans.peak_ratio[plan] + bands[1] + bands[2] * plans.valley_ratio[plan])
    elif kind == BLOCK and energy > 0.0:
        price = price_level + block_surcharge(plans.block_edges[plan], plans.block_steps[plan], energy) / energy
    else:
        price = price_level
    return price - discount


@rule
def unit_bill(price: float, network: float, fixed_fee: float, energy: float) -> float:
    """Return the whole bill per MWh: energy, network and fixed fee (E6 over energy)."""
    return price + network + (fixed_fee / energy if energy > 0.0 else 0.0)


@rule
def wholesale_exposure(plans: Plans, plan: int) -> float:
    """Return how far the price follows the wholesale price: 1 linked, the customer's share in share packages, else 0."""
    if plans.kind[plan] == LINKED:
        return 1.0
    if plans.kind[plan] == SHARE:
        return plans.customer_share[plan]
    return 0.0


@rule
def exit_fee(plans: Plans, plan: int, months_left: float, energy: float) -> float:
    """Return the fee for leaving so many months before the end of the term, CNY."""
    if months_left <= 0.0:
        return 0.0
    return plans.exit_fee[plan] + plans.exit_fee_per_mwh[plan] * months_left * energy


@rule
def mean_market_bill(
    offers: Offers, plans: Plans, segment: int, wholesale: float, network: float, energy: float, bands: FloatArray
) -> float:
    """Return the mean bill per MWh of this consumption over all offers to the segment at list price (B_ref of E18)."""
    total = 0.0
    count = 0
    for offer in range(len(offers.retailer)):
        if offers.for_segment[offer, segment]:
            plan = offers.plan[offer]
            price = energy_price(plans, plan, offers.price_level[offer], 0.0, wholesale, energy, bands)
            total += unit_bill(price, network, plans.fixed_fee[plan], energy)
            count += 1
    return total / count if count > 0 else np.nan


class Shape(NamedTuple):
    """One row of `Plans` before it is put into arrays."""

    kind: int
    customer_share: float
    peak_ratio: float
    valley_ratio: float
    block_edges: tuple[float, ...]
    block_steps: tuple[float, ...]
    fixed_fee: float
    exit_fee: float
    exit_fee_per_mwh: float
    hedged_share: float
    term_months: int


def shape_of(offer: Offer, hedge_ratio: float) -> Shape:
    """Return the shape of an offer whose contracts are hedged by the retailer's ratio."""
    edges = [np.inf] * MAX_BLOCKS
    steps = [0.0] * MAX_BLOCKS
    if isinstance(offer, BlockOffer):
        below = offer.price_cny_per_mwh
        for row, block in enumerate(offer.blocks):
            edges[row], steps[row] = block.above_mwh_per_month, block.price_cny_per_mwh - below
            below = block.price_cny_per_mwh
    customer_share = offer.customer_share if isinstance(offer, ShareOffer) else 0.0
    exposed = 1.0 if isinstance(offer, LinkedOffer) else customer_share
    return Shape(
        kind=OFFER_KINDS.index(offer.kind),
        customer_share=customer_share,
        peak_ratio=offer.peak_ratio if isinstance(offer, TimeOfUseOffer) else 1.0,
        valley_ratio=offer.valley_ratio if isinstance(offer, TimeOfUseOffer) else 1.0,
        block_edges=tuple(edges),
        block_steps=tuple(steps),
        fixed_fee=offer.fixed_fee_cny_per_month,
        exit_fee=offer.exit_fee_cny,
        exit_fee_per_mwh=offer.exit_fee_cny_per_mwh,
        hedged_share=hedge_ratio * (1.0 - exposed),
        term_months=offer.term_months,
    )


def price_level_of(offer: Offer) -> float:
    """Return the price level of an offer, CNY/MWh: what `Offers.price_level` says of its kind."""
    if isinstance(offer, LinkedOffer):
        return offer.fee_cny_per_mwh
    if isinstance(offer, ShareOffer):
        return offer.benchmark_cny_per_mwh
    return offer.price_cny_per_mwh


def posted(offers: Offers, plans: Plans, forward: FloatArray, mean_forward: float) -> Offers:
    """Return the offers as posted in a month: price levels moved with the forward price of their term.

    Args:
        offers: offers at the long-run mean of the forward price.
        plans: all plans.
        forward: forward price by term in months, CNY/MWh.
        mean_forward: its long-run mean, CNY/MWh.
    """
    moved = offers.pass_through * (forward[plans.term_months[offers.plan]] - mean_forward)
    return offers._replace(price_level=offers.price_level + moved)


DEFAULT_SHAPE = Shape(FIXED, 0.0, 1.0, 1.0, (np.inf,) * MAX_BLOCKS, (0.0,) * MAX_BLOCKS, 0.0, 0.0, 0.0, 0.0, 1)
"""The default supplier's plan: a rolling contract at a price set month by month; always row 0 of `Plans`."""


def collect_shapes(frame: Frame, studies: tuple[Study, ...]) -> list[Shape]:
    """Return the distinct shapes of all offers of the studies, the default supplier's first."""
    shapes = {DEFAULT_SHAPE: None}
    for study in studies:
        for name in frame.retailers:
            retailer = study.retailers[name]
            for offer in retailer.offers.values():
                shapes[shape_of(offer, retailer.procurement.hedge_ratio)] = None
    return list(shapes)


def build_plans(shapes: list[Shape]) -> Plans:
    """Return the shapes as arrays, in their order."""
    columns = zip(*shapes, strict=True)
    integer = ("kind", "term_months")
    arrays = (
        np.array(column, dtype=np.int64 if name in integer else np.float64)
        for name, column in zip(Shape._fields, columns, strict=True)
    )
    return Plans(*arrays)


def build_offers(frame: Frame, study: Study, shapes: list[Shape]) -> Offers:
    """Return the offers of a study; offers of the frame that it does not have are on sale to nobody."""
    count = len(frame.offers)
    offers = Offers(
        retailer=np.array([frame.retailers.index(name) for name, _ in frame.offers], dtype=np.int64),
        plan=np.zeros(count, dtype=np.int64),
        price_level=np.zeros(count),
        pass_through=np.zeros(count),
        signup_bonus=np.zeros(count),
        for_segment=np.zeros((count, len(frame.segments)), dtype=np.bool_),
        keys=frame.offer_keys,
    )
    for row, (name, offer_name) in enumerate(frame.offers):
        retailer = study.retailers[name]
        offer = retailer.offers.get(offer_name)
        if offer is None:
            continue
        offers.plan[row] = shapes.index(shape_of(offer, retailer.procurement.hedge_ratio))
        offers.price_level[row] = price_level_of(offer)
        offers.pass_through[row] = 0.0 if isinstance(offer, LinkedOffer) else offer.pass_through
        offers.signup_bonus[row] = offer.signup_bonus_cny
        sold_to = frame.segments if offer.segments is None else offer.segments
        offers.for_segment[row] = [
            segment in sold_to and study.segments[segment].contestable for segment in frame.segments
        ]
    return offers
