"""KPIs of one run: every key figure at every level at which its formula can be computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketsim.results.formula import FloatArray
from marketsim.results.key_figures import KPIS
from marketsim.results.levels import Level, levels_of
from marketsim.results.run_result import RunResult
from marketsim.results.tables import BASE, KPIS_TABLE
from marketsim.scenario.loaded import Scenario
from marketsim.scenario.study import Study


def kpis(result: RunResult, scenario: Scenario) -> pd.DataFrame:
    """Return the KPIs of a run over the evaluated months, in the columns and row order of `KPIS_TABLE`.

    Levels: a retailer as a whole (segment and tier are ``all``), its tiers, its segments; segments by tiers of the
    focus retailer; and the market. Only contestable segments count; their customers at the default supplier are in
    the denominators of shares. All values of a tier are missing when nobody is in it, and every other value that has
    no meaning. Figures of a mechanism that is off have no rows.
    """
    levels = levels_of(result, scenario.study)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = [_values(level) for level in levels]
    return _tidy(levels, values, result, scenario.study)


def _values(level: Level) -> dict[str, FloatArray]:
    """Return the KPIs of a level by name, each of its shape."""
    found = {}
    for entry in KPIS:
        if entry.formula.known_in(level.quantities):
            figures = np.broadcast_to(entry.formula.evaluate(level.quantities), level.shape)
            found[entry.name] = figures if level.peopled is None else np.where(level.peopled > 0, figures, np.nan)
    return found


def _tidy(levels: list[Level], values: list[dict[str, FloatArray]], result: RunResult, study: Study) -> pd.DataFrame:
    """Return all levels as one frame, a row per value; text columns are categories in alphabetical order."""
    names = _Names.of(levels, result, study)
    parts = [names.codes(level, tuple(found), result.policy) for level, found in zip(levels, values, strict=True)]
    codes = {column: np.concatenate([part[column] for part in parts]) for column in parts[0]}
    flat = np.concatenate([np.stack(list(found.values()), axis=-1).ravel() for found in values])
    order = np.lexsort([codes[column] for column in reversed(codes)])
    frame: dict[str, Any] = {
        column: pd.Categorical.from_codes(codes[column][order], dtype=names.columns[column]) for column in codes
    }
    frame["replication"] = np.full(len(order), result.replication, dtype=np.int64)
    frame["value"] = np.where(np.isfinite(flat), flat, np.nan)[order]
    return pd.DataFrame(frame)[KPIS_TABLE.column_names()]


@dataclass(frozen=True)
class _Names:
    """The categories of each text column."""

    columns: dict[str, pd.CategoricalDtype]

    @classmethod
    def of(cls, levels: list[Level], result: RunResult, study: Study) -> _Names:
        names = {
            "policy": {BASE, result.policy, *study.policies},
            "retailer": {name for level in levels for name in level.retailers},
            "segment": {name for level in levels for name in level.segments},
            "tier": {name for level in levels for name in level.tiers},
            "kpi": {kpi.name for kpi in KPIS},
        }
        return cls({column: pd.CategoricalDtype(sorted(values)) for column, values in names.items()})

    def codes(self, level: Level, kpi_names: tuple[str, ...], policy: str) -> dict[str, NDArray[np.int64]]:
        """Return the code of each text column for the values of a level, the KPI changing fastest."""
        axes = (level.retailers, level.segments, level.tiers, kpi_names)
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
