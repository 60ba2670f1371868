"""Decks for tests: written from a paper and opened again, and what must hold of the XML of their charts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from pptx import Presentation

from marketsim.reporting.edition import printed_in
from marketsim.reporting.paper.model import Paper
from marketsim.reporting.writers.pptx import write_pptx

_AXIS = (
    "axId scaling delete axPos majorGridlines minorGridlines title numFmt majorTickMark minorTickMark tickLblPos spPr txPr "
    "crossAx crosses crossesAt"
)
_SHOWN = "numFmt spPr txPr dLblPos showLegendKey showVal showCatName showSerName showPercent showBubbleSize"
_SERIES = "idx order tx spPr"
_REST = "dPt dLbls trendline errBars"
ORDER = {
    "chartSpace": "date1904 lang roundedCorners style clrMapOvr chart spPr txPr externalData printSettings",
    "chart": "title autoTitleDeleted plotArea legend plotVisOnly dispBlanksAs",
    "plotArea": "layout areaChart barChart lineChart scatterChart bubbleChart catAx valAx dTable spPr",
    "title": "tx layout overlay spPr txPr",
    "legend": "legendPos legendEntry layout overlay spPr txPr",
    "barChart": "barDir grouping varyColors ser dLbls gapWidth overlap serLines axId",
    "lineChart": "grouping varyColors ser dLbls dropLines hiLowLines upDownBars marker smooth axId",
    "scatterChart": "scatterStyle varyColors ser dLbls axId",
    "bubbleChart": "varyColors ser dLbls bubble3D bubbleScale showNegBubbles sizeRepresents axId",
    "ser/barChart": f"{_SERIES} invertIfNegative pictureOptions {_REST} cat val shape",
    "ser/lineChart": f"{_SERIES} marker {_REST} cat val smooth",
    "ser/scatterChart": f"{_SERIES} marker {_REST} xVal yVal smooth",
    "ser/bubbleChart": f"{_SERIES} invertIfNegative {_REST} xVal yVal bubbleSize bubble3D",
    "dPt": "idx invertIfNegative marker bubble3D explosion spPr",
    "dLbl": f"idx delete layout tx {_SHOWN}",
    "dLbls": f"dLbl delete {_SHOWN}",
    "errBars": "errDir errBarType errValType noEndCap plus minus val spPr",
    "catAx": f"{_AXIS} auto lblAlgn lblOffset tickLblSkip tickMarkSkip noMultiLvlLbl",
    "valAx": f"{_AXIS} crossBetween majorUnit minorUnit dispUnits",
    "scaling": "logBase orientation max min",
    "marker": "symbol size spPr",
    "manualLayout": "layoutTarget xMode yMode wMode hMode x y w h",
    "numCache": "formatCode ptCount pt",
}
"""The order in which the schema of charts (ECMA-376, part 1, dml-chart) wants the parts of each element."""


def written(paper: Paper, path: Path, template: Path | None = None) -> Any:
    """Write a paper as a deck, and open it again."""
    with printed_in(paper.edition):
        write_pptx(paper, path, template)
    return Presentation(str(path))


def charts_of(deck: Any) -> Iterator[Any]:
    """Yield every native chart of a deck."""
    for slide in deck.slides:
        yield from (shape.chart for shape in slide.shapes if shape.has_chart)


def held(chart: Any) -> set[float]:
    """Return every number in the workbook of a chart."""
    sheet = load_workbook(BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active
    assert sheet is not None
    return {float(cell) for row in sheet.values for cell in row if isinstance(cell, int | float)}


def drawn(chart: Any) -> set[float]:
    """Return every number that a chart draws: those of its own XML."""
    found = chart._chartSpace.xpath(".//c:numCache/c:pt/c:v")
    return {float(element.text) for element in found}


def has(numbers: set[float], wanted: float) -> bool:
    """Tell whether a number is among others."""
    return any(math.isclose(number, wanted, rel_tol=1e-12, abs_tol=1e-12) for number in numbers)


def out_of_order(root: Any) -> list[str]:
    """Return every element of a chart whose parts are unknown to the schema or not in its order."""
    wrong = []
    for element in root.iter():
        name = _name(element)
        order = ORDER.get(f"{name}/{_name(element.getparent())}" if name == "ser" else name)
        if order is None or "drawingml/2006/chart}" not in element.tag:
            continue
        places = [order.split().index(_name(child)) if _name(child) in order.split() else -1 for child in element]
        if -1 in places or places != sorted(places):
            wrong.append(f"{name}: {[_name(child) for child in element]}")
    return wrong


def _name(element: Any) -> str:
    return str(element.tag).rsplit("}", 1)[-1]
