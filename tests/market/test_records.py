"""Records: a state that nobody wrote shows, and no field can be forgotten."""

from __future__ import annotations

import numpy as np
import pytest

from marketsim.market.records import one_record, record_type, unwritten

KIND = record_type(price="f8", shares=("f8", (3,)), count="i4", key="u8")


def test_unwritten_records_say_so() -> None:
    rows = unwritten(KIND, 2)
    assert np.isnan(rows["price"]).all()
    assert np.isnan(rows["shares"]).all()
    assert (rows["count"] == -1).all()


def test_a_record_holds_its_values() -> None:
    record = one_record(KIND, {"price": 2.5, "shares": [0.1, 0.2, 0.7], "count": 3, "key": 2**64 - 1})
    assert (record["price"], record["count"], int(record["key"])) == (2.5, 3, 2**64 - 1)
    assert record["shares"].tolist() == [0.1, 0.2, 0.7]


def test_every_field_must_be_given() -> None:
    with pytest.raises(KeyError, match="count"):
        one_record(KIND, {"price": 2.5, "shares": [0, 0, 0]})
