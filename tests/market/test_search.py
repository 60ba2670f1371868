"""Who looks around, and which offers are compared (M11, E19)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats
from tests.market.rows import customer, prices, row, rows

from marketsim.market.contracts import Prices
from marketsim.market.draws import name_key, part_key, purpose_key, world_key
from marketsim.market.search import (
    aware,
    best_bill_in_sight,
    bill_change,
    consider,
    race_limit,
    race_time,
    search_hazard,
)
from marketsim.market.segments import CHOICE, SEGMENT
from marketsim.market.tariffs import OFFER, PLAN

ROOT = purpose_key(world_key(1, 0), "a test", 0)
KEYS = [part_key(ROOT, number) for number in range(20_000)]
CHOOSING = row(
    CHOICE,
    search_dissatisfaction=3.0,
    search_pivot=0.6,
    search_bill=10.0,
    search_bill_cap=0.5,
    search_complaint=0.7,
    known_offer_weight=5.0,
)


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
    found = search_hazard(0.9, satisfaction, change, complaining, 0.0, CHOOSING)
    assert found == pytest.approx(0.9 * math.exp(exponent))
    urged = search_hazard(0.9, satisfaction, change, complaining, 0.3, CHOOSING)
    assert urged == pytest.approx(found * math.exp(0.3))


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


def test_awareness_has_its_probability_and_lasts() -> None:
    retailer, other = name_key("retailer Alpha"), name_key("retailer Beta")
    known = [aware(ROOT, key, retailer, 0.3) for key in KEYS]
    assert np.mean(known) == pytest.approx(0.3, abs=4 * math.sqrt(0.21 / len(KEYS)))
    assert known == [aware(ROOT, key, retailer, 0.3) for key in KEYS]
    both = np.mean(np.array(known) & np.array([aware(ROOT, key, other, 0.3) for key in KEYS]))
    assert both == pytest.approx(0.09, abs=0.01)
    # who knows a retailer at .3 still does at .4
    assert all(aware(ROOT, key, retailer, 0.4) for key, knows in zip(KEYS, known, strict=True) if knows)


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
    return prices(count, offers, np.zeros(1, dtype=PLAN)), np.array([*weights, 0.0])


def considered(
    weights: list[float], count: int, known: list[bool] | None = None, retailer: int = 99
) -> np.ndarray[Any, Any]:
    """Return who of many customers compares which offers."""
    shop, advertising = market_of(weights)
    segment = row(SEGMENT, consideration_offers=count)
    times, aware_of = np.empty(len(weights)), np.array(known or [False] * len(weights))
    found = []
    for number in range(6000):
        consider(customer(key=number, retailer=retailer), segment, shop, advertising, CHOOSING, ROOT, aware_of, times)
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
