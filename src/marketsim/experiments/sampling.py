"""Samples in the unit cube, and the distributions that they are mapped to: SALib's designs, scipy's distributions."""

from __future__ import annotations

from typing import Any

import numpy as np

from marketsim.results.statistics.estimates import FloatArray
from marketsim.scenario.sweep import Axis, Sweep


def unit_samples(sweep: Sweep, seed: int) -> FloatArray:
    """Return the points of a design that is drawn: a row for every point, a column for every label, all from 0 to 1.

    The order of the rows is that which SALib's analyses expect. The same seed gives the same points.

    Args:
        sweep: a Latin hypercube, a Sobol or a Morris design.
        seed: the seed, if the sweep has none of its own.
    """
    samples, problem = sweep.samples or 0, problem_of(sweep)
    rng = np.random.default_rng(seed if sweep.seed is None else sweep.seed)
    match sweep.design:
        case "latin_hypercube":
            from SALib.sample import latin

            drawn = latin.sample(problem, samples, seed=rng)
        case "sobol":
            from SALib.sample import sobol

            drawn = sobol.sample(problem, samples, calc_second_order=sweep.second_order, seed=rng)
        case "morris":
            from SALib.sample import morris

            drawn = morris.sample(problem, samples, num_levels=sweep.levels, seed=rng)
        case _:
            raise ValueError(f"the design {sweep.design} draws no points")
    return np.clip(np.asarray(drawn, dtype=np.float64), 0.0, 1.0)


def problem_of(sweep: Sweep) -> dict[str, Any]:
    """Return what SALib calls the problem: names and bounds of the labels, in the unit cube."""
    labels = list(sweep.axes())
    return {"num_vars": len(labels), "names": labels, "bounds": [[0.0, 1.0]] * len(labels)}


def quantiles(axis: Axis, coordinates: FloatArray) -> list[Any]:
    """Return the values of an axis at coordinates from 0 to 1: its inverse distribution function.

    Values that are given one by one are equally likely: each has an equal part of the unit interval.
    """
    if axis.values is not None:
        last = len(axis.values) - 1
        return [axis.values[min(int(each * len(axis.values)), last)] for each in coordinates]
    low, high = axis.range or (0.0, 1.0)
    drawn = np.clip(_inverse(axis, low, high, coordinates), low, high)
    return [float(value) for value in drawn]


def _inverse(axis: Axis, low: float, high: float, coordinates: FloatArray) -> FloatArray:
    match axis.distribution:
        case "log_uniform":
            return np.asarray(np.exp(np.log(low) + coordinates * (np.log(high) - np.log(low))))
        case "normal":
            return _cut_normal(axis, low, high, coordinates)
        case "lognormal":
            return np.asarray(np.exp(_cut_normal(axis, float(np.log(low)), float(np.log(high)), coordinates)))
        case "triangular":
            from scipy.stats import triang

            mode = (axis.mode or 0.0) - low
            return np.asarray(triang.ppf(coordinates, mode / (high - low), loc=low, scale=high - low))
        case _:
            return low + coordinates * (high - low)


def _cut_normal(axis: Axis, low: float, high: float, coordinates: FloatArray) -> FloatArray:
    from scipy.stats import truncnorm

    mean, sd = axis.normal()
    return np.asarray(truncnorm.ppf(coordinates, (low - mean) / sd, (high - mean) / sd, loc=mean, scale=sd))
