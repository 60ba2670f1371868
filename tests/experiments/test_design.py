"""The points of sweeps: worked examples, and what holds for any design."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from SALib.analyze import morris as morris_analysis
from SALib.analyze import sobol as sobol_analysis
from scipy.stats import kstest, lognorm, norm, triang

from marketsim.experiments.design import COLUMNS, Point, count_points, design, points_frame
from marketsim.experiments.sampling import problem_of, quantiles, unit_samples
from marketsim.scenario.loaded import PointRow
from marketsim.scenario.sweep import Axis, Sweep

UNIT = {"range": (0.0, 1.0)}


def sweep(
    name: str, levers: dict[str, Any] | None = None, uncertainties: dict[str, Any] | None = None, **more: Any
) -> Sweep:
    """Return a sweep whose labels vary the paths `p.<label>` unless they name others."""
    sides = {"levers": levers or {}, "uncertainties": uncertainties or {}}
    axes = {
        side: {
            label: axis if {"paths", "scaled"} & set(axis) else {"path": f"p.{label}", **axis}
            for label, axis in each.items()
        }
        for side, each in sides.items()
    }
    return Sweep.model_validate({"design": name, **axes, **more})


def values(points: tuple[Point, ...]) -> list[tuple[Any, ...]]:
    return [tuple(value for _, value in point.values) for point in points]


def test_a_grid_by_hand() -> None:
    grid = sweep("grid", {"w": {"values": [1, 5]}}, {"a": {"values": [0, 0.5, 1]}})
    points = design(grid, 1)
    assert values(points) == [(1, 0), (1, 0.5), (1, 1), (5, 0), (5, 0.5), (5, 1)]
    assert points[4] == Point(4, (("w", 5), ("a", 0.5)), (("p.a", 0.5),), (("p.w", 5),), (), ("w",))


def test_values_side_by_side() -> None:
    points = design(sweep("zip", {"w": {"values": [1, 5]}}, {"a": {"values": ["x", None]}}), 1)
    assert values(points) == [(1, "x"), (5, None)]


def test_points_that_are_written_out_take_the_order_of_the_labels() -> None:
    points = design(sweep("list", {"w": {}}, {"a": {}}, points=[{"a": 0.5, "w": 1}, {"w": 2, "a": 0}]), 1)
    assert [point.values for point in points] == [(("w", 1), ("a", 0.5)), (("w", 2), ("a", 0))]


def test_points_of_a_table() -> None:
    rows = (PointRow(2, {"a": 0.5, "w": 1}), PointRow(3, {"a": 0.25, "w": 7}))
    table = sweep("table", {"w": {}}, {"a": {}}, table="x.csv")
    assert values(design(table, 1, rows)) == [(1, 0.5), (7, 0.25)]
    assert count_points(table, rows) == 2


def test_linked_paths_get_one_value() -> None:
    linked = sweep(
        "grid", {"w": {"paths": ["a.b", "c.d"], "values": [3]}}, {"u": {"scaled": {"e": 1, "f": 0.5}, "values": [4]}}
    )
    (point,) = design(linked, 1)
    assert point.lever_changes == (("a.b", 3), ("c.d", 3))
    assert point.changes == (("e", 4.0), ("f", 2.0))


def test_the_quantiles_of_every_distribution_by_hand() -> None:
    at = np.array([0.0, 0.25, 0.5, 1.0])
    assert quantiles(Axis(path="p", range=(2, 6)), at) == [2, 3, 4, 6]
    assert quantiles(Axis(path="p", range=(1, 100), distribution="log_uniform"), at) == pytest.approx(
        [1, math.sqrt(10), 10, 100]
    )
    # Triangular on 0..4 with its mode at 4: F(x) = x^2 / 16.
    assert quantiles(Axis(path="p", range=(0, 4), distribution="triangular", mode=4), at) == pytest.approx(
        [0, 2, math.sqrt(8), 4]
    )
    normal = quantiles(Axis(path="p", range=(3, 7), distribution="normal", mean=5, sd=1), at)
    below = norm.cdf(-2)
    assert normal == pytest.approx([3, 5 + norm.ppf(below + 0.25 * (1 - 2 * below)), 5, 7])
    skew = quantiles(Axis(path="p", range=(1, 1e6), distribution="lognormal", mean=10, sd=5), at)
    centre, spread = math.log(10) - math.log(1.25) / 2, math.sqrt(math.log(1.25))
    lost = norm.cdf(-centre / spread)
    assert skew[2] == pytest.approx(math.exp(centre + spread * norm.ppf(lost + 0.5 * (1 - lost))), rel=1e-6)
    assert lognorm(spread, scale=math.exp(centre)).mean() == pytest.approx(10)
    assert lognorm(spread, scale=math.exp(centre)).std() == pytest.approx(5)


def test_values_of_which_one_is_drawn_are_equally_likely() -> None:
    axis = Axis(path="p", values=("a", "b", "c"))
    assert quantiles(axis, np.array([0, 0.33, 0.34, 0.66, 0.67, 1])) == ["a", "a", "b", "b", "c", "c"]
    drawn = [
        value
        for (value,) in values(design(sweep("latin_hypercube", {"w": {"values": ["a", "b", "c"]}}, samples=300), 1))
    ]
    assert [drawn.count(letter) for letter in "abc"] == [100, 100, 100]


def ranges() -> st.SearchStrategy[tuple[float, float]]:
    return st.tuples(st.floats(1e-3, 1e3), st.floats(1.01, 100)).map(lambda pair: (pair[0], pair[0] * pair[1]))


@st.composite
def axes(draw: st.DrawFn) -> Axis:
    low, high = draw(ranges())
    kind = draw(st.sampled_from(["uniform", "log_uniform", "normal", "lognormal", "triangular"]))
    within = low + draw(st.floats(0, 1)) * (high - low)
    more: dict[str, Any] = {"triangular": {"mode": min(max(within, low), high)}}.get(kind, {})
    if kind in ("normal", "lognormal"):
        more = {"mean": within, "sd": draw(st.floats(0.1, 10)) * (high - low)}
    return Axis.model_validate({"path": "p", "range": (low, high), "distribution": kind, **more})


@settings(max_examples=200, deadline=None)
@given(axes(), st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_values_stay_in_the_range_and_rise_with_the_coordinate(axis: Axis, coordinates: list[float]) -> None:
    found = quantiles(axis, np.sort(np.array(coordinates)))
    low, high = axis.range or (0, 0)
    assert all(low <= value <= high for value in found)
    assert all(one <= other * (1 + 1e-9) for one, other in pairwise(found))


MARGINALS = {
    "uniform": ({"range": (2, 6)}, lambda x: (x - 2) / 4),
    "log_uniform": ({"range": (1, 100), "distribution": "log_uniform"}, lambda x: np.log(x) / math.log(100)),
    "normal": (
        {"range": (4, 8), "distribution": "normal", "mean": 5, "sd": 1},
        lambda x: (norm.cdf(x - 5) - norm.cdf(-1)) / (norm.cdf(3) - norm.cdf(-1)),
    ),
    "triangular": (
        {"range": (0, 4), "distribution": "triangular", "mode": 1},
        lambda x: triang.cdf(x, 0.25, loc=0, scale=4),
    ),
}


@pytest.mark.parametrize("name", MARGINALS)
@pytest.mark.parametrize(("kind", "samples"), [("latin_hypercube", 512), ("sobol", 128)])
def test_each_label_follows_its_distribution(name: str, kind: str, samples: int) -> None:
    axis, distribution = MARGINALS[name]
    points = design(sweep(kind, {"x": axis}, {"y": UNIT}, samples=samples), 3)
    drawn = np.unique([dict(point.values)["x"] for point in points])
    assert kstest(drawn, distribution).statistic < 0.02
    assert kstest(drawn, lambda x: distribution(x) ** 2).statistic > 0.1, "the test can tell distributions apart"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=4))
def test_a_grid_holds_every_combination_once(lengths: list[int]) -> None:
    grid = sweep("grid", {f"l{i}": {"values": list(range(count))} for i, count in enumerate(lengths)})
    found = values(design(grid, 1))
    assert len(found) == len(set(found)) == math.prod(lengths) == count_points(grid)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 4), st.integers(0, 4), st.booleans(), st.integers(0, 2**63 - 1))
def test_the_number_of_points_is_known_without_making_them(labels: int, power: int, second: bool, seed: int) -> None:
    two = {f"u{i}": UNIT for i in range(labels)}
    for each in (
        sweep("latin_hypercube", None, two, samples=labels + power),
        sweep("sobol", None, two, samples=2**power, second_order=second),
        sweep("morris", None, two, samples=1 + power, levels=6),
    ):
        assert len(design(each, seed)) == count_points(each)


@pytest.mark.parametrize(("kind", "samples"), [("latin_hypercube", 16), ("sobol", 16), ("morris", 4)])
def test_the_same_seed_gives_the_same_points(kind: str, samples: int) -> None:
    drawn = sweep(kind, {"w": UNIT}, {"a": UNIT, "b": UNIT}, samples=samples)
    np.random.seed(5)
    state = np.random.get_state()[1].tolist()
    assert design(drawn, 7) == design(drawn, 7)
    assert np.random.get_state()[1].tolist() == state, "the global random numbers are left alone"
    assert design(drawn, 7) != design(drawn, 8)
    own = drawn.model_copy(update={"seed": 8})
    assert design(own, 7) == design(drawn, 8)
    assert design(drawn.model_copy(update={"seed": 0}), 7) != design(drawn, 7), "0 is a seed"


def test_a_latin_hypercube_has_one_point_in_each_slice() -> None:
    cube = unit_samples(sweep("latin_hypercube", {"w": UNIT}, {"a": UNIT}, samples=10), 1)
    for column in cube.T:
        assert sorted((column * 10).astype(int)) == list(range(10))


@pytest.mark.parametrize("second", [False, True])
def test_the_blocks_of_a_sobol_design(second: bool) -> None:
    """A, then A with one column of B each, (then B with one column of A each,) then B (Saltelli 2002)."""
    drawn = unit_samples(sweep("sobol", None, {"a": UNIT, "b": UNIT, "c": UNIT}, samples=4, second_order=second), 1)
    for block in drawn.reshape(4, -1, 3):
        a, b = block[0], block[-1]
        expected = [a, *(np.where(np.arange(3) == k, b, a) for k in range(3))]
        expected += [np.where(np.arange(3) == k, a, b) for k in range(3)] if second else []
        assert np.array_equal(block, [*expected, b])


def test_a_morris_design_moves_one_label_at_a_time_by_two_thirds() -> None:
    drawn = unit_samples(sweep("morris", None, {"a": UNIT, "b": UNIT, "c": UNIT}, samples=5), 1)
    for trajectory in drawn.reshape(5, 4, 3):
        steps = np.abs(np.diff(trajectory, axis=0))
        assert np.allclose(np.sort(steps, axis=1), [[0, 0, 2 / 3]] * 3)
        assert sorted(steps.argmax(axis=1)) == [0, 1, 2]


def test_salib_finds_the_indices_of_a_known_function() -> None:
    """y = 3 a + b: a has 9/10 of the variance, b the rest."""
    drawn = sweep("sobol", {"a": {"range": (0, 6)}}, {"b": {"range": (0, 6)}}, samples=1024)
    y = np.array([3 * dict(point.values)["a"] + dict(point.values)["b"] for point in design(drawn, 1)])
    found = sobol_analysis.analyze(problem_of(drawn), y, calc_second_order=False, seed=np.random.default_rng(1))
    assert found["S1"] == pytest.approx([0.9, 0.1], abs=0.01)
    screen = sweep("morris", {"a": UNIT}, {"b": UNIT}, samples=6)
    points = design(screen, 1)
    x = np.array([[u for _, u in point.coordinates] for point in points])
    effects = morris_analysis.analyze(
        problem_of(screen), x, x @ [3.0, 1.0], num_levels=4, seed=np.random.default_rng(1)
    )
    assert np.asarray(effects["mu_star"], dtype=float) == pytest.approx([3, 1])


def test_the_table_of_points() -> None:
    grid = sweep("grid", {"rule": {"values": [None, {"value_pct": 5}]}}, {"a": {"values": [0.5]}})
    frame = points_frame("s", design(grid, 1))
    assert tuple(frame.columns) == COLUMNS
    assert frame["value"].tolist() == ["null", "0.5", "{value_pct: 5}", "0.5"]
    assert frame["kind"].tolist() == ["lever", "uncertainty"] * 2
    assert frame["point"].tolist() == [0, 0, 1, 1]
    assert frame["number"].isna().tolist() == [True, False, True, False]
    assert frame["coordinate"].isna().all()
    drawn = points_frame("s", design(sweep("latin_hypercube", {"w": {"range": (2, 4)}}, samples=3), 1))
    assert np.allclose(drawn["number"], 2 + 2 * drawn["coordinate"])
    assert [float(text) for text in drawn["value"]] == drawn["number"].tolist(), "the text holds every digit"
    assert points_frame("s", ()).dtypes.astype(str).to_dict()["point"] == "int64"


def test_a_design_without_drawn_points_has_no_samples() -> None:
    with pytest.raises(ValueError, match="draws no points"):
        unit_samples(sweep("grid", {"w": {"values": [1]}}), 1)
