"""A service desk simulated ticket by ticket with SimPy, without any queueing formula."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
import simpy
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Workload:
    """Tickets in order of arrival: when each comes, its class (0 is served first) and how long it takes."""

    arrival_times: FloatArray
    classes: IntArray
    service_times: FloatArray


@dataclass(frozen=True)
class ServedWorkload:
    """What became of a workload: the wait of each ticket, and what an observer of the queue saw."""

    waits: FloatArray
    started: int
    finished: int
    last_event: float
    queue_hours: float
    """Time integral of the number of waiting tickets."""


def steady_workload(rates: FloatArray, service_rate: float, tickets: int, seed: int) -> Workload:
    """Return Poisson arrivals of the given rates by class, with exponential service times.

    Sample means are set to the true ones: it takes away the noise of the utilisation, to which waits are
    very sensitive.
    """
    rng = np.random.default_rng(seed)
    total = rates.sum()
    gaps, services = rng.exponential(1.0, tickets), rng.exponential(1.0, tickets)
    return Workload(
        np.cumsum(gaps / gaps.mean() / total),
        rng.choice(len(rates), size=tickets, p=rates / total),
        services / services.mean() / service_rate,
    )


def blocks_workload(
    rates: FloatArray,
    factors: FloatArray,
    block_hours: FloatArray,
    service_rate: float,
    seed: int,
) -> Workload:
    """Return one month: Poisson arrivals whose rates change from block to block by a factor."""
    rng = np.random.default_rng(seed)
    times, classes, begin = [], [], 0.0
    for factor, hours in zip(factors, block_hours, strict=True):
        for k, rate in enumerate(rates):
            count = rng.poisson(rate * factor * hours)
            times.append(begin + hours * rng.random(count))
            classes.append(np.full(count, k))
        begin += hours
    arrival_times = np.concatenate(times)
    order = np.argsort(arrival_times)
    services = rng.exponential(1 / service_rate, len(order))
    return Workload(arrival_times[order], np.concatenate(classes)[order], services)


class SimulatedDesk:
    """Servers, one queue per class, and a ticket's two events: its arrival and the end of its service."""

    def __init__(self, workload: Workload, servers: int) -> None:
        self.environment = simpy.Environment()
        self.arrival_times = workload.arrival_times.tolist()
        self.classes = workload.classes.tolist()
        self.service_times = workload.service_times.tolist()
        self.idle_servers = servers
        self.queues: list[deque[int]] = [deque() for _ in range(int(workload.classes.max()) + 1)]
        self.start_times = [float("nan")] * len(self.arrival_times)
        self.started = self.finished = self.waiting = 0
        self.queue_hours = self.last_event = 0.0

    def serve_all(self) -> ServedWorkload:
        """Run until every ticket is served."""
        self.environment.process(self._arrivals())
        self.environment.run()
        waits = np.array(self.start_times) - np.array(self.arrival_times)
        return ServedWorkload(waits, self.started, self.finished, self.last_event, self.queue_hours)

    def _arrivals(self) -> simpy.events.ProcessGenerator:
        for ticket, time in enumerate(self.arrival_times):
            yield self.environment.timeout(time - self.environment.now)
            if self.idle_servers:
                self.idle_servers -= 1
                self._start(ticket)
            else:
                self._observe()
                self.waiting += 1
                self.queues[self.classes[ticket]].append(ticket)

    def _start(self, ticket: int) -> None:
        self.started += 1
        self.start_times[ticket] = self.environment.now
        end = self.environment.timeout(self.service_times[ticket])
        end.callbacks.append(self._finish)

    def _finish(self, _: simpy.events.Event) -> None:
        self._observe()
        self.finished += 1
        for queue in self.queues:
            if queue:
                self.waiting -= 1
                self._start(queue.popleft())
                return
        self.idle_servers += 1

    def _observe(self) -> None:
        self.queue_hours += self.waiting * (self.environment.now - self.last_event)
        self.last_event = self.environment.now


def serve(workload: Workload, servers: int) -> ServedWorkload:
    """Return what becomes of the workload at a desk that is empty at first."""
    return SimulatedDesk(workload, servers).serve_all()
