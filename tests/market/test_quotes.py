"""What an offer, and the contract that one has, would cost over the next twelve months."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.market.rows import customer, offer, plan, prices

from marketsim.market.contracts import Prices
from marketsim.market.quotes import expected_bill, held_bill, offered_bill, personal_discount, tier_at
from marketsim.market.tariffs import FIXED, LINKED, OFFER

BANDS = np.array([0.3, 0.5, 0.2])
NETWORK = 200.0


def test_a_fee_a_month_and_a_price_are_one_bill() -> None:
    """60 CNY a month on 10 MWh are 6 CNY/MWh."""
    with_fee = expected_bill(plan(FIXED, fixed_fee=60.0), 480.0, 4.0, 450.0, 200.0, 10.0, BANDS)
    without = expected_bill(plan(FIXED), 486.0, 4.0, 450.0, 200.0, 10.0, BANDS)
    assert with_fee == without == 682


def test_a_customer_keeps_its_tier_and_a_prospect_reads_the_cut_offs() -> None:
    cut_off = np.full((4, 1, 1, 4), np.inf)
    cut_off[1, 0, 0, 0] = 8.0
    member = customer(retailer=2, tier=0, energy=10.0)
    assert tier_at(member, 2, cut_off) == 0
    assert tier_at(member, 1, cut_off) == 1
    assert tier_at(customer(retailer=2, tier=0, energy=7.0), 1, cut_off) == 3


def two_retailers(**values: Any) -> Prices:
    """A fixed plan with a fee and a linked one; the second retailer gives its key tier, from 50 MWh on, 6 CNY/MWh."""
    cut_off = np.full((3, 4, 1, 1, 4), np.inf)
    cut_off[1, 0] = 50.0
    return prices(
        2,
        np.zeros(0, dtype=OFFER),
        np.array([plan(FIXED, fixed_fee=60.0), plan(LINKED)]),
        discount=np.array([[4.0, 0, 0, 1.0], [6.0, 0, 0, 0], [0, 0, 0, 0]]),
        best_discount=np.array([4.0, 6.0, 0.0]),
        cut_off=cut_off,
        **values,
    )


@pytest.mark.parametrize(
    ("retailer", "energy", "tier", "bill"),
    [
        (0, 10.0, 0, 480 - 4 + 200 + 6),  # an own key customer
        (0, 10.0, 3, 480 - 1 + 200 + 6),  # an own ordinary customer
        (1, 10.0, 0, 480 + 200 + 6),  # key elsewhere, too small here
        (1, 60.0, 3, 480 - 6 + 200 + 1),  # ordinary elsewhere, large enough here
    ],
)
def test_an_offer_is_quoted_in_the_tier_that_one_would_have(
    retailer: int, energy: float, tier: int, bill: float
) -> None:
    member = customer(retailer=0, energy=energy, tier=tier)
    posted = offer(retailer=retailer, plan=0, price_level=480.0)
    assert offered_bill(member, posted, two_retailers(), NETWORK, BANDS) == pytest.approx(bill)


@pytest.mark.parametrize(
    ("member", "retailer", "discount"),
    [
        ({"retailer": 1, "energy": 49.0}, 0, 0.0),  # too small to negotiate
        ({"retailer": 1, "energy": 50.0}, 0, 3.0),
        ({"retailer": 1, "energy": 49.0, "former": 0}, 0, 2.0),  # won back
        ({"retailer": 1, "energy": 50.0, "former": 0}, 0, 5.0),
        ({"retailer": 0, "energy": 50.0, "former": 0}, 0, 3.0),  # is here already
        ({"retailer": 0, "energy": 50.0, "former": 0}, 1, 0.0),
    ],
)
def test_large_customers_negotiate_and_former_ones_are_won_back(
    member: dict[str, Any], retailer: int, discount: float
) -> None:
    shop = two_retailers(
        concession=np.array([[3.0], [0.0], [0.0]]),
        concession_from=np.full((3, 1), 50.0),
        winback=np.array([[2.0], [0.0], [0.0]]),
    )
    assert personal_discount(customer(**member), retailer, shop) == discount


def test_the_present_contract_is_quoted_as_it_was_signed() -> None:
    """Its own price and discount, whatever is on sale now; a linked one at the spot price that is expected."""
    fixed = customer(plan=0, price_level=470.0, discount=3.0, tier=0)
    assert held_bill(fixed, two_retailers(), NETWORK, BANDS) == pytest.approx(470 - 3 + 200 + 6)
    linked = customer(plan=1, price_level=15.0, discount=3.0)
    assert held_bill(linked, two_retailers(), NETWORK, BANDS) == pytest.approx(450 + 15 - 3 + 200)
