from __future__ import annotations

import math

import pytest
from tests.reporting.handmade import CUSTOMERS, ENERGY, UP, handmade

from marketsim.reporting.charts.service_map import within_a_share
from marketsim.reporting.measures import Measure, printer_for
from marketsim.reporting.numbers import (
    NO_BREAK,
    chance,
    counted,
    digits_for,
    digits_with_sign,
    interval,
    joined,
    plain,
    scale_for,
    signed,
)
from marketsim.reporting.view import StudyView
from marketsim.results.key_figures import kpi


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(1234.5, 1, "1,234.5"), (-2.345, 2, "−2.35"), (-0.001, 1, "0.0"), (math.nan, 1, "–"), (3.0, 0, "3")],
)
def test_plain(value: float, digits: int, text: str) -> None:
    assert plain(value, digits) == text


@pytest.mark.parametrize(("value", "text"), [(1.26, "+1.3"), (-1.26, "−1.3"), (0.04, "0.0"), (-0.04, "0.0")])
def test_signed_zero_has_no_sign(value: float, text: str) -> None:
    assert signed(value, 1) == text


def test_interval_does_not_break_and_is_empty_without_ends() -> None:
    assert interval(-1.0, 2.0, 1) == f"[−1.0,{NO_BREAK}2.0]"
    assert interval(math.nan, math.nan, 1) == ""


@pytest.mark.parametrize(
    ("width", "digits"), [(0.9, 1), (2.1, 1), (4.0, 0), (0.043, 2), (0.002, 3), (1e-9, 3), (250.0, 0)]
)
def test_digits_show_the_interval_and_no_more(width: float, digits: int) -> None:
    assert digits_for([width]) == digits


def test_digits_ignore_what_has_no_width() -> None:
    assert digits_for([0.0, math.nan], fallback=2) == 2
    assert digits_for([0.0, 0.5, 30.0]) == 1


def test_digits_grow_until_both_ends_show_their_side_of_zero() -> None:
    assert digits_with_sign(0.04, 1.8, 1) == 2
    assert digits_with_sign(0.4, 1.8, 1) == 1
    assert digits_with_sign(0.0, 0.0, 1) == 1


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0.999, ">99 %"), (1.0, ">99 %"), (0.0, "<1 %"), (0.97, "97 %"), (math.nan, "–")],
)
def test_a_chance_is_never_certain(probability: float, text: str) -> None:
    assert chance(probability).replace(NO_BREAK, " ") == text


@pytest.mark.parametrize(
    ("largest", "unit", "divisor"),
    [(3.2e6, "million CNY a year", 1e6), (20e3, "thousand CNY a year", 1e3), (50.0, "CNY a year", 1.0)],
)
def test_money_is_scaled(largest: float, unit: str, divisor: float) -> None:
    scale = scale_for(kpi("profit_cny_per_year"), [1.0, -largest, math.nan])
    assert (scale.unit, scale.difference_unit, scale.divisor) == (unit, unit, divisor)


def test_differences_of_per_cent_are_points() -> None:
    assert scale_for(kpi("share_energy"), [20.0]).difference_unit == "pp"
    assert scale_for(kpi("churn_pct_per_year"), [20.0]).difference_unit == "pp a year"
    assert scale_for(kpi("satisfaction"), [70.0]).unit == "points of 100"


def test_lists_and_counts() -> None:
    assert joined([]) == ""
    assert joined(["a"]) == "a"
    assert joined(["a", "b", "c"]) == "a, b and c"
    assert joined(["a", "b"], "or") == "a or b"
    assert (counted(1, "run"), counted(2000, "run")) == ("1 run", "2,000 runs")


def test_a_difference_of_which_no_digit_shows_is_nearly_none() -> None:
    shifts = {ENERGY: (1e-5, -2e-5, 3e-5, 1e-5), CUSTOMERS: UP}
    view = StudyView(handmade({"lane": shifts, "other": {ENERGY: UP}}))
    printed = {}
    for policy in view.policies:
        measure = Measure(kpi("share_energy"))
        printed[policy] = printer_for(view, measure).difference(measure.cell(view, policy))
    assert printed["lane"] == "≈0"
    assert "[" in printed["other"]


def test_whiskers_of_a_share_end_at_none_and_all() -> None:
    assert within_a_share((-3.0, 140.0)) == (0.0, 100.0)
    assert within_a_share((60.0, 90.0)) == (60.0, 90.0)
