"""Charts that Excel draws by itself from the cells of a sheet: lines, bars, dots, waterfalls and points."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from marketsim.reporting import style
from marketsim.reporting.charts.native import Bars, Lines, Series, Waterfall
from marketsim.reporting.writers.xlsx.axis_ends import reach_of_axis
from marketsim.reporting.writers.xlsx.book import Page
from marketsim.reporting.writers.xlsx.chart_blocks import Block, Column, Range, WaterfallBlock
from marketsim.reporting.writers.xlsx.looks import number_format
from marketsim.reporting.writers.xlsx.names import column_letters, quoted

_MOST_WHISKERS = 14
"""Places of a line up to which intervals are whiskers; more are drawn as thin lines along both ends."""
_DASHES = {"solid": "solid", "dash": "dash", "dot": "round_dot"}
FONT = 9
"""Size of texts in charts in points."""
_MOST_LABELS = 16


class Canvas:
    """A chart under construction, with what all charts of a sheet have in common."""

    def __init__(self, page: Page) -> None:
        """Draw on a sheet."""
        self._page = page

    def new(self, kind: str, subtype: str = "") -> Any:
        """Return a new chart."""
        return self._page.book.chart({"type": kind, **({"subtype": subtype} if subtype else {})})

    def finish(
        self, chart: Any, title: tuple[int, int], axes: tuple[Mapping[str, Any], Mapping[str, Any]], *, legend: bool
    ) -> Any:
        """Set title, axes and legend as in all charts."""
        chart.set_title(
            {"name": self.at(title), "name_font": {"size": 11, "color": style.INK, "bold": True}, "overlay": False}
        )
        chart.set_x_axis(_axis(axes[0]))
        chart.set_y_axis(_axis(axes[1]))
        chart.set_legend(
            {"position": "bottom", "font": {"size": FONT, "color": style.INK}} if legend else {"none": True}
        )
        chart.show_blanks_as("gap")
        chart.set_chartarea({"border": {"color": style.FAINT}})
        return chart

    def at(self, place: tuple[int, int]) -> list[str | int]:
        """Return a cell as XlsxWriter wants it."""
        return [self._page.name, *place]

    def cells(self, area: Range) -> list[str | int]:
        """Return cells as XlsxWriter wants them."""
        return [self._page.name, *area]

    def formula(self, area: Range) -> str:
        """Return cells as a formula wants them."""
        first, column, last, _ = area
        letters = column_letters(column)
        return f"{quoted(self._page.name)}!${letters}${first + 1}:${letters}${last + 1}"

    def whiskers(self, column: Column, reach: tuple[Sequence[float], Sequence[float]], colour: str) -> dict[str, Any]:
        """Return error bars from the cells of a series; `reach` has the numbers in them, down and up."""
        if column.minus is None or column.plus is None:
            return {}
        return {
            "type": "custom",
            "minus_values": self.formula(column.minus),
            "plus_values": self.formula(column.plus),
            "minus_data": list(reach[0]),
            "plus_data": list(reach[1]),
            "line": {"color": colour, "width": 1.25},
        }


def _axis(settings: Mapping[str, Any]) -> dict[str, Any]:
    common = {
        "num_font": {"size": FONT, "color": style.INK},
        "name_font": {"size": FONT, "color": style.QUIET, "bold": False},
        "line": {"color": style.QUIET},
        "label_position": "low",
        "major_gridlines": {"visible": False},
    }
    return common | dict(settings)


def values_axis(canvas: Canvas, name: tuple[int, int] | str, digits: int) -> dict[str, Any]:
    """Return the axis of values; its name is in a cell, or a text that is no formula."""
    title = canvas.at(name) if isinstance(name, tuple) else name
    return {
        **({"name": title} if title else {}),
        "num_format": number_format(digits),
        "major_gridlines": {"visible": True, "line": {"color": style.FAINT, "width": 0.75}},
        "line": {"none": True},
    }


def reaches(series: Series) -> tuple[list[float], list[float]]:
    """Return how far the intervals of a series reach down and up; 0 where there are none."""
    down = [_known(value - low) for value, low in zip(series.values, series.low, strict=False)]
    return down, [_known(high - value) for value, high in zip(series.values, series.high, strict=False)]


def _known(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def lines_chart(page: Page, panel: Lines, block: Block) -> Any:
    """Draw lines over a numeric axis, with whiskers or thin lines for their intervals."""
    canvas = Canvas(page)
    chart = canvas.new("scatter", "straight")
    few = len(panel.places) <= _MOST_WHISKERS
    hidden: list[int] = []
    number = 0
    for series, column in zip(panel.series, block.columns, strict=True):
        chart.add_series(_line(canvas, series, column, block.axis, few=few))
        number += 1
        for end in (column.low, column.high) if not few and series.low else ():
            chart.add_series(_end_of_band(canvas, series, column, block.axis, end))
            hidden.append(number)
            number += 1
    x_axis = {"name": canvas.at((block.axis[0] - 1, 0)), "num_format": "General", **_reach_of(panel.places)}
    values = values_axis(canvas, "", panel.digits) | reach_of_axis(panel.series if few else (), from_zero=False)
    chart = canvas.finish(chart, block.title, (x_axis, values), legend=len(panel.series) > 1)
    if hidden and len(panel.series) > 1:
        chart.set_legend({"position": "bottom", "delete_series": hidden, "font": {"size": FONT, "color": style.INK}})
    return chart


def _reach_of(places: Sequence[float]) -> dict[str, float]:
    """Return both ends of the axis: those of the places, where there are some."""
    return {"min": min(places), "max": max(places)} if len(places) > _MOST_WHISKERS else {}


def _line(canvas: Canvas, series: Series, column: Column, axis: Range, *, few: bool) -> dict[str, Any]:
    colour = series.colour
    found: dict[str, Any] = {
        "name": canvas.at(column.name),
        "categories": canvas.cells(axis),
        "values": canvas.cells(column.values),
        "line": {"color": colour, "width": 2.5 if series.strong else 1.75, "dash_type": _DASHES[series.dash]},
        "marker": {"type": "circle", "size": 6, "fill": {"color": colour}, "border": {"color": colour}}
        if few
        else {"type": "none"},
    }
    whiskers = canvas.whiskers(column, reaches(series), colour) if few and series.low else {}
    return found | ({"y_error_bars": whiskers} if whiskers else {})


def _end_of_band(canvas: Canvas, series: Series, column: Column, axis: Range, end: Range | None) -> dict[str, Any]:
    assert end is not None
    line = {"color": series.colour, "width": 0.75, "dash_type": "square_dot", "transparency": 45}
    return {
        "name": canvas.at(column.name),
        "categories": canvas.cells(axis),
        "values": canvas.cells(end),
        "line": line,
        "marker": {"type": "none"},
    }


def bars_chart(page: Page, panel: Bars, block: Block) -> Any:
    """Draw bars, or dots where values begin elsewhere than at zero, with whiskers for their intervals."""
    canvas = Canvas(page)
    lying = panel.horizontal and not panel.dots
    kind = "line" if panel.dots else "bar" if lying else "column"
    chart = canvas.new(kind, "stacked" if panel.stacked and not panel.dots else "")
    for series, column in zip(panel.series, block.columns, strict=True):
        chart.add_series(_bar(canvas, panel, series, column, block.axis))
    names: dict[str, Any] = {"reverse": True} if lying else {}
    if not lying and len(panel.categories) > 5 and max(map(len, panel.categories)) > 9:
        names["num_font"] = {"size": FONT, "color": style.INK, "rotation": -35}
    ends = () if panel.stacked else panel.series
    values = values_axis(canvas, "", panel.digits) | reach_of_axis(ends, from_zero=not panel.dots)
    if lying:  # XlsxWriter sets the lying axis of values by the name of x; the first category is on top
        values["label_position"] = "high"
    axes = (values, names) if lying else (names, values)
    return canvas.finish(chart, block.title, axes, legend=len(panel.series) > 1)


def _bar(canvas: Canvas, panel: Bars, series: Series, column: Column, axis: Range) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": canvas.at(column.name),
        "categories": canvas.cells(axis),
        "values": canvas.cells(column.values),
        "gap": 60,
        "fill": {"color": series.colour},
    }
    if panel.dots:
        del found["gap"], found["fill"]
        mark = {"color": series.colour}
        found |= {"line": {"none": True}, "marker": {"type": "circle", "size": 8, "fill": mark, "border": mark}}
    if panel.stacked:
        found["overlap"] = 100
    if panel.colours and len(panel.series) == 1:
        key = "marker" if panel.dots else "fill"
        found["points"] = [_point(key, colour) for colour in panel.colours]
    whiskers = (
        canvas.whiskers(column, reaches(series), style.INK if not panel.dots else series.colour) if series.low else {}
    )
    if whiskers:
        found["x_error_bars" if panel.horizontal and not panel.dots else "y_error_bars"] = whiskers
    elif len(panel.categories) * len(panel.series) <= _MOST_LABELS and not panel.stacked:
        found["data_labels"] = {"value": True, "num_format": number_format(panel.digits), "font": {"size": FONT}}
    return found


def _point(key: str, colour: str) -> dict[str, Any]:
    return {"fill": {"color": colour}, "border": {"color": colour}} if key == "marker" else {"fill": {"color": colour}}


def waterfall_chart(page: Page, panel: Waterfall, block: WaterfallBlock) -> Any:
    """Draw steps as stacked columns on an invisible base, with whiskers at their ends; names carry the changes."""
    canvas = Canvas(page)
    chart = canvas.new("column", "stacked")
    colours = ("", style.focus(), style.focus(), style.WARM, style.WARM)
    for colour, column in zip(colours, block.parts, strict=True):
        fill = {"fill": {"color": colour}} if colour else {"fill": {"none": True}, "border": {"none": True}}
        shared = {"name": canvas.at(column.name), "categories": canvas.cells(block.names)}
        chart.add_series({**shared, "values": canvas.cells(column.values), "gap": 45, **fill})
    ends = canvas.new("line")
    ends.add_series(_ends(canvas, panel, block))
    chart.combine(ends)
    names = {"num_font": {"size": FONT, "color": style.INK}}
    return canvas.finish(chart, block.title, (names, values_axis(canvas, "", panel.digits)), legend=False)


def _ends(canvas: Canvas, panel: Waterfall, block: WaterfallBlock) -> dict[str, Any]:
    """Return an invisible line through the ends of the steps, which carries the whiskers."""
    steps = Series("", panel.changes, panel.low, panel.high)
    whiskers = canvas.whiskers(block.ends, reaches(steps), style.INK) if panel.low else {}
    return {
        "name": canvas.at(block.ends.name),
        "categories": canvas.cells(block.names),
        "values": canvas.cells(block.ends.values),
        "line": {"none": True},
        "marker": {"type": "none"},
        **({"y_error_bars": whiskers} if whiskers else {}),
    }
