"""Paired statistics on known answers."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from marketsim.results.statistics.compare import summarise, variance_reduction
from marketsim.results.tables import SUMMARY_COLUMNS

PROFIT, WAIT, STAFF = "profit_cny_per_year", "wait_contact_minutes", "staff"
T3, T1 = 3.182446305, 12.70620474
"""97.5 % quantiles of the t distribution with 3 degrees of freedom and with 1, from printed tables."""


def kpis(values: dict[str, list[float]], kpi: str = PROFIT, tier: str = "all") -> pd.DataFrame:
    """Return KPIs of Alpha: for each policy its values in worlds 0, 1, ..."""
    rows = [
        (policy, world, "Alpha", "all", tier, kpi, value)
        for policy, worlds in values.items()
        for world, value in enumerate(worlds)
    ]
    columns = ["policy", "replication", "retailer", "segment", "tier", "kpi", "value"]
    return pd.DataFrame(rows, columns=columns)


def row(frame: pd.DataFrame, policy: str, kpi: str = PROFIT) -> pd.Series:
    rows = frame[(frame["policy"] == policy) & (frame["kpi"] == kpi)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_hand_computed_example() -> None:
    # Differences 1, 3, 2, 2: mean 2, variance 2/3, standard error sqrt(1/6).
    found = summarise(kpis({"base": [10, 20, 30, 40], "lane": [11, 23, 32, 42]}))
    assert list(found.columns) == list(SUMMARY_COLUMNS)
    base, lane = row(found, "base"), row(found, "lane")
    assert (base["n"], base["mean"], base["unit"]) == (4, 25.0, "CNY/year")
    assert base["high"] == pytest.approx(25 + T3 * math.sqrt(500 / 3 / 4))
    assert base[["diff", "diff_low", "diff_high", "p_better"]].isna().all()
    assert (lane["n"], lane["mean"], lane["diff"]) == (4, 27.0, 2.0)
    assert lane["diff_low"] == pytest.approx(2 - T3 * math.sqrt(1 / 6))
    assert lane["diff_high"] == pytest.approx(2 + T3 * math.sqrt(1 / 6))
    # t = 4.899 with 3 degrees of freedom: P = 1/2 + (atan(x) + x / (1 + x^2)) / pi with x = t / sqrt(3)
    x = 2 / math.sqrt(1 / 6) / math.sqrt(3)
    assert lane["p_better"] == pytest.approx(0.5 + (math.atan(x) + x / (1 + x * x)) / math.pi)


def test_less_is_better_and_neither_is() -> None:
    values = {"base": [10, 20, 30, 40], "lane": [11, 23, 32, 42]}
    better = row(summarise(kpis(values)), "lane")["p_better"]
    assert row(summarise(kpis(values, WAIT)), "lane", WAIT)["p_better"] == pytest.approx(1 - better)
    assert math.isnan(row(summarise(kpis(values, STAFF)), "lane", STAFF)["p_better"])


def test_no_difference_at_all() -> None:
    lane = row(summarise(kpis({"base": [0.1, 0.2, 0.3], "lane": [0.1, 0.2, 0.3]})), "lane")
    assert list(lane[["diff", "diff_low", "diff_high", "p_better"]]) == [0.0, 0.0, 0.0, 0.5]


def test_same_difference_in_every_world_is_certain() -> None:
    found = summarise(kpis({"base": [1, 2, 4], "lane": [1.5, 2.5, 4.5], "staff": [0.5, 1.5, 3.5]}))
    assert list(row(found, "lane")[["diff", "diff_low", "diff_high", "p_better"]]) == [0.5, 0.5, 0.5, 1.0]
    assert list(row(found, "staff")[["diff", "diff_low", "diff_high", "p_better"]]) == [-0.5, -0.5, -0.5, 0.0]


def test_equal_values_have_no_spread_from_rounding() -> None:
    base = row(summarise(kpis({"base": [0.1] * 7})), "base")
    assert base["low"] == base["mean"] == base["high"] == 0.1


def test_one_world_has_no_interval() -> None:
    lane = row(summarise(kpis({"base": [10], "lane": [11]})), "lane")
    assert (lane["n"], lane["mean"], lane["diff"]) == (1, 11.0, 1.0)
    assert lane[["low", "high", "diff_low", "diff_high", "p_better"]].isna().all()


def test_missing_values_leave_out_the_pair() -> None:
    found = summarise(kpis({"base": [10, math.nan, 30, 50], "lane": [11, 99, 33, math.nan]}))
    lane = row(found, "lane")
    assert (lane["n"], lane["mean"], lane["diff"]) == (2, 22.0, 2.0)
    assert lane["diff_high"] == pytest.approx(2 + T1 * 1.0)
    assert (row(found, "base")["n"], row(found, "base")["mean"]) == (3, 30.0)


def test_runs_without_their_base_are_left_out() -> None:
    frame = kpis({"base": [10, 20, 30], "lane": [11, 23, 32]})
    lost = frame[~((frame["policy"] == "base") & (frame["replication"] == 1))]
    lane = row(summarise(lost), "lane")
    assert (lane["n"], lane["mean"], lane["diff"]) == (2, 21.5, 1.5)


def test_a_tier_that_only_a_policy_creates_has_a_mean_but_no_difference() -> None:
    nothing = [math.nan] * 3
    frame = kpis({"base": nothing, "lane": [1, 2, 3], "staff": nothing}, WAIT, "key")
    found = summarise(frame)
    lane = row(found, "lane", WAIT)
    assert (lane["n"], lane["mean"]) == (3, 2.0)
    assert lane[["diff", "diff_low", "diff_high", "p_better"]].isna().all()
    assert row(found, "staff", WAIT)["n"] == 0


def test_rows_that_no_policy_gives_a_value_are_left_out() -> None:
    nothing = [math.nan] * 3
    assert summarise(kpis({"base": nothing, "lane": nothing})).empty
    assert summarise(kpis({})).empty


def test_without_the_base_there_are_only_means() -> None:
    lane = row(summarise(kpis({"lane": [1, 2, 3]})), "lane")
    assert (lane["n"], lane["mean"]) == (3, 2.0)
    assert math.isnan(lane["diff"])


def test_order_of_rows_does_not_change_a_bit() -> None:
    draws = np.random.default_rng(1)
    frame = kpis({"base": list(draws.random(9)), "lane": list(draws.random(9)), "a": list(draws.random(9))})
    shuffled = frame.sample(frac=1, random_state=1)
    found = summarise(frame)
    pd.testing.assert_frame_equal(found, summarise(shuffled), check_exact=True)
    pd.testing.assert_frame_equal(found, summarise(frame.astype({"kpi": "category", "policy": "category"})))
    assert list(found["policy"]) == ["a", "base", "lane"]


def test_intervals_cover_the_truth_in_95_of_100_cases() -> None:
    # 4,000 independent studies of 5 worlds; the share covered has a standard error of 0.0034.
    draws, studies, truth = np.random.default_rng(7), 4000, 0.3
    world = draws.normal(0, 5, (studies, 5))
    effect = draws.normal(truth, 1, (studies, 5))
    frames = [
        pd.DataFrame(
            {
                "policy": policy,
                "replication": np.tile(np.arange(5), studies),
                "retailer": np.repeat([f"R{i}" for i in range(studies)], 5),
                "segment": "all",
                "tier": "all",
                "kpi": PROFIT,
                "value": values.ravel(),
            }
        )
        for policy, values in (("base", world), ("lane", world + effect))
    ]
    found = summarise(pd.concat(frames))
    lane, base = found[found["policy"] == "lane"], found[found["policy"] == "base"]
    covered = ((lane["diff_low"] <= truth) & (truth <= lane["diff_high"])).mean()
    assert abs(covered - 0.95) < 4 * 0.0034
    assert abs(((base["low"] <= 0) & (base["high"] >= 0)).mean() - 0.95) < 4 * 0.0034
    # A probability that is calibrated is uniform when there is no effect.
    none = summarise(pd.concat([frames[0], frames[1].assign(value=frames[1]["value"] - truth)]))
    probability = none[none["policy"] == "lane"]["p_better"]
    assert np.abs(np.quantile(probability, [0.1, 0.5, 0.9]) - [0.1, 0.5, 0.9]).max() < 0.03


def test_variance_reduction() -> None:
    # Variances 500/3 and 499/3 + ... by hand: base 166.667, lane 173.333; differences 2/3.
    found = variance_reduction(kpis({"base": [10, 20, 30, 40], "lane": [11, 23, 32, 42]}))
    assert list(found["policy"]) == ["lane"]
    lane_variance = sum((value - 27) ** 2 for value in (11, 23, 32, 42)) / 3
    assert found["variance_reduction"].iloc[0] == pytest.approx((500 / 3 + lane_variance) / (2 / 3))
    assert found["n"].iloc[0] == 4


def test_variance_reduction_without_noise() -> None:
    found = variance_reduction(kpis({"base": [1, 2], "lane": [2, 3], "staff": [1, 2]}))
    assert list(found["variance_reduction"]) == [math.inf, math.inf]
    flat = variance_reduction(kpis({"base": [1, 1], "lane": [2, 2]}))
    assert math.isnan(flat["variance_reduction"].iloc[0])
    assert variance_reduction(kpis({"base": [1], "lane": [2]})).empty


def test_rounding_has_no_sign() -> None:
    found = summarise(kpis({"base": [0.1 + 0.2, 0.7, 1e8], "lane": [0.3, 0.7 + 3e-15, 1e8 + 1e-8]}))
    assert list(row(found, "lane")[["diff", "diff_low", "diff_high", "p_better"]]) == [0.0, 0.0, 0.0, 0.5]


def test_costs_that_nothing_causes_are_left_out() -> None:
    silent = kpis({"base": [0.0, 0.0], "lane": [0.0, 0.0]}, "bad_debt_cny_per_year")
    assert summarise(silent).empty
    spoken = kpis({"base": [0.0, 0.0], "lane": [0.0, 5.0]}, "bad_debt_cny_per_year")
    assert row(summarise(spoken), "lane", "bad_debt_cny_per_year")["diff"] == 2.5
    assert not summarise(kpis({"base": [0.0, 0.0]}, "penalty_cny_per_year")).empty
