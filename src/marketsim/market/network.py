"""Whom a customer listens to: a small world within each segment and region (Watts & Strogatz 1998)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from marketsim.market.bulk_draws import extended, uniforms
from marketsim.market.records import Records

IndexArray = NDArray[np.int32]
NOBODY = -1
_TARGET = 1 << 20
"""Sets the draws of new contacts apart from the draws of whether there is one."""


def small_world(population: Records, degree: int, rewiring: float, key: np.uint64) -> IndexArray:
    """Return the contacts of every customer: rows of the population, NOBODY where a group has too few members.

    The members of a segment in a region stand in a ring in the order of their rows; each listens to the `degree` nearest,
    and each of these ties is replaced, with probability `rewiring`, by one to anybody else of the group. A tie is rewired
    at the listener's end alone, so that everybody has exactly `degree` contacts; one contact may then come up twice. In a
    group of at most `degree` + 1 everybody listens to everybody. Neighbours in a ring lie close in memory.

    Args:
        population: the customers; only their keys, segments and regions count.
        degree: contacts of a customer.
        rewiring: share of ties that lead anywhere in the group.
        key: key of the network's draws.

    Returns:
        Contacts, shape (customers, degree).
    """
    order = np.lexsort((population["region"], population["segment"])).astype(np.int32)
    first, size = _groups(population[order])
    place = np.arange(len(order), dtype=np.int64) - first
    steps = _steps(degree, size)
    steps = np.where(
        _rewired(population[order], degree, rewiring, key, size), _leaps(population[order], degree, key, size), steps
    )
    contacts = np.full((len(order), degree), NOBODY, dtype=np.int32)
    reached = first[:, None] + (place[:, None] + steps) % size[:, None]
    contacts[order] = np.where(steps != 0, order[reached], NOBODY)
    return contacts


def _groups(members: Records) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where each member's group begins and how many it has; members of a group stand together."""
    changes = (np.diff(members["segment"]) != 0) | (np.diff(members["region"]) != 0)
    starts = np.concatenate([[0], np.flatnonzero(changes) + 1, [len(members)]])[: max(1, len(members)) + 1]
    sizes = np.diff(starts)
    return np.repeat(starts[:-1], sizes), np.repeat(sizes, sizes)


def _steps(degree: int, size: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the steps along the ring to each contact; 0, to oneself, where there is nobody left."""
    slots = np.arange(degree)
    ring = (slots // 2 + 1) * np.where(slots % 2 == 0, 1, -1)
    small = np.where(slots + 1 < size[:, None], slots + 1, 0)
    return np.where(size[:, None] > degree + 1, ring, small)


def _rewired(
    members: Records, degree: int, rewiring: float, key: np.uint64, size: NDArray[np.int64]
) -> NDArray[np.bool_]:
    slots = extended(members["key"][:, None], np.arange(degree, dtype=np.uint64))
    return (uniforms(key, slots) < rewiring) & (size[:, None] > degree + 1)


def _leaps(members: Records, degree: int, key: np.uint64, size: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return steps to anybody else of the group, each as likely."""
    slots = extended(members["key"][:, None], np.arange(_TARGET, _TARGET + degree, dtype=np.uint64))
    return 1 + (uniforms(key, slots) * (size[:, None] - 1)).astype(np.int64)
