"""Theory of waits at a desk: Erlang, priority, tails (V5-V9 and worked examples)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import gammaincc

from marketsim.market import queues
from marketsim.market.queues import (
    Clock,
    FloatArray,
    ServiceStandard,
    class_wait,
    erlang_b,
    erlang_c,
    fifo_wait,
    priority_waits,
    share_within,
    sojourn_tail,
    two_stage_tail,
    wait_exceeded,
    wait_tail,
)

many_cases = settings(deadline=None, max_examples=150)

servers_of_any_size = st.floats(0.05, 400)
utilisations = st.floats(0.01, 0.98)
class_shares = st.lists(st.floats(0, 1), min_size=1, max_size=4).filter(lambda shares: sum(shares) > 0.01)


def rates_of(shares: list[float], load: float, service_rate: float) -> FloatArray:
    return np.array(shares) / sum(shares) * load * service_rate


# Erlang (V5)


@pytest.mark.parametrize(
    ("servers", "load", "blocked"), [(1, 1, 1 / 2), (2, 1, 1 / 5), (3, 2, 4 / 19), (0, 3, 1), (4, 0, 0)]
)
def test_erlang_b_by_hand(servers: int, load: float, blocked: float) -> None:
    assert erlang_b(float(servers), float(load)) == pytest.approx(blocked, rel=1e-14)


def test_erlang_c_published_value() -> None:
    assert erlang_c(10.0, 8.0) == pytest.approx(0.40918, abs=1e-5)


@many_cases
@given(utilisations, st.floats(0.1, 20))
def test_one_server(utilisation: float, service_rate: float) -> None:
    waiting_probability, wait = fifo_wait(utilisation * service_rate, service_rate, 1.0)
    assert waiting_probability == pytest.approx(utilisation, rel=1e-12)
    assert wait == pytest.approx(utilisation / (service_rate - utilisation * service_rate), rel=1e-12)


@many_cases
@given(st.integers(1, 60), utilisations)
def test_erlang_c_is_the_stationary_probability(servers: int, utilisation: float) -> None:
    load = utilisation * servers
    weights = [load**n / math.factorial(n) for n in range(servers + 1)]
    queueing = weights[-1] / (1 - utilisation)
    assert erlang_c(float(servers), load) == pytest.approx(queueing / (sum(weights[:-1]) + queueing), rel=1e-10)


@many_cases
@given(st.integers(1, 300), utilisations, st.floats(0.1, 20))
def test_fifo_wait_is_queue_over_spare_capacity(servers: int, utilisation: float, service_rate: float) -> None:
    rate = utilisation * servers * service_rate
    waiting_probability, wait = fifo_wait(rate, service_rate, float(servers))
    assert waiting_probability == erlang_c(float(servers), rate / service_rate)
    assert wait == pytest.approx(waiting_probability / (servers * service_rate - rate), rel=1e-9)


@pytest.mark.parametrize(("servers", "load"), [(700.0, 650.0), (5050.4, 5000.0), (12_000.0, 11_900.0)])
def test_large_pools_lose_nothing_by_the_shorter_recursion(servers: float, load: float) -> None:
    fraction = servers % 1
    inverse = (1 + 1 / load) ** fraction
    for step in range(1, int(servers) + 1):
        inverse = 1 + inverse * (step + fraction) / load
    assert erlang_b(servers, load) == pytest.approx(1 / inverse, rel=1e-13)


def test_huge_pools_take_no_time_and_do_not_wait() -> None:
    assert erlang_c(1e9, 0.98e9) == 0
    assert 0 < erlang_c(1e9, 1e9 - 1e4) < 1


@many_cases
@given(st.floats(2.5, 80), st.floats(0.5, 0.98))
def test_fractional_servers_are_close_to_the_continuous_erlang_formula(servers: float, utilisation: float) -> None:
    load = utilisation * servers
    fraction = servers % 1
    inverse = load**-fraction * math.exp(load) * gammaincc(fraction + 1, load) * math.gamma(fraction + 1)
    for step in range(1, int(servers) + 1):
        inverse = 1 + inverse * (step + fraction) / load
    continued = 1 / (1 + (1 - utilisation) * (inverse - 1))
    assert erlang_c(servers, load) == pytest.approx(continued, rel=0.01)


@many_cases
@given(st.integers(1, 200), utilisations)
def test_fractional_servers_join_whole_ones_without_a_step(servers: int, utilisation: float) -> None:
    rate = utilisation * servers
    below, at, above = (fifo_wait(rate, 1.0, servers + shift)[1] for shift in (-1e-9, 0.0, 1e-9))
    assert below == pytest.approx(at, rel=1e-5)
    assert above == pytest.approx(at, rel=1e-5)


def test_fractional_servers_where_the_whole_number_below_is_overloaded() -> None:
    waits = [fifo_wait(5.0, 1.0, servers)[1] for servers in (5.05, 5.3, 5.6, 5.95, 6.0)]
    assert all(math.isfinite(wait) for wait in waits)
    assert waits == sorted(waits, reverse=True)


@pytest.mark.parametrize(("servers", "load"), [(3.0, 3.0), (3.0, 7.0), (0.0, 0.0), (0.0, 1.0)])
def test_without_spare_capacity_everybody_waits_for_ever(servers: float, load: float) -> None:
    waiting_probability, wait = fifo_wait(load, 1.0, servers)
    assert waiting_probability == 1
    assert wait == math.inf


# Priority (V6)


@many_cases
@given(class_shares, servers_of_any_size, utilisations, st.floats(0.1, 20))
def test_priority_moves_waits_but_makes_none(
    shares: list[float], servers: float, utilisation: float, service_rate: float
) -> None:
    rates = rates_of(shares, utilisation * servers, service_rate)
    waiting_probability, waits = priority_waits(rates, service_rate, servers)
    fifo_probability, fifo = fifo_wait(rates.sum(), service_rate, servers)
    assert waiting_probability == pytest.approx(fifo_probability, rel=1e-9)
    assert (rates * waits).sum() == pytest.approx(rates.sum() * fifo, rel=1e-9)


@many_cases
@given(servers_of_any_size, st.floats(0.01, 1.2), st.floats(0.1, 20))
def test_a_lane_of_none_or_all_is_order_of_arrival_bit_for_bit(
    servers: float, utilisation: float, service_rate: float
) -> None:
    rate = utilisation * servers * service_rate
    probability, wait = fifo_wait(rate, service_rate, servers)
    nobody = priority_waits(np.array([0.0, rate]), service_rate, servers)
    everybody = priority_waits(np.array([rate, 0.0]), service_rate, servers)
    alone = priority_waits(np.array([rate]), service_rate, servers)
    assert (nobody[0], everybody[0], alone[0]) == (probability, probability, probability)
    assert (nobody[1][1], everybody[1][0], alone[1][0]) == (wait, wait, wait)


def test_a_class_without_tickets_sees_what_a_ticket_of_it_would_wait() -> None:
    some = priority_waits(np.array([1e-9, 8.0, 1e-9]), 1.0, 10.0)[1]
    none = priority_waits(np.array([0.0, 8.0, 0.0]), 1.0, 10.0)[1]
    assert none == pytest.approx(some, rel=1e-7)
    assert none[0] < none[1] < none[2]


def test_in_overload_only_the_classes_beyond_capacity_wait_for_ever() -> None:
    waiting_probability, waits = priority_waits(np.array([4.0, 8.0]), 1.0, 10.0)
    assert waiting_probability == 1
    assert waits[0] == pytest.approx(1 / 10 / 0.6)
    assert waits[1] == math.inf


def test_two_classes_by_hand() -> None:
    """One server, an hour a ticket, 0.3 + 0.5 tickets an hour: on average 0.8 hours of service are left."""
    waits = priority_waits(np.array([0.3, 0.5]), 1.0, 1.0)[1]
    assert waits == pytest.approx([0.8 / 0.7, 0.8 / 0.7 / 0.2])


@pytest.mark.parametrize(
    ("servers", "utilisation", "lane", "fifo", "first", "other"),
    [
        (10, 0.8, 0.05, 12, 2.6, 12.8),
        (10, 0.8, 0.30, 12, 3.2, 16.2),
        (10, 0.9, 0.05, 40, 4.2, 42.0),
        (10, 0.9, 0.30, 40, 5.5, 55.0),
        (20, 0.9, 0.05, 17, 1.7, 17.3),
        (20, 0.9, 0.30, 17, 2.3, 22.6),
    ],
)
def test_minutes_of_the_documented_table(
    servers: int, utilisation: float, lane: float, fifo: float, first: float, other: float
) -> None:
    rate = utilisation * servers
    assert 60 * fifo_wait(rate, 1.0, float(servers))[1] == pytest.approx(fifo, abs=0.5)
    waits = 60 * priority_waits(np.array([lane, 1 - lane]) * rate, 1.0, float(servers))[1]
    assert waits == pytest.approx([first, other], abs=0.06)


# Monotonicity (V7)


@many_cases
@given(servers_of_any_size, utilisations, st.floats(0.001, 3))
def test_more_servers_shorten_the_wait(servers: float, utilisation: float, more: float) -> None:
    rate = utilisation * servers
    assert fifo_wait(rate, 1.0, servers + more)[1] <= fifo_wait(rate, 1.0, servers)[1] * (1 + 1e-12)


@many_cases
@given(st.floats(0.5, 60), st.floats(0.2, 0.97), st.floats(1.001, 1.5))
def test_more_tickets_lengthen_the_wait(servers: float, utilisation: float, factor: float) -> None:
    rate = utilisation * servers
    assert fifo_wait(rate * factor, 1.0, servers)[1] > fifo_wait(rate, 1.0, servers)[1]


@many_cases
@given(servers_of_any_size, utilisations, st.floats(0.01, 0.99))
def test_the_lane_gains_and_the_others_lose(servers: float, utilisation: float, lane: float) -> None:
    rate = utilisation * servers
    fifo = fifo_wait(rate, 1.0, servers)[1]
    first, other = priority_waits(np.array([lane, 1 - lane]) * rate, 1.0, servers)[1]
    assert first <= fifo * (1 + 1e-12)
    assert other >= fifo * (1 - 1e-12)


@many_cases
@given(servers_of_any_size, utilisations, st.floats(0.01, 0.98), st.floats(0.001, 0.5))
def test_a_wider_lane_helps_neither_class(servers: float, utilisation: float, lane: float, wider: float) -> None:
    assume(lane + wider < 1)
    rate = utilisation * servers
    narrow, wide = (
        priority_waits(np.array([share, 1 - share]) * rate, 1.0, servers)[1] for share in (lane, lane + wider)
    )
    assert (wide >= narrow * (1 - 1e-12)).all()


# Pooling (V8) and the order of classes (V9)


@many_cases
@given(st.integers(1, 100), st.integers(1, 100), st.floats(0.05, 0.98))
def test_two_pools_of_equal_utilisation_wait_less_together(one: int, two: int, utilisation: float) -> None:
    waits = [fifo_wait(utilisation * servers, 1.0, float(servers))[1] for servers in (one, two)]
    apart = (one * waits[0] + two * waits[1]) / (one + two)
    assert fifo_wait(utilisation * (one + two), 1.0, float(one + two))[1] <= min(apart, *waits)


def test_one_dedicated_of_ten_speeds_up_nobody() -> None:
    """Ten agents at 85 %, calls of an hour; one of them only serves the best customers' 5 % of calls."""
    pooled, reserved, rest = (
        60 * fifo_wait(rate, 1.0, servers)[1] for rate, servers in ((8.5, 10.0), (0.05 * 8.5, 1.0), (0.95 * 8.5, 9.0))
    )
    assert (pooled, reserved, rest) == pytest.approx((21, 44, 44), abs=0.6)


@many_cases
@given(st.floats(0.5, 50), utilisations, st.floats(0.05, 0.95), st.floats(0.1, 10), st.floats(0.1, 10))
def test_the_class_whose_waiting_costs_more_goes_first(
    servers: float, utilisation: float, share: float, cost_a: float, cost_b: float
) -> None:
    """The c-mu rule (Cox & Smith 1961); with one mean service time the cost alone decides."""
    rate_a, rate_b = share * utilisation * servers, (1 - share) * utilisation * servers
    a_first = priority_waits(np.array([rate_a, rate_b]), 1.0, servers)[1]
    b_first = priority_waits(np.array([rate_b, rate_a]), 1.0, servers)[1]
    fifo = fifo_wait(rate_a + rate_b, 1.0, servers)[1]
    costs = {
        "a": cost_a * rate_a * a_first[0] + cost_b * rate_b * a_first[1],
        "b": cost_a * rate_a * b_first[1] + cost_b * rate_b * b_first[0],
        "neither": (cost_a * rate_a + cost_b * rate_b) * fifo,
    }
    best = costs["a"] if cost_a >= cost_b else costs["b"]
    assert best <= min(costs.values()) * (1 + 1e-9)


# Tails (E12)


@many_cases
@given(st.floats(0.01, 1), st.floats(0.001, 50), st.floats(0, 20))
def test_the_tail_starts_at_the_probability_of_waiting_and_falls(
    probability: float, mean_wait: float, hours: float
) -> None:
    assert wait_tail(probability, mean_wait, 0.0) == probability
    assert wait_tail(probability, mean_wait, hours + 0.1) <= wait_tail(probability, mean_wait, hours) <= probability


@many_cases
@given(st.floats(0.05, 1), st.floats(0.01, 20))
def test_the_area_under_the_tail_is_the_mean_wait(probability: float, mean_wait: float) -> None:
    area = quad(lambda x: wait_tail(probability, mean_wait, x), 0, 60 * mean_wait / probability, limit=200)[0]
    assert area == pytest.approx(mean_wait, rel=1e-6)


@many_cases
@given(st.floats(0.05, 1), st.floats(0.01, 20), st.floats(0.001, 0.999))
def test_wait_exceeded_inverts_the_tail(probability: float, mean_wait: float, exceeded: float) -> None:
    wait = wait_exceeded(probability, mean_wait, exceeded)
    assert wait >= 0
    if exceeded < probability:
        assert wait_tail(probability, mean_wait, wait) == pytest.approx(exceeded, rel=1e-9)
    else:
        assert wait == 0


def test_felt_waits_have_the_mean_wait_as_their_mean() -> None:
    grid = (np.arange(200_000) + 0.5) / 200_000
    felt = np.array([wait_exceeded(0.4, 0.3, u) for u in grid])
    assert felt.mean() == pytest.approx(0.3, rel=1e-4)
    assert (felt == 0).mean() == pytest.approx(0.6, abs=1e-5)


@many_cases
@given(st.floats(0.05, 1), st.floats(0.01, 10), st.floats(0.2, 5), st.floats(0.01, 10))
def test_sojourn_is_the_sum_of_wait_and_service(
    probability: float, mean_wait: float, service_rate: float, hours: float
) -> None:
    rate = probability / mean_wait
    late_after_waiting = quad(
        lambda wait: probability * rate * math.exp(-rate * wait - service_rate * (hours - wait)), 0, hours
    )[0]
    expected = (
        wait_tail(probability, mean_wait, hours)
        + late_after_waiting
        + (1 - probability) * math.exp(-service_rate * hours)
    )
    assert sojourn_tail(probability, mean_wait, service_rate, hours) == pytest.approx(expected, rel=1e-6)


def test_sojourn_with_equal_rates_of_wait_and_service() -> None:
    equal = sojourn_tail(0.5, 0.5, 1.0, 2.0)
    assert equal == pytest.approx(0.5 * math.exp(-2) + 0.5 * 3 * math.exp(-2))
    assert sojourn_tail(0.5, 0.5 * (1 + 1e-13), 1.0, 2.0) == pytest.approx(equal, rel=1e-12)


def test_sojourn_without_waiting_is_the_service() -> None:
    assert sojourn_tail(0.0, 0.0, 2.0, 0.7) == math.exp(-1.4)
    assert sojourn_tail(0.3, 0.2, 2.0, 0.0) == pytest.approx(1)


def test_two_stages_of_very_different_length() -> None:
    assert two_stage_tail(1.0, 1e12, 2.0) == pytest.approx(math.exp(-2))
    assert two_stage_tail(1e-12, 1.0, 2.0) == pytest.approx(1)
    assert two_stage_tail(1.0, 1e3, 1e6) == 0


# Service standards


def test_each_clock_measures_what_it_says() -> None:
    probability, wait = fifo_wait(8.0, 1.0, 10.0)
    reply = share_within(ServiceStandard(Clock.REPLY, 0.75, 0.5), probability, wait, 1.0)
    arrival = share_within(ServiceStandard(Clock.ARRIVAL, 0.75, 0.5), probability, wait, 1.0)
    solution = share_within(ServiceStandard(Clock.SOLUTION, 0.75, 0.5), probability, wait, 1.0)
    assert reply == 1 - wait_tail(probability, wait, 0.75)
    assert arrival == 1 - wait_tail(probability, wait, 0.25)
    assert solution == 1 - sojourn_tail(probability, wait, 1.0, 0.75)


def test_travel_at_and_above_the_standard() -> None:
    assert share_within(ServiceStandard(Clock.ARRIVAL, 0.5, 0.5), 0.4, 0.2, 1.0) == pytest.approx(0.6)
    assert share_within(ServiceStandard(Clock.ARRIVAL, 0.5, 0.6), 0.4, 0.2, 1.0) == 0
    assert share_within(ServiceStandard(Clock.ARRIVAL, 0.5, 0.6), 0.0, 0.0, 1.0) == 0


def test_class_wait_beyond_capacity() -> None:
    assert class_wait(1.0, 10.0, 0.5, 1.0) == math.inf
    assert class_wait(1.0, 0.0, 0.0, 0.0) == math.inf


def test_compiled_rules_equal_the_plain_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    rates = np.array([0.7, 2.1, 1.4])
    compiled = priority_waits(rates, 0.8, 5.95), sojourn_tail(0.4, 0.7, 0.8, 1.3)
    names = [name for name, value in vars(queues).items() if hasattr(value, "py_func")]
    for name in names:
        monkeypatch.setattr(queues, name, plain(getattr(queues, name)))
    probability, waits = queues.priority_waits(rates, 0.8, 5.95)
    assert {"erlang_b", "erlang_c", "class_wait", "priority_waits", "two_stage_tail"} <= set(names)
    assert compiled[0][0] == pytest.approx(probability, rel=1e-14)
    assert compiled[0][1] == pytest.approx(waits, rel=1e-14)
    assert compiled[1] == pytest.approx(queues.sojourn_tail(0.4, 0.7, 0.8, 1.3), rel=1e-14)


def plain(function: Any) -> Any:
    return function.py_func
