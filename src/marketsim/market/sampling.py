"""How many agents stand for each segment: few large users one to one, many small ones by representatives."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

from marketsim.scenario.loaded import Scenario

FEWEST_AGENTS = 100
"""A segment gets at least so many agents, unless it has fewer customers or the run too few agents."""
CARRIED_SHARE = 0.85
"""Share of energy that should not rest on few agents."""
FEWEST_CARRIERS = 500
"""Fewest agents on whom that share should rest."""
_HALVINGS = 200


def allocate_agents(
    customers: Mapping[str, int], energy: Mapping[str, float], total: int | Literal["all"]
) -> dict[str, int]:
    """Return the number of agents of each segment.

    Agents go by the square root of customer share times energy share, at least 100 and at most one to one.
    What the limits take or free is shared among the others in the same proportion; fractions go to the
    largest remainders.

    Args:
        customers: real customers by segment.
        energy: energy of all of a segment's customers together, by segment, in any unit.
        total: agents over all segments, at least one for each; ``all`` simulates every customer.

    Returns:
        Agents by segment; they sum to the total, or to the number of customers if that is less.
    """
    if total == "all" or total >= sum(customers.values()):
        return dict(customers)
    least = max(1, min(FEWEST_AGENTS, total // len(customers)))
    floors = {name: min(least, count) for name, count in customers.items()}
    weights = {name: math.sqrt(count * energy[name]) for name, count in customers.items()}
    return _rounded(_level(weights, floors, customers, total), customers, total)


def agents_by_segment(scenario: Scenario) -> dict[str, int]:
    """Return the agents of each segment; each account of a customers_file is one, others share the rest."""
    books, total = scenario.data.books, scenario.study.run.agents
    counts = {name: len(book.ids) for name, book in books.items()}
    sampled = {name: segment for name, segment in scenario.study.segments.items() if name not in books}
    if sampled:
        left = total if total == "all" else max(len(sampled), total - sum(counts.values()))
        customers = {name: segment.customers for name, segment in sampled.items()}
        energy = {name: segment.customers * segment.energy_mwh_per_month for name, segment in sampled.items()}
        counts |= allocate_agents(customers, energy, left)
    return {name: counts[name] for name in scenario.study.segments}


def _level(
    weights: Mapping[str, float], floors: Mapping[str, int], ceilings: Mapping[str, int], total: int
) -> dict[str, float]:
    """Return weights times the factor at which, kept between floors and ceilings, they sum to the total."""

    def at(factor: float) -> dict[str, float]:
        return {name: min(max(factor * weights[name], floors[name]), ceilings[name]) for name in weights}

    low, high = 0.0, max(ceilings[name] / max(weight, 1e-300) for name, weight in weights.items())
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(at(middle).values()) < total else (low, middle)
    return at(high)


def _rounded(exact: Mapping[str, float], ceilings: Mapping[str, int], total: int) -> dict[str, int]:
    """Return whole numbers that sum to the total: rounded down, and up where most was cut off."""
    counts = {name: int(value + 1e-9) for name, value in exact.items()}
    by_remainder = sorted(exact, key=lambda name: (counts[name] - exact[name], name))
    left = total - sum(counts.values())
    for name in [name for name in by_remainder if counts[name] < ceilings[name]][:left]:
        counts[name] += 1
    return counts


def carriers(agents: Mapping[str, int], energy: Mapping[str, float], share: float = CARRIED_SHARE) -> int:
    """Return on how few agents a share of all energy rests, if customers of a segment were alike.

    Args:
        agents: agents by segment.
        energy: energy of all of a segment's customers together, by segment.
        share: the share of energy.
    """
    left, found = share * sum(energy.values()), 0
    for name in sorted(agents, key=lambda name: (-energy[name] / agents[name], name)):
        needed = math.ceil(left / energy[name] * agents[name] - 1e-9)
        found += min(needed, agents[name])
        left -= energy[name]
        if left <= 0:
            break
    return found
