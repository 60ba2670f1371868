from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from tests.reporting.synthetic import FakeResult

from marketsim.reporting.series import series_of, wants_log_axis
from marketsim.reporting.view import StudyView

PCT = "retailers.Alpha.tiers.key.rule.value_pct"
STAFF = "retailers.Alpha.desks.contact.staff_factor"


def view_of(policies: dict[str, dict[str, Any]], staff: float = 1.0) -> StudyView:
    retailer = {"desks": {"contact": {"staff_factor": staff}}}
    scenario = {"focus": "Alpha", "policies": policies, "retailers": {"Alpha": retailer}}
    empty = pd.DataFrame()
    summary = pd.DataFrame({"policy": list(policies), "mean": 1.0})
    return StudyView(FakeResult(Path("x"), {"scenario": scenario}, empty, empty, empty, summary, empty))


def test_numbers_are_sorted_and_variants_left_out() -> None:
    changes = {"lane_20": {PCT: 20}, "lane_5": {PCT: 5.0}, "lane_100": {PCT: 100}, "lane_5_staff": {}, "other": {}}
    (found,) = series_of(view_of(changes))
    assert found.points == ((5.0, "lane_5"), (20.0, "lane_20"), (100.0, "lane_100"))
    assert found.path == PCT
    assert wants_log_axis((found,))


def test_two_numbers_are_no_series() -> None:
    assert series_of(view_of({"lane_5": {PCT: 5}, "lane_20": {PCT: 20}})) == ()


def test_each_prefix_is_a_series_the_longest_first() -> None:
    changes = {f"a_{n}": {} for n in (1, 2, 3)} | {f"b_{n}": {} for n in (1, 2, 3, 4)}
    assert [one.prefix for one in series_of(view_of(changes))] == ["b", "a"]


def test_per_cent_in_names_of_factors_and_the_place_of_the_base() -> None:
    changes = {f"fifo_{n}": {STAFF: n / 100} for n in (85, 90, 110)}
    (found,) = series_of(view_of(changes))
    assert found.path == STAFF
    assert found.base_number == 100
    assert not wants_log_axis((found,))


def test_the_base_has_no_place_where_policies_change_more_than_numbers() -> None:
    changes = {f"lane_{n}": {STAFF: n, "retailers.Alpha.desks.contact.discipline": "priority"} for n in (1, 2, 3)}
    (found,) = series_of(view_of(changes))
    assert found.base_number is None


def test_a_number_that_no_path_explains_has_no_path() -> None:
    (found,) = series_of(view_of({f"lane_{n}": {PCT: 7} for n in (1, 2, 3)}))
    assert found.path == ""
