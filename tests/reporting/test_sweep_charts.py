"""Charts of sweeps: they draw the numbers of their tables, hatch what cannot be told, and stay within the figure."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PatchCollection, QuadMesh
from matplotlib.figure import Figure
from matplotlib.text import Text
from tests import sweeps
from tests.reporting import sweep_folders as made

from marketsim.reporting import style
from marketsim.reporting.charts.chart import Chart
from marketsim.reporting.charts.heat_cells import Layout, layout_of
from marketsim.reporting.charts.heat_lines import LEVEL
from marketsim.reporting.charts.heat_map import heat_map
from marketsim.reporting.charts.regret import regret_chart
from marketsim.reporting.charts.sensitivity import morris_chart, sweep_tornado, variance_bars
from marketsim.reporting.charts.sweep_lines import profile_lines, sweep_lines
from marketsim.reporting.numbers import signed
from marketsim.reporting.sweep_view import Swept
from marketsim.results.sensitivity.indices import sensitivities
from marketsim.results.sensitivity.outcomes import LEVER
from marketsim.results.sensitivity.overturning import overturning
from marketsim.results.sensitivity.profiles import mean_effect
from marketsim.results.statistics.regret import regret


@pytest.fixture(autouse=True)
def _style_and_no_warnings() -> Iterator[None]:
    with style.chart_style(), warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


SHAPES: dict[str, Swept] = {
    "two by two": made.swept(made.TWO_TWO, made.lane),
    "seven by four by five": made.swept(made.SEVEN_FOUR_FIVE, made.lane, failed=(3, 40, 77)),
    "twenty by twenty": made.swept(made.TWENTY_TWENTY, made.lane, failed=(5, 6, 399)),
    "words": made.swept(made.WORDS, made.words, failed=(4,)),
    "all cannot tell": made.swept(made.TWO_TWO, lambda w, s: 0.0, chance=9e6),
    "nothing at all": made.swept(made.TWO_TWO, lambda w, s: 0.0, chance=0.0),
    "one world": made.swept(made.TWO_TWO, made.lane, worlds=1),
    "less is better": made.swept(
        made.TWO_TWO, lambda w, s: w - 2.0, kpi="churn_pct_per_year", unit="%/year", chance=1.0
    ),
}


def drawn_map(sweep: Swept, layout: Layout | None = None) -> Chart:
    chart = heat_map(sweep, layout)
    assert chart is not None
    return chart


def maps(chart: Chart) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the value of each cell drawn and whether it is hatched, map by map."""
    found = []
    for axes in chart.figure.axes:
        meshes = [item for item in axes.collections if isinstance(item, QuadMesh)]
        if not meshes or not axes.axison or axes.get_label() == "<colorbar>":
            continue
        values = np.ma.filled(meshes[0].get_array().astype(float), np.nan)
        hatched = np.zeros(values.shape, dtype=bool)
        for item in axes.collections:
            if isinstance(item, PatchCollection) and item.get_gid() == "cannot tell":
                for path in item.get_paths():
                    column, row = path.vertices.min(axis=0)
                    hatched[round(row), round(column)] = True
        found.append((values, hatched))
    return found


@pytest.mark.parametrize("name", SHAPES)
def test_a_map_draws_the_numbers_of_its_table_and_hatches_where_the_interval_includes_zero(name: str) -> None:
    chart = drawn_map(SHAPES[name])
    sign = -1 if name == "less is better" else 1
    values = np.concatenate([part.ravel() for part, _ in maps(chart)])
    hatched = np.concatenate([part.ravel() for _, part in maps(chart)])
    np.testing.assert_allclose(values, sign * chart.data["diff"])
    expected = (chart.data["diff_low"] <= 0) & (chart.data["diff_high"] >= 0)
    assert (hatched == expected).all()
    assert hatched.any() or name in ("one world", "less is better", "words")


def test_a_map_holds_the_outcome_of_every_point() -> None:
    sweep = SHAPES["seven by four by five"]
    data = drawn_map(sweep).data.set_index(["width", "staff", "envy"])
    for place in range(len(sweep.found.values)):
        row = data.loc[tuple(sweep.found.texts.iloc[place])]
        assert row["diff"] == pytest.approx(sweep.found.values[place] / 1e6, nan_ok=True)
        assert row["points"] == int(math.isfinite(sweep.found.values[place]))


def texts(figure: Figure) -> list[Text]:
    figure.draw_without_rendering()
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]


def outside(figure: Figure) -> list[str]:
    """Return on which sides anything that is drawn, texts above all, reaches out of the figure."""
    canvas = FigureCanvasAgg(figure)
    figure.draw_without_rendering()
    box, (width, height) = figure.get_tightbbox(canvas.get_renderer()), figure.get_size_inches()
    ends = {"left": -box.x0, "bottom": -box.y0, "right": box.x1 - width, "top": box.y1 - height}
    return [f"{side} {beyond:.2f}" for side, beyond in ends.items() if beyond > 0.01]


def all_charts(sweep: Swept) -> list[Chart]:
    overturn = overturning(sweep.found)
    try:
        indices = sensitivities(sweep.found, 1)
    except Exception:
        indices = sensitivities(SHAPES["two by two"].found, 1).iloc[:0]
    found = (
        heat_map(sweep),
        sweep_lines(sweep),
        profile_lines(sweep),
        sweep_tornado(sweep, overturn, mean_effect(sweep.found)),
        morris_chart(sweep, indices),
        variance_bars(sweep, indices),
    )
    return [chart for chart in found if chart is not None]


DRAWN = {
    "sobol": made.swept(sweeps.sobol(16, made.RANGES), made.drawn),
    "morris": made.swept(sweeps.morris(8, made.RANGES), made.drawn),
    "latin": made.swept(sweeps.latin(60, made.RANGES), made.drawn),
    "one lever": made.swept(sweeps.grid({"width": [1, 10, 100]}, width=LEVER), lambda w: made.lane(w, 1.0)),
}


@pytest.mark.parametrize("name", [*SHAPES, *DRAWN])
def test_every_chart_has_words_and_its_texts_lie_within_the_figure(name: str) -> None:
    charts = all_charts((SHAPES | DRAWN)[name])
    assert charts
    for chart in charts:
        assert chart.title, chart.name
        assert chart.finding.endswith("."), chart.name
        assert chart.alt.endswith("."), chart.name
        assert len(chart.data), chart.name
        assert outside(chart.figure) == [], chart.name
        assert "seed 1 · scenario 0123456789ab" in chart.figure.get_supxlabel(), chart.name
        shown = " ".join(text.get_text() for text in texts(chart.figure))
        assert "CNY" in shown or "pp" in shown or "share of the variance" in shown, chart.name


def test_axes_carry_the_values_of_the_parameters() -> None:
    axes = drawn_map(SHAPES["seven by four by five"]).figure.axes
    assert [label.get_text() for label in axes[3].get_xticklabels()] == ["1", "2", "5", "10", "20", "50", "100"]
    assert [label.get_text() for label in axes[0].get_yticklabels()] == ["0.9", "1", "1.1", "1.2"]
    assert [pane.get_title(loc="left") for pane in axes[:5]] == [
        f"envy = {v}" for v in ("0", "0.25", "0.5", "0.75", "1")
    ]
    footer = axes[0].figure.get_supxlabel()
    assert "steps of width are unequal: cells are not to scale" in footer


def test_words_keep_their_order_and_have_no_line_of_zero() -> None:
    chart = drawn_map(SHAPES["words"])
    assert [label.get_text() for label in chart.figure.axes[0].get_xticklabels()] == ["fifo", "priority", "aged"]
    key = " ".join(text.get_text() for legend in chart.figure.legends for text in legend.get_texts())
    assert "difference is 0" not in key
    assert "no result" in key


def test_few_cells_carry_their_values_and_many_their_sign_where_it_can_be_told() -> None:
    few = drawn_map(SHAPES["two by two"])
    labels = [text.get_text() for text in few.figure.axes[0].texts]
    assert labels == [signed(value, 1) for value in few.data["diff"]]
    many = drawn_map(SHAPES["twenty by twenty"])
    signs = [text.get_text() for text in many.figure.axes[0].texts if text.get_gid() != LEVEL]
    told = many.data[(many.data["diff_low"] > 0) | (many.data["diff_high"] < 0)]
    assert sorted(sign for sign in signs if sign != "×") == sorted("+" if v > 0 else "−" for v in told["diff"])
    assert signs.count("×") == 3


def test_the_line_of_zero_lies_between_cells_of_both_signs() -> None:
    sweep = made.swept(sweeps.grid({"a": [0, 1, 2], "b": [0, 1]}), lambda a, b: 1e6 * (a - 0.5), chance=0.0)
    lines = [item for item in drawn_map(sweep).figure.axes[0].collections if hasattr(item, "levels")]
    (path,) = lines[0].get_paths()
    np.testing.assert_allclose(path.vertices[:, 0], 1.0, err_msg="half-way between the middles of the first two cells")


def test_colours_are_centred_on_nothing_and_good_is_blue_whatever_the_figure() -> None:
    for name, good in (("two by two", 1), ("less is better", -1)):
        chart = drawn_map(SHAPES[name])
        mesh = next(item for item in chart.figure.axes[0].collections if isinstance(item, QuadMesh))
        assert mesh.norm.vmin == -mesh.norm.vmax
        colours = mesh.to_rgba(np.array([-1.0, 1.0]) * mesh.norm.vmax)
        assert colours[0, 0] > colours[0, 2], "bad is orange"
        assert colours[1, 2] > colours[1, 0], "good is blue"
        best = chart.data["diff"].mul(good).idxmax()
        assert np.nanargmax(np.ma.filled(mesh.get_array().astype(float), np.nan).ravel()) == best


def test_the_ends_of_the_colours_differ_in_grey() -> None:
    from marketsim.reporting.charts.heat_look import effect_colours

    colours = effect_colours()

    bad, middle, good = (np.dot(colours(place)[:3], (0.2126, 0.7152, 0.0722)) for place in (0.0, 0.5, 1.0))
    assert good < bad - 0.08
    assert bad < middle - 0.4


def test_further_parameters_are_averaged_and_this_is_said() -> None:
    levels = {"a": [0, 1], "b": [0, 1], "c": [0, 1], "d": [0, 1, 2]}
    sweep = made.swept(sweeps.grid(levels), lambda a, b, c, d: 1e6 * (a + 10 * d), chance=0.0)
    chart = drawn_map(sweep)
    assert chart.data[(chart.data["a"] == "1") & (chart.data["c"] == "0")]["diff"].tolist() == [11.0, 11.0]
    assert set(chart.data["points"]) == {3}
    assert "mean over d" in chart.figure.get_supxlabel()
    fixed = drawn_map(sweep, Layout("a", "b", None, ("c",), (("d", "2"),)))
    assert fixed.data["diff"].tolist() == [20.0, 21.0, 20.0, 21.0]
    assert "d = 2" in fixed.figure.get_supxlabel()


def test_drawn_points_fill_no_grid() -> None:
    for sweep in DRAWN.values():
        assert layout_of(sweep.found) is None
        assert heat_map(sweep) is None


def test_lines_draw_the_outcome_of_every_point() -> None:
    sweep = SHAPES["seven by four by five"]
    chart = sweep_lines(sweep)
    assert chart is not None
    lines = [line for axes in chart.figure.axes for line in axes.lines if len(line.get_xdata()) == 7]
    drawn = np.sort(np.concatenate([line.get_ydata() for line in lines if line.get_linestyle() != "None"]))
    whole = np.sort(
        np.concatenate([line.get_ydata() for line in chart.figure.axes[1].lines if line.get_label()[:5] == "staff"])
    )
    expected = chart.data[chart.data["panel"] == "envy = 0.25"]["mean"].dropna()
    np.testing.assert_allclose(whole, np.sort(expected))
    assert len(drawn) <= chart.data["mean"].notna().sum()
    assert chart.figure.axes[0].get_xscale() == "log"


def test_a_single_parameter_has_a_line_with_a_band() -> None:
    chart = sweep_lines(DRAWN["one lever"])
    assert chart is not None
    np.testing.assert_allclose(chart.data["mean"], DRAWN["one lever"].found.values / 1e6)
    assert len(chart.figure.axes[0].collections) == 1


def test_the_tornado_draws_both_ends_of_every_uncertainty() -> None:
    sweep = DRAWN["latin"]
    rows = overturning(sweep.found)
    chart = sweep_tornado(sweep, rows, mean_effect(sweep.found))
    assert chart is not None
    points = [line.get_xdata()[0] for line in chart.figure.axes[0].lines if len(line.get_xdata()) == 1]
    expected = rows.set_index("parameter").loc[list(chart.data["parameter"]), ["low", "high"]] / 1e6
    np.testing.assert_allclose(points, np.ravel(expected))
    assert list(chart.data["parameter"])[-1] in made.RANGES
    lengths = (chart.data["high"] - chart.data["low"]).abs()
    assert lengths.is_monotonic_decreasing


def test_bars_and_morris_dots_are_those_of_the_table() -> None:
    sweep = DRAWN["sobol"]
    indices = sensitivities(sweep.found, 1)
    chart = variance_bars(sweep, indices)
    assert chart is not None
    widths = sorted(bar.get_width() for bar in chart.figure.axes[0].patches)
    expected = indices[indices["index"].isin(["S1", "ST"])]["value"]
    np.testing.assert_allclose(widths, sorted(expected))
    sweep = DRAWN["morris"]
    indices = sensitivities(sweep.found, 1)
    dots = morris_chart(sweep, indices)
    assert dots is not None
    drawn = [line.get_xdata()[0] for line in dots.figure.axes[0].lines if len(line.get_xdata()) == 1]
    np.testing.assert_allclose(drawn, np.sort(indices[indices["index"] == "mu_star"]["value"])[::-1] / 1e6)


def regret_rows() -> pd.DataFrame:
    plan = sweeps.grid({"width": [1, 5, 20], "envy": [0, 0.5, 1.0]}, width=LEVER)
    tables = sweeps.tables(plan, lambda w, e: made.lane(w, 1.05, e), chance=1e5, policies=("lane", "lane and staff"))
    return regret(tables["sweep"], tables["sweep_points"])


def test_regret_is_drawn_as_in_its_table() -> None:
    rows = regret_rows()
    chart = regret_chart(rows, "sweep_1", "n = 8 · seed 1")
    assert chart is not None
    for axes, column in zip(chart.figure.axes, ("mean", "worst", "regret_max"), strict=True):
        drawn = sorted(line.get_xdata()[0] for line in axes.lines if len(line.get_xdata()) == 1)
        np.testing.assert_allclose(drawn, sorted(rows[column] / 1e6))
    assert outside(chart.figure) == []
    assert chart.finding.endswith(".")
    assert regret_chart(rows.iloc[:1], "sweep_1", "") is None


def test_names_of_any_kind_are_drawn_as_they_are() -> None:
    names = (
        "$x^2$ <b>&amp;</b>",
        "a very long name of a parameter that nobody would want to read on an axis at all _{1}",
    )
    values = ["$\\frac{1}{2}$", "<script>", "x" * 80]
    plan = sweeps.grid({names[0]: values, names[1]: [1, 2, 3], "法": [0.1, 0.2]})
    sweep = made.swept(plan, lambda a, b, c: 1e6 * (b - 2) + c)
    charts = all_charts(sweep)
    assert charts
    for chart in charts:
        assert outside(chart.figure) == [], chart.name
    assert set(drawn_map(sweep).data[names[0]]) == set(values)


def test_long_notes_under_a_figure_are_broken_into_lines() -> None:
    levels = {f"parameter {letter} with quite a long name that fills the line": [0, 1] for letter in "abcdef"}
    chart = drawn_map(made.swept(sweeps.grid(levels), lambda *values: 1e6 * sum(values)))
    assert outside(chart.figure) == []
    chart.figure.supxlabel("x" * 400, x=0.006, ha="left")
    assert outside(chart.figure)[0].startswith("right"), "the test would see it"
