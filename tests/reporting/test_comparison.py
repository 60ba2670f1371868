"""Comparisons of stored studies on the terminal and as a chart."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
from rich.console import Console
from tests.results.statistics.test_sides import MEANS, PROFIT, kpis, manifest, study, two

from marketsim.reporting.charts.forest import draw, write_forest
from marketsim.reporting.comparison import cautions, print_comparison
from marketsim.reporting.style import chart_style
from marketsim.results.statistics.comparison import Asked, compare, figures_asked
from marketsim.results.statistics.sides import Side


def table_of(sides: list[Side], *names: str) -> pd.DataFrame:
    return compare(sides, figures_asked(Asked(names), sides))


def printed(sides: list[Side], *names: str, files: Path | None = None) -> str:
    buffer = io.StringIO()
    print_comparison(table_of(sides, *names), sides, Console(file=buffer, width=140, color_system=None), files)
    return buffer.getvalue()


def test_it_says_how_it_was_compared_and_with_what() -> None:
    text = printed(two(kpis(MEANS), kpis(MEANS)), PROFIT)
    assert "difference to a:base, 95 % interval" in text
    line = next(line for line in text.splitlines() if line.startswith("b:lane"))
    assert line.rstrip().endswith("higher")
    assert "<0.001" in line
    assert "Same seed (1)" in text
    assert "unpaired" not in text


def test_worlds_of_another_seed_are_called_unpaired() -> None:
    text = printed(two(kpis(MEANS), kpis(MEANS, 2), 2), PROFIT)
    assert "b:lane (unpaired)" in text
    assert "Welch's interval" in text
    assert "Same seed" not in text
    assert "cannot tell" in text


def test_it_warns_of_what_differs_and_shows_a_dozen() -> None:
    values = {f"x{number}": number for number in range(20)}
    other = study(kpis(MEANS), manifest(behaviour=values), "b")
    sides = [Side("a:base", study(kpis(MEANS)), "base"), Side("b:base", other, "base")]
    (caution,) = cautions(sides)
    assert "b is not the same study as a" in caution
    assert "21 values of the scenarios differ: " in caution
    assert caution.count(": not there, ") == 11
    assert "and 9 more" in caution
    assert "\n! b is not" in f"\n{printed(sides, PROFIT)}"


def test_one_study_differs_from_itself_in_nothing() -> None:
    whole = study(kpis(MEANS))
    assert cautions([Side("base", whole, "base"), Side("lane", whole, "lane")]) == []


def test_other_members_are_not_compared_but_named() -> None:
    frame = kpis(MEANS, kpi="satisfaction", tier="key")
    wide = {"Alpha": {"tiers": {"key": {"rule": {"value_pct": 20.0}}}}}
    sides = [Side("a:base", study(frame), "base"), Side("b:base", study(frame, manifest(retailers=wide), "b"), "base")]
    table = compare(sides, figures_asked(Asked(("satisfaction",), None, "key"), sides))
    buffer = io.StringIO()
    print_comparison(table, sides, Console(file=buffer, width=140, color_system=None))
    assert "other members" in buffer.getvalue()
    assert "Nothing could be compared" in buffer.getvalue()
    with chart_style():
        texts = [text.get_text() for text in draw(table).axes[0].texts]
    assert texts == ["other members"]


def test_the_forest_has_a_row_a_side_and_is_filled_where_it_can_be_told() -> None:
    sides = two(kpis(MEANS), kpis(MEANS))
    table = table_of(sides, PROFIT)
    with chart_style():
        axes = draw(table).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["b:base", "b:lane"]
    markers = [line for line in axes.lines if line.get_marker() not in ("None", None, "")]
    assert [line.get_markerfacecolor() == "white" for line in markers] == [True, False]


def test_files_are_the_same_bytes_every_time(tmp_path: Path) -> None:
    table = table_of(two(kpis(MEANS), kpis(MEANS, 2), 2), PROFIT)
    found = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_forest(table, tmp_path / name)
        found.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert set(found[0]) == {"comparison.png", "comparison.svg"}
    assert found[0] == found[1]
