"""Shares of variance from points as they are: a complete grid taken apart, and first-order shares from any points.

For points of a Latin hypercube or a table there are three methods in SALib. We take RBD-FAST in the form for given
points (Plischke 2010, with the correction of Tissot & Prieur 2012): its index is the first-order index of Sobol, so
that designs can be compared; its correction leaves next to no bias from 50 points on; and it draws from a generator of
its own. The delta index reseeds the generator of everybody and cannot split small samples; PAWN has no intervals and
leaves the points with the largest values out of its classes. Parameters with few distinct values, also words, have
their correlation ratio (McKay 1997) in place of it, without the part that chance alone brings.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from marketsim.errors import ResultsError
from marketsim.results.sensitivity.outcomes import Outcome, noise
from marketsim.results.sensitivity.rows import NOISE, Row, share_of_noise
from marketsim.results.statistics.estimates import FloatArray

GRID = "grid"
FEWEST_POINTS = 50
"""Fewest points for RBD-FAST: its bootstrap halves them, and 6 harmonics need more than 12 in each half."""
FEWEST_A_LEVEL = 4
"""Fewest points a level on average for a correlation ratio. ASSUMPTION: below, the correction exceeds what is found."""
_HARMONICS = 6
"""Tarantola, Gatelli & Mara (2006)."""
_REACH = float(norm.ppf(0.975))


def codes_of(found: Outcome, parameter: str) -> NDArray[np.int64]:
    """Return the number of the level of a parameter at each point."""
    _, codes = np.unique(found.texts[parameter].to_numpy(dtype=str), return_inverse=True)
    return np.asarray(codes, dtype=np.int64)


def is_complete_grid(found: Outcome) -> bool:
    """Tell whether every combination of levels stands in the points once, with a result."""
    codes = np.stack([codes_of(found, name) for name in found.parameters], axis=1)
    combinations = int(np.prod(codes.max(axis=0) + 1))
    return bool(found.known.all()) and len(codes) == combinations == len(np.unique(codes, axis=0))


def variance_rows(found: Outcome, seed: int, resamples: int) -> Iterator[Row]:
    """Yield the shares of variance of a complete grid: by itself (S1), and with all its interactions (ST).

    They are exact for the points of the grid, all levels weighed alike; their intervals are what the chance of the worlds
    does to them, taken as independent from point to point.
    """
    codes = [codes_of(found, name) for name in found.parameters]
    shape = tuple(int(code.max()) + 1 for code in codes)
    order = np.lexsort(codes[::-1])
    values = found.values[order].reshape(1, *shape)
    error, n = noise(found), len(found.values)
    rng = np.random.default_rng(seed)
    drawn = values + (rng.standard_normal((resamples, n)) * error[order]).reshape(resamples, *shape)
    for axis, name in enumerate(found.parameters, start=1):
        for index, share in (("S1", _alone), ("ST", _with_interactions)):
            value = float(share(values, axis)[0])
            reach = _REACH * float(share(drawn, axis).std(ddof=1))
            yield Row(name, index, value, value - reach, value + reach, n)
    yield Row("", NOISE, share_of_noise(error, found.values), n=n)


def _alone(values: FloatArray, axis: int) -> FloatArray:
    """Return the variance of the means over all other axes, over the whole variance; the first axis is of draws."""
    others = tuple(place for place in range(1, values.ndim) if place != axis)
    means = values.mean(axis=others) if others else values
    return _over_variance(np.asarray(means.var(axis=1)), values)


def _with_interactions(values: FloatArray, axis: int) -> FloatArray:
    """Return one less the share that the other parameters explain together."""
    means = values.mean(axis=axis)
    explained = means.reshape(len(values), -1).var(axis=1)
    return 1 - _over_variance(explained, values)


def _over_variance(part: FloatArray, values: FloatArray) -> FloatArray:
    whole = values.reshape(len(values), -1).var(axis=1)
    shares: FloatArray = np.divide(part, whole, out=np.full(len(values), np.nan), where=whole > 0)
    return shares


def given_data_rows(found: Outcome, seed: int, resamples: int) -> Iterator[Row]:
    """Yield first-order shares of variance from whatever points have results.

    Raises:
        ResultsError: no parameter has enough points.
    """
    known = found.only(found.known)
    n = len(known.values)
    rows = []
    for name in found.parameters:
        levels = len(np.unique(codes_of(known, name)))
        numbers = known.numbers[name].to_numpy(dtype=np.float64)
        if 2 <= levels <= n / FEWEST_A_LEVEL:
            rows.append(_by_level(known, name, seed, resamples))
        elif n >= FEWEST_POINTS and np.isfinite(numbers).all():
            rows.append(_by_frequency(name, numbers, known.values, seed, resamples))
    if not rows:
        raise ResultsError(
            f"{found.choice.name} has {n} points with results, too few to tell the parameters apart: numbers need "
            f"{FEWEST_POINTS}, and values that repeat need {FEWEST_A_LEVEL} points each"
        )
    yield from rows
    yield Row("", NOISE, share_of_noise(noise(known), known.values), n=n, method=rows[0].method)


def _by_frequency(name: str, numbers: FloatArray, values: FloatArray, seed: int, resamples: int) -> Row:
    from SALib.analyze import rbd_fast

    method, n = "rbd_fast", len(values)
    if np.ptp(values) == 0:
        return Row(name, "S1", np.nan, n=n, method=method)
    problem: dict[str, Any] = {"num_vars": 1, "names": ["x"], "bounds": [[0.0, 1.0]]}
    seeded = np.random.default_rng(seed)
    found = rbd_fast.analyze(
        problem, numbers[:, np.newaxis], values, M=_HARMONICS, num_resamples=resamples, seed=seeded
    )
    value, reach = float(found["S1"][0]), float(found["S1_conf"][0])
    return Row(name, "S1", value, value - reach, value + reach, n, method=method)


def _by_level(found: Outcome, name: str, seed: int, resamples: int) -> Row:
    """Return the correlation ratio with the correction of Kelley (1935); its interval by a bootstrap over points."""
    codes, n = codes_of(found, name), len(found.values)
    member = codes[:, np.newaxis] == np.arange(codes.max() + 1)
    whole = np.ones((1, n))
    counts = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=resamples).astype(np.float64)
    value = float(_ratio(found.values, member, whole)[0])
    reach = _REACH * float(np.nanstd(_ratio(found.values, member, counts), ddof=1)) if np.ptp(found.values) else np.nan
    return Row(name, "S1", value, value - reach, value + reach, n, method="levels")


def _ratio(values: FloatArray, member: NDArray[np.bool_], weights: FloatArray) -> FloatArray:
    """Return the corrected correlation ratio for each row of weights of the points."""
    n = values.size
    sizes = weights @ member
    centred = values - values.mean()
    with np.errstate(divide="ignore", invalid="ignore"):
        means = np.where(sizes > 0, (weights * centred) @ member / sizes, 0.0)
        overall = (weights * centred).sum(axis=1) / n
        between = (sizes * (means - overall[:, np.newaxis]) ** 2).sum(axis=1)
        within = (weights * centred**2).sum(axis=1) - n * overall**2
        share = between / within
        levels = (sizes > 0).sum(axis=1)
        corrected: FloatArray = 1 - (1 - share) * (n - 1) / (n - levels)
    return corrected
