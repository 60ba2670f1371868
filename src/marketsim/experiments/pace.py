"""How fast runs are carried out, and how long the rest will take."""

from __future__ import annotations

import time
from collections.abc import Callable


class Pace:
    """Counts the runs of a part of a study.

    Attributes:
        total: how many runs the part consists of.
        done: how many of them are there, with those that were stored already.
    """

    def __init__(self, total: int, already: int = 0, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin, with so many runs stored already."""
        self.total, self.done = total, already
        self._already, self._clock = already, clock
        self._began = self._last = clock()

    def advance(self) -> None:
        """Count one more run."""
        self.done += 1
        self._last = self._clock()

    def is_over(self) -> bool:
        """Tell whether all runs are there."""
        return self.done >= self.total

    def seconds(self) -> float:
        """Return how long it has taken."""
        return self._clock() - self._began

    def speed(self) -> float | None:
        """Return runs a second, of those that were carried out now, up to the last of them; None before the first."""
        seconds = self._last - self._began
        return (self.done - self._already) / seconds if seconds > 0 else None

    def left(self) -> float | None:
        """Return how many seconds the rest will take; None where nobody knows."""
        speed = self.speed()
        if not speed:
            return None
        return max(0.0, (self.total - self.done) / speed - (self._clock() - self._last))

    def words(self) -> str:
        """Return speed and time, as a user reads them."""
        time_left = f"{describe_time(self.seconds())} in all" if self.is_over() else describe_left(self.left())
        return "  ".join(part for part in (describe_speed(self.speed()), time_left) if part)


def describe_speed(runs_per_second: float | None) -> str:
    """Return for example ``21.4 runs/s``, ``3.5 runs/min`` or ``2.0 runs/h``; empty where it is not known."""
    if not runs_per_second:
        return ""
    if runs_per_second >= 1:
        return f"{runs_per_second:.1f} runs/s"
    if 60 * runs_per_second >= 0.1:
        return f"{60 * runs_per_second:.1f} runs/min"
    return f"{3600 * runs_per_second:.1f} runs/h"


def describe_left(seconds: float | None) -> str:
    """Return for example ``0:02 left``; empty where it is not known."""
    return "" if seconds is None else f"{describe_time(seconds)} left"


def describe_time(seconds: float) -> str:
    """Return a time as m:ss or h:mm:ss."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
