"""What the tables say, against the customers themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.markets import frictionless, lively, opened, plain, run

from marketsim.results.tables import DEFAULT_SUPPLIER, MONTHLY_TABLES
from marketsim.scenario.service import TIERS

MONTHS = 6


@pytest.fixture(scope="module")
def world() -> dict[str, Any]:
    """Tables of a run, and the customers after experience and before choice of each month."""
    states = []
    with opened(lively(), "lane") as model:
        for _ in range(MONTHS):
            for name in ("environment", "policies", "offers", "review_tiers", "serve", "bill", "experience"):
                getattr(model, name)()
            states.append(model.population.copy())
            for name in ("choose", "settle", "collect"):
                getattr(model, name)()
            model.month += 1
        tables = model.recorder.tables("lane", 0)
        names = {"retailer": (*model.frame.retailers, DEFAULT_SUPPLIER), "segment": model.frame.segments, "tier": TIERS}
    return {"states": states, "names": names, "tables": {name: plain(table) for name, table in tables.items()}}


def customers(world: dict[str, Any]) -> pd.DataFrame:
    """Return all customers of all months as a table."""
    frames = []
    for month, state in enumerate(world["states"]):
        frame = pd.DataFrame(
            {name: state[name] for name in ("weight", "energy", "satisfaction", "price", "complaint_age")}
        )
        for name, labels in world["names"].items():
            frame[name] = [labels[index] for index in state[name]]
        for number in range(6):
            frame[f"quality {number}"] = state["quality"][:, number]
        frames.append(frame.assign(month=month))
    return pd.concat(frames, ignore_index=True)


def test_a_run_by_its_phases_is_a_run(world: dict[str, Any]) -> None:
    usual = run(lively(), "lane")
    for name in (table.name for table in MONTHLY_TABLES):
        table = usual[name]
        early = plain(table[table["month"] < MONTHS]).reset_index(drop=True)
        pd.testing.assert_frame_equal(
            early, world["tables"][name].drop(columns=["policy", "replication"]), check_exact=True
        )


def test_segments_and_tiers(world: dict[str, Any]) -> None:
    people, table = customers(world), world["tables"]["segment_month"]
    keys = ["month", "retailer", "segment", "tier"]
    weighted = people.assign(
        energy_mwh=people["weight"] * people["energy"],
        revenue_cny=people["weight"] * people["energy"] * people["price"],
        satisfaction=people["weight"] * people["satisfaction"],
        fairness=people["weight"] * people["quality 5"],
    )
    sums = weighted.groupby(keys)[["weight", "energy_mwh", "revenue_cny", "satisfaction", "fairness"]].sum()
    found = table.set_index(keys)
    assert list(found.index) == list(sums.index)
    assert found["customers"].to_numpy() == pytest.approx(sums["weight"].to_numpy())
    assert found["energy_mwh"].to_numpy() == pytest.approx(sums["energy_mwh"].to_numpy())
    assert found["satisfaction"].to_numpy() == pytest.approx((sums["satisfaction"] / sums["weight"]).to_numpy())
    assert found["quality_fairness"].to_numpy() == pytest.approx((sums["fairness"] / sums["weight"]).to_numpy())
    # Gamma's offer has a fee; without it, revenue is price times energy
    without_fee = found.index.get_level_values("retailer") != "Gamma"
    assert found["revenue_cny"][without_fee].to_numpy() == pytest.approx(sums["revenue_cny"][without_fee].to_numpy())


def test_spread_of_satisfaction_and_prices(world: dict[str, Any]) -> None:
    people, table = customers(world), world["tables"]["retailer_month"].set_index(["month", "retailer"])
    for (month, retailer), group in people.groupby(["month", "retailer"]):
        row = table.loc[(month, retailer)]
        order = group.sort_values("satisfaction")
        share = order["weight"].cumsum() / order["weight"].sum()
        tenth = order["satisfaction"][(share >= 0.1).idxmax()]
        assert row["satisfaction_p10"] == pytest.approx(tenth, abs=0.002)
        values, weights = group["satisfaction"].to_numpy(), group["weight"].to_numpy()
        gaps = np.abs(values[:, None] - values[None, :]) * weights[:, None] * weights[None, :]
        gini = gaps.sum() / (2 * weights.sum() ** 2 * np.average(values, weights=weights))
        assert row["satisfaction_gini"] == pytest.approx(gini, abs=0.002)
        mwh = group["weight"] * group["energy"]
        mean = (group["price"] * mwh).groupby(group["segment"]).transform("sum") / mwh.groupby(
            group["segment"]
        ).transform("sum")
        spread = np.sqrt((mwh * (group["price"] - mean) ** 2).sum() / mwh.sum())
        assert row["price_sd_cny_per_mwh"] == pytest.approx(spread, rel=1e-4, abs=1e-3)


def test_concentration_by_hand() -> None:
    tables = run(frictionless({"segments.users.search_rate": 0}))
    share = tables["retailer_month"]["customers"][0] / 2000
    assert tables["market_month"]["hhi"].tolist() == pytest.approx([1e4 * (share**2 + (1 - share) ** 2)] * 12)


def sums_of_tickets(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return tickets by month and retailer, as the desks and as the segments have them."""
    desks, segments = plain(tables["desk_month"]), plain(tables["segment_month"])
    keys = ["month", "retailer"]
    sums = {"desks": desks.groupby(keys)["arrivals"].sum(), "segments": segments.groupby(keys)["tickets"].sum()}
    return pd.DataFrame(sums).drop(DEFAULT_SUPPLIER, level="retailer").dropna()


def test_tickets_of_segments_are_those_of_the_desks(world: dict[str, Any]) -> None:
    still = {"segments.works.search_rate": 0, "segments.shops.search_rate": 0}
    tickets = sums_of_tickets(run(lively(still), "lane"))
    assert len(tickets) == 24
    assert tickets["segments"].to_numpy() == pytest.approx(tickets["desks"].to_numpy(), rel=1e-9)
    # where customers move, what comes back to a team that has lost all of its customers is nobody's
    moving = sums_of_tickets(world["tables"])
    lost = 1 - moving["segments"] / moving["desks"]
    assert (lost > -1e-9).all()
    assert (lost < 1e-9).mean() > 0.5


def test_a_desk_for_the_market_has_the_region_all(world: dict[str, Any]) -> None:
    desks = world["tables"]["desk_month"]
    regions = desks.groupby(["retailer", "desk"])["region"].unique().map(sorted)
    assert regions["Alpha", "contact"] == ["all"]
    assert regions["Beta", "contact"] == regions["Alpha", "field"] == ["town", "village"]


def test_searches_are_counted_once_for_each_who_compares() -> None:
    tables = run(frictionless({"segments.users.search_rate": 0.5, "segments.users.customers": 4000}))
    searches = plain(tables["segment_month"]).groupby("month")["searches"].sum()
    expected = 4000 * (1 - np.exp(-0.5))
    assert searches.to_numpy() == pytest.approx(expected, abs=4 * np.sqrt(expected * np.exp(-0.5)))
