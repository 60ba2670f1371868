"""What a user sees of a study's progress."""

from __future__ import annotations

import io

import pytest

from marketsim.experiments.progress import (
    Bar,
    Lines,
    Progress,
    describe_left,
    describe_speed,
    describe_time,
    standard_progress,
)


def test_lines_come_every_few_seconds_only() -> None:
    stream, now = io.StringIO(), [0.0]
    lines = Lines(stream, clock=lambda: now[0])
    lines.begin("runs", 10)
    for _ in range(10):
        now[0] += 2.0
        lines.advance()
    lines.end()
    assert stream.getvalue().splitlines() == [
        "runs: 10 runs",
        "runs  3/10  30.0 runs/min  0:14 left",
        "runs  6/10  30.0 runs/min  0:08 left",
        "runs  9/10  30.0 runs/min  0:02 left",
        "runs  10/10  30.0 runs/min  0:20 in all",
    ]


def test_lines_after_an_interruption_say_how_far_it_came() -> None:
    stream = io.StringIO()
    lines = Lines(stream, clock=lambda: 0.0)
    lines.begin("assumption checks", 10)
    lines.end()
    assert stream.getvalue().splitlines()[-1] == "assumption checks  0/10"


def draw(progress: Progress, done: int) -> None:
    progress.say("compiling [first run] ...")
    progress.begin("runs", 4)
    for _ in range(done):
        progress.advance()
    progress.end()


@pytest.mark.parametrize(("done", "expected"), [(4, f"runs {'#' * 32} 4/4"), (1, f"runs {'#' * 8}{'-' * 24} 1/4")])
def test_bar(done: int, expected: str) -> None:
    stream = io.StringIO()
    draw(Bar(stream), done)
    assert stream.getvalue().startswith("compiling [first run] ...\n")
    assert expected in stream.getvalue()
    assert ("in all" in stream.getvalue()) == (done == 4)


def test_a_bar_on_a_terminal_and_lines_elsewhere() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    assert isinstance(standard_progress(Terminal()), Bar)
    assert isinstance(standard_progress(io.StringIO()), Lines)


def test_words() -> None:
    assert [describe_speed(speed) for speed in (21.44, 1.0, 0.1, None)] == [
        "21.4 runs/s",
        "1.0 runs/s",
        "6.0 runs/min",
        "",
    ]
    assert [describe_time(seconds) for seconds in (2, 61, 3599.6)] == ["0:02", "1:01", "1:00:00"]
    assert (describe_left(2.0), describe_left(None)) == ("0:02 left", "")
