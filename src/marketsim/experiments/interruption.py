"""Ctrl-C: the first one asks to stop after the runs under way, the second one leaves them."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any, Self

_WORDS = "stopping when the runs under way are done; Ctrl-C again leaves them"


class Interruption:
    """Listens to Ctrl-C in a ``with`` statement, and tells workers to stop by a file that they look at between runs.

    It listens in the main thread only, where Python has Ctrl-C; elsewhere nobody interrupts.

    Attributes:
        asked: whether to stop.
    """

    def __init__(self, stop: Path, say: Callable[[str], None]) -> None:
        """Keep the file that tells workers to stop, and what tells the user so."""
        self.asked = False
        self._stop, self._say = stop, say
        self._earlier: Any = None

    def __enter__(self) -> Self:
        """Listen."""
        with suppress(OSError):
            self._stop.unlink(missing_ok=True)
        if threading.current_thread() is threading.main_thread():
            earlier = signal.getsignal(signal.SIGINT)
            if callable(earlier):  # neither ignored, as in the background, nor in the hands of another library
                self._earlier = signal.signal(signal.SIGINT, self._heard)
        return self

    def __exit__(self, *_: object) -> None:
        """Listen no more."""
        if self._earlier is not None:
            signal.signal(signal.SIGINT, self._earlier)
            self._earlier = None

    def _heard(self, _signal: int, _frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.stop_workers()
        # A thread of its own, as what was interrupted may be just about to print as well.
        threading.Thread(target=self._say, args=(_WORDS,), daemon=True).start()

    def ask(self) -> None:
        """Stop as after a first Ctrl-C."""
        self.stop_workers()
        self._say(_WORDS)

    def stop_workers(self) -> None:
        """Tell workers to stop after the run under way, without a word."""
        self.asked = True
        with suppress(OSError):
            self._stop.touch()
