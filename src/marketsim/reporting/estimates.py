"""Means over worlds, their intervals, and what the interval of a paired difference allows to say."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from marketsim.reporting.language import message, say
from marketsim.results.tables import BASE

_CONFIDENCE = 0.95
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Estimate:
    """A mean over worlds with its 95 % interval; the ends are NaN when there are fewer than two worlds."""

    n: int
    mean: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half the width of the interval."""
        return (self.high - self.low) / 2


def estimate(values: Any) -> Estimate:
    """Return the mean of values over worlds with its 95 % t interval; NaN values are left out."""
    array = np.asarray(values, dtype=np.float64)
    array = array[np.isfinite(array)]
    count = len(array)
    if count == 0:
        return Estimate(0, math.nan, math.nan, math.nan)
    mean = float(array.mean())
    if count == 1:
        return Estimate(1, mean, math.nan, math.nan)
    reach = float(stats.t.ppf(0.5 + _CONFIDENCE / 2, count - 1) * array.std(ddof=1) / math.sqrt(count))
    return Estimate(count, mean, mean - reach, mean + reach)


class Verdict:
    """What an interval of a paired difference allows to say; code compares the words, reports print their translation."""

    UP = message("up")
    DOWN = message("down")
    CANNOT_TELL = message("cannot tell")
    NO_CHANGE = message("no change")
    NO_INTERVAL = message("no interval")
    MISSING = message("missing")
    OTHER_MEMBERS = message("other members")
    """The tier holds other customers than in the base, so a difference would compare different people."""


@dataclass(frozen=True)
class Cell:
    """One row of the summary: a KPI of a policy, and its paired difference to the base.

    Attributes:
        policy: the policy, or the base.
        level: the mean.
        difference: the paired difference to the base.
        p_better: the probability that the mean difference is favourable.
        same_members: whether it is of the same customers as in the base, as far as the size of their tier tells.
        reference: what it is compared with: the base, or the base with the tier rules of the policy.
    """

    policy: str
    level: Estimate
    difference: Estimate
    p_better: float
    same_members: bool = True
    reference: str = BASE

    @property
    def verdict(self) -> str:
        """What the interval of the difference allows to say: one of the words of `Verdict`."""
        found = verdict(self.difference)
        return found if self.same_members or found == Verdict.MISSING else Verdict.OTHER_MEMBERS

    @property
    def is_compared(self) -> bool:
        """Whether there is a difference to speak of: a base, and the same members in both."""
        return self.verdict not in (Verdict.MISSING, Verdict.OTHER_MEMBERS)

    @property
    def has_own_reference(self) -> bool:
        """Whether it is compared with the base under the tier rules of the policy, as its members are not the base's."""
        return self.is_compared and self.reference != BASE

    @property
    def partner_mean(self) -> float:
        """The mean of what it is compared with, in the same worlds; of the base its own; NaN where there is none."""
        return self.level.mean - (0.0 if self.policy == BASE else self.difference.mean)

    @property
    def against(self) -> str:
        """With whom it is compared, in words."""
        return say("the same customers in the base") if self.has_own_reference else say("base")

    @property
    def paired_level(self) -> Estimate:
        """The level with the interval of its paired difference to the base drawn around it.

        Worlds differ more than policies do, so the interval of a level hides what the paired difference
        tells; this one excludes the level of the base exactly where the difference can be told. The base has
        none, nor has a tier with other members than in the base; a level without a partner in the base keeps its own
        interval.
        """
        if self.policy == BASE or not self.same_members:
            return Estimate(self.level.n, self.level.mean, math.nan, math.nan)
        if not math.isfinite(self.difference.mean):
            return self.level
        shift = self.level.mean - self.difference.mean
        return Estimate(self.level.n, self.level.mean, self.difference.low + shift, self.difference.high + shift)


def verdict(difference: Estimate) -> str:
    """Return what the interval of a paired difference allows to say."""
    if not math.isfinite(difference.mean):
        return Verdict.MISSING
    if not math.isfinite(difference.low):
        return Verdict.NO_INTERVAL
    if difference.low == difference.high == 0:
        return Verdict.NO_CHANGE
    if difference.low > 0:
        return Verdict.UP
    return Verdict.DOWN if difference.high < 0 else Verdict.CANNOT_TELL


def without_rounding(difference: Estimate, level: float) -> Estimate:
    """Return a difference, or exactly none where it is but the rounding of floating-point numbers."""
    ends = [abs(end) for end in (difference.mean, difference.low, difference.high) if math.isfinite(end)]
    if not ends or max(ends) > _ROUNDING * abs(level):
        return difference
    none = 0.0 if math.isfinite(difference.low) else math.nan
    return Estimate(difference.n, 0.0, none, none)


NOTHING = Estimate(0, math.nan, math.nan, math.nan)
"""The estimate where there is no value."""
