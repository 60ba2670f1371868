"""Choice among offers, rule by rule (M11, E20)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.market.rows import customer, offer, plan, row, standing
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
from marketsim.market.draws import name_key, part_key, purpose_key, world_key
from marketsim.market.frame import build_frame
from marketsim.market.levers import build_levers
from marketsim.market.records import Record
from marketsim.market.segments import CHOICE, SEGMENT
from marketsim.market.tariffs import FIXED

ROOT = purpose_key(world_key(1, 0), "a test", 0)
KEYS = [part_key(ROOT, number) for number in range(20_000)]
CHOOSING = row(CHOICE, search_pivot=0.6, rating_weight=0.5)
SEGMENT_OF_TASTE = row(SEGMENT, service_sensitivity=5.0, bill_risk_aversion=20.0, contract_length_dislike=0.2)


# Beliefs and taste


def test_believed_quality_of_the_own_and_of_a_rival() -> None:
    names = standing(2, rating=np.full((2, 1), 0.9))
    member = customer(retailer=0, satisfaction=0.72)
    assert believed_quality(member, 0, names, CHOOSING) == 0.72
    assert believed_quality(member, 1, names, CHOOSING) == pytest.approx(0.6 + 0.5 * 0.3)


def test_beliefs_that_are_learned_count_instead_of_ratings_and_experience() -> None:
    beliefs = np.array([[0.5, 0.25], [0.75, 0.125]], dtype=np.float32)
    names = standing(2, rating=np.full((2, 1), 0.9), beliefs=beliefs)
    member = customer(retailer=0, satisfaction=0.72, row=1)
    assert [believed_quality(member, j, names, CHOOSING) for j in (0, 1)] == [0.75, 0.125]


def test_taste_has_its_spread_and_differs_between_retailers() -> None:
    tastes = [[taste(ROOT, key, name_key(name), 1.28) for key in KEYS[:5000]] for name in ("Alpha", "Beta")]
    assert np.std(tastes[0]) == pytest.approx(1.28, rel=0.05)
    assert abs(np.corrcoef(tastes)[0, 1]) < 4 / math.sqrt(5000)
    assert taste(ROOT, KEYS[0], name_key("Alpha"), 0.0) == 0.0


def test_liking_is_name_and_taste() -> None:
    names = standing(2, brand=np.array([[0.0], [0.4]]))
    member = customer(key=7, segment=0)
    expected = 0.4 + taste(ROOT, np.uint64(7), names.keys[1], 1.0)
    assert liking(member, 1, names, ROOT, 1.0) == pytest.approx(expected)


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


# The cost of leaving


def test_levers_add_to_the_cost_of_leaving_whom_they_cover() -> None:
    study = lively().study
    levers = build_levers(build_frame(study, study), study, {("Alpha", "care"): 0.5})
    segment = row(SEGMENT, switching_cost=0.4)
    assert cost_of_leaving(customer(retailer=0, tier=0), segment, levers) == pytest.approx(0.4 + 0.2 * 0.5)
    assert cost_of_leaving(customer(retailer=0, tier=3), segment, levers) == pytest.approx(0.4)
    assert cost_of_leaving(customer(retailer=3, tier=3), segment, levers) == pytest.approx(0.4)


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
