"""Panels as native charts that can be edited in PowerPoint; what has no native form is left to pictures."""

from __future__ import annotations

from typing import Any

from pptx.enum.chart import XL_CHART_TYPE

from marketsim.reporting.charts.chart import Chart
from marketsim.reporting.charts.native import Bars, Cells, Flows, Lines, Panel, Points, Waterfall
from marketsim.reporting.writers.pptx.bar_chart import bars
from marketsim.reporting.writers.pptx.chart_xml import Face
from marketsim.reporting.writers.pptx.dot_chart import dots
from marketsim.reporting.writers.pptx.fitting import clean
from marketsim.reporting.writers.pptx.frame import Box
from marketsim.reporting.writers.pptx.line_chart import lines
from marketsim.reporting.writers.pptx.plot import Drawn, Size
from marketsim.reporting.writers.pptx.point_chart import points
from marketsim.reporting.writers.pptx.waterfall_chart import waterfall

_LONGEST_ALT = 1000
_MOST_POINTS = 8


def is_native(chart: Chart) -> bool:
    """Tell whether all of a chart can be drawn by PowerPoint itself."""
    return bool(chart.panels) and not any(_needs_picture(panel) for panel in chart.panels)


def _needs_picture(panel: Panel) -> bool:
    """Tell whether a panel is of a kind that PowerPoint lacks, or of so many named points that labels hide each other."""
    return isinstance(panel, Cells | Flows) or (isinstance(panel, Points) and len(panel.points) > _MOST_POINTS)


def drawn(panel: Panel, size: Size, face: Face, *, keyed: bool = True) -> Drawn:
    """Return a panel as a native chart.

    Args:
        panel: the panel.
        size: of the chart.
        face: the fonts.
        keyed: whether the chart names its lines; not where the slide does it for all charts.

    Raises:
        TypeError: it has no native form.
    """
    match panel:
        case Lines():
            return lines(panel, size, face, keyed=keyed)
        case Bars(dots=True):
            return dots(panel, size, face)
        case Bars():
            return bars(panel, size, face)
        case Waterfall():
            return waterfall(panel, size, face)
        case Points():
            return points(panel, size, face)
    raise TypeError(f"{type(panel).__name__} has no native form")


def add_native(slide: Any, box: Box, panel: Panel, chart: Chart, east: str, *, keyed: bool = True) -> None:
    """Put a panel of a chart on a slide, with what a reader who cannot see it needs to know."""
    made = drawn(panel, Size(box.width, box.height), Face(east), keyed=keyed)
    frame = slide.shapes.add_chart(XL_CHART_TYPE.LINE, *box.lengths, made)
    describe(frame, panel.title or chart.title, f"{chart.finding} {chart.alt}")


def describe(shape: Any, name: str, alt: str) -> None:
    """Give a shape its name and its alternative text."""
    properties = shape._element.xpath("./*/p:cNvPr")[0]
    properties.set("name", clean(name).replace("\n", " ") or "Chart")
    properties.set("descr", clean(alt).replace("\n", " ")[:_LONGEST_ALT])
