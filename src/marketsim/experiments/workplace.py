"""The folder of a study while it is carried out: one process at a time, its runs, and what workers need."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import shutil
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from filelock import FileLock, Timeout

from marketsim.errors import ResultsError, RunFailedError
from marketsim.experiments.runs import NAMED_MODEL, Job, ids_of
from marketsim.results.storage.batches import writing
from marketsim.results.storage.folders import BEGUN, LOCK, WORK, check_target
from marketsim.results.storage.run_store import RunStore

_PATIENCE_SECONDS = 1.0
"""Somebody who asks whether a study is at work holds its folder for a moment."""
STOP, OWNER = "stop", "owner.json"
_MANY_RUNS = 1000
"""From this number of runs on it takes a while to check them."""


@dataclass(frozen=True)
class JobPlace:
    """Where a worker finds what it must know: the folder of the study, and the name of the job there."""

    folder: str
    job: str

    @property
    def stop(self) -> Path:
        """The file that tells workers to stop after the run under way."""
        return Path(self.folder) / WORK / STOP

    @property
    def file(self) -> Path:
        """The file that holds the job."""
        return Path(self.folder) / WORK / f"{self.job}.job"


class Claim:
    """Holds the folder of a study, so that no other process works on it; used in a ``with`` statement."""

    def __init__(self, folder: Path) -> None:
        """Keep the folder; nothing is written yet."""
        self._folder, self._work = folder, folder / WORK
        self._lock = FileLock(folder / LOCK)

    def __enter__(self) -> Self:
        """Claim the folder.

        Raises:
            ResultsError: another process is at work there, or it cannot be written.
        """
        with writing(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                self._lock.acquire(timeout=_PATIENCE_SECONDS)
            except Timeout:
                raise self._taken() from None
            self._work.mkdir(exist_ok=True)
            (self._work / STOP).unlink(missing_ok=True)
            owner = {"process": os.getpid(), "host": socket.gethostname()}
            (self._work / OWNER).write_text(json.dumps(owner), encoding="utf-8")
        return self

    def _taken(self) -> ResultsError:
        try:
            owner = json.loads((self._work / OWNER).read_text(encoding="utf-8"))
            who = f"process {owner['process']} on {owner['host']}"
        except (OSError, ValueError, KeyError, TypeError):
            who = "another process"
        return ResultsError(
            f"{who} is at work on {self._folder}; nothing was done. Wait until it has finished, or choose another folder"
        )

    def __exit__(self, *_: object) -> None:
        """Release the folder."""
        for name in (STOP, OWNER):
            with suppress(OSError):
                (self._work / name).unlink(missing_ok=True)
        self._lock.release()


def at_work(folder: Path) -> bool:
    """Tell whether a process is at work on the folder of a study; not where the folder cannot be written."""
    if not (folder / LOCK).exists():
        return False
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except OSError:
        return False
    lock.release()
    return False


class Workplace:
    """Claims the folder of a study; used in a ``with`` statement.

    Attributes:
        folder: the folder.
        store: the runs that it holds.
    """

    def __init__(self, folder: Path, begun: Mapping[str, Any]) -> None:
        """Check the folder; nothing is written yet.

        Args:
            folder: the folder.
            begun: what the study is, for people who find it unfinished.
        """
        check_target(folder)
        self.folder, self._begun = folder, begun
        self._work = folder / WORK
        self._claim = Claim(folder)

    def __enter__(self) -> Self:
        """Claim the folder, and read which runs it holds.

        Raises:
            ResultsError: another process is at work there, or it cannot be written.
        """
        with ExitStack() as claimed:
            claimed.enter_context(self._claim)
            with writing(self.folder):
                new = self._work / f"{BEGUN}.new"
                new.write_text(json.dumps(self._begun, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
                new.replace(self._work / BEGUN)
            self.store = RunStore(self.folder)
            claimed.pop_all()
        return self

    def check(self, say: Callable[[str], None]) -> None:
        """Compare what is stored with its checksums; what is damaged is put aside and will be carried out again.

        Args:
            say: is told what takes a while, and what is damaged.
        """
        if len(self.store) >= _MANY_RUNS:
            say(f"checking {len(self.store):,} stored runs")
        self.store.verify()
        for name, fault in self.store.damaged.items():
            say(f"{self.store.folder / name} is damaged ({fault}); its runs are carried out again")
        self.store.set_damaged_aside()

    def __exit__(self, *_: object) -> None:
        """Release the folder; one that holds nothing is removed, but not what somebody else puts there meanwhile."""
        self.store.close()
        lock = self.folder / LOCK
        with suppress(OSError):
            if {entry.name for entry in self.folder.iterdir()} <= {LOCK, WORK}:
                shutil.rmtree(self._work)
                lock.unlink()
        self._claim.__exit__()
        with suppress(OSError):
            if sys.platform == "win32" and [entry.name for entry in self.folder.iterdir()] == [LOCK]:
                lock.unlink()  # a file that is locked cannot be removed there
            self.folder.rmdir()

    def place(self, job: Job) -> JobPlace:
        """Write a job for the workers to read, and return where.

        Raises:
            RunFailedError: a function in it cannot be handed to other processes.
        """
        try:
            content = pickle.dumps(job)
        except (AttributeError, TypeError, pickle.PicklingError) as error:
            raise RunFailedError(f"{NAMED_MODEL}: {error}") from None
        place = JobPlace(str(self.folder.resolve()), _name_of(job))
        with writing(self.folder):
            new = place.file.with_suffix(".new")
            new.write_bytes(content)
            new.replace(place.file)
        return place


def _name_of(job: Job) -> str:
    """Return a name that equal jobs share; their pickles differ from process to process, as the order of sets does."""
    ids, limits = ids_of(job), job.limits
    how = (job.scenario.source, job.threads, limits.seconds, limits.memory_bytes, job.batch_seconds)
    return hashlib.sha256(json.dumps([ids.whole, job.version, *how]).encode()).hexdigest()[:20]


def read_job(place: JobPlace) -> Job:
    """Return a job.

    Raises:
        ResultsError: it is not there, as where a worker does not see the folder, or lacks what it needs.
    """
    try:
        job: Job = pickle.loads(place.file.read_bytes())
    except OSError as error:
        raise ResultsError(
            f"a worker on {socket.gethostname()} cannot read {place.file}: {error.strerror}; the folder of the results "
            "must be one that all workers see under the same name"
        ) from None
    except Exception as error:  # classes and functions that this worker lacks fail in any way
        raise ResultsError(
            f"a worker on {socket.gethostname()} cannot read {place.file}: {type(error).__name__}: {error}; all workers "
            "need the same packages and modules as the process that started the study"
        ) from None
    return job
