"""Random numbers without a stream: each draw is a pure function of what it is for (common random numbers).

A draw is keyed by the world (seed and replication), a named purpose, the month, the customer and the alternative. It has
the same value whatever the order, the chunking, the thread or the process, and a policy that changes one retailer changes
no draw anywhere else. Mixing is the finaliser of SplitMix64 (Steele, Lea & Flood 2014).
"""

from __future__ import annotations

import hashlib
import math
from functools import cache

import numpy as np

from marketsim.market.compiled import rule

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_SHIFT_30 = np.uint64(30)
_SHIFT_27 = np.uint64(27)
_SHIFT_31 = np.uint64(31)
_SHIFT_12 = np.uint64(12)
_TO_UNIT = 2.0**-52
_POISSON_LIMIT = 400


@rule
def mix(state: np.uint64) -> np.uint64:
    """Return the 64 bits thoroughly mixed."""
    state = (state ^ (state >> _SHIFT_30)) * _MIX_1
    state = (state ^ (state >> _SHIFT_27)) * _MIX_2
    return state ^ (state >> _SHIFT_31)


@rule
def extend(key: np.uint64, part: np.uint64) -> np.uint64:
    """Return the key of a more specific draw: `key` continued by one more part."""
    return mix(key ^ (mix(part + _GOLDEN) + _GOLDEN))


@rule
def uniform(key: np.uint64) -> float:
    """Return a number in the open interval (0, 1): 52 bits and a half fill a float exactly, so it never rounds to 1."""
    return (float(mix(key) >> _SHIFT_12) + 0.5) * _TO_UNIT


@rule
def normal(key: np.uint64) -> float:
    """Return a standard normal number (Box & Muller 1958)."""
    radius = math.sqrt(-2.0 * math.log(uniform(extend(key, np.uint64(1)))))
    return radius * math.cos(2.0 * math.pi * uniform(extend(key, np.uint64(2))))


@rule
def exponential(key: np.uint64) -> float:
    """Return an exponential number of mean 1."""
    return -math.log(uniform(key))


@rule
def gumbel(key: np.uint64) -> float:
    """Return a standard Gumbel number; adding it to utilities makes the best alternative a logit choice."""
    return -math.log(-math.log(uniform(key)))


@rule
def gamma(key: np.uint64, shape: float) -> float:
    """Return a gamma number of the given shape and scale 1 (Marsaglia & Tsang 2000)."""
    boosted = shape if shape >= 1.0 else shape + 1.0
    d = boosted - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    value = d
    for attempt in range(1000):
        x = normal(extend(key, np.uint64(3 + 2 * attempt)))
        cube = (1.0 + c * x) ** 3
        if cube > 0.0:
            u = uniform(extend(key, np.uint64(4 + 2 * attempt)))
            if math.log(u) < 0.5 * x * x + d - d * cube + d * math.log(cube):
                value = d * cube
                break
    if shape < 1.0:
        value *= uniform(extend(key, np.uint64(2))) ** (1.0 / shape)
    return value


@rule
def poisson(key: np.uint64, mean: float) -> int:
    """Return a Poisson number by inversion of one uniform: it never falls when the mean rises."""
    u = uniform(key)
    probability = math.exp(-mean)
    total = probability
    count = 0
    while u > total and count < _POISSON_LIMIT:
        count += 1
        probability *= mean / count
        total += probability
    return count


@cache
def name_key(name: str) -> np.uint64:
    """Return the 64-bit key of a name (retailer, offer, account, purpose): the same on every machine."""
    return np.uint64(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little"))


def part_key(key: np.uint64, part: int) -> np.uint64:
    """Return `extend` for callers in plain Python, where a compiled function hands back an int."""
    return np.uint64(extend(key, np.uint64(part)))


def world_key(seed: int, replication: int) -> np.uint64:
    """Return the key of a world: one replication under one seed."""
    return part_key(part_key(np.uint64(0x6D61726B6574), seed), replication)


def purpose_key(world: np.uint64, purpose: str, month: int = -1) -> np.uint64:
    """Return the key of a purpose in a world and month; month -1 is for draws that last all the run."""
    return part_key(part_key(world, int(name_key(purpose))), month + 1)
