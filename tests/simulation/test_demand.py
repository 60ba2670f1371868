"""Demand in running markets: prices, seasons, efficiency, other fuels, closures, and nothing at all where it is off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.markets import Tables, assert_identical, lively, opened, plain, run

from marketsim.errors import ScenarioError
from marketsim.results.tables import SEGMENT_MONTH
from marketsim.scenario.loaded import Scenario
from marketsim.simulation.mechanisms.closures import standard_of_share
from marketsim.simulation.mechanisms.demand import Demand, balanced_share, price_response, taken_up
from marketsim.simulation.model import RetailMarket

STILL = {
    "demand.growth_per_year": 0.0,
    "demand.noise_sd": 0.0,
    **{f"segments.{name}.demand.elasticity": 0.0 for name in ("works", "shops", "homes")},
    **{f"segments.{name}.demand.substitutable_share": 0.0 for name in ("works", "shops", "homes")},
}
"""Settings with which nothing moves demand."""


def market(changes: Mapping[str, Any] | None = None) -> Scenario:
    """Return the lively market with demand on, though nothing moves it, and some values changed."""
    return lively({"demand.enabled": True, **STILL, **(changes or {})})


def lever(hook: str, value: float, **use: Any) -> dict[str, Any]:
    """Return the changes by which Alpha uses a lever with one hook, at once and in full."""
    return {
        "levers.spare": {"hooks": {hook: value}, "ramp_months": 1},
        "retailers.Alpha.levers.spare": {"intensity": 1.0, **use},
    }


def closure(**settings: Any) -> dict[str, Any]:
    """Return the changes that bring a closure of works in month 4, announced two months before."""
    return {"events": [{"type": "closure", "month": 4, "segment": "works", "notice_months": 2, **settings}]}


def demand(model: RetailMarket) -> Demand:
    """Return the mechanism of a market that has it."""
    found = model.mechanism(Demand)
    assert found is not None
    return found


def sums(tables: Tables, column: str) -> NDArray[np.float64]:
    """Return the monthly sums of a column of segment_month."""
    return tables["segment_month"].groupby("month")[column].sum().to_numpy()


def array(*values: float) -> NDArray[np.float64]:
    """Return numbers as an array."""
    return np.array(values, dtype=np.float64)


def test_response_to_prices_by_hand() -> None:
    response = price_response(array(110, 90, np.nan, 50), array(100, 100, 100, -5), array(-0.1, -0.5, -0.1, -0.1))
    assert response == pytest.approx([1.1**-0.1, 0.9**-0.5, 1.0, 1.0])
    assert price_response(array(1e9, -5.0), array(1.0, 1.0), array(-1.0, -1.0)) == pytest.approx([0.1, 10.0])


def test_balance_of_fuels_by_hand() -> None:
    # Gas at 720 against electricity at 600: a fifth of the bill dearer, one logit at slope 5.
    share = balanced_share(array(720.0, 600.0), array(600.0, 600.0), array(600.0, 600.0), 5.0, array(0.0, 0.8))
    assert share == pytest.approx([1 / (1 + np.exp(-1.0)), 1 / (1 + np.exp(-0.8))])
    assert np.isfinite(balanced_share(array(1e9), array(1.0), array(1e-3), 1000.0, array(20.0))).all()


def test_savings_are_taken_up_fast_and_fade_slowly() -> None:
    assert taken_up(array(0.0, 0.05), array(0.08, 0.0), 0.1, 0.01) == pytest.approx([0.008, 0.0495])


def test_standard_that_a_share_of_plants_exceeds() -> None:
    intensities, weights = array(1.2, 0.8, 1.0, 0.9), array(1, 1, 1, 1)
    assert standard_of_share(intensities, weights, 0.25) == 1.0
    assert standard_of_share(intensities, weights, 0.5) == 0.9
    assert standard_of_share(intensities, weights, 0.0) == 1.2
    assert standard_of_share(intensities, weights, 1.0) == 0.0
    assert standard_of_share(intensities, array(10, 1, 1, 1), 0.25) == 1.2


def test_demand_that_nothing_moves_is_the_market_without() -> None:
    without, still = run(lively()), run(market())
    further = [
        column.name for column in SEGMENT_MONTH.values if column.name in ("saved_mwh", "alternative_mwh", "closures")
    ]
    assert (still["segment_month"][further] == 0.0).all(axis=None)
    for tables in (without, still):
        tables["segment_month"] = tables["segment_month"].drop(columns=[*further, "emissions_t"])
        market_columns = ["demand_factor", "alternative_price_cny_per_mwh"]
        tables["market_month"] = tables["market_month"].drop(columns=market_columns)
    assert_identical(without, still)


def test_off_is_exactly_the_market_without() -> None:
    assert_identical(run(lively()), run(lively({"demand.noise_sd": 1.0, "demand.growth_per_year": 0.5})))


def test_growth_and_season() -> None:
    season = [1.5, 0.5, *[1.0] * 10]
    tables = run(market({"demand.growth_per_year": 0.21, "demand.season": season}))
    factor = 1.21 ** (np.arange(8) / 12) * np.array(season[:8])
    assert tables["market_month"]["demand_factor"].to_numpy() == pytest.approx(factor)
    energy = sums(tables, "energy_mwh")
    assert energy / energy[0] == pytest.approx(factor / factor[0])


def test_contracts_rest_on_what_is_expected() -> None:
    with opened(market({"demand.season": [1.5, 0.5, *[1.0] * 10], "demand.noise_sd": 0.3})) as model:
        model.step()
        people = model.population
        assert people["usual_use"] == pytest.approx(people["energy"])
        assert not np.allclose(people["use"], 1.5 * people["energy"])
        assert people["use"].mean() / people["energy"].mean() == pytest.approx(1.5, rel=0.1)


def test_dearer_electricity_is_used_less() -> None:
    shock = {"events": [{"type": "price_shock", "month": 1, "size": 2.0, "duration_months": 7}]}
    elastic = {f"segments.{name}.demand.elasticity": -0.5 for name in ("works", "shops", "homes")}
    with opened(market(shock | elastic)) as model:
        for _ in range(8):
            before = model.population["usual_bill"].copy()
            model.step()
        people, first = model.population, demand(model).first_bill
        assert people["use"] == pytest.approx(people["energy"] * (before / first) ** -0.5)
        assert people["use"].sum() < 0.95 * people["energy"].sum()


def test_advice_saves_energy_little_by_little() -> None:
    advice = lever("energy_saving_share", 0.2) | {"demand.rebound_share": 0.25}
    with opened(market(advice)) as model:
        loyal = np.ones(len(model.population), dtype=np.bool_)
        for month in range(5):
            advised = model.population["retailer"] == model.frame.retailers.index("Alpha")
            loyal &= advised
            model.step()
            if month == 0:
                assert demand(model).saved == pytest.approx(np.where(advised, 0.2 * 0.1, 0.0))
        saved = demand(model).saved
        assert saved[loyal] == pytest.approx(np.full(int(loyal.sum()), 0.2 * (1 - 0.9**5)))
        assert model.population["use"] == pytest.approx(model.population["energy"] * (1 - 0.75 * saved))
        table = plain(model.recorder.tables("base", 0)["segment_month"]).query("month == 0")
    by_retailer = table.groupby("retailer")["saved_mwh"].sum()
    assert by_retailer["Alpha"] > 0.0
    assert by_retailer["Beta"] == 0.0


def test_savings_outlive_the_contract() -> None:
    advice = lever("energy_saving_share", 0.2) | {"policies.stop": {"retailers.Alpha.levers.spare": None}}
    with opened(market(advice), "stop") as model:
        for month in range(6):
            model.step()
            if month == 2:
                before = demand(model).saved.copy()
        assert demand(model).saved == pytest.approx(before * 0.85 ** (3 / 12))


def test_fuels_settle_at_the_logit() -> None:
    changes = {
        "demand.substitution_speed": 1.0,
        "segments.works.demand.substitutable_share": 0.4,
        "demand.fuels.gas.price_cny_per_mwh": 650.0,
        "segments.works.demand.electricity_appeal_logits": 0.3,
    }
    with opened(market(changes)) as model:
        model.step()
        bill = model.population["usual_bill"].copy()
        model.step()
        works = model.population["segment"] == model.frame.segments.index("works")
        logits = 5.0 * (650.0 - bill) / demand(model).first_bill + 0.3
        share = demand(model).electric
        assert share[works] == pytest.approx(1 / (1 + np.exp(-logits[works])))
        used = model.population["use"] / model.population["energy"]
        assert used[works] == pytest.approx((1 - 0.4 * (1 - share[works])) / (1 - 0.4 * 0.5))


def test_first_shares_stay_where_prices_do() -> None:
    calm = {
        "market.spot.innovation_sd": 0.0,
        "events": [],
        "segments.homes.demand": {"substitutable_share": 0.5, "alternative_share": 0.2, "elasticity": 0.0},
    }
    with opened(market(calm)) as model:
        for _ in range(4):
            model.step()
        homes = model.population["segment"] == model.frame.segments.index("homes")
        assert demand(model).electric[homes] == pytest.approx(0.8)


def test_electrification_sells_more_and_burns_less() -> None:
    other = {f"segments.{name}.demand.substitutable_share": 0.3 for name in ("works", "shops")}
    before, after = run(market(other)), run(market({**other, **lever("electrification_logits", 2.0)}))
    assert sums(after, "energy_mwh")[-1] > sums(before, "energy_mwh")[-1]
    assert sums(after, "alternative_mwh")[-1] < sums(before, "alternative_mwh")[-1]


def test_a_dear_fuel_drives_customers_to_electricity() -> None:
    other = {f"segments.{name}.demand.substitutable_share": 0.3 for name in ("works", "shops")}
    event = {"type": "alternative_price_shock", "month": 2, "duration_months": 3, "size": 1.0, "fuel": "gas"}
    before, after = run(market(other)), run(market({**other, "events": [event]}))
    without = run(market({**other, "events": [{**event, "fuel": "heat"}]}))
    prices = after["market_month"]["alternative_price_cny_per_mwh"].to_numpy()
    assert prices[2:5] == pytest.approx(prices[0] + 300.0)
    assert prices[5:] == pytest.approx(prices[0])
    assert sums(after, "energy_mwh")[4] > sums(without, "energy_mwh")[4]
    assert sums(before, "alternative_mwh")[0] == pytest.approx(sums(after, "alternative_mwh")[0])


def test_a_shock_of_demand_meets_its_segments() -> None:
    event = {"type": "demand_shock", "month": 3, "duration_months": 2, "size": -0.4, "segments": ["works"]}
    tables = run(market({"events": [event]}))
    energy = plain(tables["segment_month"]).groupby(["segment", "month"])["energy_mwh"].sum()
    works, shops = (energy[name].to_numpy() for name in ("works", "shops"))
    assert works / works[0] == pytest.approx([1, 1, 1, 0.6, 0.6, 1, 1, 1])
    assert shops / shops[0] == pytest.approx(np.ones(8))


def test_emissions_are_those_of_all_energy() -> None:
    tables = run(market({"segments.works.demand.substitutable_share": 0.3}))
    expected = 0.5366 * sums(tables, "energy_mwh") + 0.22 * sums(tables, "alternative_mwh")
    assert sums(tables, "emissions_t") == pytest.approx(expected)


def test_plants_above_the_standard_close_at_the_date() -> None:
    with opened(market({**closure(share=0.3), "demand.closing.retrofit_rate_per_month": 0.0})) as model:
        for _ in range(4):
            model.step()
        assert (model.population["alive"] == 1).all()
        works = model.population["segment"] == model.frame.segments.index("works")
        intensity = demand(model).plants.first_intensity
        model.step()
        closed = model.population["alive"] == 0
        assert closed[works].mean() == pytest.approx(0.3, abs=0.02)
        assert not closed[~works].any()
        assert intensity[closed].min() > intensity[works & ~closed].max()
        assert model.population["use"][closed].sum() == 0.0
        weight = model.population["weight"]
        assert demand(model).plants.closures.sum() == pytest.approx(weight[closed].sum())
        table = model.recorder.tables("base", 0)["market_month"]
    assert (table["customers"] + table["closed_customers"]).to_numpy() == pytest.approx(weight.sum())
    assert table["closed_customers"].iloc[-1] == pytest.approx(weight[closed].sum())


@pytest.mark.parametrize("settings", [{"retrofit_rate_per_month": 1.0, "retrofit_saving_share": 0.9}, {}])
def test_a_retrofit_in_time_avoids_the_closing(settings: dict[str, float]) -> None:
    policy = {f"demand.closing.{name}": value for name, value in settings.items()}
    tables = run(market({**closure(share=0.3), "segments.works.demand.unit_intensity_sigma": 0.1, **policy}))
    closed, saved = tables["market_month"]["closed_customers"].iloc[-1], sums(tables, "saved_mwh")[-1]
    if settings:
        assert closed == 0.0
        assert saved > 0.0
    else:
        assert 0.0 < closed <= 0.3 * 120 + 1.0


def test_support_makes_retrofits_likelier() -> None:
    quiet = {**closure(share=0.9), "demand.closing.retrofit_rate_per_month": 0.2}
    rebuilt = []
    for changes in (quiet, {**quiet, **lever("intensity_saving_share", 0.01)}):
        with opened(market(changes)) as model:
            for _ in range(5):
                model.step()
            rebuilt.append(demand(model).plants.retrofitted.copy())
    assert np.all(rebuilt[0] <= rebuilt[1])
    assert rebuilt[1].sum() > rebuilt[0].sum()


def test_closing_costs_investments_and_unpaid_bills() -> None:
    capex = lever("outage_rate_factor", 0.5, segments=["works"])
    capex["levers.spare"]["costs"] = {"capex_cny": 120_000.0, "capex_life_months": 120}
    tables = run(market({**closure(standard=0.0), **capex}))
    books = plain(tables["retailer_month"]).set_index(["retailer", "month"])
    assert books.loc[("Alpha", 4), "stranded_cny"] == pytest.approx(120_000.0 * (1 - 4 / 120))
    assert books.loc["Alpha", "depreciation_cny"].to_numpy()[:6] == pytest.approx([1000.0] * 4 + [0.0] * 2)
    debts = books["bad_debt_cny"].unstack()
    assert (debts[4][["Alpha", "Beta"]] > 0).all()
    assert (debts[[0, 1, 2, 3, 5, 6, 7]].loc[["Alpha", "Beta"]] == 0).all(axis=None)
    bearer = run(market({**closure(standard=0.0), "credit.enabled": True}))
    assert np.isfinite(bearer["retailer_month"]["cash_cny"].dropna()).all()


def test_a_market_runs_on_when_all_its_choosers_close() -> None:
    events = [
        {"type": "closure", "month": m, "segment": s, "standard": 0.0, "notice_months": 0}
        for m, s in ((2, "works"), (3, "shops"))
    ]
    tables = run(market({"events": events}))
    assert plain(tables["segment_month"]).query("month >= 4")["segment"].unique().tolist() == ["homes"]
    for table in tables.values():
        assert not np.isinf(table.select_dtypes("number").to_numpy(dtype=float)).any()
    everybody = [*events, {"type": "closure", "month": 5, "segment": "homes", "standard": 0.0, "notice_months": 0}]
    tables = run(market({"events": everybody}))
    assert (tables["market_month"]["customers"].to_numpy()[5:] == 0.0).all()
    assert (tables["retailer_month"].query("month >= 5")["energy_mwh"] == 0.0).all()


def test_extremes_stay_finite() -> None:
    wild = {
        "demand.growth_per_year": 1.0,
        "demand.noise_sd": 2.0,
        "demand.substitution_slope": 1000.0,
        "demand.fuels.gas.price_cny_per_mwh": 0.01,
        **{f"segments.{name}.demand.elasticity": -3.0 for name in ("works", "shops", "homes")},
        **{f"segments.{name}.demand.substitutable_share": 0.95 for name in ("works", "shops", "homes")},
        "events": [{"type": "price_shock", "month": 1, "size": 20.0, "duration_months": 3}],
        **lever("energy_saving_share", 1.0),
    }
    tables = run(market(wild))
    for table in tables.values():
        assert not np.isinf(table.select_dtypes("number").to_numpy(dtype=float)).any()
    energy = tables["segment_month"][["energy_mwh", "saved_mwh", "alternative_mwh", "emissions_t"]]
    assert (energy >= 0.0).all(axis=None)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"segments.works.demand.fuel": "steam"}, "there is no fuel steam"),
        ({"events": [{"type": "alternative_price_shock", "month": 1, "size": 1.0, "fuel": "steam"}]}, "no fuel steam"),
        ({"demand.season": [2.0] * 12}, "mean 1"),
        ({"segments.works.demand.elasticity": 0.1}, "elasticity"),
    ],
)
def test_what_cannot_be_is_said(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        lively(changes)
