"""Tasks that misbehave, in ways that worker processes can import; what they do is said by the policy of a run."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from marketsim.errors import ResultsError
from marketsim.experiments.plan import RunKey
from marketsim.experiments.runs import DONE, Outcome

DEADLY, DEADLY_ONCE, SLOW, ENDLESS = "deadly", "deadly_once", "slow", "endless"


def fake_task(folder: Path) -> Callable[[Sequence[RunKey]], list[Outcome]]:
    """Return a task that writes down its runs in a folder, and looks there for the stop file."""
    return partial(note_runs, folder)


def keys_of(*names: str, worlds: int = 1) -> list[RunKey]:
    """Return runs, world by world."""
    return [RunKey(name, world) for world in range(worlds) for name in names]


def note_runs(folder: Path, keys: Sequence[RunKey]) -> list[Outcome]:
    """Do what the names of the runs say, until a second is over or the stop file is there."""
    outcomes: list[Outcome] = []
    end = time.monotonic() + 1.0
    for key in keys:
        if (folder / "stop").exists() or (outcomes and time.monotonic() > end):
            break
        with (folder / f"{key.policy}-{key.replication}").open("a") as file:
            file.write("begun\n")
        _do(key, folder)
        outcomes.append(Outcome(key, DONE, months=os.getpid()))
    return outcomes


def _do(key: RunKey, folder: Path) -> None:
    if key.policy == DEADLY or (key.policy == DEADLY_ONCE and not (folder / "killed").exists()):
        (folder / "killed").touch()
        os._exit(9)
    time.sleep({SLOW: 0.3, ENDLESS: 60.0}.get(key.policy, 0.0))


def times(folder: Path, key: RunKey) -> int:
    """Return how often a run has begun."""
    file = folder / f"{key.policy}-{key.replication}"
    return len(file.read_text().splitlines()) if file.exists() else 0


def full_disk(keys: Sequence[RunKey]) -> list[Outcome]:
    """Fail as where results cannot be written."""
    raise ResultsError("cannot write the results: no space left on the disk")


def broken(keys: Sequence[RunKey]) -> list[Outcome]:
    """Fail in a way that nobody foresaw."""
    raise LookupError("no such thing")


def idle(keys: Sequence[RunKey]) -> list[Outcome]:
    """Carry out nothing."""
    return []


def environment(keys: Sequence[RunKey]) -> list[Outcome]:
    """Return what a worker finds in its environment, as the error of an outcome."""
    names = ("NUMBA_NUM_THREADS", "MARKETSIM_WORKER")
    return [Outcome(key, DONE, " ".join(os.environ.get(name, "") for name in names)) for key in keys]
