"""Assumption checks: which figures, what each end says, and how the ends are counted."""

from __future__ import annotations

import pandas as pd
import pytest

from marketsim.results.key_figures import KPIS
from marketsim.results.statistics.checks import (
    AGREEMENT_COLUMNS,
    CHECK_COLUMNS,
    HEADLINES,
    agreement,
    check_differences,
    check_label,
    headline_rows,
    overturning,
)
from marketsim.results.statistics.compare import summarise

ASSUMPTIONS = {"behaviour.fairness.visibility": (0.0, 1.0), "behaviour.fairness.legitimacy": (0.25, 0.75)}
PATHS = list(ASSUMPTIONS)
UP, DOWN, UNCLEAR, NOTHING = [2.0, 3.0, 2.5], [-2.0, -3.0, -2.5], [5.0, -4.0, 1.0], [0.0, 0.0, 0.0]


def kpis(effect: list[float], kpi: str = "profit_cny_per_year", retailer: str = "Alpha") -> pd.DataFrame:
    """Return a KPI of a retailer in three worlds, for the base and for a lane with the given effects."""
    rows = [
        (policy, world, retailer, "all", "all", kpi, 100.0 + 10 * world + change)
        for policy, changes in (("base", NOTHING), ("lane", effect))
        for world, change in enumerate(changes)
    ]
    columns = ["policy", "replication", "retailer", "segment", "tier", "kpi", "value"]
    return pd.DataFrame(rows, columns=columns)


def checks(*effects: list[float]) -> pd.DataFrame:
    """Return the checks when the ends, low and high of one assumption after the other, have these effects."""
    labels = [check_label(path, end) for path in PATHS for end in ("low", "high")]
    return check_differences(
        {label: kpis(effect) for label, effect in zip(labels, effects, strict=False)}, ASSUMPTIONS, "Alpha"
    )


def test_each_end_has_its_effect() -> None:
    found = checks(UP, DOWN, UNCLEAR, NOTHING)
    assert list(found.columns) == list(CHECK_COLUMNS)
    assert list(found["assumption"]) == [PATHS[0], PATHS[0], PATHS[1], PATHS[1]]
    assert list(found["end"]) == ["low", "high", "low", "high"]
    assert list(found["value"]) == [0.0, 1.0, 0.25, 0.75]
    assert list(found["policy"]) == ["lane"] * 4
    assert list(found["base"]) == [110.0] * 4
    assert list(found["diff"]) == pytest.approx([2.5, -2.5, 2 / 3, 0.0])
    assert list(found["direction"]) == ["up", "down", "cannot tell", "cannot tell"]
    assert list(found["n"]) == [3] * 4


def test_only_headlines_of_the_focus_retailer_are_kept() -> None:
    other_kpi, other_retailer = kpis(UP, "staff"), kpis(UP, retailer="Beta")
    found = headline_rows(pd.concat([kpis(UP), other_kpi, other_retailer]), "Alpha")
    assert set(found["kpi"]) == {"profit_cny_per_year"}
    assert set(found["retailer"]) == {"Alpha"}
    assert len(found) == 6


def test_every_headline_is_a_kpi() -> None:
    assert {name for name, _ in HEADLINES} <= {entry.name for entry in KPIS}
    assert {tier for _, tier in HEADLINES} == {"all", "key", "ordinary"}


def test_ends_are_counted_against_the_sign_of_the_main_result() -> None:
    found = agreement(checks(UP, DOWN, UNCLEAR, UP), summarise(kpis(UP)))
    assert list(found.columns) == list(AGREEMENT_COLUMNS)
    counts = found[["main", "ends", "same", "opposite", "cannot_tell"]].to_numpy().tolist()
    assert counts == [["up", 4, 2, 1, 1]]
    turned = agreement(checks(UP, DOWN, UNCLEAR, UP), summarise(kpis(DOWN)))
    assert turned[["main", "same", "opposite"]].to_numpy().tolist() == [["down", 1, 2]]


def test_an_uncertain_main_result_says_so() -> None:
    found = agreement(checks(UP, DOWN), summarise(kpis(UNCLEAR)))
    assert found[["main", "ends", "same", "opposite"]].to_numpy().tolist() == [["cannot tell", 2, 1, 1]]


def test_the_ends_that_turn_the_sign_are_named() -> None:
    found = overturning(checks(UP, DOWN, UNCLEAR, NOTHING), summarise(kpis(UP)))
    assert found[["assumption", "end"]].to_numpy().tolist() == [[PATHS[0], "high"]]
    assert list(found.columns) == list(CHECK_COLUMNS)


def test_ends_without_finished_runs_are_left_out() -> None:
    assert list(checks(UP)["end"]) == ["low"]
    assert list(checks().columns) == list(CHECK_COLUMNS)
    assert agreement(checks(), summarise(kpis(UP))).empty


def test_main_runs_carry_the_effect_over_to_an_end() -> None:
    """Six main worlds with effects 0 to 10; the ends of three of them lie one higher, so the end lies one higher."""
    worlds = [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    main = _effects(worlds)
    ends = {check_label(PATHS[0], "low"): _effects([value + 1 for value in worlds[:3]])}
    alone = check_differences(ends, ASSUMPTIONS, "Alpha").iloc[0]
    carried = check_differences(ends, ASSUMPTIONS, "Alpha", main).iloc[0]
    assert alone["diff"] == pytest.approx(3.0)
    assert carried["diff"] == pytest.approx(6.0)
    assert (carried["n"], carried["unit"]) == (3, "CNY/year")


def _effects(effects: list[float]) -> pd.DataFrame:
    rows = [
        (policy, world, "Alpha", "all", "all", "profit_cny_per_year", 100.0 + (effect if policy == "lane" else 0.0))
        for policy in ("base", "lane")
        for world, effect in enumerate(effects)
    ]
    return pd.DataFrame(rows, columns=["policy", "replication", "retailer", "segment", "tier", "kpi", "value"])
