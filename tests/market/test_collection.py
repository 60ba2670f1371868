"""Rules of collection as arrays, and deposits (M12)."""

from __future__ import annotations

import numpy as np
import pytest
from tests.markets import lively

from marketsim.market.collection import BY_DIAGNOSIS, FLEXIBLE, STRICT, Deposits, collection_rules, security_appeal
from marketsim.market.frame import build_frame

ALPHA = "retailers.Alpha.collection"


def test_rules_stand_in_the_order_of_the_frame() -> None:
    changes = {
        f"{ALPHA}.mode": "strict",
        f"{ALPHA}.deposit_months.D": 2,
        f"{ALPHA}.advance_payment_from": "C",
        f"{ALPHA}.worst_grade": "C",
        "retailers.Beta.collection.mode": "by_diagnosis",
    }
    study = lively(changes).study
    frame = build_frame(study, study)
    rules = collection_rules(frame, study)
    assert rules.mode.tolist() == [STRICT, BY_DIAGNOSIS, *[FLEXIBLE] * (len(frame.retailers) - 1)]
    assert rules.deposit_months[0].tolist() == [0, 0, 0, 2]
    assert rules.in_advance[0].tolist() == [False, False, True, True]
    assert rules.refused[0].tolist() == [False, False, False, True]
    assert not rules.in_advance[1:].any()
    appeal = security_appeal(frame, rules, 0.3)
    own = [name == "Alpha" for name, _ in frame.offers]
    assert appeal.shape == (len(frame.offers), 1, 4)
    assert appeal[own][0, 0].tolist() == [0, 0, -0.3, -np.inf]
    assert (appeal[~np.array(own)] == 0).all()


def test_deposits_are_taken_at_signing_and_kept_while_one_is_asked() -> None:
    deposits = Deposits(4)
    suppliers = np.array([0, 0, 1, 1])
    deposits.ask(np.array([True, False, True, True]), suppliers, np.array([100.0, 100.0, 50.0, 0.0]))
    assert deposits.amounts.tolist() == [100, 0, 50, 0]
    assert deposits.holders.tolist() == [0, -1, 1, -1]
    deposits.ask(np.array([True, True, True, False]), suppliers, np.array([130.0, 130.0, 0.0, 70.0]))
    assert deposits.amounts.tolist() == [100, 130, 0, 0]
    assert deposits.holders.tolist() == [0, 0, -1, -1]
    assert deposits.held(np.array([1.0, 2.0, 1.0, 1.0]), 3).tolist() == [360, 0, 0]


def test_deposits_cover_what_is_owed_to_their_holder_only() -> None:
    deposits = Deposits(2)
    deposits.ask(np.array([True, True]), np.array([0, 1]), np.array([100.0, 100.0]))
    used = deposits.seize(np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([30.0, 40.0, 170.0]))
    assert used.tolist() == [30, 0, 100]
    assert deposits.amounts.tolist() == [70, 0]


def test_who_leaves_gets_its_deposit_back() -> None:
    deposits = Deposits(3)
    deposits.ask(np.ones(3, dtype=bool), np.array([0, 0, 1]), np.array([10.0, 20.0, 30.0]))
    left = deposits.leavers(np.array([0, 2, 1]))
    assert left.tolist() == [1]
    deposits.give_back(left)
    assert deposits.held(np.ones(3), 3).tolist() == pytest.approx([10, 30, 0])
