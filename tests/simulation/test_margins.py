"""Margins of single customers: they add up to the books, and their curve is the Lorenz curve."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.markets import EVERYTHING, Tables, everything, lively, opened, plain, run

from marketsim.market.reach import covered
from marketsim.results.sums import Window
from marketsim.scenario.loaded import Scenario
from marketsim.simulation.margins import POINTS, curve_of
from marketsim.simulation.model import PHASES, RetailMarket

FIRST = {"run.evaluate_from_month": 3}


def trade(tables: Tables, scenario: Scenario) -> float:
    """Return what the focus retailer earns with contestable customers in the evaluated months, before levers."""
    window, cells = Window.of(scenario.study), plain(tables["segment_month"])
    own = cells[(cells["retailer"] == scenario.study.focus) & cells["segment"].isin(window.segments)]
    own = own[own["month"] >= window.first_month]
    return float((own["revenue_cny"] - own["procurement_cny"]).sum())


def books(tables: Tables, scenario: Scenario, column: str) -> float:
    rows = plain(tables["retailer_month"])
    rows = rows[(rows["retailer"] == scenario.study.focus) & (rows["month"] >= Window.of(scenario.study).first_month)]
    return float(rows[column].sum())


def total(tables: Tables) -> float:
    return float(tables["margin_curve"]["margin_cny"].iloc[-1])


def test_without_levers_the_margins_add_up_to_the_books() -> None:
    free = {"cny_per_customer_month": 0, "cny_per_mwh": 0, "per_customer_by_segment": {"shops": 0}}
    scenario = lively({**FIRST, **{f"levers.care.costs.{name}": value for name, value in free.items()}})
    tables = run(scenario)
    assert total(tables) == pytest.approx(trade(tables, scenario))
    expected = books(tables, scenario, "revenue_cny") - books(tables, scenario, "procurement_cny")
    assert total(tables) == pytest.approx(expected)


def test_levers_that_have_no_fixed_cost_are_taken_off_in_full() -> None:
    free = {f"levers.{name}.costs.fixed_cny_per_month": 0 for name in ("app", "care")}
    scenario = lively({**FIRST, **free})
    tables = run(scenario, "lane")
    levers = books(tables, scenario, "lever_cny")
    assert levers > 0
    assert total(tables) == pytest.approx(trade(tables, scenario) - levers)


@pytest.mark.parametrize("name", EVERYTHING)
def test_what_moves_the_cost_of_energy_is_in_the_margins(name: str) -> None:
    own_plants: dict[str, Any] = {"retailers.Alpha.procurement.own_generation_share": 0.4, "settlement.enabled": True}
    scenario = everything(own_plants, name)
    window, costs = Window.of(scenario.study), 0.0
    with opened(scenario) as model:
        for month in range(scenario.study.run.months):
            for phase in PHASES:
                getattr(model, phase)()
                costs += _cost_of_levers(model, window) if phase == "bill" and month >= window.first_month else 0.0
            model.month += 1
        tables = model.recorder.tables("base", 0)
    assert costs > 0
    assert total(tables) == pytest.approx(trade(tables, scenario) - costs, abs=1.0)


def _cost_of_levers(model: RetailMarket, window: Window) -> float:
    """Return what the focus retailer's levers cost per customer and MWh with its contestable customers of this moment."""
    people, levers = model.population, model.levers
    focus = model.frame.retailers.index(model.base.focus)
    contestable = np.isin(np.array(model.frame.segments)[people["segment"]], window.segments)
    cost = 0.0
    for lever in range(levers.first[focus], levers.first[focus + 1]):
        row, reached = levers.rows[lever], people[covered(people, levers, lever) & contestable]
        each = levers.customer_cost[lever][reached["segment"]] + row["energy_cost"] * reached["use"]
        cost += float((row["intensity"] * reached["weight"] * each).sum())
    return cost


def test_only_evaluated_months_count() -> None:
    late, early = (run(lively({"run.evaluate_from_month": month})) for month in (7, 3))
    assert 0 < total(late) < total(early)
    assert late["margin_curve"]["customers"].iloc[-1] <= early["margin_curve"]["customers"].iloc[-1]
    with opened(lively(FIRST)) as model:
        model.step()
        assert model.recorder.tables("base", 0)["margin_curve"].empty


def test_customers_who_stay_throughout_are_counted_once() -> None:
    still = {"segments.works.search_rate": 0, "segments.shops.search_rate": 0}
    scenario = lively({**FIRST, **still})
    tables = run(scenario)
    rows = plain(tables["retailer_month"]).query("retailer == 'Alpha' and month == 3")
    assert tables["margin_curve"]["customers"].iloc[-1] == pytest.approx(rows["customers"].iloc[0])


def test_equal_amounts_are_the_diagonal() -> None:
    curve = curve_of(np.full(7, 5.0), np.arange(1.0, 8.0))
    assert curve[:, 0] == pytest.approx(28 * np.array(POINTS) / 100)
    assert curve[:, 1] == pytest.approx(5 * curve[:, 0])


def test_weights_are_customers() -> None:
    one = curve_of(np.array([1.0, -4.0, 10.0]), np.array([2.0, 1.0, 1.0]))
    other = curve_of(np.array([10.0, 1.0, -4.0, 1.0]), np.ones(4))
    assert one == pytest.approx(other)
    assert one[-1].tolist() == [4, 8]
    assert one[POINTS.index(25)].tolist() == [1, -4]
    assert one[POINTS.index(75)].tolist() == [3, -2]


def test_the_curve_rises_ever_faster() -> None:
    draws = np.random.default_rng(1)
    curve = curve_of(draws.normal(1.0, 3.0, 500), draws.uniform(1.0, 9.0, 500))
    slopes = np.diff(curve[:, 1]) / np.diff(curve[:, 0])
    assert (np.diff(slopes) >= -1e-9).all()
    assert curve[:, 1].min() < 0
