"""Conditional means, changes of sign, the best levers, and the same from assumption checks."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from tests import sweeps

from marketsim.errors import ResultsError
from marketsim.results.sensitivity.check_profiles import check_profiles, overturning_by_checks
from marketsim.results.sensitivity.lever_choice import BEST, TIED, lever_combinations
from marketsim.results.sensitivity.outcomes import LEVER, Choice
from marketsim.results.sensitivity.overturning import CANNOT_TELL, KEEPS, TURNS, overturning, zero_of
from marketsim.results.sensitivity.profiles import mean_effect, profile

THREE = sweeps.grid({"width": [1, 5, 20], "envy": [0.0, 0.5, 1.0], "reach": [1, 2]}, width=LEVER)


def lane(width: float, envy: float, reach: float) -> float:
    """Best at width 5, where envy turns the sign at 0.75."""
    return {1: 0.5, 5: 3.0, 20: -2.0}[int(width)] - 4 * envy * (width > 1) + 0 * reach


def test_a_profile_is_the_mean_over_everything_else() -> None:
    found = sweeps.found(THREE, lane, base=1.0)
    rows = profile(found, "envy")
    assert list(rows["value"]) == [0, 0.5, 1]
    assert list(rows["mean"]) == pytest.approx([0.5, -5 / 6, -13 / 6])
    assert list(rows["points"]) == [6, 6, 6]
    assert rows[["better", "worse", "cannot_tell"]].to_numpy().tolist() == [[4, 2, 0], [4, 2, 0], [2, 4, 0]]


def test_levels_are_sorted_as_numbers_and_words_as_they_come() -> None:
    plan = sweeps.grid({"x": [10, 9, 100], "how": ["fifo", "aged", "both"]})
    found = sweeps.found(plan, lambda x, how: x, base=1.0)
    assert list(profile(found, "x")["level"]) == ["9", "10", "100"]
    assert list(profile(found, "how")["level"]) == ["fifo", "aged", "both"]


def test_many_values_are_divided_into_tenths() -> None:
    found = sweeps.found(sweeps.latin(200, {"x": (0.0, 10.0), "y": (0.0, 1.0)}), lambda x, y: x + y, base=1.0)
    rows = profile(found, "x")
    assert list(rows["points"]) == [20] * 10
    assert list(rows["value"]) == pytest.approx(np.arange(10) + 0.5, abs=0.1)
    assert list(rows["mean"]) == pytest.approx(np.arange(10) + 1.0, abs=0.3)
    assert rows["level"].iloc[0].startswith("0.0")


def test_the_interval_of_a_mean_over_a_grid_is_no_narrower_for_many_points() -> None:
    """Points that share their worlds err together: averaging over them takes nothing of that away."""
    plan = sweeps.grid({"a": list(range(2)), "b": list(range(50))})
    found = sweeps.found(plan, lambda a, b: 0.0, chance=1.0, base=1.0)
    mean, low, high = mean_effect(found)
    assert (high - low) / 2 == pytest.approx(float(np.mean(found.high - found.low)) / 2)
    assert low < mean < high


def test_intervals_of_means_cover_the_truth_over_samples_of_every_design() -> None:
    held = dict.fromkeys(("latin", "sobol", "morris"), 0)
    ranges = {"x": (0.0, 1.0), "y": (0.0, 1.0)}
    for seed in range(60):
        made = {
            "latin": sweeps.latin(40, ranges, seed=seed),
            "sobol": sweeps.sobol(16, ranges, seed=seed),
            "morris": sweeps.morris(20, ranges, seed=seed),
        }
        for name, plan in made.items():
            found = sweeps.found(plan, lambda x, y: x + 8 * y * y, chance=0.2, base=1.0, seed=seed)
            _, low, high = mean_effect(found)
            truth = 0.5 + 8 * (1 / 3 if name != "morris" else (0 + 1 / 9 + 4 / 9 + 1) / 4)
            held[name] += low <= truth <= high
    assert min(held.values()) >= 52, held


def test_the_best_levers_and_what_cannot_be_told_from_them() -> None:
    found = sweeps.found(THREE, lane, chance=0.8, base=1.0)
    rows = lever_combinations(found)
    assert list(rows["levers"]) == ["width = 5", "width = 1", "width = 20"]
    assert list(rows["mark"]) == [BEST, TIED, ""]
    assert list(rows["mean"]) == pytest.approx([1, 0.5, -4], abs=0.7)
    assert rows["worst"].iloc[0] == pytest.approx(found.values[found.texts["width"] == "5"].min())
    sure = lever_combinations(sweeps.found(THREE, lane, base=1.0))
    assert list(sure["mark"]) == [BEST, "", ""], "without chance every difference is known"


def test_drawn_levers_have_no_combinations() -> None:
    plan = sweeps.latin(40, {"width": (1.0, 9.0), "envy": (0.0, 1.0)}, width=LEVER)
    assert lever_combinations(sweeps.found(plan, lambda w, e: w)).empty
    assert lever_combinations(sweeps.found(sweeps.latin(40, {"envy": (0.0, 1.0)}), lambda e: e)).empty


def test_a_sign_that_surely_turns_does_so_at_its_zero() -> None:
    rows = overturning(sweeps.found(THREE, lane, chance=0.2, base=1.0))
    envy = rows.set_index("parameter").loc["envy"]
    assert envy["levers"] == "width = 5"
    assert envy["verdict"] == TURNS
    assert envy["crossings"] == 1
    assert envy["zero"] == pytest.approx(0.75, abs=0.06)
    assert 0.5 < envy["zero_low"] < envy["zero"] < envy["zero_high"] < 1
    assert (envy["points"], envy["better"], envy["worse"], envy["cannot_tell"]) == (6, 4, 2, 0)
    assert "width = 5, envy = 1.0" in envy["worst_at"].replace("envy = 1,", "envy = 1.0,")
    assert envy["worst_diff"] == pytest.approx(-1, abs=0.3)
    reach = rows.set_index("parameter").loc["reach"]
    assert reach["verdict"] == KEEPS
    assert math.isnan(reach["zero"])


def test_a_sign_of_which_some_levels_cannot_be_told_is_not_kept() -> None:
    found = sweeps.found(sweeps.grid({"envy": [0.0, 1.0]}), lambda e: 3 - 2.9 * e, chance=1.0, base=1.0)
    assert overturning(found)["verdict"].item() == CANNOT_TELL


def frame(*rows: tuple[float, float, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["value", "mean", "low", "high"])


def test_the_place_of_a_zero_by_hand() -> None:
    known = zero_of(frame((0, -2, -3, -1), (10, 2, 1, 3)))
    assert known == {"crossings": 1, "zero": 5, "zero_low": 2.5, "zero_high": 7.5}
    falling = zero_of(frame((0, 2, 1, 3), (10, -2, -3, -1)))
    assert falling == {"crossings": 1, "zero": 5, "zero_low": 2.5, "zero_high": 7.5}


def test_a_zero_whose_surroundings_reach_the_end_of_the_range_has_no_end_there() -> None:
    open_below = zero_of(frame((0, -1, -3, 1), (10, 1, -1, 3), (20, 3, 1, 5)))
    assert math.isnan(open_below["zero_low"])
    assert open_below["zero_high"] == 15
    assert math.isnan(zero_of(frame((0, -1, -3, 1), (10, 1, -1, 3)))["zero_high"])


def test_levels_between_a_zero_and_the_first_known_one_are_looked_over() -> None:
    rows = zero_of(frame((0, -5, -6, -4), (10, -1, -3, 1), (20, 1, -1, 3)))
    assert rows["zero"] == 15
    assert rows["zero_low"] == pytest.approx(8)


def test_several_zeros_are_counted_and_without_intervals_none_is_bounded() -> None:
    rows = zero_of(frame((0, -1, -2, -0.5), (1, 1, 0.5, 2), (2, -1, -2, -0.5)))
    assert (rows["crossings"], rows["zero"]) == (2, 0.5)
    single = zero_of(frame((0, -1, np.nan, np.nan), (1, 1, np.nan, np.nan)))
    assert single["zero"] == 0.5
    assert math.isnan(single["zero_low"])


def test_words_have_no_place_between_them() -> None:
    assert zero_of(frame((np.nan, -1, -2, -1), (np.nan, 1, 1, 2)))["crossings"] == 0


def test_less_is_better_where_the_figure_says_so() -> None:
    found = sweeps.found(
        sweeps.grid({"envy": [0.0, 1.0, 2.0]}), lambda e: e - 0.5, kpi="churn_pct_per_year", chance=0.01, base=1.0
    )
    row = overturning(found).iloc[0]
    assert (row["better"], row["worse"]) == (1, 2)
    assert row["worst_at"] == "envy = 2"
    assert row["verdict"] == TURNS


def test_failed_points_are_left_out_of_the_counts() -> None:
    row = overturning(sweeps.found(sweeps.grid({"envy": [0.0, 1.0, 2.0]}), lambda e: 1.0, failed=(1,))).iloc[0]
    assert (row["points"], row["better"]) == (2, 2)


CHOICE = Choice("", "lane", sweeps.PROFIT, "Alpha")


def checks() -> pd.DataFrame:
    rows = [
        ("behaviour.envy", "low", 0.0, 5.0, 4.0, 6.0),
        ("behaviour.envy", "high", 1.0, -3.0, -4.0, -2.0),
        ("market.sd", "low", 0.1, 2.0, 1.0, 3.0),
        ("market.sd", "high", 0.2, 1.0, -1.0, 3.0),
    ]
    frame = pd.DataFrame(rows, columns=["assumption", "end", "value", "diff", "diff_low", "diff_high"])
    return frame.assign(policy="lane", retailer="Alpha", segment="all", tier="all", kpi=sweeps.PROFIT)


def test_checks_are_a_profile_with_the_main_result_between_its_ends() -> None:
    rows = check_profiles(checks(), CHOICE, (2.0, 1.0, 3.0), {"behaviour.envy": 0.5, "market.sd": 0.1})
    assert rows[["parameter", "value", "mean"]].to_numpy().tolist() == [
        ["behaviour.envy", 0.0, 5.0],
        ["behaviour.envy", 0.5, 2.0],
        ["behaviour.envy", 1.0, -3.0],
        ["market.sd", 0.1, 2.0],
        ["market.sd", 0.2, 1.0],
    ]
    found = overturning_by_checks(rows, CHOICE).set_index("parameter")
    assert list(found["verdict"]) == [TURNS, CANNOT_TELL]
    assert found.loc["behaviour.envy", "zero"] == pytest.approx(0.7)
    assert found.loc["market.sd", "worst_at"] == "behaviour.envy = 1"
    assert list(found.loc["behaviour.envy", ["points", "better", "worse", "cannot_tell"]]) == [4, 2, 1, 1]


def test_checks_that_are_not_there_are_said() -> None:
    with pytest.raises(ResultsError, match="no assumption was checked"):
        check_profiles(checks().iloc[:0], CHOICE, (0, 0, 0), {})
    with pytest.raises(ResultsError, match=r"checks.csv: there is no policy other; there are lane"):
        check_profiles(checks(), Choice("", "other", sweeps.PROFIT, "Alpha"), (0, 0, 0), {})
