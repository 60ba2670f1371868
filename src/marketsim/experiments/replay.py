"""Finding a stored run again, and the job that it was carried out for."""

from __future__ import annotations

import pickle
from pathlib import Path

from marketsim.errors import ResultsError
from marketsim.experiments.plan import RunKey
from marketsim.experiments.runs import Job, ids_of
from marketsim.results.storage.batches import Record
from marketsim.results.storage.folders import WORK
from marketsim.results.storage.run_store import RunStore


def find_run(folder: Path, run: str) -> Record:
    """Return what is stored of a run.

    Args:
        folder: the folder of the study.
        run: its id, or the first digits of it.

    Raises:
        ResultsError: there is no such run, or more than one.
    """
    store = RunStore(folder)
    found = [each for each in store if each.startswith(run.lower())]
    if len(found) != 1:
        what = "several runs whose ids begin" if found else "no run whose id begins"
        raise ResultsError(f"{folder} has {what} with {run!r}; ids are in the column run of runs.parquet")
    return store.records(found)[found[0]]


def job_of(folder: Path, key: RunKey) -> Job:
    """Return the job of a study that makes a run with the id of the key.

    Raises:
        ResultsError: the study has none, as when it was carried out by another version.
    """
    for file in sorted((folder / WORK).glob("*.job")):
        job = _job_in(file)
        if job is not None and ids_of(job).of(key.policy, key.replication, key.changes, key.tiers_of) == key.run:
            return job
    raise ResultsError(
        f"{folder} no longer holds what the run {key.run[:12]} needs, or was carried out by another version of marketsim"
    )


def _job_in(file: Path) -> Job | None:
    """Return the job in a file; None where it is damaged, or of a version whose classes are no more."""
    try:
        job: Job = pickle.loads(file.read_bytes())
    except Exception:  # classes that a later version changed or moved fail in any way
        return None
    return job
