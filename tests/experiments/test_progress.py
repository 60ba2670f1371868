"""What a user sees of a study's progress."""

from __future__ import annotations

import io
import sys
from types import ModuleType
from typing import Any

import pytest

from marketsim.experiments.pace import Pace, describe_left, describe_speed, describe_time
from marketsim.experiments.progress import Bar, Lines, NotebookBar, Progress, standard_progress


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_lines_come_every_few_seconds_only() -> None:
    stream, clock = io.StringIO(), Clock()
    lines = Lines(stream, clock)
    lines.begin("runs", 10)
    for _ in range(10):
        clock.now += 2.0
        lines.advance()
    lines.end()
    assert stream.getvalue().splitlines() == [
        "runs: 10 runs",
        "runs  3/10  30.0 runs/min  0:14 left",
        "runs  6/10  30.0 runs/min  0:08 left",
        "runs  9/10  30.0 runs/min  0:02 left",
        "runs  10/10  30.0 runs/min  0:20 in all",
    ]


def test_lines_become_rarer_until_there_is_one_a_minute() -> None:
    stream, clock = io.StringIO(), Clock()
    lines = Lines(stream, clock)
    lines.begin("runs", 20_000)
    counts = []
    for _ in range(8):
        before = len(stream.getvalue().splitlines())
        for _ in range(600):
            clock.now += 1.0
            lines.advance()
        counts.append(len(stream.getvalue().splitlines()) - before)
    assert counts[0] > 20
    assert set(counts[1:]) == {10}


def test_runs_that_are_stored_already_do_not_count_for_the_speed() -> None:
    stream, clock = io.StringIO(), Clock()
    lines = Lines(stream, clock)
    lines.begin("runs", 100, 90)
    clock.now += 30.0
    lines.advance()
    lines.end()
    assert stream.getvalue().splitlines() == [
        "runs: 100 runs, 90 of them stored already",
        "runs  91/100  2.0 runs/min  4:30 left",
        "runs  91/100  2.0 runs/min  4:30 left",
    ]


def test_long_runs_have_a_speed_and_a_time_left_that_passes_between_them() -> None:
    clock = Clock()
    pace = Pace(10, clock=clock)
    assert (pace.speed(), pace.left(), pace.words()) == (None, None, "")
    clock.now += 300.0
    pace.advance()
    assert pace.words() == "0.2 runs/min  45:00 left"
    clock.now += 120.0
    assert pace.words() == "0.2 runs/min  43:00 left"
    clock.now += 10_000.0
    assert pace.words() == "0.2 runs/min  0:00 left"


def test_lines_after_an_interruption_say_how_far_it_came() -> None:
    stream = io.StringIO()
    lines = Lines(stream, clock=lambda: 0.0)
    lines.begin("assumption checks", 10)
    lines.end()
    assert stream.getvalue().splitlines()[-1] == "assumption checks  0/10"


def draw(progress: Progress, done: int, already: int = 0) -> None:
    progress.say("compiling [first run] ...")
    progress.begin("runs", 4, already)
    for _ in range(done):
        progress.advance()
    progress.end()


@pytest.mark.parametrize(
    ("done", "already", "expected"),
    [
        (4, 0, f"runs {'#' * 32} 4/4"),
        (1, 0, f"runs {'#' * 8}{'-' * 24} 1/4"),
        (1, 2, f"runs {'#' * 24}{'-' * 8} 3/4"),
    ],
)
def test_bar(done: int, already: int, expected: str) -> None:
    stream = io.StringIO()
    draw(Bar(stream), done, already)
    assert stream.getvalue().startswith("compiling [first run] ...\n")
    assert expected in stream.getvalue()
    assert ("in all" in stream.getvalue()) == (done + already == 4)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_on_a_terminal_and_lines_elsewhere() -> None:
    assert isinstance(standard_progress(Terminal()), Bar)
    assert isinstance(standard_progress(io.StringIO()), Lines)


class ZMQInteractiveShell:
    """The shell of a notebook, as far as its name goes."""


class TerminalInteractiveShell:
    """The shell of IPython on a terminal."""


class FakeDisplay:
    """What `IPython.display.display` returns: it notes what it is made to show."""

    def __init__(self, content: dict[str, str], *, raw: bool, display_id: bool) -> None:
        assert raw
        assert display_id
        self.shown = [content["text/plain"]]
        DISPLAYS.append(self)

    def update(self, content: dict[str, str], *, raw: bool) -> None:
        assert raw
        self.shown.append(content["text/plain"])


DISPLAYS: list[FakeDisplay] = []


def set_up_ipython(monkeypatch: pytest.MonkeyPatch, shell: object) -> None:
    DISPLAYS.clear()
    ipython: Any = ModuleType("IPython")
    ipython.get_ipython = lambda: shell
    ipython.display = ModuleType("IPython.display")
    ipython.display.display = FakeDisplay
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", ipython.display)


def test_a_notebook_has_one_display_for_each_part(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_ipython(monkeypatch, ZMQInteractiveShell())
    assert isinstance(standard_progress(), NotebookBar)
    clock = Clock()
    progress = NotebookBar(clock)
    progress.say("compiling ...")
    for part in ("runs", "checks"):
        progress.begin(part, 40, 20)
        for _ in range(10):
            clock.now += 0.125
            progress.advance()
        progress.end()
    assert capsys.readouterr().out == "compiling ...\n"
    assert [display.shown[0] for display in DISPLAYS] == [
        f"{part} {'#' * 16}{'-' * 16} 20/40" for part in ("runs", "checks")
    ]
    assert [len(display.shown) for display in DISPLAYS] == [4, 4]
    assert DISPLAYS[0].shown[-1] == f"runs {'#' * 24}{'-' * 8} 30/40  8.0 runs/s  0:01 left"


def test_ipython_on_a_terminal_is_no_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    set_up_ipython(monkeypatch, TerminalInteractiveShell())
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert isinstance(standard_progress(), Bar)


def test_words() -> None:
    assert [describe_speed(speed) for speed in (21.44, 1.0, 0.1, 1 / 300, 1 / 1800, None)] == [
        "21.4 runs/s",
        "1.0 runs/s",
        "6.0 runs/min",
        "0.2 runs/min",
        "2.0 runs/h",
        "",
    ]
    assert [describe_time(seconds) for seconds in (2, 61, 3599.6, 180_000)] == ["0:02", "1:01", "1:00:00", "50:00:00"]
    assert (describe_left(2.0), describe_left(None)) == ("0:02 left", "")
