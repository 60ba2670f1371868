"""Desks: classes, teams, regions, repeats and backlog around the queue formulas (M6)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.market.rows import row, rows
from tests.markets import lively

from marketsim.market.desks import (
    DESK,
    SITE,
    Carried,
    LoadBlocks,
    build_blocks,
    build_desks,
    clock_offsets,
    expected_responsiveness,
    nothing_carried,
    serve_all,
    slowest_tenth,
)
from marketsim.market.experience import felt_wait
from marketsim.market.frame import build_frame
from marketsim.market.queues import Clock, fifo_wait, priority_waits, wait_tail
from marketsim.market.records import Record, Records
from marketsim.market.satisfaction import responsiveness
from marketsim.scenario.service import TIERS

FloatArray = NDArray[np.float64]
KEY, QUALITY, LOYAL, ORDINARY = range(4)
FIFO, LANE, TWO_LANES = (0, 0, 0, 0), (0, 1, 1, 1), (0, 1, 2, 2)
OPEN_HOURS, HANDLE_HOURS, STANDARD = 100.0, 0.5, 0.25
EVEN = LoadBlocks(np.ones(1), np.ones(1))
UNEVEN = LoadBlocks(np.array([0.25, 0.5, 0.25]), np.array([1.25, 1.0, 0.75]))


def desk(class_of: tuple[int, ...] = FIFO, **values: Any) -> Record:
    """A desk of 100 hours, half an hour a ticket, and a standard of a quarter of an hour for the reply."""
    usual = {"open_hours": OPEN_HOURS, "handle_hours": HANDLE_HOURS, "sla_hours": STANDARD, "clock": int(Clock.REPLY)}
    return row(DESK, **{**usual, "class_of": class_of, "classes": max(class_of) + 1, **values})


class Month:
    """A month at one desk in one or two regions; what it leaves behind stays for the next."""

    def __init__(
        self,
        rule: Record,
        tickets: list[list[float]],
        servers: list[float],
        blocks: LoadBlocks = EVEN,
        resolution: float = 1.0,
        dedicated_share: float = 1.0,
    ) -> None:
        regions = len(tickets)
        self.rules = np.repeat(np.array([rule]), regions).reshape(1, 1, regions)
        self.carried = Carried(np.zeros((1, 1, regions, 4)), np.zeros((1, 1, regions, 4)))
        self.blocks, self.resolution = blocks, np.full((1, 1), resolution)
        self.servers = np.array(servers).reshape(1, 1, regions)
        self.dedicated = np.full((1, 1, regions), dedicated_share)
        self.serve(tickets)

    def serve(self, tickets: list[list[float]]) -> Month:
        regions = len(tickets)
        sites = np.zeros((1, 1, regions, 4), dtype=SITE)
        raised = np.array(tickets, dtype=np.float64).reshape(1, 1, regions, 4)
        serve_all(self.rules, self.blocks, raised, self.carried, self.servers, self.dedicated, self.resolution, sites)
        self.sites: Records = sites[0, 0]
        return self

    def of(self, name: str, region: int = 0) -> list[float]:
        return [float(value) for value in self.sites[name][region]]


TICKETS = [[20.0, 40.0, 60.0, 200.0]]
"""320 tickets in 100 hours: 3.2 an hour, 1.6 servers' work."""


# Disciplines


def test_in_order_of_arrival_all_tiers_wait_alike() -> None:
    month = Month(desk(), TICKETS, [2.0])
    probability, wait = fifo_wait(3.2, 2.0, 2.0)
    assert month.of("mean_wait_hours") == pytest.approx([wait] * 4, rel=1e-12)
    assert month.of("sla_share") == pytest.approx([1 - wait_tail(probability, wait, STANDARD)] * 4, rel=1e-12)
    assert month.of("utilisation") == pytest.approx([0.8] * 4)
    assert month.of("arrivals") == pytest.approx(TICKETS[0])
    assert month.of("served") == pytest.approx(TICKETS[0])
    assert month.of("backlog") == [0, 0, 0, 0]


def test_a_lane_puts_the_named_tier_first_and_the_others_in_one_line() -> None:
    month = Month(desk(LANE), TICKETS, [2.0])
    _, waits = priority_waits(np.array([0.2, 3.0]), 2.0, 2.0)
    assert month.of("mean_wait_hours") == pytest.approx([waits[0], *[waits[1]] * 3], rel=1e-12)
    assert waits[0] < waits[1]


def test_two_lanes_are_served_in_their_order() -> None:
    month = Month(desk(TWO_LANES), TICKETS, [2.0])
    _, waits = priority_waits(np.array([0.2, 0.4, 2.6]), 2.0, 2.0)
    assert month.of("mean_wait_hours") == pytest.approx([waits[0], waits[1], waits[2], waits[2]], rel=1e-12)


def test_a_dedicated_team_serves_its_tier_only() -> None:
    tickets = [[100.0, 40.0, 60.0, 200.0]]
    month = Month(desk(LANE, dedicated=1), tickets, [3.0], dedicated_share=0.3)
    first, others = fifo_wait(1.0, 2.0, 0.9)[1], fifo_wait(3.0, 2.0, 2.1)[1]
    assert month.of("mean_wait_hours") == pytest.approx([first, others, others, others], rel=1e-12)
    assert month.of("servers") == pytest.approx([0.9, 2.1, 2.1, 2.1])
    assert month.of("utilisation") == pytest.approx([0.5 / 0.9, *[1.5 / 2.1] * 3])


# Regions


def test_each_region_has_its_own_team() -> None:
    month = Month(desk(), [[0, 0, 0, 320.0], [0, 0, 0, 160.0]], [2.0, 2.0])
    for region, rate in enumerate((3.2, 1.6)):
        assert month.of("mean_wait_hours", region)[ORDINARY] == pytest.approx(fifo_wait(rate, 2.0, 2.0)[1])


def test_one_team_serves_the_whole_market() -> None:
    tickets = [[10.0, 0, 0, 310.0], [5.0, 0, 0, 155.0]]
    month = Month(desk(LANE, whole_market=1), tickets, [3.0, 0.0], UNEVEN)
    pooled = Month(desk(LANE), [[15.0, 0, 0, 465.0]], [3.0], UNEVEN)
    for name in ("mean_wait_hours", "busy_wait_hours", "sla_share", "busy_sla_share", "utilisation", "servers"):
        assert month.of(name, 0) == month.of(name, 1) == pooled.of(name)
    assert month.of("arrivals", 0) == pooled.of("arrivals")
    assert month.of("arrivals", 1) == [0, 0, 0, 0]
    assert (month.sites["wait_hours"][0] == month.sites["wait_hours"][1]).all()


# Repeats and backlog


def test_unsolved_requests_come_back_next_month() -> None:
    month = Month(desk(), TICKETS, [4.0], resolution=0.75)
    assert month.of("repeat_factor") == [1, 1, 1, 1]
    month.serve(TICKETS)
    assert month.of("arrivals") == pytest.approx([1.25 * tickets for tickets in TICKETS[0]])
    assert month.of("repeat_factor") == pytest.approx([1.25] * 4)
    month.serve(TICKETS)
    assert month.of("repeat_factor") == pytest.approx([1.3125] * 4)


def test_what_cannot_be_served_is_left_over_and_served_later() -> None:
    """One server handles 98 % of 200 tickets a month: of 250, 54 are left over; without new ones they are served."""
    month = Month(desk(), [[0, 0, 50.0, 200.0]], [1.0])
    assert month.of("served") == pytest.approx([0, 0, 196 * 0.2, 196 * 0.8])
    assert month.of("backlog") == pytest.approx([0, 0, 54 * 0.2, 54 * 0.8])
    assert month.of("served_share")[ORDINARY] == pytest.approx(196 / 250)
    month.serve([[0, 0, 0, 0]])
    assert month.of("served")[ORDINARY] == pytest.approx(54)
    assert month.of("backlog") == [0, 0, 0, 0]


def test_overload_stays_with_the_tiers_served_last() -> None:
    month = Month(desk(LANE), [[100.0, 0, 0, 150.0]], [1.0])
    assert month.of("served")[KEY] == pytest.approx(100)
    assert month.of("backlog") == pytest.approx([0, 0, 0, 54])


TIER_TICKETS = st.lists(st.floats(0, 400), min_size=4, max_size=4)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(
    st.sampled_from([FIFO, LANE, TWO_LANES, (1, 0, 1, 1)]),
    st.booleans(),
    st.booleans(),
    st.lists(st.tuples(TIER_TICKETS, TIER_TICKETS), min_size=1, max_size=4),
    st.floats(0.3, 8),
)
def test_tickets_are_conserved_month_by_month(
    class_of: tuple[int, ...], whole: bool, dedicated: bool, months: list[tuple[list[float], ...]], servers: float
) -> None:
    rule = desk(class_of, whole_market=whole, dedicated=dedicated and max(class_of) == 1)
    month = Month(rule, [[0.0] * 4] * 2, [servers, servers], UNEVEN, resolution=0.8, dedicated_share=0.4)
    before, repeats = 0.0, 0.0
    for tickets in months:
        month.serve(list(tickets))
        arrivals, served, backlog = (float(month.sites[name].sum()) for name in ("arrivals", "served", "backlog"))
        assert arrivals == pytest.approx(np.sum(tickets) + repeats, rel=1e-9, abs=1e-9)
        assert arrivals + before == pytest.approx(served + backlog, rel=1e-9, abs=1e-9)
        before, repeats = backlog, 0.2 * served


def test_what_belongs_to_a_class_without_tickets_is_not_lost() -> None:
    month = Month(desk(LANE), [[250.0, 0, 0, 0]], [1.0])
    month.serve([[0, 0, 0, 90.0]])
    assert month.of("served")[KEY] == pytest.approx(54)
    assert month.of("served")[ORDINARY] == pytest.approx(90)


# A lane for nobody or for everybody is no lane (V6)


@pytest.mark.parametrize("tickets", [[[0.0, 40.0, 60.0, 200.0]], [[0.0, 0.1, 0.7, 383.3]], [[0.0, 0.0, 0.0, 0.0]]])
@pytest.mark.parametrize("servers", [[2.0], [1.3]])
def test_a_lane_for_nobody_is_order_of_arrival(tickets: list[list[float]], servers: list[float]) -> None:
    lane, fifo = (Month(desk(rule), tickets, servers, UNEVEN, resolution=0.75) for rule in (LANE, FIFO))
    for _ in range(3):
        for name in SITE.names or ():
            assert lane.sites[name][0, 1:].tolist() == fifo.sites[name][0, 1:].tolist(), name
        lane.serve(tickets)
        fifo.serve(tickets)


@pytest.mark.parametrize("servers", [[2.0], [1.3]])
def test_a_lane_for_everybody_is_order_of_arrival(servers: list[float]) -> None:
    tickets = [[317.7, 0.0, 0.0, 0.0]]
    lane, fifo = (Month(desk(rule), tickets, servers, UNEVEN, resolution=0.75) for rule in (LANE, FIFO))
    for _ in range(3):
        for name in SITE.names or ():
            assert lane.sites[name][0, 0].tolist() == fifo.sites[name][0, 0].tolist(), name
        lane.serve(tickets)
        fifo.serve(tickets)


# Standards by the clock, and means over blocks


def test_the_busiest_block_is_told_apart() -> None:
    month = Month(desk(), TICKETS, [2.2], UNEVEN)
    waits = [fifo_wait(3.2 * factor, 2.0, 2.2)[1] for factor in (1.25, 1.0, 0.75)]
    assert month.of("busy_wait_hours")[0] == pytest.approx(waits[0])
    weights = np.array([0.25 * 1.25, 0.5, 0.25 * 0.75])
    assert month.of("mean_wait_hours")[0] == pytest.approx((weights * waits).sum())


def test_travel_and_handling_count_by_the_clock() -> None:
    probability, wait = fifo_wait(3.2, 2.0, 2.0)
    arrival = Month(desk(clock=int(Clock.ARRIVAL), travel_hours=0.2, sla_hours=0.5), TICKETS, [2.0])
    assert arrival.of("sla_share")[0] == pytest.approx(1 - wait_tail(probability, wait, 0.3))
    solution = Month(desk(clock=int(Clock.SOLUTION), sla_hours=1000.0), TICKETS, [2.0])
    assert solution.of("sla_share")[0] == pytest.approx(1.0)
    rules = np.array([desk(), desk(clock=int(Clock.ARRIVAL), travel_hours=0.2), desk(clock=int(Clock.SOLUTION))])
    assert clock_offsets(rules).tolist() == [0, 0.2, HANDLE_HOURS]


def test_expected_responsiveness_is_the_mean_over_felt_waits() -> None:
    uniform_keys = [np.uint64(number) for number in range(20_000)]
    waits = np.array([felt_wait(key, 0.4, 0.3) for key in uniform_keys])
    sampled = np.mean([responsiveness(wait + 0.1, 0.5) for wait in waits])
    found = expected_responsiveness(np.array([0.4]), np.array([0.3]), np.array([0.1]), np.array([0.5]))[0]
    assert found == pytest.approx(sampled, abs=0.005)


# Reading a study


def test_desks_of_a_study() -> None:
    study = lively().study
    rules = build_desks(build_frame(study, study), study)
    contact, field, case = rules[0]
    assert contact["whole_market"].tolist() == [1, 1]
    assert contact[0]["class_of"].tolist() == [0, 1, 2, 2]
    assert field[0]["dedicated"] == 1
    assert field[0]["class_of"].tolist() == [0, 1, 1, 1]
    assert case[0]["class_of"].tolist() == [0, 0, 0, 0]
    assert (field["travel_hours"] * 60).tolist() == pytest.approx([20, 60])
    assert (field["handle_hours"] * 60).tolist() == pytest.approx([90 + 20, 90 + 60])
    assert (field["sla_hours"] * 60).tolist() == pytest.approx([45, 90])
    assert (contact["sla_hours"] * 60).tolist() == pytest.approx([10, 10])
    assert (case["sla_hours"]).tolist() == pytest.approx([16, 16])
    assert contact["travel_hours"].tolist() == [0, 0]


def test_crews_for_the_whole_market_drive_the_mean_way() -> None:
    study = lively({"retailers.Beta.desks.field.scope": "market"}).study
    rules = build_desks(build_frame(study, study), study)
    assert rules[1, 1]["travel_hours"] * 60 == pytest.approx(0.7 * 20 + 0.3 * 60)


def test_classes_are_numbered_in_the_order_in_which_tiers_are_named() -> None:
    """Without gaps; all others come last."""
    changes: dict[str, Any] = {
        "retailers.Gamma.desks.contact.discipline": "priority",
        "retailers.Gamma.desks.contact.priority_tiers": ["loyal", "key", "loyal"],
        "retailers.Gamma.desks.case.discipline": "dedicated",
        "retailers.Gamma.desks.case.priority_tiers": list(TIERS),
    }
    study = lively(changes).study
    rules = build_desks(build_frame(study, study), study)
    assert rules[2, 0, 0]["class_of"].tolist() == [1, 2, 0, 2]
    assert rules[2, 2, 0]["class_of"].tolist() == [0, 0, 0, 0]
    assert rules[2, 2, 0]["classes"] == 1


def test_load_blocks_of_a_study() -> None:
    blocks = build_blocks(lively().study)
    assert blocks.hours_shares.tolist() == [0.25, 0.5, 0.25]
    assert blocks.load_factors.tolist() == [1.25, 1.0, 0.75]
    assert nothing_carried(2, 3).backlog.shape == (2, 3, 3, 4)


def test_the_slowest_tenth_waits_as_the_tails_of_all_blocks_say() -> None:
    """One block in which half wait 1 hour on average when they do: P(W > x) = .5 exp(-x) is .1 at ln 5."""
    one = rows(SITE, {"wait_probability": [0.5] + [0.0] * 11, "wait_hours": [0.5] + [0.0] * 11})
    assert slowest_tenth(one, np.array([1.0])) == pytest.approx([math.log(5.0)])
    nobody = rows(SITE, {"wait_probability": [0.05] + [0.0] * 11, "wait_hours": [9.0] + [0.0] * 11})
    assert slowest_tenth(nobody, np.array([1.0])) == pytest.approx([0.0], abs=1e-9)
    # a busy block of a quarter of the tickets, an empty one of the rest: .25 exp(-x / 2) is .1 at 2 ln 2.5
    two = rows(SITE, {"wait_probability": [1.0] + [0.0] * 11, "wait_hours": [2.0] + [0.0] * 11})
    assert slowest_tenth(two, np.array([0.25, 1.0])) == pytest.approx([2.0 * math.log(2.5)])
