from __future__ import annotations

import io
import re

import pytest
from rich.console import Console
from tests.reporting.handmade import ORDINARY, PROFIT, UNCLEAR, UP, VIP, handmade
from tests.reporting.synthetic import FakeResult

from marketsim.reporting.terminal import print_result


def printed(result: FakeResult, width: int = 110, encoding: str = "utf-8", seconds: float | None = None) -> str:
    buffer = io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True)
    console = Console(file=buffer, width=width, color_system=None)
    print_result(result, console, [result.folder / "report.html"], seconds=seconds)
    buffer.seek(0)
    return buffer.read()


def test_few_policies_stand_in_columns_with_interval_level_and_chance(lanes: FakeResult) -> None:
    text = printed(lanes, 120)
    head = text.splitlines()[0]
    assert [head.index(name) for name in ("base", "lane_5", "lane_20", "lane_5_staff")] == sorted(
        head.index(name) for name in ("base", "lane_5", "lane_20", "lane_5_staff")
    )
    row = next(line for line in text.splitlines() if line.startswith("profit, million CNY a year"))
    assert row.count("[") == 3
    below = text.splitlines()[text.splitlines().index(row) + 1]
    assert below.count("±") == 3
    assert below.count("%") == 3


@pytest.mark.parametrize("width", [80, 100, 120])
def test_no_line_is_wider_than_the_terminal(widths: FakeResult, width: int) -> None:
    lines = printed(widths, width).splitlines()
    too_wide = [line for line in lines if len(line.rstrip()) > width and not line.startswith(("report", "tables"))]
    assert too_wide == []


@pytest.mark.parametrize("width", [80, 100])
def test_many_policies_stand_in_rows_with_all_seven_figures(widths: FakeResult, width: int) -> None:
    text = printed(widths, width)
    rows = re.findall(r"^lane_10 +[+−]", text, flags=re.MULTILINE)
    assert len(rows) == (1 if width == 100 else 2)
    heads = text[: text.index("lane_1 ")] + (text.split("\n\n")[1] if width == 80 else "")
    assert [heads.count(word) for word in ("profit", "share of", "satisfac-", "busy-hour")] == [1, 2, 2, 2]
    assert "nobody" in text, "a lane for all leaves nobody in the ordinary tier"


def test_what_cannot_be_told_is_marked() -> None:
    text = printed(handmade({"lane": {PROFIT: UNCLEAR, VIP: UP}}))
    assert " ?" in next(line for line in text.splitlines() if "± " in line or (" ±" in line and "%" in line))
    assert "no change" in text
    assert "? = cannot tell" in text


def test_sentences_paths_and_time_follow_the_table(lanes: FakeResult) -> None:
    text = " ".join(printed(lanes, 120, seconds=80.4).split())
    assert "Of the 3 policies, lane_5_staff has the largest mean profit that can be told from the base" in text
    assert "The profit effect keeps its sign in" in text
    assert f"report {lanes.folder / 'report.html'} tables {lanes.folder / 'tables'} 80 s" in text
    assert "2 min 05 s" in printed(lanes, 120, seconds=125.0)


def test_plain_ascii_where_the_terminal_knows_nothing_better(lanes: FakeResult) -> None:
    text = printed(lanes, 120, encoding="ascii")
    assert text.isascii()
    assert "+/-" in text
    assert "-0." in text


def test_names_of_users_are_no_markup() -> None:
    text = printed(handmade({"[red]lane[/red]": {PROFIT: UP, ORDINARY: UP}}))
    assert "[red]lane[/red]" in text
    chinese = printed(handmade({"专线": {PROFIT: UP}}), encoding="ascii")
    assert "\\u4e13\\u7ebf" in chinese


def test_one_world_has_no_interval_and_a_warning() -> None:
    text = printed(handmade({"lane": {PROFIT: UP}}, worlds=1))
    assert text.startswith("! Only one world has results")
    assert "±" not in text.split("Whether")[0].split("\n\n")[0]
    assert "so there is no interval" in " ".join(text.split())


def test_failed_runs_are_announced_before_the_table() -> None:
    text = printed(handmade({"lane": {PROFIT: UP}}, failed=["broken"]))
    assert text.startswith("! 1 of 9 runs failed (broken): division by zero.")


def test_without_results_there_is_no_table() -> None:
    text = printed(handmade({}, levels={}, failed=["lane"]))
    assert "No run finished that could answer the question." in text
    assert "profit" not in text
