"""Removing from a study what its results do not need."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from marketsim.errors import ResultsError
from marketsim.results.manifest import scenario_hash
from marketsim.results.storage.folders import WORK
from marketsim.results.storage.inventory import begun_of, manifest_or_none, status_of
from marketsim.results.storage.kpis_of_runs import stored_runs
from marketsim.results.storage.run_store import RunStore
from marketsim.results.storage.store import RUNS_FILE

_FINISHED = ("complete", "failed")


@dataclass(frozen=True)
class What:
    """What is to go.

    Attributes:
        unused: runs that the results do not use, and what workers needed for other versions of the study.
        leftovers: batches that crashes left half-written, and damaged ones.
        parts: all runs of a finished study.
    """

    unused: bool = False
    leftovers: bool = False
    parts: bool = False


@dataclass(frozen=True)
class Pruning:
    """What there is to remove from a study.

    Attributes:
        folder: the folder of the study.
        store: its runs.
        runs: the runs that go.
        files: files and folders that go besides.
        bytes: about how much room that makes.
        notes: why something else stays.
    """

    folder: Path
    store: RunStore
    runs: frozenset[str]
    files: tuple[Path, ...]
    bytes: int
    notes: tuple[str, ...] = ()

    def carry_out(self) -> None:
        """Remove it; the folder must be claimed by this process."""
        if self.runs:
            self.store.remove({run for run in self.store if run not in self.runs})
        for path in self.files:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def pruning(folder: Path, what: What) -> Pruning:
    """Return what there is to remove from a study.

    Raises:
        ResultsError: all runs of a study are to go that is not finished.
    """
    store, notes = RunStore(folder), list[str]()
    status = status_of(folder, manifest_or_none(folder) or {})
    if what.parts and status not in _FINISHED:
        raise ResultsError(
            f"{folder} is {status}: without its runs nothing would be left of the work; finish it first, or remove the folder"
        )
    runs: set[str] = set(store) if what.parts else set()
    jobs = _jobs(folder) if what.parts else []
    if what.unused and not what.parts:
        why = _all_needed(folder)
        notes += [why] if why else []
        runs, jobs = (set(), []) if why else (_unused(folder, store), _jobs_of_others(folder))
    damaged = [store.folder / name for name in store.damaged]
    left = [*store.left_behind(), *damaged] if what.leftovers or what.parts else []
    files = (*jobs, *left)
    size = store.compressed_bytes(runs) + sum(_size(path) for path in files)
    store.close()
    return Pruning(folder, store, frozenset(runs), files, size, tuple(notes))


def _all_needed(folder: Path) -> str:
    """Return why no run of a study can be called unused; empty where that can be told."""
    if not (folder / RUNS_FILE).exists():
        return "it has no table of runs that says which ones its results use; all runs stay"
    if (begun_of(folder).get("hash") or "") not in ("", (manifest_or_none(folder) or {}).get("hash")):
        return "another study was begun here since, and is not finished; all runs stay"
    return ""


def _unused(folder: Path, store: RunStore) -> set[str]:
    used = set(stored_runs(folder)["run"].astype(str))
    return {run for run in store if run not in used}


def _jobs(folder: Path) -> list[Path]:
    return sorted((folder / WORK).glob("*.job"))


def _jobs_of_others(folder: Path) -> list[Path]:
    """Return the jobs of other studies, or of versions of marketsim that can no longer be read."""
    own = {(manifest_or_none(folder) or {}).get("hash"), begun_of(folder).get("hash")}
    return [path for path in _jobs(folder) if _hash_of_job(path) not in own]


def _hash_of_job(path: Path) -> str:
    try:
        return scenario_hash(pickle.loads(path.read_bytes()).scenario)
    except Exception:  # classes that a later version changed or moved fail in any way
        return "unknown"


def _size(path: Path) -> int:
    files: Collection[Path] = list(path.rglob("*")) if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())
