"""Overdue accounts: probabilities, bills that fall due, and the chain of late payment (M12, V22)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from marketsim.market.arrears import Bills, Due, Ledger, bill_stress, late_probability


def due(*pairs: tuple[int, int, float]) -> Due:
    """Return money between customers and creditors."""
    rows, creditors, amounts = zip(*pairs, strict=True) if pairs else ((), (), ())
    return Due(np.array(rows, dtype=np.int64), np.array(creditors, dtype=np.int64), np.array(amounts, dtype=float))


def pairs(money: Due) -> list[tuple[int, int, float]]:
    return sorted(zip(money.rows.tolist(), money.creditors.tolist(), money.amounts.tolist(), strict=True))


def test_late_payment_by_hand() -> None:
    """Grade C at the pivot; then a bill 25 % up and satisfaction .2 below the pivot."""
    calm = late_probability(np.array([-3.0]), np.zeros(1), np.zeros(1), 8.0, 1.5)
    tried = late_probability(np.array([-3.0]), np.array([0.25]), np.array([-0.2]), 8.0, 1.5)
    assert calm[0] == pytest.approx(1 / (1 + math.exp(3)))
    assert tried[0] == pytest.approx(1 / (1 + math.exp(3 - 2 - 0.3)))


def test_late_payment_stays_a_probability_at_any_size() -> None:
    chances = late_probability(np.array([-5.0, -5.0]), np.array([1e6, -1e6]), np.zeros(2), 8.0, 1.5)
    assert chances.tolist() == pytest.approx([1.0, 0.0])


def test_stress_is_the_rise_of_the_bill_only() -> None:
    bills, usual = np.array([660.0, 540.0, 600.0, np.nan, 600.0]), np.array([600.0, 600.0, 0.0, 600.0, np.nan])
    assert bill_stress(bills, usual).tolist() == pytest.approx([0.1, 0, 0, 0, 0])


def test_bills_fall_due_after_the_lag_of_who_sent_them() -> None:
    """Supplier 0 waits no month, 1 one and 2 two; customer 2 is with supplier 2 and moves to 0 after the first month."""
    bills = Bills(np.array([0, 1, 2]), 3)
    bills.add(np.array([10.0, 20.0, 30.0]), np.array([0, 1, 2]))
    assert pairs(bills.take_due()) == [(0, 0, 10.0)]
    bills.add(np.array([11.0, 21.0, 31.0]), np.array([0, 1, 0]))
    assert pairs(bills.take_due()) == [(0, 0, 11.0), (1, 1, 20.0), (2, 0, 31.0)]
    bills.add(np.zeros(3), np.array([0, 1, 0]))
    assert pairs(bills.take_due()) == [(1, 1, 21.0), (2, 2, 30.0)]
    assert bills.amounts.sum() == 0


def test_at_the_start_earlier_bills_are_unpaid() -> None:
    bills = Bills(np.array([0, 1, 2]), 3)
    amounts, creditors = np.array([10.0, 20.0, 30.0]), np.array([0, 1, 2])
    bills.add(amounts, creditors)
    bills.begin(amounts, creditors)
    assert bills.owed(np.array([2.0, 1.0, 1.0]), 3).tolist() == [20, 40, 90]
    assert pairs(bills.take_due()) == [(0, 0, 10.0), (1, 1, 20.0), (2, 2, 30.0)]
    assert bills.owed(np.array([2.0, 1.0, 1.0]), 3).tolist() == [0, 20, 60]


def test_bills_of_some_customers_can_be_taken_out() -> None:
    bills = Bills(np.array([2, 2]), 3)
    for amount in (1.0, 2.0):
        bills.add(np.array([amount, 10 * amount, 100 * amount]), np.array([0, 1, 1]))
    assert pairs(bills.take_of(np.array([0, 1]), 1)) == [(1, 1, 10.0), (1, 1, 20.0)]
    assert pairs(bills.take_of(np.array([0, 2])).merged(2)) == [(0, 0, 3.0), (2, 1, 300.0)]
    assert bills.amounts.sum() == 0


def test_who_is_overdue_pays_nothing_until_it_pays_up() -> None:
    ledger = Ledger(2)
    ledger.open(np.array([3, 1]), np.array([1, 0]), np.array([50.0, 60.0]), np.array([False, True]))
    assert ledger.accounts["row"].tolist() == [1, 3]
    bills = due((1, 0, 6.0), (3, 1, 5.0), (3, 0, 4.0), (2, 0, 7.0))
    nobody_late, nobody_cured = np.zeros(4, dtype=bool), np.zeros(2, dtype=bool)
    assert ledger.withheld(bills, nobody_late, nobody_cured).tolist() == [True, True, False, False]
    cured = np.array([False, True])
    ledger.pay_up(cured, np.array([1, 2]))
    withheld = ledger.withheld(bills, np.ones(4, dtype=bool), cured)
    assert withheld.tolist() == [True, False, True, True]
    new = ledger.grow(bills.where(withheld))
    assert new.tolist() == [False, True, True]
    assert ledger.accounts["amount"].tolist() == [66, 50]


def test_plans_are_paid_in_equal_parts_and_end_with_a_further_late_bill() -> None:
    ledger = Ledger(2)
    ledger.open(np.array([0, 1]), np.array([0, 0]), np.array([90.0, 60.0]), np.array([False, False]))
    ledger.pay_up(np.array([True, True]), np.array([3, 3]))
    assert pairs(ledger.take_instalments()) == [(0, 0, 30.0), (1, 0, 20.0)]
    late = due((1, 0, 5.0))
    assert ledger.withheld(late, np.array([True]), np.zeros(2, dtype=bool)).tolist() == [True]
    assert not ledger.grow(late).any()
    assert pairs(ledger.take_instalments()) == [(0, 0, 30.0)]
    assert ledger.accounts["amount"].tolist() == [30, 45]
    assert ledger.accounts["months"].tolist() == [1, 2]
    assert pairs(ledger.take_instalments()) == [(0, 0, 30.0)]
    assert ledger.accounts["row"].tolist() == [1]


def test_supply_comes_back_with_payment() -> None:
    ledger = Ledger(1)
    ledger.open(np.array([0]), np.array([0]), np.array([9.0]), np.array([True]))
    ledger.accounts["cut"] = True
    ledger.pay_up(np.array([True]), np.array([1]))
    assert not ledger.accounts["cut"].any()


def test_the_chain_of_late_payment_rests_at_its_eigenvector() -> None:
    """With constant hazards and a bill of 1 a month, months overdue follow a Markov chain; so do arrears (V22)."""
    customers, late, cured, default = 40_000, 0.06, 0.4, 5
    generator = np.random.default_rng(7)
    ledger, bills = Ledger(1), Bills(np.array([1]), customers)
    creditors, shares, arrears = np.zeros(customers, dtype=np.int64), [], []
    for month in range(60):
        bills.add(np.ones(customers), creditors)
        money = bills.take_due()
        pays = generator.random(len(ledger.accounts)) < cured
        ledger.pay_up(pays, np.ones(len(pays), dtype=np.int64))
        withheld = ledger.withheld(money, generator.random(len(money.rows)) < late, pays)
        unpaid = money.where(withheld)
        newly = unpaid.where(ledger.grow(unpaid))
        ledger.take_instalments()
        ledger.open(*newly, np.zeros(len(newly.rows), dtype=bool))
        ledger.drop(ledger.accounts["months"] >= default)
        if month >= 30:
            shares.append(np.bincount(ledger.accounts["months"], minlength=default)[1:] / customers)
            arrears.append(ledger.accounts["amount"].sum() / customers)
    step = np.zeros((default, default))
    step[0, 0], step[0, 1] = 1 - late, late
    for months in range(1, default):
        step[months, 0] = cured
        step[months, (months + 1) % default] += 1 - cured
    values, vectors = np.linalg.eig(step.T)
    rest = np.real(vectors[:, np.argmax(np.real(values))])
    rest /= rest.sum()
    assert np.mean(shares, axis=0) == pytest.approx(rest[1:], rel=0.03)
    assert np.mean(arrears) == pytest.approx(rest @ np.arange(default), rel=0.02)
