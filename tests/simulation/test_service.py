"""Staffing, levers at the desks, and tickets carried over a change of the rules."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.markets import lively, opened, plain, run

from marketsim.market import desks
from marketsim.market.desks import Carried
from marketsim.market.exact import as_float
from marketsim.market.queues import Clock, ServiceStandard
from marketsim.market.staffing import DeskLoad, smallest_staff
from marketsim.scenario.service import DESKS
from marketsim.simulation import service
from marketsim.simulation.service import Work

CONTACT, FIELD, CASE = range(3)
ALPHA, BETA, GAMMA = range(3)
TOWN, VILLAGE = range(2)
DUTY = 176 * 0.85
CALM = {"events": [], "behaviour.complaints.enabled": False}


def staff(changes: dict[str, Any] | None = None) -> dict[str, np.ndarray[Any, Any]]:
    """Return the staff of each retailer by desk and region at the start."""
    with opened(lively({**CALM, **(changes or {})})) as model:
        return {retailer.name: retailer.staff.copy() for retailer in model.retailers}


def tickets_of(name: str, changes: dict[str, Any] | None = None) -> np.ndarray[Any, Any]:
    """Return a retailer's expected tickets at the start, by desk and region."""
    with opened(lively({**CALM, **(changes or {})})) as model:
        load = service.expected_load(model).tickets.sum(axis=(3, 4))
        return load[[retailer.name for retailer in model.retailers].index(name)]


def test_expected_tickets_are_those_of_the_customers() -> None:
    with opened(lively(CALM)) as model:
        people, segments = model.population, model.behaviour.segments
        rates = people["weight"] * segments["tickets_per_month"][people["segment"]]
        load = service.expected_load(model).tickets
        for j in range(3):
            own = people["retailer"] == j
            for r in range(2):
                here = own & (people["region"] == r)
                assert load[j, FIELD, r].sum() == pytest.approx(0.10 * rates[here].sum(), rel=1e-6)


def test_each_region_is_staffed_for_its_tickets_and_their_repeats() -> None:
    found, tickets = staff()["Beta"], tickets_of("Beta")
    blocks = np.array([0.25, 0.5, 0.25]), np.array([1.25, 1.0, 0.75])
    for region in range(2):
        load = DeskLoad(tickets[CONTACT, region] / 0.75, 0.5, 176.0, *blocks)
        standard = ServiceStandard(Clock.REPLY, 10 / 60)
        assert found[CONTACT, region] == smallest_staff(load, 0.85, standard, 0.8)
    travel, sla = (20, 60), (45, 90)
    for region in range(2):
        load = DeskLoad(tickets[FIELD, region], (90 + travel[region]) / 60, 730.0, *blocks)
        standard = ServiceStandard(Clock.ARRIVAL, sla[region] / 60, travel[region] / 60)
        assert found[FIELD, region] == smallest_staff(load, DUTY / 730, standard, 0.8)


def test_the_target_is_met_in_the_busiest_block_of_the_first_months() -> None:
    """Nobody moves, and requests that come back are planned for."""
    still = {**CALM, "segments.works.search_rate": 0, "segments.shops.search_rate": 0, "run.months": 5}
    table = plain(run(lively(still))["desk_month"])
    met = table[(table["retailer"] == "Beta") & (table["desk"] == "contact")]
    assert (met["busy_sla_share"] >= 0.8 - 1e-3).all()
    assert (met["sla_share"] >= met["busy_sla_share"]).all()


def test_a_team_for_the_market_stands_in_one_place() -> None:
    found = staff()["Alpha"]
    assert found[CONTACT, TOWN] > 0
    assert found[CONTACT, VILLAGE] == 0
    assert found[FIELD].min() > 0


def test_other_ways_to_staff() -> None:
    beta = "retailers.Beta.desks"
    changes = {
        f"{beta}.contact.heads": 10,
        f"{beta}.field.target_utilisation": 0.7,
        f"{beta}.case.staff_factor": 1.5,
    }
    usual, found, tickets = staff()["Beta"], staff(changes)["Beta"], tickets_of("Beta")
    assert found[CONTACT] == pytest.approx(10 * tickets[CONTACT] / tickets[CONTACT].sum())
    work = tickets[FIELD] * np.array([110, 150]) / 60
    assert found[FIELD] == pytest.approx(work / (0.7 * DUTY))
    assert found[CASE] == pytest.approx(1.5 * usual[CASE])


def test_a_policy_holds_staff_not_utilisation() -> None:
    """A lane, a lever or a price changes no head; only a staffing rule does."""
    policies = {
        "lever": {"retailers.Beta.levers.app": {}},
        "lane": {"retailers.Beta.desks.contact.discipline": "priority"},
        "price": {"retailers.Beta.offers.share.benchmark_cny_per_mwh": 470},
        "more": {"retailers.Beta.desks.contact.staff_factor": 2.0},
    }
    scenario = lively({**CALM, "policies": policies})
    base = run(scenario)["retailer_month"]
    for policy in ("lever", "lane", "price"):
        assert run(scenario, policy)["retailer_month"]["staff"].equals(base["staff"])
    more = run(scenario, "more")["retailer_month"]
    changed = plain(more)[more["staff"] != base["staff"]]
    assert set(changed["retailer"].unique()) - {"default supplier"} == {"Beta"}
    assert changed[changed["retailer"] == "Beta"]["month"].min() == 3


# Levers at the desks


def test_levers_speed_up_handling_and_solve_more_at_once() -> None:
    """The app at half intensity, for all: 5 % less time; .75 + .05 solved at once. The field desk is left alone."""
    with opened(lively(CALM)) as model:
        model.levers.rows["intensity"] = [0.5, 0.0]
        work = service.expected_load(model)
        assert work.handle_hours[ALPHA, CONTACT] == pytest.approx([0.5 * 0.95] * 2)
        assert work.handle_hours[ALPHA, CASE] == pytest.approx([4 * 0.95] * 2)
        assert work.handle_hours[ALPHA, FIELD] == pytest.approx([110 / 60, 150 / 60])
        assert work.resolution[ALPHA] == pytest.approx([0.80, 1.0, 1.0])
        assert work.handle_hours[BETA, CONTACT].tolist() == [0.5, 0.5]
        assert work.resolution[BETA].tolist() == [0.75, 1.0, 0.8]


def test_solving_at_once_has_a_limit() -> None:
    with opened(lively({**CALM, "levers.app.hooks.first_contact_resolution_gain": 0.9})) as model:
        model.levers.rows["intensity"] = [1.0, 0.0]
        assert service.expected_load(model).resolution[ALPHA, CONTACT] == 0.99


def test_requests_that_come_back_are_raised_again() -> None:
    """Month by month: arrivals are new tickets, and what last month's service did not solve."""
    still = {**CALM, "segments.works.search_rate": 0, "segments.shops.search_rate": 0, "run.months": 6}
    table = plain(run(lively(still))["desk_month"])
    sums = table[table["retailer"] == "Beta"].groupby(["desk", "month"])[["arrivals", "served"]].sum()
    new = tickets_of("Beta").sum(axis=1)
    for d, desk in enumerate(DESKS):
        unsolved = (0.25, 0.0, 0.2)[d]
        served = [0.0, *sums.loc[desk, "served"].tolist()[:-1]]
        expected = [new[d] + unsolved * before for before in served]
        assert sums.loc[desk, "arrivals"].tolist() == pytest.approx(expected, rel=1e-6)


def test_customers_raise_again_what_comes_back_at_every_desk() -> None:
    """All requests are cases, of which half come back: customers are served as often as the desk expects."""
    beta = "retailers.Beta.desks"
    cases_only = {
        f"{beta}.case": {"ticket_share": 1.0, "first_contact_resolution": 0.5, "heads": 500},
        f"{beta}.contact.ticket_share": 0.0,
        f"{beta}.field.ticket_share": 0.0,
        "segments.works.customers": 5000,
        "segments.works.search_rate": 0,
        "segments.shops.search_rate": 0,
        "run.agents": "all",
    }
    with opened(lively({**CALM, **cases_only})) as model:
        for _ in range(8):
            model.step()
        people = model.population[model.population["retailer"] == BETA]
        assert model.service.sites[BETA, CASE, TOWN, 3]["repeat_factor"] == pytest.approx(2 - 0.5**7, rel=1e-6)
        rates = (2 - 0.5**7) * model.behaviour.segments["tickets_per_month"][people["segment"]]
        some = 1 - np.exp(-rates)
        served = as_float(model.experiences.responsiveness[BETA])[1]
        assert served == pytest.approx(some.sum(), abs=3 * np.sqrt((some * (1 - some)).sum()))


# Carried over a change of the rules


def regrouped(
    before: dict[str, Any], after: dict[str, Any], backlog: list[list[float]], tickets: list[list[float]]
) -> np.ndarray[Any, Any]:
    """Return the backlog of Beta's contact desk by region and class after its rules have changed.

    Args:
        before: changes to the desk in force before.
        after: changes to the desk in force after.
        backlog: by region and class.
        tickets: by region and tier.
    """
    rules = []
    for changes in (before, after):
        study = lively({f"retailers.Beta.desks.contact.{name}": value for name, value in changes.items()}).study
        with opened(lively()) as model:
            rules.append(desks.build_desks(model.frame, study))
    carried = np.zeros((3, 3, 2, 4))
    carried[BETA, CONTACT] = backlog
    load = np.zeros((3, 3, 2, 3, 4))
    load[BETA, CONTACT, :, 2] = tickets
    work = Work(load, np.zeros((3, 3, 2)), np.zeros((3, 3, 2)), np.ones((3, 3)))
    result = service.regroup(rules[0], rules[1], Carried(carried, 2 * carried), work)
    assert result.repeats == pytest.approx(2 * result.backlog)
    assert result.backlog.sum() == pytest.approx(carried.sum())
    return result.backlog[BETA, CONTACT]


LANE = {"discipline": "priority"}


def test_a_new_lane_takes_its_tiers_share_of_the_old_line() -> None:
    found = regrouped({}, LANE, [[8, 0, 0, 0], [6, 0, 0, 0]], [[10, 0, 0, 30], [0, 0, 5, 15]])
    assert found.tolist() == [[2, 6, 0, 0], [0, 6, 0, 0]]


def test_lines_are_merged_when_a_lane_ends() -> None:
    found = regrouped(LANE, {}, [[2, 6, 0, 0], [1, 0, 0, 0]], [[10, 0, 0, 30], [0, 0, 5, 15]])
    assert found.tolist() == [[8, 0, 0, 0], [1, 0, 0, 0]]


def test_regional_lines_move_to_the_team_for_the_market() -> None:
    found = regrouped({}, {"scope": "market"}, [[8, 0, 0, 0], [6, 0, 0, 0]], [[10, 0, 0, 30], [0, 0, 5, 15]])
    assert found.tolist() == [[14, 0, 0, 0], [0, 0, 0, 0]]


def test_the_line_of_the_whole_market_is_spread_over_the_regions_that_raised_it() -> None:
    found = regrouped({"scope": "market"}, LANE, [[12, 0, 0, 0], [0, 0, 0, 0]], [[10, 0, 0, 30], [0, 0, 5, 15]])
    assert found.tolist() == [[2, 6, 0, 0], [0, 4, 0, 0]]


def test_without_tickets_the_line_goes_with_the_tiers_of_its_class() -> None:
    found = regrouped(LANE, {}, [[3, 0, 0, 0], [0, 0, 0, 0]], [[0, 0, 0, 30], [0, 0, 0, 0]])
    assert found.tolist() == [[3, 0, 0, 0], [0, 0, 0, 0]]


# Whom others outrun


def test_the_gap_to_the_best_served_tier_is_felt_by_the_others() -> None:
    with opened(lively(CALM), "lane") as model:
        for _ in range(5):
            model.step()
        gaps, sites = model.service.wait_gap, model.service.sites
        assert (gaps >= 0).all()
        assert not gaps[3].any()
        waits = sites["mean_wait_hours"][ALPHA, :, TOWN]
        half = sites["half_time"][ALPHA, :, TOWN]
        shares = np.array([0.85, 0.10, 0.05])
        expected = (shares[:, None] * (waits - waits.min(axis=1, keepdims=True)) / half).sum(axis=0)
        assert gaps[ALPHA, TOWN] == pytest.approx(expected)
        assert gaps[ALPHA, TOWN].max() > 0


def test_dedicated_staff_goes_by_the_tiers_tickets_unless_given() -> None:
    given = {
        "retailers.Beta.desks.case.discipline": "dedicated",
        "retailers.Beta.desks.case.dedicated_staff_share": 0.3,
    }
    with opened(lively({**CALM, **given})) as model:
        load = service.expected_load(model).tickets.sum(axis=3)
        shares = service.dedicated_shares(model, load)
        assert shares[ALPHA, FIELD] == pytest.approx(load[ALPHA, FIELD, :, 0] / load[ALPHA, FIELD].sum(axis=1))
        assert shares[BETA, CASE].tolist() == [0.3, 0.3]
        assert shares[GAMMA].tolist() == [[1, 1]] * 3
