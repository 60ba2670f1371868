"""Tariffs and bills: what a MWh costs a customer under each kind of offer (E5, E6)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketsim.market.compiled import rule
from marketsim.market.frame import Frame
from marketsim.market.records import Record, Records, record_type
from marketsim.scenario.offers import OFFER_KINDS, BlockOffer, LinkedOffer, Offer, ShareOffer, TimeOfUseOffer
from marketsim.scenario.study import Study

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

FIXED, LINKED, SHARE, TIME_OF_USE, BLOCK = range(len(OFFER_KINDS))
MAX_BLOCKS = 6
MONTHS_PER_YEAR = 12.0


PLAN = record_type(
    kind="i8",
    customer_share="f8",
    peak_ratio="f8",
    valley_ratio="f8",
    block_edges=("f8", (MAX_BLOCKS,)),
    block_steps=("f8", (MAX_BLOCKS,)),
    fixed_fee="f8",
    exit_fee="f8",
    exit_fee_per_mwh="f8",
    hedged_share="f8",
    term_months="i8",
)
"""Shape of a tariff; it never changes, so that a signed contract keeps its shape.

kind (FIXED, LINKED, SHARE, TIME_OF_USE or BLOCK); customer_share (share packages: the customer's share of the saving);
peak_ratio, valley_ratio (over the flat price); block_edges (MWh a month above which each further block begins, infinite
where unused); block_steps (price of each further block less that of the block before it, CNY/MWh); fixed_fee (CNY a
month); exit_fee (CNY); exit_fee_per_mwh (CNY per MWh left in the term); hedged_share (share of expected energy that is
bought forward at signing); term_months.
"""

OFFER = record_type(retailer="i8", plan="i8", price_level="f8", pass_through="f8", signup_bonus="f8", key="u8")
"""An offer on sale, in the order of the frame.

retailer; plan (row of its shape); price_level (CNY/MWh; fixed and time-of-use: price; linked: fee; share: benchmark; block:
first price); pass_through (how far the price level follows the forward price around its long-run mean); signup_bonus
(CNY); key of the name, for draws.
"""


class Offers(NamedTuple):
    """Offers on sale, and whether each is on sale to each segment. Shapes (offers,) and (offers, segments)."""

    rows: Records
    for_segment: BoolArray


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
    plan: Record, price_level: float, discount: float, wholesale: float, energy: float, bands: FloatArray
) -> float:
    """Return the price of energy under a plan, CNY/MWh (E5a-e).

    Args:
        plan: the plan.
        price_level: level agreed at signing, CNY/MWh.
        discount: tier discount agreed at signing, CNY/MWh.
        wholesale: wholesale price that linked and share packages refer to, CNY/MWh.
        energy: energy of the month, MWh.
        bands: shares of that energy in peak, flat and valley hours.
    """
    if plan.kind == LINKED:
        price = wholesale + price_level
    elif plan.kind == SHARE:
        price = price_level - plan.customer_share * (price_level - wholesale)
    elif plan.kind == TIME_OF_USE:
        price = price_level * (bands[0] * plan.peak_ratio + bands[1] + bands[2] * plan.valley_ratio)
    elif plan.kind == BLOCK and energy > 0.0:
        price = price_level + block_surcharge(plan.block_edges, plan.block_steps, energy) / energy
    else:
        price = price_level
    return price - discount


@rule
def unit_bill(price: float, network: float, fixed_fee: float, energy: float) -> float:
    """Return the whole bill per MWh: energy, network and fixed fee (E6 over energy)."""
    return price + network + (fixed_fee / energy if energy > 0.0 else 0.0)


@rule
def wholesale_exposure(plan: Record) -> float:
    """Return how far the price follows the wholesale price: 1 linked, the customer's share in share packages, else 0."""
    if plan.kind == LINKED:
        return 1.0
    if plan.kind == SHARE:
        return plan.customer_share
    return 0.0


@rule
def exit_fee(plan: Record, months_left: float, energy: float) -> float:
    """Return the fee for leaving so many months before the end of the term, CNY."""
    if months_left <= 0.0:
        return 0.0
    return plan.exit_fee + plan.exit_fee_per_mwh * months_left * energy


@rule
def mean_market_bill(
    offers: Records,
    for_segment: BoolArray,
    plans: Records,
    segment: int,
    wholesale: float,
    network: float,
    energy: float,
    bands: FloatArray,
) -> float:
    """Return the mean bill per MWh of this consumption over all offers to the segment at list price (B_ref of E18)."""
    total = 0.0
    count = 0
    for row in range(len(offers)):
        if for_segment[row, segment]:
            plan = plans[offers[row].plan]
            price = energy_price(plan, offers[row].price_level, 0.0, wholesale, energy, bands)
            total += unit_bill(price, network, plan.fixed_fee, energy)
            count += 1
    return total / count if count > 0 else np.nan


class Shape(NamedTuple):
    """One record of the plans before it is put into an array."""

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
    """Return the price level of an offer, CNY/MWh: what `OFFER` says of its kind."""
    if isinstance(offer, LinkedOffer):
        return offer.fee_cny_per_mwh
    if isinstance(offer, ShareOffer):
        return offer.benchmark_cny_per_mwh
    return offer.price_cny_per_mwh


def posted(offers: Offers, plans: Records, forward: FloatArray, mean_forward: float) -> Offers:
    """Return the offers as posted in a month: price levels moved with the forward price of their term.

    Args:
        offers: offers at the long-run mean of the forward price.
        plans: all plans.
        forward: forward price by term in months, CNY/MWh.
        mean_forward: its long-run mean, CNY/MWh.
    """
    rows = offers.rows.copy()
    rows["price_level"] += rows["pass_through"] * (forward[plans["term_months"][rows["plan"]]] - mean_forward)
    return offers._replace(rows=rows)


DEFAULT_SHAPE = Shape(FIXED, 0.0, 1.0, 1.0, (np.inf,) * MAX_BLOCKS, (0.0,) * MAX_BLOCKS, 0.0, 0.0, 0.0, 0.0, 1)
"""The default supplier's plan: a rolling contract at a price set month by month; always the first plan."""


def collect_shapes(frame: Frame, studies: tuple[Study, ...]) -> list[Shape]:
    """Return the distinct shapes of all offers of the studies, the default supplier's first."""
    shapes = {DEFAULT_SHAPE: None}
    for study in studies:
        for name in frame.retailers:
            retailer = study.retailers[name]
            for offer in retailer.offers.values():
                shapes[shape_of(offer, retailer.procurement.hedge_ratio)] = None
    return list(shapes)


def build_plans(shapes: list[Shape]) -> Records:
    """Return the shapes as records, in their order."""
    return np.array([tuple(shape) for shape in shapes], dtype=PLAN)


def build_offers(frame: Frame, study: Study, shapes: list[Shape]) -> Offers:
    """Return the offers of a study; offers of the frame that it does not have are on sale to nobody."""
    rows = np.zeros(len(frame.offers), dtype=OFFER)
    for_segment = np.zeros((len(frame.offers), len(frame.segments)), dtype=np.bool_)
    rows["key"] = frame.offer_keys
    for row, (name, offer_name) in enumerate(frame.offers):
        retailer = study.retailers[name]
        rows[row]["retailer"] = frame.retailers.index(name)
        offer = retailer.offers.get(offer_name)
        if offer is None:
            continue
        rows[row]["plan"] = shapes.index(shape_of(offer, retailer.procurement.hedge_ratio))
        rows[row]["price_level"] = price_level_of(offer)
        rows[row]["pass_through"] = 0.0 if isinstance(offer, LinkedOffer) else offer.pass_through
        rows[row]["signup_bonus"] = offer.signup_bonus_cny
        sold_to = frame.segments if offer.segments is None else offer.segments
        for_segment[row] = [s in sold_to and study.segments[s].contestable for s in frame.segments]
    return Offers(rows, for_segment)
