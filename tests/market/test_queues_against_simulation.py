"""The queue formulas against a ticket-by-ticket simulation that knows none of them (V4-V6)."""

from __future__ import annotations

import numpy as np
import pytest
from tests.market.queue_simulation import (
    FloatArray,
    ServedWorkload,
    Workload,
    blocks_workload,
    serve,
    steady_workload,
)

from marketsim.market.load_blocks import month_of_blocks
from marketsim.market.queues import fifo_wait, priority_waits, sojourn_tail, wait_tail

TICKETS = 1_000_000
UTILISATION = 0.8
LANE_SHARE = 0.3
TAIL_TOLERANCE = 0.03
MEAN_TOLERANCE = 0.03


class Lane:
    """A desk of a given size with a lane for 30 % of its tickets: the simulation beside the formulas."""

    def __init__(self, servers: int) -> None:
        self.servers = servers
        self.rates = np.array([LANE_SHARE, 1 - LANE_SHARE]) * UTILISATION * servers
        self.workload: Workload = steady_workload(self.rates, 1.0, TICKETS, seed=5)
        self.served: ServedWorkload = serve(self.workload, servers)
        self.waiting_probability, self.mean_waits = priority_waits(self.rates, 1.0, float(servers))

    def waits(self, k: int) -> FloatArray:
        return np.compress(self.workload.classes == k, self.served.waits)

    def services(self, k: int) -> FloatArray:
        return np.compress(self.workload.classes == k, self.workload.service_times)

    def times_of_interest(self, k: int) -> FloatArray:
        """From a quarter to twice the mean wait of those who wait."""
        wait_of_those_who_wait = float(self.mean_waits[k]) / self.waiting_probability
        return np.array([0.25, 0.5, 1.0, 1.5, 2.0]) * wait_of_those_who_wait


@pytest.fixture(scope="module", params=[5, 10])
def lane(request: pytest.FixtureRequest) -> Lane:
    return Lane(request.param)


@pytest.fixture(scope="module")
def in_order_of_arrival() -> tuple[Workload, ServedWorkload]:
    workload = steady_workload(np.array([8.0]), 1.0, TICKETS, seed=5)
    return workload, serve(workload, servers=10)


def share_beyond(times: FloatArray, limits: FloatArray) -> FloatArray:
    return np.array([(times > limit).mean() for limit in limits])


def test_every_ticket_that_arrives_is_served(lane: Lane) -> None:
    assert lane.served.started == lane.served.finished == TICKETS
    assert lane.served.waits.min() >= -1e-9


def test_littles_law_holds_in_the_simulation(lane: Lane) -> None:
    arrival_rate = TICKETS / lane.served.last_event
    mean_queue = lane.served.queue_hours / lane.served.last_event
    assert mean_queue == pytest.approx(arrival_rate * lane.served.waits.mean(), rel=1e-6)


def test_probability_of_waiting(lane: Lane) -> None:
    for k in (0, 1):
        share = (lane.waits(k) > 1e-9).mean()
        assert share == pytest.approx(lane.waiting_probability, rel=MEAN_TOLERANCE)


def test_priority_means(lane: Lane) -> None:
    for k in (0, 1):
        assert lane.waits(k).mean() == pytest.approx(lane.mean_waits[k], rel=MEAN_TOLERANCE)


def test_priority_leaves_the_mean_over_all_tickets(lane: Lane) -> None:
    fifo = fifo_wait(UTILISATION * lane.servers, 1.0, float(lane.servers))[1]
    assert lane.served.waits.mean() == pytest.approx(fifo, rel=MEAN_TOLERANCE)


def test_tail_of_the_class_served_first_is_exact(lane: Lane) -> None:
    limits = lane.times_of_interest(0)
    formula = [wait_tail(lane.waiting_probability, lane.mean_waits[0], limit) for limit in limits]
    assert share_beyond(lane.waits(0), limits) == pytest.approx(formula, rel=TAIL_TOLERANCE)


def test_tail_of_the_lower_class_is_a_fair_approximation(lane: Lane) -> None:
    limits = lane.times_of_interest(1)
    formula = [wait_tail(lane.waiting_probability, lane.mean_waits[1], limit) for limit in limits]
    simulated = share_beyond(lane.waits(1), limits)
    assert simulated == pytest.approx(formula, abs=0.02)
    assert simulated[0] < formula[0]
    assert simulated[-1] > formula[-1]


def test_sojourn_of_both_classes(lane: Lane) -> None:
    limits = np.array([0.5, 1.0, 2.0, 3.0])
    for k, tolerance in ((0, 0.003), (1, 0.01)):
        formula = [sojourn_tail(lane.waiting_probability, lane.mean_waits[k], 1.0, x) for x in limits]
        simulated = share_beyond(lane.waits(k) + lane.services(k), limits)
        assert simulated == pytest.approx(formula, abs=tolerance)


def test_order_of_arrival_mean_and_tails(in_order_of_arrival: tuple[Workload, ServedWorkload]) -> None:
    workload, served = in_order_of_arrival
    waiting_probability, mean_wait = fifo_wait(8.0, 1.0, 10.0)
    limits = np.array([0.1, 0.25, 0.5, 1.0])
    waits = [wait_tail(waiting_probability, mean_wait, x) for x in limits]
    sojourns = [sojourn_tail(waiting_probability, mean_wait, 1.0, 4 * x) for x in limits]
    assert served.waits.mean() == pytest.approx(mean_wait, rel=MEAN_TOLERANCE)
    assert share_beyond(served.waits, limits) == pytest.approx(waits, rel=TAIL_TOLERANCE)
    assert share_beyond(served.waits + workload.service_times, 4 * limits) == pytest.approx(sojourns, rel=0.01)


HANDLE_HOURS, OPEN_HOURS = 0.5, 176.0
HOURS_SHARES, LOAD_FACTORS = np.array([0.25, 0.5, 0.25]), np.array([1.25, 1.0, 0.75])
TEN_MINUTES = 1 / 6


def simulated_months(servers: int, rates: FloatArray, months: int) -> tuple[FloatArray, FloatArray]:
    """Return the waits and classes of the tickets of many months, each beginning with an empty desk."""
    hours = HOURS_SHARES * OPEN_HOURS
    workloads = [blocks_workload(rates, LOAD_FACTORS, hours, 1 / HANDLE_HOURS, seed) for seed in range(months)]
    waits = np.concatenate([serve(workload, servers).waits for workload in workloads])
    return waits, np.concatenate([workload.classes for workload in workloads])


@pytest.mark.parametrize(
    ("servers", "mean_load", "wait_tolerance"),
    [(10, 0.70, 0.15), (10, 0.85, 0.15), (10, 0.90, 0.2), (34, 26 / 34, 0.35), (100, 0.85, 0.5)],
)
def test_months_with_busy_blocks(servers: int, mean_load: float, wait_tolerance: float) -> None:
    """Up to a busiest block at 113 % of capacity: here the formulas are an approximation, and a fair one."""
    rates = np.array([0.3, 0.7]) * mean_load * servers / HANDLE_HOURS
    month = month_of_blocks(
        rates * OPEN_HOURS, np.zeros(2), HANDLE_HOURS, OPEN_HOURS, HOURS_SHARES, LOAD_FACTORS, float(servers)
    )
    waits, classes = simulated_months(servers, rates, months=800 // servers)
    weights = month.served_tickets / month.served_tickets.sum(axis=0)
    means = (month.wait_hours * weights).sum(axis=0)
    tails = np.vectorize(wait_tail)(month.waiting_probabilities, month.wait_hours, TEN_MINUTES)
    for k in (0, 1):
        assert waits[classes == k].mean() == pytest.approx(means[k], rel=wait_tolerance)
        late = (tails * weights)[:, k].sum()
        assert (waits[classes == k] > TEN_MINUTES).mean() == pytest.approx(late, abs=0.04)
