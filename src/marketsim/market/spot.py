"""Wholesale prices: the spot price of a world and the forward prices that can be had in each month (M3)."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketsim.market.draws import normal, purpose_key
from marketsim.scenario.environment import GeneratedSpot
from marketsim.scenario.events import PriceShock
from marketsim.scenario.study import Study

FloatArray = NDArray[np.float64]
LONGEST_TERM = 120


class Wholesale(NamedTuple):
    """Prices of every month of a run.

    Attributes:
        spot: spot price, CNY/MWh. Shape (months,).
        forward: forward price for delivery over the next `term` months, CNY/MWh. Shape (months, 121); column 0 is unused.
        yearly_sd: standard deviation of the mean spot price of the next twelve months over its mean.
        mean_forward: long-run mean of the forward price, CNY/MWh.
        premium: forward price over the expected spot price, less 1.
    """

    spot: FloatArray
    forward: FloatArray
    yearly_sd: float
    mean_forward: float
    premium: float


def generate(study: Study, history: FloatArray | None, world: np.uint64, months: int) -> Wholesale:
    """Return the wholesale prices of a world.

    Args:
        study: the study, with the spot price's parameters and the price shocks, announced and unforeseen.
        history: monthly spot history in CNY/MWh (it repeats where a run is longer), or None for a generated price.
        world: key of the world.
        months: length of the run.
    """
    spot = study.market.spot
    shocks = shock_factors(study, months)
    if history is not None:
        return _from_history(history, shocks, announced_factors(study, months), study.market.forward_premium, months)
    assert isinstance(spot, GeneratedSpot)
    deviations = log_deviations(spot, world, months)
    variance = stationary_variance(spot.persistence, spot.innovation_sd)
    season = np.array([spot.season[month % 12] for month in range(months)])
    prices = spot.mean_cny_per_mwh * season * np.exp(deviations - variance / 2.0)
    return Wholesale(
        spot=prices * shocks,
        forward=_forward_curve(spot, deviations, announced_factors(study, months), study.market.forward_premium),
        yearly_sd=yearly_relative_sd(spot.persistence, spot.innovation_sd),
        mean_forward=spot.mean_cny_per_mwh * (1.0 + study.market.forward_premium),
        premium=study.market.forward_premium,
    )


def stationary_variance(persistence: float, innovation_sd: float) -> float:
    """Return the variance of the log deviation in the long run."""
    return innovation_sd**2 / (1.0 - persistence**2)


def log_deviations(spot: GeneratedSpot, world: np.uint64, months: int) -> FloatArray:
    """Return x of x_t = persistence x_(t-1) + sd eps, started from its stationary distribution. Shape (months,)."""
    start = normal(purpose_key(world, "spot start"))
    x = math.sqrt(stationary_variance(spot.persistence, spot.innovation_sd)) * start
    path = np.empty(months)
    for month in range(months):
        x = spot.persistence * x + spot.innovation_sd * normal(purpose_key(world, "spot", month))
        path[month] = x
    return path


def shock_factors(study: Study, months: int, announced_only: bool = False) -> FloatArray:
    """Return the factor of all price shocks, or of the announced ones, in each month. Shape (months,)."""
    factors = np.ones(months)
    for event in study.events:
        if isinstance(event, PriceShock) and (event.announced or not announced_only):
            factors[event.month : event.month + event.duration_months] *= 1.0 + event.size
    return factors


def announced_factors(study: Study, months: int) -> FloatArray:
    """Return the factor of announced shocks in the month k + 1 months ahead of each month. Shape (months, 120)."""
    factors = shock_factors(study, months + LONGEST_TERM, announced_only=True)
    ahead = np.arange(1, LONGEST_TERM + 1)
    shifted: FloatArray = factors[np.arange(months)[:, None] + ahead]
    return shifted


def yearly_relative_sd(persistence: float, innovation_sd: float) -> float:
    """Return the sd of the mean of the next twelve log deviations, seen from today."""
    weights = [sum(persistence**k for k in range(12 - month)) for month in range(12)]
    return innovation_sd * math.sqrt(sum(weight**2 for weight in weights)) / 12.0


def _forward_curve(spot: GeneratedSpot, deviations: FloatArray, announced: FloatArray, premium: float) -> FloatArray:
    """Mean over the term of E_t[P_(t+k)] (1 + premium); of shocks only the announced ones are foreseen."""
    ahead = np.arange(1, LONGEST_TERM + 1)
    damping = spot.persistence**ahead
    variance = stationary_variance(spot.persistence, spot.innovation_sd)
    known = variance * (1.0 - damping**2)
    month = np.arange(len(deviations))[:, None]
    season = np.array(spot.season)[(month + ahead) % 12]
    expected = spot.mean_cny_per_mwh * season * np.exp(damping * deviations[:, None] - variance / 2.0 + known / 2.0)
    return _mean_over_terms(expected * announced) * (1.0 + premium)


def _mean_over_terms(expected: FloatArray) -> FloatArray:
    means = np.cumsum(expected, axis=1) / np.arange(1, expected.shape[1] + 1)
    return np.concatenate([means[:, :1], means], axis=1)


def _from_history(
    history: FloatArray, shocks: FloatArray, announced: FloatArray, premium: float, months: int
) -> Wholesale:
    """The forward of a history is the mean of the last twelve months: what a buyer without a model would expect."""
    prices = history[np.arange(months) % len(history)]
    trailing = np.array([prices[max(0, month - 11) : month + 1].mean() for month in range(months)])
    persistence, innovation_sd = fit_autoregression(history)
    return Wholesale(
        spot=prices * shocks,
        forward=trailing[:, None] * _mean_over_terms(announced) * (1.0 + premium),
        yearly_sd=yearly_relative_sd(persistence, innovation_sd),
        mean_forward=float(history.mean()) * (1.0 + premium),
        premium=premium,
    )


def fit_autoregression(history: FloatArray) -> tuple[float, float]:
    """Return persistence (0 to .99) and innovation sd of the log of a positive price history, by least squares."""
    logs = np.log(np.maximum(history, 1e-6))
    deviations = logs - logs.mean()
    power = float(np.dot(deviations[:-1], deviations[:-1]))
    slope = float(np.dot(deviations[1:], deviations[:-1])) / power if power > 0 else 0.0
    persistence = min(max(slope, 0.0), 0.99)
    return persistence, float(np.std(deviations[1:] - persistence * deviations[:-1]))
