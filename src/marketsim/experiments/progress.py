"""How far a study is: a bar on a terminal, a line now and then elsewhere, or nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import Progress as RichProgress
from rich.progress import ProgressColumn, Task, TextColumn
from rich.text import Text

_BAR_WIDTH = 32
_LINE_SECONDS = 5.0


class Progress(Protocol):
    """Is told how far a study is."""

    def begin(self, what: str, total: int) -> None:
        """A part of the study begins, for example the main runs; it consists of so many runs."""
        ...

    def advance(self) -> None:
        """One more run of this part has finished or failed."""
        ...

    def end(self) -> None:
        """This part is over, or was interrupted."""
        ...

    def say(self, text: str) -> None:
        """Something else is done that takes a while."""
        ...


class Silent:
    """Tells nobody."""

    def begin(self, what: str, total: int) -> None:
        """Do nothing."""

    def advance(self) -> None:
        """Do nothing."""

    def end(self) -> None:
        """Do nothing."""

    def say(self, text: str) -> None:
        """Do nothing."""


def standard_progress(stream: TextIO | None = None) -> Progress:
    """Return a bar if the stream (by default standard error) is a terminal, else plain lines."""
    out = sys.stderr if stream is None else stream
    return Bar(out) if out.isatty() else Lines(out)


class Lines:
    """Prints a line at the beginning and the end of a part and every few seconds in between."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        """Keep the stream, and the clock that says when the next line is due."""
        self._stream, self._clock = stream, clock
        self._what, self._total, self._done = "", 0, 0
        self._began = self._printed = 0.0

    def begin(self, what: str, total: int) -> None:
        """Print what begins."""
        self._what, self._total, self._done = what, total, 0
        self._began = self._printed = self._clock()
        self.say(f"{what}: {total} runs")

    def advance(self) -> None:
        """Print how far it is if the last line is some seconds old."""
        self._done += 1
        if self._clock() - self._printed >= _LINE_SECONDS and self._done < self._total:
            self._printed = self._clock()
            self._tell()

    def end(self) -> None:
        """Print how far it came."""
        self._tell()

    def say(self, text: str) -> None:
        """Print the text."""
        print(text, file=self._stream, flush=True)

    def _tell(self) -> None:
        seconds = self._clock() - self._began
        speed = self._done / seconds if seconds > 0 else None
        left = (self._total - self._done) / speed if speed else None
        parts = [f"{self._what}  {self._done}/{self._total}", describe_speed(speed)]
        parts += [describe_left(left)] if self._done < self._total else [f"{describe_time(seconds)} in all"]
        self.say("  ".join(part for part in parts if part))


class Bar:
    """Draws a bar with speed and remaining time, redrawn in place."""

    def __init__(self, stream: TextIO) -> None:
        """Keep the stream; nothing is drawn yet."""
        self._console = Console(file=stream, highlight=False)
        self._bar: RichProgress | None = None

    def begin(self, what: str, total: int) -> None:
        """Draw an empty bar."""
        columns = (TextColumn("{task.description}"), _Hashes(), _Count(), _Speed(), _Left())
        self._bar = RichProgress(*columns, console=self._console, refresh_per_second=4)
        self._bar.add_task(what, total=total)
        self._bar.start()

    def advance(self) -> None:
        """Lengthen the bar."""
        if self._bar is not None:
            self._bar.advance(self._bar.task_ids[0])

    def end(self) -> None:
        """Leave the bar as it is and go to the next line."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def say(self, text: str) -> None:
        """Print the text."""
        self._console.print(text, markup=False)


class _Hashes(ProgressColumn):
    """The bar itself."""

    def render(self, task: Task) -> Text:
        total = task.total or 1
        filled = int(_BAR_WIDTH * min(task.completed / total, 1.0))
        return Text("#" * filled + "-" * (_BAR_WIDTH - filled))


class _Count(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{int(task.completed)}/{int(task.total or 0)}")


class _Speed(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(describe_speed(task.finished_speed or task.speed))


class _Left(ProgressColumn):
    def render(self, task: Task) -> Text:
        if task.finished:
            return Text(f"{describe_time(task.finished_time or 0.0)} in all")
        return Text(describe_left(task.time_remaining))


def describe_speed(runs_per_second: float | None) -> str:
    """Return for example ``21.4 runs/s`` or ``3.5 runs/min``; empty where it is not known."""
    if not runs_per_second:
        return ""
    if runs_per_second >= 1:
        return f"{runs_per_second:.1f} runs/s"
    return f"{60 * runs_per_second:.1f} runs/min"


def describe_left(seconds: float | None) -> str:
    """Return for example ``0:02 left``; empty where it is not known."""
    return "" if seconds is None else f"{describe_time(seconds)} left"


def describe_time(seconds: float) -> str:
    """Return a time as m:ss or h:mm:ss."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
