"""KPIs of one run: by retailer, by its tiers, by its segments, and of the market."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketsim.results import formulas, sums
from marketsim.results.formulas import Values
from marketsim.results.run_result import RunResult
from marketsim.results.sums import FloatArray, Sums, Window
from marketsim.results.tables import ALL, BASE, KPIS, KPIS_TABLE, MARKET
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.service import TIERS
from marketsim.scenario.study import Study


def kpis(result: RunResult, scenario: Scenario) -> pd.DataFrame:
    """Return the KPIs of a run over the evaluated months, in the columns and row order of `KPIS_TABLE`.

    Levels: a retailer as a whole (segment and tier are ``all``), its tiers, its segments; and the market.
    Only contestable segments count; their customers at the default supplier are in the denominators of
    shares. All values of a tier are missing when nobody is in it, and every other value that has no
    meaning.
    """
    window = Window.of(scenario.study)
    sales = sums.sales_sums(result.tables["segment_month"], window)
    desks = sums.desk_sums(result.tables["desk_month"], window)
    with np.errstate(divide="ignore", invalid="ignore"):
        levels = [
            _retailers(result, window, sales, desks),
            _tiers(window, sales, desks),
            _segments(result, window, sales),
            _market(result, window, sales),
            _market_segments(result, window, sales),
        ]
    return _tidy(levels, result, scenario.study)


@dataclass(frozen=True)
class _Level:
    """KPIs of one level: each an array, retailers x labels, where the labels are segments or tiers."""

    retailers: tuple[str, ...]
    segments: tuple[str, ...]
    tiers: tuple[str, ...]
    values: Values


def _over(cubes: Sums, axis: int | tuple[int, ...]) -> Sums:
    return {name: np.asarray(cube.sum(axis=axis)) for name, cube in cubes.items()}


def _retailers(result: RunResult, window: Window, sales: Sums, desks: Sums) -> _Level:
    own = {name: cube.sum(axis=(1, 2))[:, np.newaxis] for name, cube in sales.items()}
    values = formulas.sales(own, _over(own, 0), window.years)
    won = sums.joins(result.tables["flows"], window)
    values["joins_per_year"] = won.sum(axis=1)[:, np.newaxis] / window.years
    values["satisfaction_gap"] = formulas.satisfaction_gap(_over(sales, 1))
    whole_desks = {name: cube.sum(axis=2, keepdims=True) for name, cube in desks.items()}
    books = sums.RetailerMonths(result.tables["retailer_month"], window)
    private = {
        **formulas.desks(whole_desks, window.evaluated_months),
        **formulas.accounts(books, own["customers"][:-1] / 12, window.years),
    }
    values |= {name: _and_default_supplier(column) for name, column in private.items()}
    return _Level(window.suppliers, (ALL,), (ALL,), values)


def _and_default_supplier(column: FloatArray) -> FloatArray:
    """Append a missing value: of the default supplier only sales to contestable customers are known."""
    return np.vstack([column, np.full((1, 1), np.nan)])


def _tiers(window: Window, sales: Sums, desks: Sums) -> _Level:
    own = {name: cube[:-1].sum(axis=1) for name, cube in sales.items()}
    values = {
        **formulas.sales(own, _over(sales, (0, 1, 2)), window.years),
        **formulas.composition(own),
        **formulas.desks(desks, window.evaluated_months),
        **formulas.ticket_shares(desks),
    }
    somebody = own["customers"] > 0
    values = {name: np.where(somebody, column, np.nan) for name, column in values.items()}
    return _Level(window.retailers, (ALL,), TIERS, values)


def _segments(result: RunResult, window: Window, sales: Sums) -> _Level:
    own = _over(sales, 2)
    values = formulas.sales(own, _over(own, 0), window.years)
    values["joins_per_year"] = sums.joins(result.tables["flows"], window) / window.years
    return _Level(window.suppliers, window.segments, (ALL,), values)


def _market(result: RunResult, window: Window, sales: Sums) -> _Level:
    months = result.tables["market_month"]
    inside = window.includes(months)
    switches = months["switches"].to_numpy(dtype=np.float64)[inside].sum()
    hhi = months["hhi"].to_numpy(dtype=np.float64)[inside].sum() / np.float64(window.evaluated_months)
    whole = {name: cube.sum().reshape(1, 1) for name, cube in sales.items()}
    values = {**_market_values(whole, switches), "hhi": np.full((1, 1), hhi)}
    return _Level((MARKET,), (ALL,), (ALL,), values)


def _market_segments(result: RunResult, window: Window, sales: Sums) -> _Level:
    whole = {name: cube.sum(axis=(0, 2))[np.newaxis] for name, cube in sales.items()}
    switches = sums.switches(result.tables["flows"], window)[np.newaxis]
    return _Level((MARKET,), window.segments, (ALL,), _market_values(whole, switches))


def _market_values(whole: Sums, switches: FloatArray) -> Values:
    return {
        **formulas.experience(whole),
        **formulas.movements(whole),
        **formulas.prices(whole),
        "switching_pct_per_year": 100 * 12 * switches / whole["customers"],
    }


def _tidy(levels: list[_Level], result: RunResult, study: Study) -> pd.DataFrame:
    """Return all levels as one frame, a row per value; text columns are categories in alphabetical order."""
    names = _Names.of(levels, result, study)
    parts = [names.codes(level, result.policy) for level in levels]
    codes = {column: np.concatenate([part[column] for part in parts]) for column in parts[0]}
    values = np.concatenate([_values(level) for level in levels])
    order = np.lexsort([codes[column] for column in reversed(codes)])
    frame: dict[str, Any] = {
        column: pd.Categorical.from_codes(codes[column][order], dtype=names.columns[column]) for column in codes
    }
    frame["replication"] = np.full(len(order), result.replication, dtype=np.int64)
    frame["value"] = np.where(np.isfinite(values), values, np.nan)[order]
    return pd.DataFrame(frame)[KPIS_TABLE.column_names()]


def _values(level: _Level) -> FloatArray:
    """Return the values of a level, retailer by retailer, label by label, KPI by KPI."""
    return np.stack(list(level.values.values()), axis=-1).astype(np.float64).ravel()


@dataclass(frozen=True)
class _Names:
    """The categories of each text column."""

    columns: dict[str, pd.CategoricalDtype]

    @classmethod
    def of(cls, levels: list[_Level], result: RunResult, study: Study) -> _Names:
        names = {
            "policy": {BASE, result.policy, *study.policies},
            "retailer": {name for level in levels for name in level.retailers},
            "segment": {name for level in levels for name in level.segments},
            "tier": {name for level in levels for name in level.tiers},
            "kpi": {kpi.name for kpi in KPIS},
        }
        return cls({column: pd.CategoricalDtype(sorted(values)) for column, values in names.items()})

    def codes(self, level: _Level, policy: str) -> dict[str, NDArray[np.int64]]:
        """Return the code of each text column for the values of a level, in the order of `_values`."""
        axes = (level.retailers, level.segments, level.tiers, tuple(level.values))
        shape = tuple(len(names) for names in axes)
        grids = np.indices(shape).reshape(len(shape), -1)
        columns = ("retailer", "segment", "tier", "kpi")
        codes = {
            column: self._places(column, names)[grid] for column, names, grid in zip(columns, axes, grids, strict=True)
        }
        policies = np.full(grids.shape[1], self._places("policy", (policy,))[0])
        return {"policy": policies, **codes}

    def _places(self, column: str, names: tuple[str, ...]) -> NDArray[np.int64]:
        categories = self.columns[column].categories
        return np.asarray(categories.get_indexer(pd.Index(names)), dtype=np.int64)
