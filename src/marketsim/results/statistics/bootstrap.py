"""Bootstrap intervals of means over worlds: resampled worlds, studentised, and the same on every machine."""

from __future__ import annotations

from typing import Any

import numpy as np

from marketsim.results.statistics.estimates import FloatArray

FEWEST_WORLDS = 8
"""Below so many worlds there is no bootstrap interval: resamples of a few values say too little about their tails."""
MOST_RESAMPLES, FEWEST_RESAMPLES = 4999, 999
_DRAWN_VALUES = 1_000_000
"""Values drawn for one interval: with many worlds fewer resamples do, as its ends then hardly differ from those of t."""
_SEED = 20_081_945
_CONFIDENCE = 0.95


def bootstrap_interval(values: FloatArray) -> tuple[float, float]:
    """Return the 95 % percentile-t bootstrap interval of a mean (Efron 1979; Hall 1988).

    Worlds are drawn with replacement; the quantiles of (mean* - mean) / error* take the place of those of Student's t.
    So the interval leans to the side of the longer tail, which the t interval does not. Of the bootstrap intervals it
    has the best coverage of a mean with few worlds (measured in docs/statistics.md). The draws are always the same.

    Args:
        values: a value a world; NaN values are left out.

    Returns:
        Both ends: the mean itself where all values are equal; NaN below `FEWEST_WORLDS` worlds, and where so few values
        differ that many resamples hold none of them: then the t interval is all there is.
    """
    known = values[np.isfinite(values)]
    if len(known) < FEWEST_WORLDS:
        return np.nan, np.nan
    if np.ptp(known) == 0:
        return float(known[0]), float(known[0])
    mean, error = float(known.mean()), float(known.std(ddof=1)) / np.sqrt(len(known))
    with np.errstate(divide="ignore", invalid="ignore"):  # resamples of equal values
        low, high = _quantiles(known - mean)
    ends = mean - high * error, mean - low * error
    return ends if np.isfinite(ends).all() else (np.nan, np.nan)


def _quantiles(deviations: FloatArray) -> tuple[float, float]:
    from scipy.stats import bootstrap

    found = bootstrap(
        (deviations,),
        _student,
        axis=-1,
        vectorized=True,
        confidence_level=_CONFIDENCE,
        n_resamples=min(max(_DRAWN_VALUES // len(deviations), FEWEST_RESAMPLES), MOST_RESAMPLES),
        method="percentile",
        rng=np.random.default_rng(_SEED),
    ).confidence_interval
    return float(found.low), float(found.high)


def _student(sample: FloatArray, axis: int = -1) -> Any:
    """Return means over their standard errors: of deviations, by how many errors a resample's mean misses the mean."""
    return sample.mean(axis=axis) / (sample.std(axis=axis, ddof=1) / np.sqrt(sample.shape[axis]))
