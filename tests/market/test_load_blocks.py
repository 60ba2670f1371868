"""Months at a desk: conservation of tickets, overload, backlog (V4, V6, V7)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketsim.market.load_blocks import (
    LONGEST_WAIT_MONTHS,
    UTILISATION_CAP,
    DeskMonth,
    admit,
    backlog_line,
    month_of_blocks,
    with_backlog,
)
from marketsim.market.queues import FloatArray, fifo_wait, priority_waits, wait_tail

many_cases = settings(deadline=None, max_examples=150)

OPEN_HOURS = 176.0


@dataclass(frozen=True)
class Desk:
    """A month's input; by default ten servers at 80 % with the usual three blocks."""

    tickets: FloatArray
    backlog: FloatArray
    hours_shares: FloatArray
    load_factors: FloatArray
    servers: float = 10.0
    handle_hours: float = 0.5

    def month(self) -> DeskMonth:
        return month_of_blocks(
            self.tickets,
            self.backlog,
            self.handle_hours,
            OPEN_HOURS,
            self.hours_shares,
            self.load_factors,
            self.servers,
        )


def usual_desk(tickets: list[float], servers: float = 10.0) -> Desk:
    return Desk(
        np.array(tickets),
        np.zeros(len(tickets)),
        np.array([0.25, 0.5, 0.25]),
        np.array([1.25, 1.0, 0.75]),
        servers,
    )


@st.composite
def desks(draw: st.DrawFn, with_backlog_before: bool = True, classes: int = 3) -> Desk:
    """Any desk, from idle to loaded at three times its capacity."""
    blocks = draw(st.integers(1, 4))
    positive = st.floats(0.1, 1)
    shares = np.array(draw(st.lists(positive, min_size=blocks, max_size=blocks)))
    factors = np.array(draw(st.lists(st.floats(0.1, 2), min_size=blocks, max_size=blocks)))
    shares /= shares.sum()
    servers, handle_hours = draw(st.floats(0.05, 200)), draw(st.floats(0.05, 10))
    split = np.array(draw(st.lists(st.floats(0, 1), min_size=1, max_size=classes)))
    capacity = servers * OPEN_HOURS / handle_hours
    tickets = split * draw(st.floats(0, 3)) * capacity / max(1, split.sum())
    before = tickets * draw(st.sampled_from([0.0, 0.1, 1.0])) * with_backlog_before
    return Desk(tickets, before, shares, factors / (shares * factors).sum(), servers, handle_hours)


# Admission


@pytest.mark.parametrize(
    ("demands", "room", "admitted", "left_over"),
    [
        ([3.0, 4.0], 10.0, [3.0, 4.0], [0.0, 0.0]),
        ([3.0, 4.0], 5.0, [3.0, 2.0], [0.0, 2.0]),
        ([3.0, 4.0, 1.0], 2.0, [2.0, 0.0, 0.0], [1.0, 4.0, 1.0]),
        ([3.0], 0.0, [0.0], [3.0]),
    ],
)
def test_the_lowest_class_is_turned_away_first(
    demands: list[float], room: float, admitted: list[float], left_over: list[float]
) -> None:
    taken, rest = admit(np.array(demands), room)
    assert taken.tolist() == admitted
    assert rest.tolist() == left_over


# Conservation (V4)


@many_cases
@given(desks())
def test_tickets_are_conserved(desk: Desk) -> None:
    month = desk.month()
    came = desk.tickets + desk.backlog
    assert month.served_tickets.sum(axis=0) + month.backlog_tickets == pytest.approx(came, rel=1e-9)
    assert (month.served_tickets >= 0).all()
    assert (month.backlog_tickets >= 0).all()


@many_cases
@given(desks())
def test_every_value_is_finite_and_in_range(desk: Desk) -> None:
    month = desk.month()
    assert (month.waiting_probabilities >= 0).all()
    assert (month.waiting_probabilities <= 1).all()
    assert (month.wait_hours >= 0).all()
    assert (month.wait_hours <= LONGEST_WAIT_MONTHS * OPEN_HOURS).all()
    assert (month.utilisations <= UTILISATION_CAP * (1 + 1e-12)).all()


@many_cases
@given(desks())
def test_utilisation_is_the_work_done(desk: Desk) -> None:
    month = desk.month()
    work = (month.served_tickets.sum(axis=1)) * desk.handle_hours
    assert month.utilisations * desk.servers * desk.hours_shares * OPEN_HOURS == pytest.approx(work, rel=1e-9)


def test_backlog_goes_on_into_the_next_month() -> None:
    desk = usual_desk([1000.0, 3000.0])
    first = desk.month()
    second = replace(desk, backlog=first.backlog_tickets).month()
    room = UTILISATION_CAP * 10 * OPEN_HOURS / 0.5
    assert first.backlog_tickets == pytest.approx([0, 4000 - room])
    assert second.backlog_tickets == pytest.approx([0, 2 * (4000 - room)])
    assert second.wait_hours[0, 1] > first.wait_hours[0, 1]


def test_the_month_does_not_change_what_it_is_given() -> None:
    desk = replace(usual_desk([1000.0, 3000.0]), backlog=np.array([5.0, 7.0]))
    desk.month()
    assert desk.backlog.tolist() == [5.0, 7.0]
    assert desk.tickets.tolist() == [1000.0, 3000.0]


# Within capacity a month is the formulas, block by block


def test_blocks_within_capacity_are_queues_in_steady_state() -> None:
    desk = usual_desk([800.0, 1600.0])
    month = desk.month()
    for block, factor in enumerate(desk.load_factors):
        probability, waits = priority_waits(desk.tickets * factor / OPEN_HOURS, 2.0, 10.0)
        assert month.waiting_probabilities[block] == pytest.approx(probability)
        assert month.wait_hours[block] == pytest.approx(waits)
    assert month.utilisations == pytest.approx(2400 * 0.5 / OPEN_HOURS / 10 * desk.load_factors)
    assert (month.backlog_tickets == 0).all()


@many_cases
@given(desks(with_backlog_before=False, classes=1))
def test_a_lane_of_none_or_all_is_order_of_arrival_bit_for_bit(desk: Desk) -> None:
    alone = desk.month()
    tickets = float(desk.tickets[0])
    for k, split in enumerate(([tickets, 0.0], [0.0, tickets])):
        lane = replace(desk, tickets=np.array(split), backlog=np.zeros(2)).month()
        assert (lane.wait_hours[:, k] == alone.wait_hours[:, 0]).all()
        assert (lane.waiting_probabilities[:, k] == alone.waiting_probabilities[:, 0]).all()
        assert (lane.served_tickets[:, k] == alone.served_tickets[:, 0]).all()
        assert lane.backlog_tickets[k] == alone.backlog_tickets[0]
        assert (lane.utilisations == alone.utilisations).all()


# Overload


def test_an_overloaded_block_by_hand() -> None:
    """Two servers, an hour a ticket, blocks of 88 hours at 150 % and 50 %, one class.

    The first block takes 264 tickets and serves 172.48; its backlog grows to 91.52, on average 45.76, which
    is 23.35 hours of work. The second takes 88, has room for 84.48 more and so ends with 7.04; its backlog
    is on average 49.28.
    """
    desk = Desk(np.array([352.0]), np.zeros(1), np.array([0.5, 0.5]), np.array([1.5, 0.5]), 2.0, 1.0)
    month = desk.month()
    assert month.served_tickets[:, 0] == pytest.approx([172.48, 172.48])
    assert month.backlog_tickets == pytest.approx([7.04])
    queue = fifo_wait(1.96, 1.0, 2.0)[1]
    assert month.wait_hours[:, 0] == pytest.approx([max(queue, 45.76 / 1.96), max(queue, 49.28 / 1.96)])


def test_a_backlog_that_is_cleared_by_hand() -> None:
    """10 left over, 90 new tickets and room for 140: worked off in a fifth of the 50 hours, 5 on average."""
    share, wait = backlog_line(before=10.0, after=0.0, served=100.0, spare=50.0, hours=50.0)
    assert share == pytest.approx(0.2)
    assert wait == pytest.approx(5 * 10 / 100)


def test_a_backlog_is_cleared_with_the_room_that_the_class_before_leaves() -> None:
    """One server, an hour a ticket: of room for 172.48 the first class takes 100 and new tickets 12.48."""
    desk = Desk(np.array([100.0, 12.48]), np.array([0.0, 10.0]), np.ones(1), np.ones(1), 1.0, 1.0)
    month = desk.month()
    assert month.backlog_tickets == pytest.approx([0, 0])
    assert month.wait_hours[0, 1] == pytest.approx(10 / 2 * (10 / 60) * OPEN_HOURS / 22.48)


def test_a_backlog_that_is_never_served() -> None:
    assert backlog_line(3.0, 5.0, 0.0, -2.0, 50.0) == (1.0, math.inf)
    assert backlog_line(0.0, 0.0, 0.0, -2.0, 50.0) == (0.0, 0.0)


@many_cases
@given(st.floats(0.1, 100), st.floats(1, 200), st.floats(1, 100))
def test_just_cleared_and_just_not_cleared_are_alike(before: float, arrivals: float, hours: float) -> None:
    cleared = backlog_line(before, 0.0, arrivals + before, before * (1 + 1e-12), hours)
    left = backlog_line(before, 1e-12, arrivals + before, before * (1 - 1e-12), hours)
    assert cleared == pytest.approx(left, rel=1e-9)


@many_cases
@given(
    st.floats(0.01, 1),
    st.floats(0.01, 10),
    st.floats(0, 1),
    st.floats(0, 20),
    st.floats(1, 2),
    st.floats(0, 30),
)
def test_a_longer_backlog_never_puts_more_tickets_within_a_standard(
    probability: float, queue_wait: float, share: float, backlog_wait: float, factor: float, hours: float
) -> None:
    short = with_backlog(probability, queue_wait, share, backlog_wait)
    longer = with_backlog(probability, queue_wait, min(1.0, share * factor), backlog_wait * factor)
    wider = with_backlog(probability, queue_wait, share, backlog_wait * factor)
    assert wait_tail(*longer, hours) >= wait_tail(*short, hours) * (1 - 1e-12) - 1e-15
    assert wait_tail(*wider, hours) >= wait_tail(*short, hours) * (1 - 1e-12)


def test_overload_spares_the_class_served_first() -> None:
    month = usual_desk([300.0, 3300.0]).month()
    assert (month.wait_hours[:, 0] < 0.1).all()
    assert month.wait_hours[0, 1] > 1


def test_a_class_that_is_never_served_waits_the_longest_time_reported() -> None:
    month = usual_desk([5000.0, 100.0]).month()
    assert (month.wait_hours[:, 1] == LONGEST_WAIT_MONTHS * OPEN_HOURS).all()
    assert (month.waiting_probabilities[:, 1] == 1).all()
    assert month.backlog_tickets[1] == pytest.approx(100)


def test_a_desk_without_servers_keeps_its_tickets() -> None:
    month = usual_desk([10.0, 20.0], servers=0.0).month()
    assert month.backlog_tickets == pytest.approx([10, 20])
    assert (month.served_tickets == 0).all()
    assert (month.wait_hours == LONGEST_WAIT_MONTHS * OPEN_HOURS).all()
    assert (month.utilisations == 0).all()


def test_a_desk_without_tickets_has_no_queue() -> None:
    month = usual_desk([0.0, 0.0]).month()
    assert (month.wait_hours == 0).all()
    assert (month.waiting_probabilities == 0).all()


def test_the_order_of_blocks_matters_only_in_overload() -> None:
    calm, busy = usual_desk([2000.0]), usual_desk([3200.0])
    for desk, same in ((calm, True), (busy, False)):
        turned = replace(desk, hours_shares=desk.hours_shares[::-1].copy(), load_factors=desk.load_factors[::-1].copy())
        assert np.allclose(desk.month().wait_hours, turned.month().wait_hours[::-1]) is same


# Monotonicity into overload (V7)


@many_cases
@given(desks(), st.floats(1.0001, 1.5))
def test_more_servers_lengthen_no_wait(desk: Desk, factor: float) -> None:
    more = replace(desk, servers=desk.servers * factor).month()
    month = desk.month()
    assert (more.wait_hours <= month.wait_hours * (1 + 1e-9)).all()
    assert (more.backlog_tickets <= month.backlog_tickets * (1 + 1e-9) + 1e-9).all()


@many_cases
@given(desks(with_backlog_before=False), st.floats(1.0001, 1.5))
def test_more_tickets_shorten_no_wait(desk: Desk, factor: float) -> None:
    more = replace(desk, tickets=desk.tickets * factor).month()
    month = desk.month()
    assert (more.wait_hours >= month.wait_hours * (1 - 1e-9)).all()
    assert (more.backlog_tickets >= month.backlog_tickets * (1 - 1e-9)).all()


def test_waits_rise_without_a_step_into_overload() -> None:
    loads = np.linspace(0.70, 0.90, 401) * 10 * OPEN_HOURS / 0.5
    waits = np.array([usual_desk([load]).month().wait_hours[0, 0] for load in loads])
    steps = np.diff(waits)
    assert (steps >= 0).all()
    assert steps.max() < 0.1
