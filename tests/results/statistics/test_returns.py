"""Returns on what a policy spends: ratios of paired means with Fieller's interval."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from marketsim.results.statistics.returns import fieller, returns, with_returns
from marketsim.results.tables import SUMMARY_COLUMNS


def kpis(profit: list[float], lever: list[float]) -> pd.DataFrame:
    """Return profit and lever cost of Alpha under base (both 100) and a policy that adds to them, world by world."""
    rows = [
        (policy, world, "Alpha", "all", "all", name, 100.0 + (added[world] if policy == "app" else 0.0))
        for policy in ("base", "app")
        for name, added in (("profit_cny_per_year", profit), ("lever_cny_per_year", lever))
        for world in range(len(profit))
    ]
    return pd.DataFrame(rows, columns=["policy", "replication", "retailer", "segment", "tier", "kpi", "value"])


def test_a_fixed_cost_gives_the_interval_of_the_mean_over_it() -> None:
    found = returns(kpis([10, 30, 20, 20], [10, 10, 10, 10]))
    assert list(found.columns) == list(SUMMARY_COLUMNS)
    row = found.iloc[0]
    assert (row["policy"], row["kpi"], row["unit"], row["n"]) == ("app", "lever_return", "CNY/CNY", 4)
    assert row["mean"] == 2.0
    reach = 3.182446305 * math.sqrt(200 / 3 / 4) / 10
    assert (row["low"], row["high"]) == (pytest.approx(2 - reach), pytest.approx(2 + reach))


def test_no_return_where_nothing_more_is_spent() -> None:
    assert returns(kpis([10, 30], [0, 0])).empty


def test_no_interval_for_one_world_or_a_cost_that_may_be_none() -> None:
    assert all(math.isnan(end) for end in fieller(np.array([3.0]), np.array([2.0]))[1:])
    assert all(math.isnan(end) for end in fieller(np.array([1.0, 2.0, 3.0]), np.array([-5.0, 5.0, 1.0]))[1:])


def test_fiellers_interval_covers_the_truth_in_95_of_100_cases() -> None:
    # 4,000 studies of 6 worlds; the share covered has a standard error of .0034.
    draws, covered = np.random.default_rng(3), 0
    for _ in range(4000):
        cost = draws.normal(5, 1, 6)
        gain = 3 * cost + draws.normal(0, 2, 6)
        _, low, high = fieller(gain, cost)
        covered += low <= 3 <= high
    assert abs(covered / 4000 - 0.95) < 4 * 0.0034


def test_returns_stand_in_the_summary_in_its_order() -> None:
    found = with_returns(kpis([10, 30, 20], [10, 10, 10]))
    labels = found[["policy", "retailer", "segment", "tier", "kpi"]]
    assert list(found.loc[found["policy"] == "app", "kpi"]) == [
        "lever_cny_per_year",
        "lever_return",
        "profit_cny_per_year",
    ]
    pd.testing.assert_frame_equal(labels, labels.sort_values(list(labels), ignore_index=True))
