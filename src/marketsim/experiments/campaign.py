"""Carrying out the runs of a study, each of them once: what is stored already is not run again."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from marketsim.errors import ResultsError
from marketsim.experiments.plan import RunKey
from marketsim.experiments.progress import Progress
from marketsim.experiments.runs import DONE, FAILED, NOT_RUN, Outcome, outcome_of, record_of
from marketsim.experiments.workers import Workers
from marketsim.results.storage.run_id import RunIds
from marketsim.results.storage.run_store import RunStore, labelled, sibling_stores
from marketsim.results.tables import ALL, KPIS_TABLE, Table
from marketsim.scenario.loaded import Scenario

_SEEN_SECONDS, _LOOK_SECONDS = 70.0, 0.5
"""What another machine has put into a folder is seen after a minute at the latest (nfs(5): acdirmax)."""
_RUNS_AT_ONCE = 100
"""Runs whose key figures are in memory as a whole before those asked for are picked."""


@dataclass(frozen=True)
class Wanted:
    """Which key figures are asked for; None is all of them.

    Attributes:
        retailers: of which retailers.
        names: which ones.
        segments: whether those of single segments as well.
    """

    retailers: frozenset[str] | None = None
    names: frozenset[str] | None = None
    segments: bool = True

    def of(self, rows: pa.Table) -> pa.Table:
        """Return the rows asked for."""
        for column, kept in (("retailer", self.retailers), ("kpi", self.names), ("segment", self._segments)):
            if kept is not None:
                known = pa.array(sorted(kept), pa.string())
                rows = rows.filter(pc.is_in(rows.column(column).cast(pa.string()), value_set=known))
        return rows

    @property
    def _segments(self) -> frozenset[str] | None:
        return None if self.segments else frozenset({ALL})


@dataclass
class Campaign:
    """The runs of a study: those that are stored, and who carries out the others.

    Attributes:
        scenario: the study.
        folder: where it is stored.
        store: the runs that are stored there.
        workers: who carries out runs.
        progress: is told how far it is.
        ids: gives runs their ids.
        retry_failed: whether runs that failed before are run again.
        ran: how many runs were carried out.
        adopted: how many were copied from other studies.
        reasons: why runs were given up without being run, by id.
    """

    scenario: Scenario
    folder: Path
    store: RunStore
    workers: Workers
    progress: Progress
    ids: RunIds
    retry_failed: bool = False
    ran: int = 0
    adopted: int = 0
    reasons: dict[str, str] = field(default_factory=dict)
    _others: list[RunStore] | None = field(default=None, repr=False)
    _retried: set[str] = field(default_factory=set, repr=False)

    def named(self, keys: Iterable[RunKey]) -> list[RunKey]:
        """Return keys with their ids."""
        return [key if key.run else self._named(key) for key in keys]

    def _named(self, key: RunKey) -> RunKey:
        return replace(key, run=self.ids.of(key.policy, key.replication, key.changes, key.tiers_of))

    def missing(self, keys: Iterable[RunKey]) -> list[RunKey]:
        """Return the keys of runs that are to be carried out, one for each run."""
        found: dict[str, RunKey] = {}
        for key in self.named(keys):
            if not self._settled(key) and (key.run not in found or key.monthly):
                found[key.run] = key
        return list(found.values())

    def _settled(self, key: RunKey) -> bool:
        status = self.store.status(key.run, monthly=key.monthly)
        return status == DONE or (status == FAILED and (not self.retry_failed or key.run in self._retried))

    def run(self, what: str, keys: Iterable[RunKey]) -> None:
        """Carry out the runs that are not stored yet.

        Args:
            what: what is run, for the progress.
            keys: the runs.

        Raises:
            KeyboardInterrupt: the user stopped it; what finished is stored.
            ResultsError: the store cannot be written; what finished before is stored.
        """
        named = self.named(keys)
        wanted = len({key.run for key in named})
        missing = self._adopt(self.missing(named))
        if not missing:
            return
        if self.retry_failed:
            self._retried.update(key.run for key in missing)
        lost: list[Outcome] = []
        finished: set[str] = set()
        self.progress.begin(what, wanted, wanted - len(missing))
        try:
            self.workers.run(missing, lambda outcome: self._receive(outcome, finished, lost), self.progress.advance)
        finally:
            self.progress.end()
            self._see(finished)
            self.store.write(record_of(outcome) for outcome in self._unknown(lost))

    def _receive(self, outcome: Outcome, finished: set[str], lost: list[Outcome]) -> None:
        """Count a run; keep in mind what must be stored, and a failure that no worker may have lived to write down."""
        self.ran += outcome.status != NOT_RUN
        if outcome.status == DONE:
            finished.add(outcome.key.run)
        else:
            self.reasons[outcome.key.run] = outcome.error
        if outcome.status == FAILED:
            lost.append(outcome)

    def _see(self, finished: set[str]) -> None:
        """Read what workers have stored; on a network file system it may not be seen at once.

        Raises:
            ResultsError: what they say to have stored is not there.
        """
        end = time.monotonic() + _SEEN_SECONDS
        self.store.refresh()
        while unseen := {run for run in finished if self.store.status(run) != DONE}:
            if time.monotonic() > end:
                raise ResultsError(
                    f"{len(unseen)} runs that workers have finished are not in {self.store.folder}; it must be in a folder "
                    "that all workers see under the same name"
                )
            time.sleep(_LOOK_SECONDS)
            self.store.refresh()

    def _unknown(self, lost: Sequence[Outcome]) -> list[Outcome]:
        """Return the failures that are not stored; that of an earlier attempt is another one."""
        records = self.store.records({outcome.key.run for outcome in lost})
        known = {run: record.error for run, record in records.items()}
        return [
            outcome
            for outcome in lost
            if self.store.status(outcome.key.run) != DONE and known.get(outcome.key.run) != outcome.error
        ]

    def _adopt(self, missing: list[RunKey]) -> list[RunKey]:
        """Copy runs that studies in neighbouring folders have; return those that are still missing."""
        if self._others is None:
            self._others = [RunStore(place) for place in sibling_stores(self.folder)]
        before = self.adopted
        for other in self._others:
            found = [key.run for key in missing if other.status(key.run, monthly=key.monthly) == DONE]
            if found:
                self.adopted += self.store.adopt(other, found)
                missing = [key for key in missing if not self._settled(key)]
        if self.adopted > before:
            self.progress.say(f"{self.adopted - before} runs are taken over from other studies")
        return missing

    def outcomes(self, keys: Iterable[RunKey]) -> list[Outcome]:
        """Return what came of runs, in the order of the keys."""
        named = self.named(keys)
        records = self.store.records({key.run for key in named})
        return [
            outcome_of(key, records[key.run])
            if self.store.status(key.run, monthly=key.monthly)
            else Outcome(key, NOT_RUN, self._reason(key))
            for key in named
        ]

    def _reason(self, key: RunKey) -> str:
        return self.reasons.get(key.run, "it was not run")

    def done(self, keys: Iterable[RunKey]) -> list[RunKey]:
        """Return the keys of runs that are done, with their ids."""
        return [key for key in self.named(keys) if self.store.status(key.run, monthly=key.monthly) == DONE]

    def tables(self, table: Table, keys: Iterable[RunKey]) -> Iterable[pa.Table]:
        """Yield the rows of a table for each run that is done, in the order of the keys."""
        for key in self.done(keys):
            for _, rows in self.store.rows(table, [key.run]):
                yield labelled(rows, table, key.policy, key.replication)

    def rows_of_kpis(self, keys: Iterable[RunKey]) -> int:
        """Return how many key figures runs have together."""
        return sum(rows.num_rows for rows in self.tables(KPIS_TABLE, keys))

    def kpis(self, keys: Sequence[RunKey], wanted: Wanted = Wanted()) -> pd.DataFrame | None:
        """Return key figures of runs that are done, in the columns of `KPIS_TABLE`; None where there is no such run."""
        found = []
        parts = iter(self.tables(KPIS_TABLE, keys))
        while chunk := list(islice(parts, _RUNS_AT_ONCE)):
            found.append(wanted.of(pa.concat_tables(chunk).unify_dictionaries()).combine_chunks())
        return _frame(pa.concat_tables(found)) if found else None


def _frame(rows: pa.Table) -> pd.DataFrame:
    """Return key figures as a frame; labels are categories in alphabetical order, those that occur."""
    frame: pd.DataFrame = rows.unify_dictionaries().to_pandas()
    for name in KPIS_TABLE.key_names():
        if name != "replication":
            labels = frame[name].cat.remove_unused_categories()
            frame[name] = labels.cat.reorder_categories(sorted(labels.cat.categories))
    return frame
