"""The smallest staff for a service standard, checked by trying every number."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketsim.market.load_blocks import UTILISATION_CAP, month_of_blocks
from marketsim.market.queues import Clock, ServiceStandard, fifo_wait, wait_tail
from marketsim.market.staffing import DeskLoad, attained_share, smallest_staff, within_reach

many_cases = settings(deadline=None, derandomize=True, max_examples=100)

HOURS_SHARES = np.array([0.25, 0.5, 0.25])
LOAD_FACTORS = np.array([1.25, 1.0, 0.75])
TEN_MINUTES = ServiceStandard(Clock.REPLY, 1 / 6, 0.0)


def load_of(
    mean_servers: float,
    handle_hours: float = 0.5,
    open_hours: float = 176.0,
    blocks: tuple[int, ...] = (0, 1, 2),
) -> DeskLoad:
    """Return tickets that keep so many servers busy on average, and the blocks in some order."""
    tickets = mean_servers * open_hours / handle_hours
    order = list(blocks)
    return DeskLoad(tickets, handle_hours, open_hours, HOURS_SHARES[order], LOAD_FACTORS[order])


standards = st.builds(ServiceStandard, st.sampled_from(list(Clock)), st.floats(0.02, 20.0), st.floats(0.0, 5.0))


@many_cases
@given(
    st.floats(0.01, 80),
    st.floats(0.1, 8),
    st.floats(0.15, 1),
    standards,
    st.sampled_from([0.3, 0.8, 0.95, 0.999]),
    st.permutations(range(3)),
)
def test_it_is_the_smallest_of_all(
    mean_servers: float,
    handle_hours: float,
    duty_share: float,
    standard: ServiceStandard,
    target: float,
    blocks: list[int],
) -> None:
    load = load_of(mean_servers, handle_hours, blocks=tuple(blocks))
    staff = smallest_staff(load, duty_share, standard, target)
    reachable_standard, reachable_target = within_reach(standard, target, handle_hours)
    lowest = max(1, math.ceil(mean_servers / (UTILISATION_CAP * duty_share) - 1e-9))
    assert staff >= lowest
    assert attained_share(load, staff * duty_share, reachable_standard) >= reachable_target
    for fewer in range(lowest, staff):
        assert attained_share(load, fewer * duty_share, reachable_standard) < reachable_target


def test_one_even_block_is_the_textbook_calculation() -> None:
    """Twenty calls an hour of half an hour each: 12 agents reach 77 % within 10 minutes, 13 reach 90 %."""
    load = DeskLoad(20 * 176.0, 0.5, 176.0, np.ones(1), np.ones(1))
    for servers, share in ((12.0, 0.769), (13.0, 0.895)):
        probability, wait = fifo_wait(20.0, 2.0, servers)
        assert 1 - wait_tail(probability, wait, 1 / 6) == pytest.approx(share, abs=0.001)
        assert attained_share(load, servers, TEN_MINUTES) == pytest.approx(share, abs=0.001)
    assert smallest_staff(load, 1.0, TEN_MINUTES, 0.8) == 13


def test_by_hand_in_the_busiest_block() -> None:
    """1.6 calls an hour on average, 2 in the busiest block, half an hour each: one server's work.

    Two servers: a caller waits with probability 1/3, for more than 10 minutes with e^(-1/3) of that.
    Three servers: with probability 1/11, and e^(-2/3) of that.
    """
    load = DeskLoad(1.6 * 176.0, 0.5, 176.0, HOURS_SHARES, LOAD_FACTORS)
    two, three = 1 - math.exp(-1 / 3) / 3, 1 - math.exp(-2 / 3) / 11
    assert attained_share(load, 2.0, TEN_MINUTES) == pytest.approx(two, rel=1e-12)
    assert attained_share(load, 3.0, TEN_MINUTES) == pytest.approx(three, rel=1e-12)
    assert (two, three) == pytest.approx((0.761, 0.953), abs=0.001)
    assert smallest_staff(load, 1.0, TEN_MINUTES, 0.76) == 2
    assert smallest_staff(load, 1.0, TEN_MINUTES, 0.80) == 3
    # of three heads at 85 % 2.55 are on duty, of two 1.7
    assert attained_share(load, 1.7, TEN_MINUTES) < 0.76 < attained_share(load, 2.55, TEN_MINUTES)
    assert smallest_staff(load, 0.85, TEN_MINUTES, 0.76) == 3


def test_only_the_busiest_block_counts_wherever_it_stands() -> None:
    shares, factors = HOURS_SHARES[::-1].copy(), LOAD_FACTORS[::-1].copy()
    mean = load_of(8.0)
    peak = DeskLoad(mean.monthly_tickets * 1.25, 0.5, 176.0, np.ones(1), np.ones(1))
    for load in (mean, mean._replace(hours_shares=shares, load_factors=factors)):
        assert attained_share(load, 11.0, TEN_MINUTES) == pytest.approx(attained_share(peak, 11.0, TEN_MINUTES))


def test_the_quiet_hours_do_not_make_up_for_the_busy_ones() -> None:
    """Eleven servers reach 80 % over the month, but half of it in the busiest block; thirteen reach it there."""
    load = load_of(8.0)
    month = month_of_blocks(np.array([load.monthly_tickets]), np.zeros(1), 0.5, 176.0, HOURS_SHARES, LOAD_FACTORS, 11.0)
    shares = [
        1 - wait_tail(p, w, 1 / 6)
        for p, w in zip(month.waiting_probabilities[:, 0], month.wait_hours[:, 0], strict=True)
    ]
    assert (HOURS_SHARES * LOAD_FACTORS * shares).sum() > 0.8
    assert attained_share(load, 11.0, TEN_MINUTES) == pytest.approx(shares[0])
    assert shares[0] < 0.52
    assert smallest_staff(load, 1.0, TEN_MINUTES, 0.8) == 13


def test_tickets_left_over_count_as_late() -> None:
    """Work for 15 in the busiest block, of which ten servers take on 98 % of ten."""
    overloaded = load_of(12.0)
    assert attained_share(overloaded, 10.0, ServiceStandard(Clock.REPLY, 1e6, 0.0)) == pytest.approx(
        UTILISATION_CAP * 10 / 15, rel=1e-3
    )


def test_staff_on_duty_part_of_the_time() -> None:
    load = load_of(5.0)
    full, half = (smallest_staff(load, duty, TEN_MINUTES, 0.8) for duty in (1.0, 0.5))
    assert half in (2 * full - 1, 2 * full)


def test_without_tickets_one_is_enough() -> None:
    assert smallest_staff(load_of(0.0), 0.85, TEN_MINUTES, 0.8) == 1
    assert smallest_staff(load_of(1e-6), 0.85, TEN_MINUTES, 0.8) == 1


@pytest.mark.parametrize("target", [0.5, 0.8, 0.999])
def test_travel_above_the_standard_asks_for_service_without_a_wait(target: float) -> None:
    load = load_of(6.0, handle_hours=2.0, open_hours=730.0)
    impossible = ServiceStandard(Clock.ARRIVAL, 0.5, 0.75)
    limit = ServiceStandard(Clock.ARRIVAL, 0.75, 0.75)
    staff = smallest_staff(load, 1.0, impossible, target)
    assert staff == smallest_staff(load, 1.0, limit, target)
    assert attained_share(load, float(staff), impossible) == 0


def test_service_longer_than_the_standard_ends_near_what_is_possible() -> None:
    load = load_of(6.0, handle_hours=4.0)
    standard = ServiceStandard(Clock.SOLUTION, 2.0, 0.0)
    possible = 1 - math.exp(-2 / 4)
    staff = smallest_staff(load, 1.0, standard, 0.8)
    assert 0.99 * possible <= attained_share(load, float(staff), standard) <= possible
    assert staff < 20


def test_large_desks_need_little_more_than_their_peak() -> None:
    """Economies of scale: spare staff over the mean load shrinks towards what the busiest block asks for."""
    spare = [smallest_staff(load_of(load), 1.0, TEN_MINUTES, 0.8) / load for load in (2, 26, 523, 1e4, 1e6)]
    assert spare == sorted(spare, reverse=True)
    assert spare[-1] == pytest.approx(1.25, abs=0.03)


@many_cases
@given(st.floats(0.01, 50), st.floats(1.01, 1.5), standards)
def test_more_tickets_never_need_fewer(mean_servers: float, factor: float, standard: ServiceStandard) -> None:
    staff, more = (smallest_staff(load_of(load), 0.85, standard, 0.8) for load in (mean_servers, mean_servers * factor))
    assert more >= staff
