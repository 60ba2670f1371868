"""Sums of a run's monthly tables over the months that count, as arrays by supplier, segment, desk and tier."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketsim.results.tables import DEFAULT_SUPPLIER, DESK_MONTH, SEGMENT_MONTH
from marketsim.scenario.customers import DIMENSIONS
from marketsim.scenario.in_force import in_force
from marketsim.scenario.service import DESKS, TIERS
from marketsim.scenario.study import Study

FloatArray = NDArray[np.float64]
Sums = dict[str, FloatArray]
"""Sums by name; all of one shape. The mean of x stands in two parts, ``x_sum`` and ``x_weight``."""

_MEANS = ("satisfaction", *(f"quality_{dimension}" for dimension in DIMENSIONS))
_SALES = tuple(column.name for column in SEGMENT_MONTH.values if column.name not in _MEANS)
_DESK_SUMS = ("arrivals", "served", "backlog")
_DESK_MEANS = tuple(column.name for column in DESK_MONTH.values if column.name not in _DESK_SUMS)


@dataclass(frozen=True)
class Window:
    """The months that count, and the names along the axes of all sums, each in alphabetical order.

    Attributes:
        retailers: the study's retailers, without the default supplier.
        segments: the contestable segments, those included that an event opens in the course of the run.
        first_month: first month that counts.
        months: the month before which the window ends.
    """

    retailers: tuple[str, ...]
    segments: tuple[str, ...]
    first_month: int
    months: int

    @classmethod
    def of(cls, study: Study) -> Window:
        """Return the evaluated window of a study."""
        at_the_end = in_force(study, study.run.months - 1).segments
        segments = sorted(name for name, segment in at_the_end.items() if segment.contestable)
        retailers = tuple(sorted(study.retailers))
        return cls(retailers, tuple(segments), study.run.first_evaluated_month(), study.run.months)

    def over(self, first_month: int, months: int) -> Window:
        """Return another window of the same study: from a month to the one before another."""
        return replace(self, first_month=first_month, months=months)

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


def known_columns(table: pd.DataFrame, names: tuple[str, ...]) -> list[str]:
    """Return the columns that have any value in the run: those of mechanisms that are off have none."""
    known = [name for name in names if name in table]
    return [name for name in known if table.empty or not np.isnan(table[name].to_numpy(dtype=np.float64)).all()]


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
        """Return the sum of amounts in each cell; what has no value adds nothing."""
        sums = np.bincount(self._cells, np.nan_to_num(amounts), minlength=int(np.prod(self._shape)))
        return sums.astype(np.float64).reshape(self._shape)

    def totals(self, names: tuple[str, ...]) -> Sums:
        """Return the sums of those columns that are known."""
        return {name: self.total(self.column(name)) for name in known_columns(self._table, names)}

    def means(self, names: tuple[str, ...], weights: FloatArray) -> Sums:
        """Return the sums of weighted values and of the weights, over the rows that have a value."""
        parts: Sums = {}
        for name in known_columns(self._table, names):
            values = self.column(name)
            known = ~np.isnan(values)
            parts[f"{name}_sum"] = self.total(np.where(known, weights * values, 0.0))
            parts[f"{name}_weight"] = self.total(np.where(known, weights, 0.0))
        return parts


def sales_sums(segment_month: pd.DataFrame, window: Window) -> Sums:
    """Return sums of segment_month, suppliers x contestable segments x tiers; customers weight the means."""
    cells = _Cells(segment_month, window, {"retailer": window.suppliers, "segment": window.segments, "tier": TIERS})
    return cells.totals(_SALES) | cells.means(_MEANS, cells.column("customers"))


def desk_sums(desk_month: pd.DataFrame, window: Window) -> Sums:
    """Return sums of desk_month over regions, retailers x desks x tiers; new tickets weight the means."""
    cells = _Cells(desk_month, window, {"retailer": window.retailers, "desk": DESKS, "tier": TIERS})
    return cells.totals(_DESK_SUMS) | cells.means(_DESK_MEANS, cells.column("arrivals"))


def joins(flows: pd.DataFrame, window: Window) -> FloatArray:
    """Return customers won: suppliers x contestable segments."""
    cells = _Cells(flows, window, {"to_retailer": window.suppliers, "segment": window.segments})
    return cells.total(cells.column("customers"))


def switches(flows: pd.DataFrame, window: Window) -> FloatArray:
    """Return customers who change the supplier: one for each contestable segment."""
    cells = _Cells(flows, window, {"segment": window.segments})
    return cells.total(cells.column("customers"))


def relation_sums(relations: pd.DataFrame, window: Window) -> tuple[FloatArray, FloatArray]:
    """Return customers at the start who could leave, and those who did: months x contestable segments x retailers."""
    codes = [_codes(relations["retailer"], window.retailers), _codes(relations["segment"], window.segments)]
    inside = np.all([window.includes(relations), *(code >= 0 for code in codes)], axis=0)
    months = relations["month"].to_numpy(dtype=np.int64)[inside] - window.first_month
    retailers, segments = (code[inside] for code in codes)
    shape = (window.evaluated_months, len(window.segments), len(window.retailers))
    cells = np.ravel_multi_index((months, segments, retailers), shape)
    people, leaves = (
        np.bincount(cells, relations[name].to_numpy(dtype=np.float64)[inside], minlength=int(np.prod(shape)))
        for name in ("customers", "leaves")
    )
    return people.astype(np.float64).reshape(shape), leaves.astype(np.float64).reshape(shape)


class MonthGrid:
    """Columns of a monthly table by retailer and month of a window, or by month alone; NaN where there is no row."""

    def __init__(self, table: pd.DataFrame, window: Window, rows: tuple[str, ...] = ()) -> None:
        """Find the place of each row of the table."""
        places = _codes(table["retailer"], rows) if rows else np.zeros(len(table), dtype=np.intp)
        self._table = table
        self._inside = (places >= 0) & window.includes(table)
        months = table["month"].to_numpy(dtype=np.int64)[self._inside]
        self._cells = (places[self._inside], months - window.first_month)
        self._shape = (max(len(rows), 1), window.evaluated_months)

    def column(self, name: str) -> FloatArray:
        """Return a column, retailers x months, or 1 x months."""
        grid = np.full(self._shape, np.nan)
        grid[self._cells] = self._table[name].to_numpy(dtype=np.float64)[self._inside]
        return grid


def month_sums(grid: FloatArray) -> Sums:
    """Return sum, mean and last value of each row of a grid over the months that have one, each rows x 1."""
    known = ~np.isnan(grid)
    counts = known.sum(axis=1, keepdims=True)
    sums = np.where(counts > 0, np.where(known, grid, 0.0).sum(axis=1, keepdims=True), np.nan)
    last = grid[:, -1:] if grid.shape[1] else np.full((len(grid), 1), np.nan)
    return {"sum": sums, "mean": sums / counts, "last": last}


def discounted(grid: FloatArray, yearly_rate: float) -> FloatArray:
    """Return the present value, before the first month, of amounts at the end of each month: rows x 1."""
    if not grid.shape[1]:
        return np.full((len(grid), 1), np.nan)
    factors = (1.0 + yearly_rate) ** (-np.arange(1, grid.shape[1] + 1) / 12)
    return np.asarray((grid * factors).sum(axis=1, keepdims=True), dtype=np.float64)
