"""Search and choice, rule by rule (M11, E19, E20)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats
from tests.market.rows import customer, offer, plan, row, rows
from tests.markets import lively

from marketsim.market.choice import (
    ChoiceTally,
    believed_quality,
    cost_of_leaving,
    empty_tally,
    liking,
    offer_utility,
    record_move,
    record_signing,
    taste,
)
from marketsim.market.contracts import Prices
from marketsim.market.draws import name_key, part_key, purpose_key, world_key
from marketsim.market.frame import build_frame
from marketsim.market.levers import build_levers
from marketsim.market.quotes import expected_bill, tier_at
from marketsim.market.records import Record
from marketsim.market.search import (
    Standing,
    aware,
    best_bill_in_sight,
    bill_change,
    consider,
    race_limit,
    race_time,
    search_hazard,
)
from marketsim.market.segments import CHOICE, SEGMENT
from marketsim.market.tariffs import FIXED, OFFER, PLAN

ROOT = purpose_key(world_key(1, 0), "a test", 0)
KEYS = [part_key(ROOT, number) for number in range(20_000)]
BANDS = np.array([0.3, 0.5, 0.2])
CHOOSING = row(
    CHOICE,
    search_dissatisfaction=3.0,
    search_pivot=0.6,
    search_bill=10.0,
    search_bill_cap=0.5,
    search_complaint=0.7,
    rating_weight=0.5,
    known_offer_weight=5.0,
)
SEGMENT_OF_TASTE = row(SEGMENT, service_sensitivity=5.0, bill_risk_aversion=20.0, contract_length_dislike=0.2)


# Search


@pytest.mark.parametrize(
    ("satisfaction", "change", "complaining", "exponent"),
    [
        (0.6, 0.0, False, 0.0),
        (0.4, 0.0, False, 0.6),
        (0.8, 0.0, False, -0.6),
        (0.6, 0.03, False, 0.3),
        (0.6, -0.2, False, 0.0),
        (0.6, 0.9, False, 5.0),
        (0.6, -math.inf, True, 0.7),
        (0.4, 0.03, True, 1.6),
    ],
)
def test_search_hazard_by_hand(satisfaction: float, change: float, complaining: bool, exponent: float) -> None:
    found = search_hazard(0.9, satisfaction, change, complaining, CHOOSING)
    assert found == pytest.approx(0.9 * math.exp(exponent))


@pytest.mark.parametrize(
    ("present", "usual", "best", "change"),
    [
        (700.0, 700.0, 700.0, 0.0),
        (735.0, 700.0, 735.0, 0.05),
        (700.0, 700.0, 630.0, 0.1),
        (700.0, 700.0, math.inf, 0.0),
    ],
)
def test_a_bill_that_rose_or_a_saving_in_sight(present: float, usual: float, best: float, change: float) -> None:
    assert bill_change(present, usual, best) == pytest.approx(change)


def test_the_best_bill_among_known_retailers() -> None:
    bills = np.array([700.0, 650.0, 680.0])
    assert best_bill_in_sight(bills, np.array([True, False, True])) == 680.0
    assert best_bill_in_sight(bills, np.zeros(3, dtype=np.bool_)) == math.inf


# Beliefs, awareness, taste


def test_believed_quality_of_the_own_and_of_a_rival() -> None:
    assert believed_quality(0.72, True, 0.9, CHOOSING) == 0.72
    assert believed_quality(0.72, False, 0.9, CHOOSING) == pytest.approx(0.6 + 0.5 * 0.3)


def test_awareness_has_its_probability_and_lasts() -> None:
    retailer, other = name_key("retailer Alpha"), name_key("retailer Beta")
    known = [aware(ROOT, key, retailer, 0.3) for key in KEYS]
    assert np.mean(known) == pytest.approx(0.3, abs=4 * math.sqrt(0.21 / len(KEYS)))
    assert known == [aware(ROOT, key, retailer, 0.3) for key in KEYS]
    both = np.mean(np.array(known) & np.array([aware(ROOT, key, other, 0.3) for key in KEYS]))
    assert both == pytest.approx(0.09, abs=0.01)
    # who knows a retailer at .3 still does at .4
    assert all(aware(ROOT, key, retailer, 0.4) for key, knows in zip(KEYS, known, strict=True) if knows)


def test_taste_has_its_spread_and_differs_between_retailers() -> None:
    tastes = [[taste(ROOT, key, name_key(name), 1.28) for key in KEYS[:5000]] for name in ("Alpha", "Beta")]
    assert np.std(tastes[0]) == pytest.approx(1.28, rel=0.05)
    assert abs(np.corrcoef(tastes)[0, 1]) < 4 / math.sqrt(5000)
    assert taste(ROOT, KEYS[0], name_key("Alpha"), 0.0) == 0.0


def test_liking_is_name_and_taste() -> None:
    standing = standing_of(brand=[[0.0], [0.4]])
    member = customer(key=7, segment=0)
    expected = 0.4 + taste(ROOT, np.uint64(7), standing.keys[1], 1.0)
    assert liking(member, 1, standing, ROOT, 1.0) == pytest.approx(expected)


def standing_of(brand: list[list[float]]) -> Standing:
    keys = np.array([name_key(f"retailer {number}") for number in range(len(brand))], dtype=np.uint64)
    return Standing(np.array(brand), np.ones(len(brand)), np.full((len(brand), 1), 0.6), keys)


# Utility (E20)


def test_utility_by_hand() -> None:
    """A bill 2 % lower at beta 150; .1 of quality; sd of 5 % of the bill; name .3; own, loyal .4; two years."""
    value = offer_utility(686.0, 700.0, 150.0, 0.1, 35.0, 0.3, 0.4, 24.0, SEGMENT_OF_TASTE)
    assert value == pytest.approx(150 * 0.02 + 5 * 0.1 - 20 * 0.05 + 0.3 + 0.4 - 0.2 * 2)


def test_utility_of_the_present_bill_and_the_prior_is_nothing() -> None:
    assert offer_utility(700.0, 700.0, 150.0, 0.0, 0.0, 0.0, 0.0, 0.0, SEGMENT_OF_TASTE) == 0.0


def test_currency_does_not_matter_to_utility() -> None:
    cny, fen = (
        offer_utility(690.0 * unit, 700.0 * unit, 90.0, 0.1, 20.0 * unit, 0.2, -0.5, 12.0, SEGMENT_OF_TASTE)
        for unit in (1.0, 100.0)
    )
    assert cny == pytest.approx(fen, rel=1e-12)


def test_a_fee_a_month_and_a_price_are_one_bill() -> None:
    """60 CNY a month on 10 MWh are 6 CNY/MWh."""
    with_fee = expected_bill(plan(FIXED, fixed_fee=60.0), 480.0, 4.0, 450.0, 200.0, 10.0, BANDS)
    without = expected_bill(plan(FIXED), 486.0, 4.0, 450.0, 200.0, 10.0, BANDS)
    assert with_fee == without == 682


# Which tier, which cost


def test_a_customer_keeps_its_tier_and_a_prospect_reads_the_cut_offs() -> None:
    cut_off = np.full((4, 1, 1, 4), np.inf)
    cut_off[1, 0, 0, 0] = 8.0
    member = customer(retailer=2, tier=0, energy=10.0)
    assert tier_at(member, 2, cut_off) == 0
    assert tier_at(member, 1, cut_off) == 1
    assert tier_at(customer(retailer=2, tier=0, energy=7.0), 1, cut_off) == 3


def test_levers_add_to_the_cost_of_leaving_whom_they_cover() -> None:
    study = lively().study
    levers = build_levers(build_frame(study, study), study, {("Alpha", "care"): 0.5})
    segment = row(SEGMENT, switching_cost=0.4)
    assert cost_of_leaving(customer(retailer=0, tier=0), segment, levers) == pytest.approx(0.4 + 0.2 * 0.5)
    assert cost_of_leaving(customer(retailer=0, tier=3), segment, levers) == pytest.approx(0.4)
    assert cost_of_leaving(customer(retailer=3, tier=3), segment, levers) == pytest.approx(0.4)


# The consideration set: a race


def test_the_first_offers_win_the_race() -> None:
    times = np.array([0.7, np.inf, 0.1, 0.4])
    assert [race_limit(times, count) for count in (1, 2, 3, 4, 9)] == [0.1, 0.4, 0.7, math.inf, math.inf]


def test_race_times_go_by_advertising_and_awareness() -> None:
    assert race_time(ROOT, True, 2.0, CHOOSING) * 10 == pytest.approx(race_time(ROOT, False, 1.0, CHOOSING))
    assert race_time(ROOT, True, 0.0, CHOOSING) == math.inf


def market_of(weights: list[float], own: int | None = None) -> tuple[Prices, Any]:
    """Offers of as many retailers with these weights of advertising; the customer's own comes last."""
    count = len(weights)
    offers = rows(OFFER, *({"retailer": n, "plan": 0, "key": int(name_key(f"offer {n}"))} for n in range(count)))
    nothing = np.zeros((count + 1, 4))
    prices = Prices(
        offers, np.ones((count, 1), dtype=np.bool_), np.zeros(1, dtype=PLAN), nothing, nothing[:, 0],
        np.full((count + 1, 4, 1, 1, 4), np.inf), np.zeros(121), 450.0, 0.0, False, count,
    )  # fmt: skip
    return prices, np.array([*weights, 0.0])


def considered(
    weights: list[float], count: int, known: list[bool] | None = None, retailer: int = 99
) -> np.ndarray[Any, Any]:
    """Return who of many customers compares which offers."""
    prices, advertising = market_of(weights)
    segment = row(SEGMENT, consideration_offers=count)
    times, aware_of = np.empty(len(weights)), np.array(known or [False] * len(weights))
    found = []
    for number in range(6000):
        consider(customer(key=number, retailer=retailer), segment, prices, advertising, CHOOSING, ROOT, aware_of, times)
        found.append(np.isfinite(times))
    return np.array(found)


def test_one_offer_is_drawn_in_proportion_to_its_weight() -> None:
    found = considered([1.0, 2.0, 5.0], 1)
    assert (found.sum(axis=1) == 1).all()
    assert stats.chisquare(found.sum(axis=0), np.array([1, 2, 5]) / 8 * len(found)).pvalue > 1e-3


def test_a_known_retailer_is_five_times_as_likely() -> None:
    found = considered([1.0, 1.0, 1.0], 1, [False, True, False])
    assert stats.chisquare(found.sum(axis=0), np.array([1, 5, 1]) / 7 * len(found)).pvalue > 1e-3


def test_own_offers_do_not_run_and_unadvertised_ones_never_arrive() -> None:
    assert considered([1.0, 1.0, 1.0], 2, retailer=1).all(axis=0).tolist() == [True, False, True]
    assert considered([1.0, 0.0, 1.0], 3).all(axis=0).tolist() == [True, False, True]
    assert not considered([1.0, 0.0, 1.0], 3)[:, 1].any()


def test_advertising_one_offer_moves_no_other_draw() -> None:
    """Who compared two of three offers and does not take the fourth now still compares the same two."""
    before, after = considered([1.0, 1.0, 1.0, 0.0], 2)[:, :3], considered([1.0, 1.0, 1.0, 0.2], 2)
    same = ~after[:, 3]
    assert (before[same] == after[same, :3]).all()
    assert 0.05 < after[:, 3].mean() < 0.2
    # the others lose one of their two
    assert (before[~same] >= after[~same, :3]).all()


# Moves in the books


def test_a_move_by_hand() -> None:
    """An agent for 3 customers of 10 MWh leaves 2 months before the end for a bonus of 50 CNY."""
    tally: ChoiceTally = empty_tally(2, 1, 4)
    member = customer(weight=3.0, energy=10.0, retailer=0, tier=1, contract_end=9)
    old: Record = plan(FIXED, exit_fee=100.0, exit_fee_per_mwh=1.0)
    record_move(member, 7, 1, old, tally)
    record_signing(member, offer(retailer=1, signup_bonus=50.0), row(SEGMENT, acquisition_cost_cny=200.0), tally)
    assert tally.flows[0, 1, 0].tolist() == [3, 30]
    assert tally.leaves[0, 0, 1].tolist() == [3, 30, 0]
    assert tally.joined[1].tolist() == [3 * 10 * 12, 600, 150]
    assert tally.exit_fees.tolist() == [3 * (100 + 2 * 10), 0, 0]
