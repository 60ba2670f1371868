"""Contenders for one key figure in the same worlds, or in others: every pair of them, and the chance of being best."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketsim.results.statistics.estimates import Estimates, FloatArray, mean_over_worlds, without_rounding
from marketsim.results.statistics.multiple import p_above, surely_above

DRAWS = 40_000
"""Draws from the posterior; chances of being best are exact to half a percentage point."""
_SEED = 20_081_979


@dataclass(frozen=True)
class Contenders:
    """What is compared in one key figure.

    Attributes:
        values: contenders x worlds; NaN where there is no value.
        streams: for each contender which random draws its worlds come from; contenders of one stream are compared world by
            world, those of different streams as independent samples.
    """

    values: FloatArray
    streams: tuple[int, ...]

    @classmethod
    def paired(cls, values: FloatArray) -> Contenders:
        """Return contenders that all meet the same worlds."""
        return cls(values, (0,) * len(values))

    def differences(self, other: int) -> Estimates:
        """Return the mean of every contender less that of one: paired within a stream, else Welch's (1947)."""
        reference = self.values[other]
        paired = mean_over_worlds(without_rounding(self.values - reference, reference))
        apart = self._welch(other)
        same = np.array([stream == self.streams[other] for stream in self.streams], dtype=np.bool_)
        return Estimates(
            np.where(same, paired.n, apart.n),
            np.where(same, paired.mean, apart.mean),
            np.where(same, paired.standard_error, apart.standard_error),
            np.where(same, paired.degrees, apart.degrees),
        )

    def _welch(self, other: int) -> Estimates:
        own = mean_over_worlds(self.values)
        parts = own.standard_error**2, own.standard_error[other] ** 2
        with np.errstate(divide="ignore", invalid="ignore"):
            degrees = (parts[0] + parts[1]) ** 2 / (parts[0] ** 2 / own.degrees + parts[1] ** 2 / own.degrees[other])
        return Estimates(
            np.minimum(own.n, own.n[other]),
            np.asarray(without_rounding(own.mean - own.mean[other], np.full(len(own.mean), own.mean[other]))),
            np.sqrt(parts[0] + parts[1]),
            np.where(np.isfinite(degrees), degrees, 1.0),
        )

    def surely_better(self, better: float) -> NDArray[np.bool_]:
        """Return at (i, j) whether i is surely better than j; a wrong claim anywhere has at most 5 % probability.

        Args:
            better: 1 where more is good, -1 where less is.
        """
        p_values = np.stack([p_above(self._towards(other, better)) for other in range(len(self.values))], axis=1)
        return surely_above(p_values)

    def _towards(self, other: int, better: float) -> Estimates:
        found = self.differences(other)
        return Estimates(found.n, better * found.mean, found.standard_error, found.degrees)

    def chances_of_best(self, better: float, draws: int = DRAWS) -> FloatArray:
        """Return the probability that the true mean of each contender is the best of all; they add up to 1.

        It is that of a joint posterior of the means: a multivariate t distribution around the sample means with n - 1
        degrees of freedom and the covariance of the worlds over n, which is the posterior under a prior that is flat in
        the means and |covariance|^(-number of contenders) in the rest (Geisser & Cornfield 1963). Of any two contenders in
        common worlds it gives the chance that the paired t interval gives. It is drawn from, always with the same draws.
        Contenders that never differ share their chance. NaN where there are fewer than two complete worlds.
        """
        rng = np.random.default_rng(_SEED)
        groups = self._alike()
        first = [group[0] for group in groups]
        drawn = np.empty((draws, len(first)))
        for stream in dict.fromkeys(self.streams):
            columns = [place for place, number in enumerate(first) if self.streams[number] == stream]
            drawn[:, columns] = _posterior(self.values[[first[place] for place in columns]], draws, rng)
        if not np.isfinite(drawn).all():
            return np.full(len(self.values), np.nan)
        wins = np.bincount(np.argmax(better * drawn, axis=1), minlength=len(first)) / draws
        chances = np.empty(len(self.values))
        for group, share in zip(groups, wins, strict=True):
            chances[group] = share / len(group)
        return chances

    def _alike(self) -> list[list[int]]:
        """Return contenders in groups of those that are the same in every world."""
        groups: list[list[int]] = []
        for number, stream in enumerate(self.streams):
            for group in groups:
                if self.streams[group[0]] == stream and _is_same(self.values[number], self.values[group[0]]):
                    group.append(number)
                    break
            else:
                groups.append([number])
        return groups


def _is_same(values: FloatArray, others: FloatArray) -> bool:
    known = np.isfinite(values)
    if not known.any() or (known != np.isfinite(others)).any():
        return False
    return not without_rounding(values[known] - others[known], others[known]).any()


def _posterior(values: FloatArray, draws: int, rng: np.random.Generator) -> FloatArray:
    """Return draws from the joint posterior of the means of contenders in common worlds, draws x contenders."""
    complete = values[:, np.isfinite(values).all(axis=0)]
    count, worlds = complete.shape
    normal, squares = rng.standard_normal((draws, count)), rng.chisquare(max(worlds - 1, 1), draws)
    if worlds < 2:
        return np.full((draws, count), np.nan)
    spread = _symmetric_root(np.cov(complete).reshape(count, count) / worlds)
    return np.asarray(complete.mean(axis=1) + normal @ spread * np.sqrt((worlds - 1) / squares)[:, np.newaxis])


def _symmetric_root(covariance: FloatArray) -> FloatArray:
    """Return the one symmetric root, also of a covariance of more contenders than worlds."""
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T)
