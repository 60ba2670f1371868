"""Who of the customers at the start is still there: against the customers themselves, and where the answer is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.markets import Tables, everything, frictionless, lively, opened, plain, run

from marketsim.results.tables import DEFAULT_SUPPLIER
from marketsim.simulation.model import RetailMarket

STILL = {"segments.works.search_rate": 0, "segments.shops.search_rate": 0}
LABELS = ["month", "retailer", "segment", "tier"]


def months(tables: Tables) -> pd.DataFrame:
    """Return the sums of the table by retailer and month."""
    return plain(tables["relations"]).groupby(["retailer", "month"])[["customers", "leaves", "closures"]].sum()


def test_it_begins_with_policies() -> None:
    scenario = lively()
    table = run(scenario, "lane")["relations"]
    assert table["month"].min() == scenario.study.run.warmup_months == 3
    assert DEFAULT_SUPPLIER not in set(table["retailer"])


def test_the_customers_at_the_start_are_those_served_then_and_the_same_under_every_policy() -> None:
    base, lane = run(lively()), run(lively(), "lane")
    start = plain(base["relations"]).query("month == 3").groupby(["retailer", "segment"])["customers"].sum()
    served = plain(base["segment_month"]).query(f"month == 3 and retailer != '{DEFAULT_SUPPLIER}'")
    pd.testing.assert_series_equal(start, served.groupby(["retailer", "segment"])["customers"].sum())
    first = [
        table["relations"].query("month == 3").drop(columns="leaves").reset_index(drop=True) for table in (base, lane)
    ]
    pd.testing.assert_frame_equal(plain(first[0]), plain(first[1]), check_exact=True)


def test_where_nobody_searches_all_stay() -> None:
    found = months(run(lively(STILL), "lane"))
    assert (found["leaves"] == 0).all()
    assert found.groupby("retailer")["customers"].nunique().tolist() == [1, 1, 1]


def test_a_policy_from_the_first_month_follows_those_whom_the_market_opens_with() -> None:
    found = run(lively({"run.warmup_months": 0}), "lane")
    start = plain(found["relations"]).query("month == 0").groupby("retailer")["customers"].sum()
    served = plain(found["retailer_month"]).query(f"month == 0 and retailer != '{DEFAULT_SUPPLIER}'")
    assert start.to_dict() == pytest.approx(served.set_index("retailer")["customers"].to_dict())


def test_who_stays_or_closes_is_there_in_the_next_month() -> None:
    found = months(run(everything()))
    assert found["closures"].sum() > 0
    assert found["leaves"].sum() > 0
    for _, rows in found.groupby("retailer"):
        at_risk = rows["customers"] + rows["closures"]
        left = (rows["customers"] - rows["leaves"]).to_numpy()[:-1]
        assert at_risk.to_numpy()[1:] == pytest.approx(left)


def test_against_the_customers_themselves() -> None:
    with opened(lively(), "lane") as model:
        start = _run_to(model, 3)
        for _ in range(3, 8):
            model.step()
        table = plain(model.recorder.tables("lane", 0)["relations"])
        stayed = start["retailer"] == model.population["retailer"]
        never_left = model.population["joined"] == start["joined"]
        kept = model.population["weight"][stayed & never_left & (start["retailer"] < len(model.retailers))].sum()
    last = table[table["month"] == 7]
    assert (last["customers"] - last["leaves"]).sum() == pytest.approx(kept)
    assert table["leaves"].sum() > 0
    weights = set(np.round(table["customers"] % 1, 6))
    assert weights != {0.0}  # agents stand for several customers, not for one


def _run_to(model: RetailMarket, month: int) -> np.ndarray:
    """Run the months before one, and return the customers then."""
    for _ in range(month):
        model.step()
    return model.population.copy()


def test_a_known_share_of_choosers() -> None:
    # alike customers and retailers without frictions: everybody compares every month and takes one of the two by chance
    table = months(run(frictionless({"run.warmup_months": 0}))).reset_index()
    share = table["leaves"].sum() / table["customers"].sum()
    assert 0.4 < share < 0.6
