"""Tariffs and bills: each kind of offer by hand, and what must hold for any block tariff (E5, E6)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.market.rows import plan
from tests.markets import lively

from marketsim.market import tariffs
from marketsim.market.frame import build_frame
from marketsim.market.records import Record
from marketsim.market.tariffs import (
    BLOCK,
    FIXED,
    LINKED,
    SHARE,
    TIME_OF_USE,
    build_offers,
    build_plans,
    collect_shapes,
    energy_price,
    exit_fee,
    mean_market_bill,
    posted,
    price_level_of,
    shape_of,
    unit_bill,
    wholesale_exposure,
)
from marketsim.scenario.offers import Block, BlockOffer, FixedOffer, LinkedOffer, ShareOffer, TimeOfUseOffer

BANDS = np.array([0.3, 0.5, 0.2])
many_cases = settings(deadline=None, derandomize=True, max_examples=200)


def price(kind: Record, level: float, discount: float = 0.0, wholesale: float = 450.0, energy: float = 10.0) -> float:
    return float(energy_price(kind, level, discount, wholesale, energy, BANDS))


def plan_of(offer: object, hedge_ratio: float = 0.9) -> Record:
    return build_plans([shape_of(offer, hedge_ratio)])[0]  # type: ignore[arg-type]


# Worked examples, CNY/MWh


def test_fixed_price_does_not_follow_the_market() -> None:
    assert price(plan(FIXED), 480.0, discount=4.0) == 476.0
    assert price(plan(FIXED), 480.0, discount=4.0, wholesale=900.0) == 476.0


def test_linked_price_is_the_market_plus_the_fee() -> None:
    assert price(plan(LINKED), 15.0, discount=4.0) == 450 + 15 - 4


@pytest.mark.parametrize(("wholesale", "expected"), [(450.0, 490 - 0.7 * 40), (490.0, 490.0), (520.0, 490 + 0.7 * 30)])
def test_share_package_splits_saving_and_excess(wholesale: float, expected: float) -> None:
    package = plan(SHARE, customer_share=0.7)
    assert price(package, 490.0, wholesale=wholesale) == pytest.approx(expected, rel=1e-12)
    assert price(package, 490.0, 4.0, wholesale) == pytest.approx(expected - 4, rel=1e-12)


def test_time_of_use_price_goes_by_the_load_shape() -> None:
    """30 % at 1.7, 50 % at 1 and 20 % at .38 times the flat price."""
    ratios = plan(TIME_OF_USE, peak_ratio=1.7, valley_ratio=0.38)
    assert price(ratios, 480.0) == pytest.approx(480 * (0.51 + 0.5 + 0.076), rel=1e-12)
    assert price(ratios, 480.0, discount=4.0) == pytest.approx(521.28 - 4, rel=1e-12)


THREE_BLOCKS = BlockOffer(
    price_cny_per_mwh=500.0,
    blocks=(
        Block(above_mwh_per_month=10.0, price_cny_per_mwh=480.0),
        Block(above_mwh_per_month=50.0, price_cny_per_mwh=520.0),
    ),
)


@pytest.mark.parametrize(
    ("energy", "charge"),
    [(4.0, 2000.0), (10.0, 5000.0), (30.0, 5000 + 20 * 480), (50.0, 24200.0), (60.0, 24200 + 10 * 520)],
)
def test_each_block_price_holds_inside_its_block(energy: float, charge: float) -> None:
    tariff = plan_of(THREE_BLOCKS)
    assert price(tariff, 500.0, energy=energy) * energy == pytest.approx(charge, rel=1e-12)
    assert price(tariff, 500.0, 3.0, energy=energy) * energy == pytest.approx(charge - 3 * energy, rel=1e-12)


def test_at_zero_energy_the_price_is_that_of_the_first_block() -> None:
    assert price(plan_of(THREE_BLOCKS), 500.0, discount=1.0, energy=0.0) == 499.0
    assert unit_bill(499.0, 200.0, 30.0, 0.0) == 699.0


def test_the_whole_bill_per_mwh() -> None:
    assert unit_bill(476.0, 200.0, 50.0, 10.0) == 476 + 200 + 5


# Blocks: any tariff


@st.composite
def block_offers(draw: st.DrawFn) -> BlockOffer:
    """Any block tariff, rising or falling."""
    widths = draw(st.lists(st.floats(0.1, 100), min_size=1, max_size=6))
    prices = draw(st.lists(st.floats(0, 1000), min_size=len(widths) + 1, max_size=len(widths) + 1))
    edges = np.cumsum(widths)
    blocks = [
        Block(above_mwh_per_month=float(edge), price_cny_per_mwh=value)
        for edge, value in zip(edges, prices[1:], strict=True)
    ]
    return BlockOffer(price_cny_per_mwh=prices[0], blocks=tuple(blocks))


def charge_of(offer: BlockOffer, energy: float) -> float:
    return price(plan_of(offer), offer.price_cny_per_mwh, energy=energy) * energy


def by_hand(offer: BlockOffer, energy: float) -> float:
    """Add up the energy inside each block at the price of the block."""
    edges = [0.0, *(block.above_mwh_per_month for block in offer.blocks), np.inf]
    prices = [offer.price_cny_per_mwh, *(block.price_cny_per_mwh for block in offer.blocks)]
    inside = [max(0.0, min(energy, high) - low) for low, high in pairwise(edges)]
    return sum(part * value for part, value in zip(inside, prices, strict=True))


@many_cases
@given(block_offers(), st.floats(0.01, 700))
def test_blocks_are_billed_exactly(offer: BlockOffer, energy: float) -> None:
    assert charge_of(offer, energy) == pytest.approx(by_hand(offer, energy), rel=1e-9, abs=1e-6)


@many_cases
@given(block_offers(), st.floats(0.01, 700), st.floats(0, 50))
def test_more_energy_never_costs_less(offer: BlockOffer, energy: float, more: float) -> None:
    assert charge_of(offer, energy + more) >= charge_of(offer, energy) - 1e-6


@many_cases
@given(block_offers())
def test_the_charge_does_not_jump_at_the_edge_of_a_block(offer: BlockOffer) -> None:
    for block in offer.blocks:
        edge = block.above_mwh_per_month
        assert charge_of(offer, edge + 1e-7) - charge_of(offer, edge - 1e-7) == pytest.approx(0, abs=1e-3)


@many_cases
@given(block_offers())
def test_the_charge_begins_at_nothing(offer: BlockOffer) -> None:
    assert charge_of(offer, 1e-9) == pytest.approx(0, abs=1e-5)


# Fees, exposure, hedging


def test_exit_fee_counts_the_energy_left_in_the_term() -> None:
    contract = plan(FIXED, exit_fee=100.0, exit_fee_per_mwh=2.0)
    assert exit_fee(contract, 3.0, 10.0) == 100 + 2 * 3 * 10
    assert exit_fee(contract, 0.0, 10.0) == 0.0
    assert exit_fee(contract, -1.0, 10.0) == 0.0


@pytest.mark.parametrize(
    ("offer", "exposed"),
    [
        (FixedOffer(price_cny_per_mwh=480.0), 0.0),
        (LinkedOffer(fee_cny_per_mwh=10.0), 1.0),
        (ShareOffer(benchmark_cny_per_mwh=490.0, customer_share=0.6), 0.6),
        (TimeOfUseOffer(price_cny_per_mwh=480.0), 0.0),
        (THREE_BLOCKS, 0.0),
    ],
)
def test_what_follows_the_market_is_not_hedged(offer: object, exposed: float) -> None:
    contract = plan_of(offer, hedge_ratio=0.9)
    assert wholesale_exposure(contract) == exposed
    assert contract["hedged_share"] == pytest.approx(0.9 * (1 - exposed), rel=1e-12)


def test_the_price_level_of_each_kind() -> None:
    offers = [
        FixedOffer(price_cny_per_mwh=480.0),
        LinkedOffer(fee_cny_per_mwh=10.0),
        ShareOffer(benchmark_cny_per_mwh=490.0),
        TimeOfUseOffer(price_cny_per_mwh=470.0),
        THREE_BLOCKS,
    ]
    assert [price_level_of(offer) for offer in offers] == [480, 10, 490, 470, 500]
    assert [plan_of(offer)["kind"] for offer in offers] == [FIXED, LINKED, SHARE, TIME_OF_USE, BLOCK]


# Offers of a study


def test_offers_of_a_study_in_name_order() -> None:
    study = lively().study
    frame = build_frame(study, study)
    shapes = collect_shapes(frame, (study,))
    offers = build_offers(frame, study, shapes)
    assert frame.offers == (
        ("Alpha", "rolling"),
        ("Alpha", "year"),
        ("Beta", "blocks"),
        ("Beta", "share"),
        ("Gamma", "bands"),
    )
    assert offers.rows["price_level"].tolist() == [24, 490, 500, 488, 478]
    assert offers.rows["retailer"].tolist() == [0, 0, 1, 1, 2]
    assert offers.rows["pass_through"].tolist() == [0, 1, 1, 1, 1]
    assert offers.rows["signup_bonus"].tolist() == [0, 0, 0, 100, 0]
    # homes may not choose; the names of the segments are in order: homes, shops, works
    assert offers.for_segment.tolist() == [[False, True, True]] * 5
    plans = build_plans(shapes)
    assert plans[offers.rows["plan"]]["term_months"].tolist() == [1, 4, 2, 3, 2]
    assert plans[0]["kind"] == FIXED
    assert plans[0]["term_months"] == 1


def test_an_offer_that_a_policy_brings_is_on_sale_under_the_policy_only() -> None:
    base = lively().study
    policy = lively({"retailers.Gamma.offers.bargain": {"kind": "fixed", "price_cny_per_mwh": 470}}).study
    frame = build_frame(base, policy)
    shapes = collect_shapes(frame, (base, policy))
    place = frame.offers.index(("Gamma", "bargain"))
    assert not build_offers(frame, base, shapes).for_segment[place].any()
    assert build_offers(frame, policy, shapes).for_segment[place].tolist() == [False, True, True]


def test_posted_prices_follow_the_forward_price_of_their_term() -> None:
    study = lively({"retailers.Alpha.offers.year.pass_through": 0.5}).study
    frame = build_frame(study, study)
    shapes = collect_shapes(frame, (study,))
    forward = np.full(121, 480.0)
    forward[4], forward[3] = 500.0, 476.0
    rows = posted(build_offers(frame, study, shapes), build_plans(shapes), forward, mean_forward=480.0).rows
    # rolling (linked) does not move; year (4 months) by half of 20; share (3 months) by -4
    assert rows["price_level"].tolist() == [24, 490 + 10, 500, 488 - 4, 478]


def test_the_markets_mean_bill_counts_every_offer_to_the_segment_once() -> None:
    offers = np.zeros(3, dtype=tariffs.OFFER)
    offers["price_level"], offers["plan"] = [480.0, 500.0, 10.0], [0, 1, 2]
    plans = np.array([plan(FIXED), plan(FIXED, fixed_fee=50.0), plan(LINKED)])
    for_segment = np.array([[True, True], [True, False], [True, False]])

    def bill(segment: int) -> float:
        return float(mean_market_bill(offers, for_segment, plans, segment, 450.0, 200.0, 10.0, BANDS))

    assert bill(0) == pytest.approx(((480 + 200) + (500 + 200 + 5) + (460 + 200)) / 3, rel=1e-12)
    assert bill(1) == 680.0
    nothing = np.zeros((3, 1), dtype=np.bool_)
    assert np.isnan(mean_market_bill(offers, nothing, plans, 0, 450.0, 200.0, 10.0, BANDS))
