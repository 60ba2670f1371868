"""How far a study is: a bar on a terminal or in a notebook, a line now and then elsewhere, or nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, Protocol, TextIO

from rich.console import Console
from rich.progress import Progress as RichProgress
from rich.progress import ProgressColumn, Task, TextColumn
from rich.text import Text

from marketsim.experiments.pace import Pace

_BAR_WIDTH = 32
_LINE_SECONDS = 5.0
_MOST_LINE_SECONDS = 60.0
_DISPLAY_SECONDS = 0.5


class Progress(Protocol):
    """Is told how far a study is."""

    def begin(self, what: str, total: int, already: int = 0) -> None:
        """A part of the study begins, for example the main runs.

        Args:
            what: which part.
            total: how many runs it consists of.
            already: how many of them are stored already, and are not carried out.
        """
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

    def begin(self, what: str, total: int, already: int = 0) -> None:
        """Do nothing."""

    def advance(self) -> None:
        """Do nothing."""

    def end(self) -> None:
        """Do nothing."""

    def say(self, text: str) -> None:
        """Do nothing."""


def standard_progress(stream: TextIO | None = None) -> Progress:
    """Return a bar in a notebook or if the stream (by default standard error) is a terminal, else plain lines."""
    out = sys.stderr if stream is None else stream
    if stream is None and in_notebook():
        return NotebookBar()
    return Bar(out) if out.isatty() else Lines(out)


def in_notebook() -> bool:
    """Tell whether this process is the kernel of a notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return any(kind.__name__ == "ZMQInteractiveShell" for kind in type(shell).__mro__)


class Lines:
    """Prints a line at the beginning and the end of a part, and in between: after some seconds first, then rarer."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        """Keep the stream, and the clock that says when the next line is due."""
        self._stream, self._clock = stream, clock
        self._what, self._pace = "", Pace(0, clock=clock)
        self._due = 0.0

    def begin(self, what: str, total: int, already: int = 0) -> None:
        """Print what begins."""
        self._what, self._pace, self._due = what, Pace(total, already, self._clock), _LINE_SECONDS
        self.say(f"{what}: {total} runs" + (f", {already} of them stored already" if already else ""))

    def advance(self) -> None:
        """Print how far it is if the last line is long enough ago."""
        self._pace.advance()
        seconds = self._pace.seconds()
        if seconds >= self._due and not self._pace.is_over():
            self._due = seconds + min(max(_LINE_SECONDS, seconds / 10), _MOST_LINE_SECONDS)
            self._tell()

    def end(self) -> None:
        """Print how far it came."""
        self._tell()

    def say(self, text: str) -> None:
        """Print the text."""
        print(text, file=self._stream, flush=True)

    def _tell(self) -> None:
        words = self._pace.words()
        self.say(f"{self._what}  {self._pace.done}/{self._pace.total}" + (f"  {words}" if words else ""))


class Bar:
    """Draws a bar with speed and remaining time, redrawn in place."""

    def __init__(self, stream: TextIO) -> None:
        """Keep the stream; nothing is drawn yet."""
        self._console = Console(file=stream, highlight=False)
        self._bar: RichProgress | None = None
        self._pace = Pace(0)

    def begin(self, what: str, total: int, already: int = 0) -> None:
        """Draw a bar, filled as far as runs are stored."""
        self._pace = Pace(total, already)
        self._bar = RichProgress(
            TextColumn("{task.description}"), _State(), console=self._console, refresh_per_second=4
        )
        self._bar.add_task(what, total=total, completed=already, pace=self._pace)
        self._bar.start()

    def advance(self) -> None:
        """Lengthen the bar."""
        self._pace.advance()
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


class _State(ProgressColumn):
    """The bar itself, how far it is, speed and time; drawn anew several times a second, as time goes on without runs."""

    def render(self, task: Task) -> Text:
        return Text(_state(task.fields["pace"]))


class NotebookBar:
    """Shows a bar below the cell of a notebook, and replaces it as it grows."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Keep the clock; nothing is shown yet."""
        self._clock = clock
        self._what, self._pace, self._shown = "", Pace(0, clock=clock), 0.0
        self._display: Any = None

    def begin(self, what: str, total: int, already: int = 0) -> None:
        """Show a bar, filled as far as runs are stored."""
        from IPython.display import display

        self._what, self._pace, self._shown = what, Pace(total, already, self._clock), self._clock()
        self._display = display(self._content(), raw=True, display_id=True)

    def advance(self) -> None:
        """Lengthen the bar, not more often than somebody can see."""
        self._pace.advance()
        if self._clock() - self._shown >= _DISPLAY_SECONDS:
            self._update()

    def end(self) -> None:
        """Show how far it came."""
        self._update()

    def say(self, text: str) -> None:
        """Print the text."""
        print(text, flush=True)

    def _update(self) -> None:
        self._shown = self._clock()
        self._display.update(self._content(), raw=True)

    def _content(self) -> dict[str, str]:
        return {"text/plain": f"{self._what} {_state(self._pace)}"}


def _state(pace: Pace) -> str:
    filled = int(_BAR_WIDTH * min(pace.done / (pace.total or 1), 1.0))
    return "  ".join(["#" * filled + "-" * (_BAR_WIDTH - filled) + f" {pace.done}/{pace.total}", pace.words()]).rstrip()
