"""Interactive charts of the web page: valid for plotly, and with the numbers of their panels and of no others."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from tests.reporting.synthetic import FakeResult
from tests.reporting.writers.html_papers import HOSTILE, LONG, PANELS

from marketsim.reporting.charts.native import (
    Bars,
    Cells,
    Flows,
    Lines,
    Panel,
    Point,
    Points,
    Series,
    Waterfall,
    numbers_of,
)
from marketsim.reporting.edition import Edition, printed_in
from marketsim.reporting.paper.build import build_paper
from marketsim.reporting.paper.material import Wishes
from marketsim.reporting.writers.html_colours import contrast, readable
from marketsim.reporting.writers.html_plot import Plot, columns, label
from marketsim.reporting.writers.html_plots import plots_of
from marketsim.reporting.writers.html_script import safe_json

ALL = [pytest.param(panel, id=f"{name}-{n}") for name, panels in PANELS.items() for n, panel in enumerate(panels)]


def only(panel: Panel) -> Plot:
    (plot,) = plots_of([panel])
    return plot


def shown(panel: Panel, plot: Plot) -> Iterator[float | None]:
    """Yield the values and ends of intervals that plotly.js draws for a panel."""
    for trace in plot.specification["data"]:
        match panel:
            case Lines():
                yield from along(trace, "y")
            case Bars():
                yield from along(trace, "x" if panel.horizontal else "y")
            case Waterfall() if trace["type"] == "bar":
                yield from along(trace, "y")
            case Points() if "text" in trace:
                yield from [*along(trace, "x"), *along(trace, "y"), *(mark[5] for mark in trace["customdata"])]
            case Cells():
                yield from (value for row in trace.get("z", ()) for value in row)
            case Flows():
                yield from trace["link"]["value"] if "link" in trace else (v for row in trace["z"] for v in row)


def along(trace: dict[str, Any], axis: str) -> Iterator[float | None]:
    yield from trace[axis]
    whiskers = trace.get(f"error_{axis}", {})
    for name, sign in (("array", 1), ("arrayminus", -1)):
        for value, reach in zip(trace[axis], whiskers.get(name, ()), strict=False):
            if reach != "none":
                yield value + sign * reach


def distinct(values: Iterator[float | None] | Any) -> list[float]:
    return sorted({round(value, 9) for value in values if value is not None and math.isfinite(value)})


def assert_same_numbers(panel: Panel, plot: Plot) -> None:
    drawn, meant = distinct(shown(panel, plot)), distinct(numbers_of(panel))
    assert meant
    assert len(drawn) == len(meant)
    np.testing.assert_allclose(drawn, meant, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("panel", ALL)
def test_plotly_takes_every_plot(panel: Panel) -> None:
    specification = only(panel).specification
    figure = go.Figure(data=specification["data"], layout=specification["layout"])
    assert len(figure.data) == len(specification["data"]) > 0
    assert json.loads(safe_json(specification)) == specification


@pytest.mark.parametrize("panel", ALL)
def test_a_plot_has_the_numbers_of_its_panel_and_no_others(panel: Panel) -> None:
    assert_same_numbers(panel, only(panel))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_plots_of_a_study_have_the_numbers_of_their_charts(widths: FakeResult, language: str) -> None:
    made = build_paper(widths, Wishes(language))
    with printed_in(made.edition):
        for chart in made.charts:
            numbers = chart.data.select_dtypes("number").to_numpy(dtype=float)
            known = numbers[np.isfinite(numbers)]
            for panel, plot in zip(chart.panels, plots_of(chart.panels), strict=True):
                specification = plot.specification
                go.Figure(data=specification["data"], layout=specification["layout"])
                assert_same_numbers(panel, plot)
                for value in distinct(shown(panel, plot)):
                    assert np.isclose(known, value, rtol=1e-6, atol=1e-8).any(), f"{chart.name}: {value}"


# Texts over marks


def hovers(plot: Plot) -> list[str]:
    marks = [trace["customdata"] for trace in plot.traces if "customdata" in trace]
    return [mark[0] for row in marks for mark in (row if isinstance(row[0][0], str) else [m for r in row for m in r])]


def test_marks_tell_value_unit_and_interval() -> None:
    (lines, *_), (_, dots, _), (points,) = PANELS["dose"], PANELS["bars"], PANELS["points"]
    assert "million CNY a year: 4.25 [3.50,\xa05.00]" in hovers(only(lines))[2]
    assert "width, %: 5" in hovers(only(lines))[2]
    assert hovers(only(dots))[1] == (
        "second<br>million CNY a year, difference to base: \N{MINUS SIGN}0.70 [\N{MINUS SIGN}1.10,\xa0\N{MINUS SIGN}0.20]"
    )
    assert hovers(only(points))[0] == (
        "base<br>satisfaction, points of 100: 0.00<br>profit, million CNY: 0.00<br>change of the share of energy, pp: 2"
    )


def test_marks_speak_the_language_of_the_edition() -> None:
    with printed_in(Edition("zh")):
        cells = only(PANELS["cells"][0])
    assert "staff：0.9<br>width：5<br>profit, million CNY：0.25<br>与零的差别无法判断" in "".join(hovers(cells))
    assert cells.below == "width · 颜色：profit, million CNY"


def test_only_cells_that_cannot_be_told_are_hatched() -> None:
    first, pale = (plot for plot in plots_of(PANELS["cells"]))
    (hatch,) = first.layout["shapes"]
    assert hatch["path"].count("M") == 2 * 4, "four lines in each of two cells; the third has no value"
    assert "shapes" not in pale.layout
    assert [trace["name"] for trace in first.traces if trace.get("showlegend")] == ["hatched: cannot tell"]


def test_tables_of_cells_of_one_kind_have_the_same_colours() -> None:
    def cells(*values: float, of: str = "profit") -> Cells:
        return Cells("", ("a", "b"), ("c",), (values,), (), "", "", of)

    small, large, other = plots_of([cells(1.0, -2.0), cells(40.0, 30.0), cells(5.0, 6.0, of="price")])
    ends = [(plot.traces[0]["zmin"], plot.traces[0]["zmax"]) for plot in (small, large, other)]
    assert ends == [(-40, 40), (-40, 40), (-6, 6)]


# Axes and labels


def test_categories_that_look_the_same_keep_places_of_their_own() -> None:
    plot = only(PANELS["bars"][1])
    assert plot.layout["yaxis"]["ticktext"] == ["first", "second", "second"]
    assert len(set(plot.traces[0]["y"])) == 3
    low, high = plot.layout["yaxis"]["range"]
    assert low > high, "the first category stands on top"


def test_uneven_places_are_kept_apart_and_even_ones_are_not_bent() -> None:
    uneven, even = plots_of(PANELS["dose"])
    assert uneven.layout["xaxis"]["type"] == "log"
    assert uneven.layout["xaxis"]["ticktext"] == ["1", "2", "5", "20", "100"]
    assert "type" not in even.layout["xaxis"]


def test_a_missing_interval_has_no_whisker() -> None:
    bar = only(PANELS["steps"][0]).traces[1]
    assert bar["error_y"]["array"][2] == "none"
    assert bar["base"] == [0, 5, 3, 0]


def test_bands_end_where_a_line_has_a_gap() -> None:
    bands = [trace for trace in only(PANELS["months"][0]).traces if trace.get("fill")]
    assert [len(band["x"]) // 2 for band in bands] == [8, 21]


def test_names_of_points_do_not_lie_on_each_other() -> None:
    near = tuple(
        Point(name, x, 1.0, strong=name == "d") for name, x in (("a", 0.0), ("b", 0.0), ("c", 9.0), ("d", 9.0))
    )
    trace = only(Points("", near, "", "")).traces[-1]
    assert trace["text"] == ["a", "b", "c", "d"]
    assert trace["textposition"] == ["top center", "bottom center", "bottom center", "top center"]
    crowd = tuple(Point(f"policy_{n}", 1.0, 1.0) for n in range(9))
    assert sum(map(bool, only(Points("", crowd, "", "")).traces[-1]["text"])) == 4


def test_zero_is_on_the_axis_of_dots_that_lie_near_it() -> None:
    def dots(*values: float, differences: bool = False) -> dict[str, Any]:
        panel = Bars("", ("a", "b"), (Series("", values),), "", dots=True, differences=differences)
        return only(panel).layout["yaxis"]

    assert dots(0.3, 1.1).get("rangemode") == "tozero"
    assert "rangemode" not in dots(93.0, 97.0)
    assert dots(93.0, 97.0, differences=True).get("rangemode") == "tozero"


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("short", 10, ["short"]),
        ("two words", 6, ["two", "words"]),
        ("a_b<c", 3, ["a_", "b&lt;c"]),
        ("满意度与等待时间", 8, ["满意度与", "等待时间"]),
        ("x" * 25, 10, ["x" * 10, "x" * 10, "x" * 5]),
    ],
)
def test_labels_are_broken_where_they_can_be(text: str, width: int, lines: list[str]) -> None:
    assert label(text, width).split("<br>") == lines


def test_long_labels_are_cut() -> None:
    lines = label(LONG, 12).split("<br>")
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert all(columns(line) <= 12 for line in lines)
    assert "<" not in label(HOSTILE, 12).replace("<br>", "")


@pytest.mark.parametrize("colour", ["#F7D000", "#0B4F8A", "#000000", "#FFFFFF", "#FF0000"])
@pytest.mark.parametrize("ground", ["#FFFFFF", "#1C2127"])
def test_leading_colours_can_be_read(colour: str, ground: str) -> None:
    assert contrast(readable(colour, ground), ground) >= 4.5


def test_a_readable_colour_stays_as_it_is() -> None:
    assert readable("#0B4F8A", "#FFFFFF") == "#0B4F8A"
