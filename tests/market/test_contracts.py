"""Contracts: when they end, what is locked, and what a change of retailer resets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tests.market.rows import customer, rows

from marketsim.market.contracts import (
    DEFAULT_PLAN,
    change_retailer,
    last_month,
    no_contract,
    renew,
    set_term,
)
from marketsim.market.tariffs import OFFER

DECEMBER = 11


@pytest.mark.parametrize(
    ("signed", "term", "end"),
    [
        (4, 1, 5),  # rolling: the month after the one in which it is signed
        (4, 12, 16),
        (-1, 12, 11),  # in force from the first month
    ],
)
def test_staggered_contracts_last_their_term(signed: int, term: int, end: int) -> None:
    assert last_month(signed, term, False) == end


@pytest.mark.parametrize(
    ("signed", "term", "end"),
    [
        (-1, 12, 11),  # begins in January: the whole year
        (4, 12, 11),  # begins in June: the rest of the year
        (10, 12, 11),  # begins in December: that month only
        (11, 12, 23),
        (11, 24, 35),
        (4, 24, 23),
        (11, 6, 17),  # shorter than a year: no calendar
    ],
)
def test_calendar_contracts_end_in_december(signed: int, term: int, end: int) -> None:
    assert last_month(signed, term, True) == end


@hypothesis_settings(deadline=None, derandomize=True, max_examples=300)
@given(st.integers(-1, 200), st.integers(1, 60))
def test_every_contract_covers_the_month_after_signing(signed: int, term: int) -> None:
    assert last_month(signed, term, False) - signed == term
    end = last_month(signed, term, True)
    assert signed + 1 <= end <= signed + term
    if term >= 12:
        assert end % 12 == DECEMBER
        assert end - signed > term - 12 - term % 12


def test_signing_locks_price_and_discount_of_the_tier() -> None:
    offers = rows(OFFER, {"price_level": 480.0, "plan": 3}, {"price_level": 470.0, "plan": 5})
    member = customer(tier=1)
    renew(member, 1, offers, np.array([4.0, 2.0, 1.0, 0.0]), 4.0, 0.0, 670.0)
    assert (member["offer"], member["plan"], member["price_level"]) == (1, 5, 470.0)
    assert (member["discount"], member["discount_gap"], member["reference_bill"]) == (2.0, 2.0, 670.0)
    offers["price_level"][1] = 999.0
    assert member["price_level"] == 470.0


def test_a_personal_discount_is_locked_besides_that_of_the_tier() -> None:
    offers = rows(OFFER, {"price_level": 480.0})
    member = customer(tier=3, energy=7.0)
    renew(member, 0, offers, np.array([4.0, 2.0, 1.0, 0.0]), 4.0, 1.5, 670.0)
    assert (member["discount"], member["discount_gap"], member["contracted"]) == (1.5, 4.0, 7.0)


def test_the_term_sets_the_end_and_the_price_of_the_hedge() -> None:
    member = customer()
    forward = np.arange(121.0)
    set_term(member, 4, 12, False, forward)
    assert (member["contract_end"], member["forward_price"]) == (16, 12.0)
    set_term(member, 4, 12, True, forward)
    assert (member["contract_end"], member["forward_price"]) == (11, 12.0)


def test_a_new_retailer_is_a_new_beginning() -> None:
    member = customer(retailer=0, tier=0, joined=-5, loyalty=0.7, complaint_age=2, satisfaction=0.4)
    change_retailer(member, 8, 2, 3, 0.65)
    assert (member["retailer"], member["tier"], member["joined"]) == (2, 3, 9)
    assert (member["loyalty"], member["complaint_age"], member["satisfaction"]) == (0.0, 0, 0.65)
    assert member["former"] == 0


def test_the_default_supplier_serves_without_a_contract() -> None:
    member = customer(retailer=0, offer=4, plan=2, tier=0, discount=4.0, discount_gap=1.0, loyalty=0.7, complaint_age=1)
    no_contract(member, 8, 3, 515.0)
    assert (member["retailer"], member["offer"], member["plan"], member["tier"]) == (3, -1, DEFAULT_PLAN, 3)
    assert (member["price_level"], member["discount"], member["discount_gap"]) == (515.0, 0.0, 0.0)
    assert (member["contract_end"], member["joined"], member["loyalty"], member["complaint_age"]) == (8, 9, 0.0, 0)
