"""The runs that are still to be handed out, and how many of them make a task."""

from __future__ import annotations

import operator
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from marketsim.experiments.plan import RunKey

_TASK_SECONDS = 3.0
"""Long against the milliseconds that handing out takes, short for somebody who waits for the last task."""
_LARGEST_TASK = 500


@dataclass(frozen=True)
class Share:
    """What one task consists of.

    Attributes:
        keys: its runs.
        again: whether it is one run that was under way before, when a worker was lost.
    """

    keys: tuple[RunKey, ...]
    again: bool = False


class Backlog:
    """Keys in the order in which they are handed out, taken from their source as they are needed.

    Suspects are runs that were under way when a worker was lost. Each of them is a task by itself, as it may have been the
    cause, and comes before everything else.
    """

    def __init__(self, keys: Iterable[RunKey]) -> None:
        """Take nothing from the keys yet."""
        length = operator.length_hint(keys, -1)
        self._source, self._unseen = iter(keys), length if length >= 0 else None
        self._returned: deque[RunKey] = deque()
        self._suspects: deque[RunKey] = deque()

    def take(self, size: int) -> Share:
        """Return the next runs, at most so many, and none when nothing is left."""
        if self._suspects:
            return Share((self._suspects.popleft(),), again=True)
        keys = [self._returned.popleft() for _ in range(min(size, len(self._returned)))]
        return Share((*keys, *self._new(size - len(keys))))

    def _new(self, size: int) -> list[RunKey]:
        keys = list(islice(self._source, size))
        if self._unseen is not None:
            self._unseen = max(0, self._unseen - len(keys))
        return keys

    def put_back(self, share: Share, done: int = 0) -> None:
        """Let the runs of a share be the next ones, but for so many that were done."""
        (self._suspects if share.again else self._returned).extendleft(reversed(share.keys[done:]))

    def suspect(self, share: Share) -> None:
        """Let each run of a share be a task by itself."""
        self._suspects.extend(share.keys)

    def has_suspects(self) -> bool:
        """Tell whether the next run is a suspect."""
        return bool(self._suspects)

    def is_empty(self) -> bool:
        """Tell whether nothing is left."""
        if not self._suspects and not self._returned:
            self._returned.extend(self._new(1))
        return not self._suspects and not self._returned

    def left(self) -> int | None:
        """Return how many runs are left, suspects aside; None where nobody knows."""
        return None if self._unseen is None else self._unseen + len(self._returned)

    def rest(self) -> Iterator[RunKey]:
        """Hand out everything that is left, one by one."""
        while not self.is_empty():
            yield from self.take(1).keys


class TaskSize:
    """How many runs make a task: so many that it takes a few seconds; one to begin with, as nobody knows how long it is."""

    def __init__(self) -> None:
        """Begin with one."""
        self._size, self._seconds = 1.0, 0.0

    def learn(self, runs: int, seconds: float) -> None:
        """Take account of a task that has come back: how many of its runs were carried out, in which time."""
        each = seconds / runs
        self._seconds = each if not self._seconds else (self._seconds + each) / 2
        wanted = _TASK_SECONDS / max(self._seconds, 1e-6)
        self._size = max(1.0, min(wanted, 2 * self._size, _LARGEST_TASK))

    def next(self, left: int | None, tasks: int) -> int:
        """Return the size of the next task, smaller towards the end, so that all workers finish at about the same time.

        Args:
            left: how many runs are left, None where nobody knows.
            tasks: how many tasks are handed out at a time.
        """
        return int(self._size) if left is None else max(1, min(int(self._size), left // tasks))
