"""Paired statistics over replications: means, differences to the base, intervals, and how sure they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketsim.results.key_figures import KPIS, SILENT_AT_ZERO
from marketsim.results.statistics.estimates import mean_over_worlds, without_rounding
from marketsim.results.statistics.partners import Partners
from marketsim.results.tables import BASE, SUMMARY_COLUMNS

FloatArray = NDArray[np.float64]

_LABELS = ["retailer", "segment", "tier", "kpi"]


def summarise(kpis: pd.DataFrame, base: str = BASE, partners: Partners | None = None) -> pd.DataFrame:
    """Return the mean of every KPI under every policy, and its paired difference to the base.

    Args:
        kpis: KPIs of all finished runs, in the columns of `results.tables.KPIS_TABLE`.
        base: policy with which the others are compared.
        partners: with whom figures of tiers are compared instead, where a policy changes who belongs to them.

    Returns:
        A frame in `SUMMARY_COLUMNS`, sorted by its first five. ``n`` is the number of worlds behind a row:
        those in which both the policy and its partner have a value, or, where the partner never has one, those in
        which the policy has. ``reference`` names the partner where there is a difference: the base, or the reference
        runs of the policy; ``reference_mean`` is its mean, so that mean - diff = reference_mean. ``low`` and ``high`` bound the
        mean, ``diff_low`` and ``diff_high`` the mean paired difference, each by a 95 % t interval over
        worlds (Student 1908); both are missing for one world. ``p_better`` is the probability that the mean
        paired difference is favourable: its posterior under a flat prior is a t distribution with n - 1
        degrees of freedom. It is missing where the KPI has no good direction. Differences that are but rounding
        are exactly 0. Rows that no policy gives a value are left out, and figures of `SILENT_AT_ZERO` that are 0 in
        every run.
    """
    worlds = _Worlds.of(kpis)
    values = worlds.values
    reference = worlds.partners(base, partners or Partners())
    has_reference = np.isfinite(reference).any(axis=2, keepdims=True)
    usable = np.isfinite(values) & (np.isfinite(reference) | ~has_reference)
    is_base = np.array([policy == base for policy in worlds.policies], dtype=np.bool_)
    differences = np.where(usable & ~is_base[:, np.newaxis], without_rounding(values - reference, reference), np.nan)
    mean, difference = mean_over_worlds(np.where(usable, values, np.nan)), mean_over_worlds(differences)
    compared = np.isfinite(difference.mean)
    better = np.array([[_BETTER[kpi]] for kpi in worlds.labels["kpi"]], dtype=np.float64).reshape(-1, 1)
    columns = {
        "n": mean.n,
        "mean": mean.mean,
        "low": mean.low,
        "high": mean.high,
        "diff": difference.mean,
        "diff_low": difference.low,
        "diff_high": difference.high,
        "p_better": difference.probability_of_sign(better),
        "reference": np.where(compared, worlds.partner_names(base, partners or Partners()), ""),
        "reference_mean": np.where(compared, mean_over_worlds(np.where(usable, reference, np.nan)).mean, np.nan),
    }
    summary = worlds.tidy(columns, keep=_any(mean.n > 0))[list(SUMMARY_COLUMNS)]
    return summary[~summary["kpi"].isin(_silent(kpis))].reset_index(drop=True)


def _silent(kpis: pd.DataFrame) -> set[str]:
    """Return the figures that say nothing: 0 wherever they have a value, as what moves them is off."""
    rows = kpis[kpis["kpi"].isin(SILENT_AT_ZERO)]
    spoken = set(rows.loc[rows["value"].fillna(0.0) != 0, "kpi"])
    return set(SILENT_AT_ZERO) - spoken


def variance_reduction(kpis: pd.DataFrame, base: str = BASE, partners: Partners | None = None) -> pd.DataFrame:
    """Return how many times more runs independent worlds would have needed for the same differences.

    The ratio is the variance of the difference between a policy and the base in independent worlds (the sum
    of both variances) over that of the paired difference: the gain from common random numbers (Law 2015).

    Args:
        kpis: KPIs of all finished runs.
        base: policy with which the others are compared.
        partners: with whom figures of tiers are compared instead, where a policy changes who belongs to them.

    Returns:
        A frame with the columns policy, retailer, segment, tier, kpi, n and variance_reduction; a row per
        policy and KPI with at least two pairs. Infinite where all paired differences are equal; missing where
        neither the policy nor the base varies.
    """
    worlds = _Worlds.of(kpis)
    reference = np.broadcast_to(worlds.partners(base, partners or Partners()), worlds.values.shape)
    pairs = np.isfinite(worlds.values) & np.isfinite(reference)
    differences = without_rounding(worlds.values - reference, reference)
    paired = mean_over_worlds(np.where(pairs, differences, np.nan))
    apart = [mean_over_worlds(np.where(pairs, part, np.nan)) for part in (worlds.values, reference)]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (apart[0].standard_error ** 2 + apart[1].standard_error ** 2) / paired.standard_error**2
    frame = worlds.tidy({"n": paired.n, "variance_reduction": ratio}, keep=_any(paired.n > 1))
    frame = frame[(frame["policy"] != base) & (frame["n"] > 1)].drop(columns="unit")
    return frame.reset_index(drop=True)


_BETTER = {kpi.name: float(kpi.better) for kpi in KPIS}
_UNITS = {kpi.name: kpi.unit for kpi in KPIS}


def _any(cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(cells.any(axis=1), dtype=np.bool_)


@dataclass(frozen=True)
class _Worlds:
    """KPIs as an array, labels x policies x worlds; NaN where there is no value.

    Attributes:
        labels: retailer, segment, tier and kpi of each entry of the first axis, sorted.
        policies: names along the second axis, sorted.
        worlds: numbers along the third axis, sorted.
        values: the array.
    """

    labels: pd.DataFrame
    policies: tuple[str, ...]
    worlds: pd.Index[int]
    values: FloatArray

    @classmethod
    def of(cls, kpis: pd.DataFrame) -> _Worlds:
        codes, names = zip(*(_factorise(kpis[column]) for column in ("policy", *_LABELS)), strict=True)
        shape = tuple(len(values) for values in names[1:])
        cells = np.ravel_multi_index(codes[1:], shape) if len(kpis) else np.zeros(0, dtype=np.int64)
        found, rows = np.unique(cells, return_inverse=True)
        worlds, columns = np.unique(kpis["replication"].to_numpy(), return_inverse=True)
        values = np.full((len(found), len(names[0]), len(worlds)), np.nan)
        values[rows, codes[0], columns] = kpis["value"].to_numpy(dtype=np.float64)
        places = np.unravel_index(found, shape) if len(found) else ()
        labels = {
            column: np.asarray(known, dtype=object)[place]
            for column, known, place in zip(_LABELS, names[1:], places, strict=bool(len(found)))
        }
        return cls(pd.DataFrame(labels, columns=_LABELS), tuple(names[0]), pd.Index(worlds), values)

    def of_policy(self, policy: str) -> FloatArray:
        """Return the values of a policy, labels x worlds; all NaN where it did not run."""
        if policy not in self.policies:
            return np.full((self.values.shape[0], self.values.shape[2]), np.nan)
        return self.values[:, self.policies.index(policy)]

    def partners(self, base: str, partners: Partners) -> FloatArray:
        """Return the values with which those of each policy are compared; one policy wide where it is always the base."""
        reference = self.of_policy(base)
        if not partners.rules:
            return reference[:, np.newaxis]
        labels = pd.MultiIndex.from_frame(self.labels)
        columns = [partners.values(policy, labels, self.worlds, reference) for policy in self.policies]
        return np.stack(columns, axis=1) if columns else np.empty_like(self.values)

    def partner_names(self, base: str, partners: Partners) -> NDArray[np.object_]:
        """Return what the runs are called with which each label of each policy is compared."""
        labels = pd.MultiIndex.from_frame(self.labels)
        names = np.full(self.values.shape[:2], base, dtype=object)
        for place, policy in enumerate(self.policies):
            names[partners.concerns(policy, labels), place] = partners.name(policy)
        return names

    def tidy(self, columns: dict[str, NDArray[Any]], keep: NDArray[np.bool_]) -> pd.DataFrame:
        """Return arrays of labels x policies as a frame sorted by policy and labels, with the KPI's unit."""
        labels = self.labels[keep]
        repeated = pd.concat([labels] * len(self.policies), ignore_index=True) if self.policies else labels
        frame = repeated.assign(
            policy=np.repeat(np.asarray(self.policies, dtype=object), len(labels)),
            unit=[_UNITS[kpi] for kpi in repeated["kpi"]],
            **{name: array[keep].T.ravel() for name, array in columns.items()},
        )
        return frame[["policy", *_LABELS, "unit", *columns]]


def _factorise(column: pd.Series) -> tuple[NDArray[np.int64], list[str]]:
    """Return codes and the sorted names that occur."""
    codes, names = pd.factorize(column.astype(str) if column.dtype == object else column, sort=True)
    return np.asarray(codes, dtype=np.int64), [str(name) for name in names]
