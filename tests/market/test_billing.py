"""A month's bills, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.market.rows import plan, row, rows

from marketsim.market.billing import (
    ALL_TIERS,
    CUSTOMERS,
    ENERGY,
    HEDGED,
    MEASURES,
    PRICE_ENERGY,
    PRICE_SQUARED_ENERGY,
    PROCUREMENT,
    REVENUE,
    bill_month,
)
from marketsim.market.exact import as_float
from marketsim.market.population import CUSTOMER
from marketsim.market.records import Records
from marketsim.market.segments import SEGMENT
from marketsim.market.tariffs import FIXED, LINKED

SPOT, DEFAULT_PRICE, NETWORK = 450.0, 520.0, 200.0
DEFAULT_SUPPLIER = 1
FloatArray = NDArray[np.float64]


def billed(members: Records, first: bool = False, rebate: float = 0.0) -> tuple[FloatArray, FloatArray]:
    """Bill the customers; return sums by tier and, by region, customers and energy."""
    plans = np.array(
        [
            plan(FIXED, term_months=1),
            plan(FIXED, hedged_share=0.8, fixed_fee=30.0),
            plan(LINKED),
        ]
    )
    segments = np.array([row(SEGMENT, bands=[0.3, 0.5, 0.2])])
    sums, by_region = np.zeros((2, 1, 5, MEASURES)), np.zeros((2, 1, 2, 4, 2), dtype=np.int64)
    bill_month(
        members,
        0,
        len(members),
        first,
        segments,
        plans,
        NETWORK,
        SPOT,
        DEFAULT_PRICE,
        DEFAULT_SUPPLIER,
        np.array([rebate, 0.0]),
        sums,
        by_region,
    )
    return sums, as_float(by_region)


def members(*changes: dict[str, Any]) -> Records:
    usual = {"weight": 1.0, "energy": 10.0, "tier": 3, "usual_bill": 700.0}
    return rows(CUSTOMER, *({**usual, **change} for change in changes))


def test_a_hedged_contract() -> None:
    """An agent for 3 customers of 10 MWh at 480 less 4 CNY/MWh, 80 % bought at 460 when it was signed, fee 30 CNY."""
    book = members(
        {
            "plan": 1,
            "price_level": 480.0,
            "discount": 4.0,
            "forward_price": 460.0,
            "weight": 3.0,
            "tier": 0,
            "region": 1,
        }
    )
    sums, by_region = billed(book)
    cell = sums[0, 0, 0]
    assert cell[CUSTOMERS] == 3
    assert cell[ENERGY] == 30
    assert cell[REVENUE] == pytest.approx(3 * (476 * 10 + 30))
    assert cell[HEDGED] == pytest.approx(24)
    assert cell[PROCUREMENT] == pytest.approx(24 * 460 + 6 * 450)
    assert cell[PRICE_ENERGY] == pytest.approx(30 * 476)
    assert cell[PRICE_SQUARED_ENERGY] == pytest.approx(30 * 476**2)
    assert by_region[0, 0, 1, 0].tolist() == [3, 30]
    assert (book["price"][0], book["bill"][0]) == (476, 476 + 200 + 3)
    assert book["usual_bill"][0] == pytest.approx(700 + (679 - 700) / 12)


def test_in_the_first_month_the_usual_bill_is_this_one() -> None:
    book = members({"plan": 1, "price_level": 480.0, "forward_price": 460.0})
    billed(book, first=True)
    assert book["usual_bill"][0] == book["bill"][0] == 480 + 200 + 3


def test_a_hedge_rests_on_what_was_expected_and_a_bill_on_what_was_used() -> None:
    """Contracted 10 MWh, 80 % of them hedged; 6 MWh used: 2 of the hedged MWh are sold back at spot."""
    used = {"plan": 1, "price_level": 480.0, "forward_price": 460.0, "use": 6.0}
    sums, _ = billed(members(used))
    assert sums[0, 0, 3, [ENERGY, HEDGED]].tolist() == [6, 8]
    assert sums[0, 0, 3, PROCUREMENT] == pytest.approx(8 * 460 - 2 * 450)
    assert sums[0, 0, 3, REVENUE] == pytest.approx(480 * 6 + 30)


def test_a_rebate_comes_off_the_bill() -> None:
    book = members({"plan": 1, "price_level": 480.0, "forward_price": 460.0})
    sums, _ = billed(book, rebate=5.0)
    assert book["bill"][0] == 475 + 200 + 3
    assert sums[0, 0, 3, REVENUE] == pytest.approx(475 * 10 + 30)


def test_who_has_closed_down_gets_no_bill() -> None:
    sums, by_region = billed(members({"plan": 1, "price_level": 480.0, "alive": 0}))
    assert not sums.any()
    assert not by_region.any()


def test_a_linked_contract_is_bought_at_spot() -> None:
    sums, _ = billed(members({"plan": 2, "price_level": 15.0, "forward_price": 999.0}))
    assert sums[0, 0, 3, [REVENUE, PROCUREMENT, HEDGED]].tolist() == [4650, 4500, 0]


def test_the_default_suppliers_price_is_that_of_the_month() -> None:
    book = members({"plan": 0, "retailer": 1, "price_level": 1.0})
    sums, _ = billed(book)
    assert (book["price"][0], book["price_level"][0]) == (DEFAULT_PRICE, DEFAULT_PRICE)
    assert sums[1, 0, 3, REVENUE] == DEFAULT_PRICE * 10
    assert not sums[0].any()


def test_all_tiers_are_the_sum_of_the_tiers() -> None:
    book = members(*({"plan": 1, "price_level": 480.0 + n, "forward_price": 460.0, "tier": n % 4} for n in range(9)))
    sums, _ = billed(book)
    assert sums[:, :, ALL_TIERS] == pytest.approx(sums[:, :, :ALL_TIERS].sum(axis=2))
    assert sums[0, 0, ALL_TIERS, CUSTOMERS] == 9


def test_all_tiers_are_summed_the_same_way_whoever_is_in_which_tier() -> None:
    energies = np.random.default_rng(1).lognormal(3, 2, 500)
    books = [
        members(
            *({"plan": 1, "price_level": 480.1, "energy": e, "tier": t} for e, t in zip(energies, tiers, strict=True))
        )
        for tiers in ([3] * 500, [n % 4 for n in range(500)])
    ]
    one, other = (billed(book)[0] for book in books)
    assert one[0, 0, ALL_TIERS].tolist() == other[0, 0, ALL_TIERS].tolist()
