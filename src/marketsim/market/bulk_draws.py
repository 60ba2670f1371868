"""The keyed draws of `marketsim.market.draws` for many customers at once: the same numbers, as arrays."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
KeyArray = NDArray[np.uint64]
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_TO_UNIT = 2.0**-52


def mixed(state: KeyArray) -> KeyArray:
    """Return the 64 bits of each element thoroughly mixed."""
    with np.errstate(over="ignore"):
        state = (state ^ (state >> np.uint64(30))) * _MIX_1
        state = (state ^ (state >> np.uint64(27))) * _MIX_2
    result: KeyArray = state ^ (state >> np.uint64(31))
    return result


def extended(key: np.uint64 | KeyArray, parts: KeyArray | int) -> KeyArray:
    """Return the keys of more specific draws: `key` continued by each part; the two are broadcast."""
    with np.errstate(over="ignore"):
        part = mixed(np.asarray(parts, dtype=np.uint64) + _GOLDEN) + _GOLDEN
    return mixed(np.asarray(key, dtype=np.uint64) ^ part)


def uniforms(key: np.uint64 | KeyArray, customers: KeyArray) -> FloatArray:
    """Return a number in (0, 1) for each customer: what `uniform(extend(key, customer))` is."""
    return _units(extended(key, customers))


def normals(key: np.uint64 | KeyArray, customers: KeyArray) -> FloatArray:
    """Return a standard normal number for each customer (Box & Muller 1958)."""
    keys = extended(key, customers)
    radius = np.sqrt(-2.0 * np.log(_units(extended(keys, 1))))
    result: FloatArray = radius * np.cos(2.0 * math.pi * _units(extended(keys, 2)))
    return result


def poissons(key: np.uint64 | KeyArray, customers: KeyArray, means: FloatArray | float) -> NDArray[np.int64]:
    """Return a Poisson number for each customer by inversion of one uniform: it never falls when its mean rises."""
    u = uniforms(key, customers)
    mean = np.broadcast_to(np.asarray(means, dtype=np.float64), u.shape)
    probability = np.exp(-mean)
    total = probability.copy()
    counts = np.zeros(u.shape, dtype=np.int64)
    open_ = u > total
    while open_.any() and counts.max(initial=0) < _POISSON_LIMIT:
        counts[open_] += 1
        probability[open_] *= mean[open_] / counts[open_]
        total[open_] += probability[open_]
        open_ &= u > total
    return counts


_POISSON_LIMIT = 400


def _units(keys: KeyArray) -> FloatArray:
    result: FloatArray = ((mixed(keys) >> np.uint64(12)).astype(np.float64) + 0.5) * _TO_UNIT
    return result
