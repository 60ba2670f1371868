"""Values by month over worlds, with bands: shares and satisfaction of the focus retailer and its rivals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from marketsim.reporting.view import StudyView

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Band:
    """A mean over worlds by month with its 95 % interval; the ends are NaN for a single world."""

    months: NDArray[np.int64]
    mean: FloatArray
    low: FloatArray
    high: FloatArray

    def without_interval(self) -> Band:
        """Return the means alone, for lines that are drawn without a band."""
        nothing = np.full_like(self.mean, np.nan)
        return Band(self.months, self.mean, nothing, nothing)

    def frame(self, **labels: str) -> pd.DataFrame:
        """Return the band as tidy rows with these labels in front; months count from 1, as on the axis."""
        numbers = pd.DataFrame({"month": self.months + 1, "mean": self.mean, "low": self.low, "high": self.high})
        for position, (name, value) in enumerate(labels.items()):
            numbers.insert(position, name, value)
        return numbers


def band(values: pd.DataFrame) -> Band:
    """Return mean and interval over worlds of values, a row per month and a column per world."""
    array = values.to_numpy(dtype=np.float64)
    count = np.isfinite(array).sum(axis=1)
    known = np.where(np.isfinite(array), array, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(count > 0, known.sum(axis=1) / count, np.nan)
        squares = np.where(np.isfinite(array), (array - mean[:, None]) ** 2, 0.0).sum(axis=1)
        error = np.sqrt(np.where(count > 1, squares / (count - 1), np.nan) / count)
    reach = stats.t.ppf(0.975, np.maximum(count - 1, 1)) * error
    return Band(values.index.to_numpy(dtype=np.int64), mean, mean - reach, mean + reach)


def _by_world(rows: pd.DataFrame, value: str) -> pd.DataFrame:
    return rows.groupby(["month", "replication"], observed=True)[value].sum().unstack("replication")


def _contestable(view: StudyView, policy: str) -> pd.DataFrame:
    table = view.table("segment_month")
    return table[(table["policy"] == policy) & table["segment"].isin(view.contestable_segments)]


def shares(view: StudyView, policy: str, quantity: str) -> dict[str, pd.DataFrame]:
    """Return each supplier's share of contestable customers or energy in %: months x worlds."""
    rows = _contestable(view, policy)
    total = _by_world(rows, quantity)
    suppliers = sorted(rows["retailer"].astype(str).unique())
    found = {name: _by_world(rows[rows["retailer"] == name], quantity) for name in suppliers}
    return {name: 100 * (part.reindex(total.index).fillna(0.0) / total) for name, part in found.items()}


def satisfaction(view: StudyView, policy: str, tier: str | None = None) -> pd.DataFrame:
    """Return the mean satisfaction (of 100) of the focus retailer's customers: months x worlds."""
    rows = _contestable(view, policy)
    rows = rows[rows["retailer"] == view.focus]
    rows = rows if tier is None else rows[rows["tier"] == tier]
    weighted = rows.assign(points=100 * rows["satisfaction"] * rows["customers"])
    with np.errstate(divide="ignore", invalid="ignore"):
        return _by_world(weighted, "points") / _by_world(rows, "customers")
