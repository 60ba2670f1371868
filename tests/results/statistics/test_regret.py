"""Regret and worst cases by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from marketsim.results.statistics.regret import REGRET_COLUMNS, VARIED, regret
from marketsim.results.tables import ALL

PROFIT, WAIT = "profit_cny_per_year", "busy_wait_contact_minutes"
Cells = dict[tuple[int, str], tuple[float, float]]


def sweep(cells: Cells, kpi: str = PROFIT, tier: str = ALL, name: str = "envy") -> pd.DataFrame:
    """Return a sweep: at each point and for each policy the difference to the base, and half of its interval."""
    rows = [
        {
            "name": name, "point": point, "policy": policy, "retailer": "Alpha", "tier": tier, "kpi": kpi, "unit": "u",
            "n": 4, "base": 100.0, "diff": diff, "diff_low": diff - half, "diff_high": diff + half, "p_better": 0.5,
        }
        for (point, policy), (diff, half) in cells.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


def points(values: dict[int, dict[str, tuple[str, float]]], name: str = "envy") -> pd.DataFrame:
    """Return the points of a sweep: for each its parameters with kind and value."""
    rows = [
        {"name": name, "point": point, "parameter": parameter, "kind": kind, "value": f"{value:g}", "number": value}
        for point, parameters in values.items()
        for parameter, (kind, value) in parameters.items()
    ]
    return pd.DataFrame(rows)


def uncertain(**values: float) -> dict[str, tuple[str, float]]:
    return {parameter: ("uncertainty", value) for parameter, value in values.items()}


THREE = points({0: uncertain(envy=0), 1: uncertain(envy=0.5), 2: uncertain(envy=1)})
PLAIN: Cells = {
    (0, "lane"): (10, 1), (1, "lane"): (2, 3), (2, "lane"): (-6, 2),
    (0, "staff"): (4, 1), (1, "staff"): (3, 1), (2, "staff"): (-1, 2),
}  # fmt: skip


def row(frame: pd.DataFrame, policy: str, levers: str = "") -> pd.Series:
    rows = frame[(frame["policy"] == policy) & (frame["levers"] == levers)]
    assert len(rows) == 1
    return rows.iloc[0]


def test_by_hand() -> None:
    # The best of each point: 10 (lane), 3 (staff), 0 (base).
    found = regret(sweep(PLAIN), THREE)
    assert list(found.columns) == list(REGRET_COLUMNS)
    lane, staff, base = (row(found, policy) for policy in ("lane", "staff", "base"))
    assert lane[["points", "mean", "worst", "worst_point", "best", "best_point"]].tolist() == [3, 2, -6, 2, 10, 0]
    assert lane[["better", "worse", "cannot_tell"]].tolist() == pytest.approx([1 / 3] * 3)
    assert lane[["regret_mean", "regret_max", "regret_point", "half_width"]].tolist() == pytest.approx([7 / 3, 6, 2, 2])
    assert staff[["regret_mean", "regret_max", "regret_point"]].tolist() == pytest.approx([7 / 3, 6, 0])
    assert staff[["better", "worse", "cannot_tell"]].tolist() == pytest.approx([2 / 3, 0, 1 / 3])
    assert base[["mean", "worst", "regret_max", "regret_point"]].tolist() == [0, 0, 10, 0]
    assert base["regret_mean"] == pytest.approx(13 / 3)


def test_where_less_is_better() -> None:
    found = regret(sweep({key: (-diff, half) for key, (diff, half) in PLAIN.items()}, WAIT), THREE)
    lane = row(found, "lane")
    assert lane[["mean", "worst", "worst_point", "best"]].tolist() == [-2, 6, 2, -10]
    assert lane[["better", "regret_mean", "regret_max"]].tolist() == pytest.approx([1 / 3, 7 / 3, 6])


def test_settings_of_levers_are_decisions_in_the_same_states() -> None:
    settings = {"width": ("lever", 5.0)}, {"width": ("lever", 20.0)}
    four = points({0: settings[0] | uncertain(envy=0), 1: settings[0] | uncertain(envy=1),
                   2: settings[1] | uncertain(envy=0), 3: settings[1] | uncertain(envy=1)})  # fmt: skip
    cells: Cells = {(0, "lane"): (8, 1), (1, "lane"): (-2, 1), (2, "lane"): (5, 1), (3, "lane"): (4, 1)}
    found = regret(sweep(cells), four)
    narrow, wide = row(found, "lane", "width=5"), row(found, "lane", "width=20")
    assert narrow[["points", "regret_mean", "regret_max", "regret_point"]].tolist() == [2, 3, 6, 1]
    assert wide[["points", "regret_mean", "regret_max", "regret_point"]].tolist() == [2, 1.5, 3, 2]
    assert row(found, "base")[["points", "regret_mean", "regret_max", "regret_point"]].tolist() == [2, 6, 8, 0]


def test_levers_drawn_with_the_uncertainties_are_judged_as_they_come() -> None:
    drawn = points({n: {"width": ("lever", 5.0 + n)} | uncertain(envy=n / 10) for n in range(3)})
    found = regret(sweep({(n, "lane"): (float(n), 0.1) for n in range(3)}), drawn)
    assert row(found, "lane", VARIED)["points"] == 3
    assert row(found, "base")["regret_max"] == 2


def test_a_sweep_over_levers_alone_is_one_state() -> None:
    levers = points({n: {"width": ("lever", 5.0 + n)} for n in range(3)})
    found = regret(sweep({(n, "lane"): (float(n), 0.1) for n in range(3)}), levers)
    assert [row(found, "lane", f"width={5 + n}")["regret_max"] for n in range(3)] == [2, 1, 0]


def test_figures_of_tiers_have_no_regret_unless_members_are_the_same() -> None:
    cells = sweep(PLAIN, "satisfaction", "key")
    assert regret(cells, THREE)[["regret_mean", "regret_max", "regret_point"]].isna().all(axis=None)
    assert row(regret(cells, THREE), "lane")["worst"] == -6
    assert row(regret(cells, THREE, by_tier=True), "lane")["regret_max"] == 6


def test_a_failed_point_is_left_out() -> None:
    cells = PLAIN | {(2, "lane"): (math.nan, math.nan)}
    lane = row(regret(sweep(cells), THREE), "lane")
    assert lane[["points", "mean", "worst"]].tolist() == [2, 6, 2]


def test_figures_and_sweeps_stand_apart() -> None:
    both = pd.concat([sweep(PLAIN), sweep(PLAIN, WAIT), sweep(PLAIN, name="other")])
    found = regret(both, pd.concat([THREE, points({n: uncertain(x=n) for n in range(3)}, "other")]))
    assert found.groupby(["name", "kpi"]).size().tolist() == [3, 3, 3]


def test_what_is_neither_good_nor_bad_is_left_out() -> None:
    assert regret(sweep(PLAIN, "hhi"), THREE).empty
    assert regret(sweep(PLAIN).iloc[:0], THREE).empty


def test_regret_is_never_negative() -> None:
    rng = np.random.default_rng(1)
    cells = {(n, policy): (float(rng.normal()), 1.0) for n in range(20) for policy in "abc"}
    found = regret(sweep(cells), points({n: uncertain(envy=n) for n in range(20)}))
    assert (found["regret_mean"] >= 0).all()
    assert (found["regret_max"] >= found["regret_mean"]).all()
