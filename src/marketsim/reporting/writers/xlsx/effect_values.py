"""What the formulas in the sheet of effects give, for programs that do not compute, and for sheets that refer to them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from marketsim.reporting.estimates import Estimate
from marketsim.reporting.writers.xlsx.pairs import Pair
from marketsim.results.statistics.estimates import mean_over_worlds


@dataclass(frozen=True)
class Values:
    """The numbers of a row of the sheet, in the unit of the report; NaN where there is none.

    Attributes:
        n: how many worlds count.
        partner: mean of what the policy is compared with.
        mean: mean of the policy.
        half: half of its interval.
        difference: the mean paired difference with its interval.
        deviation: the standard deviation of the differences.
        chance: the chance that the policy is better.
    """

    n: int
    partner: float
    mean: float
    half: float
    difference: Estimate
    deviation: float
    chance: float


def values_of(pair: Pair, factor: float) -> Values:
    """Return the numbers of a figure: over its single worlds, or those of the summary where these are not kept.

    Args:
        pair: the figure under a policy.
        factor: by what values of runs are multiplied in the report.
    """
    level = pair.cell.level
    if not pair.is_complete:
        found = _scaled(pair.cell.difference, factor)
        partner = pair.cell.partner_mean * factor
        return Values(
            level.n, partner, level.mean * factor, level.half_width * factor, found, math.nan, _chance(pair, found)
        )
    own = mean_over_worlds(np.where(pair.used, pair.values, np.nan))
    partner = float(mean_over_worlds(np.where(pair.used, pair.partners, np.nan)).mean) * factor
    found, deviation = _difference(pair, factor)
    mean, half = float(own.mean) * factor, float(own.half_width) * factor
    return Values(int(own.n), partner, mean, half, found, deviation, _chance(pair, found))


def _scaled(found: Estimate, factor: float) -> Estimate:
    return Estimate(found.n, found.mean * factor, found.low * factor, found.high * factor)


def _difference(pair: Pair, factor: float) -> tuple[Estimate, float]:
    own = mean_over_worlds(pair.differences)
    mean, reach, n = float(own.mean), float(own.half_width), int(own.n)
    deviation = float(own.standard_error) * math.sqrt(n)
    return _scaled(Estimate(n, mean, mean - reach, mean + reach), factor), deviation * factor


def _chance(pair: Pair, found: Estimate) -> float:
    """Return the chance of the summary; without any spread what happens surely, where single worlds show it."""
    if found.low != found.high:
        return pair.cell.p_better
    return float(found.mean * pair.measure.kpi.better > 0) if pair.is_complete and found.mean else math.nan
