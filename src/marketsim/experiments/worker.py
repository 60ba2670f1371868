"""What a worker does: it runs keys one after the other, and puts what they gave into the study's store."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from functools import lru_cache, partial
from pathlib import Path

from marketsim.errors import RunFailedError
from marketsim.experiments.plan import RunKey
from marketsim.experiments.runs import Outcome, Runner
from marketsim.experiments.workplace import JobPlace, read_job
from marketsim.results.storage.batches import BatchWriter
from marketsim.results.storage.folders import PARTS
from marketsim.results.storage.run_id import model_version


def run_keys(place: JobPlace, keys: Sequence[RunKey]) -> list[Outcome]:
    """Run keys until all are done, some seconds have passed, or the study is to stop; the rest is left over.

    Args:
        place: where the job is.
        keys: the runs, with their ids.

    Returns:
        What came of the runs, in the order of the keys, when it lies in the store.

    Raises:
        ResultsError: the job cannot be read, or the store not written.
        RunFailedError: the worker has another version of the model.
    """
    runner, outcomes = _runner(place), list[Outcome]()
    end = time.monotonic() + runner.job.batch_seconds
    with BatchWriter(Path(place.folder) / PARTS) as batch:
        try:
            for key in keys:
                if place.stop.exists() or (outcomes and time.monotonic() > end):
                    break
                outcomes.append(runner.run(key, batch))
        finally:
            batch.commit()  # also when Ctrl-C ends a run in this process: those before it are finished
    return outcomes


def task_of(place: JobPlace) -> partial[list[Outcome]]:
    """Return what a worker is given to do with keys."""
    return partial(run_keys, place)


@lru_cache(maxsize=2)
def _runner(place: JobPlace) -> Runner:
    """Return what runs a job; the last jobs are kept, as a pool offers its processes no other place for them.

    Raises:
        RunFailedError: the worker has another version of the model, as on a cluster: its runs would be those of others.
    """
    job = read_job(place)
    if job.version != model_version():
        raise RunFailedError(
            f"a worker on {socket.gethostname()} has marketsim {model_version()}, and the study {job.version}; give all "
            "workers the same version, and start them anew"
        )
    return Runner(job)
