"""Outages in running markets: how many, how long, who avoids them, what they cost, and that nothing changes without them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.markets import assert_identical, by_month, lively, opened, plain, run

from marketsim.errors import ScenarioError
from marketsim.market.exact import UNIT
from marketsim.market.knowledge import ACCOUNT
from marketsim.market.outages import felt_reliability, restoration_hours
from marketsim.market.records import Records
from marketsim.market.tickets import CONTACT, FIELD
from marketsim.scenario.loaded import Scenario
from marketsim.simulation.mechanisms.information import CustomerInformation
from marketsim.simulation.mechanisms.reliability import Reliability
from marketsim.simulation.model import RetailMarket

RATES = {"town": 6.0, "village": 24.0}
CALM = {"retailers.Alpha.desks.field.target_utilisation": 0.1, "retailers.Alpha.desks.field.discipline": "fifo"}
"""Settings with which nobody waits for a crew, so that other hours can be told apart."""


def market(changes: Mapping[str, Any] | None = None) -> Scenario:
    """Return the lively market with frequent outages and a full supply company, with some values changed."""
    settings = {
        "reliability.enabled": True,
        "reliability.outages_per_year": RATES,
        "reliability.ageing_growth_per_year": 0.0,
        "retailers.Alpha.kind": "grid",
    }
    return lively({**settings, **(changes or {})})


def lever(hook: str, value: float, retailer: str = "Alpha", **use: Any) -> dict[str, Any]:
    """Return the changes by which a retailer uses a lever with one hook, at once and in full."""
    return {
        "levers.spare": {"hooks": {hook: value}, "ramp_months": 1},
        f"retailers.{retailer}.levers.spare": {"intensity": 1.0, **use},
    }


def mechanism(model: RetailMarket) -> Reliability:
    """Return the mechanism of a market that has it."""
    found = model.mechanism(Reliability)
    assert found is not None
    return found


class Month(NamedTuple):
    """What is left to look at of the last month run: who served whom, customers, regions, and the outages."""

    supplier: NDArray[np.int32]
    people: Records
    regions: tuple[str, ...]
    outages: Reliability

    def at(self, retailer: int) -> NDArray[np.bool_]:
        """Return whom a retailer served."""
        return self.supplier == retailer

    def lives_in(self, region: str) -> NDArray[np.bool_]:
        """Return who lives in a region."""
        return self.people["region"] == self.regions.index(region)


ALPHA, BETA = 0, 1


def after(scenario: Scenario, count: int) -> Month:
    """Return the last of so many months."""
    with opened(scenario) as model:
        for _ in range(count):
            supplier = model.population["retailer"].copy()
            model.step()
        return Month(supplier, model.population, model.frame.regions, mechanism(model))


def one_by_one(values: list[float]) -> NDArray[np.float64]:
    """Return numbers as an array."""
    return np.array(values, dtype=np.float64)


def test_quality_of_supply_by_hand() -> None:
    quality = felt_reliability(one_by_one([0.98, 0.98, 0.9]), one_by_one([0.0, 8.0, 4.0]), one_by_one([8.0, 8.0, 8.0]))
    assert quality == pytest.approx([0.98, 0.98 / np.e, 0.9 * np.exp(-0.5)])


def test_time_to_restoration_by_hand() -> None:
    hours = restoration_hours(
        one_by_one([1.0, 0.5]), one_by_one([0.2, 0.2]), one_by_one([1 / 3, 1 / 3]), 1.5, one_by_one([0, 0.35])
    )
    assert hours == pytest.approx([1 + 0.2 + 1 / 3 + 1.5, (0.5 + 0.2 + 1 / 3 + 1.5) * 0.65])


def test_without_outages_supply_is_as_good_as_its_voltage() -> None:
    changes = {
        "reliability.outages_per_year": {"town": 0.0, "village": 0.0},
        "reliability.voltage_quality_by_region": {"town": 0.9},
    }
    month = after(market(changes), 2)
    assert month.people["reliability"] == pytest.approx(np.where(month.lives_in("town"), 0.9, 0.98))
    assert np.array_equal(month.people["use"], month.people["energy"])
    assert month.outages.outage_count.sum() == 0.0
    assert np.all(month.outages.tickets == 0.0)


def test_off_is_exactly_the_market_without() -> None:
    assert_identical(run(lively()), run(lively({"reliability.outages_per_year": RATES})))


def test_outages_are_as_frequent_as_stated() -> None:
    month = after(market(), 1)
    for region, rate in RATES.items():
        assert set(month.outages.expected[month.lives_in(region)]) == {rate / 12}
    total = 0.0
    with opened(market()) as model:
        for _ in range(8):
            model.step()
            total += float(mechanism(model).outage_count.sum())
    expected = 8 * float(month.outages.expected.sum())
    assert total == pytest.approx(expected, abs=4 * np.sqrt(expected))


def test_the_first_year_has_no_trend() -> None:
    yearly = []
    with opened(market({**CALM, "events": []})) as model:
        for _ in range(8):
            model.step()
            yearly.append(float(mechanism(model).hours.sum(axis=0).mean()))
    assert min(yearly) > 0.85 * max(yearly)


def test_equipment_ages() -> None:
    ageing = market({"reliability.ageing_growth_per_year": 0.2})
    first, last = after(ageing, 1).outages.expected, after(ageing, 7).outages.expected
    assert last == pytest.approx(first * 1.2**0.5)


def test_second_circuit_spares_nine_outages_in_ten() -> None:
    before, spared = after(market(), 1), after(market(lever("outage_rate_factor", 0.1)), 1)
    own = before.at(ALPHA)
    assert spared.outages.expected == pytest.approx(before.outages.expected * np.where(own, 0.1, 1.0))
    assert np.all(spared.outages.outage_count <= before.outages.outage_count)
    assert spared.outages.outage_count[own].sum() < 0.3 * before.outages.outage_count[own].sum()


def test_a_plan_shortens_outages() -> None:
    before, planned = after(market(CALM), 1), after(market({**CALM, **lever("restoration_saving", 0.35)}), 1)
    expected = before.outages.duration * np.where(before.at(ALPHA), 0.65, 1.0)
    assert planned.outages.duration == pytest.approx(expected)


def test_a_plan_is_worth_what_the_record_is() -> None:
    known = {**CALM, "information.enabled": True}
    with opened(market({**known, **lever("restoration_saving", 0.35)})) as model:
        own = model.population["retailer"] == ALPHA
        model.step()
        records = model.mechanism(CustomerInformation)
        assert records is not None
        valid = records.valid[:, ACCOUNT].copy()
        duration = mechanism(model).duration
    ratio = duration / after(market(known), 1).outages.duration
    assert ratio[own & valid] == pytest.approx(0.65)
    assert ratio[own & ~valid] == pytest.approx(1.0)


def test_monitoring_locates_faults_sooner() -> None:
    before, watched = after(market(CALM), 1), after(market({**CALM, **lever("locate_saving", 0.5)}), 1)
    saved = before.outages.duration - watched.outages.duration
    assert saved == pytest.approx(np.where(before.at(ALPHA), 0.5, 0.0), abs=1e-9)


def test_a_better_grid_serves_everybody_in_its_region() -> None:
    before = after(market(), 1)
    upgraded = after(market(lever("region_outage_saving", 0.25, regions=["village"])), 1)
    village = before.lives_in("village")
    assert len(np.unique(before.supplier[village])) > 1
    assert upgraded.outages.expected == pytest.approx(before.outages.expected * np.where(village, 0.75, 1.0))


def test_only_the_owner_of_the_grid_can_change_it() -> None:
    with pytest.raises(ScenarioError, match="only a retailer of kind grid can use it; Beta is of kind independent"):
        market(lever("region_outage_saving", 0.25, retailer="Beta") | {"retailers.Beta.kind": "independent"})
    with pytest.raises(ScenarioError, match="only a retailer of kind grid can use it"):
        lively({"retailers.Gamma.kind": "genco", "retailers.Gamma.levers.grid_upgrade": {}})


def test_a_storm_multiplies_outages_where_and_while_it_blows() -> None:
    storm = {"type": "outage_storm", "month": 2, "duration_months": 2, "regions": ["village"], "size": 4.0}
    with opened(market()) as calm, opened(market({"events": [storm]})) as wild:
        for month in range(5):
            calm.step()
            wild.step()
            village = calm.population["region"] == calm.frame.regions.index("village")
            factor = np.where(village & (month in (2, 3)), 5.0, 1.0)
            assert mechanism(wild).expected == pytest.approx(mechanism(calm).expected * factor)
            if month == 2:
                waits = [model.service.sites["mean_wait_hours"][:, FIELD].max() for model in (calm, wild)]
                assert waits[1] > waits[0]
        assert wild.population["satisfaction"].mean() < calm.population["satisfaction"].mean()


def test_tickets_of_outages_are_expected_ones_in_exact_units() -> None:
    month = after(market(), 3)
    outages = month.outages
    assert np.array_equal(np.round(outages.tickets / UNIT) * UNIT, outages.tickets)
    calls = float((month.people["weight"] * outages.expected).sum()) * outages.settings.contact_tickets_per_outage
    assert outages.tickets[:, CONTACT].sum() == pytest.approx(calls, rel=1e-6)
    assert outages.tickets[:, FIELD].sum() > 0.0


def test_other_extra_tickets_stay() -> None:
    with opened(market()) as model:
        model.extra_tickets[0, CONTACT, 0, 0, 0] += 7.0
        for _ in range(3):
            model.step()
        others = model.extra_tickets - mechanism(model).tickets
    assert others[0, CONTACT, 0, 0, 0] == 7.0
    assert others.sum() == 7.0


def test_desks_are_staffed_for_ordinary_outages() -> None:
    with opened(lively()) as model:
        before = sum(float(retailer.staff.sum()) for retailer in model.retailers)
    with opened(market({"reliability.contact_tickets_per_outage": 1.0})) as model:
        assert sum(float(retailer.staff.sum()) for retailer in model.retailers) > before


def test_energy_is_lost_with_the_hours() -> None:
    month = after(market(), 2)
    people, hours = month.people, month.outages.outage_hours
    assert hours.max() > 0.0
    assert people["use"] == pytest.approx(people["energy"] * (1.0 - hours / 730.0))
    lost = float((people["weight"] * (people["energy"] - people["use"])).sum())
    assert month.outages.columns["outage_mwh"].sum() == pytest.approx(lost)
    assert month.outages.columns["outage_hours"].sum() == pytest.approx(float((people["weight"] * hours).sum()))


def test_who_promises_pays_by_the_hour() -> None:
    promise = {"retailers.Beta.outage_promise": {"cny_per_hour": 30.0, "cny_per_mwh": 100.0, "relief_share": 0.5}}
    tables = run(market(promise))
    retailers, segments = plain(tables["retailer_month"]), plain(tables["segment_month"])
    own = segments[segments["retailer"] == "Beta"].groupby("month")
    owed = 30.0 * own["outage_hours"].sum() + 100.0 * own["outage_mwh"].sum()
    assert by_month(retailers, "Beta", "compensation_cny") == pytest.approx(owed.to_numpy())
    assert (by_month(retailers, "Alpha", "compensation_cny") == 0.0).all()
    relieved, before = after(market(promise), 1), after(market(), 1)
    quality = [month.people["reliability"][month.at(BETA)].mean() for month in (relieved, before)]
    assert quality[0] > quality[1]


def test_common_faults_strike_a_region_at_once() -> None:
    common = {"reliability.regional_events_per_year": 12.0, "reliability.regional_event_share": 0.5}
    found = set()
    with opened(market()) as calm, opened(market(common)) as struck:
        for _ in range(8):
            calm.step()
            struck.step()
            more = mechanism(struck).expected - mechanism(calm).expected
            by_region = [set(np.round(more[calm.population["region"] == r], 9)) for r in range(2)]
            assert all(len(values) == 1 for values in by_region)
            found |= set.union(*by_region)
    assert found <= {0.5 * count for count in range(8)}
    assert len(found) > 1


def test_the_worst_supply_leaves_everything_finite() -> None:
    worst = {
        "reliability.outages_per_year": {"town": 1000.0, "village": 1000.0},
        "reliability.repair_hours": 100.0,
        "reliability.other_tolerance_hours": 0.01,
        "events": [{"type": "outage_storm", "month": 1, "duration_months": 4, "size": 1000.0}],
    }
    tables = run(market(worst))
    for table in tables.values():
        assert not np.isinf(table.select_dtypes("number").to_numpy(dtype=float)).any()
    segments = tables["segment_month"]
    assert (segments["outage_hours"] <= 730.0 * segments["customers"] * (1 + 1e-9)).all()
    assert segments["quality_reliability"].between(0.0, 1.0).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reliability.outages_per_year": {"twon": 1.0}}, "there is no region twon"),
        ({"reliability.outages_per_year": {"town": -1.0}}, "must be between 0 and 1000"),
        ({"reliability.tolerance_hours": {"works": 0.0}}, "must be between 0.01 and 100000"),
    ],
)
def test_what_cannot_be_is_said(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        lively(changes)
