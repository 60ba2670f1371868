"""Sums of a run's monthly tables over the evaluated months, as arrays by supplier, segment, desk and tier."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketsim.results.tables import DEFAULT_SUPPLIER
from marketsim.scenario.customers import DIMENSIONS
from marketsim.scenario.service import DESKS, TIERS
from marketsim.scenario.study import Study

FloatArray = NDArray[np.float64]
Sums = dict[str, FloatArray]
"""Sums by name; all of one shape. The mean of x stands in two parts, ``x_sum`` and ``x_weight``."""

EXPERIENCES = ("satisfaction", *(f"quality_{dimension}" for dimension in DIMENSIONS))
DESK_MEANS = ("wait_minutes", "busy_wait_minutes", "sla_share", "utilisation", "servers")
_SALES = (
    *("customers", "energy_mwh", "revenue_cny", "procurement_cny"),
    *("complaints", "searches", "leaves", "leaves_energy_mwh"),
)


@dataclass(frozen=True)
class Window:
    """The months that count, and the names along the axes of all sums, each in alphabetical order.

    Attributes:
        retailers: the study's retailers, without the default supplier.
        segments: the contestable segments.
        first_month: first month that counts.
        months: length of the run; the last month that counts is the one before.
    """

    retailers: tuple[str, ...]
    segments: tuple[str, ...]
    first_month: int
    months: int

    @classmethod
    def of(cls, study: Study) -> Window:
        """Return the window of a study."""
        segments = sorted(name for name, segment in study.segments.items() if segment.contestable)
        retailers = tuple(sorted(study.retailers))
        return cls(retailers, tuple(segments), study.run.first_evaluated_month(), study.run.months)

    @property
    def suppliers(self) -> tuple[str, ...]:
        """The retailers, and the default supplier at the end."""
        return (*self.retailers, DEFAULT_SUPPLIER)

    @property
    def evaluated_months(self) -> int:
        """Number of months that count."""
        return max(self.months - self.first_month, 0)

    @property
    def years(self) -> float:
        """Length of the time that counts, years."""
        return self.evaluated_months / 12

    def includes(self, table: pd.DataFrame) -> NDArray[np.bool_]:
        """Return which rows of a monthly table lie in the window."""
        months = table["month"].to_numpy()
        return np.asarray((months >= self.first_month) & (months < self.months))


def _codes(column: pd.Series, names: tuple[str, ...]) -> NDArray[np.intp]:
    """Return the place of each label among the names, -1 where it is none of them."""
    labels = column.array if isinstance(column.dtype, pd.CategoricalDtype) else pd.Categorical(column)
    places = [names.index(label) if label in names else -1 for label in labels.categories]
    return np.asarray(np.array([*places, -1], dtype=np.intp)[labels.codes])


class _Cells:
    """Adds up columns of a table within the cells of a grid; rows outside it or the window are left out."""

    def __init__(self, table: pd.DataFrame, window: Window, axes: dict[str, tuple[str, ...]]) -> None:
        codes = [_codes(table[column], names) for column, names in axes.items()]
        self._table = table
        self._shape = tuple(len(names) for names in axes.values())
        self._inside = np.all([window.includes(table), *(code >= 0 for code in codes)], axis=0)
        self._cells = np.ravel_multi_index([code[self._inside] for code in codes], self._shape)

    def column(self, name: str) -> FloatArray:
        """Return the column in the rows that lie inside the grid."""
        return self._table[name].to_numpy(dtype=np.float64)[self._inside]

    def total(self, amounts: FloatArray) -> FloatArray:
        """Return the sum of amounts in each cell."""
        sums = np.bincount(self._cells, amounts, minlength=int(np.prod(self._shape)))
        return sums.astype(np.float64).reshape(self._shape)

    def mean_parts(self, name: str, weights: FloatArray) -> Sums:
        """Return the sum of weighted values and that of the weights, over the rows that have a value."""
        values = self.column(name)
        known = ~np.isnan(values)
        return {
            f"{name}_sum": self.total(np.where(known, weights * values, 0.0)),
            f"{name}_weight": self.total(np.where(known, weights, 0.0)),
        }


def sales_sums(segment_month: pd.DataFrame, window: Window) -> Sums:
    """Return sums of segment_month, suppliers x contestable segments x tiers; customers weight the means."""
    axes = {"retailer": window.suppliers, "segment": window.segments, "tier": TIERS}
    cells = _Cells(segment_month, window, axes)
    sums = {name: cells.total(cells.column(name)) for name in _SALES}
    customers = cells.column("customers")
    for name in EXPERIENCES:
        sums |= cells.mean_parts(name, customers)
    return sums


def desk_sums(desk_month: pd.DataFrame, window: Window) -> Sums:
    """Return sums of desk_month over regions, retailers x desks x tiers; new tickets weight the means."""
    axes = {"retailer": window.retailers, "desk": DESKS, "tier": TIERS}
    cells = _Cells(desk_month, window, axes)
    arrivals = cells.column("arrivals")
    sums = {"arrivals": cells.total(arrivals), "backlog": cells.total(cells.column("backlog"))}
    for name in DESK_MEANS:
        sums |= cells.mean_parts(name, arrivals)
    return sums


def joins(flows: pd.DataFrame, window: Window) -> FloatArray:
    """Return customers won: suppliers x contestable segments."""
    axes = {"to_retailer": window.suppliers, "segment": window.segments}
    cells = _Cells(flows, window, axes)
    return cells.total(cells.column("customers"))


def switches(flows: pd.DataFrame, window: Window) -> FloatArray:
    """Return customers who change the supplier: one for each contestable segment."""
    cells = _Cells(flows, window, {"segment": window.segments})
    return cells.total(cells.column("customers"))


class RetailerMonths:
    """Columns of retailer_month as arrays, retailers x evaluated months; NaN where there is no row."""

    def __init__(self, retailer_month: pd.DataFrame, window: Window) -> None:
        """Find the place of each row of the table."""
        self._table = retailer_month
        retailers = _codes(retailer_month["retailer"], window.retailers)
        self._inside = (retailers >= 0) & window.includes(retailer_month)
        months = retailer_month["month"].to_numpy()[self._inside] - window.first_month
        self._cells = (retailers[self._inside], months)
        self._shape = (len(window.retailers), window.evaluated_months)

    def _grid(self, name: str) -> FloatArray:
        grid = np.full(self._shape, np.nan)
        grid[self._cells] = self._table[name].to_numpy(dtype=np.float64)[self._inside]
        return grid

    def total(self, name: str) -> FloatArray:
        """Return the sum over months, retailers x 1."""
        return np.asarray(self._grid(name).sum(axis=1, keepdims=True), dtype=np.float64)

    def mean(self, name: str) -> FloatArray:
        """Return the mean over the months that have a value, retailers x 1."""
        grid = self._grid(name)
        known = ~np.isnan(grid)
        sums = np.where(known, grid, 0.0).sum(axis=1, keepdims=True)
        return np.asarray(sums / known.sum(axis=1, keepdims=True), dtype=np.float64)

    def last(self, name: str) -> FloatArray:
        """Return the value of the last month, retailers x 1."""
        grid = self._grid(name)
        return grid[:, -1:] if grid.shape[1] else np.full((len(grid), 1), np.nan)
