"""Work on the customers in chunks of fixed size, on one or several threads, with the same result to the last bit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Tally = TypeVar("Tally")
CHUNK = 8192


class Chunks:
    """Runs a function over chunks of rows; results come back in the order of the rows."""

    def __init__(self, threads: int = 1) -> None:
        """Use so many threads; compiled rules release the interpreter lock."""
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def over(self, rows: range, work: Callable[[int, int], Tally]) -> list[Tally]:
        """Return `work(first, end)` of every chunk of the rows."""
        bounds = [(low, min(low + CHUNK, rows.stop)) for low in range(rows.start, rows.stop, CHUNK)]
        results: Iterable[Tally]
        results = self._pool.map(lambda pair: work(*pair), bounds) if self._pool else (work(*pair) for pair in bounds)
        return list(results)

    def close(self) -> None:
        """End the threads."""
        if self._pool:
            self._pool.shutdown()
