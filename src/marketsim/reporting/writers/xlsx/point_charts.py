"""Scatter charts of named points that Excel draws by itself, with whiskers on both axes and larger marks for larger sizes."""

from __future__ import annotations

import math
from typing import Any

from marketsim.reporting import style
from marketsim.reporting.charts.native import Points
from marketsim.reporting.writers.xlsx.book import Page
from marketsim.reporting.writers.xlsx.chart_blocks import Block, Column
from marketsim.reporting.writers.xlsx.native_charts import FONT, Canvas, values_axis
from marketsim.reporting.writers.xlsx.point_blocks import PointsBlock

_LEAST_SIZE, _MOST_SIZE = 6, 34


def points_chart(page: Page, panel: Points, block: PointsBlock) -> Any:
    """Draw named points with whiskers on both axes; larger marks where they have sizes."""
    canvas = Canvas(page)
    chart = canvas.new("scatter")
    sizes = _sizes(panel)
    for point, row, size in zip(panel.points, block.rows, sizes, strict=True):
        mark = {"color": point.colour}
        series: dict[str, Any] = {
            "name": canvas.at((row, 0)),
            "categories": canvas.cells((row, 1, row, 1)),
            "values": canvas.cells((row, 2, row, 2)),
            "marker": {"type": "circle", "size": size, "fill": mark, "border": {"color": "#FFFFFF"}},
            "data_labels": {
                "series_name": True,
                "value": False,
                "position": "right",
                "font": {"size": FONT, "bold": point.strong},
            },
        }
        for axis, low, high, first in (("x", point.x_low, point.x_high, 7), ("y", point.y_low, point.y_high, 9)):
            middle = point.x if axis == "x" else point.y
            if math.isfinite(low) and math.isfinite(high):
                column = Column((row, 0), (row, 1, row, 1), (row, first, row, first), (row, first + 1, row, first + 1))
                series[f"{axis}_error_bars"] = canvas.whiskers(column, ([middle - low], [high - middle]), point.colour)
        chart.add_series(series)
    if block.front is not None:
        chart.add_series(_front(canvas, block.front))
    head = block.title[0] + 1
    axes = tuple(values_axis(canvas, (head, column), panel.digits[column - 1]) for column in (1, 2))
    return canvas.finish(chart, block.title, (axes[0], axes[1]), legend=False)


def _front(canvas: Canvas, front: Block) -> dict[str, Any]:
    return {
        "name": canvas.at(front.title),
        "categories": canvas.cells(front.axis),
        "values": canvas.cells(front.columns[0].values),
        "line": {"color": style.QUIET, "width": 1.25, "dash_type": "dash"},
        "marker": {"type": "none"},
    }


def _sizes(panel: Points) -> list[int]:
    """Return the sizes of marks in points: their areas grow with the sizes of the points."""
    known = [point.size for point in panel.points if math.isfinite(point.size)]
    largest = max(known, default=0.0)
    if not panel.size_title or largest <= 0:
        return [8 if not point.strong else 10 for point in panel.points]
    shares = [max(point.size, 0.0) / largest if math.isfinite(point.size) else 0.0 for point in panel.points]
    return [max(_LEAST_SIZE, round(_MOST_SIZE * math.sqrt(share))) for share in shares]
