"""Which figures the workbook traces to single runs: figure, policy, and with what it is compared, world by world."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import pandas as pd

from marketsim.errors import ResultsError
from marketsim.reporting.estimates import Cell, Verdict
from marketsim.reporting.gains_table import gain_measures
from marketsim.reporting.measures import PROFIT, Measure, shown_measures
from marketsim.reporting.view import StudyData, StudyView
from marketsim.results.key_figures import kpi
from marketsim.results.statistics.estimates import FloatArray, without_rounding
from marketsim.results.statistics.ranking import RANKING
from marketsim.results.storage.run_store import RunStore
from marketsim.results.tables import BASE, KPIS_TABLE


@dataclass(frozen=True)
class Pair:
    """A figure under a policy in single worlds.

    Attributes:
        measure: the figure.
        policy: the policy, or the base.
        cell: what the summary says.
        worlds: numbers of the worlds.
        values: the values under the policy; NaN where a run gave none.
        partners: the values of what it is compared with; NaN where there is none.
    """

    measure: Measure
    policy: str
    cell: Cell
    worlds: tuple[int, ...]
    values: FloatArray
    partners: FloatArray

    @property
    def is_compared(self) -> bool:
        """Whether a difference is told."""
        return self.policy != BASE and self.cell.is_compared

    @property
    def is_complete(self) -> bool:
        """Whether the single runs are there of which the summary tells."""
        return bool(self.used.sum()) and int(self.used.sum()) == self.cell.level.n

    @property
    def used(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """In which worlds both sides have a value; those of the policy alone where nothing is compared."""
        known = np.isfinite(self.values)
        return known & np.isfinite(self.partners) if self.is_compared else known

    @property
    def differences(self) -> FloatArray:
        """The differences in the worlds that are used; NaN elsewhere."""
        found = without_rounding(self.values - self.partners, self.partners)
        return np.where(self.used, found, np.nan)


def pairs_of(view: StudyView, best: str | None) -> tuple[Pair, ...]:
    """Return the shown figures under base and all policies, and those of the table of gains under the best policy."""
    wanted = dict.fromkeys(_wanted(view, best))
    references = _Reference(view.result, wanted)
    return tuple(
        _pair(view, measure, policy, references) for measure, policy in wanted if _is_known(view, measure, policy)
    )


def _is_known(view: StudyView, measure: Measure, policy: str) -> bool:
    return math.isfinite(measure.cell(view, policy).level.mean)


def _wanted(view: StudyView, best: str | None) -> Iterator[tuple[Measure, str]]:
    for measure in shown_measures(view):
        for policy in (BASE, *view.policies):
            yield measure, policy
    for measure in _ranked(view):
        for policy in (BASE, *view.policies):
            yield measure, policy
    if best is not None:
        for measure in _gains(view):
            yield measure, BASE
            yield measure, best


def _ranked(view: StudyView) -> Iterator[Measure]:
    """Yield the figures of the focus retailer that tables of ranks show, once each."""
    table = view.result.answers.get(RANKING)
    if table is not None:
        own = table[table["retailer"].astype(str) == view.focus]
        for name, tier, segment in own[["kpi", "tier", "segment"]].drop_duplicates().itertuples(index=False):
            yield Measure(kpi(str(name)), str(tier), str(segment))


def _gains(view: StudyView) -> Iterator[Measure]:
    """Yield the figures of the table of who gains and who loses, and the profit of every rival."""
    yield from (measure for _, measure in gain_measures(view))
    yield from (Measure(kpi(PROFIT), retailer=name) for name in view.retailers if name != view.focus)


def _pair(view: StudyView, measure: Measure, policy: str, references: _Reference) -> Pair:
    cell = measure.cell(view, policy)
    values = measure.worlds(view)
    worlds = tuple(int(world) for world in values.index)
    nothing = np.full(len(worlds), math.nan)
    partners = nothing
    if policy != BASE and cell.verdict not in (Verdict.MISSING, Verdict.OTHER_MEMBERS):
        own = cell.reference != BASE
        partners = (
            references.values(cell.reference, measure, view, worlds) if own else values[BASE].to_numpy(np.float64)
        )
    return Pair(measure, policy, cell, worlds, values[policy].to_numpy(np.float64), partners)


class _Reference:
    """The figures of reference runs: the base with the tier rules of a policy; they stand in the store of the runs."""

    def __init__(self, results: StudyData, wanted: Iterable[tuple[Measure, str]]) -> None:
        self._results = results
        self._kpis = sorted({measure.kpi.name for measure, _ in wanted})
        self._known: dict[str, pd.DataFrame] = {}

    def values(self, name: str, measure: Measure, view: StudyView, worlds: tuple[int, ...]) -> FloatArray:
        """Return the values of a figure, world by world; NaN where the run is not kept."""
        if name not in self._known:
            self._known[name] = self._read(name)
        rows = self._known[name]
        labels = (measure.kpi.name, measure.retailer or view.focus, measure.segment, measure.tier)
        for column, label in zip(("kpi", "retailer", "segment", "tier"), labels, strict=True):
            rows = rows[rows[column].astype(str) == label]
        found = rows.set_index("replication")["value"].reindex(list(worlds))
        return np.asarray(found.to_numpy(dtype=np.float64))

    def _read(self, name: str) -> pd.DataFrame:
        frames = []
        store = RunStore(self._results.folder)
        for run, replication in self._runs(name):
            with suppress(ResultsError):  # a run that is damaged is one that is not kept
                for _, table in store.rows(KPIS_TABLE, [run]):
                    frame = table.to_pandas()
                    frames.append(frame[frame["kpi"].isin(self._kpis)].assign(replication=replication))
        store.close()
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=KPIS_TABLE.column_names())

    def _runs(self, name: str) -> list[tuple[str, int]]:
        runs = self._results.runs
        if "run" not in runs:
            return []
        rows = runs[
            (runs["policy"].astype(str) == name)
            & (runs["check"].astype(str) == "")
            & (runs["status"].astype(str) == "done")
        ]
        return [(str(run), int(world)) for run, world in zip(rows["run"], rows["replication"], strict=True)]
