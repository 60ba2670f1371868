"""Sensitivity indices: known examples, missing points, designs that fit and designs that do not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests import sweeps

from marketsim.errors import ResultsError
from marketsim.results.sensitivity.indices import left_out, sensitivities
from marketsim.results.sensitivity.outcomes import Choice, Outcome, outcome

ISHIGAMI_RANGES = dict.fromkeys(("a", "b", "c"), (-np.pi, np.pi))
FIRST = {"a": 0.3139, "b": 0.4424, "c": 0.0}
"""Ishigami & Homma (1990) with the constants 7 and 0.1."""
TOTAL = {"a": 0.5576, "b": 0.4424, "c": 0.2437}


def ishigami(a: float, b: float, c: float) -> float:
    return float(np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a))


def indices(found: Outcome, index: str, column: str = "value", seed: int = 3) -> dict[str, float]:
    rows = sensitivities(found, seed)
    rows = rows[rows["index"] == index]
    return dict(zip(rows["parameter"], rows[column], strict=True))


def test_sobol_indices_of_the_ishigami_function() -> None:
    found = sweeps.found(sweeps.sobol(1024, ISHIGAMI_RANGES, second=True), ishigami, base=1.0)
    assert indices(found, "S1") == pytest.approx(FIRST, abs=0.02)
    assert indices(found, "ST") == pytest.approx(TOTAL, abs=0.02)
    second = indices(found, "S2")
    assert second == pytest.approx({"a x b": 0.0, "a x c": 0.2437, "b x c": 0.0}, abs=0.03)


def test_intervals_of_sobol_indices_hold_the_truth() -> None:
    held = 0
    for seed in range(20):
        found = sweeps.found(sweeps.sobol(256, ISHIGAMI_RANGES, seed=seed), ishigami, base=1.0)
        for index, truth in (("S1", FIRST), ("ST", TOTAL)):
            low, high = indices(found, index, "low", seed), indices(found, index, "high", seed)
            held += sum(low[name] <= truth[name] <= high[name] for name in truth)
    assert held >= 0.95 * 120 - 3 * np.sqrt(120 * 0.95 * 0.05)


def test_a_missing_point_takes_its_block_with_it_and_this_is_said() -> None:
    plan = sweeps.sobol(512, ISHIGAMI_RANGES)
    found = sweeps.found(plan, ishigami, failed=(7, 8, 1003), base=1.0)
    rows = sensitivities(found, 1)
    assert set(rows["n"]) == {5 * 510}
    assert indices(found, "ST") == pytest.approx(TOTAL, abs=0.05)
    assert left_out(found) == (
        "3 of 2,560 points have no result (their runs failed or did not take place); "
        "2 of 512 blocks are left out of the indices"
    )
    kept = np.ones(2560, dtype=bool)
    kept[5:10] = kept[1000:1005] = False
    complete = sweeps.found(plan, ishigami, base=1.0).only(kept)
    pd.testing.assert_frame_equal(rows, sensitivities(complete, 1))


def linear(a: float, b: float, c: float) -> float:
    return 3 * a - 2 * b + 0 * c


def test_morris_effects_of_a_linear_function_are_its_slopes() -> None:
    ranges = {"a": (0.0, 10.0), "b": (-1.0, 1.0), "c": (5.0, 6.0)}
    found = sweeps.found(sweeps.morris(10, ranges, levels=6), linear, base=1.0)
    assert indices(found, "mu") == pytest.approx({"a": 30, "b": -4, "c": 0}, abs=1e-7)
    assert indices(found, "mu_star") == pytest.approx({"a": 30, "b": 4, "c": 0}, abs=1e-7)
    assert indices(found, "sigma") == pytest.approx({"a": 0, "b": 0, "c": 0}, abs=1e-7)


def test_morris_effects_of_an_interaction_by_hand() -> None:
    """With y = a b on two levels an effect of a is b: 0 or 1, so that mu = mu* = the share of ones."""
    plan = sweeps.morris(20, {"a": (0.0, 1.0), "b": (0.0, 1.0)}, levels=2)
    found = sweeps.found(plan, lambda a, b: a * b, base=1.0)
    others = plan.values.to_numpy().reshape(20, 3, 2)
    moved = np.abs(np.diff(others, axis=1)) > 0
    of_a = np.array([path[:-1][move[:, 0]][0, 1] for path, move in zip(others, moved, strict=True)])
    assert indices(found, "mu")["a"] == pytest.approx(of_a.mean())
    assert indices(found, "sigma")["a"] == pytest.approx(of_a.std(ddof=1))


def test_a_trajectory_with_a_missing_point_is_dropped() -> None:
    ranges = dict.fromkeys(("a", "b", "c"), (0.0, 1.0))
    found = sweeps.found(sweeps.morris(12, ranges), linear, failed=(0, 5), base=1.0)
    assert set(sensitivities(found, 1)["n"]) == {40}
    assert "2 of 12 trajectories are left out" in left_out(found)


def test_the_noise_of_morris_is_what_a_parameter_without_effect_shows() -> None:
    ranges = dict.fromkeys(("a", "b"), (0.0, 1.0))
    plan = sweeps.morris(400, ranges)
    found = sweeps.found(plan, lambda a, b: 0.0, chance=1.0, worlds=400, base=1.0)
    rows = sensitivities(found, 1).set_index(["index", "parameter"])["value"]
    shown = rows["mu_star"].mean()
    assert shown == pytest.approx(rows["noise", ""] / np.sqrt(2), rel=0.15), (
        "half of the chance is shared by all points"
    )


def test_the_share_of_noise_is_known_where_there_is_nothing_else() -> None:
    found = sweeps.found(sweeps.sobol(128, ISHIGAMI_RANGES), lambda *x: 0.0, chance=1.0, worlds=400, base=1.0)
    noise = indices(found, "noise")[""]
    assert 1 <= noise == pytest.approx(2, rel=0.15), "shared chance does not stand between points, so it is a bound"


@pytest.mark.parametrize("points", [64, 400])
def test_first_order_shares_from_a_latin_hypercube(points: int) -> None:
    found = sweeps.found(sweeps.latin(points, ISHIGAMI_RANGES, seed=4), ishigami, base=1.0)
    rows = sensitivities(found, 2)
    assert set(rows["method"]) == {"rbd_fast"}
    for name, row in rows[rows["index"] == "S1"].set_index("parameter").iterrows():
        assert row["low"] <= FIRST[str(name)] <= row["high"]
    assert indices(found, "S1") == pytest.approx(FIRST, abs=0.3 if points == 64 else 0.08)


def test_words_and_repeated_values_of_a_table_have_correlation_ratios() -> None:
    rng = np.random.default_rng(1)
    values = pd.DataFrame(
        {"how": rng.choice(["fifo", "priority"], 300), "x": rng.random(300), "idle": rng.choice([1, 2, 3], 300)}
    )
    plan = sweeps.Plan("table", values)
    found = sweeps.found(plan, lambda how, x, idle: 2.0 * (how == "priority") + x, base=1.0)
    rows = sensitivities(found, 1).set_index(["index", "parameter"])
    assert rows.loc[("S1", "how"), "method"] == rows.loc[("S1", "idle"), "method"] == "levels"
    assert rows.loc[("S1", "x"), "method"] == "rbd_fast"
    variance = 1 + 1 / 12
    assert rows.loc[("S1", "how"), "value"] == pytest.approx(1 / variance, abs=0.03)
    assert rows.loc[("S1", "idle"), "value"] == pytest.approx(0, abs=0.03)
    assert rows.loc[("S1", "idle"), "low"] < 0 < rows.loc[("S1", "idle"), "high"]


def test_a_complete_grid_is_taken_apart_exactly() -> None:
    """y = a + 2 b + 4 a b on {-1, 1}: shares 1, 4 and 16 of 21."""
    found = sweeps.found(sweeps.grid({"a": [-1, 1], "b": [-1, 1]}), lambda a, b: a + 2 * b + 4 * a * b, base=1.0)
    assert indices(found, "S1") == pytest.approx({"a": 1 / 21, "b": 4 / 21})
    assert indices(found, "ST") == pytest.approx({"a": 17 / 21, "b": 20 / 21})


def test_levels_of_a_grid_may_come_in_any_order() -> None:
    plan = sweeps.grid({"a": [10, 9, 100], "b": ["x", "y"], "c": [1, 2]})
    shuffled = sweeps.Plan("grid", plan.values.sample(frac=1, random_state=2).reset_index(drop=True))
    effect = lambda a, b, c: a * (b == "x") + c  # noqa: E731
    assert indices(sweeps.found(shuffled, effect), "ST") == pytest.approx(indices(sweeps.found(plan, effect), "ST"))


def test_a_grid_with_a_gap_has_first_order_shares_only_and_this_is_said() -> None:
    plan = sweeps.grid({"a": list(range(5)), "b": list(range(6))})
    found = sweeps.found(plan, lambda a, b: 1.0 * a, failed=(3,), base=1.0)
    rows = sensitivities(found, 1)
    assert set(rows["index"]) == {"S1", "noise"}
    assert "the grid has gaps" in left_out(found)
    assert indices(found, "S1")["a"] == pytest.approx(1)


def test_the_same_seed_gives_the_same_intervals_and_another_one_others() -> None:
    for plan in (
        sweeps.sobol(32, ISHIGAMI_RANGES),
        sweeps.morris(8, ISHIGAMI_RANGES),
        sweeps.latin(60, ISHIGAMI_RANGES),
    ):
        found = sweeps.found(plan, ishigami, base=1.0)
        state = np.random.get_state()[1].copy()
        for seed in (0, 5):
            pd.testing.assert_frame_equal(sensitivities(found, seed), sensitivities(found, seed))
        assert not sensitivities(found, 0)["low"].equals(sensitivities(found, 5)["low"])
        assert (np.random.get_state()[1] == state).all(), "nobody else's random numbers are touched"


def test_an_outcome_that_does_not_vary_has_no_shares() -> None:
    for plan in (sweeps.sobol(16, ISHIGAMI_RANGES), sweeps.latin(60, ISHIGAMI_RANGES), sweeps.grid({"a": [1, 2]})):
        rows = sensitivities(sweeps.found(plan, lambda *x: 4.0), 1)
        assert rows["value"].isna().all()


def test_the_level_of_the_base_has_indices_too() -> None:
    plan = sweeps.sobol(64, ISHIGAMI_RANGES)
    made = sweeps.tables(plan, ishigami)
    made["sweep"]["base"] = [linear(*row) for row in plan.values.to_numpy()]
    choice = Choice("made up", "", sweeps.PROFIT, "Alpha", of="base")
    rows = sensitivities(outcome(made["sweep"], made["sweep_points"], choice, "sobol"), 1)
    assert set(rows["policy"]) == {"base"}
    found = rows[rows["index"] == "ST"].set_index("parameter")["value"]
    assert dict(found) == pytest.approx({"a": 9 / 13, "b": 4 / 13, "c": 0}, abs=0.06)


def test_designs_that_do_not_fit_are_refused() -> None:
    values = pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [1.0, 2.0, 3.0]})
    with pytest.raises(ResultsError, match="all parameters change together"):
        sensitivities(sweeps.found(sweeps.Plan("zip", values), lambda a, b: a), 1)
    with pytest.raises(ResultsError, match="3 points with results, too few"):
        sensitivities(sweeps.found(sweeps.Plan("list", values), lambda a, b: a), 1)
    shuffled = sweeps.sobol(16, ISHIGAMI_RANGES)
    order = np.random.default_rng(1).permutation(len(shuffled.values))
    broken = sweeps.sampled("sobol", shuffled.coordinates.to_numpy()[order], ISHIGAMI_RANGES)
    for design in ("sobol", "morris"):
        plan = sweeps.Plan(design, broken.values, coordinates=broken.coordinates)
        with pytest.raises(ResultsError, match="do not have the structure"):
            sensitivities(sweeps.found(plan, ishigami), 1)


def test_too_few_complete_blocks_are_refused() -> None:
    found = sweeps.found(sweeps.sobol(16, ISHIGAMI_RANGES), ishigami, failed=(2,))
    with pytest.raises(ResultsError, match="15 complete blocks of 16; Sobol indices need at least 16"):
        sensitivities(found, 1)


@pytest.mark.parametrize("count", [1, 2])
def test_few_parameters_are_enough(count: int) -> None:
    ranges = dict.fromkeys("ab"[:count], (0.0, 1.0))
    for plan in (sweeps.sobol(64, ranges), sweeps.sobol(64, ranges, second=True), sweeps.morris(6, ranges)):
        rows = sensitivities(sweeps.found(plan, lambda a, b=0.0: a), 1)
        assert rows.loc[rows["parameter"] == "a", "value"].max() == pytest.approx(1, abs=0.05)


def test_parameters_may_have_any_name() -> None:
    names = ("S1_conf", 'a = b, "c"', "法=1")
    found = sweeps.found(sweeps.sobol(64, dict.fromkeys(names, (-np.pi, np.pi))), ishigami)
    assert tuple(indices(found, "S1")) == names


def test_tables_that_contradict_each_other_are_refused() -> None:
    made = sweeps.tables(sweeps.grid({"a": [1, 2]}), lambda a: a)
    choice = Choice("made up", "lane", sweeps.PROFIT, "Alpha")
    with pytest.raises(ResultsError, match="point 1 of made up, which sweep_points"):
        outcome(made["sweep"], made["sweep_points"].iloc[:1], choice, "grid")
    twice = pd.concat([made["sweep_points"]] * 2)
    with pytest.raises(ResultsError, match="more than one value"):
        outcome(made["sweep"], twice, choice, "grid")


@pytest.mark.parametrize(
    ("name", "policy", "kpi", "words"),
    [
        ("mode up", "lane", sweeps.PROFIT, "there is no sweep mode up; there are made up"),
        ("made up", "lone", sweeps.PROFIT, "there is no policy lone"),
        ("made up", "lane", "profit", "there is no key figure profit"),
    ],
)
def test_unknown_names_are_said(name: str, policy: str, kpi: str, words: str) -> None:
    made = sweeps.tables(sweeps.grid({"a": [1, 2]}), lambda a: a)
    with pytest.raises(ResultsError, match=words):
        outcome(made["sweep"], made["sweep_points"], Choice(name, policy, kpi, "Alpha"), "grid")
